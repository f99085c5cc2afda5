// What we say to a caller ourselves, and the digits that we hear: PINs, announcements, why a call was cut.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/call/calls.hpp"
#include "core/call/codecs.hpp"
#include "core/call/wire.hpp"
#include "core/toll/trail.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;

namespace {

/// What we can say to the writer of this stream.
std::optional<media::LegCoding> codec_of(const Context& ctx, const sdp::Media& media) {
  const auto coding = voice_coding_of(media);
  const bool g711 = coding && (coding->codec == media::Codec::pcmu || coding->codec == media::Codec::pcma);
  return g711 || ctx.policy.transcode ? coding : std::nullopt;
}

/// What a phone would answer that speaks one codec, G.711 where it can; empty when that is no answer. Address and ports
/// are written anew by whoever sends it.
std::string answer_to(const Context& ctx, const sdp::Session& offer, const Address& address) {
  std::string out = fmt::format("v=0\r\no=- 1 1 IN IP{0} {1}\r\ns=-\r\nc=IN IP{0} {1}\r\nt=0 0\r\n",
                                address.is_v4() ? 4 : 6, address.text());
  bool any = false;
  for (const sdp::Media& media : offer.media()) {
    auto codec = any ? std::nullopt : codec_of(ctx, media);
    if (!codec) {
      out += fmt::format("m={} 0 {} {}\r\n", media.kind, media.proto, *media.format_list().next());
      continue;
    }
    any = true;
    codec->noise = false;
    const FormatText formats = text_of(*codec);
    out += fmt::format("m=audio 10000 RTP/AVP {}\r\n{}a=sendrecv\r\n", formats.more, formats.lines);
  }
  return any ? out : std::string();
}

/// G.711 as it is said, or turned into what the hearer has.
media::VoicePlan voice_of(const media::LegCoding& coding) {
  media::VoicePlan voice;
  if (coding.codec == media::Codec::pcmu || coding.codec == media::Codec::pcma) {
    voice.payload_type = coding.payload_type;
    voice.law = coding.codec == media::Codec::pcmu ? media::VoicePlan::Law::mu : media::VoicePlan::Law::a;
  } else {
    voice.coding = coding;
  }
  return voice;
}

/// How long we talk at most: until something was entered, or for the longest clip that there can be.
std::int64_t speech_ms(Speech speech) {
  constexpr std::int64_t samples_per_ms = 8;
  if (speech == Speech::pin) return std::int64_t{CallLimits::menu_s} * 1'000;
  return static_cast<std::int64_t>(VoiceLimits::clip_samples) / samples_per_ms + VoiceLimits::address_wait_ms;
}

/// What is said to whoever has to enter something.
struct Asking {
  std::string_view enter, wrong, locked;  ///< prompts
  std::string_view was_wrong, is_locked;  ///< for the record
};
const Asking& asking_of(toll::PinListTerms::Asks asks) {
  static constexpr Asking pin{"enter-pin", "wrong-pin", "pin-locked", "wrong PIN",
                              "too many wrong PINs: locked for a while"};
  static constexpr Asking code{"enter-code", "wrong-code", "code-locked", "wrong account code",
                               "too many wrong account codes: locked for a while"};
  return asks == toll::PinListTerms::Asks::pin ? pin : code;
}

std::string_view prompt_for(int status) {
  switch (status) {
    case 403:
      return "not-allowed";
    case 404:
    case 484:
      return "number-unknown";
    default:
      return "not-available";
  }
}

}  // namespace

std::string Calls::prompt_of(Context& ctx, const Call& call, std::string_view name) const {
  const toll::TenantTerms* tenant = ctx.plan.tenant(call.cdr.tenant);
  return fmt::format("{}/{}", tenant ? tenant->language : "en", name);
}

bool Calls::answer_ourselves(Context& ctx, Call& call, Speech speech, std::vector<std::string> clips) {
  const auto offer = sdp::parse(call.caller.exchange.pending_offer());
  if (call.late_offer || !offer) return false;
  call.our_answer = answer_to(ctx, *offer, public_endpoint(ctx.policy, call.caller.dialog->flow()).address);
  const auto answer = sdp::parse(call.our_answer);
  if (call.our_answer.empty() || !answer) return false;
  note_answer(call, Side::callee, *answer);
  call.speech = speech;
  call.clips = std::move(clips);
  record_answer(ctx, call);
  push_streams(ctx, call);
  // Who types fast types as soon as he has our answer: the relay listens before that leaves.
  if (speech == Speech::pin) say(ctx, call, Side::caller, {}, true);
  return true;
}

