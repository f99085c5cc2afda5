// Bytes read as a script against a whole engine: phones that know their passwords register, call, answer, change their
// minds and lie, strangers send what they like, disk, relay, DNS and connections fail, the clock goes on. The auditor
// of the simulation holds its rules against every input, and at the end everything has to be gone.
//
// A script is one letter an act and one character an argument: '0' is 0, '1' is 1, … and on through the bytes; every
// list of choices wraps around. A text runs up to '`', '|' in it is CRLF. Letters that name no act are skipped, so that
// seeds can be spaced. The first byte chooses the world: odd has room, even has tight limits; '0' and '1' have no plan
// for what leaves, each two after them one of fuzz/plans.hpp. Who 5 and 6 are carriers; what is dialled stands in
// fuzz::numbers.
//
//   R who expiry extra      register, properly             I who number sdp extra     call, properly authenticated
//   A who status sdp extra  answer the latest request      a who status sdp extra     answer the oldest request
//   K who line sdp          acknowledge an answer          C who                      cancel own call
//   Q who line method sdp   request within a call          P who                      PRACK the last reliable response
//   J who line method sdp   the same with credentials for the last challenge
//   M who method number     request outside a call, properly authenticated
//   H skip kind place text  change the message after the next `skip` ones (see Edit)
//   X place text            raw message from a place       Z place message            an overheard message again
//   T time                  let time pass                  D mode                     disk: works, full, holds
//   N outcome               the oldest DNS question is answered
//   F place                 sending there failed           L who                      the phone's connection is closed
//   V who                   the phone gets another port    E what which               relay: failed, silent, reports
//   G which                 another policy                 O what which               an operator's command
//   g which                 another plan                   B who line kind number     REFER, with Replaces by kind
//   Y which text            digits are heard               W which late               what we say is said
//   U who number sdp        a carrier brings a call
//   S                       stop                           ! -                        kill and restart
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "fuzz/plans.hpp"
#include "fuzz/script.hpp"
#include "sim/auditor.hpp"
#include "sim/phone.hpp"

namespace {

using namespace rf;
using fuzz::Edit;
using fuzz::Limited;
using fuzz::Script;
using sim::Heard;
using sim::Line;

constexpr std::int64_t script_ms_max = 7'200'000;  // of time that a script can let pass
constexpr std::size_t acts_max = 200;
constexpr std::string_view letters = "RIAaKCQPJMHXZTDNFLVEGOS!gBYWU";
constexpr std::string_view proxy = "198.51.100.200:5060";

const bool tracing = std::getenv("RINGFENCE_TRACE") != nullptr;

constexpr std::array<int, 22> statuses{100, 180, 183, 200, 202, 302, 401, 404, 408, 422, 481,
                                       486, 487, 488, 491, 500, 503, 600, 603, 699, 407, 423};
constexpr std::array<std::string_view, 12> methods{"BYE",     "INVITE", "UPDATE", "INFO",   "OPTIONS",   "PRACK",
                                                   "MESSAGE", "REFER",  "NOTIFY", "CANCEL", "SUBSCRIBE", "FOO"};
constexpr std::array<std::int64_t, 12> times_ms{1,      8,      100,     500,     2'000,     5'000,
                                                32'000, 60'000, 180'000, 600'000, 1'200'000, 3'600'000};
constexpr std::array<std::string_view, 16> extras{
    "",
    "Supported: 100rel, timer\r\n",
    "Require: 100rel\r\n",
    "Require: 100rel\r\nRSeq: 1\r\n",
    "Require: 100rel\r\nRSeq: 2\r\n",
    "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n",
    "Supported: timer\r\nSession-Expires: 86400;refresher=uas\r\n",
    "Supported: timer\r\nSession-Expires: 30\r\nMin-SE: 3600\r\n",
    "Record-Route: <sip:198.51.100.200;lr>\r\n",
    "Record-Route: <sip:proxy.example;lr>, <sip:198.51.100.200:5070>\r\n",
    "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKhop\r\nRecord-Route: <sip:proxy.example;transport=tcp;lr>\r\n",
    "Supported: path\r\nPath: <sip:198.51.100.200;lr>\r\n",
    "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"\r\n",
    "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n2\", stale=true\r\n",
    "Expires: 60\r\nRetry-After: 30\r\n",
    "Privacy: id\r\nP-Preferred-Identity: <sip:1004@192.0.2.1>\r\n",
};

/// A phone with its calls as the script knows them.
struct Handset {
  sim::Phone phone;
  ExtensionId extension;
  Line calling{}, called{};
  std::deque<Heard> requests{};
  std::optional<Heard> challenge{};
  std::string rack{};
  int version = 1;

