#include "sim/auditor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/sdp/sdp.hpp"
#include "core/sdp/security.hpp"

namespace rf::sim {
namespace {

using sip::HeaderName;
using sip::Method;

/// Calls `fn` with every address that stands in a text.
template <class Fn>
void for_each_address(std::string_view text, Fn&& fn) {
  constexpr std::string_view v4 = "0123456789.";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool bracket = text[i] == '[';
    if (!bracket && (text[i] < '0' || text[i] > '9')) continue;
    const std::size_t begin = i + bracket,
                      end = std::min(bracket ? text.find(']', begin) : text.find_first_not_of(v4, begin), text.size());
    if (const auto address = Address::parse(text.substr(begin, end - begin))) fn(*address);
    i = bracket ? i : end;
  }
}

/// Headers of a response that are the request's own, and so its sender's.
bool is_echo(HeaderName name) {
  switch (name) {
    case HeaderName::via:
    case HeaderName::from:
    case HeaderName::to:
    case HeaderName::call_id:
    case HeaderName::cseq:
    case HeaderName::timestamp:
    case HeaderName::path:
    case HeaderName::unsupported:
      return true;
    default:
      return false;
  }
}

bool share_one(const std::set<ExtensionId>& a, const std::set<ExtensionId>& b) {
  return std::any_of(a.begin(), a.end(), [&](ExtensionId e) { return b.contains(e); });
}

}  // namespace

Auditor::Auditor(Exchange& exchange) : exchange_(exchange) {
  exchange_.observer = this;
}

void Auditor::fault(std::string text) {
  faults_.push_back(fmt::format("at {} ms: {}", exchange_.now.mono_ms, text));
}

void Auditor::proved(ExtensionId extension, const Address& source) {
  if (is_home_of(source, extension)) return;
  for (const auto& [home, theirs] : extensions_)
    if (theirs.contains(extension)) same_party_[party(home)] = party(source);
  extensions_[source].insert(extension);
}

bool Auditor::is_home_of(const Address& address, ExtensionId extension) const {
  const auto found = extensions_.find(address);
  return found != extensions_.end() && found->second.contains(extension);
}

bool Auditor::is_stranger() const {
  return source_ && !is_home(source_->remote.address);
}

bool Auditor::may_change(const record::Cdr& cdr) const {
  if (!source_ || !alone_ || !is_home(source_->remote.address)) return true;
  // What was sent on is its sender's and each of those's whom it has rung.
  if (!cdr.via.empty()) return true;
  return is_home_of(source_->remote.address, cdr.caller) || is_home_of(source_->remote.address, cdr.callee);
}

bool Auditor::may_change(const media::RelayPlan& plan) const {
  if (handed_over_ || grouped_ || !source_ || !alone_ || !is_home(source_->remote.address)) return true;
  const auto& ours = extensions_.at(source_->remote.address);
  return std::any_of(plan.legs.begin(), plan.legs.end(), [&](const media::LegPlan& leg) {
    const auto found = extensions_.find(leg.signalling);
    // A leg that is spoken to through a proxy, or has not described itself yet, may be anybody's.
    return found == extensions_.end() || share_one(found->second, ours);
  });
}

// --- the inputs and what comes of them

void Auditor::before(const engine::Input& input) {
  source_.reset();
  replies_ = 0;
  if (const auto* stocked = std::get_if<engine::RelayStocked>(&input))
    elsewhere_.insert(stocked->relay.local.begin(), stocked->relay.local.end());
  if (const auto* changed = std::get_if<engine::PlanChanged>(&input)) {
    grouped_ = grouped_ || !changed->plan->terms().ring_groups.empty();
    plan_ = changed->plan;
  }
  const auto* packet = std::get_if<engine::PacketIn>(&input);
  if (!packet) return;
  source_ = packet->flow;
  ways_[packet->flow.remote.address].insert(packet->flow.transport);
  alone_ = exchange_.next_deadline() > exchange_.now.mono_ms;
  std::string bytes(packet->bytes.data(), packet->bytes.size());
  sip::Message message;
  well_formed_ = sip::parse({bytes.data(), bytes.size()}, message).has_value();
  const Address from = packet->flow.remote.address;
  if (well_formed_) learn(from, message);
  mention(from, std::string_view(bytes).substr(0, bytes.find("\r\n\r\n")));
}

