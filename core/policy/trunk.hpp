// Connections to providers and gateways, as calls need them (rows T1, T2, T4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"
#include "core/base/secret.hpp"
#include "core/policy/encryption.hpp"
#include "core/policy/keys.hpp"

namespace rf::policy {

/// One trunk. What comes from it is recognised by core/trunk; what may leave by it is decided by core/toll.
struct Trunk {
  TrunkId id;
  TenantId tenant;
  std::string name;
  bool enabled = true;
  std::string uri;     ///< "sip:provider.example;transport=tls": where its calls and registrations go (RFC 3263)
  std::string domain;  ///< the host in what we say of ourselves there: From, To, Request-URI
  std::string user;    ///< for its challenges; empty: they are not answered
  Secret<std::string> password;
  std::vector<std::string> realms;  ///< that get an answer; empty: the first that asks
  bool md5_allowed = true;
  bool registers = false;       ///< we register there, and its calls come to that contact
  std::string contact;          ///< the user part of our contact there: random, kept, known to us and the provider
  bool accepts = false;  ///< a gateway registers with us as `user`; its calls go where it registered from
  std::uint32_t expires_s = 3'600;
  std::uint32_t ping_s = 30;    ///< OPTIONS, 0: none
  /// None: optional over encrypted signalling, else off.
  std::optional<Encryption> media_encryption = {};
  Keys keys = Keys::automatic;
  std::uint32_t answer_wait_ms = 6'000;  ///< without any response for so long, the next trunk is tried
};

}  // namespace rf::policy
