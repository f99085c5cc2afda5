// Keys that people press in a call: which way they go to a leg and come from it, and keys in SIP INFO. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/media/plan.hpp"
#include "core/policy/keys.hpp"

namespace rf::call {

/// How keys are sent to a leg. `has_events`: its description has telephone-event. Without a rule of its own: as events
/// where it has them, else by INFO when it sends its own so, else as tones.
media::KeyWay key_way(policy::Keys rule, bool has_events, bool sends_info);
/// Whether a key that such a leg sends by INFO counts.
bool takes_info_keys(policy::Keys rule, bool has_events);
/// Whether such a leg is told of telephone-event.
bool speaks_events(policy::Keys rule);

/// One press.
struct KeyPress {
  std::uint8_t code = 0;  ///< RFC 4733 §3.2: 0 to 15
  std::uint32_t lasts_ms = 160;
};
/// The character of a code below 16.
char symbol_of(std::uint8_t code);
/// The code of 0 to 9, *, #, A to D; none of anything else.
std::optional<std::uint8_t> code_of(char symbol);

/// Whether INFO with such a body is about keys.
bool is_key_type(std::string_view content_type);
/// What application/dtmf-relay ("Signal=5", "Duration=160", a line each) or application/dtmf ("5") say. None: it is no
/// key, or says it twice. Durations that are no number count as not said.
std::optional<KeyPress> read_key(std::string_view body);
/// The body that tells of it, of application/dtmf-relay.
std::string write_key(const KeyPress& key);

}  // namespace rf::call
