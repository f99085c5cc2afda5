// Back-to-back calls: what one phone does is told to the other in our own words.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/slots.hpp"
#include "core/call/attempts.hpp"
#include "core/call/call.hpp"
#include "core/call/codecs.hpp"
#include "core/call/context.hpp"
#include "core/call/keys.hpp"
#include "core/call/locator.hpp"
#include "core/call/refusals.hpp"
#include "core/call/registrar.hpp"
#include "core/call/shares.hpp"
#include "core/call/target.hpp"
#include "core/call/trunks.hpp"
#include "core/media/elsewhere.hpp"
#include "core/media/ports.hpp"
#include "core/toll/pins.hpp"
#include "core/toll/unusual.hpp"

namespace rf::call {

/// All calls of one engine. Sees authenticated INVITEs and requests that fit a dialog; never a stranger's.
/// Source: RFC 3261 (as UAS towards the caller and UAC towards the callee), RFC 3262, 3264, 3311, 4028.
class Calls {
 public:
  /// An INVITE that asks for a new call, and who asks.
  struct Asked {
    const sip::Message& request;
    const Flow& flow;
    txn::ServerId server;  ///< its transaction
    Caller caller;
    std::string_view route = {};  ///< the inbound route, of a call that a trunk brings
    std::string trail = {};       ///< the rules that it met so far, see toll/trail.hpp
  };

  Calls(const policy::Policy& policy, Random& random, const Registrar& registrar, Trunks& trunks);

  // --- requests

  /// Whether `caller` tries too often; then nothing was taken for this one, and the seconds to wait are given.
  std::optional<std::uint32_t> turn_away(Context& ctx, const sip::Message& request, const Flow& flow,
                                         const policy::Extension& caller);
  /// A new call by `caller`. `device`: whose password was shown; none: its own. `server` is its transaction; 100 has
  /// been sent.
  void handle_invite(Context& ctx, const sip::Message& request, const Flow& flow, const policy::Extension& caller,
                     DeviceId device, txn::ServerId server);
  /// A new call that a trunk brings; `server` is its transaction; 100 has been sent.
  void handle_trunk_invite(Context& ctx, const sip::Message& request, const Flow& flow, const trunk::Member& member,
                           txn::ServerId server);
  /// The leg that a request with a To tag names; none when there is no such dialog.
  const LegRef* find(const sip::Message& request) const;
  dialog::Fit judge(const LegRef& ref, const sip::Message& request, const Flow& flow);
  ExtensionId extension_of(const LegRef& ref);
  TrunkId trunk_of(const LegRef& ref);
  /// The path that its leg is bound to.
  Flow path_of(const LegRef& ref);
  /// Whether the request is the BYE that ends this dialog, and not another one after it.
  bool is_ended_by(const LegRef& ref, const sip::Message& request);
  /// The phone proved itself on another path.
  void rebind(const LegRef& ref, const Flow& flow);
  /// A request that fits its dialog (or whose sender has just proved itself). `server` is none for an ACK.
  void handle_in_dialog(Context& ctx, LegRef ref, const sip::Message& request, const Flow& flow, txn::ServerId server);
  /// The CANCEL of an INVITE of ours was answered; `invite` is that INVITE.
  void handle_cancel(Context& ctx, std::uint64_t call, txn::ServerId invite);

  // --- everything else that happens

