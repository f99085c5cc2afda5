// One call as data: a caller's leg, the forks that ring, and the streams between them. What happens to it is in
// calls.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/auth/client.hpp"
#include "core/base/ids.hpp"
#include "core/base/timers.hpp"
#include "core/call/context.hpp"
#include "core/call/keys.hpp"
#include "core/call/secure.hpp"
#include "core/call/shares.hpp"
#include "core/call/target.hpp"
#include "core/dialog/dialog.hpp"
#include "core/dialog/reliable.hpp"
#include "core/dialog/session_timer.hpp"
#include "core/media/plan.hpp"
#include "core/sdp/offer_answer.hpp"
#include "core/toll/decide.hpp"
#include "core/toll/desk.hpp"
#include "core/trunk/privacy.hpp"
#include "core/txn/transactions.hpp"

namespace rf::call {

/// Which side of a call: the index of its leg in a relay plan.
enum class Side : std::uint8_t { caller = 0, callee = 1 };
constexpr Side other(Side side) {
  return side == Side::caller ? Side::callee : Side::caller;
}
constexpr std::size_t index(Side side) {
  return static_cast<std::size_t>(side);
}

/// Who places a call: an extension that proved itself, or a trunk that brings it.
struct Caller {
  ExtensionId extension;  ///< none: the trunk
  TrunkId trunk;          ///< none: the extension
  TenantId tenant;
  std::string_view number;
  std::string_view display_name;
  DeviceId device = {};  ///< whose password the extension showed; none: its own
};

/// A session description: there may be keys in it.
using Description = Secret<std::string>;

/// Our dialog with one phone, or one trunk.
struct Leg {
  Leg(const policy::SipTimes& times, std::uint64_t origin_random) : session(times), origin(origin_random) {}

  std::optional<dialog::Dialog> dialog;
  ExtensionId extension;  ///< none: the trunk's
  TrunkId trunk;
  DeviceId device;  ///< by whose password the extension's phone is in it; none: its own
  dialog::SessionTimer session;
  Timers::Handle session_timer = 0;
  sdp::OfferAnswer exchange;
  sdp::LocalOrigin origin;
  Description said;            ///< the peer's last description that counts
  Description described;       ///< the last description of ours on this leg that was not refused
  std::vector<Keying> keying;  ///< by index of the m= line
  bool in_clear = false;       ///< it refused to be offered protection that it need not take
  bool by_certificate = false;  ///< it has to take protection, and refused to be offered keys
  bool peer_takes_update = false;
  bool joins_again = false;  ///< what `ours.joins` offered met another offer: it is to be offered again
  std::uint32_t join_tries = 0;
  std::size_t infos = 0;  ///< of the phone, that wait for the other one
  /// Keys: what is pressed on this leg, and what waits for it.
  struct Keys {
    bool sends_info = false;  ///< it has sent one so
    enum class Used : std::uint8_t { nothing, rtp, info } used = Used::nothing;  ///< first, since `round` began
    std::uint8_t round = 0;   ///< how often its media was agreed on
    std::int64_t second_from_ms = 0;
    std::uint32_t in_second = 0;  ///< that came by INFO
    std::string due;              ///< to be sent to it by INFO, one after the other
    txn::ClientId sending;
  } keys;

  /// A re-INVITE or UPDATE of ours that waits for its answer; `for_peer` when it carries one of the other leg over.
  struct Ours {
    txn::ClientId client;
    sip::Method method = sip::Method::other;
    std::uint32_t cseq = 0;
    bool for_peer = false;
    bool timed = false;        ///< it settles the session timer: sent in an answered call
    bool ack_owed = false;     ///< its 2xx brought an offer: the ACK waits for the other leg's answer
    Description description;   ///< what it offers, or nothing
    bool joins = false;        ///< its answer brings two together who did not know each other: without it the call ends
    auth::Rounds rounds = {};  ///< the challenges of the trunk that it met
  } ours;
  /// A re-INVITE, UPDATE or PRACK of the phone that waits for the other leg.
  struct Theirs {
    txn::ServerId server;
    sip::Method method = sip::Method::other;
    std::uint32_t cseq = 0;
    std::string response_head;  ///< the 200, ready but for its end
    bool timed = false;         ///< it settles the session timer: sent in an answered call
  } theirs;
  /// The phone's INVITE that got its 2xx and waits for the ACK. There is one at most: a phone begins the next only when
  /// it has heard the end of the one before (RFC 3261 §14.1).
  struct Answered {
    txn::ServerId server;
    std::uint32_t cseq = 0;
    bool opening = false;        ///< it began the call
    bool awaits_answer = false;  ///< the 2xx brought the other leg's offer: the ACK brings the answer
  } answered;

  /// Our BYE to a trunk, which may be challenged.
  struct Farewell {
    txn::ClientId client;
    auth::Rounds rounds;
  } farewell;

