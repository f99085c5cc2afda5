#include "sim/traffic/traffic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rf::traffic {
namespace {

constexpr unsigned phone_count = 9;
constexpr std::int64_t between_calls_ms = 700, register_every_ms = 300'000;
constexpr std::int64_t rest_ms = 130'000;  // beyond every transaction, probe and connection's minute
constexpr unsigned words = 3;
constexpr std::size_t keys_noted = 1'000, faults_noted = 20;

Kind kind_of(unsigned i) {
  return i % 3 == 0 ? Kind::desk : i % 3 == 1 ? Kind::browser : Kind::plain;
}

}  // namespace

Traffic::Traffic(std::uint64_t seed) : random_(seed), exchange_(sim::test_policy(phone_count), seed) {
  std::vector<sim::Phone*> all;
  for (unsigned i = 0; i < phone_count; ++i) {
    phones_.push_back(std::make_unique<Handset>(exchange_, i + 1, kind_of(i)));
    all.push_back(&phones_.back()->phone);
  }
  sim::connect(exchange_, all);
  exchange_.observer = this;
  for (const auto& each : phones_) welcome(*each);
}

void Traffic::fault(std::string text) {
  if (tally_.faults.size() < faults_noted)
    tally_.faults.push_back(fmt::format("call {}: {}", tally_.calls, std::move(text)));
}