  void handle_response(Context& ctx, std::uint64_t call, txn::ClientId client, const sip::Message& response,
                       const Flow& flow);
  void on_event(Context& ctx, const txn::Event& event);
  void on_timer(Context& ctx, std::uint64_t call, std::uint32_t kind);
  void on_attempts_timer(Context& ctx, std::uint64_t handle) { attempts_.on_timer(ctx, handle); }
  void on_stored(Context& ctx, std::uint64_t ticket, bool ok);
  void on_dns(Context& ctx, QueryId query, const txn::DnsResult& result);
  /// Wrong PINs that were entered before this process began.
  void know_pin_tries(toll::PinTries tries) { pin_tries_ = std::move(tries); }
  /// All entries of the ledger up to this one are on disk, or are not.
  void on_ledger(Context& ctx, std::uint64_t entry, bool ok);
  void on_relay_report(Context& ctx, const media::RelayReport& report, bool stopped);
  void on_relay_silent(Context& ctx, CallId call, RelayId relay, std::int64_t silent_ms);
  void on_relay_failed(Context& ctx, CallId call, RelayId relay);
  void on_relay_stocked(Context& ctx, media::Elsewhere relay);
  void on_relay_stale(Context& ctx, RelayId relay);
  void on_relay_lost(Context& ctx, CallId call, RelayId relay, std::string_view why);
  /// The keys of a leg that agrees on them by a handshake are there.
  void on_media_secured(CallId call, RelayId relay, Side side, srtp::Suite suite);
  /// A leg could not prove to be whom signalling named: the call ends.
  void on_media_distrusted(Context& ctx, CallId call, RelayId relay, Side side, media::MediaFault fault);
  /// Whom we speak to ourselves dialled a digit, or whose partner takes them by INFO.
  void on_digit(Context& ctx, CallId call, Side side, char digit);
  /// What we said to him is over.
  void on_voice_done(Context& ctx, CallId call, std::uint32_t order);
  /// A phone registered again from another place: its calls follow it.
  void on_moved(ExtensionId extension, const Flow& from, const Flow& to);
  void on_policy(Context& ctx);

  // --- the operator

  /// Places a call of ours. Nothing: the answer follows. Errors: Refused, when the extension may not call there now, or
  /// nobody but a person may: emergency numbers, and what asks for a PIN.
  std::optional<effect::CommandResult> announce(Context& ctx, CommandId asked, const effect::Announce& what);
  std::uint64_t hang_up(Context& ctx, std::string_view cdr_id, TenantId tenant);
  void end_all(Context& ctx);
  /// Writes what waits for the end of its minute: nothing follows.
  void flush(Context& ctx) { attempts_.flush(ctx); }
  std::vector<effect::RunningCall> list();
  std::size_t size() const { return calls_.size(); }
  /// For new calls; running ones go on.
  void set_calls_max(std::size_t limit) { calls_.set_limit(limit); }
  /// Whether a leg of the extension is spoken to over this connection.
  bool serves(ExtensionId extension, ConnectionId connection) const;
  bool serves(TrunkId trunk, ConnectionId connection);
  std::size_t lookups() const { return locator_.size(); }
  std::size_t ports_in_use() const { return ports_.in_use(); }
  std::size_t transcoded() const { return transcoded_; }
  /// Streams that media servers have ready.
  std::size_t stocked() const { return stock_.size(); }
  std::size_t ports_capacity() const { return ports_.capacity(); }
  std::uint64_t started() const { return started_; }
  std::uint64_t answered() const { return answered_; }

 private:
  enum Kind : std::uint32_t {
    ring_due, store_due, duration_due, end_due, caller_session_due, callee_session_due, try_due, toll_due,
    turn_due, join_due, speech_due
  };
  struct Ending;
  struct InfoRelay {
    std::string tag;  ///< ours in the dialog of the leg whose INFO it is
    txn::ServerId server;
    std::string head;
  };

