#include "core/http/kept.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/limits/people.hpp"

namespace rf::http {

bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= ApiLimits::key_bytes && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == ':' || c == '~';
  });
}

std::string text_of(const KeptAnswer& answer) {
  using Json = nlohmann::json;
  const bool cut = answer.cut || answer.body.size() + answer.location.size() > ApiLimits::answer_bytes;
  const Json json = cut ? Json{{"status", answer.status}}
                        : Json{{"status", answer.status}, {"body", answer.body}, {"location", answer.location}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<KeptAnswer> parse_kept(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("status") || !json["status"].is_number_unsigned()) return std::nullopt;
  KeptAnswer out{json["status"].get<unsigned>(), {}, {}, !json.contains("body")};
  if (out.cut) return out;
  if (!json["body"].is_string() || !json.contains("location") || !json["location"].is_string()) return std::nullopt;
  out.body = json["body"].get<std::string>();
  out.location = json["location"].get<std::string>();
  return out;
}

}  // namespace rf::http