struct Auditor::Visitor {
  Auditor& a;
  const effect::Effects& effects;

  void operator()(const effect::Send& e) const { a.check_sent(e.flow, effects.bytes_of(e)); }
  void operator()(const effect::Report& e) const {
    if (e.reason == effect::Reason::call_transferred) a.handed_over_ = true;
  }
  void operator()(const effect::CloseConnection&) const {}
  void operator()(const effect::DropBan&) const {}
  void operator()(const effect::Throttle&) const {}
  void operator()(const effect::EndThrottle&) const {}
  void operator()(const effect::StoreBan& e) const { a.check_ban(e.ban); }
  void operator()(const effect::DistrustConnection&) const {}
  void operator()(const effect::DnsAsk&) const {}
  void operator()(const effect::CommandDone&) const {}
  void operator()(const effect::TakeRelay& e) const {
    if (!media::is_elsewhere(e.relay)) a.fault("a relay of our own was taken from a media server");
  }
  void operator()(const effect::Stopped&) const {}
  void operator()(const effect::TrustConnection& e) const {
    if (!a.source_ || a.source_->connection != e.connection || !a.is_home(a.source_->remote.address))
      a.fault("a connection is trusted over which nobody proved anything");
  }
  void operator()(const effect::StoreBinding& e) const {
    if (!a.is_home_of(e.binding.flow.remote.address, e.binding.extension))
      a.fault("a stranger is registered: " + e.binding.flow.remote.text());
  }
  void operator()(const effect::ForgetDialog&) const {}
  void operator()(const effect::StoreGateway&) const {}
  void operator()(const effect::DropGateway&) const {}
  void operator()(const effect::DropBinding& e) const {
    if (a.source_ && a.alone_ && a.is_home(a.source_->remote.address) &&
        !a.is_home_of(a.source_->remote.address, e.extension))
      a.fault("a phone dropped another extension's registration");
  }
  void operator()(const effect::OpenCdr& e) const {
    check(e.cdr);
    if (!a.opened_.insert(e.cdr.id).second) a.fault("record " + e.cdr.id + " was opened twice");
    if (e.ticket == 0) a.fault("nobody waits for record " + e.cdr.id);
  }
  void operator()(const effect::WriteLedger& e) const {
    if (e.ticket == 0) a.fault("nobody waits for an entry of the ledger");
    for (const money::LedgerEntry& entry : e.entries) {
      if (entry.number > a.ledger_last_ + 1) a.fault("the ledger's journal has a gap");
      a.ledger_last_ = std::max(a.ledger_last_, entry.number);
    }
  }
  void operator()(const effect::CloseCdr& e) const {
    check(e.cdr);
    if (e.cdr.cost_micro > e.cdr.reserved_micro) a.fault("record " + e.cdr.id + " cost more than was reserved");
    if (!a.opened_.contains(e.cdr.id)) a.check_share(e.cdr);
    if (!a.closed_.insert(e.cdr.id).second) a.fault("record " + e.cdr.id + " was closed twice");
    if (e.cdr.result == record::CallResult::open) a.fault("record " + e.cdr.id + " was closed as open");
    if (e.cdr.result == record::CallResult::answered && !a.opened_.contains(e.cdr.id))
      a.fault("record " + e.cdr.id + " of an answered call was never opened");
  }
  void operator()(const effect::StartRelay& e) const {
    a.check_relay(e.plan);
    if (!a.relays_.emplace(e.plan.id.value, e.plan).second) a.fault("a relay was started twice");
  }
  void operator()(const effect::UpdateRelay& e) const {
    a.check_relay(e.plan);
    const auto found = a.relays_.find(e.plan.id.value);
    if (found == a.relays_.end()) return a.fault("a relay was changed that does not run");
    for (std::size_t i = 0; i < 2; ++i)
      if (found->second.legs[i].local_port != e.plan.legs[i].local_port) a.fault("a running relay changed its port");
    found->second = e.plan;
  }
  void operator()(const effect::StopRelay& e) const {
    const auto found = a.relays_.find(e.relay.value);
    if (found == a.relays_.end() && media::is_elsewhere(e.relay)) return;  // it waited for a call, or for its answer
    if (found == a.relays_.end()) return a.fault("a relay was stopped that does not run");
    if (!a.may_change(found->second)) a.fault("a phone stopped another call's relay");
    a.relays_.erase(found);
  }

