// Any bytes as the body of a request: what is taken says everything once, lies no deeper than it may, and reads the
// same again.
#include <cstdint>
#include <string_view>

#include "core/base/check.hpp"
#include "core/base/limits/people.hpp"
#include "core/http/json.hpp"

namespace {

std::size_t depth_of(const nlohmann::json& value) {
  std::size_t deepest = 0;
  if (value.is_structured()) {
    RF_CHECK(value.size() <= rf::ApiLimits::json_members);
    for (const auto& each : value) deepest = std::max(deepest, depth_of(each));
    return deepest + 1;
  }
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = rf::http::read_object(text);
  if (!read) {
    RF_CHECK(!read.error().empty() && read.error().size() < 200);
    return 0;
  }
  RF_CHECK(read->is_object() && depth_of(*read) <= rf::ApiLimits::json_depth);
  // The library reads the same where it reads anything.
  RF_CHECK(nlohmann::json::parse(text, nullptr, false) == *read);
  const auto again = rf::http::read_object(read->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  RF_CHECK(again.has_value());
  return 0;
}
