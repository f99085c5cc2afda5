#include "core/document/paces.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/document/forms.hpp"

namespace rf::document {

std::vector<toll::PaceRule> paces_of(const std::vector<std::string>& texts, const std::string& key,
                                     std::vector<std::pair<std::string, std::string>>& wrong) {
  std::vector<toll::PaceRule> out;
  for (const std::string& text : texts) {
    const auto pace = parse_pace(text);
    if (!pace) continue;
    if (std::any_of(out.begin(), out.end(), [&](const toll::PaceRule& each) { return each.id == pace->id; }))
      wrong.emplace_back(fmt::format("has two {} over one time, the second is \"{}\"", key, text),
                         "keep the stricter one");
    out.push_back(*pace);
  }
  for (const toll::PaceRule& alert : out) {
    if (!alert.alert) continue;
    const auto unheard = [&](const toll::PaceRule& each) {
      return !each.alert && each.period_s == alert.period_s && each.distinct == alert.distinct &&
             each.calls < alert.calls;
    };
    if (std::any_of(out.begin(), out.end(), unheard))
      wrong.emplace_back(fmt::format("{}: the alert at {} in {} s is above what is refused, so it would never be told",
                                     key, alert.calls, alert.period_s),
                         "write a lower one");
  }
  return out;
}

}  // namespace rf::document