  void check(const record::Cdr& cdr) const {
    if (!a.is_home_of(cdr.caller_address, cdr.caller))
      a.fault("record " + cdr.id + ": a call from " + cdr.caller_address.text() + ", where nobody proved anything");
    if (!a.may_change(cdr)) a.fault("record " + cdr.id + ": a phone changed another extension's call");
  }
};

void Auditor::after(const effect::Effects& effects) {
  const bool harmless_only = alone_ && is_stranger();
  for (const effect::Effect& effect : effects.list()) {
    std::visit(Visitor{*this, effects}, effect);
    if (!harmless_only || std::holds_alternative<effect::Report>(effect)) continue;
    // What a stranger can bring about beyond an answer concerns that stranger alone.
    if (const auto* ban = std::get_if<effect::StoreBan>(&effect)) {
      if (!ban->ban.subnet.contains(source_->remote.address)) fault("a stranger got somebody else banned");
      continue;
    }
    if (const auto* close = std::get_if<effect::CloseConnection>(&effect)) {
      if (close->connection != source_->connection) fault("a stranger got somebody else's connection closed");
      continue;
    }
    const auto* send = std::get_if<effect::Send>(&effect);
    const bool is_reply = send && send->flow.remote.address == source_->remote.address &&
                          send->flow.connection == source_->connection &&
                          effects.bytes_of(*send).starts_with("SIP/2.0 ");
    if (!is_reply || ++replies_ > 1) fault("a stranger at " + source_->remote.text() + " got more than one response");
  }
  if (exchange_.next_deadline() <= exchange_.now.mono_ms) fault("the next deadline has passed already");
}

void Auditor::restarted() {
  was_killed_ = true;
  relays_.clear();
  for (const std::string& id : opened_) closed_.insert(id);
  attempts_.clear();
}

void Auditor::check_ban(const guard::Ban& ban) {
  for (const auto& [home, extensions] : extensions_)
    if (ban.subnet.contains(home))
      fault("a phone's address is banned: " + home.text() + " by " + std::string(ban.rule.view()));
}

// --- messages

void Auditor::check_sent(const Flow& flow, std::string_view bytes) {
  if (flow.remote.port == 0 || flow.remote.address.is_unspecified()) fault("a message to nowhere");
  if (!is_stream(flow.transport) && flow.connection) fault("a datagram over a connection");
  if (!exchange_.policy().listener(flow.listener)) fault("a message from no listener of ours");
  // A repetition is as right as the first was.
  const std::size_t repeated = std::hash<std::string_view>{}(bytes) ^ std::hash<Endpoint>{}(flow.remote);
  if (!checked_.insert(repeated).second) return;
  std::string copy(bytes);
  sip::Message message;
  if (const auto parsed = sip::parse({copy.data(), copy.size()}, message); !parsed) {
    // What was wrong in a request is shown back to its sender as it came, and to nobody else.
    const bool echo =
        source_ && !well_formed_ && flow.remote.address == source_->remote.address && bytes.starts_with("SIP/2.0 ");
    if (!echo) fault(fmt::format("a message that does not parse ({}): {}", sip::text_of(parsed.error().code), bytes));
    return;
  }
  const std::size_t head = copy.find("\r\n\r\n") + 4;
  const auto length = sip::parse_number(message.value(HeaderName::content_length));
  if (!length || head + *length != copy.size() || message.body.size() != *length)
    fault(fmt::format("a message that is not as long as it says: {}", bytes));
  if (sip::equal_nocase(message.content_type, "application/sdp")) {
    check_description(flow, message.body);
    check_keys(flow, message);
  }
  if (message.is_request) {
    if (!is_home(flow.remote.address)) fault("a request to " + flow.remote.text() + ", where nobody proved anything");
    our_tags_.emplace(message.from.tag());
  } else if (message.status / 100 == 2) {
    if (message.cseq.method == Method::invite) check_answer(message);
    if (message.cseq.method == Method::register_) check_registered(flow.remote.address, message);
  }
  if (is_home(flow.remote.address)) check_secrets(flow.remote.address, message);
}

