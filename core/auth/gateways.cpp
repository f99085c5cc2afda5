#include "core/auth/gateways.hpp"

#include "core/auth/digest.hpp"

namespace rf::auth {

void Gateways::add(TrunkId trunk, std::string_view user, std::string_view realm, std::string_view password,
                   bool md5_allowed) {
  const auto [at, is_new] = by_user_.try_emplace(std::string(user));
  if (!is_new) return;
  at->second.trunk = trunk;
  at->second.md5_allowed = md5_allowed;
  for (std::size_t i = 0; i < policy::algorithm_count; ++i)
    at->second.credentials.ha1[i] = Secret(ha1(static_cast<policy::Algorithm>(i), user, realm, password));
}

const Gateway* Gateways::find(std::string_view user) const {
  const auto found = by_user_.find(user);
  return found == by_user_.end() ? nullptr : &found->second;
}

}  // namespace rf::auth
