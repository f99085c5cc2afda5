#include "sim/phone.hpp"

#include <fmt/format.h>

#include "core/auth/digest.hpp"
#include "core/sip/writer.hpp"

namespace rf::sim {
namespace {

constexpr std::string_view server = "192.0.2.1";

std::string body_part(std::string_view body, std::string_view type) {
  if (body.empty()) return "Content-Length: 0\r\n\r\n";
  return fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n\r\n{}", type, body.size(), body);
}

std::string uri_of(const sip::NameAddr& party) {
  return std::string(party.uri.raw);
}

}  // namespace

std::string audio_sdp(const Endpoint& rtp, std::string_view direction, int version) {
  const std::string_view family = rtp.address.is_v4() ? "IP4" : "IP6";
  return fmt::format(
      "v=0\r\no=phone 77 {} IN {} {}\r\ns=talk\r\nc=IN {} {}\r\nt=0 0\r\nm=audio {} RTP/AVP 0 8 101\r\n"
      "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 "
      "0-15\r\na={}\r\n",
      version, family, rtp.address.text(), family, rtp.address.text(), rtp.port, direction);
}

Phone::Phone(Exchange& exchange, Account account, Flow f, std::uint64_t seed)
    : flow(std::move(f)), exchange_(exchange), account_(std::move(account)), random_(seed) {
  contact = fmt::format("sip:{}@{}", account_.number, flow.remote.text());
  if (flow.transport != Transport::udp) contact += fmt::format(";transport={}", name_of(flow.transport));
  register_call_id_ = random_.token(16);
}

std::string Phone::new_branch() {
  return "z9hG4bK" + random_.token(16);
}

std::string Phone::via(std::string_view branch) const {
  return fmt::format("Via: SIP/2.0/{} {};branch={};rport\r\n", via_name(flow.transport), flow.remote.text(), branch);
}

void Phone::say(std::string bytes) {
  if (!drop_everything) exchange_.receive(flow, std::move(bytes));
}

void Phone::take(const Packet& packet) {
  if (drop_everything) return;
  Heard heard{std::make_unique<std::string>(packet.bytes), std::make_unique<sip::Message>(), packet.flow};
  if (!sip::parse({heard.bytes->data(), heard.bytes->size()}, *heard.message))
    std::abort();  // the engine wrote nonsense
  inbox_.push_back(std::move(heard));
}

std::optional<Heard> Phone::hear() {
  if (inbox_.empty()) return std::nullopt;
  Heard heard = std::move(inbox_.front());
  inbox_.pop_front();
  return heard;
}

std::optional<Heard> Phone::hear_status(int status) {
  while (auto heard = hear())
    if (!(*heard)->is_request && (*heard)->status == status) return heard;
  return std::nullopt;
}

std::optional<Heard> Phone::hear_request(std::string_view method) {
  while (auto heard = hear())
    if ((*heard)->is_request && (*heard)->method_text == method) return heard;
  return std::nullopt;
}

std::string Phone::authorization(const Heard& challenge, std::string_view method, std::string_view uri) {
  for (const sip::Header& header : challenge->headers()) {
    if (header.id != sip::HeaderName::www_authenticate && header.id != sip::HeaderName::proxy_authenticate) continue;
    const std::string_view name = auth::text_of(algorithm);
    if (header.value.find(fmt::format("algorithm={}", name)) == std::string_view::npos) continue;
    const auto field = [&](std::string_view key) {
      const std::string marker = std::string(key) + "=\"";
      const std::size_t begin = header.value.find(marker);
      if (begin == std::string_view::npos) return std::string_view{};
      const std::string_view rest = header.value.substr(begin + marker.size());
      return rest.substr(0, rest.find('"'));
    };
    const std::string_view realm = field("realm"), nonce = field("nonce");
    const std::string cnonce = random_.token(12);
    const auto hash = auth::ha1(algorithm, account_.auth_name, realm, account_.password);
    const std::string response = auth::response(algorithm, hash, nonce, "00000001", cnonce, method, uri);
    return fmt::format(
        "Authorization: Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\", "
        "algorithm={}, qop=auth, nc=00000001, cnonce=\"{}\"\r\n",
        account_.auth_name, realm, nonce, uri, response, name, cnonce);
  }
  return {};
}

std::optional<Heard> Phone::ask(std::string_view method, std::string_view uri, std::string_view extra_headers,
                                std::string_view body, std::string_view content_type) {
  const std::string call_id = random_.token(16), tag = random_.token(8);
  std::string credentials;
  for (int cseq = 1; cseq <= 2; ++cseq) {
    say(fmt::format(
        "{0} {1} SIP/2.0\r\n{2}Max-Forwards: 70\r\nFrom: <sip:{3}@{4}>;tag={5}\r\nTo: <{1}>\r\nCall-ID: {6}\r\n"
        "CSeq: {7} {0}\r\nContact: <{8}>\r\n{9}{10}{11}",
        method, uri, via(new_branch()), account_.number, server, tag, call_id, cseq, contact, credentials,
        extra_headers, body_part(body, content_type)));
    while (auto heard = hear()) {
      if ((*heard)->is_request || (*heard)->status < 200) continue;
      if ((*heard)->status != 401 || cseq == 2) return heard;
      credentials = authorization(*heard, method, uri);
      break;
    }
  }
  return std::nullopt;
}

int Phone::register_(std::uint32_t expires_s, std::string_view extra_headers) {
  const std::string uri = fmt::format("sip:{}", server), tag = random_.token(8);
  std::string credentials;
  for (int attempt = 0; attempt < 2; ++attempt) {
    say(fmt::format(
        "REGISTER {0} SIP/2.0\r\n{1}Max-Forwards: 70\r\nFrom: <sip:{2}@{3}>;tag={4}\r\nTo: <sip:{2}@{3}>\r\n"
        "Call-ID: {5}\r\nCSeq: {6} REGISTER\r\nContact: <{7}>\r\nExpires: {8}\r\nUser-Agent: Testphone/1\r\n"
        "{9}{10}Content-Length: 0\r\n\r\n",
        uri, via(new_branch()), account_.number, server, tag, register_call_id_, ++register_cseq_, contact, expires_s,
        credentials, extra_headers));
    while (auto heard = hear()) {
      if ((*heard)->is_request || (*heard)->status < 200) continue;
      if ((*heard)->status != 401 || attempt == 1) return (*heard)->status;
      credentials = authorization(*heard, "REGISTER", uri);
      break;
    }
  }
  return 0;
}

Line Phone::invite(std::string_view number, std::string_view sdp, std::string_view extra_headers) {
  Line line;
  line.call_id = random_.token(16);
  line.local_tag = random_.token(8);
  line.local_uri = fmt::format("sip:{}@{}", account_.number, server);
  line.remote_uri = fmt::format("sip:{}@{}", number, server);
  std::string credentials;
  for (int attempt = 0; attempt < 2; ++attempt) {
    line.invite_branch = new_branch();
    line.cseq = line.invite_cseq = static_cast<std::uint32_t>(attempt + 1);
    say(fmt::format(
        "INVITE {0} SIP/2.0\r\n{1}Max-Forwards: 70\r\nFrom: <{2}>;tag={3}\r\nTo: <{0}>\r\nCall-ID: {4}\r\n"
        "CSeq: {5} INVITE\r\nContact: <{6}>\r\nAllow: {7}\r\n{8}{9}{10}",
        line.remote_uri, via(line.invite_branch), line.local_uri, line.local_tag, line.call_id, line.cseq, contact,
        allows, credentials, extra_headers, body_part(sdp, "application/sdp")));
    if (attempt == 1) break;
    const auto challenge = hear_status(401);
    if (!challenge) break;
    line.remote_tag = (*challenge)->to.tag();
    ack(line);
    line.remote_tag.clear();
    credentials = authorization(*challenge, "INVITE", line.remote_uri);
  }
  return line;
}

void Phone::learn(Line& line, const Heard& response) {
  line.remote_tag = response->to.tag();
  if (const auto contact_header = sip::parse_name_addr(response->value(sip::HeaderName::contact)))
    line.target = contact_header->uri.raw;
}

void Phone::request(Line& line, std::string_view method, std::string_view extra_headers, std::string_view sdp,
                    std::string_view content_type) {
  ++line.cseq;
  const std::string branch = new_branch();
  if (method == "INVITE") {
    line.invite_cseq = line.cseq;
    line.invite_branch = branch;
  }
  say(fmt::format(
      "{0} {1} SIP/2.0\r\n{2}Max-Forwards: 70\r\nFrom: <{3}>;tag={4}\r\nTo: <{5}>;tag={6}\r\nCall-ID: {7}\r\n"
      "CSeq: {8} {0}\r\nContact: <{9}>\r\n{10}{11}",
      method, line.request_uri(), via(branch), line.local_uri, line.local_tag, line.remote_uri, line.remote_tag,
      line.call_id, line.cseq, contact, extra_headers, body_part(sdp, content_type)));
}

void Phone::ack(Line& line, std::string_view sdp) {
  // To a 2xx a new branch, to anything else the INVITE's (RFC 3261 §17.1.1.3); a line without target got no 2xx.
  const std::string branch = line.target.empty() ? line.invite_branch : new_branch();
  say(fmt::format(
      "ACK {0} SIP/2.0\r\n{1}Max-Forwards: 70\r\nFrom: <{2}>;tag={3}\r\nTo: <{4}>;tag={5}\r\nCall-ID: {6}\r\n"
      "CSeq: {7} ACK\r\n{8}",
      line.request_uri(), via(branch), line.local_uri, line.local_tag, line.remote_uri, line.remote_tag, line.call_id,
      line.invite_cseq, body_part(sdp, "application/sdp")));
}

void Phone::cancel(const Line& line) {
  say(fmt::format(
      "CANCEL {0} SIP/2.0\r\n{1}Max-Forwards: 70\r\nFrom: <{2}>;tag={3}\r\nTo: <{0}>\r\nCall-ID: {4}\r\n"
      "CSeq: {5} CANCEL\r\nContent-Length: 0\r\n\r\n",
      line.remote_uri, via(line.invite_branch), line.local_uri, line.local_tag, line.call_id, line.invite_cseq));
}

Line Phone::answer(const Heard& request, int status, std::string_view sdp, std::string_view extra_headers) {
  Line line;
  line.call_id = request->call_id;
  line.local_tag = request->to.tag().empty()
                       ? "bob" + std::to_string(mix64(std::hash<std::string_view>{}(request->call_id)) % 1'000'000)
                       : std::string(request->to.tag());
  line.remote_tag = request->from.tag();
  line.local_uri = uri_of(request->to);
  line.remote_uri = uri_of(request->from);
  line.cseq = 100;
  if (const auto peer = sip::parse_name_addr(request->value(sip::HeaderName::contact))) line.target = peer->uri.raw;
  std::string bytes;
  sip::write_response_head(bytes, *request.message, flow.local, status, line.local_tag);
  bytes += fmt::format("Contact: <{}>\r\nAllow: {}\r\n", contact, allows);
  bytes += extra_headers;
  bytes += body_part(sdp, "application/sdp");
  say(std::move(bytes));
  return line;
}

std::shared_ptr<policy::Policy> test_policy(int extensions) {
  auto policy = std::make_shared<policy::Policy>();
  policy->realm = "ringfence.test";
  policy->local_networks = {*Subnet::parse("198.51.100.0/24"), *Subnet::parse("2001:db8::/32")};
  const auto endpoint = [](std::string_view text) { return *Endpoint::parse(text); };
  policy->listeners = {{ListenerId{1}, Transport::udp, endpoint("192.0.2.1:5060"), {}},
                       {ListenerId{2}, Transport::tcp, endpoint("192.0.2.1:5060"), {}},
                       {ListenerId{3}, Transport::tls, endpoint("192.0.2.1:5061"), {}},
                       {ListenerId{4}, Transport::wss, endpoint("192.0.2.1:5065"), {}}};
  policy->media_fingerprints[0].fill(0x5a);
  policy->media_fingerprints[1].fill(0xa5);
  std::vector<policy::Extension> list;
  for (int i = 1; i <= extensions; ++i) {
    policy::Extension e;
    e.id = ExtensionId{static_cast<std::uint64_t>(i)};
    e.tenant = TenantId{1};
    e.number = std::to_string(1000 + i);
    e.auth_name = "auth" + e.number;
    e.display_name = "Phone " + e.number;
    for (std::size_t a = 0; a < policy::algorithm_count; ++a)
      e.credentials.ha1[a] =
          Secret(auth::ha1(static_cast<policy::Algorithm>(a), e.auth_name, policy->realm, "password-" + e.number));
    list.push_back(std::move(e));
  }
  (void)policy->compile(std::move(list));
  return policy;
}

Flow flow_from(std::string_view remote, Transport transport, std::uint64_t connection) {
  Flow flow;
  flow.listener = ListenerId{transport == Transport::udp   ? 1u
                             : transport == Transport::tcp ? 2u
                             : transport == Transport::tls ? 3u
                                                           : 4u};
  flow.transport = transport;
  flow.connection = ConnectionId{connection};
  flow.local = *Endpoint::parse(transport == Transport::tls   ? "192.0.2.1:5061"
                                : transport == Transport::wss ? "192.0.2.1:5065"
                                                              : "192.0.2.1:5060");
  flow.remote = *Endpoint::parse(remote);
  return flow;
}

void connect(Exchange& exchange, std::vector<Phone*> phones) {
  exchange.wire = [&exchange, phones = std::move(phones)](const Packet& packet) {
    for (Phone* phone : phones)
      if (phone->flow.remote == packet.flow.remote && phone->flow.connection == packet.flow.connection)
        return phone->take(packet);
    exchange.sent.push_back(packet);
  };
}

}  // namespace rf::sim
