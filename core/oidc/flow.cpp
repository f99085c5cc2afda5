#include "core/oidc/flow.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "core/base/limits/people.hpp"
#include "core/base/plain.hpp"
#include "core/http/json.hpp"
#include "core/http/url.hpp"
#include "core/http/base64url.hpp"

namespace rf::oidc {
namespace {

using nlohmann::json;

constexpr std::size_t code_bytes = 2'048;
constexpr std::size_t word_bytes = 64;

std::string string_at(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

/// Base64 as the Authorization header has it.
std::string base64(std::string_view text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace

std::string text_of(const Flow& flow) {
  return json{{"p", flow.provider}, {"s", flow.state},  {"n", flow.nonce},       {"v", flow.verifier},
              {"r", flow.redirect}, {"t", flow.target}, {"e", flow.ends_wall_ms}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<Flow> read_flow(std::string_view text) {
  const auto read = http::read_object(text);
  if (!read || !read->contains("e") || !read->at("e").is_number_integer()) return std::nullopt;
  Flow out{string_at(*read, "p"), string_at(*read, "s"), string_at(*read, "n"),        string_at(*read, "v"),
           string_at(*read, "r"), string_at(*read, "t"), read->at("e").get<std::int64_t>()};
  if (out.state.empty() || out.nonce.empty() || out.verifier.empty()) return std::nullopt;
  return out;
}

std::string challenge_of(std::string_view verifier) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size(), hash.data());
  return http::base64url(hash);
}

std::string authorization_url(const Metadata& metadata, const access::Provider& provider, const Flow& flow) {
  return fmt::format(
      "{}{}response_type=code&client_id={}&redirect_uri={}&scope={}&state={}&nonce={}&code_challenge={}"
      "&code_challenge_method=S256",
      metadata.authorization, metadata.authorization.find('?') == std::string::npos ? "?" : "&",
      http::encode(provider.client), http::encode(flow.redirect), http::encode(provider.scopes),
      http::encode(flow.state), http::encode(flow.nonce), challenge_of(flow.verifier));
}

std::optional<Misfit> misfit_of(const Flow& flow, const Return& back, const Metadata& metadata, std::string_view issuer,
                                std::int64_t now_wall_ms) {
  if (back.state.empty() || !equal_in_constant_time(back.state, flow.state)) return Misfit::state;
  if (flow.ends_wall_ms <= now_wall_ms || flow.ends_wall_ms > now_wall_ms + SignInLimits::flow_s * 1'000)
    return Misfit::ended;
  if (back.issuer.empty() ? metadata.names_itself : back.issuer != issuer) return Misfit::issuer;
  if (!back.error.empty()) return Misfit::refused;
  if (back.code.empty() || back.code.size() > code_bytes) return Misfit::no_code;
  return std::nullopt;
}

TokenRequest token_request(const Metadata& metadata, const access::Provider& provider, const Flow& flow,
                           std::string_view code) {
  std::string body =
      fmt::format("grant_type=authorization_code&code={}&redirect_uri={}&code_verifier={}", http::encode(code),
                  http::encode(flow.redirect), http::encode(flow.verifier));
  const Secret<std::string> secret(http::encode(provider.secret.reveal()));
  const std::string client = http::encode(provider.client);
  if (metadata.secret_in_body) {
    body += fmt::format("&client_id={}&client_secret={}", client, secret.reveal());
    return {Secret<std::string>(std::move(body)), {}};
  }
  // Coded first, as RFC 6749 §2.3.1 has it: a colon in the id would end it.
  return {Secret<std::string>(std::move(body)),
          Secret<std::string>("Basic " + base64(fmt::format("{}:{}", client, secret.reveal())))};
}

std::expected<std::string, std::string> read_token_answer(unsigned status, std::string_view body) {
  if (body.size() > SignInLimits::document_bytes) return std::unexpected("its answer is longer than it may be");
  const auto read = http::read_object(body);
  if (!read) return std::unexpected(fmt::format("it answered {} and no JSON object", status));
  if (status != 200 || read->contains("error"))
    return std::unexpected(fmt::format("it answered {} {}", status, plain(string_at(*read, "error"), word_bytes)));
  std::string token = string_at(*read, "id_token");
  if (token.empty()) return std::unexpected("its answer has no ID token");
  return token;
}

bool is_own_target(std::string_view text) {
  constexpr std::size_t target_bytes = 256;
  return text.starts_with("#/") && text.size() <= target_bytes && std::all_of(text.begin(), text.end(), [](char c) {
           return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\';
         });
}

}  // namespace rf::oidc
