#include "sim/talk/street.hpp"

#include <algorithm>
#include <utility>

#include "core/stun/writer.hpp"

namespace rf::talk {
namespace {

constexpr std::int64_t word_us = 20'000, report_us = 1'000'000, check_us = 500'000, greeting_us = 200'000;
constexpr std::int64_t straggler_us = 3'000'000;
constexpr std::size_t sniffed_most = 500, sniffed_checks_most = 40;
constexpr std::string_view ice_password = "a-password-of-22-chars";
/// The beginning of a ClientHello.
constexpr std::array<std::uint8_t, 14> hello{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1};

Endpoint parsed(const char* text) {
  return Endpoint::parse(text).value();
}

/// Where a phone says that it is, when that is not where it is seen.
const std::array inside{parsed("192.168.7.20:4000"), parsed("10.20.30.40:6000")};
const std::array ours{parsed("203.0.113.1:40000"), parsed("203.0.113.1:40002")};

Endpoint reports_of(Endpoint endpoint) {
  ++endpoint.port;
  return endpoint;
}

}  // namespace

Street::Street(std::uint64_t seed, const std::array<Habits, 2>& habits, const Weather& weather)
    : weather_(weather),
      random_(seed),
      phones_{Phone{Party(0, static_cast<std::uint32_t>(random_.next()), habits[0].first_sequence),
                    habits[0],
                    parsed("198.51.100.7:4000"),
                    {},
                    {},
                    false,
                    {}},
              Phone{Party(1, static_cast<std::uint32_t>(random_.next()), habits[1].first_sequence),
                    habits[1],
                    parsed("192.0.2.9:6000"),
                    {},
                    {},
                    false,
                    {}}},
      stranger_(parsed("100.66.6.6:6666")) {
  for (Phone& phone : phones_)
    if (phone.habits.suite) {
      phone.ours = key(*phone.habits.suite);
      phone.theirs = key(*phone.habits.suite);
      if (phone.habits.by_handshake) continue;
      phone.party.agree(phone.ours, phone.theirs);
      phone.has_keys = true;
    }
  session_.emplace(plan(), 0);
}

srtp::MasterKey Street::key(srtp::Suite suite) {
  std::array<std::uint8_t, srtp::master_bytes_most> bytes;
  random_.fill(bytes);
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  return *srtp::MasterKey::make(suite, std::span(bytes).first(std::size_t{facts.key} + facts.salt));
}

Endpoint Street::anywhere() {
  return {Address::v4(static_cast<std::uint32_t>(0x2d000000 + random_.below(1u << 20))),
          static_cast<std::uint16_t>(1'024 + random_.below(60'000))};
}

/// What signalling agreed on.
media::RelayPlan Street::plan() const {
  media::RelayPlan plan;
  plan.id = RelayId{1};
  plan.call = CallId{1};
  for (unsigned i = 0; i < 2; ++i) {
    const Phone& phone = phones_[i];
    media::LegPlan& leg = plan.legs[i];
    leg.local = ours[i].address;
    leg.local_port = ours[i].port;
    leg.remote_rtp = phone.habits.behind_nat ? inside[i] : phone.place;
    leg.remote_rtcp = reports_of(leg.remote_rtp);
    leg.signalling = phone.place.address;
    leg.learn = phone.habits.behind_nat;
    if (phone.habits.ice) {
      leg.remote_rtp = leg.remote_rtcp = {};
      leg.security.ice = media::IcePlan{"ours", "peer", Secret<std::string>(std::string(ice_password)), {}};
    }
    if (!phone.habits.suite) continue;
    if (phone.habits.by_handshake) {
      leg.security.protection = media::Protection::dtls;
      leg.security.our_fingerprint.sha256.fill(0xaa);
      leg.security.peer_fingerprint.sha256.fill(static_cast<std::uint8_t>(1 + i));
      continue;
    }
    leg.security.protection = media::Protection::sdes;
    leg.security.ours = phone.theirs;
    leg.security.theirs = phone.ours;
  }
  return plan;
}

void Street::later(std::int64_t us, std::function<void()> what) {
  due_.push({now_us_ + us, order_++, std::move(what)});
}

