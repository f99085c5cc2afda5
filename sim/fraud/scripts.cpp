#include "sim/fraud/scripts.hpp"

namespace rf::fraud {
namespace {

using For = toll::Question::For;

/// What thieves are paid for. Premium and satellite numbers are asked for as well, and refused by their class.
constexpr Range costly[] = {
    {"Latvian premium", "37190", 11}, {"Cuba", "537", 10},       {"Maldives", "9603", 10}, {"Somalia", "2526", 11},
    {"Jamaica", "1876", 11},          {"satellite", "8816", 12}, {"Gambia", "2203", 10}};
constexpr Range quiet[] = {{"Tunisia", "21671", 11}, {"Jamaica", "1876", 11}, {"Grenada", "1473", 11}};
constexpr Range cuba[] = {{"Cuba", "537", 10}};
constexpr Range maldives[] = {{"Maldives", "9603", 10}};
constexpr Range mobiles[] = {{"mobile", "49151", 13}};
constexpr Range fee[] = {{"Skopje", "3892", 11}};
constexpr Range everything[] = {{"Cuba", "537", 10},      {"Maldives", "9603", 10}, {"Somalia", "2526", 11},
                                {"Jamaica", "1876", 11},  {"Skopje", "3892", 11},   {"Grenada", "1473", 11},
                                {"Tunisia", "21671", 11}, {"Gambia", "2203", 10},   {"mobile", "49151", 13}};

constexpr std::uint32_t until_cut_s = 12 * 3'600;
constexpr std::int64_t second_ms = 1'000, minute_ms = 60'000;

constexpr Script all[] = {
    {"premium burst at night", 1, "sales", For::call, costly, 10, 2 * second_ms, until_cut_s, until_cut_s, 1, 5, 0},
    {"slow trickle", 1, "sales", For::call, quiet, 1, 25 * minute_ms, 180, 480, 9, 18, 60},
    {"forwarding abroad", 1, "management", For::forward, costly, 20, 5 * second_ms, until_cut_s, until_cut_s, 0, 24, 0},
    {"forwarding to mobiles", 1, "support", For::forward, mobiles, 20, 5 * second_ms, until_cut_s, until_cut_s, 18, 30,
     0},
    {"transfer, outside to outside", 1, "management", For::transfer, cuba, 20, 5 * second_ms, until_cut_s, until_cut_s,
     19, 30, 0},
    {"many extensions at once", 25, "sales", For::call, costly, 4, 5 * second_ms, until_cut_s, until_cut_s, 2, 5, 0},
    {"many extensions by day", 25, "sales", For::call, costly, 4, 5 * second_ms, until_cut_s, until_cut_s, 10, 17, 0},
    {"trunk hopping", 1, "logistics", For::call, maldives, 6, 3 * second_ms, 1'800, 3'000, 0, 24, 0, true},
    {"revenue share", 1, "support", For::call, cuba, 4, 10 * second_ms, 540, 540, 8, 22, 0},
    {"call pumping", 1, "sales", For::call, fee, 4, 200, 2, 6, 0, 24, 0},
    {"whoever searches", 3, "", For::call, everything, 20, 1 * second_ms, until_cut_s, until_cut_s, 0, 24, 0, false,
     true},
};

}  // namespace

std::span<const Script> scripts() {
  return all;
}

}  // namespace rf::fraud
