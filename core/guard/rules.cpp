#include "core/guard/rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/check.hpp"
#include "core/guard/builtin.hpp"
#include "core/guard/lines.hpp"

namespace rf::guard {
namespace {

constexpr std::string_view signal_names[] = {"packet",        "challenge", "auth-failed", "unknown-target",
                                             "stranger-call", "options",   "malformed",   "odd-method",
                                             "unsolicited",   "tool",      "agent",       "decoy",
                                             "web-request",   "foreign-origin"};
static_assert(std::size(signal_names) == signal_count);

/// Where phones of an office are; accepted before anything that follows.
constexpr std::string_view default_defence =
    "accept from 10.0.0.0/8 # private\n"
    "accept from 172.16.0.0/12 # private\n"
    "accept from 192.168.0.0/16 # private\n"
    "accept from 100.64.0.0/10 # shared address space\n"
    "accept from 169.254.0.0/16 # link-local\n"
    "accept from 127.0.0.0/8 # this machine\n"
    "accept from fc00::/7 # private\n"
    "accept from fe80::/10 # link-local\n"
    "accept from ::1 # this machine\n";

}  // namespace

bool matches(Protocol protocol, Transport transport) {
  switch (protocol) {
    case Protocol::any:
      return true;
    case Protocol::udp:
      return transport == Transport::udp;
    case Protocol::tcp:
      return is_stream(transport);
    case Protocol::tls:
      return is_encrypted(transport);
  }
  return false;
}

std::string DefenceRule::name() const {
  if (object == Object::domain) return domain;
  return object == Object::mac ? fmt::format("{:02x}", fmt::join(mac, ":")) : std::string();
}

std::string_view name_of(Signal signal) {
  return signal_names[static_cast<std::size_t>(signal)];
}

std::optional<Signal> parse_signal(std::string_view text) {
  for (std::size_t i = 0; i < signal_count; ++i)
    if (signal_names[i] == text) return static_cast<Signal>(i);
  return std::nullopt;
}

Rules Rules::defaults() {
  Rules rules;
  rules.defence = parse_defence(default_defence).entries;
  for (const BuiltinRule& builtin : builtin_rules()) {
    auto rule = parse_behaviour(builtin.name, builtin.text);
    RF_CHECK(rule.has_value());
    rules.counting.push_back(std::move(*rule));
  }
  auto agents = parse_agents(builtin_agents());
  auto prints = parse_fingerprints(builtin_fingerprints());
  RF_CHECK(agents.faults.empty() && prints.faults.empty());
  rules.agents = std::move(agents.entries);
  rules.fingerprints = std::move(prints.entries);
  return rules;
}

}  // namespace rf::guard