  // setup.cpp
  void refuse(Context& ctx, const Asked& asked, int status, CallResult result, effect::Reason reason,
              std::string_view detail, effect::Level level = effect::Level::notice);
  /// Connects who asked with a target; null when nothing came of it.
  Call* place(Context& ctx, const Asked& asked, const std::string& dialled, std::expected<Target, Failure> target);
  /// A call that exists but rings nowhere yet; null when the INVITE was refused. `helps`: an emergency call.
  Call* begin(Context& ctx, const Asked& asked, const std::string& dialled, bool helps);
  void ring(Context& ctx, Call& call, const policy::Extension& callee, const Binding& binding);
  /// The last of the forks from now on; null when what we would write there is no URI.
  Fork* add_fork(Context& ctx, Call& call, dialog::Dialog::Outgoing outgoing);
  void send_invite(Context& ctx, Call& call, std::size_t fork, std::string_view credentials = {});
  bool try_next_way(Context& ctx, Call& call, std::size_t fork);
  void take_ways(Context& ctx, Fork& fork, const std::vector<txn::Target>& targets);
  void on_fork_response(Context& ctx, Call& call, std::size_t fork, const sip::Message& response, const Flow& flow);
  void on_fork_success(Context& ctx, Call& call, std::size_t fork, const sip::Message& response, const Flow& flow);
  /// Whether it refused to be offered protection, and was asked once more: without, where it need not take any, and by
  /// certificate where it has to and knew no keys.
  bool offer_otherwise(Context& ctx, Call& call, std::size_t fork, int status);
  void on_fork_failure(Context& ctx, Call& call, std::size_t fork, int status);
  /// The phone ended its early dialog before it answered the INVITE.
  void on_fork_gone(Context& ctx, Call& call, std::size_t fork);
  void give_up_without_forks(Context& ctx, Call& call);
  static bool is_shut_out(Context& ctx, const Call& call, const Leg& leg);
  void cancel_shut_out(Context& ctx, Call& call);
  static std::vector<DeviceId> devices_of(const Call& call);
  /// Streams for an offer that the callee's phone makes; false when it was the end of the call.
  bool open_late(Context& ctx, Call& call, Leg& leg, const sdp::Session& offer);
  /// It is answered: the caller hears that when the record is on disk, or at once where somebody calls for help.
  void record_answer(Context& ctx, Call& call);
  /// What the record keeps of them; nothing of calls between phones, which nobody else counts.
  static std::vector<record::OpenDialog> dialogs_of(const Call& call);
  void answer_caller(Context& ctx, Call& call);
  /// It is answered: how long it may last, but for a call for help.
  static void watch_duration(Context& ctx, Call& call);
  void release_fork(Context& ctx, Call& call, std::size_t fork, const sip::Message& response, const Flow& flow);

  // targets.cpp
  /// What `target.dialled` leads to now, forwarding and ring groups followed.
  std::expected<Target, Failure> resolve(Context& ctx, TenantId tenant, Target target) const;
  std::expected<Target, Failure> redirect(Context& ctx, TenantId tenant, Target target, const policy::Extension& by,
                                          trunk::DiversionReason cause) const;
  /// Those that can be called, the next one last.
  std::vector<ExtensionId> members_of(Context& ctx, const toll::RingGroupTerms& group) const;
  /// Rings the target. False: nobody there can be asked, and the call is as it was.
  bool start(Context& ctx, Call& call, Target target);
  bool start_group(Context& ctx, Call& call, const toll::RingGroupTerms& group);
  bool ring_next_member(Context& ctx, Call& call, const toll::RingGroupTerms& group);
  bool ring_all(Context& ctx, Call& call, std::span<const policy::Extension* const> callees);
  void leave_phones(Context& ctx, Call& call);
  /// Who rang has failed with this status: whether it is somebody else's turn, or the call has ended.
  bool go_on(Context& ctx, Call& call, int status);
  bool go_to(Context& ctx, Call& call, std::expected<Target, Failure> target);
  void on_turn_over(Context& ctx, Call& call);

