#include "sim/world.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/phone.hpp"

namespace rf::sim {
namespace {

constexpr std::size_t sniffed_max = 64;
constexpr std::string_view attackers_net = "203.0.113.";

Endpoint endpoint_of_phone(int i) {
  return *Endpoint::parse(fmt::format("198.51.100.{}:5060", i + 1));
}

/// The extension after those of the phones.
Phone::Account account_of_insider(int phones) {
  const std::string number = std::to_string(1001 + phones);
  return {number, "auth" + number, "password-" + number};
}

}  // namespace

World::World(std::uint64_t seed, const Climate& climate)
    : climate_(climate),
      random_(seed),
      exchange_(test_policy(climate.phones + 1), seed),
      insider_(exchange_, account_of_insider(climate.phones), flow_from(endpoint_of_phone(climate.phones).text()),
               random_.next()) {
  exchange_.wire = [this](const Packet& packet) {
    // It sits next to the server, and hears at once.
    if (packet.flow.remote.address == insider_.flow.remote.address) return insider_.take(packet);
    carry(packet, true);
  };
  auditor_.proved(ExtensionId{static_cast<std::uint64_t>(climate.phones + 1)}, insider_.flow.remote.address);
  std::vector<std::string> numbers;
  for (int i = 1; i <= climate.phones; ++i) numbers.push_back(std::to_string(1000 + i));
  for (int i = 0; i < climate.phones; ++i) {
    const Flow flow = flow_from(endpoint_of_phone(i).text());
    auditor_.proved(ExtensionId{static_cast<std::uint64_t>(i + 1)}, flow.remote.address);
    phones_.push_back(std::make_unique<UserAgent>(
        UserAgent::Account{numbers[static_cast<std::size_t>(i)], "auth" + numbers[static_cast<std::size_t>(i)],
                           "password-" + numbers[static_cast<std::size_t>(i)]},
        flow, exchange_.policy().times, exchange_.now, random_.next(), climate.habits, numbers, tally_,
        [this](const Flow& f, std::string bytes) {
          carry({f, std::move(bytes)}, false);
        }));
    phones_.back()->on_answered = [this] {
      if (tally_.calls_answered > exchange_.cdrs_opened)
        faults_.push_back(
            fmt::format("at {} ms a caller heard an answer before its record was on disk", exchange_.now.mono_ms));
    };
    phones_.back()->start(exchange_.now);
  }
}

void World::later(std::int64_t ms, std::function<void()> what) {
  due_.push({exchange_.now.mono_ms + ms, order_++, std::move(what)});
}

void World::carry(const Packet& packet, bool to_phone) {
  ++packets_;
  if (sniffed_.size() < sniffed_max)
    sniffed_.push_back(packet);
  else
    sniffed_[random_.below(sniffed_max)] = packet;
  const int copies = !calm_ && random_.below(1'000) < climate_.duplication ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    if (!calm_ && random_.below(1'000) < climate_.loss) continue;
    const auto delay = static_cast<std::int64_t>(1 + random_.below(climate_.delay_max_ms));
    if (to_phone) {
      later(delay, [this, packet] {
        for (const auto& phone : phones_)
          if (phone->flow().remote == packet.flow.remote) return phone->receive(exchange_.now, packet.bytes);
      });
    } else {
      later(delay, [this, packet] { exchange_.receive(packet.flow, packet.bytes); });
    }
  }
}

void World::attack() {
  ++attacks_;
  const Flow from =
      flow_from(fmt::format("{}{}:{}", attackers_net, 1 + random_.below(250), 1'024 + random_.below(60'000)));
  switch (random_.below(4)) {
    case 0: {  // an overheard request again, from elsewhere, as it was or as a BYE
      if (sniffed_.empty()) return;
      std::string bytes = sniffed_[random_.below(sniffed_.size())].bytes;
      if (random_.below(2) == 0)
        for (std::size_t at; (at = bytes.find("INVITE")) != std::string::npos;) bytes.replace(at, 6, "BYE");
      return exchange_.receive(from, std::move(bytes));
    }
    case 1: {  // an overheard request with some bytes changed
      if (sniffed_.empty()) return;
      std::string bytes = sniffed_[random_.below(sniffed_.size())].bytes;
      for (int i = 0; i < 8 && !bytes.empty(); ++i)
        bytes[random_.below(bytes.size())] = static_cast<char>(random_.below(256));
      return exchange_.receive(from, std::move(bytes));
    }
    default: {  // calls and registrations without, or with made-up, credentials
      const std::string method = random_.below(2) == 0 ? "INVITE" : "REGISTER";
      const std::string number = std::to_string(1000 + random_.below(60));
      const std::string fake = random_.below(2) == 0
                                   ? ""
                                   : fmt::format(
                                         "Authorization: Digest username=\"auth{0}\", realm=\"ringfence.test\", "
                                         "nonce=\"{1}\", uri=\"sip:192.0.2.1\", "
                                         "response=\"{2:032x}\", qop=auth, nc=00000001, cnonce=\"x\"\r\n",
                                         number, random_.token(40), random_.next());
      return exchange_.receive(
          from,
          fmt::format(
              "{0} sip:{1}@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {2};branch=z9hG4bK{3};rport\r\nMax-Forwards: 70\r\n"
              "From: <sip:{1}@192.0.2.1>;tag=x\r\nTo: <sip:{1}@192.0.2.1>\r\nCall-ID: {3}\r\nCSeq: 1 {0}\r\n"
              "Contact: <sip:x@{2}>\r\n{4}Content-Length: 0\r\n\r\n",
              method, number, from.remote.text(), random_.token(12), fake));
    }
  }
}