void Auditor::check_description(const Flow& flow, std::string_view description) {
  const auto session = sdp::parse_own(description);
  if (!session) return fault(fmt::format("a description that does not parse: {}", description));
  const policy::Policy& policy = exchange_.policy();
  const auto is_ours = [&](const Address& address) {
    return address == flow.local.address ||
           std::any_of(elsewhere_.begin(), elsewhere_.end(), [&](const Endpoint& e) { return e.address == address; }) ||
           std::any_of(policy.listeners.begin(), policy.listeners.end(), [&](const policy::Listener& l) {
             return l.bind.address == address || (l.advertised && l.advertised->address == address);
           });
  };
  const auto origin = Address::parse(session->origin.address);
  if (!origin || !is_ours(*origin)) fault("a description whose origin is not ours");
  for (const sdp::Media& media : session->media()) {
    if (media.connection.address && !is_ours(*media.connection.address)) fault("media described at another's address");
    const bool elsewhere = media.connection.address && elsewhere_.contains({*media.connection.address, media.port});
    const bool in_range =
        elsewhere || (media.port >= policy.media_ports.first && media.port <= policy.media_ports.last);
    if (media.port != 0 && (!in_range || media.port % 2 != 0)) fault("media described at a port that is no relay's");
    if (media.rtcp_address) fault("a description that names an address for RTCP");
  }
}

void Auditor::check_keys(const Flow& flow, const sip::Message& message) {
  const auto session = sdp::parse_own(message.body);
  if (!session) return;
  for (const sdp::Media& media : session->media()) {
    const auto said = sdp::read_security(*session, media);
    if (!said) return fault("we wrote a protection that cannot be read");
    if (!said->keys.empty() && !is_encrypted(flow.transport)) fault("a key left over readable signalling");
    for (const sdp::Crypto& crypto : said->keys) {
      const auto key = crypto.key.key();
      const auto [told, is_new] = keys_.emplace(std::string(key.begin(), key.end()), std::string(message.call_id));
      if (!is_new && told->second != message.call_id) fault("one key was told in two dialogs");
    }
  }
}

bool Auditor::must_protect(const Address& home) const {
  const auto who = extensions_.find(home);
  const auto ways = ways_.find(home);
  if (who == extensions_.end() || ways == ways_.end()) return false;
  return std::all_of(who->second.begin(), who->second.end(), [&](ExtensionId id) {
    const auto own = plan_ ? plan_->extension(TenantId{1}, id).media_encryption : std::nullopt;
    if (own) return *own == policy::Encryption::required;
    return std::all_of(ways->second.begin(), ways->second.end(), [&](Transport transport) {
      return exchange_.policy().media_encryption[static_cast<std::size_t>(transport)] == policy::Encryption::required;
    });
  });
}

void Auditor::check_answer(const sip::Message& response) {
  const std::string tag(response.to.tag());
  if (our_tags_.contains(tag)) return;  // to a re-INVITE
  answered_.insert(fmt::format("{}\n{}", response.call_id, tag));
  if (answered_.size() > exchange_.cdrs_opened) fault("a caller heard an answer before its record was on disk");
}

void Auditor::check_registered(const Address& to, const sip::Message& response) {
  const auto home = extensions_.find(to);
  if (home == extensions_.end()) return;
  std::size_t told = 0;
  for (sip::Elements contacts(response, HeaderName::contact); contacts.next();) ++told;
  const auto stored = std::count_if(exchange_.bindings.begin(), exchange_.bindings.end(),
                                    [&](const auto& entry) { return home->second.contains(entry.second.extension); });
  if (told > static_cast<std::size_t>(stored)) fault("a phone was told of a registration that is not on disk");
}

