// Any bytes as what a caller says about itself: what is shown is bounded, plain and valid, and read twice it stays the
// same.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.hpp"
#include "core/base/limits/call.hpp"
#include "core/trunk/identity.hpp"

using namespace rf;

namespace {

bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '"'; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Lines: how to read, From user, host, display, asserted user, display, Privacy.
  std::string_view input(reinterpret_cast<const char*>(data), size);
  std::array<std::string_view, 7> lines{};
  for (std::string_view& line : lines) {
    line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
  }
  const unsigned how = lines[0].empty() ? 0 : static_cast<unsigned char>(lines[0][0]);
  trunk::BelieveRules rules{.trusted = (how & 1) != 0, .least_proof = trunk::Proof::address};
  rules.format = {.shape = static_cast<trunk::NumberShape>(how >> 1 & 3), .country = "44"};
  const trunk::NameFact asserted{.user = lines[4], .host = "p.example", .display = lines[5]};
  const trunk::CallerId id =
      trunk::believe(rules, {.from = {lines[1], lines[2], lines[3]}, .asserted = {&asserted, 1}, .privacy = lines[6]});
  RF_CHECK(id.number.size() <= TrunkLimits::number_characters && is_printable(id.number) && is_printable(id.withheld));
  RF_CHECK(id.display.size() <= TrunkLimits::display_bytes && is_printable(id.display));
  RF_CHECK(trunk::clean_display(id.display, id.number) == id.display);
  RF_CHECK(id.standing != trunk::Standing::anonymous || (id.number.empty() && id.display.empty()));
  RF_CHECK(id.standing != trunk::Standing::verified || rules.trusted);

  trunk::PresentRules outbound{.allowed = *trunk::NumberSet::compile({{"+442079460000", "+442079460099"}}),
                               .assert_by = trunk::Assert::preferred,
                               .names_shown = true,
                               .tell = trunk::TellDiversion::both,
                               .format = rules.format,
                               .domain = "us.example"};
  const trunk::Diversion diversion{.number = lines[4]};
  const auto shown = trunk::present(
      outbound, {.number = lines[1], .display = lines[3], .diversions = {&diversion, 1}, .called = lines[2]});
  RF_CHECK(shown.has_value());
  for (const std::string* value : {&shown->from, &shown->preferred, &shown->diversion, &shown->history_info})
    for (const unsigned char c : *value) RF_CHECK(c >= 0x20 && c != 0x7f);
  RF_CHECK(shown->from.find(outbound.domain) == std::string::npos || outbound.allowed.contains(lines[1]));
  return 0;
}
