#include "core/policy/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "core/base/limits/wire.hpp"

namespace rf::policy {

const Credentials* Extension::credentials_of(DeviceId device) const {
  if (!device) return &credentials;
  const auto found = std::find_if(devices.begin(), devices.end(), [&](const Device& one) { return one.id == device; });
  return found == devices.end() ? nullptr : &found->credentials;
}

const Extension* Policy::by_auth_name(std::string_view name) const {
  const Login* const found = login(name);
  return found == nullptr ? nullptr : &extension_of(*found);
}

const Login* Policy::login(std::string_view name) const {
  const auto found = by_auth_name_.find(name);
  return found == by_auth_name_.end() ? nullptr : &logins_[found->second];
}

const Extension* Policy::by_number(TenantId tenant, std::string_view number) const {
  const auto in_tenant = by_number_.find(tenant);
  if (in_tenant == by_number_.end()) return nullptr;
  const auto found = in_tenant->second.find(number);
  return found == in_tenant->second.end() ? nullptr : &extensions_[found->second];
}

TenantId Policy::tenant_of(std::string_view host) const {
  if (by_domain_.empty()) return {};
  std::string name(host);
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const auto found = by_domain_.find(name);
  return found == by_domain_.end() ? TenantId{} : found->second;
}

const Extension* Policy::by_id(ExtensionId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &extensions_[found->second];
}

bool Policy::knows(std::string_view name) const {
  if (names_.empty()) return false;
  return names_[place_of(name)] != 0;
}

std::size_t Policy::place_of(std::string_view name) const {
  const std::uint64_t hash = TextHash{}(name) | 1;
  const std::size_t mask = names_.size() - 1;
  std::size_t at = hash >> 1 & mask;
  while (names_[at] != 0 && names_[at] != hash) at = (at + 1) & mask;
  return at;
}

void Policy::index_names() {
  // A number for each extension, all registration names, and as much room again.
  names_.assign(extensions_.empty() ? 0 : std::bit_ceil((extensions_.size() + logins_.size()) * 2), 0);
  const auto add = [this](std::string_view name) { names_[place_of(name)] = TextHash{}(name) | 1; };
  for (const Extension& e : extensions_) add(e.number);
  for (const Login& each : logins_) add(name_of(each));
}

bool Policy::is_local(const Address& address) const {
  return std::any_of(local_networks.begin(), local_networks.end(),
                     [&](const Subnet& subnet) { return subnet.contains(address); });
}

const Listener* Policy::listener(ListenerId id) const {
  const auto found = std::find_if(listeners.begin(), listeners.end(), [&](const Listener& l) { return l.id == id; });
  return found == listeners.end() ? nullptr : &*found;
}

std::optional<std::string> Policy::compile(std::vector<Extension> extensions) {
  // A nonce is bound to all of the realm, or it would be good in another one that begins alike.
  if (realm.size() > WireLimits::realm_bytes)
    return fmt::format("the realm is longer than {} bytes", WireLimits::realm_bytes);
  extensions_ = std::move(extensions);
  logins_.clear();
  by_auth_name_.clear();
  by_number_.clear();
  by_id_.clear();
  by_domain_.clear();
  for (std::uint32_t i = 0; i < extensions_.size(); ++i) {
    const Extension& e = extensions_[i];
    for (std::uint32_t device = 0; device <= e.devices.size(); ++device) {
      const Login one{i, device};
      if (!by_auth_name_.emplace(name_of(one), static_cast<std::uint32_t>(logins_.size())).second)
        return fmt::format("registration name {} is given to two extensions", name_of(one));
      logins_.push_back(one);
    }
    if (!by_number_[e.tenant].emplace(e.number, i).second)
      return fmt::format("extension {} exists twice in one tenant", e.number);
    by_id_.emplace(e.id, i);
  }
  for (const Tenant& tenant : tenants)
    for (const std::string& domain : tenant.domains)
      // What the file says is the system's is everybody's.
      if (domain != realm && std::find(domains.begin(), domains.end(), domain) == domains.end() &&
          !by_domain_.emplace(domain, tenant.id).second)
        return fmt::format("the domain {} is given to two tenants", domain);
  index_names();
  return std::nullopt;
}

}  // namespace rf::policy