/// The clock of the media steps; people talk while that of the exchange stands still.
std::int64_t Traffic::media_us() {
  return media_us_ = std::max(media_us_, exchange_.now.mono_ms * 1'000);
}

void Traffic::after(const effect::Effects& effects) {
  for (const effect::Effect& each : effects.list()) {
    if (const auto* start = std::get_if<effect::StartRelay>(&each)) {
      if (!conversations_.try_emplace(start->plan.id.value, start->plan, random_, media_us()).second)
        fault("a relay was started twice");
    } else if (const auto* update = std::get_if<effect::UpdateRelay>(&each)) {
      const auto found = conversations_.find(update->plan.id.value);
      if (found == conversations_.end())
        fault("a relay that does not run was changed");
      else
        found->second.update(update->plan, random_, media_us());
    } else if (const auto* stop = std::get_if<effect::StopRelay>(&each)) {
      const auto found = conversations_.find(stop->relay.value);
      if (found == conversations_.end()) continue;
      if (found->second.foreign() != 0) fault("somebody heard what nobody said");
      conversations_.erase(found);
    }
  }
}

void Traffic::restarted() {
  conversations_.clear();
}

void Traffic::note_keys(const Conversation& conversation) {
  for (const srtp::MasterKey& each : conversation.keys()) keys_.push_back(each);
  while (keys_.size() > keys_noted) keys_.pop_front();
}

Handset& Traffic::someone(const Handset* but, const Handset* and_but) {
  for (;;) {
    Handset& one = *phones_[random_.below(phone_count)];
    if (&one != but && &one != and_but) return one;
  }
}

/// Registers who is not, and refreshes who is for long.
void Traffic::welcome(Handset& handset) {
  if (handset.registered_ms != 0 && exchange_.now.mono_ms - handset.registered_ms < register_every_ms) return;
  if (handset.phone.register_() == 200)
    handset.registered_ms = exchange_.now.mono_ms;
  else
    fault(fmt::format("{} could not register", handset.phone.account().number));
}

Traffic::End Traffic::choose() {
  const std::uint64_t chance = random_.below(100);
  return chance < 40   ? End::talk
         : chance < 55 ? End::rekey
         : chance < 65 ? End::cancel
         : chance < 75 ? End::refuse
         : chance < 83 ? End::hand_over
         : chance < 88 ? End::consult
         : chance < 93 ? End::distrust
         : chance < 95 ? End::vanish
                       : End::break_off;
}

void Traffic::call(std::uint64_t times) {
  for (; times > 0; --times) {
    one_call(choose());
    attend();
    pass(between_calls_ms);
    std::erase_if(exchange_.cdrs, [](const auto& each) { return each.second.result != record::CallResult::open; });
    exchange_.sent.clear();
    exchange_.reports.clear();
    for (auto* list :
         {&exchange_.trusted_connections, &exchange_.distrusted_connections, &exchange_.closed_connections})
      list->clear();
  }
}

void Traffic::one_call(End end) {
  ++tally_.calls;
  Handset* caller = &someone(nullptr);
  Handset* callee = &someone(caller);
  while (caller->kind == Kind::plain && callee->kind == Kind::plain) callee = &someone(caller);
  Handset& third = someone(caller, callee);
  for (Handset* each : {caller, callee, &third}) welcome(*each);

  if (end == End::cancel || end == End::refuse) {
    const sim::Line line = caller->phone.invite(callee->phone.account().number, caller->offer(random_));
    const auto invite = callee->phone.hear_request("INVITE");
    if (!invite) return fault("it did not ring");
    callee->phone.answer(*invite, 180);
    if (end == End::refuse) {
      callee->phone.answer(*invite, random_.below(2) == 0 ? 486 : 488);
      if (const auto again = callee->phone.hear_request("INVITE")) callee->phone.answer(*again, 486);
      ++tally_.refused;
    } else {
      caller->phone.cancel(line);
      if (!callee->phone.hear_request("CANCEL")) fault("it rang on");
      callee->phone.answer(*invite, 487);
      ++tally_.cancelled;
    }
    return;
  }

  if (!establish(*caller, *callee)) return fault("it was not answered");
  talk();
  Handset& one = random_.below(2) == 0 ? *caller : *callee;
  Handset& other = &one == caller ? *callee : *caller;
  sim::Line& line = &one == caller ? of_caller_ : of_callee_;
  switch (end) {
    case End::rekey:
      if (!offer_again(one, line, other, "sendonly") || !offer_again(one, line, other, "sendrecv"))
        return fault("another offer was not taken");
      talk();
      ++tally_.rekeyed;
      break;
    case End::hand_over:
      hand_over(one, line, third);
      return hang_up(other, &other == caller ? of_caller_ : of_callee_);
    case End::consult:
      consult(one, line, third);
      return hang_up(other, &other == caller ? of_caller_ : of_callee_);
    case End::distrust:
      return distrust();
    case End::vanish:
      return vanish(one, other);
    case End::break_off:
      if (one.kind == Kind::plain) break;
      exchange_.input(engine::ConnectionClosed{one.phone.flow.connection});
      one.reconnect(++connection_);
      welcome(one);
      ++tally_.broken_off;
      return hang_up(other, &other == caller ? of_caller_ : of_callee_);
    default:
      break;
  }
  hang_up(one, line);
}

bool Traffic::establish(Handset& caller, Handset& callee) {
  of_caller_ = caller.phone.invite(callee.phone.account().number, caller.offer(random_));
  const auto invite = callee.phone.hear_request("INVITE");
  if (!invite) return false;
  if (random_.below(2) == 0) callee.phone.answer(*invite, 180);
  of_callee_ = callee.phone.answer(*invite, 200, callee.answer(random_, *invite));
  const auto ok = caller.phone.hear_status(200);
  if (!ok) return false;
  caller.phone.learn(of_caller_, *ok);
  caller.phone.ack(of_caller_);
  return callee.phone.hear_request("ACK").has_value();
}

bool Traffic::offer_again(Handset& by, sim::Line& line, Handset& to, std::string_view direction) {
  by.phone.request(line, "INVITE", {}, by.offer(random_, direction));
  const auto invite = to.phone.hear_request("INVITE");
  if (!invite) return false;
  to.phone.answer(*invite, 200, to.answer(random_, *invite));
  if (!by.phone.hear_status(200)) return false;
  by.phone.ack(line);
  return to.phone.hear_request("ACK").has_value();
}

void Traffic::hand_over(Handset& by, sim::Line& line, Handset& target) {
  by.phone.request(line, "REFER", fmt::format("Refer-To: <sip:{}@192.0.2.1>\r\n", target.phone.account().number));
  attend();
  talk();
  ++tally_.transferred;
}

/// Talks to the third first, and then connects the two.
void Traffic::consult(Handset& by, sim::Line& line, Handset& target) {
  sim::Line second = by.phone.invite(target.phone.account().number, by.offer(random_));
  const auto invite = target.phone.hear_request("INVITE");
  if (!invite) return fault("nobody could be asked");
  target.phone.answer(*invite, 200, target.answer(random_, *invite));
  const auto ok = by.phone.hear_status(200);
  if (!ok) return fault("who was asked is not heard");
  by.phone.learn(second, *ok);
  by.phone.ack(second);
  talk();
  by.phone.request(line, "REFER",
                   fmt::format("Refer-To: <sip:{}@192.0.2.1?Replaces={}%3Bto-tag%3D{}%3Bfrom-tag%3D{}>\r\n",
                               target.phone.account().number, second.call_id, second.remote_tag, second.local_tag));
  attend();
  talk();
  ++tally_.transferred;
}

/// Somebody shows another certificate than signalling named.
void Traffic::distrust() {
  const auto relays = exchange_.relays;
  for (const auto& [id, plan] : relays)
    exchange_.input(engine::MediaDistrusted{plan.id, plan.call, static_cast<std::uint8_t>(random_.below(2)),
                                            media::MediaFault::fingerprint});
  attend();
  ++tally_.distrusted;
}

/// Both phones lose their network: no packet, no BYE, no answer.
void Traffic::vanish(Handset& one, Handset& other) {
  for (Handset* each : {&one, &other}) each->phone.drop_everything = true;
  const std::int64_t silent_ms = exchange_.policy().times.media_silence_s * 1'000;
  wait(silent_ms);
  const auto relays = exchange_.relays;
  for (const auto& [id, plan] : relays) exchange_.input(engine::RelaySilent{plan.id, plan.call, silent_ms});
  wait(40'000);
  for (Handset* each : {&one, &other}) {
    each->phone.drop_everything = false;
    if (each->kind != Kind::plain) exchange_.input(engine::ConnectionClosed{each->phone.flow.connection});
    each->reconnect(++connection_);
    welcome(*each);
  }
  ++tally_.vanished;
}

void Traffic::talk() {
  (void)media_us();
  std::uint64_t heard = 0;
  for (auto& [id, conversation] : conversations_) {
    for (const engine::MediaSecured& each : conversation.shake_hands(random_, media_us_)) exchange_.input(each);
    heard = conversation.talk(words, random_, media_us_);
    tally_.words += heard;
    for (const media::LegPlan& leg : conversation.plan().legs)
      tally_.encrypted_legs += leg.security.protection != media::Protection::plain;
    note_keys(conversation);
  }
  // The call that began last is the one in which they talk; another one may be on hold.
  if (heard < 2 * words - 1) fault(fmt::format("of {} words {} were heard", 2 * words, heard));
  ++tally_.talked;
  pass(media_us_ / 1'000 - exchange_.now.mono_ms + 1);
}

void Traffic::hang_up(Handset& by, sim::Line& line) {
  by.phone.request(line, "BYE");
  attend();
}

void Traffic::attend() {
  bool somebody_spoke = true;
  while (somebody_spoke) {
    somebody_spoke = false;
    for (const auto& each : phones_) somebody_spoke = attend(*each) || somebody_spoke;
  }
}

bool Traffic::attend(Handset& handset) {
  bool spoke = false;
  while (const auto heard = handset.phone.hear()) {
    const sip::Message& message = *heard->message;
    if (!message.is_request || message.method == sip::Method::ack) continue;
    spoke = true;
    const bool asks_for_media = message.method == sip::Method::invite;
    handset.phone.answer(*heard, 200, asks_for_media ? handset.answer(random_, *heard) : std::string());
  }
  return spoke;
}

void Traffic::pass(std::int64_t ms) {
  exchange_.advance_ms(ms);
  attend();
}

/// Phones on connections are asked now and then whether they live, and are there to answer.
void Traffic::wait(std::int64_t ms) {
  for (; ms > 0; ms -= 10'000) pass(10'000);
}

void Traffic::kill() {
  Handset& one = someone(nullptr);
  Handset* other = &someone(&one);
  while (other->kind != Kind::browser) other = &someone(&one);
  for (Handset* each : {&one, other}) welcome(*each);
  ++tally_.calls;
  if (!establish(one, *other)) fault("it was not answered");
  talk();
  exchange_.crash_and_restart();
  attend();
  for (const auto& each : phones_) {
    each->reconnect(++connection_);
    welcome(*each);
  }
  ++tally_.killed;
}

void Traffic::rest() {
  wait(rest_ms);
  for (const auto& each : phones_) welcome(*each);
  wait(rest_ms);
}

void Traffic::leave() {
  for (const auto& each : phones_)
    if (each->phone.register_(0) != 200) fault("somebody could not leave");
  wait(rest_ms);
}

Holdings Traffic::holdings() {
  Holdings out;
  const auto status = std::get<effect::Status>(exchange_.command(effect::GetStatus{}));
  const std::pair<std::string_view, std::uint64_t*> counted[] = {
      {"calls", &out.calls},
      {"registrations", &out.registrations},
      {"transactions", &out.transactions},
      {"media_ports", &out.media_ports},
      {"lookups", &out.lookups},
      {"streams_transcoded", &out.transcoded},
      {"registrations_waiting_for_disk", &out.waiting_for_disk}};
  for (const effect::Gauge& gauge : status.gauges)
    for (const auto& [name, number] : counted)
      if (gauge.name == name) *number = gauge.used;
  out.relays = exchange_.relays.size();
  out.conversations = conversations_.size();
  return out;
}

}  // namespace rf::traffic
