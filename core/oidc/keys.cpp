#include "core/oidc/keys.hpp"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/freed.hpp"
#include "core/base/limits/people.hpp"
#include "core/http/base64url.hpp"
#include "core/http/json.hpp"

namespace rf::oidc {
namespace {

using nlohmann::json;

constexpr std::size_t coordinate_bytes = 32;  // of P-256
constexpr std::size_t exponent_bytes = 4;     // a longer one makes each verification dear

using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;

std::string text_at(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::optional<http::Bytes> bytes_at(const json& object, const char* key) {
  const std::string text = text_at(object, key);
  return text.empty() ? std::nullopt : http::read_base64url(text);
}

std::shared_ptr<EVP_PKEY> made(const char* kind, OSSL_PARAM* parameters) {
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
    return nullptr;
  return {key, EVP_PKEY_free};
}

std::shared_ptr<EVP_PKEY> rsa_of(const json& object) {
  const auto modulus = bytes_at(object, "n"), exponent = bytes_at(object, "e");
  if (!modulus || !exponent || modulus->size() > SignInLimits::rsa_bits_most / 8 || exponent->size() > exponent_bytes)
    return nullptr;
  const Number n(BN_bin2bn(modulus->data(), static_cast<int>(modulus->size()), nullptr));
  const Number e(BN_bin2bn(exponent->data(), static_cast<int>(exponent->size()), nullptr));
  if (!n || !e || BN_num_bits(n.get()) < static_cast<int>(SignInLimits::rsa_bits) || !BN_is_odd(n.get()) ||
      !BN_is_odd(e.get()) || BN_is_one(e.get()))
    return nullptr;
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  return parameters ? made("RSA", parameters.get()) : nullptr;
}

std::shared_ptr<EVP_PKEY> ec_of(const json& object) {
  const auto x = bytes_at(object, "x"), y = bytes_at(object, "y");
  if (text_at(object, "crv") != "P-256" || !x || !y || x->size() != coordinate_bytes || y->size() != coordinate_bytes)
    return nullptr;
  std::array<std::uint8_t, 1 + 2 * coordinate_bytes> point{4};  // uncompressed
  std::copy(x->begin(), x->end(), point.begin() + 1);
  std::copy(y->begin(), y->end(), point.begin() + 1 + coordinate_bytes);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
    return nullptr;
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  auto key = parameters ? made("EC", parameters.get()) : nullptr;
  // A point that is not on the curve is no key.
  const Context check(key ? EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr) : nullptr);
  return check && EVP_PKEY_public_check(check.get()) == 1 ? key : nullptr;
}

std::optional<Key> key_of(const json& object) {
  if (!object.is_object()) return std::nullopt;
  if (object.contains("use") && text_at(object, "use") != "sig") return std::nullopt;
  if (const auto operations = object.find("key_ops"); operations != object.end())
    if (!operations->is_array() || std::find(operations->begin(), operations->end(), "verify") == operations->end())
      return std::nullopt;
  Key out;
  out.id = text_at(object, "kid");
  if (out.id.size() > SignInLimits::claim_bytes) return std::nullopt;
  if (object.contains("alg")) {
    out.only = parse_algorithm(text_at(object, "alg"));
    if (!out.only) return std::nullopt;
  }
  const std::string kind = text_at(object, "kty");
  out.rsa = kind == "RSA";
  if (kind == "RSA") out.key = rsa_of(object);
  if (kind == "EC") out.key = ec_of(object);
  return out.key ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

std::string_view name_of(Algorithm algorithm) {
  constexpr std::string_view names[] = {"RS256", "PS256", "ES256"};
  return names[static_cast<std::size_t>(algorithm)];
}

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  for (const Algorithm each : {Algorithm::rs256, Algorithm::ps256, Algorithm::es256})
    if (name_of(each) == name) return each;
  return std::nullopt;
}

std::expected<Keys, std::string> Keys::read(std::string_view text) {
  if (text.size() > SignInLimits::document_bytes) return std::unexpected("its keys are longer than they may be");
  const auto set = http::read_object(text);
  if (!set || !set->contains("keys") || !set->at("keys").is_array()) return std::unexpected("its keys are no key set");
  const json& list = set->at("keys");
  if (list.size() > SignInLimits::keys)
    return std::unexpected(fmt::format("it has more than {} keys", SignInLimits::keys));
  Keys out;
  for (const json& each : list) {
    auto key = key_of(each);
    if (!key) continue;
    // Which of two would count is nothing that may depend on who reads.
    if (std::any_of(out.keys_.begin(), out.keys_.end(), [&](const Key& other) { return other.id == key->id; }))
      return std::unexpected("it has two keys of one id");
    out.keys_.push_back(std::move(*key));
  }
  if (out.keys_.empty()) return std::unexpected("it has no key that we use: RSA from 2048 bits, or P-256");
  return out;
}

const Key* Keys::find(std::string_view id, Algorithm algorithm) const {
  const Key* only = nullptr;
  for (const Key& each : keys_) {
    if (!each.fits(algorithm) || (!id.empty() && each.id != id)) continue;
    if (only != nullptr) return nullptr;
    only = &each;
  }
  return only;
}

}  // namespace rf::oidc
