#include "shell/zones/zones.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "core/base/random.hpp"
#include "core/schedule/calendar.hpp"

namespace rf::zones {
namespace {

using schedule::Zone;

/// What the C library says, which reads the same files with code of its own.
class Oracle {
 public:
  explicit Oracle(const std::string& zone) {
    ::setenv("TZ", (":" + zone).c_str(), 1);
    ::tzset();
  }
  ~Oracle() {
    ::unsetenv("TZ");
    ::tzset();
  }
  std::tm at(std::int64_t utc_s) const {
    const std::time_t when = utc_s;
    std::tm out{};
    ::localtime_r(&when, &out);
    return out;
  }
};

constexpr std::int64_t from_s = -2'208'988'800;  // 1900
constexpr std::int64_t to_s = 7'258'118'400;     // 2200

std::string all_of(const std::tm& local) {
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
  return text + std::string(" ") + std::to_string((local.tm_wday + 6) % 7);
}

TEST(Zones, AllShowWhatTheCLibraryShowsAtEveryChangeAndAtRandomInstantsUntil2199) {
  Random random(Random::Seed{1});
  std::size_t zones = 0, instants = 0;
  for (const std::string& name : zone_names()) {
    const auto zone = load_zone(name);
    ASSERT_TRUE(zone) << zone.error();
    ++zones;
    const Oracle oracle(name);
    const auto same = [&](std::int64_t at) {
      const schedule::Local local = (*zone)->local_at(at);
      const std::string ours = text_of(local) + " " + std::to_string(schedule::weekday_of(local.day));
      ++instants;
      return ours == all_of(oracle.at(at))
                 ? std::string()
                 : name + " at " + std::to_string(at) + ": " + ours + " and not " + all_of(oracle.at(at));
    };
    for (int i = 0; i < 300; ++i) ASSERT_EQ(same(from_s + static_cast<std::int64_t>(random.below(to_s - from_s))), "");
    for (std::int64_t at = from_s; at < to_s;) {
      const std::int64_t change = (*zone)->local_at(at).until_s;
      if (change >= to_s) break;
      ASSERT_EQ(same(change - 1), "");
      ASSERT_EQ(same(change), "");
      at = change;
    }
  }
  EXPECT_GT(zones, 400u);
  RecordProperty("zones", static_cast<int>(zones));
  RecordProperty("instants", static_cast<int>(instants));
}

TEST(Zones, EveryTimeOnEveryClockIsFoundAgain) {
  Random random(Random::Seed{2});
  for (const std::string& name : zone_names()) {
    const auto zone = *load_zone(name);
    for (int i = 0; i < 200; ++i) {
      // Half of them near a change of the clocks.
      std::int64_t at = from_s + static_cast<std::int64_t>(random.below(to_s - from_s));
      const std::int64_t change = zone->local_at(at).until_s;
      if (i % 2 && change < to_s) at = change - 7'200 + static_cast<std::int64_t>(random.below(14'400));
      const std::int64_t clock = zone->local_at(at).clock_s();
      const schedule::Instants found = zone->instants_of(clock);
      ASSERT_NE(found.kind, schedule::Instants::Kind::never) << name << " at " << at;
      ASSERT_TRUE(found.first_s == at || found.last_s == at) << name << " at " << at;
      ASSERT_EQ(zone->local_at(found.first_s).clock_s(), clock);
      ASSERT_EQ(zone->local_at(found.last_s).clock_s(), clock);
      ASSERT_EQ(zone->first_reach_s(clock) <= found.first_s, true);
    }
  }
}

TEST(Zones, DaysAndMonthsOfEveryZoneFollowEachOtherWithoutGap) {
  for (const std::string& name : zone_names()) {
    const auto zone = *load_zone(name);
    // 2009 to 2012: Samoa skips a day, Cuba, Lebanon, Brazil and Newfoundland shift at midnight.
    std::int64_t at = 1'230'768'000'000;
    while (at < 1'356'998'400'000) {
      const schedule::Periods now = periods_at(*zone, at);
      ASSERT_LE(now.day_start_ms, at) << name;
      ASSERT_GT(now.day_end_ms, at) << name;
      ASSERT_LE(now.month_start_ms, now.day_start_ms) << name;
      ASSERT_GE(now.month_end_ms, now.day_end_ms) << name;
      ASSERT_EQ(periods_at(*zone, now.day_start_ms).day_start_ms, now.day_start_ms) << name;
      ASSERT_EQ(periods_at(*zone, now.day_end_ms - 1).day_start_ms, now.day_start_ms) << name;
      ASSERT_EQ(periods_at(*zone, now.month_end_ms - 1).month_start_ms, now.month_start_ms) << name;
      const schedule::Periods next = periods_at(*zone, now.day_end_ms);
      ASSERT_EQ(next.day_start_ms, now.day_end_ms) << name;
      ASSERT_TRUE(next.month_start_ms == now.month_start_ms || next.month_start_ms == now.month_end_ms) << name;
      at = now.day_end_ms;
    }
  }
}

