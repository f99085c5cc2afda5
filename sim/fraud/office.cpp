#include "sim/fraud/office.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include "core/document/object.hpp"
#include "core/document/rows.hpp"
#include "core/document/terms.hpp"
#include "core/number/plan.hpp"
#include "core/schedule/tzif.hpp"

namespace rf::fraud {
namespace {

using toll::Reach;

constexpr Range at_home[] = {{"Berlin", "4930", 12},   {"Hamburg", "4940", 12},    {"Munich", "4989", 12},
                             {"Cologne", "49221", 12}, {"Stuttgart", "49711", 12}, {"freephone", "49800", 12}};
constexpr Range mobile[] = {{"mobile", "49151", 13}, {"mobile", "49160", 12}, {"mobile", "49170", 12}};
constexpr Range near[] = {{"Vienna", "431", 11},     {"Zurich", "4144", 11},    {"Paris", "331", 11},
                          {"Lyon", "334", 11},       {"Amsterdam", "3120", 11}, {"Brussels", "322", 10},
                          {"Warsaw", "4822", 11},    {"Prague", "4202", 12},    {"London", "4420", 12},
                          {"Copenhagen", "4533", 10}};
constexpr Range far[] = {{"New York", "1212", 11}, {"Chicago", "1312", 11},   {"Istanbul", "90212", 12},
                         {"Shanghai", "8621", 12}, {"Tokyo", "813", 11},      {"Mumbai", "9122", 12},
                         {"Dubai", "9714", 11},    {"Sao Paulo", "5511", 12}, {"Cape Town", "2721", 11},
                         {"Riga", "3716", 11},     {"Tunis", "21671", 11},    {"Skopje", "3892", 11}};

// name, share, reach, hours, weekend, calls, talk, home, mobile, near, strangers, handed on, travellers
constexpr Department all[] = {
    {"management", 20, Reach::international, 8, 20, 50, 8, 300, 40, 30, 20, 10, 60, 100},
    {"sales", 200, Reach::international, 8, 19, 10, 10, 240, 40, 35, 17, 30, 80, 60},
    {"engineering", 300, Reach::international, 9, 19, 10, 3, 400, 60, 15, 15, 15, 10, 15},
    {"support", 200, Reach::international, 6, 22, 300, 8, 360, 50, 20, 25, 40, 20, 0},
    {"callcentre", 100, Reach::national, 9, 20, 250, 40, 80, 55, 45, 0, 90, 0, 0},
    {"logistics", 80, Reach::international, 5, 17, 100, 10, 120, 40, 35, 20, 20, 30, 10},
    {"reception", 20, Reach::national, 7, 19, 100, 12, 60, 60, 40, 0, 40, 900, 0},
    {"administration", 80, Reach::national, 8, 17, 0, 4, 200, 80, 20, 0, 15, 5, 0},
};

/// What the carriers charge. Beside the world that the office calls stand those countries whose numbers thieves earn
/// from, and one where a call costs for being answered at all.
constexpr std::string_view first_carrier =
    "prefix,rate_per_min,connection_fee,increments\n"
    "49,0.010,0,60/1\n4915,0.060,0,60/1\n4916,0.060,0,60/1\n4917,0.060,0,60/1\n49800,0,0,1/1\n49180,0.140,0,60/60\n"
    "49900,1.990,0.10,60/60\n43,0.020,0,60/1\n41,0.025,0,60/1\n33,0.015,0,60/1\n31,0.020,0,60/1\n32,0.020,0,60/1\n"
    "48,0.025,0,60/1\n420,0.025,0,60/1\n44,0.015,0,60/1\n44909,1.500,0,60/60\n45,0.020,0,60/1\n1,0.012,0,6/6\n"
    "1473,0.390,0,60/60\n1876,0.340,0,60/60\n90,0.060,0,60/1\n86,0.020,0,60/1\n81,0.040,0,60/1\n91,0.025,0,60/1\n"
    "971,0.180,0,60/1\n55,0.050,0,60/1\n27,0.060,0,60/1\n371,0.250,0,60/60\n37190,2.500,0,60/60\n216,0.550,0,60/60\n"
    "389,0.120,0.20,1/1\n53,0.850,0,60/60\n252,0.780,0,60/60\n220,0.650,0,60/60\n232,0.620,0,60/60\n"
    "960,0.950,0,60/60\n675,0.900,0,60/60\n881,4.500,0,60/60\n882,2.000,0,60/60\n";
constexpr std::string_view second_carrier =
    "prefix,rate_per_min,connection_fee,increments\n"
    "49,0.012,0,1/1\n4915,0.070,0,1/1\n4916,0.070,0,1/1\n4917,0.070,0,1/1\n49800,0,0,1/1\n43,0.025,0,1/1\n"
    "41,0.030,0,1/1\n33,0.020,0,1/1\n31,0.025,0,1/1\n32,0.025,0,1/1\n48,0.030,0,1/1\n420,0.030,0,1/1\n"
    "44,0.020,0,1/1\n45,0.025,0,1/1\n1,0.015,0,1/1\n1876,0.420,0,60/60\n90,0.070,0,1/1\n86,0.030,0,1/1\n"
    "81,0.050,0,1/1\n91,0.030,0,1/1\n971,0.220,0,1/1\n55,0.060,0,1/1\n27,0.070,0,1/1\n371,0.290,0,60/60\n"
    "216,0.600,0,60/60\n389,0.140,0.25,1/1\n53,0.990,0,60/60\n252,0.920,0,60/60\n960,1.100,0,60/60\n";

/// What the operator wrote, but for limits and extensions.
constexpr std::string_view policy = R"([telephony]
home = "DE"
area_code = "30"
time_zone = "Europe/Berlin"

[department.management]
[department.sales]
[department.engineering]
[department.support]
[department.callcentre]
[department.logistics]
[department.reception]
[department.administration]

[trunk.first]
kind = "registers"
uri = "sip:first.example;transport=tls"
user = "4930555"
deck = "first"
[trunk.second]
kind = "registers"
uri = "sip:second.example;transport=tls"
user = "office"
deck = "second"

[route.everywhere]
patterns = ["+."]
trunks = ["first", "second"]
least_cost = true

[deck.first]
[deck.second]
)";

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "the office of the simulation is wrong: {}\n", why);
  std::abort();
}

