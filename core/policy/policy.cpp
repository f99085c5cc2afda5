#include "core/policy/policy.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rf::policy {

const Extension* Policy::by_auth_name(std::string_view name) const {
  const auto found = by_auth_name_.find(name);
  return found == by_auth_name_.end() ? nullptr : &extensions_[found->second];
}

const Extension* Policy::by_number(TenantId tenant, std::string_view number) const {
  const auto in_tenant = by_number_.find(tenant);
  if (in_tenant == by_number_.end()) return nullptr;
  const auto found = in_tenant->second.find(number);
  return found == in_tenant->second.end() ? nullptr : &extensions_[found->second];
}

const Extension* Policy::by_id(ExtensionId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &extensions_[found->second];
}

bool Policy::knows(std::string_view name) const {
  if (by_auth_name_.contains(name)) return true;
  return std::any_of(by_number_.begin(), by_number_.end(), [&](const auto& one) { return one.second.contains(name); });
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
  by_auth_name_.clear();
  by_number_.clear();
  by_id_.clear();
  for (std::uint32_t i = 0; i < extensions_.size(); ++i) {
    const Extension& e = extensions_[i];
    if (!by_auth_name_.emplace(e.auth_name, i).second)
      return fmt::format("registration name {} is given to two extensions", e.auth_name);
    if (!by_number_[e.tenant].emplace(e.number, i).second)
      return fmt::format("extension {} exists twice in one tenant", e.number);
    by_id_.emplace(e.id, i);
  }
  return std::nullopt;
}

}  // namespace rf::policy
