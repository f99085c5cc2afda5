#include "sim/fraud/habits.hpp"

#include <algorithm>
#include <cmath>

#include "core/schedule/calendar.hpp"

namespace rf::fraud {
namespace {

/// When nobody works who does not work on Sundays.
constexpr std::string_view holidays[] = {"2026-10-03", "2026-12-24", "2026-12-25", "2026-12-26", "2026-12-31"};

/// When calls are more or fewer than usual, in percent.
struct Season {
  std::string_view from, to;
  std::string_view department;  ///< empty: all
  unsigned percent;
};
constexpr Season seasons[] = {
    {"2026-10-12", "2026-10-23", "", 80},        // school holidays
    {"2026-11-16", "2026-11-20", "sales", 200},  // the fair
    {"2026-11-23", "2026-11-27", "callcentre", 150},
    {"2026-12-21", "2027-01-03", "", 35},
};

/// Whole departments in one conference, by one number, from the hour to the hour.
struct Conference {
  std::string_view day;
  std::string_view department;
  std::string_view number;
  unsigned from_h, talks, talk_min;
};
constexpr Conference conferences[] = {
    {"2026-10-07", "engineering", "+493022334455", 10, 3, 60}, {"2026-10-28", "management", "+442079460123", 9, 4, 90},
    {"2026-11-04", "engineering", "+12125550123", 15, 2, 120}, {"2026-11-18", "sales", "+442079460123", 8, 6, 45},
    {"2026-12-02", "engineering", "+493022334455", 9, 5, 60},  {"2026-12-09", "management", "+12125550123", 14, 3, 170},
};

std::int32_t day_named(std::string_view text) {
  return schedule::day_of(*schedule::parse_date(text));
}

}  // namespace

Habits::Habits(const Office& office, std::uint64_t seed)
    : office_(office), random_(seed ^ 0xab175), trips_(office.people.size()) {}

unsigned Habits::workers_permille(const Department& department, std::int32_t day) const {
  bool free = schedule::weekday_of(day) >= 5;
  for (const std::string_view holiday : holidays) free = free || day == day_named(holiday);
  unsigned permille = free ? department.weekend : 930;  // the others are ill or on leave
  for (const Season& season : seasons)
    if (day >= day_named(season.from) && day <= day_named(season.to) &&
        (season.department.empty() || season.department == department.name))
      permille = permille * season.percent / 100;
  return permille;
}

std::vector<Intent> Habits::day(std::int32_t day) {
  std::vector<Intent> out;
  for (std::uint32_t person = 0; person < office_.people.size(); ++person) person_day(person, day, out);
  std::stable_sort(out.begin(), out.end(), [](const Intent& a, const Intent& b) { return a.at_ms < b.at_ms; });
  return out;
}

void Habits::person_day(std::uint32_t person, std::int32_t day, std::vector<Intent>& out) {
  const Department& department = departments()[office_.people[person].department];
  Trip& trip = trips_[person];
  // Trips take three days on average.
  if (day > trip.until_day && random_.below(3'000) < department.travellers && schedule::weekday_of(day) < 5)
    trip = {day + 1 + static_cast<std::int32_t>(random_.below(4)), random_.below(ranges_far().size())};
  if (day <= trip.until_day) return on_a_trip(person, day, trip, out);
  for (const Conference& each : conferences)
    if (each.department == department.name && day_named(each.day) == day) conference(person, day, out);
  const unsigned permille = workers_permille(department, day);
  // More than all of them: the same people call more.
  if (random_.below(1'000) >= permille) return;
  usual(person, day, department.calls * std::max(permille, 1'000u) / 1'000, out);
}

void Habits::usual(std::uint32_t person, std::int32_t day, unsigned calls, std::vector<Intent>& out) {
  const Department& department = departments()[office_.people[person].department];
  unsigned count = 0;
  for (unsigned i = 0; i < 2 * calls; ++i) count += random_.below(2) != 0;
  for (unsigned i = 0; i < count; ++i)
    out.push_back(intent(person, at(day, department.from_h * 60, department.to_h * 60), whom(person, department),
                         department.talk_s));
  // Calls that come in and are handed on to a colleague's or the own mobile.
  for (unsigned left = department.handed_on; left > 0; left -= std::min(left, 100u)) {
    if (random_.below(100) >= left) continue;
    Intent one = intent(person, at(day, department.from_h * 60, department.to_h * 60),
                        contact(person, mobiles_at_home()[0], false), department.talk_s);
    one.ask.purpose = random_.below(2) == 0 ? toll::Question::For::forward : toll::Question::For::transfer;
    out.push_back(std::move(one));
  }
  if (random_.below(4'000) == 0) out.push_back(intent(person, at(day, 480, 1'200), "112", 120));
}

void Habits::conference(std::uint32_t person, std::int32_t day, std::vector<Intent>& out) {
  const Department& department = departments()[office_.people[person].department];
  for (const Conference& each : conferences) {
    if (each.department != department.name || day_named(each.day) != day) continue;
    for (unsigned i = 0; i < each.talks; ++i) {
      if (random_.below(10) == 0) continue;
      const unsigned from_min = each.from_h * 60 + i * (each.talk_min + 15);
      Intent one = intent(person, at(day, from_min, from_min + 3), std::string(each.number), 1);
      one.ask.ring_ms = 1'000;
      one.ask.talk_ms = std::int64_t{each.talk_min} * 60'000 - static_cast<std::int64_t>(random_.below(90'000));
      out.push_back(std::move(one));
    }
  }
}

/// Abroad people call home, and the town they are in, at hours of that town.
void Habits::on_a_trip(std::uint32_t person, std::int32_t day, const Trip& trip, std::vector<Intent>& out) {
  constexpr unsigned waking_h[][2] = {{13, 28}, {14, 29}, {6, 21}, {0, 15}, {0, 14}, {3, 18},
                                      {4, 19},  {11, 26}, {6, 21}, {6, 21}, {6, 22}, {6, 22}};
  const Department& department = departments()[office_.people[person].department];
  const Range& town = ranges_far()[trip.where];
  const auto& hours = waking_h[trip.where % std::size(waking_h)];
  for (std::uint64_t left = 2 + random_.below(6); left > 0; --left)
    out.push_back(
        intent(person, at(day, hours[0] * 60, hours[1] * 60),
               random_.below(2) == 0 ? contact(person, town, random_.below(2) == 0) : whom(person, department),
               department.talk_s));
}

std::string Habits::whom(std::uint32_t person, const Department& department) {
  const bool stranger = random_.below(100) < department.strangers;
  const std::uint64_t which = random_.below(100);
  std::span<const Range> ranges = ranges_far();
  if (which < department.home)
    ranges = ranges_at_home();
  else if (which < department.home + department.mobile)
    ranges = mobiles_at_home();
  else if (which < department.home + department.mobile + department.near ||
           department.reach != toll::Reach::international)
    ranges = ranges_near();
  // Everybody has to do with a few towns more than with others.
  const std::size_t place = stranger ? random_.below(ranges.size()) : (person + random_.below(2)) % ranges.size();
  return contact(person, ranges[place], stranger);
}

std::string Habits::contact(std::uint32_t person, const Range& range, bool stranger) {
  return number_in(range, stranger ? random_.next() >> 20 : std::uint64_t{person} * 100 + random_.below(8));
}

/// With +, with 00, and numbers at home as one dials at home.
std::string Habits::as_dialled(std::string number) {
  switch (random_.below(3)) {
    case 0:
      return "00" + number.substr(1);
    case 1:
      return number.starts_with("+49") ? "0" + number.substr(3) : number;
    default:
      return number;
  }
}

/// Some time of the stretch, rather in its middle. Minutes of the day; beyond 24:00 is the next day.
std::int64_t Habits::at(std::int32_t day, unsigned from_min, unsigned to_min) {
  const std::uint64_t span_s = std::uint64_t{to_min - from_min} * 60;
  const auto second = static_cast<std::int64_t>(from_min * 60 + (random_.below(span_s) + random_.below(span_s)) / 2);
  return office_.zone->first_reach_s(std::int64_t{day} * schedule::seconds_per_day + second) * 1'000 +
         static_cast<std::int64_t>(random_.below(1'000));
}

std::int64_t Habits::talk_ms(unsigned mean_s) {
  const double chance = (static_cast<double>(random_.below(1'000'000)) + 1) / 1'000'001;
  return static_cast<std::int64_t>(std::clamp(-std::log(chance) * mean_s, 4.0, 9'000.0) * 1'000);
}

Intent Habits::intent(std::uint32_t person, std::int64_t at_ms, std::string number, unsigned mean_s) {
  Intent out{at_ms, {}};
  out.ask.person = person;
  out.ask.dialled = number.starts_with('+') ? as_dialled(std::move(number)) : std::move(number);
  out.ask.ring_ms = 3'000 + static_cast<std::int64_t>(random_.below(22'000));
  if (random_.below(100) < 85) out.ask.talk_ms = talk_ms(mean_s);
  out.ask.failing = random_.below(200) == 0 ? 1 : 0;
  return out;
}

}  // namespace rf::fraud
