#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/access/provider.hpp"
#include "core/command/people.hpp"
#include "core/command/people_specs.hpp"

namespace rf::command {
namespace {

constexpr std::string_view kind_words[] = {"oidc", "ldap"};
constexpr auto text_bytes = static_cast<std::int64_t>(SignInLimits::text_bytes);

constexpr Parameter name_parameter{"name", Kind::text, true, 2, 32, {}, "what it is called in commands"};
constexpr Parameter title{"title", Kind::text, false, 0, 64, {}, "what stands on its button"};
constexpr Parameter url{"url", Kind::text, false, 0, SignInLimits::url_bytes, {},
                        "the issuer (https://…); of a directory ldaps://host, or ldap://host for StartTLS"};
constexpr Parameter client{"client", Kind::text, false, 0, text_bytes, {},
                           "our id there; of a directory the DN of an account that may search"};
constexpr Parameter roles{"roles", Kind::text, false, 0, SignInLimits::mapping_bytes, {},
                          "which group gives which role, the first that fits: admins=system; staff=employee"};
constexpr Parameter groups{"groups", Kind::text, false, 0, text_bytes, {},
                           "the claim or attribute that names groups: groups, or memberOf of a directory"};
constexpr Parameter login{"login", Kind::text, false, 0, text_bytes, {},
                          "the claim or attribute that becomes the login name: preferred_username, or uid"};
constexpr Parameter enabled{"enabled", Kind::flag, false, 0, 0, {}, "whether people may sign in there"};
constexpr Parameter required{"required", Kind::flag, false, 0, 0, {}, "its people have no password here"};
constexpr Parameter trusted_factor{
    "trusted_factor", Kind::flag, false, 0, 0, {}, "it asks for a second factor itself, so none is a duty here"};
constexpr Parameter people_of{"people_of", Kind::text, false, 0, 32, {},
                              "whose people sign in there, a tenant's, with its roles alone; empty: the system's"};
constexpr Parameter scopes{"scopes", Kind::text, false, 0, text_bytes, {},
                           "OpenID Connect: what is asked for, openid profile email when not given"};
constexpr Parameter networks{"networks", Kind::text, false, 0, 2'048, {},
                             "OpenID Connect: where the provider may be besides public addresses, such as 10.0.0.0/8"};
constexpr Parameter base{"base", Kind::text, false, 0, text_bytes, {},
                         "directory: the DN below which people are"};
constexpr Parameter filter{"filter", Kind::text, false, 0, text_bytes, {},
                           "directory: who is meant, with {name} for what was typed; (uid={name}) when not given"};
constexpr Parameter group_base{"group_base", Kind::text, false, 0, text_bytes, {},
                               "directory: the DN below which groups are searched for; none: the attribute counts"};
constexpr Parameter group_filter{"group_filter", Kind::text, false, 0, text_bytes, {},
                                 "directory: whose groups, with {dn}; (member={dn}) when not given"};

constexpr Parameter add_parameters[] = {
    name_parameter, {"kind", Kind::text, true, 0, 8, kind_words, "OpenID Connect, or a directory (LDAP)"},
    title,          url,
    client,         roles,
    groups,         login,
    enabled,        required,
    trusted_factor, scopes,
    networks,       base,
    filter,         group_base,
    group_filter,   people_of};
constexpr Parameter set_parameters[] = {name_parameter, title,          url,    client,   roles, groups,
                                        login,          enabled,        required, trusted_factor, scopes, networks,
                                        base,           filter,         group_base, group_filter,
                                        people_of};
constexpr Parameter one[] = {name_parameter};
constexpr Parameter remove_parameters[] = {
    name_parameter, {"force", Kind::flag, false, 0, 0, {}, "also when people sign in there, who are removed with it"}};
constexpr Parameter secret_parameters[] = {
    name_parameter,
    {"secret", Kind::secret, true, 1, SignInLimits::secret_bytes, {}, "our secret there, or our account's password"}};
constexpr Parameter ca_parameters[] = {
    name_parameter,
    {"text", Kind::lines, true, 0, SignInLimits::ca_bytes, {},
     "certificates in PEM that its own has to come from; empty: those that the system trusts"}};

constexpr auto specs = std::to_array<Spec>({
    {"sign-in.add", "sign-in.write", "Adds a provider or a directory where people sign in", true, false,
     add_parameters},
    {"sign-in.list", "sign-in.read", "Lists where people sign in besides here", false, false, {}},
    {"sign-in.show", "sign-in.read", "Shows one of them", false, false, one},
    {"sign-in.set", "sign-in.write", "Changes where and how people sign in, and which role their groups give", true,
     false, set_parameters},
    {"sign-in.secret", "sign-in.write", "Sets our secret there, or the password of our account", true, false,
     secret_parameters},
    {"sign-in.ca", "sign-in.write", "Sets the certificates that its own has to come from", true, false,
     ca_parameters},
    {"sign-in.remove", "sign-in.write", "Removes one, with its people", true, false, remove_parameters},
});

template <class T>
std::optional<T> maybe(const Arguments& a, std::string_view name) {
  const auto found = a.find(name);
  return found == a.end() ? std::nullopt : std::optional(std::get<T>(found->second));
}

std::string text(const Arguments& a, std::string_view name) {
  return maybe<std::string>(a, name).value_or("");
}

std::unexpected<Error> invalid(std::string message, std::string remedy, std::string_view field) {
  return std::unexpected(Error{Code::invalid, std::move(message), std::move(remedy), std::string(field)});
}

std::expected<ProviderSettings, Error> settings_of(const Arguments& a) {
  ProviderSettings out;
  for (const auto& [key, place] : std::initializer_list<std::pair<std::string_view, std::optional<std::string>*>>{
           {"title", &out.title}, {"url", &out.url}, {"client", &out.client}, {"scopes", &out.scopes},
           {"base", &out.base}, {"filter", &out.filter}, {"group_base", &out.group_base},
           {"group_filter", &out.group_filter}, {"login", &out.login}, {"groups", &out.groups}})
    *place = maybe<std::string>(a, key);
  out.enabled = maybe<bool>(a, "enabled");
  out.required = maybe<bool>(a, "required");
  out.trusted_factor = maybe<bool>(a, "trusted_factor");
  out.people_of = maybe<std::string>(a, "people_of");
  if (out.people_of && !out.people_of->empty() && !access::is_tenant_name(*out.people_of))
    return invalid("people_of is no name of a tenant", "give 2 to 32 small letters, digits and hyphens", "people_of");
  if (a.contains("networks")) {
    auto read = access::parse_networks(text(a, "networks"));
    if (!read) return invalid("networks: " + read.error(), "give blocks such as 10.0.0.0/8, fd00::/8", "networks");
    out.networks = std::move(*read);
  }
  if (a.contains("roles")) {
    auto read = access::parse_group_roles(text(a, "roles"));
    if (!read) return invalid("roles: " + read.error(), "give them such as admins=system; staff=employee", "roles");
    out.roles = std::move(*read);
  }
  return out;
}

}  // namespace

std::span<const Spec> provider_specs() {
  return specs;
}

std::expected<std::optional<Command>, Error> provider_command(const Spec& spec, const Arguments& a) {
  if (std::none_of(specs.begin(), specs.end(), [&](const Spec& each) { return each.name == spec.name; }))
    return std::nullopt;
  const auto made = [](ProviderCommand command) { return std::optional<Command>(PeopleCommand(std::move(command))); };
  if (spec.name == "sign-in.list") return made(ListProviders{});
  std::string name = text(a, "name");
  if (!access::is_role_name(name))
    return invalid("name is no name of a way to sign in", "give 2 to 32 small letters, digits and hyphens", "name");
  if (spec.name == "sign-in.show") return made(ShowProvider{std::move(name)});
  if (spec.name == "sign-in.remove")
    return made(RemoveProvider{std::move(name), maybe<bool>(a, "force").value_or(false)});
  if (spec.name == "sign-in.secret")
    return made(SetProviderSecret{std::move(name), Secret<std::string>(text(a, "secret"))});
  if (spec.name == "sign-in.ca") return made(SetProviderCa{std::move(name), text(a, "text")});
  auto settings = settings_of(a);
  if (!settings) return std::unexpected(settings.error());
  if (spec.name == "sign-in.add")
    return made(AddProvider{std::move(name),
                            access::parse_provider_kind(text(a, "kind")).value_or(access::ProviderKind::oidc),
                            std::move(*settings)});
  if (a.size() == 1)
    return invalid("nothing to change was given", "name at least one setting, see --help", "");
  return made(SetProvider{std::move(name), std::move(*settings)});
}

}  // namespace rf::command
