// The rules that a call passed, in order, as its record keeps them: as text, so that it tells what applied then,
// whatever is configured since.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/toll/decide.hpp"

namespace rf::toll {

/// What is no check of a number: whether the call fits what its extension, department and tenant usually do.
inline constexpr std::string_view habits_rule = "habits";
/// And this one: that a call for help is not held to the encryption that is required.
inline constexpr std::string_view media_rule = "media";

/// One rule of a trail. Views into it.
struct TrailStep {
  std::string_view rule;  ///< name_of(Check), habits_rule or media_rule
  bool passed = true;
  std::string_view text;  ///< may be empty
};

/// Appends a line to `trail`: "reach: national, and it may call international", or only "pace". It gets at most
/// TollLimits::trail_bytes long: the first lines leave when there is no room, since the last one tells who refused.
void add_passed(std::string& trail, std::string_view rule, std::string_view text = {});
inline void add_passed(std::string& trail, Check check, std::string_view text = {}) {
  add_passed(trail, name_of(check), text);
}
/// The same, with "!" in front.
void add_refused(std::string& trail, std::string_view rule, std::string_view why);
inline void add_refused(std::string& trail, Check check, std::string_view why) {
  add_refused(trail, name_of(check), why);
}
/// All that decide() asked. `plan` and `question` as they were there.
void add_decision(std::string& trail, const Plan& plan, const Question& question, const Decision& decision);

/// Appends another trail.
void append(std::string& trail, std::string_view more);

/// What was appended. Lines that are none are passed over.
std::vector<TrailStep> steps_of(std::string_view trail);

}  // namespace rf::toll