  // transfer.cpp
  /// An INVITE that is to take a running call's place (RFC 3891): refused, and not taken for an ordinary call.
  void refuse_replacing(Context& ctx, const Asked& asked);
  void on_refer(Context& ctx, Call& call, Side side, const sip::Message& request, txn::ServerId server);
  /// A new call from the leg at `side` to the target, at the cost of Target::payer; the leg comes over when it is
  /// answered. Otherwise: why nothing came of it, and all is as before.
  std::optional<Failure> hand_over(Context& ctx, Call& from, Side side, std::expected<Target, Failure> target,
                                   const std::string& via);
  void on_handover_failed(Context& ctx, Call& from, int status, std::string_view why);
  void notify_transferor(Context& ctx, Call& call, int status);
  void take_over(Context& ctx, Call& call);
  void join(Context& ctx, Call& from, Call& into, Side place);
  void take_leg(Context& ctx, Call& into, Side place, Call& from, Side side);
  void leave_behind(Context& ctx, Call& from, Call& into);
  void offer_across(Context& ctx, Call& call, Side side);
  void on_joined(Context& ctx, Call& call);
  void on_join_refused(Context& ctx, Call& call, Side side, int status);
  void on_join_due(Context& ctx, Call& call);
  void end_together(Context& ctx, Call& call, EndedBy by, effect::Reason reason, std::string_view detail);
  static bool is_free(const Leg& leg);

  // voice.cpp
  /// Takes the call ourselves and says `clips`. False: the caller's phone speaks nothing that we do.
  bool answer_ourselves(Context& ctx, Call& call, Speech speech, std::vector<std::string> clips);
  void ask_pin(Context& ctx, Call& call, const Target& target);
  void begin_speech(Context& ctx, Call& call, Side to);
  bool say(Context& ctx, Call& call, Side to, std::vector<std::string> clips, bool repeat);
  void enter_digit(Context& ctx, Call& call, char digit);
  void on_pin(Context& ctx, Call& call);
  void say_and_end(Context& ctx, Call& call, Side to, std::string_view prompt, effect::Reason reason,
                   std::string_view detail);
  void say_why_and_end(Context& ctx, Call& call, Side to, int status, std::string_view why);
  /// Ends who costs money or time now; the caller hears why first.
  void cut(Context& ctx, Call& call, effect::Reason reason, std::string_view prompt, std::string_view detail);
  void on_transferor_gone(Context& ctx, Call& call);
  /// Answers an offer of somebody who talks to us alone.
  void answer_alone(Context& ctx, Call& call, Side side, const sdp::Session& offer);
  void note_answer(Call& call, Side by, const sdp::Session& answer);
  std::string prompt_of(Context& ctx, const Call& call, std::string_view name) const;

  // announce.cpp
  void tell_asker(Context& ctx, Call& call, bool answered, std::string_view why);
  /// It is answered, and that is on disk.
  void speak(Context& ctx, Call& call);

  // pressed.cpp
  static policy::Keys key_rule(const Context& ctx, TenantId tenant, ExtensionId extension, TrunkId trunk);
  static policy::Keys key_rule(const Context& ctx, const Call& call, const Leg& leg);
  static bool has_events(const Leg& leg);
  /// Whether a callee with this rule is to have events that the caller has not.
  static bool lacks_events(const Context& ctx, const Call& call, policy::Keys rule);
  void on_info_key(Context& ctx, Call& call, Side side, const sip::Message& request, txn::ServerId server);
  /// A key that `side` pressed by INFO goes on, by the way that the other side has.
  void press(Context& ctx, Call& call, Side side, const KeyPress& key);
  void tell_key(Context& ctx, Call& call, Leg& to, char symbol);
  void send_next_key(Context& ctx, CallId call, Leg& to);
  /// What a leg is told of telephone-event in the description of `said`; `offered`: its own offer, when that is
  /// answered.
  void fit_events(const Context& ctx, Call& call, Side to, const Leg& leg, std::size_t stream, const sdp::Media& said,
                  const sdp::Media* offered, FormatText& text) const;
  /// How keys go to each leg and come from it, by what both have said.
  void choose_keys(Context& ctx, const Call& call, Stream& stream, const sdp::Media* of_caller,
                   const sdp::Media* of_callee, bool by_callee) const;

