// Who is shown to a provider, and who is believed to call through one.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "core/trunk/match.hpp"
#include "core/trunk/number_format.hpp"
#include "core/trunk/privacy.hpp"

namespace rf::trunk {

enum class Show : std::uint8_t {
  keep,       ///< the caller's number where it is allowed, else the trunk's default
  replace,    ///< always the default
  anonymous,  ///< nobody's; the default is asserted to a trusted provider
};

/// How we tell the provider whom the call is from, beside From.
enum class Assert : std::uint8_t {
  nothing,
  asserted,   ///< P-Asserted-Identity: it trusts us as we trust it (RFC 3325 §9.1)
  preferred,  ///< P-Preferred-Identity: it may choose among our numbers (RFC 3325 §9.2)
};

enum class TellDiversion : std::uint8_t { nothing, diversion, history_info, both };

/// The caller ID policy of one trunk.
struct PresentRules {
  Show show = Show::keep;
  NumberSet allowed = {};
  std::string default_number = {};  ///< E.164; empty: who has no allowed number is anonymous
  /// Part of our trust domain (RFC 3325): may hear the number of one who wants to be hidden, with Privacy: id.
  bool trusted = false;
  Assert assert_by = Assert::nothing;
  bool names_shown = false;  ///< display names of extensions leave the house
  /// A forwarded call shows the outside caller, whose number is not ours, where our diverting number is told beside it.
  bool diverted_callers_kept = false;
  TellDiversion tell = TellDiversion::nothing;
  NumberFormat format = {};
  std::string domain = {};  ///< of our addresses on this trunk; never an internal one
};

enum class DiversionReason : std::uint8_t { unconditional, busy, no_answer, unavailable, deflection };

/// One of our numbers that sent the call on.
struct Diversion {
  std::string_view number;  ///< E.164
  DiversionReason reason = DiversionReason::unconditional;
  bool hidden = false;  ///< whoever set it up is not to be known
};

/// What we know of the one who calls out; nothing of it is copied from a message.
struct OutboundCaller {
  std::string_view number = {};  ///< E.164; empty: none
  std::string_view display = {};
  Privacy privacy = {};
  std::span<const Diversion> diversions = {};  ///< in the order in which they happened
  std::string_view called = {};                ///< E.164: the last entry of History-Info
  bool emergency = false;                      ///< shows the number whatever was asked: they have to call back
};

/// Header values for the INVITE; an empty one is not sent. From is without its tag.
struct Presented {
  std::string from, asserted, preferred, privacy, diversion, history_info;
  std::string_view why;  ///< why this number, for the call's record
};

enum class IdentityFault : std::uint8_t {
  no_number,  ///< an emergency call without any number to call back
};

/// Decides what one call shows on one trunk. From, P-Asserted-Identity, P-Preferred-Identity, Privacy, Diversion and
/// History-Info are written from these facts alone, so whatever a phone wrote into its own never gets there.
/// Whoever asks to be hidden is: a provider that is not trusted is told no number, so not even `critical` has to fail.
/// Errors: IdentityFault. Source: RFC 3323, RFC 3325, RFC 5806, RFC 7044, RFC 7544 (causes).
std::expected<Presented, IdentityFault> present(const PresentRules& rules, const OutboundCaller& caller);

/// Whom to believe on one trunk.
struct BelieveRules {
  bool trusted = false;  ///< its P-Asserted-Identity is believed, and its Privacy is ours to keep
  /// The least proof that the request is the trunk's for that: over an address alone anybody could have written it.
  Proof least_proof = Proof::contact;
  NumberFormat format = {};
};

/// A name-addr of a request, taken apart and unescaped; views outlive the call only.
struct NameFact {
  std::string_view user = {}, host = {}, display = {};
};

struct InboundClaims {
  NameFact from;
  std::span<const NameFact> asserted = {};  ///< P-Asserted-Identity, at most two count (RFC 3325 §9.1)
  std::string_view privacy = {};
  Proof proof = Proof::address;
};

enum class Standing : std::uint8_t {
  anonymous,  ///< does not say, or is not to be shown
  claimed,    ///< says so itself
  verified,   ///< a provider that we trust says so
};
std::string_view text_of(Standing standing);

struct CallerId {
  Standing standing = Standing::anonymous;
  std::string number;     ///< E.164, or as written when is_local; empty when anonymous. Bounded, plain characters
  bool is_local = false;  ///< no E.164: show it as from outside, or a stranger rings as the colleague with that number
  std::string display;    ///< as clean_display(); empty when anonymous
  std::string withheld;   ///< the asserted number of a caller who wants to be hidden: for no phone and no onward trunk
};

/// Who calls in by one trunk. Never fails: what cannot be believed or read is less, not an error.
CallerId believe(const BelieveRules& rules, const InboundClaims& claims);

}  // namespace rf::trunk
