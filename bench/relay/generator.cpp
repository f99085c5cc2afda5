#include "bench/relay/generator.hpp"

#include <netinet/in.h>
#include <sys/uio.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <system_error>

namespace rf::bench {

namespace {

constexpr std::size_t slots = 20;  // one a millisecond
constexpr std::size_t batch = 64;
constexpr std::int64_t late_us_max = 500'000;
constexpr std::int64_t drain_us = 1'500'000;

std::int64_t now_us() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1'000;
}

void sleep_until(std::int64_t us) {
  const timespec t{us / 1'000'000, us % 1'000'000 * 1'000};
  ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr);
}

void put16(std::uint8_t* to, std::uint32_t value) {
  to[0] = static_cast<std::uint8_t>(value >> 8);
  to[1] = static_cast<std::uint8_t>(value);
}
void put32(std::uint8_t* to, std::uint32_t value) {
  put16(to, value >> 16);
  put16(to + 2, value);
}
std::uint32_t get16(const std::uint8_t* from) {
  return static_cast<std::uint32_t>(from[0] << 8 | from[1]);
}
std::uint32_t get32(const std::uint8_t* from) {
  return get16(from) << 16 | get16(from + 2);
}

}  // namespace

srtp::MasterKey callers_key(srtp::Suite suite) {
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  std::vector<std::uint8_t> bytes(std::size_t{facts.key} + facts.salt);
  std::iota(bytes.begin(), bytes.end(), 1);
  return *srtp::MasterKey::make(suite, bytes);
}

Load::Load(const std::vector<std::array<Endpoint, 2>>& targets, std::uint32_t id, std::optional<srtp::Suite> suite)
    : first_ssrc(id << 20) {
  if (suite) secure_bytes = rtp_bytes + srtp::facts_of(*suite).rtp_tag;
  streams.resize(targets.size() * 2);
  for (std::size_t i = 0; i < streams.size(); ++i) {
    Stream& s = streams[i];
    s.to.sin_family = AF_INET;
    s.to.sin_port = htons(targets[i / 2][i % 2].port);
    s.to.sin_addr.s_addr = htonl(targets[i / 2][i % 2].address.v4_host_order());
    std::fill(s.packet.begin(), s.packet.end(), 0xd5);
    s.packet[0] = 0x80;
    s.packet[1] = 8;
    put32(s.packet.data() + 8, first_ssrc + static_cast<std::uint32_t>(i));
    if (suite && i % 2 == 0) s.protector = srtp::Protector::make(callers_key(*suite));
  }
}

void Load::advance(Stream& stream) {
  put16(stream.packet.data() + 2, get16(stream.packet.data() + 2) + 1);
  put32(stream.packet.data() + 4, get32(stream.packet.data() + 4) + 160);
  if (!stream.protector) return;
  std::fill_n(stream.packet.begin() + 12, rtp_bytes - 12, 0xd5);
  stream.bytes = stream.protector->protect_rtp(stream.packet, rtp_bytes).value_or(0);
}

Generator::Generator() {
  for (unsigned side = 0; side < 2; ++side)
    for (std::size_t i = 0; i < sockets_per_side; ++i) {
      relay::Descriptor& socket = sockets_[side][i];
      socket = relay::bind_port({Address::v4(INADDR_LOOPBACK), 0}, {0, 0});
      sockaddr_storage local{};
      socklen_t size = sizeof local;
      if (!socket || ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0)
        throw std::system_error(errno, std::generic_category(), "generator socket");
      endpoints_[side][i] = relay::from_kernel(local);
      // Half a second of everything must fit while this process waits for a processor; beyond the system's limit as
      // root.
      const int bytes = 32 << 20;
      if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
}

Endpoint Generator::endpoint(std::size_t call, unsigned leg) const {
  return endpoints_[leg][call % sockets_per_side];
}

void Generator::send_slot(Load& load, std::size_t slot, Outcome& outcome) {
  const std::size_t calls = load.streams.size() / 2;
  for (unsigned side = 0; side < 2; ++side)
    for (std::size_t socket = 0; socket < sockets_per_side; ++socket) {
      messages_.clear();
      pieces_.clear();
      pieces_.reserve(calls / slots + 1);
      for (std::size_t call = 0; call < calls; ++call) {
        // Caller and callee of a call are half a period apart.
        if (call % sockets_per_side != socket || (call / sockets_per_side + side * slots / 2) % slots != slot) continue;
        Load::Stream& s = load.streams[call * 2 + side];
        load.advance(s);
        pieces_.push_back({s.packet.data(), s.bytes});
        mmsghdr message{};
        message.msg_hdr.msg_name = &s.to;
        message.msg_hdr.msg_namelen = sizeof s.to;
        message.msg_hdr.msg_iov = &pieces_.back();
        message.msg_hdr.msg_iovlen = 1;
        messages_.push_back(message);
      }
      for (std::size_t done = 0; done < messages_.size();) {
        const int sent = ::sendmmsg(sockets_[side][socket].get(), messages_.data() + done,
                                    static_cast<unsigned>(messages_.size() - done), 0);
        if (sent <= 0) break;
        done += static_cast<std::size_t>(sent);
        outcome.sent += static_cast<std::uint64_t>(sent);
      }
    }
}

void Generator::receive(Load& load, Outcome& outcome) {
  std::array<mmsghdr, batch> messages{};
  std::array<iovec, batch> pieces{};
  std::array<std::array<std::uint8_t, rtp_bytes + srtp::growth_most>, batch> heads;
  for (std::size_t i = 0; i < batch; ++i) {
    pieces[i] = {heads[i].data(), heads[i].size()};
    messages[i].msg_hdr.msg_iov = &pieces[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (unsigned side = 0; side < 2; ++side)
    for (relay::Descriptor& socket : sockets_[side])
      for (;;) {
        const int got = ::recvmmsg(socket.get(), messages.data(), batch, MSG_DONTWAIT, nullptr);
        for (int i = 0; i < got; ++i) {
          const std::uint32_t stream = get32(heads[static_cast<std::size_t>(i)].data() + 8) - load.first_ssrc;
          const std::size_t expected = side == 0 ? load.secure_bytes : rtp_bytes;
          const bool right = stream < load.streams.size() && stream % 2 != side &&
                             messages[static_cast<std::size_t>(i)].msg_len == expected;
          ++(right ? outcome.received : outcome.strange);
        }
        if (got < static_cast<int>(batch)) break;
      }
}

Outcome Generator::run(Load& load, std::int64_t duration_us) {
  Outcome outcome;
  const std::int64_t start = now_us();
  for (std::int64_t tick = 0; tick * 1'000 < duration_us; ++tick) {
    const std::int64_t due = start + tick * 1'000;
    const std::int64_t now = now_us();
    if (now < due) sleep_until(due);
    outcome.late_us_max = std::max(outcome.late_us_max, now - due);
    if (now - due > late_us_max) {
      outcome.too_slow = true;
      break;
    }
    send_slot(load, static_cast<std::size_t>(tick) % slots, outcome);
    if (tick % 4 == 3) receive(load, outcome);
  }
  // A server that is waiting for a processor has not lost what it still holds.
  const std::int64_t end = now_us() + drain_us;
  do {
    sleep_until(now_us() + 5'000);
    receive(load, outcome);
  } while (outcome.received < outcome.sent && now_us() < end);
  return outcome;
}

}  // namespace rf::bench