TEST(Zones, ADayHas23Or24Or25HoursAndOneIsMissingOnSamoa) {
  const auto hours = [](const char* zone, schedule::Date date) {
    const auto loaded = *load_zone(zone);
    const std::int64_t noon = static_cast<std::int64_t>(day_of(date)) * 86'400 + 43'200;
    const schedule::Periods day = periods_at(*loaded, loaded->instants_of(noon).first_s * 1'000);
    return (day.day_end_ms - day.day_start_ms) / 60'000 / 60.0;
  };
  EXPECT_EQ(hours("Europe/Berlin", {2026, 3, 28}), 24);
  EXPECT_EQ(hours("Europe/Berlin", {2026, 3, 29}), 23);
  EXPECT_EQ(hours("Europe/Berlin", {2026, 10, 25}), 25);
  EXPECT_EQ(hours("Australia/Lord_Howe", {2026, 4, 5}), 24.5);
  EXPECT_EQ(hours("America/Havana", {2026, 3, 8}), 23) << "midnight itself is skipped";
  EXPECT_EQ(hours("America/Havana", {2026, 11, 1}), 25);
  EXPECT_EQ(hours("Asia/Beirut", {2026, 3, 29}), 23);
  EXPECT_EQ(hours("Asia/Beirut", {2026, 10, 24}), 25) << "the hour before midnight comes twice";
  EXPECT_EQ(hours("America/St_Johns", {2010, 11, 6}), 24);
  EXPECT_EQ(hours("America/St_Johns", {2010, 11, 7}), 25) << "back from 00:01: that minute began the day";
  EXPECT_EQ(hours("Pacific/Apia", {2011, 12, 29}), 24);
  const auto apia = *load_zone("Pacific/Apia");
  const std::int64_t friday = schedule::day_of({2011, 12, 30});
  EXPECT_EQ(apia->first_reach_s(friday * 86'400), apia->first_reach_s((friday + 1) * 86'400)) << "no such day";
}

TEST(Zones, ATextThatIsNoNameLeadsNowhere) {
  for (const char* text :
       {"", "/", "../../etc/passwd", "Europe/../../../etc/passwd", "/etc/passwd", "/usr/share/zoneinfo/UTC", "Europe/",
        "Europe//Berlin", "localtime", "posixrules", "right/Europe/Berlin", "posix/UTC", "tzdata.zi", "Europe/.",
        "Europe\\Berlin", "Europe/Berlin\n", "."})
    EXPECT_FALSE(is_zone_name(text)) << text;
  EXPECT_FALSE(is_zone_name(std::string_view("UTC\0x", 5)));
  EXPECT_FALSE(is_zone_name(std::string(65, 'A')));
  for (const char* text : {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+12", "GB-Eire"})
    EXPECT_TRUE(is_zone_name(text)) << text;
  EXPECT_FALSE(load_zone("../../etc/passwd"));
  EXPECT_FALSE(load_zone(std::string(1 << 20, 'A')));
}

TEST(Zones, AnUnknownNameIsAnsweredWithTheOneThatWasPerhapsMeant) {
  const auto said = [](std::string_view name) { return load_zone(name).error(); };
  const auto meant = [](const char* name) { return std::string("did you mean ") + name + "?"; };
  EXPECT_NE(said("Europe/Belin").find(meant("Europe/Berlin")), std::string::npos) << said("Europe/Belin");
  EXPECT_NE(said("europe/berlin").find(meant("Europe/Berlin")), std::string::npos);
  EXPECT_NE(said("berlin").find(meant("Europe/Berlin")), std::string::npos);
  EXPECT_NE(said("new york").find(meant("America/New_York")), std::string::npos);
  EXPECT_NE(said("Pacific/Aple").find(meant("Pacific/Apia")), std::string::npos);
  EXPECT_NE(said("Europe").find("there is no time zone"), std::string::npos) << said("Europe");
  EXPECT_NE(said("Mars/Olympus_Mons").find("names are like"), std::string::npos);
  EXPECT_EQ(said("x\x1b[31m\n").find('\x1b'), std::string::npos);
}

TEST(Zones, AFileThatIsNoneIsRefusedWithASentence) {
  const std::string folder = std::filesystem::temp_directory_path() / ("zones-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/Empty");
  std::ofstream(folder + "/Text") << "Europe/Berlin, more or less, and long enough for a header";
  std::ofstream(folder + "/Large") << std::string(100'000, 'T');
  ASSERT_EQ(::mkfifo((folder + "/Pipe").c_str(), 0600), 0);
  std::filesystem::copy_file("/usr/share/zoneinfo/Europe/Berlin", folder + "/Berlin");
  EXPECT_NE(load_zone("Empty", folder).error().find("cut short"), std::string::npos);
  EXPECT_NE(load_zone("Text", folder).error().find("no time zone file"), std::string::npos);
  EXPECT_NE(load_zone("Large", folder).error().find("larger"), std::string::npos);
  EXPECT_NE(load_zone("Pipe", folder).error().find("regular"), std::string::npos);
  EXPECT_TRUE(load_zone("Berlin", folder));
  EXPECT_EQ(zone_names(folder), std::vector<std::string>{"Berlin"});
  EXPECT_NE(load_zone("Berlin", folder + "/none").error().find("tzdata"), std::string::npos);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace rf::zones