void World::attack_from_inside() {
  ++insider_tried_;
  // What rings at its own phones is taken, and never hung up.
  while (auto heard = insider_.hear()) {
    if (!(*heard)->is_request) {
      insider_refused_ += (*heard)->status == 503 || (*heard)->status == 486;
      continue;
    }
    if ((*heard)->method == sip::Method::invite) insider_.answer(*heard, 200, audio_sdp(insider_.flow.remote));
  }
  const std::string own = insider_.account().number;
  switch (random_.below(8)) {
    case 0: {  // one more registration, from one more phone
      insider_.contact =
          fmt::format("sip:{}@{}:{}", own, insider_.flow.remote.address.text(), 1'024 + random_.below(60'000));
      const int status = insider_.register_(60 + static_cast<std::uint32_t>(random_.below(600)));
      insider_refused_ += status == 403 || status == 503;
      return;
    }
    case 1:  // a method that is served to nobody, of which every answer costs a transaction
      insider_.ask("SUBSCRIBE", "sip:" + own + "@192.0.2.1", "Event: presence\r\n");
      return;
    case 2:  // a call that is given up at once, and leaves a record
      insider_.cancel(insider_.invite(own, audio_sdp(insider_.flow.remote)));
      return;
    case 3:
      insider_.invite("5" + std::to_string(random_.below(10'000)), audio_sdp(insider_.flow.remote));
      return;
    default: {  // calls to itself, as many as go
      for (int i = 0; i < 4; ++i) insider_.invite(own, audio_sdp(insider_.flow.remote));
      return;
    }
  }
}

void World::step_to(std::int64_t target) {
  while (exchange_.now.mono_ms < target) {
    std::int64_t next = target;
    if (!due_.empty()) next = std::min(next, due_.top().at_ms);
    for (const auto& phone : phones_) next = std::min(next, phone->next_deadline());
    next = std::min(next, exchange_.next_deadline());
    exchange_.advance_ms(std::max<std::int64_t>(1, next - exchange_.now.mono_ms));
    while (!due_.empty() && due_.top().at_ms <= exchange_.now.mono_ms) {
      const auto what = due_.top().what;
      due_.pop();
      what();
    }
    for (const auto& phone : phones_)
      if (phone->next_deadline() <= exchange_.now.mono_ms) phone->advance(exchange_.now);
  }
}

Verdict World::run() {
  const std::int64_t start = exchange_.now.mono_ms, end = start + climate_.length_ms;
  const auto repeat = [&](std::uint32_t every_ms, const std::function<void()>& what) {
    if (every_ms == 0) return;
    for (std::int64_t at = every_ms; at < climate_.length_ms; at += every_ms) later(at, what);
  };
  repeat(climate_.attack_every_ms, [this] { attack(); });
  repeat(climate_.insider_every_ms, [this] { attack_from_inside(); });
  repeat(climate_.audit_every_ms, [this] { auditor_.audit_limits(); });
  repeat(climate_.restart_every_ms, [this] {
    ++restarts_;
    exchange_.crash_and_restart();
  });
  repeat(climate_.disk_full_every_ms, [this] {
    exchange_.disk = Exchange::Disk::full;
    later(climate_.disk_full_for_ms, [this] { exchange_.release_disk(); });
  });
  step_to(end);
  // Everybody goes home: the world calms down, and nothing may be left in the engine.
  calm_ = true;
  exchange_.release_disk();
  for (const auto& phone : phones_) phone->retire(exchange_.now);
  step_to(end + 2'000'000);
  // Then the phones are switched off: their last registrations run out, and what is still there has leaked.
  phones_.clear();
  step_to(end + 2'600'000);
  Verdict verdict;
  audit(verdict);
  return verdict;
}

void World::audit(Verdict& verdict) {
  auditor_.audit_rest();
  verdict.faults = faults_;
  verdict.faults.insert(verdict.faults.end(), auditor_.faults().begin(), auditor_.faults().end());
  verdict.tally = tally_;
  verdict.packets = packets_;
  verdict.attacks = attacks_;
  verdict.restarts = restarts_;
  verdict.records = exchange_.cdrs.size();
  verdict.insider_tried = insider_tried_;
  verdict.insider_refused = insider_refused_;
  for (const auto& [id, cdr] : exchange_.cdrs)
    verdict.insider_records += cdr.caller_number == insider_.account().number;
  const auto fault = [&](std::string text) { verdict.faults.push_back(std::move(text)); };
  if (exchange_.cdrs_closed_twice > 0) fault(fmt::format("{} records were closed twice", exchange_.cdrs_closed_twice));
  if (tally_.calls_answered > exchange_.cdrs_opened)
    fault(fmt::format("{} answered calls, {} records", tally_.calls_answered, exchange_.cdrs_opened));
  for (const auto& [key, binding] : exchange_.bindings)
    fault("a registration stayed on disk: " + binding.flow.remote.text());
}

}  // namespace rf::sim
