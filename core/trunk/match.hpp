// Which trunk a request comes from, and how well that is proved.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"
#include "core/base/keyed_hash.hpp"

namespace rf::trunk {

enum class TrunkKind : std::uint8_t {
  registers,         ///< we register with the provider
  peer_address,      ///< trusted by its addresses
  peer_certificate,  ///< mutual TLS
  accept_register,   ///< a gateway registers with us
};

/// Where a peer's packets come from.
struct Source {
  Subnet subnet;
  std::uint16_t port = 0;  ///< 0: any
  friend bool operator==(const Source&, const Source&) = default;
};

/// One trunk, as far as its requests are to be recognised.
struct TrunkIdentity {
  TrunkId id;
  std::string name;  ///< as the operator calls it; unique
  TrunkKind kind = TrunkKind::peer_address;
  /// peer_address: needed. Others: none means any; given, a proof from elsewhere is not taken. A registering trunk
  /// whose provider calls by number, not by our contact, is recognised by them, too.
  std::vector<Source> sources = {};
  std::vector<std::string> certificates = {};  ///< peer_certificate: needed. DNS names, lower case, no wildcards
  std::string contact = {};                    ///< registers: the token in our contact (Registration::token())
  /// Leading digits of called numbers, E.164 with +, that tell it from another trunk at the same address. None: all.
  std::vector<std::string> called = {};
  std::vector<std::string> hosts = {};  ///< domains that only it may name in From, lower case
  bool encrypted_only = false;          ///< TLS or WSS; peer_certificate always is
  /// The operator signed that whoever can send from its address may call at its cost (row T2).
  bool address_risk_signed = false;
};

/// How we know, weakest first.
enum class Proof : std::uint8_t {
  address,       ///< only the source address, which over UDP anybody can write
  contact,       ///< knows the random user part that we registered with its provider
  registration,  ///< came by the path of a registration with the trunk's password
  certificate,   ///< holds the key to the trunk's certificate
  password,      ///< this very request was answered with the trunk's password
};
std::string_view text_of(Proof proof);

class Match;

/// The right to make calls go out: nobody but Member::may_call_out() makes one, so a function that takes it cannot
/// be called for a peer that is known by its address alone.
class CallOut {
 public:
  TrunkId trunk() const { return trunk_; }
  Proof proof() const { return proof_; }
  bool by_signed_risk() const { return by_signed_risk_; }

 private:
  friend class Member;
  CallOut(TrunkId trunk, Proof proof, bool risk) : trunk_(trunk), proof_(proof), by_signed_risk_(risk) {}
  TrunkId trunk_;
  Proof proof_;
  bool by_signed_risk_;
};

/// A request that belongs to a trunk: its calls may come in.
class Member {
 public:
  TrunkId trunk() const { return trunk_; }
  Proof proof() const { return proof_; }
  /// Whether its calls may also go out again: with a certificate or password, or where the operator signed the risk.
  /// An address alone, or a contact that everybody on the provider's path can read, never is enough.
  std::optional<CallOut> may_call_out() const {
    if (proof_ == Proof::certificate || proof_ == Proof::password) return CallOut(trunk_, proof_, false);
    if (risk_signed_) return CallOut(trunk_, proof_, true);
    return std::nullopt;
  }

