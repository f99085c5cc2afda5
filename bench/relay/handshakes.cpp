#include "bench/relay/handshakes.hpp"

#include <openssl/ssl.h>
#include <time.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "bench/relay/generator.hpp"
#include "shell/dtls/association.hpp"

namespace rf::bench {

namespace {

std::int64_t cpu_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

struct Identities {
  dtls::IdentityRef server, client;
};

/// Runs one handshake of a fresh client with a server that `hear` stands for: it takes a datagram, gives its answers
/// and says when it is done.
template <class Hear>
std::int64_t shake(const Identities& identities, Hear&& hear) {
  const auto client = dtls::Association::active(identities.client, identities.server->fingerprint(), 0);
  if (!client) throw std::runtime_error("no memory for a handshake");
  std::int64_t spent_ns = 0;
  bool done = false;
  for (int round = 0; round < 20 && !done; ++round)
    for (const dtls::Datagram& said : client->take()) {
      const std::int64_t before = cpu_ns();
      const std::vector<dtls::Datagram> answers = hear(said, done);
      spent_ns += cpu_ns() - before;
      for (const dtls::Datagram& answer : answers) client->on_datagram(0, answer);
    }
  if (!done) throw std::runtime_error("a handshake did not come to its end");
  return spent_ns;
}

std::int64_t shake_ours(const Identities& identities) {
  std::unique_ptr<dtls::Association> server;
  return shake(identities, [&](const dtls::Datagram& datagram, bool& done) {
    if (!server) {
      server = dtls::Association::passive(identities.server);
      server->begin(identities.client->fingerprint(), 0);
    }
    server->on_datagram(0, datagram);
    done = server->state() == dtls::Association::State::secured;
    return server->take();
  });
}

std::int64_t shake_openssl(const Identities& identities) {
  dtls::Datagrams datagrams;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl(nullptr, SSL_free);
  return shake(identities, [&](const dtls::Datagram& datagram, bool& done) {
    if (!ssl) {
      ssl.reset(SSL_new(identities.server->context()));
      BIO* const bio = dtls::make_bio(datagrams);
      SSL_set_bio(ssl.get(), bio, bio);
      dtls::attach(ssl.get(), datagrams);
      SSL_set_mtu(ssl.get(), SecureMediaLimits::datagram_bytes);
      SSL_set_accept_state(ssl.get());
      datagrams.peer = identities.client->fingerprint();
    }
    datagrams.in = datagram;
    done = SSL_do_handshake(ssl.get()) == 1;
    return std::exchange(datagrams.out, {});
  });
}

double median_us(std::vector<std::int64_t>& ns) {
  std::sort(ns.begin(), ns.end());
  return static_cast<double>(ns[ns.size() / 2]) / 1e3;
}

}  // namespace

HandshakeCost handshake_cost(unsigned count) {
  auto server = dtls::Identity::make(1'700'000'000'000), client = dtls::Identity::make(1'700'000'000'000);
  if (!server || !client) throw std::runtime_error("no certificate for a handshake");
  const Identities identities{*server, *client};
  std::vector<std::int64_t> ours, openssl;
  for (unsigned i = 0; i < count; ++i) {
    ours.push_back(shake_ours(identities));
    openssl.push_back(shake_openssl(identities));
  }
  return {median_us(ours), median_us(openssl)};
}

double cipher_us(srtp::Suite suite, unsigned packets) {
  auto out = srtp::Protector::make(callers_key(suite));
  auto in = srtp::Unprotector::make(callers_key(suite));
  std::vector<std::uint8_t> packet(rtp_bytes + srtp::growth_most, 0xd5);
  packet[0] = 0x80;
  packet[1] = 8;
  std::int64_t spent_ns = cpu_ns();
  for (unsigned i = 0; i < packets; ++i) {
    packet[2] = static_cast<std::uint8_t>(i >> 8);
    packet[3] = static_cast<std::uint8_t>(i);
    const auto closed = out->protect_rtp(packet, rtp_bytes);
    if (!closed || !in->unprotect_rtp(std::span(packet).first(*closed)))
      throw std::runtime_error("a packet was not opened as it was closed");
  }
  spent_ns = cpu_ns() - spent_ns;
  return static_cast<double>(spent_ns) / 1e3 / packets / 2;
}

}  // namespace rf::bench
