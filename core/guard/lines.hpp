// Rules as lines of text: what is imported, exported and typed. Every fault is told with its line; nothing is guessed.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/guard/rules.hpp"

namespace rf::guard {

struct Fault {
  std::size_t line = 0;  ///< from 1; 0: no line is to blame
  std::string text;
};

/// What could be read, and what could not.
template <class T>
struct Read {
  std::vector<T> entries;
  std::vector<Fault> faults;
};

/// `allow 192.0.2.0/24 # office` or `block 198.51.100.0/255.255.255.0 force # why`.
Read<AccessEntry> parse_access(std::string_view text);
std::string text_of(const AccessEntry& entry);

/// `drop from 198.51.100.0/24 protocol udp port 5060-5070 # why`; the object is a block, `any`, `country KP`,
/// `domain pbx.example` or `mac 00:11:22:33:44:55`.
Read<DefenceRule> parse_defence(std::string_view text);
std::string text_of(const DefenceRule& rule);

/// A foreign list of addresses or blocks, one a line, `#` and `;` begin a comment. Private and special networks,
/// blocks wider than /8 (IPv4) or /16 (IPv6) and whatever meets something protected are refused: a list from outside
/// must not be able to cut anybody off.
Read<Subnet> parse_blocklist(std::string_view text, const std::vector<Protected>& keep);

/// The text of a rule folder: `key = value` lines. Keys: about, signal (one or more), count (all, distinct), protocol,
/// port, threshold, period, then (watch, throttle, ban), duration, enabled. Times: 30 s, 5 min, 1 h, 7 d.
std::expected<CountingRule, Fault> parse_behaviour(std::string_view name, std::string_view text);
std::string text_of(const CountingRule& rule);

/// `prefix friendly-scanner` or `anywhere sipvicious`.
Read<AgentPattern> parse_agents(std::string_view text);
/// `sipvicious branch=z9hG4bK-<digits> from-tag=<hex>`; a line that begins with `off` is read but not enabled.
Read<Fingerprint> parse_fingerprints(std::string_view text);

}  // namespace rf::guard
