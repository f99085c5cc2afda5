// Session timers: both sides agree how often the call proves that it still lives.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "core/base/time.hpp"
#include "core/policy/policy.hpp"
#include "core/sip/message.hpp"
#include "core/sip/writer.hpp"

namespace rf::dialog {

/// The session timer of one leg: negotiated anew by every INVITE and UPDATE in either direction. Sets no timer: it says
/// when to refresh and when to hang up. "uac" and "uas" are the roles in the refresh request at hand, not in the call.
/// Source: RFC 4028; intervals in seconds from SipTimes (session_expires_s, session_min_s).
class SessionTimer {
 public:
  /// Who has to refresh.
  enum class Refresher : std::uint8_t {
    nobody,  ///< no session timer
    local,
    remote,
  };

  explicit SessionTimer(const policy::SipTimes& times);

  // --- we ask (INVITE, re-INVITE, UPDATE that we send)

  /// Writes Session-Expires (with the refresher in force once there is one) and, when above 90 s, Min-SE. Supported
  /// has to name "timer" as well: that line is the caller's. Nothing when session_expires_s is zero.
  void write_offer(sip::Writer& writer) const;
  /// A 422 came: takes its Min-SE over. True: send the request again; false: it asks for nothing we can give (absent,
  /// not above what we offered, over a day, or the fourth time), the request has failed.
  bool take_422(const sip::Message& response);
  /// The 2xx to it came at `now`. Without Session-Expires the peer has no timer: then we refresh by ourselves (see
  /// peer_knows_timer), and a refresh that fails ends the call.
  void take_answer(Now now, const sip::Message& response);

  // --- we answer (INVITE, re-INVITE, UPDATE that the peer sends)

  /// The interval asked for is below ours: answer 422 with this Min-SE.
  struct TooSmall {
    std::uint32_t min_se_s = 0;
  };
  /// Judges a request; what it settles counts from sent_answer() on, so a refused re-INVITE changes nothing. A peer
  /// without "timer" in Supported is never given the duty and gets no 422: then we refresh. Without a wish of the
  /// peer the refresher stays who it was, and is us at first. Errors: TooSmall.
  std::expected<void, TooSmall> take_request(const sip::Message& request);
  /// Writes what the 2xx needs: Session-Expires and, when the peer refreshes, a Require line with "timer".
  void write_answer(sip::Writer& writer) const;
  /// Our 2xx left at `now`: what take_request() settled is in force, and the interval starts.
  void sent_answer(Now now);

  /// False: a refresh need not be an INVITE or UPDATE; an OPTIONS in the dialog that is answered with anything but 408
  /// or 481 proves the same. Tell refreshed() then.
  bool peer_knows_timer() const { return peer_knows_timer_; }
  void refreshed(Now now) { start(now); }
  Refresher refresher() const { return refresher_; }
  std::uint32_t interval_s() const { return interval_s_; }
  /// When we have to send a refresh (half the interval, RFC 4028 §7.2): mono ms, never_ms when it is not our duty.
  std::int64_t refresh_at_ms() const;
  /// When to hang up because no refresh came or succeeded: the interval less min(32 s, a third) (RFC 4028 §10).
  std::int64_t expires_at_ms() const;
  /// The earlier of the two.
  std::int64_t next_deadline() const;
  /// A refresh was sent; a second one is not due before its outcome.
  void sent_refresh() { refreshing_ = true; }
  /// The refresh failed in a way that leaves the call standing (491, 500 with Retry-After): due again at `at_mono_ms`.
  void retry_refresh(std::int64_t at_mono_ms);

 private:
  void start(Now now);
  std::uint32_t offered_s() const;

  std::int64_t started_ms_ = never_ms;
  std::int64_t retry_at_ms_ = never_ms;
  std::uint32_t wanted_s_;   ///< zero: we never ask
  std::uint32_t own_min_s_;
  std::uint32_t min_s_;      ///< the largest Min-SE of both sides
  std::uint32_t interval_s_ = 0;
  std::uint32_t settled_interval_s_ = 0;  ///< by take_request(), until sent_answer()
  Refresher refresher_ = Refresher::nobody;
  Refresher settled_refresher_ = Refresher::nobody;
  std::uint8_t refusals_ = 0;  ///< 422s taken
  bool peer_knows_timer_ = false;
  bool settled_knows_timer_ = false;
  bool refreshing_ = false;
};

}  // namespace rf::dialog
