#include "core/oidc/token.hpp"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/freed.hpp"
#include "core/base/limits/people.hpp"
#include "core/base/plain.hpp"
#include "core/http/base64url.hpp"
#include "core/http/json.hpp"
#include "core/http/url.hpp"

namespace rf::oidc {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 15> texts = {
    "it is too long",
    "it is no token",
    "it is signed in a way that is not allowed",
    "it asks for something that is not known here",
    "it is a token of another kind",
    "it is signed with a key that is not among the provider's",
    "its signature is wrong",
    "it is of another issuer",
    "it is for somebody else",
    "it was given to somebody else",
    "it has expired",
    "it is of the future; check the clocks",
    "it is too old",
    "it is of another sign-in",
    "it does not say whom it is about",
};

constexpr std::size_t es256_half = 32;

using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

std::string string_at(const json& object, std::string_view key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::optional<json> read_part(std::string_view text) {
  const auto bytes = http::read_base64url(text);
  if (!bytes) return std::nullopt;
  auto read = http::read_object({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  return read ? std::optional(std::move(*read)) : std::nullopt;
}

/// Seconds since 1970; none: missing, no number, or beyond all times.
std::optional<std::int64_t> time_at(const json& claims, const char* key) {
  constexpr double end_of_times = 1e11;
  const auto at = claims.find(key);
  if (at == claims.end() || !at->is_number()) return std::nullopt;
  const double value = at->get<double>();
  if (!std::isfinite(value) || value < 0 || value > end_of_times) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

/// r and s side by side, as DER has them.
std::string der_of(std::string_view raw) {
  if (raw.size() != 2 * es256_half) return {};
  const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
  const Signature signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(bytes, static_cast<int>(es256_half), nullptr);
  BIGNUM* s = BN_bin2bn(bytes + es256_half, static_cast<int>(es256_half), nullptr);
  if (!signature || ECDSA_SIG_set0(signature.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* out = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &out);
  std::string der = size > 0 ? std::string(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)) : "";
  OPENSSL_free(out);
  return der;
}

bool is_signed(const Token& token, const Key& key) {
  const std::string signature = token.algorithm == Algorithm::es256 ? der_of(token.signature) : token.signature;
  const Digest context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  bool fine = context && !signature.empty() &&
              EVP_DigestVerifyInit(context.get(), &parameters, EVP_sha256(), nullptr, key.key.get()) == 1;
  if (fine && token.algorithm == Algorithm::rs256)
    fine = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) == 1;
  if (fine && token.algorithm == Algorithm::ps256)
    fine = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, EVP_sha256()) == 1;
  fine = fine && EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                                  signature.size(), reinterpret_cast<const unsigned char*>(token.signed_part.data()),
                                  token.signed_part.size()) == 1;
  ERR_clear_error();
  return fine;
}

std::expected<void, Fault> fault_of_audience(const json& claims, const std::string& client) {
  const auto at = claims.find("aud");
  if (at == claims.end()) return std::unexpected(Fault::audience);
  const bool one = at->is_string();
  const bool ours = one ? *at == client : at->is_array() && std::any_of(at->begin(), at->end(), [&](const json& each) {
                                            return each.is_string() && each == client;
                                          });
  if (!ours) return std::unexpected(Fault::audience);
  const bool party = claims.contains("azp");
  if ((party && claims["azp"] != client) || (!party && !one && at->size() > 1)) return std::unexpected(Fault::party);
  return {};
}

std::expected<void, Fault> fault_of_times(const json& claims, std::int64_t now_s) {
  const auto expires = time_at(claims, "exp"), issued = time_at(claims, "iat");
  if (!expires || *expires + SignInLimits::skew_s <= now_s) return std::unexpected(Fault::expired);
  if (!issued || *issued > now_s + SignInLimits::skew_s) return std::unexpected(Fault::early);
  if (*issued + SignInLimits::token_s + SignInLimits::skew_s < now_s) return std::unexpected(Fault::old);
  if (!claims.contains("nbf")) return {};
  const auto from = time_at(claims, "nbf");
  if (!from || *from > now_s + SignInLimits::skew_s) return std::unexpected(Fault::early);
  return {};
}

/// What a person may be told about another one: nothing that drives a terminal, and not too much.
std::string shown(const std::string& text) {
  return is_plain(text) && text.size() <= AccessLimits::text_bytes ? text : plain(text, AccessLimits::text_bytes - 3);
}

}  // namespace

std::string_view text_of(Fault fault) {
  return texts[static_cast<std::size_t>(fault)];
}

std::expected<Token, Fault> read_token(std::string_view text) {
  if (text.size() > SignInLimits::token_bytes) return std::unexpected(Fault::too_long);
  const std::size_t first = text.find('.'), last = text.rfind('.');
  if (first == std::string_view::npos || first == last || text.find('.', first + 1) != last)
    return std::unexpected(Fault::malformed);
  const auto header = read_part(text.substr(0, first));
  auto claims = read_part(text.substr(first + 1, last - first - 1));
  const auto signature = http::read_base64url(text.substr(last + 1));
  if (!header || !claims || !signature) return std::unexpected(Fault::malformed);
  const auto algorithm = parse_algorithm(string_at(*header, "alg"));
  if (!algorithm) return std::unexpected(Fault::algorithm);
  if (header->contains("crit") || header->contains("b64")) return std::unexpected(Fault::critical);
  // Where a key stands in the token itself it is not looked at: anybody can put one there.
  if (header->contains("kid") && !header->at("kid").is_string()) return std::unexpected(Fault::malformed);
  if (header->contains("typ")) {
    std::string kind = string_at(*header, "typ");
    std::transform(kind.begin(), kind.end(), kind.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    if (kind != "JWT") return std::unexpected(Fault::kind);
  }
  return Token{*algorithm, string_at(*header, "kid"), text.substr(0, last),
               std::string(signature->begin(), signature->end()), std::move(*claims)};
}

std::expected<void, Fault> verify(const Token& token, const Keys& keys, const Expected& expected) {
  const Key* const key = keys.find(token.key, token.algorithm);
  if (key == nullptr) return std::unexpected(Fault::unknown_key);
  if (!is_signed(token, *key)) return std::unexpected(Fault::signature);
  const json& claims = token.claims;
  if (string_at(claims, "iss") != expected.issuer) return std::unexpected(Fault::issuer);
  if (auto fine = fault_of_audience(claims, expected.client); !fine) return fine;
  if (auto fine = fault_of_times(claims, expected.now_s); !fine) return fine;
  if (expected.nonce.empty() || !equal_in_constant_time(string_at(claims, "nonce"), expected.nonce))
    return std::unexpected(Fault::nonce);
  const std::string subject = string_at(claims, "sub");
  if (subject.empty() || subject.size() > SignInLimits::claim_bytes || !is_plain(subject))
    return std::unexpected(Fault::subject);
  return {};
}

std::expected<access::Identity, std::string> identity_of(const json& claims, const access::Provider& provider) {
  access::Identity out;
  out.provider = provider.name;
  // A subject is unique at its issuer: with another issuer it is somebody else.
  out.subject = provider.url + " " + string_at(claims, "sub");
  const std::string name = string_at(claims, provider.login);
  if (name.empty()) return std::unexpected(fmt::format("the provider does not tell \"{}\"", provider.login));
  if (name.size() > SignInLimits::claim_bytes)
    return std::unexpected(fmt::format("its \"{}\" is too long", provider.login));
  if (provider.login == "email" && claims.value("email_verified", json(false)) != json(true))
    return std::unexpected("the provider has not checked the e-mail address that is to be the name");
  out.name = access::login_name(name);
  out.display = shown(string_at(claims, "name"));
  const std::string email = string_at(claims, "email");
  if (email.size() <= AccessLimits::text_bytes && is_plain(email)) out.email = email;
  const auto groups = claims.find(provider.groups);
  if (groups == claims.end()) return out;
  const auto add = [&](const json& each) {
    if (each.is_string() && out.groups.size() < SignInLimits::groups) out.groups.push_back(each.get<std::string>());
  };
  if (groups->is_array())
    for (const json& each : *groups) add(each);
  else
    add(*groups);
  return out;
}

}  // namespace rf::oidc
