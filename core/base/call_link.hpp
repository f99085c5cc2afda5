// What the Call-IDs of our legs begin with, so that whoever knows a call's id finds them; not the other way.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/keyed_hash.hpp"

namespace rf {

inline constexpr std::size_t call_link_bytes = 12;

/// Out of [a-z0-9], the same for all legs that we make for the call of that id (record::Cdr::id). Of the 103 bits of an
/// id 62 show, so nobody who sees a Call-ID can guess it.
inline std::string call_link(std::string_view call) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::uint64_t left = KeyedHash(HashKey(0x63616c6c)).add(call).finish();
  std::string out;
  for (std::size_t i = 0; i < call_link_bytes; ++i, left /= letters.size()) out += letters[left % letters.size()];
  return out;
}

}  // namespace rf