 private:
  friend class Match;
  Member(TrunkId trunk, Proof proof, bool risk) : trunk_(trunk), proof_(proof), risk_signed_(risk) {}
  TrunkId trunk_;
  Proof proof_;
  bool risk_signed_;
};

/// What does not fit in a claim to be a trunk.
enum class Misfit : std::uint8_t {
  transport,       ///< not the transport that the trunk is configured for
  certificate,     ///< over TLS, without the trunk's certificate
  foreign_source,  ///< its contact, certificate or password, but not from where it may come
  domain,          ///< names its domain, and comes from nowhere that we know
};

/// A request that claims to come from a trunk, and does not.
struct Impostor {
  TrunkId trunk;
  Misfit misfit = Misfit::domain;
  /// Nothing but its source address or the domain in From claims it: a phone at the trunk's site does the same, so let
  /// it authenticate as one before this counts against it.
  bool only_implied = false;
  /// It came over a stream: its source address is no forgery, so a ban hits who did it (row H7).
  bool path_proved = false;
};

struct Stranger {};

using Origin = std::variant<Stranger, Member, Impostor>;

/// What is known of a request. Views outlive the call only; names are lower case.
struct Arrival {
  Endpoint source;
  Transport transport = Transport::udp;
  std::span<const std::string_view> certificate_names = {};  ///< of a peer whose certificate was verified; else none
  std::string_view request_user = {};                        ///< of the Request-URI, unescaped
  std::string_view called = {};                              ///< E.164 with +, as far as it could be read
  std::string_view claimed_host = {};                        ///< of From
  TrunkId registered = {};  ///< the accept_register trunk whose registration came by this very path
  TrunkId password = {};    ///< the trunk whose password this request was answered with
};

/// Recognises trunks. Immutable; made with the policy. A question takes a look-up for each length of prefix in use, and
/// in each block that covers the address one for each digit of the called number: it does not grow with the trunks.
/// Stronger proofs are looked for first: password, certificate, registration, contact, address; among addresses the
/// longest prefix, then the exact port, then the most digits of the called number.
class Match {
 public:
  /// `seed` keys the tables that strangers' texts are looked up in.
  /// Errors: a sentence naming the trunk and what to do: two trunks that could not be told apart, a kind without what
  /// it needs, a bound of TrunkLimits.
  static std::expected<Match, std::string> compile(std::vector<TrunkIdentity> trunks, std::uint64_t seed);

  Origin find(const Arrival& arrival) const;
  /// What the operator reads about an impostor, with the evidence. Nothing of it is for the remote side.
  std::string explain(const Impostor& impostor, const Arrival& arrival) const;
  /// The trunk that has addresses in this block, if any: such a block must not be banned (row H1).
  const TrunkIdentity* at(const Address& address) const;
  const TrunkIdentity* trunk(TrunkId id) const;

 private:
  using Index = std::uint32_t;
  static constexpr Index none = UINT32_MAX;
  struct HashSubnet {
    using is_avalanching = void;
    std::size_t operator()(const Subnet& s) const noexcept {
      return mix64(std::hash<Address>{}(s.base) + std::uint64_t{s.prefix} * 0x9e3779b97f4a7c15ULL);
    }
  };
  /// Names strangers can choose: by keyed hash, compared in full afterwards.
  using Names = boost::unordered_flat_map<std::uint64_t, Index, HashIsKey>;
  /// What comes from one block.
  struct Block {
    Names open;                          ///< by place_key(): recognised by the address
    Index guarded = none;                ///< a trunk here that shows a certificate
    Index owner = none;                  ///< some trunk here, however it is recognised
    std::uint8_t called_characters = 0;  ///< the most that tells trunks here apart
  };

  explicit Match(std::uint64_t seed) : key_(seed) {}
  std::uint64_t name_key(std::string_view space, std::string_view name) const;
  std::uint64_t place_key(std::uint16_t port, std::string_view called) const;
  std::optional<std::string> add(Index index);
  std::optional<std::string> add_names(Index index);
  std::optional<std::string> add_source(Index index, const Source& source);
  const TrunkIdentity* by_certificate(const Arrival& arrival) const;
  const TrunkIdentity* by_contact(std::string_view user) const;
  const TrunkIdentity* by_host(std::string_view host) const;
  Origin proven(const TrunkIdentity& trunk, Proof proof, const Arrival& arrival) const;
  Origin by_address(const Arrival& arrival) const;
  Index in_block(const Block& block, const Arrival& arrival) const;
  /// Calls `fn(block)` for every block that covers the address, narrowest first, until it returns true.
  template <class Fn>
  void for_each_block(const Address& address, Fn&& fn) const;

  HashKey key_;
  std::vector<TrunkIdentity> trunks_;
  boost::unordered_flat_map<TrunkId, Index, std::hash<TrunkId>> by_id_;
  Names names_;
  boost::unordered_flat_map<Subnet, Index, HashSubnet> places_;
  std::vector<Block> blocks_;
  std::vector<std::uint8_t> lengths_four_, lengths_six_;  ///< of prefixes in use, longest first
};

}  // namespace rf::trunk