  /// Whether a change that the phone asked for is not over yet.
  bool is_asking() const { return theirs.server || (answered.server && !answered.opening); }
};

/// One contact of the callee that rings.
struct Fork {
  explicit Fork(Leg l) : leg(std::move(l)) {}

  Leg leg;
  txn::ClientId invite;
  std::uint32_t cseq = 1;
  std::vector<Flow> ways;  ///< where else to try, when its proxy had to be looked up
  dialog::ReliableReceiver reliable;
  std::size_t pracks = 0;        ///< sent or owed
  std::uint32_t prack_owed = 0;  ///< RSeq of a response that brought an offer: the PRACK waits for the caller's answer
  /// The last PRACK to a trunk, which may be challenged.
  struct Prack {
    txn::ClientId client;
    std::uint32_t rseq = 0;
    Description answer;
    auth::Rounds rounds = {};
  } prack;
  Description answer;  ///< its last description, reliable or not or in its 2xx
  int status = 0;      ///< its final status; 0 while it rings
  bool cancelled = false;
  std::string identity;   ///< of a trunk's: more header lines of its INVITE
  auth::Rounds rounds;    ///< the challenges it met
  bool ack_owed = false;  ///< its 2xx brought an offer: the ACK waits for the caller's answer
};

/// One m= line of a call. It has ports and a relay's id from its offer on until a side declines it.
struct Stream {
  enum class Wish : std::uint8_t { unknown, declined, wanted };

  bool exists() const { return static_cast<bool>(plan.id); }
  bool is(Wish wish) const { return wishes[0] == wish || wishes[1] == wish; }
  bool is_held() const { return held[0] || held[1]; }

  media::RelayPlan plan;
  bool started = false;
  bool audio = false;
  std::array<Wish, 2> wishes{};     ///< by side: in its last description that counts
  std::array<bool, 2> held{};       ///< by side: the phone does not want to hear
  Side answered_by = Side::callee;  ///< the last offer
  /// When the relay last told that nobody is heard: from when to when (mono ms).
  std::int64_t silent_from_ms = 0, silent_until_ms = 0;
};

/// A running call comes over from its media server to us: what there was of it, until both phones have agreed.
struct Homecoming {
  std::array<std::vector<Keying>, 2> keying;  ///< by side
  std::string server, engine;
  RelayId measured;
  std::vector<std::pair<Side, KeyPress>> keys;  ///< pressed by INFO meanwhile, VoiceLimits::keys_waiting at most
};

enum class CallState : std::uint8_t {
  ringing,
  storing,  ///< answered by the callee; the caller is told when the record is on disk
  talking,
  ending,  ///< everybody was told; waiting for the relay's numbers and for forks to give up
};

/// A call that begins with a leg of another call: that leg comes over when its callee answers. Until then
/// `Call::caller` is a copy to read from, and nothing is sent along it.
struct Handover {
  CallId from;
  Side side = Side::caller;  ///< of the leg there
  std::uint32_t tries = 0;   ///< to take it while its phone was busy with its session
};

/// The call that one of our legs goes over to, when it is answered.
struct Leaving {
  CallId to;
  Side by = Side::callee;  ///< who asked for it
  bool notified = false;   ///< by REFER: hears what becomes of it
};

/// What we say to the caller ourselves.
enum class Speech : std::uint8_t {
  none,
  pin,           ///< asks for a PIN or an account code and listens
  ringing,       ///< that somebody else is being called
  announcement,  ///< and hangs up
};

/// Of a call that we place ourselves, to say something: its `caller` is nobody, and nothing is sent along that leg.
struct Announcing {
  CommandId asked;    ///< who waits for what becomes of it
  bool told = false;  ///< what became of it
};

/// What was said of a call's pattern when it left.
struct Habits {
  pattern::Call call;
  std::int64_t noted_wall_ms = 0;
  std::uint8_t score = 0;
};

struct Call {
  Call(const policy::SipTimes& times, std::uint64_t origin_random, Random& random)
      : caller(times, origin_random), reliable(random) {}

  CallId id;
  Cdr cdr;
  CallState state = CallState::ringing;
  bool late_offer = false;       ///< the INVITE brought no description
  std::uint32_t hops_left = 69;  ///< Max-Forwards of what we send on

  Leg caller;
  txn::ServerId invite;  ///< the caller's INVITE
  std::uint32_t invite_cseq = 0;
  std::string invite_head;    ///< what every response to it begins with, behind the status line
  std::string invite_routes;  ///< its Record-Route, for the responses that make the dialog
  bool caller_takes_reliable = false;
  bool caller_wants_reliable = false;
  dialog::ReliableSender reliable;
  int provisional_sent = 0;  ///< the last provisional status that the caller got
  bool provisional_described = false;
  int provisional_waiting = 0;  ///< a status that waits for the PRACK of the one before
  bool answer_waits = false;    ///< the 200 does, too

