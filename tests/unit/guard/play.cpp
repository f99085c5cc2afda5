#include "tests/unit/guard/play.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "core/guard/prefix.hpp"

namespace rf::guard {

Address address(std::string_view text) {
  const auto parsed = Address::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Address{});
}

Subnet subnet(std::string_view text) {
  const auto parsed = parse_prefix(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Subnet{});
}

Endpoint endpoint(std::string_view text) {
  const auto parsed = Endpoint::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Endpoint{});
}

CompiledRef compiled(Rules rules, std::vector<Protected> keep) {
  auto out = Compiled::compile(std::move(rules), {std::move(keep), {}, nullptr});
  if (!out) {
    for (const Fault& fault : out.error()) ADD_FAILURE() << fault.line << ": " << fault.text;
    std::abort();
  }
  return *out;
}

Rules quiet() {
  Rules rules = Rules::defaults();
  rules.counting.clear();
  return rules;
}

const CountingRule& rule_named(const Rules& rules, std::string_view name) {
  for (const CountingRule& rule : rules.counting)
    if (rule.name == name) return rule;
  ADD_FAILURE() << "no rule " << name;
  std::abort();
}

World::World(CompiledRef rules, Bounds bounds) : guard(now, std::move(rules), 42, bounds) {}

Bounds World::small() {
  return {4'096, 4'096, 4'096, 4'096, 1'024, 256};
}

Verdict World::send(const Endpoint& from, Facts facts, Transport transport) {
  const Verdict arrival = guard.arrive(now, {from, transport, 5'060});
  if (arrival.action != Action::pass && arrival.action != Action::prove) return arrival;
  facts.remote = from;
  facts.transport = transport;
  return guard.inspect(now, facts, arrival);
}

Verdict World::send(std::string_view from, Facts facts, Transport transport) {
  return send(endpoint(from), facts, transport);
}

void World::tell(std::string_view from, Observation what, std::string_view account, std::uint32_t seconds,
                 Transport transport) {
  guard.note(now, {endpoint(from), transport, 5'060, what, account, true, seconds});
}

bool World::phone_registers(std::string_view from, std::string_view account, Transport transport) {
  Facts facts;
  facts.method = Method::register_;
  facts.target = account;
  facts.user_agent = "Yealink SIP-T46U 108.86.0.20";
  if (send(from, facts, transport).action != Action::pass) return false;
  tell(from, Observation::challenged, {}, 0, transport);
  wait_ms(30);
  return answers_and_registers(from, account, transport);
}

bool World::answers_and_registers(std::string_view from, std::string_view account, Transport transport) {
  Facts facts;
  facts.method = Method::register_;
  facts.target = account;
  facts.has_credentials = true;
  facts.account = account;
  facts.proof = Proof::nonce;
  const Verdict second = send(from, facts, transport);
  if (second.action != Action::pass) return false;
  tell(from, Observation::registered, account, 3'600, transport);
  return true;
}

bool World::guesses(std::string_view from, std::string_view account, bool account_known, Transport transport) {
  Facts facts;
  facts.method = Method::register_;
  facts.target = account;
  facts.has_credentials = true;
  facts.account = account;
  facts.proof = Proof::nonce;
  const Verdict verdict = send(from, facts, transport);
  if (verdict.action != Action::pass && verdict.action != Action::refuse) return false;
  guard.note(now, {endpoint(from), transport, 5'060, Observation::auth_failed, account, account_known, 0});
  return verdict.action == Action::pass;
}

bool World::banned(std::string_view from) const {
  const auto known = guard.explain(now, address(from));
  return known.ban && known.ban->active(now.wall_ms);
}

bool World::throttled(std::string_view from) const {
  return guard.explain(now, address(from)).throttled_until_ms != 0;
}

std::vector<Event>& World::events() {
  guard.take_events(list);
  return list;
}

std::size_t World::count(Event::Kind kind) {
  std::size_t count = 0;
  for (const Event& event : events()) count += event.kind == kind;
  return count;
}

namespace {

std::int64_t parse_ms(std::istream& in) {
  std::int64_t number = 0;
  std::string unit;
  in >> number >> unit;
  const std::map<std::string, std::int64_t> scale = {
      {"ms", 1}, {"s", 1'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  EXPECT_TRUE(scale.contains(unit)) << "a time is 100 ms, 5 s, 2 min or 1 h; not " << unit;
  return scale.contains(unit) ? number * scale.at(unit) : 0;
}

std::string numbered(std::string text, int n) {
  if (const std::size_t at = text.find("{n}"); at != std::string::npos) text.replace(at, 3, std::to_string(n));
  return text;
}

/// One act of a trace; whether the guard let it be heard.
bool act(World& world, const Endpoint& from, Transport transport, const std::string& what,
         const std::vector<std::string>& words, int n) {
  std::map<std::string, std::string> value;
  for (const std::string& word : words) {
    const std::size_t equals = std::min(word.find('='), word.size());
    value[word.substr(0, equals)] = numbered(word.substr(std::min(equals + 1, word.size())), n);
  }
  const std::string where = from.text();
  if (what == "enters") return world.phone_registers(where, value["account"], transport);
  if (what == "right") return world.answers_and_registers(where, value["account"], transport);
  if (what == "wrong") return world.guesses(where, value["account"], !value.contains("unknown"), transport);
  if (what == "garbage") {
    const Verdict verdict = world.guard.arrive(world.now, {from, transport, 5'060});
    if (verdict.action == Action::pass) world.tell(where, Observation::malformed, {}, 0, transport);
    return verdict.action == Action::pass;
  }
  const std::map<std::string, Method> methods = {{"register", Method::register_}, {"invite", Method::invite},
                                                 {"options", Method::options},    {"notify", Method::notify},
                                                 {"refer", Method::refer},        {"unknown-method", Method::unknown}};
  EXPECT_TRUE(methods.contains(what)) << what << " is no act";
  Facts facts;
  facts.method = methods.contains(what) ? methods.at(what) : Method::other;
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
  facts.proof = value.contains("proof") ? Proof::nonce : Proof::none;
  const Verdict verdict = world.send(from, facts, transport);
  if (verdict.action != Action::pass) return false;
  if (facts.method == Method::register_ || facts.method == Method::invite)
    world.tell(where, Observation::challenged, {}, 0, transport);
  if (value.contains("answers")) {
    world.tell(where, Observation::authenticated, value["answers"], 0, transport);
  }
  return true;
}

}  // namespace

std::vector<std::string> play(World& world, std::string_view trace) {
  std::vector<std::string> wrong;
  std::size_t unheard = 0;
  std::vector<Event> seen;
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
      world.wait_ms(parse_ms(in));
    } else if (first == "expect") {
      std::string state, whom, by, rule;
      in >> state >> whom >> by >> rule;
      for (const Event& event : world.events()) seen.push_back(event);
      if (state == "heard") {
        if (unheard > 0) note(fmt::format("{} acts were not heard", unheard));
        continue;
      }
      const std::map<std::string, Event::Kind> kinds = {{"blocked", Event::Kind::port_blocked},
                                                        {"locked", Event::Kind::account_locked},
                                                        {"attacked", Event::Kind::account_attacked}};
      if (kinds.contains(state)) {
        bool found = false;
        for (const Event& event : seen)
          found = found || (event.kind == kinds.at(state) && event.account.view() == whom) ||
                  (event.kind == kinds.at(state) && event.remote.text() == whom);
        if (!found) note(fmt::format("{} is not {}", whom, state));
        continue;
      }
      const auto known = world.guard.explain(world.now, address(whom));
      const std::string is = world.banned(whom) ? "banned" : world.throttled(whom) ? "throttled" : "free";
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
      for (int n = 0; n < std::stoi(first); ++n) {
        unheard += !act(world, endpoint(numbered(from, n)), *path, what, words, n);
        world.wait_ms(gap);
      }
    }
  }
  return wrong;
}

}  // namespace rf::guard
