#include "sim/traffic/handset.hpp"

#include <fmt/format.h>

#include <array>
#include <span>

#include "core/sdp/security.hpp"

namespace rf::traffic {
namespace {

constexpr std::string_view browser_proto = "UDP/TLS/RTP/SAVPF";

Transport transport_of(Kind kind) {
  return kind == Kind::desk ? Transport::tls : kind == Kind::browser ? Transport::wss : Transport::udp;
}

srtp::MasterKey key(Random& random, srtp::Suite suite) {
  std::array<std::uint8_t, srtp::master_bytes_most> bytes;
  random.fill(bytes);
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  return *srtp::MasterKey::make(suite, std::span(bytes).first(std::size_t{facts.key} + facts.salt));
}

std::string crypto(Random& random, std::uint32_t tag, srtp::Suite suite) {
  std::string out;
  sdp::append_crypto(out, {tag, key(random, suite)});
  return out;
}

}  // namespace

Handset::Handset(sim::Exchange& exchange, unsigned number, Kind k)
    : kind(k),
      phone(exchange,
            {std::to_string(1'000 + number), fmt::format("auth{}", 1'000 + number),
             fmt::format("password-{}", 1'000 + number)},
            sim::flow_from(fmt::format("198.51.100.{}:5060", 10 + number), transport_of(k),
                           k == Kind::plain ? 0 : number),
            1'000 + number),
      rtp_(*Endpoint::parse(k == Kind::browser ? "0.0.0.0:9" : fmt::format("198.51.100.{}:4000", 10 + number))),
      number_(number) {}

void Handset::reconnect(std::uint64_t connection) {
  registered_ms = 0;
  if (kind != Kind::plain) phone.flow.connection = ConnectionId{connection};
}

std::string Handset::described(std::string_view proto, std::string_view lines, std::string_view direction) {
  return fmt::format(
      "v=0\r\no=phone 77 {} IN IP4 {}\r\ns=talk\r\nc=IN IP4 {}\r\nt=0 0\r\nm=audio {} {} 0 8 101\r\n"
      "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 "
      "0-15\r\na={}\r\n{}",
      ++version_, rtp_.address.text(), rtp_.address.text(), rtp_.port, proto, direction, lines);
}

/// Of one browser always the same certificate, as browsers have it; of each description another ICE fragment.
std::string Handset::certificate(Random& random, std::string_view setup) const {
  sdp::CertificateHash hash;
  hash.fill(static_cast<std::uint8_t>(number_));
  std::string out = fmt::format("a=mid:0\r\na=rtcp-mux\r\na=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=setup:{}\r\n",
                                random.token(4), random.token(24), setup);
  sdp::append_fingerprint(out, hash);
  return out;
}

std::string Handset::offer(Random& random, std::string_view direction) {
  switch (kind) {
    case Kind::desk:
      return described(
          random.below(2) == 0 ? "RTP/SAVP" : "RTP/AVP",
          crypto(random, 1, srtp::Suite::aes_cm_256_sha1_80) + crypto(random, 2, srtp::Suite::aes_cm_128_sha1_80),
          direction);
    case Kind::browser:
      return described(browser_proto, certificate(random, "actpass"), direction);
    case Kind::plain:
      return described("RTP/AVP", {}, direction);
  }
  return {};
}

std::string Handset::answer(Random& random, const sim::Heard& offered) {
  const std::string text(offered->body);
  const auto session = sdp::parse(text);
  if (!session || session->media().empty()) return {};
  const sdp::Media& media = session->media()[0];
  const auto security = sdp::read_security(*session, media);
  if (!security) return {};
  if (security->certificate) {
    const bool we_begin = security->setup != sdp::Setup::active;
    return described(media.proto, certificate(random, we_begin ? "active" : "passive"), "sendrecv");
  }
  if (security->keys.empty()) return described(media.proto, {}, "sendrecv");
  const sdp::Crypto& chosen = security->keys[random.below(security->keys.size())];
  return described(media.proto, crypto(random, chosen.tag, chosen.key.suite()), "sendrecv");
}

}  // namespace rf::traffic