/// About every `ms`; never when that is 0.
void Street::every(std::uint32_t ms, std::function<void()> what) {
  if (ms == 0) return;
  const auto wait_us = static_cast<std::int64_t>(1'000 * (ms / 2 + random_.below(ms + 1)));
  later(wait_us, [this, ms, what = std::move(what)]() mutable {
    what();
    every(ms, std::move(what));
  });
}

void Street::say(unsigned i, bool rtcp) {
  later(rtcp ? report_us : word_us, [this, i, rtcp] { say(i, rtcp); });
  if (phones_[i].habits.suite && !phones_[i].has_keys) return;
  Bytes packet(packet_most);
  Party& party = phones_[i].party;
  packet.resize(rtcp ? party.report(packet) : party.speak(packet));
  carry(i, rtcp, packet);
  if (now_us_ < outrun_until_us_) repeat(true, i, rtcp, packet);
  if (sniffed_.size() < sniffed_most)
    sniffed_.emplace_back(i, packet);
  else
    sniffed_[random_.below(sniffed_most)] = {i, packet};
}

/// Begins its handshake, on the port of the stream, until it has keys.
void Street::greet(unsigned i) {
  if (phones_[i].has_keys) return;
  later(greeting_us, [this, i] { greet(i); });
  const Endpoint from = phones_[i].place;
  if (!is_lost()) later(delay_us(), [this, i, from] { shake_hands(i, from); });
}

/// The rest of it is a matter of OpenSSL; its keys are there a little later, on both ports.
void Street::shake_hands(unsigned i, const Endpoint& from) {
  Bytes room(hello.size() + media::packet_growth);
  std::copy(hello.begin(), hello.end(), room.begin());
  if (!session_->on_packet(now_us_, i, false, from, room, hello.size()).handshake || phones_[i].has_keys) return;
  later(2 * delay_us(), [this, i] {
    Phone& phone = phones_[i];
    if (phone.has_keys) return;
    for (const media::Component component : {media::Component::rtp, media::Component::rtcp})
      session_->set_keys(i, component, phone.theirs, phone.ours, now_us_);
    phone.party.agree(phone.ours, phone.theirs);
    phone.has_keys = true;
  });
}

Street::Bytes Street::check_of(std::string_view password, bool nominates) {
  Bytes out(IceLimits::message_bytes);
  stun::TransactionId transaction{};
  random_.fill(transaction);
  stun::Writer writer(out, stun::Class::request, stun::binding, transaction);
  const std::array<std::uint8_t, 8> tie_breaker{};
  writer.add(stun::Type::username, std::string_view("ours:peer")).add(stun::Type::priority, 1'000u);
  writer.add(stun::Type::ice_controlling, stun::Bytes(tie_breaker));
  if (nominates) writer.add(stun::Type::use_candidate, stun::Bytes());
  out.resize(writer.sign(stun::Hash::sha1, password).fingerprint().finish());
  return out;
}

/// On both ports, from wherever its NAT puts it. A place that was answered at is chosen, no other.
void Street::check(unsigned i) {
  later(check_us, [this, i] { check(i); });
  for (const bool rtcp : {false, true})
    carry(i, rtcp, check_of(ice_password, phones_[i].answered_at[rtcp] == phones_[i].place));
}

/// From a phone to us, from wherever its NAT puts it when it leaves.
void Street::carry(unsigned i, bool rtcp, const Bytes& bytes) {
  const Endpoint from = rtcp ? reports_of(phones_[i].place) : phones_[i].place;
  for (int copies = happens(weather_.duplication) ? 2 : 1; copies > 0; --copies)
    if (!is_lost())
      later(delay_us(), [this, i, rtcp, from, bytes, place = phones_[i].place] {
        const bool answered = arrive(i, rtcp, from, bytes);
        if (rtp::kind_of(bytes) != rtp::Kind::stun) return;
        keep_check(i, bytes);
        if (answered && !is_lost()) later(delay_us(), [this, i, rtcp, place] { phones_[i].answered_at[rtcp] = place; });
      });
  if (!rtcp && happens(weather_.stragglers)) {
    ++verdict_.stragglers;
    later(straggler_us, [this, i, from, bytes] { arrive(i, false, from, bytes); });
  }
}

/// Of a check that was lost on its way nobody can tell who sends it first: see ice::Lite.
void Street::keep_check(unsigned i, const Bytes& bytes) {
  sniffed_checks_.emplace_back(i, bytes);
  if (sniffed_checks_.size() > sniffed_checks_most) sniffed_checks_.erase(sniffed_checks_.begin());
}

/// Whether there is an answer to it.
bool Street::arrive(unsigned leg, bool rtcp_port, const Endpoint& from, const Bytes& bytes) {
  Bytes room = bytes;
  room.resize(bytes.size() + media::packet_growth);
  const media::Decision decision = session_->on_packet(now_us_, leg, rtcp_port, from, room, bytes.size());
  if (!decision) return decision.answer_bytes > 0;
  room.resize(decision.bytes);
  for (int copies = happens(weather_.duplication) ? 2 : 1; copies > 0; --copies)
    if (!is_lost())
      later(delay_us(), [this, to = leg ^ 1, where = *decision.to, room, rtcp = decision.by_rtcp_port] {
        deliver(to, where, room, rtcp);
      });
  return false;
}

/// A place that a NAT gave up leads nowhere.
void Street::deliver(unsigned leg, const Endpoint& to, const Bytes& bytes, bool rtcp) {
  Phone& phone = phones_[leg];
  if (to == stranger_ || to == reports_of(stranger_)) ++verdict_.to_strangers;
  if (to != (rtcp ? reports_of(phone.place) : phone.place)) return;
  Bytes packet = bytes;
  phone.party.hear(now_us_ / 1'000, packet, rtcp);
}

/// Another port, or every third time another address. A phone without SRTP has to say so, and does within a second.
void Street::move(unsigned i) {
  Phone& phone = phones_[i];
  phone.place.port = static_cast<std::uint16_t>(20'000 + 2 * random_.below(10'000));
  if (random_.below(3) == 0)
    phone.place.address = Address::v4(static_cast<std::uint32_t>(0xc6336400 + random_.below(250)));
  ++verdict_.moves;
  if (phone.habits.suite || !phone.habits.tells_of_moves) return;
  phone.habits.behind_nat = false;
  later(500'000 + static_cast<std::int64_t>(random_.below(500'000)), [this] { session_->update(plan(), now_us_); });
}

