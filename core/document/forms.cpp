#include "core/document/forms.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/base/country.hpp"
#include "core/base/limits/toll.hpp"
#include "core/base/nearest.hpp"
#include "core/base/plain.hpp"
#include "core/money/amount.hpp"
#include "core/number/pattern.hpp"
#include "core/schedule/plan.hpp"

namespace rf::document {
namespace {

bool all_of(std::string_view text, std::string_view symbols) {
  return text.find_first_not_of(symbols) == std::string_view::npos;
}

constexpr std::string_view ten = "0123456789";

bool is_host(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  if (Address::parse(text)) return true;
  if (text.starts_with('[') && text.ends_with(']')) return Address::parse(text.substr(1, text.size() - 2)).has_value();
  std::size_t label = 0;
  for (const char c : text) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (c == '.' ? label == 0 : !fine || label == 63) return false;
    label = c == '.' ? 0 : label + 1;
  }
  return label != 0;
}

std::optional<Wrong> fault_of_uri(std::string_view text) {
  const Wrong wrong{"is no SIP URI", "write sip:provider.example or sips:192.0.2.1:5061;transport=tls"};
  if (!text.starts_with("sip:") && !text.starts_with("sips:")) return wrong;
  if (text.find('@') != std::string_view::npos) return Wrong{"names a user", "write it as user, behind sip: the host"};
  if (!is_host(host_of(text))) return wrong;
  // Nothing that could end the URI where it is written into a header.
  const bool clean = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7f && c != '<' && c != '>' && c != '"' && c != '\\';
  });
  if (!clean) return wrong;
  return std::nullopt;
}

std::optional<Wrong> fault_of_word(const Key& key, std::string_view text) {
  if (std::find(key.words.begin(), key.words.end(), text) != key.words.end()) return std::nullopt;
  const std::vector<std::string> words(key.words.begin(), key.words.end());
  const std::string_view meant = nearest(text, words);
  return Wrong{fmt::format("is \"{}\", which is not known", plain(text, 64)),
               meant.empty() ? fmt::format("write one of {}", fmt::join(words, ", "))
                             : fmt::format("did you mean \"{}\"?", meant)};
}

std::optional<Wrong> fault_of_number(const Key& key, std::string_view text) {
  const auto value = parse_whole(text);
  if (value && *value >= key.min && *value <= key.max) return std::nullopt;
  return Wrong{fmt::format("is {}, which is not possible", plain(text, 64)),
               fmt::format("write a whole number from {} to {}", key.min, key.max)};
}

std::optional<Wrong> fault_of_duration(const Key& key, std::string_view text) {
  const auto value = parse_duration(text);
  if (value && *value >= key.min && *value <= key.max) return std::nullopt;
  return Wrong{fmt::format("is \"{}\", which is no time of {} to {} s", plain(text, 64), key.min, key.max),
               "write it as 10s, 5m, 2h or 1d"};
}

std::optional<Wrong> fault_of_money(std::string_view text) {
  if (text == "none") return std::nullopt;
  const auto amount = money::Amount::parse(text, {});
  if (!amount)
    return Wrong{fmt::format("is \"{}\", which is no amount", plain(text, 64)),
                 std::string(money::text_of(amount.error()))};
  if (amount->micros() < 0) return Wrong{"is below zero", "write 0 to forbid, none for no limit"};
  return std::nullopt;
}

std::optional<Wrong> fault_of_size(const Key& key, std::string_view text) {
  const auto size = static_cast<std::int64_t>(text.size());
  if (size >= key.min && size <= key.max) return std::nullopt;
  return Wrong{fmt::format("has {} bytes", size), fmt::format("write {} to {}", key.min, key.max)};
}

std::optional<Wrong> unless(bool fine, std::string_view text, std::string_view is_no, std::string_view remedy) {
  if (fine) return std::nullopt;
  return Wrong{fmt::format("holds \"{}\", which is no {}", plain(text, 64), is_no), std::string(remedy)};
}

std::optional<Wrong> fault_of_pattern(std::string_view text) {
  const auto pattern = number::Pattern::parse(text);
  if (pattern) return std::nullopt;
  return Wrong{fmt::format("holds the pattern \"{}\": {}", plain(text, 64), pattern.error().text),
               "write digits, X, Z, N, [1-5], and . or ! at the end"};
}

std::optional<Wrong> fault_of_hours(std::string_view text) {
  const auto parsed = schedule::parse_plan(text);
  if (parsed && parsed->rules.size() == 1) return std::nullopt;
  return Wrong{parsed ? "holds what is no rule of a schedule" : parsed.error().front().text,
               "write one rule in each text, such as \"mon-fri 08:00-18:00\""};
}

}  // namespace

std::optional<std::int64_t> parse_whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('-')) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::size_t unit = std::string_view("smhd").find(text.back());
  const auto value = parse_whole(text.substr(0, text.size() - 1));
  if (unit == std::string_view::npos || !value) return std::nullopt;
  constexpr std::int64_t seconds[] = {1, 60, 3'600, 86'400};
  if (*value > std::int64_t{UINT32_MAX} / seconds[unit]) return std::nullopt;
  return static_cast<std::uint32_t>(*value * seconds[unit]);
}