void Calls::note_answer(Call& call, Side by, const sdp::Session& answer) {
  for (std::size_t i = 0; i < answer.media().size() && i < call.streams.size(); ++i) {
    const sdp::Media& media = answer.media()[i];
    call.streams[i].wishes[index(by)] = media.port == 0 ? Stream::Wish::declined : Stream::Wish::wanted;
    // Browsers offer events at several clocks: who offered presses by the type that we took.
    if (const auto events = sdp::telephone_event(media))
      call.streams[i].plan.legs[index(other(by))].event_payload_type = *events;
  }
}

void Calls::answer_alone(Context& ctx, Call& call, Side side, const sdp::Session& offer) {
  Leg& leg = *call.leg(side);
  const Flow& flow = leg.dialog->flow();
  const std::string text = answer_to(ctx, offer, public_endpoint(ctx.policy, flow).address);
  const auto answer = sdp::parse(text);
  if (text.empty() || !answer || open_streams(ctx, call, &leg, offer) != Opening::some ||
      agree_by_offer(ctx, call, leg, offer))
    return answer_theirs(ctx, call, side, 488, {});
  take_remote(call, side, leg, offer);
  note_answer(call, other(side), *answer);
  push_streams(ctx, call);
  answer_theirs(ctx, call, side, 200, describe(ctx, call, side, leg, *answer));
}

void Calls::ask_pin(Context& ctx, Call& call, const Target& target) {
  const toll::PinListTerms* list = ctx.plan.pin_list(call.cdr.tenant, target.out->pins);
  call.payer = target.payer;
  call.pins = target.out->pins;
  toll::add_decision(call.cdr.decision, ctx.plan,
                     {call.cdr.tenant, call.payer, target.dialled, toll::Question::For::call}, *target.out);
  // On disk before it is answered, so that who has the process killed does not try for nothing.
  const auto asks = list ? list->asks : toll::PinListTerms::Asks::pin;
  call.cdr.cut_reason = toll::text_of(toll::AskedPin{call.pins, 0, asks});
  if (!list || pin_tries_.locked(ctx.now, call.payer, *list)) {
    const std::string_view why = asking_of(asks).is_locked;
    toll::add_refused(call.cdr.decision, toll::Check::pin, why);
    return end(ctx, call, CallResult::refused, EndedBy::system, 403, Reason::pin_refused, why);
  }
  if (!answer_ourselves(ctx, call, Speech::pin, {prompt_of(ctx, call, asking_of(asks).enter)}))
    end(ctx, call, CallResult::failed, EndedBy::system, 488, Reason::offer_refused,
        fmt::format("its route asks for {}, and the phone speaks no codec of ours", name_of(asks)));
}

void Calls::begin_speech(Context& ctx, Call& call, Side to) {
  ctx.timers.cancel(call.speech_timer);
  call.speech_timer =
      ctx.timers.set(ctx.after_ms(speech_ms(call.speech)), mark(Owner::call, call.id.value), speech_due);
  if (!say(ctx, call, to, std::move(call.clips), false))
    end_answered(ctx, call, EndedBy::system, Reason::call_ended, "its phone speaks no codec of ours");
}

bool Calls::say(Context& ctx, Call& call, Side to, std::vector<std::string> clips, bool repeat) {
  const Leg* leg = call.leg(to);
  const auto said = sdp::parse(leg ? std::string_view(leg->said.reveal()) : std::string_view());
  if (!said) return false;
  for (std::size_t i = 0; i < said->media().size() && i < call.streams.size(); ++i) {
    Stream& stream = call.streams[i];
    const auto codec = codec_of(ctx, said->media()[i]);
    // A media server says nothing for us.
    if (!codec || !stream.started || !stream.audio || media::is_elsewhere(stream.plan.id)) continue;
    stream.plan.voice = voice_of(*codec);
    stream.plan.voice.order = ++call.orders;
    stream.plan.voice.leg = static_cast<std::uint8_t>(index(to));
    stream.plan.voice.clips = std::move(clips);
    stream.plan.voice.repeat = repeat;
    stream.plan.voice.stops_at_digit = call.speech == Speech::pin;
    stream.plan.silence_limit_ms = 0;
    ctx.out.add(effect::UpdateRelay{stream.plan});
    return true;
  }
  return false;
}

void Calls::enter_digit(Context& ctx, Call& call, char digit) {
  if (digit == '#') return on_pin(ctx, call);
  if (digit == '*') return call.digits.clear();
  if (digit >= '0' && digit <= '9' && call.digits.size() <= PinLimits::digits) call.digits += digit;
}

