// How often one extension may ask for something.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/ids.hpp"

namespace rf::call {

/// A rate for each extension, three seconds' worth of it at once. Knows those that asked within the last three seconds,
/// for what is older says nothing, and sweeps the others out as it grows.
class Pace {
 public:
  /// Takes one request of that extension, at `per_s` a second. None: it is served; else the seconds after which another
  /// would be, and nothing was taken.
  std::optional<std::uint32_t> turn_away(std::int64_t now_mono_ms, ExtensionId extension, std::uint32_t per_s);

 private:
  /// What was served so far is worth the time until then, at the allowed rate.
  boost::unordered_flat_map<ExtensionId, std::int64_t, std::hash<ExtensionId>> served_until_us_;
  std::size_t sweep_at_ = 0;
};

}  // namespace rf::call
