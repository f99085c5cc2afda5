// One DTLS association of a media leg: from the first datagram to the keys of SRTP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/time.hpp"
#include "core/media/security.hpp"
#include "shell/dtls/datagrams.hpp"
#include "shell/dtls/identity.hpp"

namespace rf::dtls {

/// Both directions' keys, as the exporter gave them.
struct Keys {
  srtp::MasterKey ours, theirs;
};

/// Contract: on_datagram() for each datagram of the peer, on_time() when due_us() has come, send what take() gives
/// after each of them. `now_us` is monotonic; between two calls OpenSSL measures its repetitions by its own clock. One
/// thread.
///
/// There are no keys before the peer has shown the certificate that signalling named and proved to hold its key.
/// Alerts that nobody proved are dropped: a forged one would end the call of others.
class Association {
 public:
  enum class State : std::uint8_t {
    greeting,  ///< passive, and no ClientHello with our cookie came: nothing is kept of those that came
    handshaking,
    secured,  ///< keys() are there; repeated datagrams of the peer are answered
    failed,   ///< fault() says why
  };

  /// Passive, and waits for greet() or begin(). Null when there is no memory.
  static std::unique_ptr<Association> passive(const IdentityRef& identity);
  /// Active: the ClientHello is there to be taken.
  static std::unique_ptr<Association> active(const IdentityRef& identity, const media::Fingerprint& peer,
                                             std::int64_t now_us);
  ~Association();

  /// While greeting: a datagram from a source whose address is not proved yet. True when it is a ClientHello with one
  /// of the cookies; begin() has to follow. Otherwise nothing is remembered, and there may be an answer to take.
  bool greet(const Cookie& cookie, const Cookie& former, std::span<const std::uint8_t> datagram);
  /// The handshake begins, with a peer that owns the certificate `peer`.
  void begin(const media::Fingerprint& peer, std::int64_t now_us);

  void on_datagram(std::int64_t now_us, std::span<const std::uint8_t> datagram);
  void on_time(std::int64_t now_us);
  /// When on_time() wants to be called; never_ms when it does not. Once secured: when nobody needs this any more.
  std::int64_t due_us() const { return due_us_; }
  /// What is to be sent, in order, taken out. At most SecureMediaLimits::handshake_answers.
  std::vector<Datagram> take();

  State state() const { return state_; }
  media::MediaFault fault() const { return fault_; }
  /// Once secured.
  const Keys& keys() const { return *keys_; }
  const IdentityRef& identity() const { return identity_; }

 private:
  Association(const IdentityRef& identity, bool we_connect);
  bool make();
  void step(std::int64_t now_us);
  void read_on();
  void finish(std::int64_t now_us);
  std::optional<Keys> export_keys(srtp::Suite suite) const;
  void fail(media::MediaFault fault);
  void set_due(std::int64_t now_us);

  struct Freed {
    void operator()(ssl_st* ssl) const;
  };
  IdentityRef identity_;
  Datagrams datagrams_;  // before ssl_: it outlives it
  std::unique_ptr<ssl_st, Freed> ssl_;
  bool we_connect_;
  State state_ = State::greeting;
  media::MediaFault fault_ = media::MediaFault::handshake;
  std::optional<Keys> keys_;
  std::int64_t until_us_ = never_ms, due_us_ = never_ms;
  std::size_t datagrams_in_ = 0, bytes_in_ = 0;
};

}  // namespace rf::dtls
