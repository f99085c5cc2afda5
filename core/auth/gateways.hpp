// The accounts of gateways that register with us: beside those of extensions, and never among them.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/ids.hpp"
#include "core/policy/policy.hpp"

namespace rf::auth {

/// One gateway, as its password is verified.
struct Gateway {
  TrunkId trunk;
  policy::Credentials credentials;
  bool md5_allowed = true;
};

/// By user name. Made anew with the plan and with the realm, since the hashes hold both.
class Gateways {
 public:
  /// A name that is there already stays as it is.
  void add(TrunkId trunk, std::string_view user, std::string_view realm, std::string_view password, bool md5_allowed);
  const Gateway* find(std::string_view user) const;
  bool empty() const { return by_user_.empty(); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, Gateway, TextHash, std::equal_to<>> by_user_;
};

}  // namespace rf::auth
