#include "sim/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>

#include "core/guard/prefix.hpp"

namespace rf::sim {
namespace {

/// A trace of ours that says nothing is a fault of whoever wrote it.
[[noreturn]] void broken(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::abort();
}

template <class Parsed>
auto must(const Parsed& parsed, std::string_view text) {
  if (!parsed) broken("cannot be read: " + std::string(text));
  return *parsed;
}

}  // namespace

Address address(std::string_view text) {
  return must(Address::parse(text), text);
}

Subnet subnet(std::string_view text) {
  return must(guard::parse_prefix(text), text);
}

Endpoint endpoint(std::string_view text) {
  return must(Endpoint::parse(text), text);
}

guard::CompiledRef compiled(guard::Rules rules, std::vector<guard::Protected> keep) {
  auto out = guard::Compiled::compile(std::move(rules), {std::move(keep), {}, nullptr});
  if (!out) broken(fmt::format("line {}: {}", out.error().front().line, out.error().front().text));
  return *out;
}

guard::Rules quiet() {
  guard::Rules rules = guard::Rules::defaults();
  rules.counting.clear();
  return rules;
}

const guard::CountingRule& rule_named(const guard::Rules& rules, std::string_view name) {
  for (const guard::CountingRule& rule : rules.counting)
    if (rule.name == name) return rule;
  broken(fmt::format("no rule {}", name));
}

Gate::Gate(guard::CompiledRef rules, guard::Bounds bounds) : guard(now, std::move(rules), 42, bounds) {}

guard::Bounds Gate::small() {
  return {4'096, 4'096, 4'096, 4'096, 1'024, 256};
}

guard::Verdict Gate::send(const Endpoint& from, guard::Facts facts, Transport transport) {
  const guard::Verdict arrival = guard.arrive(now, {from, transport, 5'060});
  if (arrival.action != guard::Action::pass && arrival.action != guard::Action::prove) return arrival;
  facts.remote = from;
  facts.transport = transport;
  return guard.inspect(now, facts, arrival);
}

guard::Verdict Gate::send(std::string_view from, guard::Facts facts, Transport transport) {
  return send(endpoint(from), facts, transport);
}

void Gate::tell(std::string_view from, guard::Observation what, std::string_view account, std::uint32_t seconds,
                Transport transport) {
  guard.note(now, {endpoint(from), transport, 5'060, what, account, true, seconds});
}

bool Gate::phone_registers(std::string_view from, std::string_view account, Transport transport) {
  guard::Facts facts;
  facts.method = guard::Method::register_;
  facts.target = account;
  facts.user_agent = "Yealink SIP-T46U 108.86.0.20";
  if (send(from, facts, transport).action != guard::Action::pass) return false;
  tell(from, guard::Observation::challenged, {}, 0, transport);
  wait_ms(30);
  return answers_and_registers(from, account, transport);
}

bool Gate::answers_and_registers(std::string_view from, std::string_view account, Transport transport) {
  guard::Facts facts;
  facts.method = guard::Method::register_;
  facts.target = account;
  facts.has_credentials = true;
  facts.account = account;
  facts.proof = guard::Proof::nonce;
  const guard::Verdict second = send(from, facts, transport);
  if (second.action != guard::Action::pass) return false;
  tell(from, guard::Observation::registered, account, 3'600, transport);
  return true;
}

bool Gate::guesses(std::string_view from, std::string_view account, bool account_known, Transport transport) {
  guard::Facts facts;
  facts.method = guard::Method::register_;
  facts.target = account;
  facts.has_credentials = true;
  facts.account = account;
  facts.proof = guard::Proof::nonce;
  const guard::Verdict verdict = send(from, facts, transport);
  if (verdict.action != guard::Action::pass && verdict.action != guard::Action::refuse) return false;
  guard.note(now, {endpoint(from), transport, 5'060, guard::Observation::auth_failed, account, account_known, 0});
  return verdict.action == guard::Action::pass;
}

bool Gate::banned(std::string_view from) const {
  const auto known = guard.explain(now, address(from));
  return known.ban && known.ban->active(now.wall_ms);
}

bool Gate::throttled(std::string_view from) const {
  return guard.explain(now, address(from)).throttled_until_ms != 0;
}

std::vector<guard::Event>& Gate::events() {
  guard.take_events(list);
  return list;
}

std::size_t Gate::count(guard::Event::Kind kind) {
  std::size_t count = 0;
  for (const guard::Event& event : events()) count += event.kind == kind;
  return count;
}

namespace {

std::int64_t parse_ms(std::istream& in) {
  std::int64_t number = 0;
  std::string unit;
  in >> number >> unit;
  const std::map<std::string, std::int64_t> scale = {
      {"ms", 1}, {"s", 1'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  if (!scale.contains(unit)) broken("a time is 100 ms, 5 s, 2 min or 1 h; not " + unit);
  return number * scale.at(unit);
}

int parse_times(const std::string& text) {
  int times = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), times);
  if (read.ec != std::errc{} || times < 1) broken("an act begins with how often it is done; not with " + text);
  return times;
}

std::string numbered(std::string text, int n) {
  if (const std::size_t at = text.find("{n}"); at != std::string::npos) text.replace(at, 3, std::to_string(n));
  return text;
}

/// One act of a trace; whether the guard let it be heard.
bool act(Gate& gate, const Endpoint& from, Transport transport, const std::string& what,
         const std::vector<std::string>& words, int n) {
  std::map<std::string, std::string> value;
  for (const std::string& word : words) {
    const std::size_t equals = std::min(word.find('='), word.size());
    value[word.substr(0, equals)] = numbered(word.substr(std::min(equals + 1, word.size())), n);
  }
  const std::string where = from.text();
  if (what == "enters") return gate.phone_registers(where, value["account"], transport);
  if (what == "right") return gate.answers_and_registers(where, value["account"], transport);
  if (what == "wrong") return gate.guesses(where, value["account"], !value.contains("unknown"), transport);
  if (what == "garbage" || what == "page" || what == "foreign-origin") {
    const guard::Verdict verdict = gate.guard.arrive(gate.now, {from, transport, 5'060});
    const guard::Observation seen = what == "garbage" ? guard::Observation::malformed
                                    : what == "page"  ? guard::Observation::web_request
                                                      : guard::Observation::foreign_origin;
    if (verdict.action == guard::Action::pass) gate.tell(where, seen, {}, 0, transport);
    return verdict.action == guard::Action::pass;
  }
  const std::map<std::string, guard::Method> methods = {
      {"register", guard::Method::register_}, {"invite", guard::Method::invite},
      {"options", guard::Method::options},    {"notify", guard::Method::notify},
      {"refer", guard::Method::refer},        {"unknown-method", guard::Method::unknown}};
  if (!methods.contains(what)) broken(what + " is no act");
  guard::Facts facts;
  facts.method = methods.at(what);
  facts.target = value["target"];
  facts.user_agent = value["agent"];
  facts.branch = value["branch"];
  facts.call_id = value["call-id"];
  facts.from_tag = value["from-tag"];
  facts.from = value["from"];
  facts.contact = value["contact"];
  facts.target_known = !value.contains("unknown");
  facts.decoy = value.contains("decoy");
  facts.check_sync = value.contains("check-sync");
  facts.has_credentials = value.contains("junk");
  facts.proof = value.contains("proof") ? guard::Proof::nonce : guard::Proof::none;
  const guard::Verdict verdict = gate.send(from, facts, transport);
  if (verdict.action != guard::Action::pass) return false;
  if (facts.method == guard::Method::register_ || facts.method == guard::Method::invite)
    gate.tell(where, guard::Observation::challenged, {}, 0, transport);
  if (value.contains("answers")) {
    gate.tell(where, guard::Observation::authenticated, value["answers"], 0, transport);
  }
  return true;
}

}  // namespace

std::vector<std::string> play(Gate& gate, std::string_view trace) {
  std::vector<std::string> wrong;
  std::size_t unheard = 0;
  std::vector<guard::Event> seen;
  std::istringstream lines{std::string(trace)};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (const std::size_t comment = line.find('#'); comment != std::string::npos) line.resize(comment);
    std::istringstream in(line);
    std::string first;
    if (!(in >> first)) continue;
    const auto note = [&](const std::string& text) { wrong.push_back(fmt::format("line {}: {}", number, text)); };
    if (first == "anew") {
      unheard = 0;
    } else if (first == "wait") {
      gate.wait_ms(parse_ms(in));
    } else if (first == "expect") {
      std::string state, whom, by, rule;
      in >> state >> whom >> by >> rule;
      for (const guard::Event& event : gate.events()) seen.push_back(event);
      if (state == "heard") {
        if (unheard > 0) note(fmt::format("{} acts were not heard", unheard));
        continue;
      }
      const std::map<std::string, guard::Event::Kind> kinds = {{"blocked", guard::Event::Kind::port_blocked},
                                                               {"locked", guard::Event::Kind::account_locked},
                                                               {"attacked", guard::Event::Kind::account_attacked}};
      if (kinds.contains(state)) {
        bool found = false;
        for (const guard::Event& event : seen)
          found = found || (event.kind == kinds.at(state) && event.account.view() == whom) ||
                  (event.kind == kinds.at(state) && event.remote.text() == whom);
        if (!found) note(fmt::format("{} is not {}", whom, state));
        continue;
      }
      const auto known = gate.guard.explain(gate.now, address(whom));
      const std::string is = gate.banned(whom) ? "banned" : gate.throttled(whom) ? "throttled" : "free";
      const std::string why = is == "banned" ? std::string(known.ban->rule.view()) : known.last_rule;
      if (is != state || (!rule.empty() && why != rule))
        note(fmt::format("{} is {} by {}, not {} by {}", whom, is, why, state, rule));
    } else {
      std::string every, transport, from, what;
      in >> every;
      const std::int64_t gap = parse_ms(in);
      in >> transport >> from >> what;
      std::vector<std::string> words;
      for (std::string word; in >> word;) words.push_back(word);
      const auto path = parse_transport(transport);
      if (every != "every" || !path) {
        note("an act is: N every 100 ms udp 192.0.2.1:5060 act …");
        continue;
      }
      for (int n = 0, times = parse_times(first); n < times; ++n) {
        unheard += !act(gate, endpoint(numbered(from, n)), *path, what, words, n);
        ++gate.acts;
        if (gate.after_act) gate.after_act();
        gate.wait_ms(gap);
      }
    }
  }
  return wrong;
}

namespace {

/// Of a trace, the acts alone: what is expected is told by others.
std::string acts_of(std::string_view trace) {
  std::istringstream lines{std::string(trace)};
  std::string out;
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("expect", 0) != 0) out += line + "\n";
  return out;
}

}  // namespace

Worth measure(std::string_view rule, std::string_view attack, std::string_view honest) {
  Worth worth;
  guard::Rules alone = quiet();
  alone.counting.push_back(rule_named(guard::Rules::defaults(), rule));
  Gate attacked(compiled(alone));
  const std::int64_t began_ms = attacked.now.mono_ms;
  attacked.after_act = [&] {
    const auto& events = attacked.events();
    const bool fired = std::any_of(events.begin(), events.end(), [&](const auto& e) { return e.rule.view() == rule; });
    if (!fired || worth.caught_ms >= 0) return;
    worth.caught_ms = attacked.now.mono_ms - began_ms;
    worth.messages = attacked.acts;
  };
  play(attacked, acts_of(attack));
  Gate left_alone;
  left_alone.after_act = [&] { worth.false_bans += left_alone.count(guard::Event::Kind::banned); };
  play(left_alone, acts_of(honest));
  worth.honest = left_alone.acts;
  return worth;
}

}  // namespace rf::sim
