#include "sim/talk/street.hpp"

#include <algorithm>

namespace rf::talk {
namespace {

constexpr std::int64_t word_us = 20'000, report_us = 1'000'000;
constexpr std::size_t sniffed_most = 500;

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
                    {}},
              Phone{Party(1, static_cast<std::uint32_t>(random_.next()), habits[1].first_sequence),
                    habits[1],
                    parsed("192.0.2.9:6000"),
                    {},
                    {}}},
      stranger_(parsed("100.66.6.6:6666")) {
  for (Phone& phone : phones_)
    if (phone.habits.suite) {
      phone.ours = key(*phone.habits.suite);
      phone.theirs = key(*phone.habits.suite);
      phone.party.agree(phone.ours, phone.theirs);
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
    if (!phone.habits.suite) continue;
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
  Bytes packet(packet_most);
  Party& party = phones_[i].party;
  packet.resize(rtcp ? party.report(packet) : party.speak(packet));
  carry(i, rtcp, packet);
  if (now_us_ < outrun_until_us_) repeat(true, i, rtcp, packet);
  if (sniffed_.size() < sniffed_most)
    sniffed_.emplace_back(i, packet);
  else
    sniffed_[random_.below(sniffed_most)] = {i, packet};
  later(rtcp ? report_us : word_us, [this, i, rtcp] { say(i, rtcp); });
}

/// From a phone to us, from wherever its NAT puts it when it leaves.
void Street::carry(unsigned i, bool rtcp, const Bytes& bytes) {
  const Endpoint from = rtcp ? reports_of(phones_[i].place) : phones_[i].place;
  for (int copies = happens(weather_.duplication) ? 2 : 1; copies > 0; --copies)
    if (!happens(weather_.loss)) later(delay_us(), [this, i, rtcp, from, bytes] { arrive(i, rtcp, from, bytes); });
}

void Street::arrive(unsigned leg, bool rtcp_port, const Endpoint& from, const Bytes& bytes) {
  Bytes room = bytes;
  room.resize(bytes.size() + media::packet_growth);
  const media::Decision decision = session_->on_packet(now_us_, leg, rtcp_port, from, room, bytes.size());
  if (!decision) return;
  room.resize(decision.bytes);
  for (int copies = happens(weather_.duplication) ? 2 : 1; copies > 0; --copies)
    if (!happens(weather_.loss))
      later(delay_us(), [this, to = leg ^ 1, where = *decision.to, room, rtcp = decision.by_rtcp_port] {
        deliver(to, where, room, rtcp);
      });
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
  if (phone.habits.suite) return;
  phone.habits.behind_nat = false;
  later(500'000 + static_cast<std::int64_t>(random_.below(500'000)), [this] { session_->update(plan(), now_us_); });
}

/// By a re-INVITE: we know the keys first, the phone when our answer is there.
void Street::rekey() {
  ++verdict_.rekeys;
  for (unsigned i = 0; i < 2; ++i) {
    Phone& phone = phones_[i];
    if (!phone.habits.suite) continue;
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
