// The compiled configuration: one immutable object that every decision reads, swapped in whole.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits/people.hpp"
#include "core/base/limits/server.hpp"
#include "core/base/secret.hpp"
#include "core/policy/encryption.hpp"
#include "core/policy/phone_rules.hpp"

namespace rf::policy {

/// Digest algorithms, strongest first: the order in which they are offered (RFC 8760 §2.3).
enum class Algorithm : std::uint8_t { sha512_256, sha256, md5 };
inline constexpr std::size_t algorithm_count = 3;

/// H(username:realm:password) for each algorithm, as raw bytes (32, 32 and 16 of them used).
struct Credentials {
  std::array<Secret<std::array<std::uint8_t, 32>>, algorithm_count> ha1;
};

/// What happens to a registration that comes when the extension has all it may have (E3).
enum class Newcomer : std::uint8_t { replace, refuse };

/// A second registration name and password of an extension: a browser that a one-time link signed in (E10).
struct Device {
  DeviceId id;
  std::string auth_name;
  Credentials credentials;
};

/// One extension, as decisions need it.
struct Extension {
  ExtensionId id;
  TenantId tenant;
  std::string number;         ///< "1001": what is dialled
  std::string auth_name;      ///< the registration name (E1), unrelated to the number
  std::string display_name;
  Credentials credentials;
  bool enabled = true;
  bool remote_allowed = false;      ///< may register from outside the local networks (E5)
  bool md5_allowed = true;
  std::uint16_t registrations_max = 1;
  Newcomer newcomer = Newcomer::replace;
  std::uint16_t calls_max = 4;
  PhoneRules phone = {};  ///< what its phone may be (E4)
  std::vector<Device> devices = {};  ///< at most WebLimits::devices_per_extension

  /// Of one of its devices, or its own with none. Null: there is no such device.
  const Credentials* credentials_of(DeviceId device) const;
};

/// Whose a registration name is: an extension's own, or that of one of its devices. By places in Policy::extensions(),
/// so that a copy of the policy takes it along.
struct Login {
  std::uint32_t extension = 0;
  std::uint32_t device = 0;  ///< 0: its own; else the one before this in Extension::devices
};

/// Whoever shares this system with others, and sees nothing of them (row R1).
struct Tenant {
  TenantId id;
  std::string name;                  ///< "acme", for good
  std::string dealer = {};           ///< whose it is; empty: nobody's
  std::vector<std::string> domains = {};  ///< SIP domains that are its alone, small letters
  std::uint32_t extensions_max = 0;  ///< 0: any number
};

/// One SIP listener as configured (N1, N4).
struct Listener {
  ListenerId id;
  Transport transport = Transport::udp;
  Endpoint bind;
  std::optional<Endpoint> advertised;  ///< the public address, when it is not the bound one
};

/// Times of the SIP core; RFC 3261 names.
struct SipTimes {
  std::uint32_t t1_ms = 500;
  std::uint32_t t2_ms = 4'000;
  std::uint32_t t4_ms = 5'000;
  std::uint32_t registration_min_s = 60;
  std::uint32_t registration_max_s = 3'600;
  std::uint32_t registration_default_s = 3'600;
  std::uint32_t session_expires_s = 1'800;
  std::uint32_t session_min_s = 90;
  std::uint32_t nonce_age_s = 300;
  std::uint32_t probe_interval_s = 0;     ///< OPTIONS to contacts over UDP; 0 = only behind NAT, every 30 s
  std::uint32_t media_silence_s = 60;     ///< a call with no RTP from either side for so long is ended
};

/// The relay's ports (M3): two a stream and side.
struct MediaPorts {
  std::uint16_t first = 40'000;
  std::uint16_t last = 40'999;
};

/// What every decision reads. Built by compile(), never changed afterwards.
struct Policy {
  std::uint64_t version = 0;
  std::string realm = "ringfence";
  std::vector<std::string> domains;        ///< host names that are ours, besides the listeners' addresses
  std::vector<Tenant> tenants;             ///< in the order of their ids
  std::vector<Subnet> local_networks;      ///< where phones are "inside" (E5); default: private, link-local
  std::vector<Listener> listeners;
  /// SIP URIs of the proxies that phones come through: the only places that are connected to when a phone's own
  /// connection is gone, and only by what these say (RFC 3263).
  std::vector<std::string> proxies;
  /// What this host sends from when nothing says which of its addresses: where a listener is bound to all of them.
  Address source_v4, source_v6;
  SipTimes times;
  Limits limits;
  /// SHA-256 of the two DTLS certificates that new legs name to their peers: the first, or the second to a peer that
  /// has an association by the first with another relay of ours. app makes them and rotates them.
  std::array<std::array<std::uint8_t, 32>, 2> media_fingerprints{};
  bool transcode = true;                   ///< calls whose sides share no codec: we turn one into the other
  /// Of phones, by the transport of their signalling, where the extension says nothing. Trunks have rules of their own.
  std::array<Encryption, 5> media_encryption{Encryption::optional, Encryption::optional, Encryption::optional,
                                             Encryption::required, Encryption::required};
  /// Where the relay's media is, when it has an interface of its own; unspecified: where the leg's signalling is.
  Address media_v4, media_v6;
  /// Media servers (rtpengine) relay what they can; where none has room, we do (`media_falls_back`), or nobody.
  bool media_elsewhere = false, media_falls_back = true;
  MediaPorts media_ports;                  ///< read once at start: a change needs a restart
  bool md5_allowed = true;
  bool sha2_allowed = true;                ///< off only for clients that read one challenge and know MD5 alone
  std::string user_agent;                  ///< of what we send as a client; empty sends none (H9: no version is shown)