std::optional<toll::PaceRule> parse_pace(std::string_view text) {
  toll::PaceRule out;
  constexpr std::string_view alert = "alert ", distinct = "distinct ", per = " per ";
  out.alert = text.starts_with(alert);
  if (out.alert) text.remove_prefix(alert.size());
  out.distinct = text.starts_with(distinct);
  if (out.distinct) text.remove_prefix(distinct.size());
  const std::size_t middle = text.find(per);
  if (middle == std::string_view::npos) return std::nullopt;
  const auto calls = parse_whole(text.substr(0, middle));
  const auto period = parse_duration(text.substr(middle + per.size()));
  if (!calls || !period || *calls > TollLimits::pace_calls) return std::nullopt;
  out.calls = static_cast<std::uint32_t>(*calls);
  out.period_s = *period;
  if (*period > TollLimits::pace_period_s || toll::fault_of(out)) return std::nullopt;
  out.id = *period << 2 | (out.alert ? 2u : 0u) | (out.distinct ? 1u : 0u);
  return out;
}

std::optional<trunk::Source> parse_source(std::string_view text) {
  if (const auto subnet = Subnet::parse(text)) return trunk::Source{*subnet, 0};
  const auto endpoint = Endpoint::parse(text);
  if (!endpoint || endpoint->port == 0) return std::nullopt;
  return trunk::Source{Subnet{endpoint->address, 128}, endpoint->port};
}

std::optional<trunk::NumberRange> parse_range(std::string_view text) {
  const std::size_t dash = std::min(text.find('-'), text.size());
  trunk::NumberRange out{std::string(text.substr(0, dash)),
                         std::string(dash == text.size() ? text : text.substr(dash + 1))};
  if (!trunk::is_e164(out.first) || !trunk::is_e164(out.last)) return std::nullopt;
  if (out.first.size() != out.last.size() || out.first > out.last) return std::nullopt;
  return out;
}

std::string_view host_of(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos) return {};
  uri.remove_prefix(colon + 1);
  if (uri.starts_with('[')) return uri.substr(0, std::min(uri.find(']'), uri.size() - 1) + 1);
  return uri.substr(0, uri.find_first_of(":;?"));
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_increments(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto first = parse_whole(text.substr(0, slash)), next = parse_whole(text.substr(slash + 1));
  const auto fine = [](const auto& s) { return s && *s >= 1 && *s <= std::int64_t{MoneyLimits::increment_s}; };
  if (!fine(first) || !fine(next)) return std::nullopt;
  return std::pair{static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*next)};
}

std::optional<Wrong> fault_of(const Key& key, std::string_view text) {
  if (text.size() > DocumentLimits::text_bytes || !is_plain(text))
    return Wrong{"is too long, or holds control characters", "write plain text"};
  // A key that is given empty says what its absence does.
  if (text.empty() && !key.list && !key.required && key.standing.empty() && key.type != Type::flag) return std::nullopt;
  switch (key.type) {
    case Type::flag:
      return unless(text == "true" || text == "false", text, "yes or no", "write true or false");
    case Type::number:
      return fault_of_number(key, text);
    case Type::text:
      if (key.name == "increments")
        return unless(parse_increments(text).has_value(), text, "pair of increments", "write 60/60 or 1/1");
      return fault_of_size(key, text);
    case Type::word:
      return fault_of_word(key, text);
    case Type::duration:
      return fault_of_duration(key, text);
    case Type::money:
      return fault_of_money(text);
    case Type::pace:
      return unless(parse_pace(text).has_value(), text, "pace",
                    "write 5 per 1s, distinct 20 per 1h, or to be told: alert 4 per 1s");
    case Type::percent: {
      const auto value = parse_whole(text);
      return unless(value && *value >= 1 && *value <= 100, text, "percentage", "write a number from 1 to 100");
    }
    case Type::country:
      return unless(Country::parse(text).has_value(), text, "country", "write its code of two letters, such as DE");
    case Type::currency:
      return unless(money::Currency::parse(text).has_value(), text, "currency",
                    "write its code of three letters, such as EUR");
    case Type::zone:
      return unless(all_of(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+-") &&
                        text.size() <= ScheduleLimits::zone_name_bytes,
                    text, "time zone", "write it such as Europe/Berlin");
    case Type::digits:
      if (!all_of(text, ten)) return unless(false, text, "text of digits", "write digits alone");
      return fault_of_size(key, text);
    case Type::dial:
      if (!all_of(text, "0123456789*#+")) return unless(false, text, "text of digits", "write digits, *, # and +");
      return fault_of_size(key, text);
    case Type::pattern:
      return fault_of_pattern(text);
    case Type::e164:
      return unless(key.list ? text.size() >= 2 && text.size() <= 16 && text[0] == '+' && all_of(text.substr(1), ten)
                             : trunk::is_e164(text),
                    text, "number", "write it with + and the country code: +493012345");
    case Type::range:
      return unless(parse_range(text).has_value(), text, "range of numbers",
                    "write +49301000-+49301999, both of one length, or one number");
    case Type::uri:
      return fault_of_uri(text);
    case Type::host:
      return unless(is_host(text), text, "host", "write a name such as sip.example, or an address");
    case Type::block:
      return unless(Subnet::parse(text).has_value(), text, "address or network", "write 192.0.2.7 or 192.0.2.0/24");
    case Type::source:
      return unless(parse_source(text).has_value(), text, "address", "write 192.0.2.7, 192.0.2.0/24 or 192.0.2.7:5060");
    case Type::object: {
      const auto fault = fault_of_name(*key.refers, text);
      return fault ? std::optional(Wrong{fmt::format("holds \"{}\": {}", plain(text, 64), *fault), "name another"})
                   : std::nullopt;
    }
    case Type::number_of_extension:
      return unless(!fault_of_name(Kind::extension, text), text, "extension", "write its number, such as 1001");
    case Type::hours:
      return fault_of_hours(text);
    case Type::row:
      break;
  }
  return std::nullopt;
}

}  // namespace rf::document
