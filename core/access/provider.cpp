#include "core/access/provider.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/limits/people.hpp"
#include "core/base/plain.hpp"
#include "core/guard/prefix.hpp"

namespace rf::access {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t from = text.find_first_not_of(blank);
  return from == std::string_view::npos ? std::string_view()
                                        : text.substr(from, text.find_last_not_of(blank) - from + 1);
}

char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b, bool any_case) {
  return any_case
             ? std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return small(x) == small(y); })
             : a == b;
}

/// host, host:port or [v6]:port
bool is_authority(std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    const auto address = Address::parse(text.substr(1, end - 1));
    if (!address || address->is_v4()) return false;
    port = text.substr(end + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string_view host = text.substr(0, colon);
    const bool plain = !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
      return (small(c) >= 'a' && small(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
    if (!plain) return false;
    port = text.substr(colon);
  }
  return port.empty() || (port.size() >= 2 && port.size() <= 6 && port[0] == ':' &&
                          std::all_of(port.begin() + 1, port.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

/// Whether a filter's brackets close, which is all that we know of it without its server.
bool is_filter(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth == 0 && text.starts_with('(') && text.ends_with(')') && is_plain(text);
}

std::optional<std::string> fault_of_directory(const Provider& p) {
  const std::string_view url = p.url;
  const std::size_t scheme = url.starts_with("ldaps://") ? 8 : url.starts_with("ldap://") ? 7 : 0;
  if (scheme == 0 || !is_authority(url.substr(scheme)))
    return "url is no address of a directory: give ldaps://host, or ldap://host for StartTLS";
  if (p.base.empty()) return "base is missing: below which DN people are, such as ou=people,dc=example,dc=com";
  if (!is_filter(p.filter) || p.filter.find("{name}") == std::string::npos)
    return "filter is none with {name} in it: give it such as (uid={name})";
  if (!p.group_base.empty() && (!is_filter(p.group_filter) || p.group_filter.find("{dn}") == std::string::npos))
    return "group_filter is none with {dn} in it: give it such as (member={dn})";
  return std::nullopt;
}

}  // namespace

std::string_view name_of(ProviderKind kind) {
  return kind == ProviderKind::oidc ? "oidc" : "ldap";
}

std::optional<ProviderKind> parse_provider_kind(std::string_view name) {
  if (name == "oidc") return ProviderKind::oidc;
  if (name == "ldap") return ProviderKind::ldap;
  return std::nullopt;
}

void fill_in(Provider& p) {
  const auto standing = [](std::string& value, std::string_view usual) {
    if (value.empty()) value = usual;
  };
  standing(p.title, p.name);
  if (p.kind == ProviderKind::oidc) {
    standing(p.scopes, "openid profile email");
    standing(p.login, "preferred_username");
    standing(p.groups, "groups");
    return;
  }
  standing(p.filter, "(uid={name})");
  standing(p.login, "uid");
  standing(p.groups, "memberOf");
  standing(p.group_filter, "(member={dn})");
}

std::optional<std::string> fault_of(const Provider& p) {
  for (const auto& [key, value] :
       std::initializer_list<std::pair<std::string_view, const std::string&>>{{"title", p.title},
                                                                              {"client", p.client},
                                                                              {"scopes", p.scopes},
                                                                              {"base", p.base},
                                                                              {"filter", p.filter},
                                                                              {"group_base", p.group_base},
                                                                              {"group_filter", p.group_filter},
                                                                              {"login", p.login},
                                                                              {"groups", p.groups}})
    if (value.size() > SignInLimits::text_bytes || !is_plain(value))
      return fmt::format("{} is longer than {} bytes or holds control characters", key, SignInLimits::text_bytes);
  if (p.url.size() > SignInLimits::url_bytes) return "url is too long";
  if (p.ca.size() > SignInLimits::ca_bytes || (!p.ca.empty() && p.ca.find("-----BEGIN CERTIFICATE-----") == p.ca.npos))
    return "ca holds no certificates: give them in PEM, as -----BEGIN CERTIFICATE-----";
  if (p.kind == ProviderKind::ldap) return fault_of_directory(p);
  if (!is_https_url(p.url) || p.url.find('?') != std::string::npos)
    return "url is no issuer: give it as the provider does, https://…, without ? and #";
  if (p.client.empty()) return "client is missing: the id that the provider gave this application";
  if ((" " + p.scopes + " ").find(" openid ") == std::string::npos) return "scopes lack openid";
  return std::nullopt;
}

std::expected<std::vector<Subnet>, std::string> parse_networks(std::string_view text) {
  std::vector<Subnet> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(",; "), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty()) continue;
    const auto block = guard::parse_prefix(one);
    if (!block) return std::unexpected(block.error());
    if (out.size() >= SignInLimits::mapped) return std::unexpected(std::string("there are too many of them"));
    out.push_back(*block);
  }
  return out;
}

std::string text_of(std::span<const Subnet> networks) {
  std::string out;
  for (const Subnet& each : networks) out += (out.empty() ? "" : ", ") + each.text();
  return out;
}

std::expected<std::vector<GroupRole>, std::string> parse_group_roles(std::string_view text) {
  std::vector<GroupRole> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(";\n"), text.size());
    const std::string_view one = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty()) continue;
    const std::size_t equal = one.rfind('=');
    const std::string_view group = trim(one.substr(0, std::min(equal, one.size())));
    const std::string_view role = equal == std::string_view::npos ? "" : trim(one.substr(equal + 1));
    if (group.empty() || group.size() > SignInLimits::group_bytes || !is_plain(group) || !is_role_name(role))
      return std::unexpected(fmt::format("\"{}\" is no GROUP=ROLE", plain(one, AccessLimits::name_bytes)));
    if (out.size() >= SignInLimits::mapped)
      return std::unexpected(fmt::format("there are more than {} groups", SignInLimits::mapped));
    out.push_back({std::string(group), std::string(role)});
  }
  return out;
}