  // outward.cpp
  bool start_outside(Context& ctx, Call& call, Target target);
  /// Tries the next trunk, after one that failed with `status` (0: the first). Whether there was one.
  bool leave_by_next(Context& ctx, Call& call, int status);
  void leave_when_written(Context& ctx, Call& call, const toll::Way& way);
  void give_up_outside(Context& ctx, Call& call);
  bool leave_by(Context& ctx, Call& call, const toll::TrunkTerms& trunk, const toll::Way& way);
  void take_ways_to_trunk(Context& ctx, Fork& fork, const std::vector<txn::Target>& targets);
  /// Answers the challenge of a trunk. False: it was none, or it cannot be answered.
  bool answer_trunk(Context& ctx, Call& call, std::size_t fork, const sip::Message& response);
  void on_trunk_trying(Context& ctx, Call& call);
  /// Asks the trunk that said nothing at its further addresses (RFC 3263 §4.3), in a dialog of its own: the first may
  /// answer yet, and is told then that it is over.
  bool leave_by_address(Context& ctx, Call& call, const policy::Trunk& line, std::vector<Flow> ways);
  void on_trunk_silent(Context& ctx, Call& call);

  // habits.cpp
  void note_habits(Context& ctx, Call& call, const toll::Unusual& unusual);
  void learn_habits(Context& ctx, const Call& call);

  // challenged.cpp
  /// The header lines that answer a trunk's challenge to a request of this leg. None: it is none, or cannot be
  /// answered.
  std::optional<std::string> credentials_for(Context& ctx, const Call& call, const Leg& leg, auth::Rounds& rounds,
                                             std::string_view method, std::string_view body,
                                             const sip::Message& response);
  /// Whether a response was a trunk's challenge to a BYE, PRACK, re-INVITE or UPDATE of ours, and that went again.
  bool went_again(Context& ctx, Call& call, txn::ClientId client, const sip::Message& response);
  bool modify_again(Context& ctx, Call& call, Side side, const sip::Message& response);

  // spending.cpp
  /// Asks for what a call by this trunk needs. False: it is refused, `call.refused` says why.
  bool take_way(Context& ctx, Call& call, const toll::TrunkTerms& trunk, const toll::Way& way);
  void watch_money(Context& ctx, Call& call);
  void on_toll_due(Context& ctx, Call& call);
  void start_spending(Context& ctx, Call& call);
  void end_spending(Context& ctx, Call& call);

  // early.cpp
  bool enter_fork_dialog(Context& ctx, Call& call, std::size_t fork, const sip::Message& response, const Flow& flow);
  void on_fork_provisional(Context& ctx, Call& call, std::size_t fork, const sip::Message& response, const Flow& flow);
  void send_prack(Context& ctx, Call& call, Fork& fork, std::uint32_t rseq, std::string_view answer,
                  std::string_view credentials = {});
  void tell_caller(Context& ctx, Call& call, int status);
  void on_prack(Context& ctx, Call& call, Side side, const sip::Message& request, const Flow& flow,
                txn::ServerId server);
  void on_early_update(Context& ctx, Call& call, Leg& leg, Side side, const sip::Message& request,
                       txn::ServerId server);
  std::string answer_as_before(Context& ctx, Call& call, Side side);

  // modify.cpp
  void on_ack(Context& ctx, Call& call, Side side, const sip::Message& request);
  /// Carries what `side` asked for over to the other leg. Gives 0, or the status to refuse it with.
  int pass_on(Context& ctx, Call& call, Side side, const sdp::Session* offer);
  void on_modify(Context& ctx, Call& call, Side side, const sip::Message& request, txn::ServerId server);
  void on_info(Context& ctx, Call& call, Side side, const sip::Message& request, txn::ServerId server);
  void answer_info(Context& ctx, txn::ClientId client, int status);
  void on_ours_response(Context& ctx, Call& call, Side side, const sip::Message& response);
  void on_ours_failed(Context& ctx, Call& call, Side side, int status, const sip::Message* response);
  void answer_theirs(Context& ctx, Call& call, Side side, int status, const std::string& description);
  void acknowledge(Context& ctx, Leg& leg, txn::ClientId invite, std::uint32_t cseq, std::string_view answer = {});
  bool send_modify(Context& ctx, Call& call, Side side, sip::Method method, const std::string& description,
                   bool for_peer, std::string_view credentials = {});
  void refresh(Context& ctx, Call& call, Side side);
  void watch_session(Context& ctx, Call& call, Side side);

