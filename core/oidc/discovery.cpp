#include "core/oidc/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/limits/people.hpp"
#include "core/http/json.hpp"
#include "core/oidc/keys.hpp"

namespace rf::oidc {
namespace {

using nlohmann::json;

std::string string_at(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

/// Whether a list that may be missing has one of these; missing, it is as if it had `standing`.
template <class Fits>
bool has(const json& object, const char* key, std::string_view standing, const Fits& fits) {
  const auto at = object.find(key);
  if (at == object.end()) return fits(standing);
  return at->is_array() && std::any_of(at->begin(), at->end(), [&](const json& each) {
           return each.is_string() && fits(std::string_view(each.get_ref<const std::string&>()));
         });
}

}  // namespace

std::string discovery_url(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return fmt::format("{}/.well-known/openid-configuration", issuer);
}

std::expected<Metadata, std::string> read_discovery(std::string_view text, std::string_view issuer) {
  if (text.size() > SignInLimits::document_bytes) return std::unexpected("its document is longer than it may be");
  const auto document = http::read_object(text);
  if (!document) return std::unexpected("its document is no JSON object");
  if (string_at(*document, "issuer") != issuer)
    return std::unexpected("its document is of another issuer; give url exactly as the document says it");
  Metadata out{string_at(*document, "authorization_endpoint"), string_at(*document, "token_endpoint"),
               string_at(*document, "jwks_uri"), false, false};
  for (const std::string* each : {&out.authorization, &out.token, &out.keys})
    if (!access::is_https_url(*each)) return std::unexpected("its document names no address of HTTPS for all it needs");
  if (!has(*document, "id_token_signing_alg_values_supported", "RS256",
           [](std::string_view name) { return parse_algorithm(name).has_value(); }))
    return std::unexpected("it signs in none of the ways RS256, PS256 and ES256");
  const auto takes = [&](std::string_view method) {
    return has(*document, "token_endpoint_auth_methods_supported", "client_secret_basic",
               [&](std::string_view name) { return name == method; });
  };
  out.secret_in_body = !takes("client_secret_basic");
  if (out.secret_in_body && !takes("client_secret_post"))
    return std::unexpected("it takes no secret by client_secret_basic or client_secret_post");
  const auto iss = document->find("authorization_response_iss_parameter_supported");
  out.names_itself = iss != document->end() && *iss == true;
  return out;
}

}  // namespace rf::oidc