  Line& line(unsigned which) { return which % 2 == 0 ? calling : called; }
};

class World {
 public:
  World(Script& script, const Limited& policies, unsigned plan)
      : script_(script), policies_(policies), exchange_(policies.base), auditor_(exchange_) {
    exchange_.wire = [this](const sim::Packet& packet) { deliver(packet); };
    exchange_.tamper = [this](Flow& flow, std::string& bytes) { tamper(flow, bytes); };
    add(1, sim::flow_from("198.51.100.11:5060"));
    add(2, sim::flow_from("198.51.100.12:1024"));
    handsets_.back().phone.contact = "sip:1002@10.0.0.12:5060";  // behind NAT
    add(3, sim::flow_from("198.51.100.13:40000", Transport::tls, next_connection_++));
    add(4, sim::flow_from("[2001:db8::14]:5060"));
    handsets_.back().phone.algorithm = policy::Algorithm::sha512_256;
    add(2, sim::flow_from("198.51.100.15:40000", Transport::tcp, next_connection_++));
    handsets_.back().phone.algorithm = policy::Algorithm::md5;
    for (const std::string_view carrier : fuzz::carriers) add_carrier(carrier);
    exchange_.voices_end = false;
    if (plan > 0) exchange_.set_plan(policies_.plans[plan % policies_.plans.size()]);
  }

  void run() {
    for (std::size_t acts = 0; acts < acts_max && !script_.at_end();) {
      const char letter = script_.letter();
      if (letters.find(letter) == std::string_view::npos) continue;
      ++acts;
      act(letter);
      tell_reports();
      auditor_.audit_limits();
      if (calls_of_phones() > proofs_ + transfers_) fail("a call without authentication");
      check();
    }
    drain();
  }