std::string text_of(std::span<const GroupRole> roles) {
  std::string out;
  for (const GroupRole& each : roles) out += fmt::format("{}{}={}", out.empty() ? "" : "; ", each.group, each.role);
  return out;
}

std::optional<std::string> role_of(const Provider& provider, std::span<const std::string> groups,
                                   const std::function<bool(const std::string&)>& there) {
  const bool any_case = provider.kind == ProviderKind::ldap;
  for (const GroupRole& each : provider.roles)
    if (there(each.role) && std::any_of(groups.begin(), groups.end(),
                                        [&](const std::string& has) { return same(has, each.group, any_case); }))
      return each.role;
  return std::nullopt;
}

bool may_give(const Provider& provider, const Role& role) {
  return role.realm == Realm::tenant || (role.realm == Realm::system && !provider.people_of);
}

std::optional<std::string> login_of(std::string_view name, std::string_view tenant) {
  std::string out(name);
  if (tenant.empty() || fault_of_login(name, tenant)) {
    // Whoever is called like somebody of another tenant is not to look like him.
    if (fault_of_login(name, {})) return std::nullopt;
    if (!tenant.empty()) out += fmt::format("@{}", tenant);
  }
  return is_login_name(out) ? std::optional(std::move(out)) : std::nullopt;
}

std::string escape_filter(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '*' || c == '(' || c == ')' || c == '\\' || byte < 0x20 || byte >= 0x7f)
      out += fmt::format("\\{:02x}", byte);
    else
      out += c;
  }
  return out;
}

std::string filter_with(std::string_view filter, std::string_view key, std::string_view value) {
  const std::string place = fmt::format("{{{}}}", key), escaped = escape_filter(value);
  std::string out;
  for (std::size_t at = 0; at < filter.size();) {
    const std::size_t next = std::min(filter.find(place, at), filter.size());
    out += filter.substr(at, next - at);
    if (next < filter.size()) out += escaped;
    at = next + (next < filter.size() ? place.size() : 0);
  }
  return out;
}

bool is_https_url(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  if (!text.starts_with(scheme) || text.size() > SignInLimits::url_bytes) return false;
  const std::string_view rest = text.substr(scheme.size());
  const bool plain = std::all_of(rest.begin(), rest.end(), [](char c) {
    return c > 0x20 && c < 0x7f && c != '\\' && c != '#' && c != '"' && c != '<' && c != '>';
  });
  return plain && is_authority(rest.substr(0, rest.find_first_of("/?")));
}

}  // namespace rf::access
