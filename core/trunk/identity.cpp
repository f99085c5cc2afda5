#include "core/trunk/identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/limits/call.hpp"

namespace rf::trunk {
namespace {

constexpr std::string_view anonymous_uri = "sip:anonymous@anonymous.invalid";  // RFC 3323 §4.1.1.3

std::string uri_of(const PresentRules& rules, std::string_view number) {
  std::string uri = "sip:";
  if (!append_number(uri, number, rules.format)) return std::string(anonymous_uri);
  return uri.append("@").append(rules.domain);
}

std::string name_addr(std::string_view display, std::string_view uri) {
  return display.empty() ? fmt::format("<{}>", uri) : fmt::format("\"{}\" <{}>", display, uri);
}

struct Chosen {
  std::string_view number;  ///< empty: none
  bool is_own = true;       ///< the caller's, not the default
  std::string_view why;
};

/// The number that this trunk may carry for this caller.
Chosen choose(const PresentRules& rules, const OutboundCaller& caller) {
  const std::string_view fallback = rules.default_number;
  if (rules.show == Show::replace && !fallback.empty()) return {fallback, false, "the trunk shows its own number"};
  if (rules.allowed.contains(caller.number)) return {caller.number, true, "the caller's own number"};
  const bool is_told = rules.tell != TellDiversion::nothing && !caller.diversions.empty() &&
                       rules.allowed.contains(caller.diversions.back().number);
  if (rules.diverted_callers_kept && is_told && is_e164(caller.number))
    return {caller.number, true, "the number of the outside caller whose call is forwarded"};
  if (fallback.empty()) return {{}, false, "no number of the caller's may be shown, and the trunk has none of its own"};
  return {fallback, false,
          caller.number.empty() ? "the caller has no number; the trunk's own"
                                : "the caller's number may not be shown; the trunk's own"};
}

/// The first and the last ones of many.
std::vector<Diversion> kept(std::span<const Diversion> all) {
  std::vector<Diversion> out(all.begin(), all.end());
  if (out.size() > TrunkLimits::diversions)
    out.erase(out.begin() + 1, out.end() - static_cast<std::ptrdiff_t>(TrunkLimits::diversions - 1));
  return out;
}

std::string_view diversion_reason(DiversionReason reason) {
  switch (reason) {
    case DiversionReason::unconditional:
      return "unconditional";
    case DiversionReason::busy:
      return "user-busy";
    case DiversionReason::no_answer:
      return "no-answer";
    case DiversionReason::unavailable:
      return "unavailable";
    case DiversionReason::deflection:
      return "deflection";
  }
  return "unknown";
}

/// RFC 4458 §2, RFC 7544 §3.
int cause_of(DiversionReason reason) {
  switch (reason) {
    case DiversionReason::unconditional:
      return 302;
    case DiversionReason::busy:
      return 486;
    case DiversionReason::no_answer:
      return 408;
    case DiversionReason::unavailable:
      return 503;
    case DiversionReason::deflection:
      return 480;
  }
  return 404;
}

/// The URI of a diverting number: one of ours, or nobody's.
std::string diverting_uri(const PresentRules& rules, const Diversion& diversion) {
  if (diversion.hidden && !rules.trusted) return std::string(anonymous_uri);
  return uri_of(rules,
                rules.allowed.contains(diversion.number) ? diversion.number : std::string_view(rules.default_number));
}

/// The latest first (RFC 5806 §5).
std::string write_diversion(const PresentRules& rules, const std::vector<Diversion>& diversions) {
  std::string out;
  for (auto at = diversions.rbegin(); at != diversions.rend(); ++at)
    out += fmt::format("{}<{}>;reason={};counter=1;privacy={}", out.empty() ? "" : ", ", diverting_uri(rules, *at),
                       diversion_reason(at->reason), at->hidden ? "full" : "off");
  return out;
}

/// From the number dialled first to the one dialled now (RFC 7044 §5); each but the first says why it was reached.
std::string write_history(const PresentRules& rules, const std::vector<Diversion>& diversions,
                          std::string_view called) {
  std::string out, index = "1", cause;
  const auto add = [&](const std::string& uri, bool hidden) {
    out += fmt::format("{}<{}{}{}>;index={}{}", out.empty() ? "" : ", ", uri, cause, hidden ? "?Privacy=history" : "",
                       index, cause.empty() ? "" : fmt::format(";mp={}", index.substr(0, index.size() - 2)));
  };
  for (const Diversion& diversion : diversions) {
    add(diverting_uri(rules, diversion), diversion.hidden);
    cause = fmt::format(";cause={}", cause_of(diversion.reason));
    index += ".1";
  }
  add(uri_of(rules, called), false);
  return out;
}

void tell_diversions(const PresentRules& rules, const OutboundCaller& caller, Presented& out) {
  if (caller.diversions.empty()) return;
  const std::vector<Diversion> diversions = kept(caller.diversions);
  if (rules.tell == TellDiversion::diversion || rules.tell == TellDiversion::both)
    out.diversion = write_diversion(rules, diversions);
  if (rules.tell == TellDiversion::history_info || rules.tell == TellDiversion::both)
    out.history_info = write_history(rules, diversions, caller.called);
}

bool is_anonymous(const NameFact& fact) {
  return fact.user.empty() || fact.user == "anonymous" || fact.user == "Anonymous" || fact.user == "unavailable" ||
         fact.user == "restricted" || fact.host == "anonymous.invalid" || fact.host.ends_with(".invalid");
}

/// E.164 where it can be read, else a local number as written; empty for what is neither.
std::string number_of(std::string_view user, const NumberFormat& format) {
  // A tel URI's parameters may stand in the user part (RFC 3261 §19.1.6).
  user = user.substr(0, user.find(';'));
  if (auto e164 = read_number(user, format)) return std::move(*e164);
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '*' ||
           c == '-' || c == '.' || c == '_';
  };
  if (user.size() > TrunkLimits::number_characters || !std::all_of(user.begin(), user.end(), is_plain)) return {};
  return std::string(user);
}

}  // namespace