  Shares::Parts parts;
  Ringing ringing;
  std::vector<Redirection> redirections;
  ExtensionId payer;  ///< whose rights and money count for what leaves
  toll::Question::For purpose = toll::Question::For::call;
  bool rang = false;  ///< of what rings now, somebody did
  bool unprotected = false;  ///< somebody refused the protection that the rule asks for
  std::vector<Fork> forks;
  std::string shown;  ///< who calls, as our Contact towards the callee says it
  // Of a call that leaves:
  std::vector<toll::Way> ways;  ///< trunks to try yet, the next one last
  std::size_t tried = 0;
  std::string called;  ///< E.164 where it is a number of the world's plan
  std::string caller_name;
  trunk::Privacy privacy;  ///< what the caller asked for
  bool emergency = false;
  bool emergency_test = false;   ///< leaves as one, within the limits of all
  std::optional<Habits> habits;  ///< none of emergency calls, which teach nothing
  bool spends = false;           ///< the desk knows it
  std::string refused;           ///< why the desk refused a way, for the operator
  toll::Check refused_by = toll::Check::money;
  std::uint64_t entry = 0;                ///< of the ledger: what follows waits until it is on disk
  std::optional<toll::Way> next_way;      ///< that is what waits
  std::optional<toll::Times> next_times;  ///< or these
  toll::Times toll_times;                 ///< when it asks for more money, and when it ends
  std::int64_t answered_ms = 0;           ///< mono; 0: not yet
  bool single = false;                    ///< one phone rings: what it says is not taken back by another's answer
  std::optional<std::size_t> heard;       ///< whose early media the caller hears
  std::optional<std::size_t> winner;
  std::vector<Stream> streams;  ///< by index of the m= line
  bool placed = false;          ///< who relays them is decided
  bool unplaced = false;        ///< no media server could, and nobody else may
  std::string server;           ///< the media server that does; empty: we
  RelayId measured;             ///< the first that ran: its figures stand in the record
  std::optional<Homecoming> homecoming;
  std::vector<Stream> there;  ///< what the media server relays until both phones send to us
  bool stays_there = false;   ///< a phone refused to come over
  std::size_t reports_due = 0;
  std::vector<txn::ClientId> byes;  ///< sent, not answered yet: the call is known until then, should theirs cross
  bool recorded = false;            ///< its CDR is closed

  std::optional<Handover> handover;  ///< until the leg has come over
  std::optional<Leaving> leaving;    ///< one at a time
  std::vector<CallId> carries;       ///< calls whose last leg came over: their money and records run on with this one
  CallId carried_by;                 ///< this one is such a call
  std::optional<Side> joins_next;    ///< who is offered what the other side answers
  std::optional<Announcing> announcing;
  Speech speech = Speech::none;
  std::uint32_t orders = 0;  ///< of the voice, so far
  std::uint32_t presses = 0;  ///< of keys into streams, so far
  std::string digits;        ///< entered
  std::uint32_t wrong_pins = 0;
  std::string pins;                ///< the list that is asked for
  std::vector<std::string> clips;  ///< said as soon as the caller has our answer, or we have the callee's
  std::string our_answer;          ///< the description with which we take the call ourselves
  /// Cut, and only the caller is left, who hears why.
  struct Cut {
    std::int64_t wall_ms = 0;
    effect::Reason reason = effect::Reason::toll_cut;
    std::string detail;
  };
  std::optional<Cut> cut;
  bool billed = false;  ///< the desk has closed it
  Timers::Handle speech_timer = 0, join_timer = 0;

  std::uint64_t ticket = 0;
  Timers::Handle setup_timer = 0;  ///< while it rings: how long yet; while it is stored: how long the disk may take
  Timers::Handle duration_timer = 0, end_timer = 0;
  Timers::Handle toll_timer = 0;
  Timers::Handle try_timer = 0;   ///< how long a trunk may say nothing
  Timers::Handle turn_timer = 0;  ///< how long these phones ring before it is the next ones' turn

  /// Whether it takes the way of a call for help, in earnest or as a test: by all trunks, one after the other.
  bool is_for_help() const { return emergency || emergency_test; }
  /// Whether phones may send provisional responses reliably: an offer in one is the caller's to answer, and of one
  /// phone only.
  bool may_be_reliable() const { return !late_offer || (single && caller_takes_reliable); }
  /// Who the phone of that side talks to, as our Contact shows it.
  const std::string& user_towards(Side side) const { return side == Side::caller ? cdr.dialled : shown; }
  /// The phone that answered, or the only one that rings; of trunks the one that is tried now.
  Fork* fork() {
    if (winner) return &forks[*winner];
    return single && !forks.empty() ? &forks.back() : nullptr;
  }
  Leg* leg(Side side) {
    if (side == Side::caller) return &caller;
    Fork* callee = fork();
    return callee ? &callee->leg : nullptr;
  }
};

/// Finds a leg again: a call, and which of its dialogs.
struct LegRef {
  CallId call;
  Side side = Side::caller;
  std::uint32_t fork = 0;  ///< of a callee
};

}  // namespace rf::call