void Auditor::check_share(const record::Cdr& cdr) {
  std::deque<std::int64_t>& written = attempts_[cdr.caller];
  written.push_back(exchange_.now.mono_ms);
  while (written.front() <= exchange_.now.mono_ms - 60'000) written.pop_front();
  // Two of the engine's minutes may lie within one of ours, each with a shared record at its end.
  const std::size_t most = 2 * (std::size_t{exchange_.policy().limits.attempt_records_per_min} + 1);
  if (written.size() > most) fault("limit broken: attempt_records_per_min of " + cdr.caller_number);
}

void Auditor::check_relay(const media::RelayPlan& plan) {
  if (!plan.id || !plan.call) fault("a relay of no call");
  if (!may_change(plan)) fault("a phone changed another call's relay");
  const bool elsewhere = media::is_elsewhere(plan.id);
  if (elsewhere && (plan.voice.order != 0 || plan.transcode)) fault("a media server is asked for what it cannot do");
  const auto is_plain = [](const media::LegPlan& leg) { return leg.security.protection == media::Protection::plain; };
  if (elsewhere && !is_plain(plan.legs[0]) && !is_plain(plan.legs[1])) fault("a media server is to encrypt both sides");
  const policy::MediaPorts& range = exchange_.policy().media_ports;
  std::set<std::uint16_t> ports;
  for (const media::LegPlan& leg : plan.legs) {
    if (elsewhere && (leg.learn && leg.remote_rtp.address.is_private()))
      fault("a media server is given a leg whose address has to be learned");
    if (elsewhere && leg.security.protection == media::Protection::dtls)
      fault("a media server is given a leg that is to shake hands");
    const bool in_range =
        leg.local_port >= range.first && leg.local_port < range.last && leg.local_port % 2 == 0;
    if (!elsewhere && !in_range) fault("a relay's port is out of range");
    if (!elsewhere && !ports.insert(leg.local_port).second) fault("a relay uses one port for both sides");
    if (is_plain(leg) && leg.remote_rtp.port != 0 && must_protect(leg.signalling))
      fault("media that has to be encrypted is relayed in the clear");
    if (leg.security.ours && leg.security.ours == leg.security.theirs) fault("one key protects both directions");
  }
  for (const auto& [id, other] : relays_)
    if (id != plan.id.value)
      for (const media::LegPlan& leg : other.legs)
        if (ports.contains(leg.local_port)) fault("two relays share a port");
}

// --- who knows what

Address Auditor::party(Address address) {
  for (auto found = same_party_.find(address); found != same_party_.end() && found->second != address;
       found = same_party_.find(address))
    address = found->second;
  return address;
}

void Auditor::learn(const Address& address, std::string_view word) {
  if (!word.empty()) knowers_[std::string(word)].insert(address);
}

void Auditor::learn(const Address& address, const sip::Message& message) {
  for (const std::string_view word : {message.call_id, message.from.tag(), message.to.tag(), message.via.branch})
    learn(address, word);
}

void Auditor::mention(const Address& by, std::string_view text) {
  const bool counts = is_home(by);
  for_each_address(text, [&](const Address& address) {
    if (address == by) return;
    learn(by, address.text());
    // Who asks to be reached at another's address shares with it what is sent there.
    if (counts && is_home(address) && party(by) != party(address)) same_party_[party(by)] = party(address);
  });
}

void Auditor::check_word(const Address& to, std::string_view word, std::string_view what) {
  if (word.empty()) return;
  const auto found = knowers_.find(std::string(word));
  if (found == knowers_.end()) return;
  const bool known =
      std::any_of(found->second.begin(), found->second.end(), [&](const Address& a) { return party(a) == party(to); });
  if (!known) fault(fmt::format("{} was shown {} of another: {}", to.text(), what, word));
}

void Auditor::check_secrets(const Address& to, const sip::Message& message) {
  check_word(to, message.call_id, "the Call-ID");
  if (message.is_request) {
    check_word(to, message.from.tag(), "a tag");
    check_word(to, message.to.tag(), "a tag");
    check_word(to, message.via.branch, "a branch");
  } else if (message.cseq.method == Method::invite && message.status > 100 && message.status < 300) {
    check_word(to, message.to.tag(), "a tag");
  }
  learn(to, message);
  const auto check_addresses = [&](std::string_view text) {
    for_each_address(text, [&](const Address& address) {
      if (!is_home(address) || party(address) == party(to)) return;
      learn(address, address.text());
      check_word(to, address.text(), "the address");
    });
  };
  if (message.is_request) check_addresses(message.request_uri.raw);
  for (const sip::Header& header : message.headers())
    if (message.is_request || !is_echo(header.id)) check_addresses(header.value);
}

// --- bounds and leftovers

void Auditor::audit_limits() {
  const auto status = std::get<effect::Status>(exchange_.command(effect::GetStatus{}));
  for (const effect::Gauge& gauge : status.gauges)
    if (gauge.used > gauge.limit) fault("limit broken: " + gauge.name);
  const auto count = [](std::map<std::uint64_t, std::size_t>& counts, ExtensionId id) {
    if (id) ++counts[id.value];
  };
  std::map<std::uint64_t, std::size_t> contacts, calls;
  const auto registrations = std::get<effect::Registrations>(exchange_.command(effect::ListRegistrations{}));
  for (const record::Binding& binding : registrations.bindings) count(contacts, binding.extension);
  const auto running = std::get<effect::Calls>(exchange_.command(effect::ListCalls{}));
  for (const effect::RunningCall& call : running.calls) {
    // Who a call has been sent on by, or handed over by, has less part in it than its record says.
    if (call.state == "ending" || !call.cdr.via.empty() || !call.cdr.account.empty()) continue;
    count(calls, call.cdr.caller);
    if (call.cdr.callee != call.cdr.caller) count(calls, call.cdr.callee);
  }
  for (const policy::Extension& extension : exchange_.policy().extensions()) {
    if (contacts[extension.id.value] > extension.registrations_max)
      fault("limit broken: registrations_max of " + extension.number);
    if (calls[extension.id.value] > extension.calls_max) fault("limit broken: calls_max of " + extension.number);
  }
}

void Auditor::audit_rest() {
  audit_limits();
  if (!exchange_.relays.empty()) fault(fmt::format("{} relays leaked", exchange_.relays.size()));
  for (const auto& [id, cdr] : exchange_.cdrs)
    if (cdr.result == record::CallResult::open) fault("record " + id + " was never closed");
  for (const std::string& id : opened_)
    if (!closed_.contains(id)) fault("record " + id + " was opened and never closed");
  const auto status = std::get<effect::Status>(exchange_.command(effect::GetStatus{}));
  for (const effect::Gauge& gauge : status.gauges)
    if (gauge.used > 0 && gauge.name != "nonces" && gauge.name != "patterns" && !gauge.name.starts_with("guard_"))
      fault(fmt::format("{} {} leaked", gauge.used, gauge.name));
  if (exchange_.next_deadline() != never_ms) fault("a timer leaked");
  audit_ledger();
}

void Auditor::audit_ledger() {
  const auto ledger = exchange_.ledger_on_disk();
  if (!ledger) return fault("the ledger's journal is damaged");
  if (ledger->audit()) fault("the ledger does not add up");
  if (const std::size_t open = ledger->calls() - ledger->presumed_calls().size(); open > 0)
    fault(fmt::format("{} reservations leaked", open));
  if (was_killed_) return;
  std::int64_t settled = 0, recorded = 0;
  for (const money::LedgerEntry& entry : exchange_.ledger)
    if (const auto* end = std::get_if<money::Settled>(&entry.change)) settled += end->actual;
  for (const auto& [id, cdr] : exchange_.cdrs) recorded += cdr.cost_micro;
  if (settled != recorded) fault(fmt::format("the ledger counted {} micro-units, the records {}", settled, recorded));
}

}  // namespace rf::sim
