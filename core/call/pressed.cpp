// Keys that people press while they talk: how each side sends them and hears them, and what turns one into the other.
#include <utility>

#include "core/base/limits/media.hpp"
#include "core/base/limits/wire.hpp"
#include "core/call/calls.hpp"
#include "core/call/codecs.hpp"
#include "core/call/keys.hpp"
#include "core/call/wire.hpp"

namespace rf::call {

using media::KeyWay;
using Used = Leg::Keys::Used;

namespace {

constexpr std::int64_t second_ms = 1'000;

/// The stream that keys belong to: the first of sound that runs.
Stream* key_stream(Call& call) {
  for (Stream& stream : call.streams)
    if (stream.exists() && stream.started && stream.audio && !stream.is(Stream::Wish::declined)) return &stream;
  return nullptr;
}

/// Whether no description waits for its answer.
bool is_settled(Call& call) {
  for (const Side side : {Side::caller, Side::callee})
    if (const Leg* leg = call.leg(side); leg && (leg->theirs.server || leg->ours.client)) return false;
  return true;
}

/// Who is at that side, or whose early media is heard there.
const Leg* known_leg(const Call& call, Side side) {
  if (side == Side::caller) return &call.caller;
  if (call.winner) return &call.forks[*call.winner].leg;
  if (call.heard) return &call.forks[*call.heard].leg;
  return call.single && !call.forks.empty() ? &call.forks.back().leg : nullptr;
}

/// Whether a key that `side` pressed by INFO can be put into its stream so that it reaches the other side.
bool may_press(const Stream& stream, Side side) {
  if (media::is_elsewhere(stream.plan.id)) return false;
  const media::LegPlan& to = stream.plan.legs[index(other(side))];
  if (to.keys == KeyWay::info) return false;
  if (stream.plan.transcode) {
    const media::LegCoding& from = stream.plan.transcode->legs[index(side)];
    if (from.passing.none()) return from.heard_event_type != 0;
  }
  return to.keys == KeyWay::events && to.event_payload_type != 0;
}

}  // namespace

policy::Keys Calls::key_rule(const Context& ctx, TenantId tenant, ExtensionId extension, TrunkId trunk_id) {
  if (!trunk_id) return ctx.plan.extension(tenant, extension).keys;
  const toll::TrunkTerms* trunk = ctx.plan.trunk(trunk_id);
  return trunk ? trunk->line.keys : policy::Keys::automatic;
}

policy::Keys Calls::key_rule(const Context& ctx, const Call& call, const Leg& leg) {
  return key_rule(ctx, call.cdr.tenant, leg.extension, leg.trunk);
}

bool Calls::has_events(const Leg& leg) {
  const auto said = sdp::parse(std::string_view(leg.said.reveal()));
  if (!said) return false;
  for (const sdp::Media& media : said->media())
    if (media.kind == "audio" && media.port != 0) return sdp::telephone_event(media).has_value();
  return false;
}

bool Calls::lacks_events(const Context& ctx, const Call& call, policy::Keys rule) {
  return ctx.policy.transcode && rule == policy::Keys::events && !call.late_offer && !has_events(call.caller);
}

// --- descriptions

void Calls::fit_events(const Context& ctx, Call& call, Side to, const Leg& leg, std::size_t stream,
                       const sdp::Media& said, const sdp::Media* offered, FormatText& text) const {
  if (said.kind != "audio") return;
  const policy::Keys rule = key_rule(ctx, call, leg);
  const auto codec = favourite_of(said);
  const std::uint32_t clock_hz = codec ? media::clock_of(codec->codec) : 8'000;
  const auto own = offered ? events_of(*offered, clock_hz) : std::nullopt;
  if (!speaks_events(rule) || (offered && !own)) {
    if (sdp::telephone_event(said)) leave_out_events(text, said);
    return;
  }
  if (sdp::telephone_event(said) || !call.server.empty()) return;
  // The other side has none: told of here only when its keys can be turned.
  const Leg* const from = known_leg(call, other(to));
  const bool by_info = from && key_rule(ctx, call, *from) == policy::Keys::info;
  const bool room = call.streams[stream].plan.transcode || transcoded_ < TranscodeLimits::streams;
  if (!by_info && !(ctx.policy.transcode && codec && room)) return;
  if (own) return add_events(text, said, *own);
  if (offered) return;
  const auto former = sdp::parse(std::string_view(leg.said.reveal()));
  const auto before =
      former && stream < former->media().size() ? events_of(former->media()[stream], clock_hz) : std::nullopt;
  if (before || rule == policy::Keys::events) add_events(text, said, before.value_or(Events{0, clock_hz}));
}

void Calls::choose_keys(Context& ctx, const Call& call, Stream& stream, const sdp::Media* of_caller,
                        const sdp::Media* of_callee, bool by_callee) const {
  const bool is_ours = !media::is_elsewhere(stream.plan.id);
  const bool may_add = is_ours && ctx.policy.transcode && transcoded_ < TranscodeLimits::streams;
  std::array<KeyWay, 2> ways{KeyWay::events, KeyWay::events};
  for (const Side side : {Side::caller, Side::callee}) {
    const sdp::Media* const said = side == Side::caller ? of_caller : of_callee;
    const Leg* const leg = known_leg(call, side);
    if (said && leg && is_ours)
      ways[index(side)] =
          key_way(key_rule(ctx, call, *leg), sdp::telephone_event(*said).has_value(), leg->keys.sends_info);
    stream.plan.legs[index(side)].keys = ways[index(side)];
  }
  if (of_caller && !of_callee) {
    const bool listens = call.speech == Speech::pin && ways[0] == KeyWay::sound && may_add;
    if (listens) stream.plan.transcode = listening_to(*of_caller);
    return;
  }
  if (!of_caller || !of_callee || !is_ours) return;
  auto& plan = stream.plan;
  // Plans are by side, and formats by who offered.
  const auto turn = [by_callee](auto& two) {
    if (!by_callee) std::swap(two[0], two[1]);
  };
  auto by_offer = ways;
  turn(by_offer);
  if (plan.transcode) turn(plan.transcode->legs);
  plan.transcode = by_callee ? with_keys(std::move(plan.transcode), *of_caller, *of_callee, by_offer, may_add)
                             : with_keys(std::move(plan.transcode), *of_callee, *of_caller, by_offer, may_add);
  if (plan.transcode) turn(plan.transcode->legs);
  const std::uint32_t clock_hz = event_clock_of(by_callee ? *of_callee : *of_caller);
  for (const Side side : {Side::caller, Side::callee}) {
    media::LegPlan& leg = plan.legs[index(side)];
    const auto events = events_of(side == Side::caller ? *of_caller : *of_callee, clock_hz);
    leg.event_payload_type = events ? events->payload_type : 0;
    leg.event_clock_hz = events ? events->clock_hz : clock_hz;
    const bool coded = plan.transcode && leg.keys == KeyWay::events && plan.transcode->legs[index(side)].passing.none();
    if (!coded || plan.transcode->legs[index(side)].heard_event_type == 0) continue;
    leg.event_payload_type = plan.transcode->legs[index(side)].heard_event_type;
    leg.event_clock_hz = plan.transcode->legs[index(side)].event_clock_hz;
  }
}

// --- keys

void Calls::on_info_key(Context& ctx, Call& call, Side side, const sip::Message& request, txn::ServerId server) {
  Leg& leg = *call.leg(side);
  const Flow& flow = leg.dialog->flow();
  if (request.body.size() > WireLimits::info_bytes) return respond(ctx, request, flow, server, 413);
  if (ctx.now.mono_ms - leg.keys.second_from_ms >= second_ms) {
    leg.keys.second_from_ms = ctx.now.mono_ms;
    leg.keys.in_second = 0;
  }
  if (leg.keys.in_second >= VoiceLimits::digits_per_s) return respond(ctx, request, flow, server, 500);
  ++leg.keys.in_second;
  const auto key = read_key(request.body);
  if (!key) return respond(ctx, request, flow, server, 400);
  respond(ctx, request, flow, server, 200);
  if (!takes_info_keys(key_rule(ctx, call, leg), has_events(leg)) || leg.keys.used == Used::rtp) return;
  leg.keys.used = Used::info;
  // From now on it is sent keys so, too, where its description has nothing better.
  if (!std::exchange(leg.keys.sends_info, true) && !has_events(leg) && !call.homecoming && is_settled(call))
    push_streams(ctx, call);
  press(ctx, call, side, *key);
}

void Calls::press(Context& ctx, Call& call, Side side, const KeyPress& key) {
  if (call.speech == Speech::pin) return enter_digit(ctx, call, symbol_of(key.code));
  Leg* const peer = call.leg(other(side));
  if (call.speech != Speech::none || !peer || peer->dialog->state() == dialog::Dialog::State::terminated) return;
  if (!call.homecoming && needs_turning(ctx, call, *peer)) come_home(ctx, call, keys_turned);
  if (call.homecoming) {
    if (call.homecoming->keys.size() < VoiceLimits::keys_waiting) call.homecoming->keys.emplace_back(side, key);
    return;
  }
  Stream* const stream = key_stream(call);
  if (!stream || !may_press(*stream, side)) return tell_key(ctx, call, *peer, symbol_of(key.code));
  stream->plan.press = {++call.presses, static_cast<std::uint8_t>(index(side)), key.code,
                        static_cast<std::uint16_t>(key.lasts_ms)};
  ctx.out.add(effect::UpdateRelay{stream->plan});
  stream->plan.press.code = 0;
}

void Calls::on_digit(Context& ctx, CallId id, Side side, char digit) {
  Call* call = calls_.find(id);
  Leg* const leg = call ? call->leg(side) : nullptr;
  if (!leg || call->state != CallState::talking || leg->keys.used == Used::info) return;
  leg->keys.used = Used::rtp;
  if (call->speech == Speech::pin) return enter_digit(ctx, *call, digit);
  Leg* const peer = call->leg(other(side));
  const Stream* const stream = key_stream(*call);
  if (call->speech != Speech::none || !peer || !stream || stream->plan.legs[index(other(side))].keys != KeyWay::info)
    return;
  if (peer->dialog->state() != dialog::Dialog::State::terminated) tell_key(ctx, *call, *peer, digit);
}

/// One after the other: of two that are under way at once the second could come first, and make the first one old.
void Calls::tell_key(Context& ctx, Call& call, Leg& to, char symbol) {
  if (to.keys.due.size() >= VoiceLimits::keys_waiting) return;
  to.keys.due += symbol;
  if (!to.keys.sending) send_next_key(ctx, call.id, to);
}

void Calls::send_next_key(Context& ctx, CallId call, Leg& to) {
  if (to.keys.due.empty() || !to.dialog || to.dialog->state() == dialog::Dialog::State::terminated) return;
  const auto code = code_of(to.keys.due.front());
  to.keys.due.erase(0, 1);
  if (!code) return;
  auto info = begin_in_dialog(ctx, *to.dialog, "INFO", {});
  if (to.trunk) trunks_.append_known(to.trunk, "INFO", to.dialog->remote_target(), info.bytes);
  sip::Writer(info.bytes).body("application/dtmf-relay", write_key({*code}));
  const txn::ClientId client = ctx.txns.request(ctx.now, sip::Method::info, to.dialog->flow(), std::move(info.bytes),
                                                info.branch, mark(Owner::call, call.value), ctx.out);
  if (!client) return to.keys.due.clear();
  to.keys.sending = client;
  infos_.emplace(client, InfoRelay{std::string(to.dialog->local_tag()), {}, {}});
}

}  // namespace rf::call