/// By a re-INVITE: we know the keys first, the phone when our answer is there.
void Street::rekey() {
  ++verdict_.rekeys;
  for (unsigned i = 0; i < 2; ++i) {
    Phone& phone = phones_[i];
    if (!phone.habits.suite || phone.habits.by_handshake) continue;
    phone.ours = key(*phone.habits.suite);
    phone.theirs = key(*phone.habits.suite);
    later(delay_us() * static_cast<std::int64_t>(1 + random_.below(8)),
          [this, i, a = phone.ours, b = phone.theirs] { phones_[i].party.agree(a, b); });
  }
  session_->update(plan(), now_us_);
}

/// Looks like the next word of the stream, and comes from anywhere. Where a leg has no keys, whoever writes the phone's
/// own address on it is taken for the phone; where it has, he is not.
void Street::forge() {
  const auto i = static_cast<unsigned>(random_.below(2));
  Bytes forged(packet_most);
  random_.fill(forged);
  const bool rtcp = random_.below(8) == 0;
  if (!sniffed_.empty() && random_.below(4) > 0) {
    const Bytes& model = sniffed_[random_.below(sniffed_.size())].second;
    std::copy_n(model.begin(), std::min<std::size_t>(model.size(), 12), forged.begin());
    forged.resize(model.size());
    forged[3] = static_cast<std::uint8_t>(random_.next());
  } else {
    forged[0] = 0x80;
  }
  const bool in_his_name = phones_[i].habits.suite && random_.below(2) == 0;
  ++verdict_.forged;
  if (phones_[i].habits.ice && random_.below(4) == 0)
    arrive(i, rtcp, in_his_name ? phones_[i].place : stranger_, check_of("a guess of the password", true));
  Bytes greeting(hello.size() + media::packet_growth);
  std::copy(hello.begin(), hello.end(), greeting.begin());
  if (session_->on_packet(now_us_, i, rtcp, stranger_, greeting, hello.size()).handshake) ++verdict_.strangers_greeted;
  arrive(i, rtcp, in_his_name ? phones_[i].place : random_.below(2) ? anywhere() : stranger_, forged);
}

/// `at_once`: before the packet itself can be there.
void Street::repeat(bool at_once, unsigned i, bool rtcp, const Bytes& bytes) {
  ++verdict_.repeated;
  const bool in_his_name = !at_once && phones_[i].habits.suite && random_.below(2) == 0;
  const Endpoint place = in_his_name ? phones_[i].place : stranger_;
  later(1'000, [this, i, rtcp, from = rtcp ? reports_of(place) : place, bytes] { arrive(i, rtcp, from, bytes); });
}

Verdict Street::run() {
  for (unsigned i = 0; i < 2; ++i) {
    later(static_cast<std::int64_t>(random_.below(word_us)), [this, i] { say(i, false); });
    later(static_cast<std::int64_t>(random_.below(report_us)), [this, i] { say(i, true); });
    const Habits& habits = phones_[i].habits;
    if (habits.by_handshake) greet(i);
    if (habits.ice) check(i);
    every(habits.move_every_ms, [this, i] { move(i); });
    every(habits.restart_every_ms, [this, i] {
      phones_[i].party.restart(static_cast<std::uint32_t>(random_.next()), static_cast<std::uint16_t>(random_.next()));
    });
    every(habits.renumber_every_ms,
          [this, i] { phones_[i].party.renumber(static_cast<std::uint16_t>(random_.next())); });
  }
  every(weather_.rekey_every_ms, [this] { rekey(); });
  every(weather_.forge_every_ms, [this] { forge(); });
  every(weather_.repeat_every_ms, [this] {
    if (!sniffed_checks_.empty() && sniffed_checks_.size() >= sniffed_checks_most && random_.below(8) == 0) {
      // One that has been answered long ago: whoever is faster than the phone itself gets a moment, see ice::Lite.
      const auto& [i, check] = sniffed_checks_.front();
      arrive(i, random_.below(2) == 0, stranger_, check);
    }
    if (sniffed_.empty()) return;
    const auto& [i, bytes] = sniffed_[random_.below(sniffed_.size())];
    repeat(false, i, bytes.size() < word_bytes, bytes);
  });
  every(weather_.outrun_every_ms, [this] { outrun_until_us_ = now_us_ + 1'000'000; });
  while (!due_.empty() && due_.top().at_us < weather_.length_ms * 1'000) {
    Due next = due_.top();
    due_.pop();
    now_us_ = next.at_us;
    next.what();
  }
  for (unsigned i = 0; i < 2; ++i) {
    verdict_.spoken[i] = phones_[i].party.spoken();
    verdict_.heard[i] = phones_[i].party.heard();
  }
  verdict_.report = session_->report();
  return verdict_;
}

}  // namespace rf::talk