void Calls::on_voice_done(Context& ctx, CallId id, std::uint32_t order) {
  Call* call = calls_.find(id);
  if (!call || call->state != CallState::talking || call->speech != Speech::announcement || order != call->orders)
    return;
  end_answered(ctx, *call, EndedBy::system, Reason::call_ended, "all was said");
}

void Calls::on_pin(Context& ctx, Call& call) {
  const toll::PinListTerms* list = ctx.plan.pin_list(call.cdr.tenant, call.pins);
  const std::string pin = std::exchange(call.digits, {});
  const auto verdict =
      list ? pin_tries_.enter(ctx.now, call.payer, *list, ctx.plan.terms().pin_key, pin, call.cdr.account)
           : toll::PinVerdict::locked;
  if (verdict == toll::PinVerdict::right) {
    call.speech = Speech::ringing;
    ctx.timers.cancel(call.speech_timer);
    say(ctx, call, Side::caller, {"tone/ringing"}, true);
    Target target;
    target.dialled = call.cdr.dialled;
    target.payer = call.payer;
    auto onward = resolve(ctx, call.cdr.tenant, std::move(target));
    // The rules are asked again, and may ask for a secret by now that nobody entered.
    if (onward && onward->out && !onward->out->pins.empty() && onward->out->pins != call.pins)
      onward =
          std::unexpected(Failure{403, CallResult::refused, Reason::pin_refused, "another PIN is asked for by now"});
    const auto failure = hand_over(ctx, call, Side::caller, std::move(onward), {});
    if (!failure) return;
    toll::append(call.cdr.decision, failure->trail);
    return say_why_and_end(ctx, call, Side::caller, failure->status, failure->detail);
  }
  const bool over = ++call.wrong_pins == CallLimits::pin_rounds || verdict == toll::PinVerdict::locked;
  const auto asks = list ? list->asks : toll::PinListTerms::Asks::pin;
  const Asking& asking = asking_of(asks);
  call.cdr.cut_reason = toll::text_of(toll::AskedPin{call.pins, call.wrong_pins, asks});
  ctx.report(Level::notice, Reason::pin_refused, call.caller.dialog->flow(), call.cdr.caller_number, call.cdr.id,
             verdict == toll::PinVerdict::locked ? "locked" : "wrong");
  if (over) {
    const bool locked = verdict == toll::PinVerdict::locked;
    const std::string_view why = locked ? asking.is_locked : asking.was_wrong;
    toll::add_refused(call.cdr.decision, toll::Check::pin, why);
    return say_and_end(ctx, call, Side::caller, locked ? asking.locked : "goodbye", Reason::pin_refused, why);
  }
  say(ctx, call, Side::caller, {prompt_of(ctx, call, asking.wrong), prompt_of(ctx, call, asking.enter)}, false);
}

void Calls::say_and_end(Context& ctx, Call& call, Side to, std::string_view prompt, Reason reason,
                        std::string_view detail) {
  call.speech = Speech::announcement;
  if (!call.cut) call.cut = Call::Cut{ctx.now.wall_ms, reason, std::string(detail)};
  ctx.timers.cancel(call.speech_timer);
  call.speech_timer =
      ctx.timers.set(ctx.after_ms(speech_ms(call.speech)), mark(Owner::call, call.id.value), speech_due);
  if (!say(ctx, call, to, {prompt_of(ctx, call, prompt)}, false))
    end_answered(ctx, call, EndedBy::system, reason, detail);
}

void Calls::say_why_and_end(Context& ctx, Call& call, Side to, int status, std::string_view why) {
  say_and_end(ctx, call, to, prompt_for(status), Reason::call_ended, why);
}

void Calls::cut(Context& ctx, Call& call, Reason reason, std::string_view prompt, std::string_view detail) {
  Leg* callee = call.leg(Side::callee);
  const bool alone = !call.carried_by && call.carries.empty() && !call.leaving;
  if (call.state != CallState::talking || !callee || !alone || call.announcing)
    return end_answered(ctx, call, EndedBy::system, reason, detail);
  dismiss(ctx, call, Side::callee);
  end_spending(ctx, call);
  say_and_end(ctx, call, Side::caller, prompt, reason, detail);
}

/// Who asked for a transfer has hung up before it came to something: who was to be connected waits.
void Calls::on_transferor_gone(Context& ctx, Call& call) {
  const Side side = call.leaving->by;
  dismiss(ctx, call, side);
  call.speech = Speech::ringing;
  say(ctx, call, other(side), {"tone/ringing"}, true);
}

}  // namespace rf::call