 private:
  void add(std::uint64_t extension, Flow flow) {
    const std::string number = std::to_string(1'000 + extension);
    if (!flow.remote.address.is_v4()) flow.local = *Endpoint::parse("[2001:db8::1]:5060");
    handsets_.push_back({{exchange_, {number, "auth" + number, "password-" + number}, flow, handsets_.size() + 1},
                         ExtensionId{extension}});
    auditor_.proved(ExtensionId{extension}, flow.remote.address);
  }

  /// Known by its address, which is all that a carrier proves. Of no extension.
  void add_carrier(std::string_view endpoint) {
    handsets_.push_back({{exchange_, {"+4989123456", "", ""}, sim::flow_from(endpoint), handsets_.size() + 1}, {}});
    auditor_.proved(ExtensionId{}, Endpoint::parse(endpoint)->address);
  }

  std::size_t calls_of_phones() const {
    return static_cast<std::size_t>(std::count_if(exchange_.cdrs.begin(), exchange_.cdrs.end(), [](const auto& entry) {
      return entry.second.caller && entry.second.account.empty();  // the call behind a PIN is the same caller's
    }));
  }

  [[noreturn]] static void fail(std::string_view what) {
    fmt::print(stderr, "{}\n", what);
    std::abort();
  }

  void check() const {
    for (const std::string& fault : auditor_.faults()) fmt::print(stderr, "{}\n", fault);
    if (!auditor_.faults().empty()) fail("an invariant is broken");
  }

  // --- the network

  Handset& handset() { return handsets_[script_.number() % handsets_.size()]; }

  /// A phone that begins something new listens to nothing that was said before.
  Handset& caller() {
    Handset& h = handset();
    while (h.phone.hear()) {
    }
    return h;
  }

  /// The phones' places, two strangers, one from the office, and a proxy.
  Flow place(unsigned n) {
    const std::size_t phones = handsets_.size() - fuzz::carriers.size();
    n %= handsets_.size() + 4;
    if (n < phones) return handsets_[n].phone.flow;
    if (n >= phones + 4) return handsets_[n - 4].phone.flow;
    switch (n - phones) {
      case 0:
        return sim::flow_from("203.0.113.5:5060");
      case 1:
        return sim::flow_from("203.0.113.6:41000", Transport::tls, 1'000);
      case 2:
        return sim::flow_from("198.51.100.66:5060");
      default:
        return sim::flow_from(proxy);
    }
  }

  void deliver(const sim::Packet& packet) {
    trace("<-", packet.flow, packet.bytes);
    if (!delivered_.insert(std::hash<std::string_view>{}(packet.bytes)).second) return;  // repeated
    overhear(packet.bytes);
    for (Handset& h : handsets_) {
      if (h.phone.flow.remote.address != packet.flow.remote.address) continue;
      Heard heard{std::make_unique<std::string>(packet.bytes), std::make_unique<sip::Message>(), packet.flow};
      if (!sip::parse({heard.bytes->data(), heard.bytes->size()}, *heard.message)) return;
      h.phone.take(packet);
      if (heard->is_request) {
        h.requests.push_back(std::move(heard));
        if (h.requests.size() > 8) h.requests.pop_front();
        return;
      }
      if (heard->status > 100 && heard->status < 300 && heard->call_id == h.calling.call_id)
        h.phone.learn(h.calling, heard);
      if (const std::string_view rseq = heard->value(sip::HeaderName::rseq); !rseq.empty())
        h.rack = fmt::format("RAck: {} {} INVITE\r\n", rseq, heard->cseq.number);
      if (heard->status == 401) h.challenge = std::move(heard);
      return;
    }
  }

  void tamper(Flow& flow, std::string& bytes) {
    if (edit_ && edit_->skip-- == 0) {
      edit_->apply(bytes);
      edit_.reset();
    }
    if (!again_ && bytes.find("\r\nAuthorization: Digest ") != std::string::npos) ++proofs_;
    if (!again_) overhear(bytes);
    trace("->", flow, bytes);
  }

  void overhear(const std::string& bytes) {
    overheard_.push_back(bytes);
    if (overheard_.size() > 16) overheard_.pop_front();
  }

  static void trace(std::string_view arrow, const Flow& flow, std::string_view bytes) {
    if (tracing) fmt::print(stderr, "{} {}\n{}\n", arrow, flow.remote.text(), bytes);
  }

  void tell_reports() {
    for (const effect::Report& report : exchange_.reports)
      if (tracing) fmt::print(stderr, "   {}: {}\n", effect::name_of(report.reason), report.detail);
    exchange_.reports.clear();
  }

  /// Lines that protect the last stream, well or badly.
  std::string protection() {
    constexpr std::string_view key =
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n";
    constexpr std::string_view hash =
        "a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:"
        "02:12:DF\r\na=setup:actpass\r\n";
    constexpr std::string_view ice = "a=ice-ufrag:fuzz\r\na=ice-pwd:fuzzfuzzfuzzfuzzfuzzfuzz\r\na=rtcp-mux\r\n";
    const unsigned parts = script_.number();
    std::string out;
    if (parts & 1) out += key;
    if (parts & 2) out += hash;
    if (parts & 4) out += ice;
    if (parts & 8) out += "a=setup:passive\r\n";
    if (parts & 16) out += "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:short\r\n";
    return out;
  }

  std::string sdp(Handset& h) {
    const Endpoint rtp{h.phone.flow.remote.address, 4'000};
    const auto with = [&](std::string_view more) { return sim::audio_sdp(rtp, "sendrecv", ++h.version).append(more); };
    switch (script_.number() % 10) {
      case 1:
        return {};
      case 2:
        return sim::audio_sdp(rtp, "sendonly", ++h.version);
      case 3:
        return sim::audio_sdp(rtp, "inactive", ++h.version);
      case 4:
        return with("m=video 4002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=recvonly\r\n");
      case 5:
        return sim::audio_sdp({Address::v4(0), 4'000}, "sendrecv", ++h.version);
      case 6:
        return with("m=audio 4004 RTP/SAVP 0\r\na=rtcp:4009 IN IP4 198.51.100.66\r\na=candidate:1 1 udp 1 x\r\n")
            .append(protection());
      case 7:
        return sim::audio_sdp(rtp, "sendrecv", h.version);
      case 8:
        return script_.text();
      case 9:
        return with("m=video 0 RTP/AVP 96\r\n");
      default:
        return with("a=ptime:20\r\n");
    }
  }

  // --- the acts

  void act(char letter) {
    if (tracing) fmt::print(stderr, "== {} at {} ms\n", letter, exchange_.now.mono_ms);
    switch (letter) {
      case 'R': {
        Handset& h = caller();
        constexpr std::array<std::uint32_t, 5> expiries{0, 600, 60, 30, 4'000'000'000};
        const std::uint32_t expires_s = script_.choose(expiries);
        h.phone.register_(expires_s, script_.choose(extras));
        return;
      }
      case 'I': {
        Handset& h = caller();
        const std::string_view number = script_.choose(fuzz::numbers);
        const std::string description = sdp(h);
        h.calling = h.phone.invite(number, description, script_.choose(extras));
        learn_early(h);
        return;
      }
      case 'A':
        return answer(handset(), true);
      case 'a':
        return answer(handset(), false);
      case 'K': {
        Handset& h = handset();
        Line& line = h.line(script_.number());
        return h.phone.ack(line, sdp(h));
      }
      case 'C': {
        Handset& h = handset();
        return h.phone.cancel(h.calling);
      }
      case 'P': {
        Handset& h = handset();
        return h.phone.request(h.calling, "PRACK", h.rack);
      }
      case 'Q':
        return request(handset(), false);
      case 'J':
        return request(handset(), true);
      case 'M': {
        Handset& h = caller();
        const std::string_view method = script_.choose(methods);
        h.phone.ask(method, fmt::format("sip:{}@192.0.2.1", script_.choose(fuzz::numbers)));
        return;
      }
      case 'H': {
        Edit edit;
        edit.skip = script_.number() % 4;
        edit.kind = script_.number() % 7;
        edit.place = script_.number();
        edit.text = script_.text();
        edit_ = std::move(edit);
        return;
      }
      case 'X': {
        const Flow flow = place(script_.number());
        return exchange_.receive(flow, script_.text());
      }
      case 'Z': {
        const Flow flow = place(script_.number());
        const unsigned n = script_.number();
        if (overheard_.empty()) return;
        again_ = true;
        exchange_.receive(flow, overheard_[overheard_.size() - 1 - n % overheard_.size()]);
        again_ = false;
        return;
      }
      case 'T': {
        const std::int64_t ms = std::min(script_.choose(times_ms), script_ms_max - passed_ms_);
        passed_ms_ += ms;
        if (ms > 0) exchange_.advance_ms(ms);
        return;
      }
      case 'B':
        return refer(handset());
      case 'U':
        return bring(handsets_[handsets_.size() - 1 - script_.number() % fuzz::carriers.size()]);
      default:
        return shell_act(letter);
    }
  }

  /// To a number, or asked first: with the dialog of its other line, of somebody else's, or of nobody's.
  void refer(Handset& h) {
    const unsigned which = script_.number(), kind = script_.number();
    const std::string_view number = script_.choose(fuzz::numbers);
    const Line& other = kind % 4 == 2 ? handsets_[kind % handsets_.size()].called : h.line(which + 1);
    const std::string replaces = fmt::format("?Replaces={}%3Bto-tag%3D{}%3Bfrom-tag%3D{}", other.call_id,
                                             kind % 4 == 3 ? "wrong" : other.remote_tag, other.local_tag);
    ++transfers_;
    h.phone.request(h.line(which), "REFER",
                    fmt::format("Refer-To: <sip:{}@192.0.2.1{}>\r\n", number, kind % 4 == 0 ? "" : replaces));
  }

  /// A call as carriers send it: nobody answers a challenge.
  void bring(Handset& h) {
    const std::string_view number = script_.choose(fuzz::numbers);
    const std::string description = sdp(h);
    Line line;
    line.call_id = h.phone.token(16);
    line.local_tag = h.phone.token(8);
    line.local_uri = "sip:+4989123456@carrier.example";
    line.remote_uri = fmt::format("sip:{}@192.0.2.1", number);
    h.calling = std::move(line);
    h.phone.request(h.calling, "INVITE", {}, description);
  }

  void learn_early(Handset& h) {
    // What came while the phone still dialled stands in its inbox: the line is only known now.
    while (const auto heard = h.phone.hear())
      if (!(*heard)->is_request && (*heard)->status > 100 && (*heard)->status < 300 &&
          (*heard)->call_id == h.calling.call_id)
        h.phone.learn(h.calling, *heard);
  }

  void answer(Handset& h, bool latest) {
    const int status = script_.choose(statuses);
    const std::string description = sdp(h);
    const std::string_view extra = script_.choose(extras);
    if (h.requests.empty()) return;
    const Heard& request = latest ? h.requests.back() : h.requests.front();
    const bool invites = request->method == sip::Method::invite;
    std::string more(extra);
    if (request->method == sip::Method::register_)
      more += fmt::format("Contact: {}\r\n", request->value(sip::HeaderName::contact));
    Line line = h.phone.answer(request, status, description, more);
    if (invites && status < 300) h.called = line;
    if (status >= 200) latest ? h.requests.pop_back() : h.requests.pop_front();
  }

  void request(Handset& h, bool with_credentials) {
    Line& line = h.line(script_.number());
    const std::string_view method = script_.choose(methods);
    const std::string body = sdp(h);
    std::string credentials;
    if (with_credentials && h.challenge) credentials = h.phone.authorization(*h.challenge, method, line.request_uri());
    h.phone.request(line, method, credentials, body, method == "INFO" ? "application/dtmf-relay" : "application/sdp");
  }

  void shell_act(char letter) {
    using Disk = sim::Exchange::Disk;
    switch (letter) {
      case 'D': {
        const unsigned mode = script_.number() % 3;
        if (mode == 0) return exchange_.release_disk();
        exchange_.disk = mode == 1 ? Disk::full : Disk::holds;
        return;
      }
      case 'N':
        return resolve(script_.number());
      case 'F':
        return exchange_.input(engine::SendFailed{place(script_.number())});
      case 'L':
        return close_connection(handset());
      case 'V': {
        Handset& h = handset();
        h.phone.flow.remote.port = static_cast<std::uint16_t>(h.phone.flow.remote.port + 2);
        return;
      }
      case 'E':
        return relay(script_.number(), script_.number());
      case 'G':
        return exchange_.set_policy(script_.choose(policies_.variants));
      case 'O':
        return command(script_.number(), script_.number());
      case 'g':
        return exchange_.set_plan(script_.choose(policies_.plans));
      case 'Y':
        return hear_digits(script_.number());
      case 'W': {
        const unsigned which = script_.number(), late = script_.number() % 2;
        if (const auto plan = relay_at(which))
          exchange_.input(engine::VoiceDone{plan->id, plan->call, plan->voice.order - late});
        return;
      }
      case 'S':
        stop_asked_ = true;
        return exchange_.input(engine::StopAsked{});
      case '!':
        stop_asked_ = exchange_.stopped = false;
        exchange_.questions.clear();
        exchange_.crash_and_restart();
        for (Handset& h : handsets_)
          if (h.phone.flow.connection) h.phone.flow.connection = ConnectionId{next_connection_++};
        return;
      default:
        return;
    }
  }

  void close_connection(Handset& h) {
    if (!h.phone.flow.connection) return;
    exchange_.input(engine::ConnectionClosed{h.phone.flow.connection});
    exchange_.input(engine::SendFailed{h.phone.flow});
    h.phone.flow.connection = ConnectionId{next_connection_++};
  }

  void resolve(unsigned outcome) {
    if (exchange_.questions.empty()) return;
    const effect::DnsAsk asked = exchange_.questions.front();
    exchange_.questions.erase(exchange_.questions.begin());
    txn::DnsResult result;
    result.found = outcome % 5 != 0;
    switch (outcome % 5) {
      case 1:
        result.addresses = {Endpoint::parse(proxy)->address};
        break;
      case 2:
        result.addresses = {Address::v4(0x7f000001), Address{}, *Address::parse("2001:db8::99")};
        break;
      case 3:
        result.srv = {{1, 0, 5'070, "a.proxy.example"}, {1, 9, 5'061, "b.proxy.example"}};
        break;
      case 4:
        result.naptr = {{1, 1, "s", "SIP+D2T", "_sip._tcp.proxy.example"}, {1, 2, "s", "SIP+D2U", "x"}};
        break;
      default:
        break;
    }
    exchange_.input(engine::DnsAnswer{asked.query, result});
  }

  void relay(unsigned what, unsigned which) {
    if (what % 4 == 3) exchange_.relay_answers = !exchange_.relay_answers;
    const auto plan = relay_at(which);
    if (!plan) return;
    if (what % 4 == 0) exchange_.input(engine::RelayFailed{plan->id, plan->call});
    if (what % 4 == 1) exchange_.input(engine::RelaySilent{plan->id, plan->call, plan->silence_limit_ms});
    if (what % 4 == 2) exchange_.input(engine::RelayReported{{plan->id, plan->call, {}}, false});
  }

  std::optional<media::RelayPlan> relay_at(unsigned which) const {
    if (exchange_.relays.empty()) return std::nullopt;
    auto chosen = exchange_.relays.begin();
    std::advance(chosen, which % exchange_.relays.size());
    return chosen->second;
  }

  /// An empty text is the right PIN.
  void hear_digits(unsigned which) {
    std::string digits = script_.text();
    if (digits.empty()) digits = fmt::format("{}#", fuzz::pin);
    if (digits.size() > 32) digits.resize(32);
    const auto plan = relay_at(which);
    for (const char digit : digits)
      if (plan) exchange_.input(engine::DigitHeard{plan->id, plan->call, digit});
  }

  void command(unsigned what, unsigned which) {
    if (what % 2 == 0) {
      exchange_.command(effect::RemoveRegistrations{ExtensionId{1 + which % 4}, {}});
      return;
    }
    const auto running = std::get<effect::Calls>(exchange_.command(effect::ListCalls{})).calls;
    if (!running.empty()) exchange_.command(effect::HangUp{running[which % running.size()].cdr.id});
  }

  // --- the end

  /// Nobody says anything any more: what runs ends by itself, and then nothing is left.
  void drain() {
    exchange_.release_disk();
    exchange_.relay_answers = exchange_.voices_end = true;
    for (const policy::Extension& extension : policies_.base->extensions())
      exchange_.command(effect::RemoveRegistrations{extension.id, {}});
    while (!exchange_.questions.empty()) resolve(0);
    exchange_.advance_ms(1'500'000);
    exchange_.set_plan(policies_.plans.front());
    while (!exchange_.questions.empty()) resolve(0);
    exchange_.advance_ms(100'000);
    auditor_.audit_rest();
    if (!exchange_.bindings.empty()) fail("a registration stayed on disk");
    if (!stop_asked_) exchange_.input(engine::StopAsked{});
    if (!exchange_.stopped) fail("asked to stop, with no call left, it did not");
    check();
  }

  Script& script_;
  const Limited& policies_;
  sim::Exchange exchange_;
  sim::Auditor auditor_;
  std::deque<Handset> handsets_;
  std::deque<std::string> overheard_;
  std::unordered_set<std::size_t> delivered_;
  std::optional<Edit> edit_;
  std::uint64_t next_connection_ = 1;
  std::int64_t passed_ms_ = 0;
  std::size_t proofs_ = 0, transfers_ = 0;
  bool again_ = false, stop_asked_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Limited roomy = fuzz::make_policies(false), tight = fuzz::make_policies(true);
  Script script(data, size);
  const unsigned first = script.number();
  World world(script, first % 2 == 1 ? roomy : tight, first / 2);
  world.run();
  return 0;
}
