// How keys that people press in a call are sent to a phone or a trunk, and taken from it (row E9).
#pragma once

#include <cstdint>

namespace rf::policy {

/// `automatic`: as the side's description and what it sends say. The others: this way where it is possible. In the
/// order of the words that the configuration has for them (core/document/schema).
enum class Keys : std::uint8_t {
  automatic,
  events,  ///< RFC 4733; a side whose description has none is asked as with `automatic`
  info,    ///< SIP INFO
  sound,   ///< tones in the sound
};

}  // namespace rf::policy
