// Where people sign in who have no password here: a provider of OpenID Connect or a directory, and what role its groups
// give (row W6).
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/access/people.hpp"
#include "core/base/address.hpp"
#include "core/base/secret.hpp"

namespace rf::access {

enum class ProviderKind : std::uint8_t { oidc, ldap };
std::string_view name_of(ProviderKind kind);  ///< "oidc"
std::optional<ProviderKind> parse_provider_kind(std::string_view name);

/// Who is in `group` has `role`.
struct GroupRole {
  std::string group;
  std::string role;
  friend bool operator==(const GroupRole&, const GroupRole&) = default;
};

struct Provider {
  std::string name;   ///< as a role's: "corporate"
  std::string title;  ///< on the button
  ProviderKind kind = ProviderKind::oidc;
  bool enabled = true;
  bool required = false;        ///< its people have no password here
  bool trusted_factor = false;  ///< it asks for a second factor itself, so we do not
  std::string url;     ///< the issuer; of a directory "ldaps://host" or "ldap://host" (which means StartTLS, always)
  std::string client;  ///< our id there; of a directory the DN of the account that searches
  Secret<std::string> secret;
  std::string ca;      ///< certificates (PEM) that its own has to come from; empty: those that the system trusts
  std::string scopes;  ///< OpenID Connect: what is asked for
  std::vector<Subnet> networks;  ///< likewise: where it may be besides public addresses
  std::string base;    ///< of a directory: below which people are
  std::string filter;  ///< likewise: who is meant, with {name} for what was typed
  std::string group_base, group_filter;  ///< likewise: where groups are, with {dn}; empty: `groups` has them
  std::string login;   ///< the claim or attribute that is the login name
  std::string groups;  ///< the claim or attribute that names groups
  std::vector<GroupRole> roles;  ///< the first that fits counts
  TenantId people_of = {};            ///< whose people all of them are; none: the system's, and the default tenant's
  std::string people_of_name = {};    ///< how that tenant is called; empty: it is gone, and nobody signs in
};

/// What a provider leaves open gets its usual value.
void fill_in(Provider& provider);
/// Why it cannot work, as a sentence; none: it can. What it is to trust is looked at by whoever connects.
std::optional<std::string> fault_of(const Provider& provider);

/// "10.0.0.0/8, fd00::/8". Errors: a sentence.
std::expected<std::vector<Subnet>, std::string> parse_networks(std::string_view text);
std::string text_of(std::span<const Subnet> networks);

/// "admins=system; cn=staff,dc=example=employee": groups may hold "=", roles do not. Errors: a sentence.
std::expected<std::vector<GroupRole>, std::string> parse_group_roles(std::string_view text);
std::string text_of(std::span<const GroupRole> roles);

/// Somebody as his provider knows him; everything in it was proved, and none of it was chosen by us.
struct Identity {
  std::string provider;
  std::string subject;  ///< what never changes about him there
  std::string name;     ///< as a login name, compared in small letters
  std::string display, email;
  std::vector<std::string> groups;
};

/// The role that groups give, of those that `there` is: names of a directory compare without case, others as they are.
std::optional<std::string> role_of(const Provider& provider, std::span<const std::string> groups,
                                   const std::function<bool(const std::string&)>& there);

/// Whether its groups may give this role: those of the system never to people of a tenant, and a dealer's to nobody,
/// since no provider says whose dealer somebody is.
bool may_give(const Provider& provider, const Role& role);

/// The login name of whoever a provider calls `name`, as a user of `tenant`: with "@" and its name behind, for nobody
/// else's ends like that. Empty: of the default tenant, or of none. None: it can be no login name there.
std::optional<std::string> login_of(std::string_view name, std::string_view tenant);

/// What stands in a filter for a text of anybody's: nothing of it has a meaning there. Source: RFC 4515 §3.
std::string escape_filter(std::string_view text);
/// `filter` with `value` for each {key}.
std::string filter_with(std::string_view filter, std::string_view key, std::string_view value);

/// Whether it is an address of HTTPS and nothing besides: no user, no fragment, nothing that is read in two ways.
bool is_https_url(std::string_view text);

}  // namespace rf::access
