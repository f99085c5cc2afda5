// What the configuration says about calls that leave: plain values, as they are read; toll::Plan makes indexes of them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/country.hpp"
#include "core/base/ids.hpp"
#include "core/money/account.hpp"
#include "core/money/deck.hpp"
#include "core/money/meter.hpp"
#include "core/number/plan.hpp"
#include "core/number/rewrite.hpp"
#include "core/pattern/call.hpp"
#include "core/policy/encryption.hpp"
#include "core/policy/keys.hpp"
#include "core/policy/trunk.hpp"
#include "core/schedule/schedule.hpp"
#include "core/toll/pace.hpp"
#include "core/trunk/identity.hpp"
#include "core/trunk/match.hpp"

namespace rf::toll {

/// How far somebody may call (row E6). Each includes those before it.
enum class Reach : std::uint8_t { internal, national, international };
std::string_view name_of(Reach reach);
std::optional<Reach> parse_reach(std::string_view name);

/// A set of number classes, one bit each (1 << number::Class).
using ClassSet = std::uint16_t;
constexpr ClassSet class_bit(number::Class kind) {
  return static_cast<ClassSet>(1u << static_cast<unsigned>(kind));
}
/// What nobody calls who was not allowed to: classes that somebody earns from.
inline constexpr ClassSet costly_classes = class_bit(number::Class::premium) | class_bit(number::Class::shared_cost) |
                                           class_bit(number::Class::personal) | class_bit(number::Class::satellite) |
                                           class_bit(number::Class::global_network) | class_bit(number::Class::pager) |
                                           class_bit(number::Class::unknown);

/// Which countries may be called, as the system, a tenant or a department says (row O4): what one of them refuses, none
/// of the others allows.
struct CountryTerms {
  CountrySet only;    ///< abroad nothing but these; none: any
  CountrySet denied;  ///< never these
};

/// Running calls: told at `alert_at`, refused from `block_at` on; 0: neither.
struct LineTerms {
  std::uint32_t alert_at = 0;
  std::uint32_t block_at = 0;
};

/// What one who spends may spend, and how fast.
struct SpendingTerms {
  money::AccountLimits money;
  std::vector<PaceRule> paces;   ///< an extension without any has default_pace
  LineTerms lines;               ///< of calls that leave
  std::uint32_t duration_s = 0;  ///< of one call; 0: no limit of its own
  pattern::Thresholds unusual;   ///< of extensions, departments and tenants: what becomes of calls that do not fit
};

struct TenantTerms {
  TenantId id;
  std::string name;
  std::string company;    ///< as people call it; empty: nobody said
  Country home;           ///< how its people dial; none: nothing leaves but by extension
  std::string area_code;  ///< "30": for what is dialled without one
  std::vector<std::string> international_prefixes;
  std::string outside_prefix;          ///< "0": dialled for an outside line
  std::vector<std::string> emergency;  ///< besides those of the country
  std::string emergency_test;          ///< dialled to try how they would leave; empty: none
  std::string language = "en";         ///< of prompts
  schedule::ZoneRef zone;              ///< of its days and months; none: UTC
  SpendingTerms spending;
  CountryTerms countries;
  std::string unusual_pins;  ///< a list of PINs, for unusual calls by routes that ask for none; empty: they are refused
};

struct DepartmentTerms {
  std::uint64_t id = 0;
  TenantId tenant;
  std::string name;
  SpendingTerms spending;
  CountryTerms countries = {};
};

/// Where calls to an extension go instead of to its phones (row E8). What is written is dialled by the extension
/// itself, which pays; empty: nowhere.
struct ForwardTerms {
  std::string always, busy, no_answer, offline;
  std::uint32_t after_s = 20;     ///< of ringing, until no_answer
  Reach reach = Reach::internal;  ///< how far forwarding may lead, whatever the extension may call by itself
  bool any() const { return !(always.empty() && busy.empty() && no_answer.empty() && offline.empty()); }
};

struct ExtensionTerms {
  ExtensionId id;
  TenantId tenant;
  std::uint64_t department = 0;  ///< 0: none
  Reach reach = Reach::national;
  ClassSet allowed_classes = 0;     ///< of costly_classes
  CountrySet countries;             ///< abroad only these; none: any
  SpendingTerms spending;           ///< every call reads what stands to here, and few what follows
  std::vector<std::string> groups;  ///< that routes may ask for
  std::string hours;                ///< a schedule outside which it calls nobody outside; empty: any time
  std::string pins;                 ///< a list that every call outside asks for; empty: only what routes ask for
  std::string role;                 ///< where reach, classes, countries, hours and pins come from; empty: its own
  std::string shown;                ///< E.164 with +, as it is seen outside; empty: the trunk's
  ForwardTerms forward;
  bool transfers = true;                                    ///< may connect one who talks to it with somebody else
  std::optional<policy::Encryption> media_encryption = {};  ///< none: as its transport says
  policy::Keys keys = policy::Keys::automatic;
};

struct TrunkTerms {
  policy::Trunk line;
  trunk::TrunkIdentity identity;
  Country home;                            ///< how its provider reads numbers; none: its tenant's
  number::Rewrite called;                  ///< how called numbers are written there
  trunk::PresentRules present;             ///< who is shown there
  trunk::BelieveRules believe;             ///< and who is believed to call through it
  std::uint16_t priority = 0, weight = 1;  ///< among the trunks of a route: lower first; the share among equals
  std::string deck;  ///< its prices; empty: nothing leaves by it but what costs nothing (see Decision)
  LineTerms outbound, inbound, both;
  LineTerms of_tenant;                  ///< of any one tenant on it, in both directions
  std::vector<PaceRule> inbound_paces;  ///< of calls that it brings; of those that leave: spending.paces
  SpendingTerms spending;
};

/// A group of extensions that ring together, with a number of its own (row E9).
struct RingGroupTerms {
  std::string name;
  TenantId tenant;
  std::string number;                ///< that is dialled for it, 2 to 15 digits
  std::vector<std::string> members;  ///< numbers of extensions, in order
  enum class Order : std::uint8_t { all, in_turn, least_recent } order = Order::all;
  std::uint32_t ring_s = 20;  ///< how long all ring, or each of them in turn
  std::string otherwise;      ///< an extension that is called when nobody answered; empty: nobody
};

/// PINs or account codes that a route or a role may ask for (row O2). A PIN is a secret and has a name of its own,
/// which stands in the record as the account code; an account code is its own name, and proves nothing.
struct PinListTerms {
  std::string name;
  TenantId tenant;
  enum class Asks : std::uint8_t { pin, account_code } asks = Asks::pin;
  struct Pin {
    std::string account;
    std::array<std::uint8_t, 32> digest{};  ///< see pin_digest
  };
  std::vector<Pin> pins;
  std::uint32_t tries = 3;     ///< wrong ones of an extension, over all its calls, until it is locked
  std::uint32_t lock_s = 900;  ///< for so long
};

std::string_view name_of(PinListTerms::Asks asks);  ///< "a PIN", "an account code"

/// One outbound route (row O1). Every condition that is given has to hold.
struct RouteTerms {
  std::string name;
  TenantId tenant;
  bool enabled = true;
  /// Dial patterns. One that begins with + is held against the number in E.164, others against what was dialled
  /// without outside prefix. None: every number.
  std::vector<std::string> patterns;
  std::vector<std::string> extensions;   ///< numbers
  std::vector<std::string> departments;  ///< names
  std::vector<std::string> groups;
  std::vector<std::string> roles;
  std::vector<std::string> countries;  ///< of the called number: codes of ISO 3166
  /// Of the number that the caller shows, or, if it shows none, of its tenant.
  std::vector<std::string> caller_countries;
  std::string hours;  ///< a schedule; empty: any time
  struct Out {
    std::string trunk;                      ///< its name
    std::optional<number::Rewrite> called;  ///< instead of the trunk's
  };
  std::vector<Out> trunks;
  bool least_cost = false;  ///< the cheapest first; else as written
  bool balanced = false;    ///< by the trunks' priorities, equals by chance within their weights; else as written
  std::string pins;         ///< a list, one of which the caller has to enter; empty: none
};

/// One inbound route (row T6).
struct InboundTerms {
  std::string name;
  TenantId tenant;
  bool enabled = true;
  std::string trunk;                 ///< only calls of this one; empty: of any
  std::vector<std::string> called;   ///< dial patterns over E.164 with +; none: every number
  std::vector<std::string> callers;  ///< dial patterns over the caller's E.164; none: everybody
  /// Number lists whose numbers it is for as well; lines that say allowed are exceptions of theirs.
  std::vector<std::string> caller_lists;
  /// What one number may call; more often it is rejected. None: as often as it likes.
  std::optional<PaceRule> caller_pace;
  bool anonymous = true;  ///< takes callers who do not show a number
  std::string hours;      ///< a schedule; empty: any time
  enum class Target : std::uint8_t { extension, ring_group, announcement, reject } target = Target::extension;
  std::string extension;     ///< a number
  std::string ring_group;    ///< a name
  std::string announcement;  ///< a prompt of the tenant's language, which is played before we hang up
};

struct ScheduleTerms {
  std::string name;
  TenantId tenant;
  std::shared_ptr<const schedule::Schedule> hours;
};
struct DeckTerms {
  std::string name;
  std::shared_ptr<const money::Deck> deck;
  TenantId tenant = {};  ///< none: everybody's
};
/// A list of numbers that may or may not be called.
struct NumberListTerms {
  std::string name;
  TenantId tenant;  ///< none: everybody's
  std::vector<std::string> lines;
};

/// All of it.
struct Terms {
  money::Currency currency;
  money::Horizon horizon;
  SpendingTerms system;
  CountryTerms countries;              ///< the system's
  std::uint32_t assumed_call_s = 180;  ///< what least cost is counted for
  std::vector<TenantTerms> tenants;
  std::vector<DepartmentTerms> departments;
  std::vector<ExtensionTerms> extensions;
  std::vector<TrunkTerms> trunks;
  std::vector<RouteTerms> routes;
  std::vector<InboundTerms> inbound;
  std::vector<RingGroupTerms> ring_groups;
  std::vector<PinListTerms> pin_lists;
  std::array<std::uint8_t, 32> pin_key{};  ///< see pin_digest
  std::vector<ScheduleTerms> schedules;
  std::vector<DeckTerms> decks;
  std::vector<NumberListTerms> lists;
};

}  // namespace rf::toll
