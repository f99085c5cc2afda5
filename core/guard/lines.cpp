#include "core/guard/lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "core/guard/prefix.hpp"
#include "core/guard/ranges.hpp"

namespace rf::guard {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Takes the next word off the front.
std::string_view next_word(std::string_view& rest) {
  rest = trimmed(rest);
  const std::size_t end = std::min(rest.find_first_of(blanks), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

std::string_view quoted(std::string_view text) {
  return text.substr(0, 64);
}

struct Line {
  std::string_view words;    ///< trimmed, without the comment
  std::string_view comment;  ///< trimmed
};

Line split_comment(std::string_view line, std::string_view marks) {
  const std::size_t mark = line.find_first_of(marks);
  if (mark == std::string_view::npos) return {trimmed(line), {}};
  return {trimmed(line.substr(0, mark)), trimmed(line.substr(mark + 1))};
}

/// Calls `fn` for every line with words in it; a text that it returns is the fault of that line.
template <class T, class Fn>
Read<T> read_lines(std::string_view text, std::string_view comment_marks, Fn&& fn) {
  Read<T> out;
  for (std::size_t number = 1; !text.empty(); ++number) {
    if (number > GuardLimits::list_lines) {
      out.faults.push_back({number, fmt::format("more than {} lines; the rest was not read", GuardLimits::list_lines)});
      break;
    }
    const std::size_t end = std::min(text.find('\n'), text.size());
    const Line line = split_comment(text.substr(0, end), comment_marks);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.words.empty()) continue;
    T entry;
    if (std::string fault = fn(line, entry); !fault.empty())
      out.faults.push_back({number, std::move(fault)});
    else
      out.entries.push_back(std::move(entry));
  }
  return out;
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [next, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || next != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "5060" or "5060-5070".
bool parse_ports(std::string_view text, std::uint16_t& first, std::uint16_t& last) {
  const std::size_t dash = text.find('-');
  const auto low = parse_number(text.substr(0, dash));
  const auto high = dash == std::string_view::npos ? low : parse_number(text.substr(dash + 1));
  if (!low || !high || *low > *high || *high > 65'535) return false;
  first = static_cast<std::uint16_t>(*low);
  last = static_cast<std::uint16_t>(*high);
  return true;
}

constexpr std::string_view protocol_names[] = {"any", "udp", "tcp", "tls"};

std::optional<Protocol> parse_protocol(std::string_view text) {
  for (std::size_t i = 0; i < std::size(protocol_names); ++i)
    if (text == protocol_names[i]) return static_cast<Protocol>(i);
  return std::nullopt;
}

std::optional<Mac> parse_mac(std::string_view text) {
  Mac mac{};
  if (text.size() != 17) return std::nullopt;
  for (std::size_t i = 0; i < 6; ++i) {
    const char* at = text.data() + 3 * i;
    if (i > 0 && at[-1] != ':' && at[-1] != '-') return std::nullopt;
    const auto [next, error] = std::from_chars(at, at + 2, mac[i], 16);
    if (error != std::errc{} || next != at + 2) return std::nullopt;
  }
  return mac;
}

/// A name as DNS has it; what it leads to is found out elsewhere.
bool is_domain(std::string_view text) {
  return !text.empty() && text.size() <= 253 && text.front() != '.' && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                  c == '_';
         });
}

std::optional<std::uint32_t> parse_seconds(std::string_view text) {
  std::string_view rest = text;
  const auto number = parse_number(next_word(rest));
  const std::string_view unit = trimmed(rest);
  const std::uint32_t scale = unit == "s" ? 1 : unit == "min" ? 60 : unit == "h" ? 3'600 : unit == "d" ? 86'400 : 0;
  if (!number || scale == 0 || *number > 31'536'000 / scale) return std::nullopt;
  return *number * scale;
}

std::string text_of_seconds(std::uint32_t seconds) {
  if (seconds % 86'400 == 0) return fmt::format("{} d", seconds / 86'400);
  if (seconds % 3'600 == 0) return fmt::format("{} h", seconds / 3'600);
  if (seconds % 60 == 0) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} s", seconds);
}

std::string parse_defence_line(const Line& line, DefenceRule& rule) {
  using Object = DefenceRule::Object;
  std::string_view rest = line.words;
  const std::string_view action = next_word(rest);
  if (action == "accept")
    rule.action = Defence::accept;
  else if (action == "drop")
    rule.action = Defence::drop;
  else if (action == "reject")
    rule.action = Defence::reject;
  else
    return fmt::format("'{}' is not accept, drop or reject", quoted(action));
  bool from = false;
  while (!(rest = trimmed(rest)).empty()) {
    const std::string_view word = next_word(rest);
    if (word == "force") {
      rule.forced = true;
      continue;
    }
    std::string_view value = next_word(rest);
    if (value.empty()) return fmt::format("'{}' wants a value", quoted(word));
    if (word == "from") {
      from = true;
      if (value == "any") {
        rule.object = Object::any;
      } else if (value == "country") {
        const auto country = Country::parse(value = next_word(rest));
        if (!country) return fmt::format("'{}' is not a country code of two letters", quoted(value));
        rule.object = Object::country;
        rule.country = *country;
      } else if (value == "mac") {
        const auto mac = parse_mac(value = next_word(rest));
        if (!mac) return fmt::format("'{}' is not a hardware address like 00:11:22:33:44:55", quoted(value));
        rule.object = Object::mac;
        rule.mac = *mac;
      } else if (value == "domain") {
        if (!is_domain(value = next_word(rest))) return fmt::format("'{}' is not a domain name", quoted(value));
        rule.object = Object::domain;
        rule.domain = value;
      } else {
        auto subnet = parse_prefix(value);
        if (!subnet) return std::move(subnet.error());
        rule.object = Object::subnet;
        rule.subnet = *subnet;
      }
    } else if (word == "protocol") {
      const auto protocol = parse_protocol(value);
      if (!protocol) return fmt::format("'{}' is not any, udp, tcp or tls", quoted(value));
      rule.protocol = *protocol;
    } else if (word == "port") {
      if (!parse_ports(value, rule.first_port, rule.last_port))
        return fmt::format("'{}' is not a port or a range like 5060-5070", quoted(value));
    } else {
      return fmt::format("'{}' is not from, protocol, port or force", quoted(word));
    }
  }
  if (!from) return "a rule says whom it is about: from …";
  rule.description = line.comment;
  return {};
}

/// Sets one key of a behaviour; the fault, or nothing.
std::string set_key(CountingRule& rule, std::string_view key, std::string_view value) {
  if (key == "about") {
    rule.about = value;
  } else if (key == "signal") {
    while (!(value = trimmed(value)).empty()) {
      const std::string_view word = next_word(value);
      const auto signal = parse_signal(word);
      if (!signal) return fmt::format("'{}' is not a signal", quoted(word));
      rule.signals |= 1u << static_cast<unsigned>(*signal);
    }
  } else if (key == "count") {
    if (value != "all" && value != "distinct") return "count is all or distinct";
    rule.distinct = value == "distinct";
  } else if (key == "protocol") {
    const auto protocol = parse_protocol(value);
    if (!protocol) return "protocol is any, udp, tcp or tls";
    rule.protocol = *protocol;
  } else if (key == "port") {
    if (!parse_ports(value, rule.first_port, rule.last_port)) return "port is a number or a range like 5060-5070";
  } else if (key == "threshold") {
    const auto number = parse_number(value);
    if (!number || *number == 0 || *number > 60'000) return "threshold is a number from 1 to 60000";
    rule.threshold = *number;
  } else if (key == "period" || key == "duration") {
    const auto seconds = parse_seconds(value);
    if (!seconds || *seconds == 0) return fmt::format("{} is a time like 60 s, 5 min, 1 h or 7 d", key);
    (key == "period" ? rule.period_s : rule.duration_s) = *seconds;
  } else if (key == "then") {
    if (value == "watch")
      rule.response = Response::watch;
    else if (value == "throttle")
      rule.response = Response::throttle;
    else if (value == "ban")
      rule.response = Response::ban;
    else
      return "then is watch, throttle or ban";
  } else if (key == "enabled") {
    if (value != "yes" && value != "no") return "enabled is yes or no";
    rule.enabled = value == "yes";
  } else {
    return fmt::format("'{}' is not a key of a rule", quoted(key));
  }
  return {};
}

}  // namespace

Read<AccessEntry> parse_access(std::string_view text) {
  return read_lines<AccessEntry>(text, "#", [](const Line& line, AccessEntry& entry) -> std::string {
    std::string_view rest = line.words;
    const std::string_view action = next_word(rest);
    if (action != "allow" && action != "block") return fmt::format("'{}' is not allow or block", quoted(action));
    entry.allow = action == "allow";
    auto subnet = parse_prefix(next_word(rest));
    if (!subnet) return std::move(subnet.error());
    entry.subnet = *subnet;
    if (const std::string_view word = next_word(rest); word == "force")
      entry.forced = true;
    else if (!word.empty())
      return fmt::format("'{}' is not understood here; a description follows a #", quoted(word));
    entry.description = line.comment;
    return {};
  });
}

std::string text_of(const AccessEntry& entry) {
  return fmt::format("{} {}{}{}{}", entry.allow ? "allow" : "block", entry.subnet.text(), entry.forced ? " force" : "",
                     entry.description.empty() ? "" : " # ", entry.description);
}

Read<DefenceRule> parse_defence(std::string_view text) {
  return read_lines<DefenceRule>(text, "#", parse_defence_line);
}

std::string text_of(const DefenceRule& rule) {
  constexpr std::string_view actions[] = {"accept", "drop", "reject"};
  std::string out = fmt::format("{} from ", actions[static_cast<std::size_t>(rule.action)]);
  switch (rule.object) {
    case DefenceRule::Object::any:
      out += "any";
      break;
    case DefenceRule::Object::subnet:
      out += rule.subnet.text();
      break;
    case DefenceRule::Object::domain:
      out += "domain " + rule.domain;
      break;
    case DefenceRule::Object::country:
      out += "country " + rule.country.text();
      break;
    case DefenceRule::Object::mac:
      out += "mac " + rule.name();
      break;
  }
  if (rule.protocol != Protocol::any)
    out += fmt::format(" protocol {}", protocol_names[static_cast<std::size_t>(rule.protocol)]);
  if (rule.first_port != 0 || rule.last_port != 65'535)
    out += rule.first_port == rule.last_port ? fmt::format(" port {}", rule.first_port)
                                             : fmt::format(" port {}-{}", rule.first_port, rule.last_port);
  if (rule.forced) out += " force";
  if (!rule.description.empty()) out += " # " + rule.description;
  return out;
}

Read<Subnet> parse_blocklist(std::string_view text, const std::vector<Protected>& keep) {
  std::vector<Ranges::Entry> entries;
  for (std::size_t i = 0; i < keep.size(); ++i) entries.push_back({keep[i].subnet, static_cast<std::uint32_t>(i)});
  const Ranges kept_blocks = Ranges::of_prefixes(entries);
  return read_lines<Subnet>(text, "#;", [&](const Line& line, Subnet& subnet) -> std::string {
    std::string_view rest = line.words;
    auto parsed = parse_prefix(next_word(rest));
    if (!parsed) return std::move(parsed.error());
    subnet = *parsed;
    const bool four = subnet.base.is_v4();
    if (subnet.prefix < (four ? 104 : 16))
      return fmt::format("{} is wider than any block that a foreign list may name", subnet.text());
    if (subnet.base.is_private() || subnet.base.is_multicast() || subnet.base.is_unspecified() ||
        last_of(subnet).is_private())
      return fmt::format("{} is a private or special network", subnet.text());
    std::uint32_t met = Ranges::none;
    if (!kept_blocks.any_within(subnet, [&](std::uint32_t value) { return (met = value) != Ranges::none; })) return {};
    return fmt::format("{} meets {} ({})", subnet.text(), keep[met].what, keep[met].subnet.text());
  });
}

std::expected<CountingRule, Fault> parse_behaviour(std::string_view name, std::string_view text) {
  CountingRule rule;
  rule.name = name;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const Line line = split_comment(text.substr(0, end), "#");
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.words.empty()) continue;
    const std::size_t equals = line.words.find('=');
    if (equals == std::string_view::npos) return std::unexpected(Fault{number, "a line is key = value"});
    std::string fault = set_key(rule, trimmed(line.words.substr(0, equals)), trimmed(line.words.substr(equals + 1)));
    if (!fault.empty()) return std::unexpected(Fault{number, std::move(fault)});
  }
  if (rule.signals == 0) return std::unexpected(Fault{0, "the rule names no signal"});
  if (rule.distinct && rule.threshold > 24) return std::unexpected(Fault{0, "different values are counted up to 24"});
  return rule;
}

std::string text_of(const CountingRule& rule) {
  std::string signals;
  for (std::size_t i = 0; i < signal_count; ++i)
    if (rule.signals >> i & 1) signals += (signals.empty() ? "" : " ") + std::string(name_of(static_cast<Signal>(i)));
  constexpr std::string_view responses[] = {"watch", "throttle", "ban"};
  return fmt::format(
      "about = {}\nsignal = {}\ncount = {}\nprotocol = {}\nport = {}-{}\nthreshold = {}\nperiod = {}\nthen = {}\n"
      "duration = {}\nenabled = {}\n",
      rule.about, signals, rule.distinct ? "distinct" : "all", protocol_names[static_cast<std::size_t>(rule.protocol)],
      rule.first_port, rule.last_port, rule.threshold, text_of_seconds(rule.period_s),
      responses[static_cast<std::size_t>(rule.response)], text_of_seconds(rule.duration_s),
      rule.enabled ? "yes" : "no");
}

Read<AgentPattern> parse_agents(std::string_view text) {
  return read_lines<AgentPattern>(text, "#", [](const Line& line, AgentPattern& pattern) -> std::string {
    std::string_view rest = line.words;
    const std::string_view kind = next_word(rest);
    if (kind != "prefix" && kind != "anywhere") return fmt::format("'{}' is not prefix or anywhere", quoted(kind));
    pattern.anywhere = kind == "anywhere";
    pattern.text = trimmed(rest);
    if (pattern.text.size() < 3 || pattern.text.size() > 64) return "a pattern has 3 to 64 characters";
    return {};
  });
}

Read<Fingerprint> parse_fingerprints(std::string_view text) {
  return read_lines<Fingerprint>(text, "#", [](const Line& line, Fingerprint& print) -> std::string {
    std::string_view rest = line.words;
    std::string_view word = next_word(rest);
    if (word == "off") {
      print.enabled = false;
      word = next_word(rest);
    }
    print.name = word;
    bool any = false;
    while (!(rest = trimmed(rest)).empty()) {
      word = next_word(rest);
      const std::size_t equals = std::min(word.find('='), word.size());
      const std::string_view key = word.substr(0, equals);
      const std::string_view value = word.substr(std::min(equals + 1, word.size()));
      std::string* const field = key == "branch"     ? &print.branch
                                 : key == "call-id"  ? &print.call_id
                                 : key == "from-tag" ? &print.from_tag
                                 : key == "from"     ? &print.from
                                 : key == "contact"  ? &print.contact
                                                     : nullptr;
      if (!field || value.empty())
        return fmt::format("'{}' is not branch=, call-id=, from-tag=, from= or contact=", quoted(word));
      *field = value;
      any = true;
    }
    if (print.name.empty() || !any) return "a fingerprint is a name and what its messages look like";
    return {};
  });
}

}  // namespace rf::guard
