#include "sim/user_agent.hpp"

#include <fmt/format.h>

#include "core/auth/digest.hpp"
#include "core/sip/writer.hpp"

namespace rf::sim {
namespace {

constexpr std::string_view server = "192.0.2.1";
constexpr policy::Algorithm algorithm = policy::Algorithm::sha256;

}  // namespace

UserAgent::UserAgent(Account account, Flow flow, const policy::SipTimes& times, Now now, std::uint64_t seed,
                     Habits habits, std::vector<std::string> numbers, Tally& tally, Transmit transmit)
    : account_(std::move(account)),
      flow_(std::move(flow)),
      habits_(habits),
      numbers_(std::move(numbers)),
      tally_(tally),
      transmit_(std::move(transmit)),
      random_(seed),
      now_(now),
      txns_(times, 10'000, now.mono_ms, seed),
      timers_(now.mono_ms),
      register_call_id_(random_.token(16)) {}

void UserAgent::start(Now now) {
  now_ = now;
  timers_.set(in_ms(random_.below(2'000)), 0, register_due);
  timers_.set(in_ms(3'000 + random_.below(habits_.call_every_ms)), 0, dial_due);
}

std::int64_t UserAgent::next_deadline() const {
  return std::min(timers_.next_deadline(), txns_.next_deadline());
}

std::string UserAgent::description(int version, std::string_view direction) const {
  const std::string address = flow_.remote.address.text();
  return fmt::format(
      "v=0\r\no=- 5 {} IN IP4 {}\r\ns=-\r\nc=IN IP4 {}\r\nt=0 0\r\nm=audio {} RTP/AVP 0 101\r\n"
      "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na={}\r\n",
      version, address, address, 4'000, direction);
}

std::string UserAgent::credentials_for(std::string_view method, std::string_view uri) {
  for (const sip::Header& header : message_.headers()) {
    if (header.id != sip::HeaderName::www_authenticate ||
        header.value.find("algorithm=SHA-256") == std::string_view::npos)
      continue;
    const auto field = [&](std::string_view key) {
      const std::size_t begin = header.value.find(key) + key.size();
      return header.value.substr(begin, header.value.find('"', begin) - begin);
    };
    const std::string_view realm = field("realm=\""), nonce = field("nonce=\"");
    const std::string cnonce = random_.token(8);
    const auto response = auth::response(algorithm, auth::ha1(algorithm, account_.auth_name, realm, account_.password),
                                         nonce, "00000001", cnonce, method, uri);
    return fmt::format(
        "Authorization: Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\", "
        "algorithm=SHA-256, qop=auth, nc=00000001, cnonce=\"{}\"\r\n",
        account_.auth_name, realm, nonce, uri, response, cnonce);
  }
  return {};
}

void UserAgent::register_(std::string_view credentials) {
  const std::string branch = "z9hG4bK" + random_.token(14), uri = fmt::format("sip:{}", server);
  register_client_ = txns_.request(
      now_, sip::Method::register_, flow_,
      fmt::format("REGISTER {} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch={};rport\r\nMax-Forwards: 70\r\n"
                  "From: <sip:{}@{}>;tag=r{}\r\nTo: <sip:{}@{}>\r\nCall-ID: {}\r\nCSeq: {} REGISTER\r\n"
                  "Contact: <sip:{}@{}>\r\nExpires: 120\r\n{}Content-Length: 0\r\n\r\n",
                  uri, flow_.remote.text(), branch, account_.number, server, account_.number, account_.number, server,
                  register_call_id_, ++register_cseq_, account_.number, flow_.remote.text(), credentials),
      branch, 1, *this);
}

void UserAgent::dial(std::string_view credentials) {
  const std::string branch = "z9hG4bK" + random_.token(14), sdp = description(1, "sendrecv");
  dialling_->client =
      txns_.request(now_, sip::Method::invite, flow_,
                    fmt::format("INVITE {0} SIP/2.0\r\nVia: SIP/2.0/UDP {1};branch={2};rport\r\nMax-Forwards: 70\r\n"
                                "From: <sip:{3}@{4}>;tag={5}\r\nTo: <{0}>\r\nCall-ID: {6}\r\nCSeq: {7} INVITE\r\n"
                                "Contact: <sip:{3}@{1}>\r\nAllow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n{8}"
                                "Content-Type: application/sdp\r\nContent-Length: {9}\r\n\r\n{10}",
                                dialling_->uri, flow_.remote.text(), branch, account_.number, server, dialling_->tag,
                                dialling_->call_id, ++dialling_->cseq, credentials, sdp.size(), sdp),
                    branch, 2, *this);
}

void UserAgent::reply(txn::ServerId to, int status, std::string_view tag, std::string_view sdp) {
  std::string bytes;
  auto writer = sip::write_response_head(bytes, message_, flow_.local, status, tag);
  writer.header(sip::HeaderName::contact, fmt::format("<sip:{}@{}>", account_.number, flow_.remote.text()));
  writer.header(sip::HeaderName::allow, "INVITE, ACK, BYE, CANCEL, UPDATE");
  if (sdp.empty())
    writer.no_body();
  else
    writer.body("application/sdp", sdp);
  txns_.respond(now_, to, status, std::move(bytes), *this);
}

void UserAgent::in_dialog(std::uint64_t id, sip::Method method, std::string_view sdp) {
  Talk& talk = talks_.at(id);
  const std::string branch = "z9hG4bK" + random_.token(14),
                    contact = fmt::format("<sip:{}@{}>", account_.number, flow_.remote.text());
  const std::uint32_t cseq = talk.dialog->next_cseq();
  if (method == sip::Method::invite) talk.invite_cseq = cseq;
  std::string bytes;
  const std::string sent_by = flow_.remote.text();
  auto writer = talk.dialog->write_request(bytes, {sip::text_of(method), branch, sent_by, contact, cseq});
  if (sdp.empty())
    writer.no_body();
  else
    writer.body("application/sdp", sdp);
  txns_.request(now_, method, flow_, std::move(bytes), branch, 16 + id, *this);
}

std::uint64_t UserAgent::begin_talk(dialog::Dialog dialog, txn::ServerId answered, std::uint32_t invite_cseq,
                                    bool hangs_up) {
  const std::uint64_t id = next_id_++;
  talks_.emplace(id, Talk{std::move(dialog), answered, invite_cseq, 1});
  const std::uint64_t length = 500 + random_.below(habits_.talk_max_ms);
  if (hangs_up) timers_.set(in_ms(length), id, hang_up_due);
  if (chance(habits_.holds)) timers_.set(in_ms(length / 2), id, hold_due);
  return id;
}

void UserAgent::end_talk(std::uint64_t id) {
  talks_.erase(id);
}

void UserAgent::on_timer(std::uint64_t owner, std::uint32_t kind) {
  switch (kind) {
    case register_due:
      register_challenged_ = false;
      register_({});
      timers_.set(in_ms(50'000 + random_.below(20'000)), 0, register_due);
      return;
    case dial_due: {
      if (retired_) return;
      timers_.set(in_ms(500 + random_.below(2 * habits_.call_every_ms)), 0, dial_due);
      if (dialling_ || !talks_.empty() || !ringing_.empty()) return;
      const std::string number =
          chance(habits_.dials_nobody) ? "5" + random_.token(4) : numbers_[random_.below(numbers_.size())];
      dialling_ =
          Dialling{random_.token(16), random_.token(8), fmt::format("sip:{}@{}", number, server), 0, 0, {}, false};
      dialling_->id = ++tally_.calls_placed;
      dial({});
      // Nobody lets it ring for minutes.
      timers_.set(in_ms(chance(habits_.cancels) ? random_.below(8'000) : 15'000 + random_.below(10'000)),
                  tally_.calls_placed, cancel_due);
      return;
    }
    case cancel_due:
      if (dialling_ && dialling_->challenged && dialling_->id == owner) txns_.cancel(now_, dialling_->client, *this);
      return;
    case answer_due: {
      const auto found = ringing_.find(owner);
      if (found == ringing_.end()) return;
      Ringing call = std::move(found->second);
      ringing_.erase(found);
      const std::string sdp = description(1, "sendrecv");
      std::string bytes = call.head;
      sip::Writer(bytes).body("application/sdp", sdp);
      call.dialog->confirm();
      const bool hangs_up = chance(50) || retired_;
      begin_talk(std::move(*call.dialog), call.server, 0, hangs_up);
      txns_.respond(now_, call.server, 200, std::move(bytes), *this);
      return;
    }
    case hang_up_due:
      if (!talks_.contains(owner)) return;
      if (!chance(habits_.vanishes) || retired_) in_dialog(owner, sip::Method::bye, {});
      return end_talk(owner);
    case hold_due:
      if (const auto found = talks_.find(owner); found != talks_.end() && !found->second.answered)
        in_dialog(owner, sip::Method::invite, description(++found->second.version, "sendonly"));
      return;
    default:
      return;
  }
}

void UserAgent::on_request(const Flow& flow) {
  const auto match = txns_.match_request(now_, message_, flow, *this);
  if (match.kind != txn::Transactions::RequestMatch::Kind::fresh) return;
  const auto in_talk = [&]() -> std::map<std::uint64_t, Talk>::iterator {
    for (auto it = talks_.begin(); it != talks_.end(); ++it)
      if (it->second.dialog->fits(message_, flow) == dialog::Fit::ok) return it;
    return talks_.end();
  };
  if (message_.method == sip::Method::ack) {
    const auto talk = in_talk();
    if (talk == talks_.end() || !talk->second.answered) return;
    txns_.acknowledge(talk->second.answered);
    talk->second.answered = {};
    return;
  }
  if (message_.method == sip::Method::cancel) {
    const auto invite = txns_.match_cancel(message_, flow);
    const txn::ServerId here = txns_.accept(now_, message_, flow, 3);
    reply(here, invite.server ? 200 : 481, {});
    if (!invite.server) return;
    for (auto it = ringing_.begin(); it != ringing_.end(); ++it) {
      if (!(it->second.server == invite.server)) continue;
      std::string head = it->second.head;
      head.replace(0, head.find("\r\n"), "SIP/2.0 487 Request Terminated");
      sip::Writer(head).no_body();
      txns_.respond(now_, invite.server, 487, std::move(head), *this);
      ringing_.erase(it);
      return;
    }
    return;
  }
  const txn::ServerId here = txns_.accept(now_, message_, flow, 3);
  if (!message_.to.tag().empty()) {
    const auto talk = in_talk();
    if (talk == talks_.end()) return reply(here, 481, {});
    talk->second.dialog->take_cseq(message_);
    if (message_.method == sip::Method::bye) {
      reply(here, 200, {});
      ++tally_.byes_heard;
      return end_talk(talk->first);
    }
    if (message_.method == sip::Method::invite) {
      if (talk->second.answered) return reply(here, 491, {});
      talk->second.answered = here;
      return reply(here, 200, {}, description(++talk->second.version, chance(50) ? "sendrecv" : "recvonly"));
    }
    return reply(here, 200, {});
  }
  if (message_.method != sip::Method::invite) return reply(here, 200, random_.token(6));
  if (dialling_ || !talks_.empty() || !ringing_.empty() || retired_ || chance(habits_.busy))
    return reply(here, 486, random_.token(6));
  if (chance(habits_.declines)) return reply(here, 603, random_.token(6));
  if (chance(habits_.redirects)) return reply(here, 302, random_.token(6));
  const std::string tag = random_.token(8);
  reply(here, 180, tag);
  auto dialog = dialog::Dialog::incoming(message_, flow, tag);
  if (!dialog) return;
  dialog->take_cseq(message_);
  Ringing call;
  call.server = here;
  call.dialog = std::move(*dialog);
  auto writer = sip::write_response_head(call.head, message_, flow_.local, 200, tag);
  writer.header(sip::HeaderName::contact, fmt::format("<sip:{}@{}>", account_.number, flow_.remote.text()));
  const std::uint64_t id = next_id_++;
  ringing_.emplace(id, std::move(call));
  if (chance(habits_.answers)) timers_.set(in_ms(random_.below(6'000)), id, answer_due);
}

void UserAgent::on_response(const Flow& flow) {
  const auto match = txns_.match_response(now_, message_, flow, *this);
  if (!match.client || !match.deliver || message_.status < 200) return;
  if (match.owner == 1) {
    if (message_.status == 401 && !register_challenged_) {
      register_challenged_ = true;
      return register_(credentials_for("REGISTER", fmt::format("sip:{}", server)));
    }
    message_.status == 200 ? ++tally_.registered : ++tally_.register_failed;
    tally_.unavailable += message_.status == 503;
    return;
  }
  if (match.owner == 2) {
    if (dialling_ && dialling_->client == match.client && message_.status == 401 && !dialling_->challenged) {
      dialling_->challenged = true;
      return dial(credentials_for("INVITE", dialling_->uri));
    }
    const bool ours = dialling_ && dialling_->client == match.client;
    if (message_.status < 300) {
      const auto mould = dialog::Dialog::calling({message_.call_id,
                                                  message_.from.tag(),
                                                  message_.from.uri.raw,
                                                  message_.to.uri.raw,
                                                  message_.to.uri.raw,
                                                  {},
                                                  message_.cseq.number,
                                                  flow_});
      auto dialog = mould ? mould->fork(message_, flow) : std::unexpected(dialog::Fault::bad_contact);
      if (!dialog) return;
      const std::string sent_by = flow_.remote.text();
      txns_.acknowledge_2xx(now_, match.client, flow_,
                            dialog->ack("z9hG4bK" + random_.token(14), sent_by, message_.cseq.number), *this);
      ++tally_.calls_answered;
      if (on_answered) on_answered();
      const std::uint64_t id = begin_talk(std::move(*dialog), {}, message_.cseq.number, true);
      if (!ours || retired_) {
        in_dialog(id, sip::Method::bye, {});
        talks_.erase(id);
      }
    } else {
      ++tally_.calls_refused;
      tally_.unavailable += message_.status == 503;
    }
    if (!ours) return;
    dialling_.reset();
    return;
  }
  if (match.owner < 16 || match.method != sip::Method::invite || message_.status >= 300) return;
  const auto talk = talks_.find(match.owner - 16);
  if (talk == talks_.end()) return;
  const std::string sent_by = flow_.remote.text();
  txns_.acknowledge_2xx(now_, match.client, flow_,
                        talk->second.dialog->ack("z9hG4bK" + random_.token(14), sent_by, message_.cseq.number), *this);
}

void UserAgent::receive(Now now, std::string bytes) {
  now_ = now;
  bytes_ = std::move(bytes);
  if (!sip::parse({bytes_.data(), bytes_.size()}, message_)) return;
  message_.is_request ? on_request(flow_) : on_response(flow_);
}

void UserAgent::advance(Now now) {
  now_ = now;
  txns_.advance(now, *this);
  std::vector<Timers::Fired> fired;
  timers_.advance(now.mono_ms, fired);
  for (const Timers::Fired& f : fired) on_timer(f.owner, f.kind);
  std::vector<txn::Event> events;
  txns_.take_events(events);
  for (const txn::Event& event : events) {
    const bool failed =
        event.kind == txn::Event::Kind::client_timeout || event.kind == txn::Event::Kind::client_send_failed;
    if (failed && event.owner == 1) ++tally_.register_failed;
    if (failed && event.owner == 2 && dialling_ && dialling_->client == event.client) {
      dialling_.reset();
    }
    if (event.kind == txn::Event::Kind::server_unacknowledged)
      for (auto it = talks_.begin(); it != talks_.end(); ++it)
        if (it->second.answered == event.server) {
          in_dialog(it->first, sip::Method::bye, {});
          end_talk(it->first);
          break;
        }
  }
}

void UserAgent::retire(Now now) {
  now_ = now;
  retired_ = true;
  if (dialling_ && dialling_->challenged) txns_.cancel(now_, dialling_->client, *this);
  while (!talks_.empty()) {
    in_dialog(talks_.begin()->first, sip::Method::bye, {});
    talks_.erase(talks_.begin());
  }
}

}  // namespace rf::sim