  // streams.cpp
  /// What is written for `to` of the other leg's description: an answer while its offer is pending, else an offer.
  std::string describe(Context& ctx, Call& call, Side to, Leg& leg, const sdp::Session& session);
  FormatText formats_for(const Context& ctx, const Call& call, const sdp::Media& said,
                         const sdp::Media* offer, bool events) const;
  void choose_transcoding(Context& ctx, Call& call, Stream& stream);
  /// Whether an offer's streams can be relayed, and may be as `by` has protected them; null: that was judged before.
  enum class Opening : std::uint8_t { some, none, no_ports };
  Opening open_streams(Context& ctx, Call& call, const Leg* by, const sdp::Session& session);
  bool open_here(Context& ctx, Call& call, Stream& stream);
  bool open_elsewhere(Context& ctx, const Call& call, Stream& stream);
  /// Why not.
  struct Unfit {
    effect::Reason reason;
    std::string_view text;
  };
  static Unfit why_not(Context& ctx, const Call& call, const Leg& by, const sdp::Session& offer);
  /// Whether our last description may leave again as it is.
  static bool may_repeat(Context& ctx, const Call& call, const Leg& leg);
  static MediaTerms media_terms(Context& ctx, const Call& call, const Leg& leg);
  /// What the configuration says about such a leg, whatever it has said itself.
  static MediaTerms rule_for(Context& ctx, TenantId tenant, ExtensionId extension, TrunkId trunk,
                             Transport transport);
  /// Agrees with a leg on protection, by its offer, which a breach leaves unused, or by its answer, where a breach is
  /// the end of the call.
  static std::optional<Breach> agree_by_offer(Context& ctx, const Call& call, Leg& leg, const sdp::Session& offer);
  static std::optional<Breach> agree_by_answer(Leg& leg, const sdp::Session& answer);
  /// What was said of ports and addresses, and what was agreed on, becomes the plan of the relay.
  void take_remote(Call& call, Side from, Leg& leg, const sdp::Session& session);
  /// Tells a browser phone how the other leg is protected.
  static void append_media_note(std::string& out, const Call& call, Side to, const Leg& leg);
  void push_streams(Context& ctx, Call& call);
  static void note_protection(Call& call, const Stream& stream);
  void drop_unagreed_streams(Context& ctx, Call& call);
  void release_stream(Context& ctx, Call& call, Stream& stream);
  void close_streams(Context& ctx, Call& call);

