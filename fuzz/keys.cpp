// Any body of an INFO as keys: one of sixteen for a bounded time or none, and what we write of it is read as the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/check.hpp"
#include "core/base/limits/call.hpp"
#include "core/call/keys.hpp"

using namespace rf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  (void)call::is_key_type(input);
  const auto key = call::read_key(input);
  if (!key) return 0;
  RF_CHECK(key->code < 16);
  RF_CHECK(key->lasts_ms >= VoiceLimits::press_least_ms && key->lasts_ms <= VoiceLimits::press_most_ms);
  const auto again = call::read_key(call::write_key(*key));
  RF_CHECK(again && again->code == key->code && again->lasts_ms == key->lasts_ms);
  return 0;
}
