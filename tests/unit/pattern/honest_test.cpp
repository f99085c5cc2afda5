// Months of an honest company of 500 extensions: seasons, travel, conference days, crises at night, new people. How
// often is it refused, and how often told, with the thresholds that stand?
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <queue>
#include <vector>

#include "core/base/random.hpp"
#include "pattern_world.hpp"

namespace rf::pattern {
namespace {

/// Beginnings of numbers, each with how many digits follow that the plan has numbers for.
struct Beginning {
  std::string_view digits;
  unsigned more;
};
constexpr Beginning germany[] = {{"+4930", 8}, {"+4989", 8}, {"+4940", 7}, {"+49171", 7}, {"+49160", 7}, {"+49221", 7}};
constexpr Beginning abroad[] = {{"+43664", 7}, {"+4144", 7},    {"+3361", 7},  {"+44207", 7},  {"+39335", 7},
                                {"+48601", 6}, {"+420602", 6},  {"+3120", 7},  {"+4520", 6},   {"+46701", 6},
                                {"+34612", 6}, {"+1212555", 4}, {"+8190", 8},  {"+861381", 7}, {"+972521", 6},
                                {"+90532", 7}, {"+35191", 7},   {"+30694", 7}, {"+3706", 7},   {"+3712", 7},
                                {"+6581", 6},  {"+91981", 7},   {"+5511", 8},  {"+27821", 6},  {"+61412", 6},
                                {"+82101", 7}, {"+7912", 7},    {"+97150", 7}, {"+35386", 7},  {"+358401", 6}};

class Company {
 public:
  Company() : random_(Random::Seed{4}) {
    for (unsigned i = 0; i < people; ++i) {
      Person person;
      person.joined_day = i < 400 ? 0 : below(days);
      // Sales, purchasing and development talk with partners abroad; most do not.
      const unsigned partners = i % 10 == 0 ? 12 : i % 5 == 0 ? 4 : below(3) == 0 ? 1 : 0;
      for (unsigned p = 0; p < partners; ++p) person.partners.push_back(number(abroad[country()]));
      for (unsigned c = 0; c < 20; ++c) person.contacts.push_back(number(germany[below(std::size(germany))]));
      person.calls_a_day = i % 10 == 0 ? 25 : i % 17 == 0 ? 60 : 6;  // sales; a call centre; everybody else
      person.night_shift = i % 50 == 3;
      people_.push_back(std::move(person));
    }
  }

  void run() {
    for (unsigned day = 0; day < days; ++day) {
      for (unsigned i = 0; i < people; ++i) plan_day(day, i);
      carry_out();
    }
  }

  static constexpr unsigned people = 500, days = 150;
  std::uint64_t calls = 0, refused = 0, refused_people_days = 0, abroad_calls = 0, alerts = 0, unusual = 0;
  std::vector<std::string> reasons;

 private:
  struct Person {
    std::vector<std::string> contacts, partners;
    unsigned joined_day = 0, calls_a_day = 6;
    bool night_shift = false;
    unsigned travels_until = 0;  ///< a colleague is abroad, and is called there
    std::string traveller;
  };
  struct Planned {
    std::int64_t at_ms = 0;
    unsigned person = 0;
    std::string number;
    std::optional<std::uint32_t> talked_s;
    friend bool operator<(const Planned& a, const Planned& b) { return a.at_ms < b.at_ms; }
  };