  // elsewhere.cpp
  /// Why media servers cannot relay a leg with such a contact, seen at that address; empty: they can.
  static std::string_view why_here(const MediaTerms& terms, std::string_view contact, const Address& seen,
                                   bool caller_is_protected);
  static std::string_view why_here(Context& ctx, const Call& call, const Leg& leg);
  /// Of a call that a media server relays: it protects one side, and one that is plain stays so.
  static bool must_stay_plain(const Call& call, const Leg& leg);
  /// Decides who relays the call: we, if there is a reason for it. False: nobody may.
  bool decide_relay(Context& ctx, Call& call, std::string_view why_here, bool callee_v4);
  /// Likewise, before several phones are rung: we, if one of them asks for it.
  void decide_relay(Context& ctx, Call& call,
                    std::span<const std::pair<const policy::Extension*, const Binding*>> phones);
  bool draw(Context& ctx, Call& call, bool callee_v4);
  void put_elsewhere(Context& ctx, Stream& stream, const media::Elsewhere& relay);
  /// Decides it before this callee is offered anything, or holds what was decided against him. False: he cannot be
  /// asked.
  bool fit_media(Context& ctx, Call& call, const Leg& callee);
  bool bring_back(Context& ctx, Call& call, const Leg& callee, std::string_view why);
  /// Both sides have to be told of it. False: there are no ports.
  bool relay_here(Context& ctx, Call& call, const Leg& callee, std::string_view why);
  /// Whether he shares no codec with the caller, and was asked again with those that we transcode.
  bool offer_from_here(Context& ctx, Call& call, std::size_t fork, int status);
  /// Ports of ours for what a media server relays, and that in `call.there`. False: there are none, all is as before.
  bool take_ports_here(Context& ctx, Call& call, const Leg& callee);

  // homecoming.cpp
  /// What the phones of a call that has begun said that no media server does for them; empty: nothing.
  static std::string_view why_home(const Context& ctx, Call& call);
  /// Whether a key that comes by INFO has to reach `peer` by another way, which no media server knows.
  static bool needs_turning(const Context& ctx, const Call& call, const Leg& peer);
  /// Brings a running call from its media server to us. False: it cannot be, or not now.
  bool come_home(Context& ctx, Call& call, std::string_view why);
  void on_home(Context& ctx, Call& call);
  void stay_there(Context& ctx, Call& call);

  // finish.cpp
  /// Ends a call in any state: everybody who is still in it is told, the CDR gets its result.
  void end(Context& ctx, Call& call, CallResult result, EndedBy by, int caller_status, effect::Reason reason,
           std::string_view detail = {});
  void end_answered(Context& ctx, Call& call, EndedBy by, effect::Reason reason, std::string_view detail = {});
  void cancel_forks(Context& ctx, Call& call);
  static void cancel_fork(Context& ctx, Fork& fork);
  void withdraw(Context& ctx, Call& call, Side side);
  /// Who is at `side` has gone, or is told to go, and the call runs on without him.
  void dismiss(Context& ctx, Call& call, Side side);
  void bye(Context& ctx, Call& call, Leg& leg);
  void send_bye(Context& ctx, Call& call, Leg& leg, std::string_view credentials);
  void settle(Context& ctx, Call& call);
  void forget(Context& ctx, Call& call);
  void close_cdr(Context& ctx, Call& call);

  void respond(Context& ctx, const sip::Message& request, const Flow& flow, txn::ServerId server, int status,
               std::string_view to_tag = {});
  void index_leg(std::string_view local_tag, LegRef ref);
  Call* call(std::uint64_t handle) { return calls_.find(CallId{handle}); }
  Leg* leg(const LegRef& ref);

  Slots<Call, CallId> calls_;
  media::PortPool ports_;
  media::Stock stock_;
  std::size_t transcoded_ = 0;  // streams whose legs share no codec
  Locator locator_{0, 3};
  Attempts attempts_;
  std::unordered_map<std::string, LegRef> by_tag_;  ///< our own random tags: nobody can choose where they land
  Shares shares_;
  const Registrar& registrar_;
  Trunks& trunks_;
  boost::unordered_flat_map<ExtensionId, std::int64_t, std::hash<ExtensionId>> last_answered_;  ///< mono ms
  toll::PinTries pin_tries_;
  Refusals refusals_;
  std::vector<CallId> waiting_;  ///< for an entry of the ledger to be on disk
  boost::unordered_flat_map<std::uint64_t, CallId> by_ticket_;
  boost::unordered_flat_map<txn::ClientId, InfoRelay, std::hash<txn::ClientId>> infos_;
  std::uint64_t next_ticket_ = 2;
  std::uint64_t next_relay_ = 1;
  std::uint64_t started_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace rf::call
