// The server's side of ICE on one media port: answers checks, knows who passed one, and where to send.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/limits/media.hpp"
#include "core/base/secret.hpp"
#include "core/stun/message.hpp"

namespace rf::ice {

/// ice-ufrag and ice-pwd of one stream. The peer's password is not among them: the lite side sends no checks.
struct Credentials {
  std::string our_fragment;
  std::string peer_fragment;  ///< empty until its description came; checks may come before
  Secret<std::string> our_password;
};

/// What became of a datagram.
struct Outcome {
  enum class Kind : std::uint8_t {
    answered,       ///< `bytes` of the answer have to be sent back to the source, from the same socket
    dropped,        ///< well made and not for us to answer: an indication, a response, or no room for the answer
    not_authentic,  ///< a request of somebody who does not know our password
    replayed,       ///< a request that came before, from another address
    malformed,
  };
  Kind kind = Kind::dropped;
  std::size_t bytes = 0;
  bool nominated = false;  ///< this source is the selected endpoint from now on, and was not before
};

/// The lite agent of RFC 8445 for one component; RTCP with a port of its own has one of its own. Always controlled
/// (§6.1.1), sends no checks, learns endpoints only from checks that know our password.
///
/// Consent (RFC 7675) is what the peer's checks say of it, since we send none. A peer that goes on checking its
/// selected endpoint (IceLimits::consent_sign_us after it nominated first) has to keep on: when no check came from
/// there for IceLimits::consent_us, nothing is selected any more. One that stops checking, as before RFC 7675, keeps
/// what it nominated; that it is silent others notice. Every other endpoint is forgotten consent_us after its last
/// check.
///
/// A check carries no address that its password protects, so whoever sees one can send it from his own. What came
/// before from elsewhere is therefore refused. Who is on the path and faster than the peer gets what is sent until the
/// next check nominates; media is encrypted against him.
///
/// Contract: `now_us` is monotonic and never goes back. No clock, no socket. Memory is bounded by IceLimits, and a
/// stranger owns none of it. For another peer (not another description of the same one) make another Lite.
class Lite {
 public:
  explicit Lite(Credentials credentials);

  /// The peer's fragment became known, or ICE restarts (RFC 8445 §9): with another password or fragment of ours, checks
  /// with the former ones are no longer answered. What was selected stays so until a check nominates anew or its
  /// consent ends; then all of the former time is forgotten. Equal credentials change nothing.
  void update(Credentials credentials);

  /// One datagram of kind stun (first byte 0 to 3) that came to this component from `source`. The answer is written to
  /// `out`, and is never longer than the packet; IceLimits::message_bytes is always enough room.
  Outcome on_packet(std::int64_t now_us, const Endpoint& source, std::span<const std::uint8_t> packet,
                    std::span<std::uint8_t> out);

  /// Whether a check with the transaction of this one came before. Both components of a stream have one password: what
  /// one of them was asked, nobody honest asks the other.
  bool has_seen(std::span<const std::uint8_t> packet) const;

  /// Where media is to be sent; none before the peer nominated, and when the consent of what it nominated has ended.
  std::optional<Endpoint> selected(std::int64_t now_us) const;
  /// Whether `source` is selected() or passed a check within IceLimits::consent_us: what else comes from there may be
  /// looked at.
  bool is_valid(std::int64_t now_us, const Endpoint& source) const;
  /// When selected() turns to none unless a check comes (monotonic microseconds); never_ms when it is none.
  std::int64_t consent_ends_us() const;

 private:
  struct Known {
    Endpoint where;
    std::string peer_fragment;    // that its checks carried
    std::int64_t checked_us = 0;  // its last check that was new
    std::uint32_t priority = 0;
    std::uint32_t generation = 0;  // of the credentials that it knew
    bool hasty = false;            // its very first check nominated
    bool nominated = false;
  };
  struct Transaction {
    std::uint32_t id;      // mixed to 32 bits: equal ones are taken for the same
    std::uint32_t source;  // likewise
    friend bool operator==(const Transaction&, const Transaction&) = default;
  };
  enum class Seen : std::uint8_t { never, from_here, from_elsewhere };

  bool is_named_rightly(const stun::Message& request) const;
  Seen look_up(const Transaction& one) const;
  void remember(const Transaction& one);
  void pass(std::int64_t now_us, const Endpoint& source, const stun::Message& request, Outcome& outcome);
  Known& know(std::int64_t now_us, const Endpoint& source, const stun::Message& request);
  bool nominate(std::int64_t now_us, const Known& known);
  bool is_alive(std::int64_t now_us, const Known& known) const;
  const Known* find(const Endpoint& where) const;

  Credentials credentials_;
  std::uint32_t generation_ = 0;
  std::vector<Known> known_;
  std::optional<Endpoint> selected_;  // counts while it is among the known
  std::uint32_t selected_in_ = 0;     // the generation that nominated it
  std::int64_t nominated_us_ = 0;     // when this generation nominated first
  bool consents_ = false;             // the peer goes on checking
  std::vector<Transaction> seen_;     // a ring
  std::size_t next_seen_ = 0;
};

}  // namespace rf::ice