  unsigned below(unsigned bound) { return static_cast<unsigned>(random_.next() % bound); }
  bool chance(unsigned in) { return below(in) == 0; }
  /// Neighbours are called often, far countries seldom.
  std::size_t country() {
    const double u = static_cast<double>(below(1'000'000)) / 1e6;
    return static_cast<std::size_t>(std::pow(u, 2.5) * std::size(abroad));
  }
  std::string number(const Beginning& beginning) {
    std::string out(beginning.digits);
    out += static_cast<char>('2' + below(8));
    for (unsigned i = 1; i < beginning.more; ++i) out += static_cast<char>('0' + below(10));
    return out;
  }
  std::optional<std::uint32_t> length() {
    if (below(100) < 28) return std::nullopt;
    if (below(100) < 12) return 20 + below(25);  // an answering machine
    return static_cast<std::uint32_t>(
        std::exp(std::log(110.0) + 1.1 * (static_cast<double>(below(2'000)) / 1'000 - 1) * 1.7));
  }

  void add(unsigned person, unsigned day, unsigned minute, std::string number) {
    today_.push_back(
        {monday_ms + day * day_ms + minute * minute_ms + below(60) * second_ms, person, std::move(number), length()});
  }
  unsigned office_minute(const Person& person) {
    if (person.night_shift) return (22 * 60 + below(480)) % 1'440;
    if (chance(60)) return 18 * 60 + below(240);  // late in the evening
    return 8 * 60 + below(600);
  }

  void plan_day(unsigned day, unsigned i) {
    Person& person = people_[i];
    if (day < person.joined_day) return;
    const bool weekend = day % 7 >= 5;
    const bool holidays = day > 90 && day < 104;  // Easter: half of them are away
    const bool conference = day % 45 == 20;       // everybody calls partners, and each other's
    if (weekend && !chance(40) && !person.night_shift) return;
    if (holidays && i % 2 == 0) return;
    unsigned count = person.calls_a_day / 2 + below(person.calls_a_day);
    if (conference) count *= 2;
    if (weekend) count = 1 + count / 6;
    for (unsigned c = 0; c < count; ++c) add(i, day, office_minute(person), home_number(person));
    if (!person.partners.empty())
      for (unsigned c = below(conference ? 8 : 3); c > 0; --c) add(i, day, office_minute(person), partner(person));
    if (chance(150)) customer_abroad(day, i);
    if (chance(400)) travel(day, i);
    if (person.travels_until > day)
      for (unsigned c = below(4); c > 0; --c) add(i, day, office_minute(person), person.traveller);
    if (chance(8'000)) crisis(day, i);
  }
  std::string home_number(Person& person) {
    return chance(3) ? number(germany[below(std::size(germany))]) : person.contacts[below(20)];
  }
  std::string partner(Person& person) {
    if (chance(12)) person.partners[below(static_cast<unsigned>(person.partners.size()))] = number(abroad[country()]);
    return person.partners[below(static_cast<unsigned>(person.partners.size()))];
  }
  /// Somebody new in any country, called again and again, at several desks of one company.
  void customer_abroad(unsigned day, unsigned i) {
    const std::string first = number(abroad[below(std::size(abroad))]);
    const unsigned hour = 9 + below(7);
    for (unsigned c = 1 + below(6); c > 0; --c) {
      std::string desk = first;
      desk.back() = static_cast<char>('0' + below(10));
      add(i, day, hour * 60 + below(120), desk);
    }
  }
  void travel(unsigned day, unsigned i) {
    people_[i].travels_until = day + 3 + below(10);
    people_[i].traveller = number(abroad[below(std::size(abroad))]);
  }
  /// A colleague abroad is in trouble, at night: the same few numbers of one place, several times.
  void crisis(unsigned day, unsigned i) {
    const std::string hotel = number(abroad[below(std::size(abroad))]);
    const unsigned hour = 19 + below(4);
    for (unsigned c = 2 + below(5); c > 0; --c) add(i, day, hour * 60 + below(60), hotel);
  }

  void carry_out() {
    std::sort(today_.begin(), today_.end());
    std::vector<bool> was_refused(people);
    for (const Planned& each : today_) {
      const Judgement judgement = office_.call(each.person + 1, each.at_ms, each.number, each.talked_s);
      ++calls;
      if (!each.number.starts_with("+49")) ++abroad_calls;
      if (judgement.highest >= unusual_score) ++unusual;
      if (judgement.action != Action::block) continue;
      ++refused;
      if (!was_refused[each.person]) ++refused_people_days;
      was_refused[each.person] = true;
      if (reasons.size() < 20) reasons.push_back(office_.text(judgement, each.at_ms, each.number));
    }
    alerts = office_.told;
    today_.clear();
  }

  Random random_;
  Office office_;
  std::vector<Person> people_;
  std::vector<Planned> today_;
};

TEST(Honest, FewerThanOneInTenThousandCallsOfMonthsOfACompanyIsRefused) {
  Company company;
  company.run();
  std::string shown;
  for (const std::string& reason : company.reasons) shown += "\n  " + reason;
  RecordProperty("calls", std::to_string(company.calls));
  std::cout << "  " << company.calls << " calls, " << company.abroad_calls << " abroad: " << company.refused
            << " refused, " << company.alerts << " told, " << company.unusual << " unusual" << shown << "\n";
  EXPECT_GT(company.calls, 300'000u);
  EXPECT_LT(company.refused * 10'000, company.calls) << shown;
  EXPECT_LT(company.alerts * 1'000, company.calls) << "an alert that is told all the time is not read";
}

}  // namespace
}  // namespace rf::pattern