  /// The address of media of a leg whose signalling is at our address `signalling`.
  const Address& media_address(const Address& signalling) const {
    const Address& own = signalling.is_v4() ? media_v4 : media_v6;
    return own.is_unspecified() ? signalling : own;
  }
  /// The extension that this registration name is for, its own or a device's.
  const Extension* by_auth_name(std::string_view name) const;
  const Login* login(std::string_view name) const;
  /// All registration names there are.
  const std::vector<Login>& logins() const { return logins_; }
  const Extension& extension_of(const Login& login) const { return extensions_[login.extension]; }
  /// None: its own.
  const Device* device_of(const Login& login) const {
    return login.device == 0 ? nullptr : &extension_of(login).devices[login.device - 1];
  }
  const Credentials& credentials_of(const Login& login) const {
    const Device* const device = device_of(login);
    return device != nullptr ? device->credentials : extension_of(login).credentials;
  }
  std::string_view name_of(const Login& login) const {
    const Device* const device = device_of(login);
    return device != nullptr ? device->auth_name : extension_of(login).auth_name;
  }
  /// Whose domain a host name is; none: no tenant's.
  TenantId tenant_of(std::string_view host) const;
  const Extension* by_number(TenantId tenant, std::string_view number) const;
  const Extension* by_id(ExtensionId id) const;
  /// Whether some extension has this number or registration name.
  bool knows(std::string_view name) const;
  const std::vector<Extension>& extensions() const { return extensions_; }
  bool is_local(const Address& address) const;
  const Listener* listener(ListenerId id) const;

  /// Replaces the extensions and builds the indexes. Errors: a sentence naming the clash (two extensions with one
  /// registration name, one number twice in a tenant, one domain of two tenants).
  std::optional<std::string> compile(std::vector<Extension> extensions);

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Index = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

  /// Where its hash is in names_, or would be.
  std::size_t place_of(std::string_view name) const;
  void index_names();

  std::vector<Extension> extensions_;
  std::vector<Login> logins_;
  /// Hashes of the names of all tenants, 0 where there is none: strangers ask, so that one look has to do, however many
  /// tenants there are. Two names with one hash would make an unknown one known, which costs the guard a count.
  std::vector<std::uint64_t> names_;
  std::unordered_map<std::string, TenantId> by_domain_;
  Index by_auth_name_;  ///< places in logins_
  std::unordered_map<TenantId, Index> by_number_;
  std::unordered_map<ExtensionId, std::uint32_t> by_id_;
};

using PolicyRef = std::shared_ptr<const Policy>;

}  // namespace rf::policy