std::expected<Presented, IdentityFault> present(const PresentRules& rules, const OutboundCaller& caller) {
  const Chosen chosen = choose(rules, caller);
  if (caller.emergency && chosen.number.empty()) return std::unexpected(IdentityFault::no_number);
  const bool wants_hiding = caller.privacy.hides_caller() && !caller.emergency;
  const bool hidden = wants_hiding || (rules.show == Show::anonymous && !caller.emergency) || chosen.number.empty();

  Presented out;
  out.why = chosen.why;
  const std::string uri = uri_of(rules, chosen.number);
  const std::string display = rules.names_shown && chosen.is_own ? clean_display(caller.display, chosen.number) : "";
  out.from = hidden ? name_addr("Anonymous", anonymous_uri) : name_addr(display, uri);
  const bool may_tell = !chosen.number.empty() && (!hidden || rules.trusted);
  if (may_tell && rules.assert_by == Assert::asserted && rules.trusted) out.asserted = name_addr(display, uri);
  if (may_tell && rules.assert_by == Assert::preferred) out.preferred = name_addr(display, uri);
  if (hidden) {
    out.privacy = "id";
    if (caller.privacy.critical) out.privacy += ";critical";
  } else if (caller.privacy.none) {
    out.privacy = "none";
  }
  tell_diversions(rules, caller, out);
  return out;
}

CallerId believe(const BelieveRules& rules, const InboundClaims& claims) {
  const bool believed = rules.trusted && claims.proof >= rules.least_proof;
  const NameFact* asserted = nullptr;
  std::string number;
  for (const NameFact& fact : claims.asserted.first(believed ? std::min<std::size_t>(claims.asserted.size(), 2) : 0)) {
    if (is_anonymous(fact)) continue;
    std::string read = number_of(fact.user, rules.format);
    if (read.empty() || (asserted && !is_e164(read))) continue;
    if (asserted && is_e164(number)) break;
    asserted = &fact;
    number = std::move(read);
  }
  CallerId out;
  // Whoever wants to be hidden is, whether we trust the trunk or not; so is who says nothing in From.
  const bool hidden = parse_privacy(claims.privacy).hides_caller() || is_anonymous(claims.from);
  if (hidden) {
    out.withheld = std::move(number);
    return out;
  }
  const NameFact& shown = asserted ? *asserted : claims.from;
  if (!asserted) number = number_of(claims.from.user, rules.format);
  if (number.empty()) return out;
  out.standing = asserted ? Standing::verified : Standing::claimed;
  out.display = clean_display(shown.display, number);
  out.is_local = !is_e164(number);
  out.number = std::move(number);
  return out;
}

std::string_view text_of(Standing standing) {
  switch (standing) {
    case Standing::anonymous:
      return "anonymous";
    case Standing::claimed:
      return "claimed";
    case Standing::verified:
      return "verified";
  }
  return "anonymous";
}

}  // namespace rf::trunk
