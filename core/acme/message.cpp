#include "core/acme/message.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>

#include "core/base/limits/acme.hpp"
#include "core/base/plain.hpp"
#include "core/http/base64url.hpp"
#include "core/http/json.hpp"

namespace rf::acme {
namespace {

using Json = nlohmann::json;
template <class T>
using Read = std::expected<T, std::string>;

constexpr std::string_view error_space = "urn:ietf:params:acme:error:";

std::string coded(std::string_view text) {
  return http::base64url({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::array<std::uint8_t, 32> digest_of(std::string_view text) {
  std::array<std::uint8_t, 32> out;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
  return out;
}

/// Empty when it is missing or no text.
std::string text_at(const Json& object, std::string_view key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

Read<std::string> url_at(const Json& object, std::string_view key) {
  std::string url = text_at(object, key);
  if (!is_url(url)) return std::unexpected(fmt::format("\"{}\" is no https address", key));
  return url;
}

Read<State> state_of(const Json& object) {
  const std::string word = text_at(object, "status");
  if (word == "pending") return State::pending;
  if (word == "ready") return State::ready;
  if (word == "processing") return State::processing;
  if (word == "valid") return State::valid;
  for (const std::string_view end : {"invalid", "deactivated", "expired", "revoked"})
    if (word == end) return State::invalid;
  return std::unexpected("\"status\" is none that there is");
}

Problem problem_in(const Json& object) {
  std::string type = text_at(object, "type");
  if (type.starts_with(error_space)) type.erase(0, error_space.size());
  return {plain(type, AcmeLimits::text_bytes), plain(text_at(object, "detail"), AcmeLimits::trouble_bytes)};
}

/// Of an object that has an "error", or of the first of those in it that has.
std::string trouble_in(const Json& object) {
  const auto at = object.find("error");
  if (at == object.end() || !at->is_object()) return {};
  const Problem problem = problem_in(*at);
  return problem.detail.empty() ? problem.type : problem.detail;
}

std::string jwk(const PublicKey& key) {
  // In the order that RFC 7638 §3 asks for.
  return fmt::format(R"({{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}})", http::base64url(key.x),
                     http::base64url(key.y));
}

}  // namespace

bool is_nonce(std::string_view text) {
  return !text.empty() && text.size() <= AcmeLimits::text_bytes && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_url(std::string_view text) {
  return text.starts_with("https://") && text.size() <= AcmeLimits::url_bytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; });
}

Read<Directory> read_directory(std::string_view text) {
  const auto object = http::read_object(text);
  if (!object) return std::unexpected("its directory is no directory: " + object.error());
  Directory out;
  for (const auto& [key, url] : {std::pair{"newNonce", &out.new_nonce}, std::pair{"newAccount", &out.new_account},
                                 std::pair{"newOrder", &out.new_order}}) {
    auto read = url_at(*object, key);
    if (!read) return std::unexpected("its directory is no directory: " + read.error());
    *url = std::move(*read);
  }
  if (const auto meta = object->find("meta"); meta != object->end() && meta->is_object())
    out.external_account = meta->value("externalAccountRequired", Json(false)) == Json(true);
  return out;
}

Read<Order> read_order(std::string_view text) {
  const auto object = http::read_object(text);
  if (!object) return std::unexpected("its order is no order: " + object.error());
  Order out;
  const auto state = state_of(*object);
  if (!state) return std::unexpected("its order is no order: " + state.error());
  out.state = *state;
  out.trouble = trouble_in(*object);
  auto finalize = url_at(*object, "finalize");
  if (!finalize) return std::unexpected("its order is no order: " + finalize.error());
  out.finalize = std::move(*finalize);
  const auto list = object->find("authorizations");
  if (list == object->end() || !list->is_array() || list->empty() || list->size() > AcmeLimits::names)
    return std::unexpected("its order is no order: it has no authorizations, or too many");
  for (const Json& each : *list) {
    if (!each.is_string() || !is_url(each.get<std::string>()))
      return std::unexpected("its order is no order: an authorization is no https address");
    out.authorizations.push_back(each.get<std::string>());
  }
  if (out.state == State::valid) {
    auto certificate = url_at(*object, "certificate");
    if (!certificate) return std::unexpected("its order is no order: " + certificate.error());
    out.certificate = std::move(*certificate);
  }
  return out;
}

Read<Authorization> read_authorization(std::string_view text) {
  const auto object = http::read_object(text);
  if (!object) return std::unexpected("its authorization is none: " + object.error());
  Authorization out;
  const auto state = state_of(*object);
  if (!state) return std::unexpected("its authorization is none: " + state.error());
  out.state = *state;
  const auto identifier = object->find("identifier");
  if (identifier == object->end() || !identifier->is_object() || text_at(*identifier, "type") != "dns")
    return std::unexpected("its authorization is none: it is not for a name");
  out.name = text_at(*identifier, "value");
  const auto list = object->find("challenges");
  if (list == object->end() || !list->is_array()) return std::unexpected("its authorization is none: no challenges");
  for (const Json& each : *list) {
    if (!each.is_object()) continue;
    if (out.trouble.empty()) out.trouble = trouble_in(each);
    if (text_at(each, "type") != "tls-alpn-01") continue;
    Challenge challenge{text_at(each, "url"), text_at(each, "token")};
    // A token is as long as nobody can guess it (§8.1), and of the same letters as a nonce.
    if (is_url(challenge.url) && is_nonce(challenge.token) && challenge.token.size() >= 22)
      out.tls_alpn = std::move(challenge);
  }
  return out;
}

Problem read_problem(std::string_view text) {
  const auto object = http::read_object(text);
  return object ? problem_in(*object) : Problem{};
}

std::string thumbprint(const PublicKey& key) {
  return http::base64url(digest_of(jwk(key)));
}

std::array<std::uint8_t, 32> answer_to(std::string_view token, const PublicKey& key) {
  return digest_of(fmt::format("{}.{}", token, thumbprint(key)));
}

std::optional<std::string> signed_body(const Header& header, const PublicKey& key, std::string_view payload,
                                       const Sign& sign) {
  Json head{{"alg", "ES256"}, {"nonce", header.nonce}, {"url", header.url}};
  if (header.account.empty())
    head["jwk"] = Json::parse(jwk(key));
  else
    head["kid"] = header.account;
  const std::string first = coded(head.dump()), second = coded(payload);
  const std::string signature = sign(first + "." + second);
  if (signature.empty()) return std::nullopt;
  return Json{{"protected", first}, {"payload", second}, {"signature", coded(signature)}}.dump();
}

std::string account_payload(std::string_view contact) {
  Json out{{"termsOfServiceAgreed", true}};
  if (!contact.empty()) out["contact"] = {fmt::format("mailto:{}", contact)};
  return out.dump();
}

std::string order_payload(std::span<const std::string> names) {
  Json list = Json::array();
  for (const std::string& name : names) list.push_back({{"type", "dns"}, {"value", name}});
  return Json{{"identifiers", std::move(list)}}.dump();
}

std::string finalize_payload(std::span<const std::uint8_t> request) {
  return Json{{"csr", http::base64url(request)}}.dump();
}

std::int64_t due_ms(std::int64_t begin_ms, std::int64_t end_ms) {
  return begin_ms + (end_ms - begin_ms) / 3 * 2;
}

std::int64_t pause_ms(std::uint32_t failures) {
  if (failures == 0) return 0;
  const std::uint32_t doubled = std::min(failures - 1, 16u);
  return std::min<std::int64_t>(std::int64_t{AcmeLimits::again_s} << doubled, AcmeLimits::again_s_most) * 1'000;
}

}  // namespace rf::acme
