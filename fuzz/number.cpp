// What people dial, the patterns and lists they write: one meaning each, and what is read can be written and read
// again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"
#include "core/number/dial.hpp"
#include "core/number/lists.hpp"
#include "core/number/pattern_index.hpp"
#include "core/number/rewrite.hpp"

using namespace rf;
using namespace rf::number;

namespace {

void dials(std::string_view text, std::uint8_t choice) {
  static const std::vector<Country> homes = countries();
  Context context;
  context.home = homes[choice % homes.size()];
  if (choice & 1) context.outside_prefix = "9";
  if (choice & 2) context.area_code = "30";
  context.unlisted_national = (choice & 4) != 0;
  const Dialled out = dial(text, context);
  RF_CHECK((out.kind == Dialled::Kind::unusable) == (out.fault != DialFault::none));
  RF_CHECK(out.kind != Dialled::Kind::emergency || out.digits.size() <= 6);
  if (out.kind != Dialled::Kind::global) return;
  RF_CHECK(out.place.calling_code != 0);
  RF_CHECK(out.place.valid || !rewrite({Rewrite::Form::national, 0, ""}, out.number, context.home) ||
           context.home != out.place.region);
  const Dialled again = dial(out.number.text(), context);
  RF_CHECK(again.kind == Dialled::Kind::global && again.number == out.number);
}

/// The lines of a text as patterns; the last line is what is asked.
void reads_patterns(std::string_view text) {
  std::vector<Pattern> patterns;
  std::string_view line;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto pattern = Pattern::parse(line);
    if (!pattern || patterns.size() == 16) continue;
    const auto again = Pattern::parse(pattern->text());
    RF_CHECK(again && *again == *pattern);
    patterns.push_back(*pattern);
  }
  const auto index = PatternIndex::build(patterns);
  if (!index) return;
  const auto found = index->find(line).patterns;
  std::size_t place = 0;
  for (std::uint32_t i = 0; i < patterns.size(); ++i) {
    const bool fits = patterns[i].matches(line);
    RF_CHECK(fits == (place < found.size() && found[place] == i));
    place += fits;
  }
}

void reads_a_list(std::string_view text) {
  Imported read = import_list(text, {});
  const std::vector<NumberRule> rules = read.rules.numbers;
  const auto set = NumberSet::build(std::move(read.rules), 7);
  if (!set) return;
  for (const NumberRule& rule : rules) {
    const auto verdict = set->find(rule.number);
    RF_CHECK(verdict && (rule.prefix || verdict->exact) && verdict->listing != Listing::allowed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  switch (data[0] % 3) {
    case 0:
      dials(text, data[1]);
      break;
    case 1:
      reads_patterns(text);
      break;
    default:
      reads_a_list(text);
      break;
  }
  return 0;
}