std::shared_ptr<const money::Deck> deck_of(std::string_view csv, const document::Table& table) {
  auto rows = document::rates_of_csv(csv, table, *money::Currency::parse("EUR"));
  if (!rows) give_up(rows.error().told.front().text);
  auto deck = money::Deck::of(std::move(*rows));
  if (!deck) give_up(deck.error().told.front().text);
  return std::make_shared<const money::Deck>(std::move(*deck));
}

/// Extensions 1001, 1002, … department after department.
std::vector<Person> hire(unsigned count) {
  std::vector<Person> out;
  for (std::uint32_t place = 0; place < std::size(all); ++place)
    for (unsigned i = 0; i < (count * all[place].share + 500) / 1'000; ++i)
      out.push_back({ExtensionId{out.size() + 1}, std::to_string(1'001 + out.size()), place});
  return out;
}

std::string extensions_text(const std::vector<Person>& people) {
  std::string out;
  for (const Person& person : people) {
    const Department& department = all[person.department];
    out += fmt::format("[extension.{}]\ndepartment = \"{}\"\nreach = \"{}\"\n", person.number, department.name,
                       toll::name_of(department.reach));
  }
  return out;
}

}  // namespace

std::span<const Range> ranges_at_home() {
  return at_home;
}
std::span<const Range> mobiles_at_home() {
  return mobile;
}
std::span<const Range> ranges_near() {
  return near;
}
std::span<const Range> ranges_far() {
  return far;
}
std::span<const Department> departments() {
  return all;
}

std::string number_in(const Range& range, std::uint64_t which) {
  // The plan has most numbers of a range, not all.
  for (std::uint64_t tries = 0; tries < 200; ++tries) {
    std::string out = "+" + std::string(range.stem);
    for (std::uint64_t word = mix64(which * 1'000 + tries + 1); out.size() < range.digits + 1; word = mix64(word + 1))
      out += static_cast<char>('0' + word % 10);
    const auto number = number::E164::parse(out);
    if (number && number::place_of(*number).valid) return out;
  }
  give_up(fmt::format("there is no number in {}", range.name));
}

std::string limits_for(unsigned people) {
  return fmt::format(
      "[limit.tenant]\nday = \"{}.00\"\nmonth = \"{}.00\"\n[limit.system]\nday = \"{}.00\"\nmonth = \"{}.00\"\n",
      4 * people, 60 * people, 4 * people + 100, 60 * people + 1'000);
}

Office make_office(unsigned people, std::string_view limits) {
  Office out;
  out.people = hire(people);
  auto zone = schedule::parse_posix_zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3");
  if (!zone) give_up(zone.error());
  out.zone = std::make_shared<const schedule::Zone>(std::move(*zone));

  const auto objects = document::read_objects(std::string(limits) + std::string(policy) + extensions_text(out.people));
  if (!objects) give_up(objects.error().told.front().text);
  std::vector<document::Placed> placed;
  for (const document::Object& object : *objects) {
    auto& one = placed.emplace_back(document::Placed{placed.size() + 1, *document::table_of(object)});
    one.token = fmt::format("abcdefghijklmnopqrstuvwxyz{}", one.id);
    if (object.kind == document::Kind::deck)
      one.deck = deck_of(object.name == "first" ? first_carrier : second_carrier, one.table);
  }
  std::vector<toll::Plan::Known> known;
  for (const Person& person : out.people) known.push_back({house, person.number, person.id});
  auto terms = document::terms_of(placed, {house, "house", known, [&](std::string_view) { return out.zone; }});
  if (!terms) give_up(terms.error().front().text);
  // Who may forward, forwards to mobiles.
  for (toll::ExtensionTerms& extension : terms->extensions) extension.forward.reach = Reach::national;
  // Every micro-unit of all months stands in one purse, against which the books are held.
  terms->system.money.prepaid = true;
  auto plan = toll::Plan::compile(std::move(*terms), known, 1);
  if (!plan) give_up(plan.error().front().text);
  out.plan = *plan;
  return out;
}

}  // namespace rf::fraud
