// Any bytes as the target of a request: what was decoded leads nowhere else, and encoded again it says the same.
#include <cstdint>
#include <string_view>

#include "core/base/check.hpp"
#include "core/base/limits/people.hpp"
#include "core/http/paths.hpp"
#include "core/http/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rf::http;
  static const Paths paths = [] {
    Paths out;
    out.add("/api/v1/extensions");
    out.add("/api/v1/extensions/{number}/devices/{name}");
    return out;
  }();
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  const std::string_view path = target.substr(0, target.find('?'));
  if (const auto match = paths.find(path))
    for (const std::string_view raw : match->values)
      if (const auto value = decode_segment(raw)) {
        RF_CHECK(!value->empty() && value->size() <= rf::ApiLimits::path_value_bytes && is_utf8(*value));
        RF_CHECK(value->find_first_of(std::string_view("/\\\0\r\n", 5)) == std::string::npos && *value != "..");
        RF_CHECK(decode_segment(encode(*value)) == value);
      }
  if (const auto fields = parse_query(target.substr(path.size() + (path.size() < target.size() ? 1 : 0)))) {
    RF_CHECK(fields->size() <= rf::ApiLimits::query_fields);
    for (const Field& field : *fields) {
      RF_CHECK(is_utf8(field.name) && is_utf8(field.value));
      const auto again = parse_query(encode(field.name) + "=" + encode(field.value));
      RF_CHECK(field.name.empty() || (again && again->front() == field));
    }
  }
  return 0;
}
