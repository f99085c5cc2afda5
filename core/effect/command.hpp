// What an operator can ask of the running engine. Configuration commands are not here: they change the database, and
// the engine sees their outcome as a new policy.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/ids.hpp"
#include "core/guard/guard.hpp"
#include "core/money/account.hpp"
#include "core/money/amount.hpp"
#include "core/money/levels.hpp"
#include "core/record/records.hpp"

namespace rf::effect {

struct GetStatus {};
struct ListRegistrations {
  ExtensionId extension;  ///< none: all
};
struct RemoveRegistrations {
  ExtensionId extension;
  std::string contact_key;  ///< empty: all of the extension
};
struct ListCalls {};
struct HangUp {
  std::string cdr_id;
  TenantId tenant = {};  ///< only when it is a call of this one; none: of any
};
struct GuardListBans {};
/// Everything that is known of an address.
struct GuardExplain {
  Address address;
};
/// Ends bans, throttling, blocks and locks of this block.
struct GuardRelease {
  Subnet subnet;
};
struct GuardGetStats {};
/// Sources that are worth writing down, see Guard::keep().
struct GuardKeep {
  std::size_t from = 0;
  std::size_t count = 0;
  std::int64_t since_ms = 0;
  std::size_t limit = 0;
};
/// What would happen to a message like this; nothing is counted. The texts live as long as the question.
struct GuardTry {
  Endpoint remote;
  Transport transport = Transport::udp;
  std::uint16_t local_port = 5060;
  guard::Method method = guard::Method::register_;
  std::string user_agent;
  std::string target;
};
/// How somebody calls, and what was unusual lately.
struct ShowHabits {
  TenantId tenant;
  ExtensionId extension;  ///< with its department and tenant; none: everybody who ever called, without lines
};
/// Adds to what somebody may spend; below zero: takes it away. Answered when it is on disk.
struct TopUp {
  TenantId tenant;
  money::AccountId account;
  money::Amount amount;
};
/// Calls a number as an extension of that tenant would, and says this to whoever answers. Answered when somebody has
/// answered, or nobody will.
struct Announce {
  TenantId tenant;
  std::string caller;  ///< the extension's number: its rights and its money count
  std::string number;  ///< as it would dial it
  std::vector<std::string> clips;
};
/// How every trunk is.
struct ListTrunks {};
/// What is spent, by level.
struct GetSpending {};
using Command = std::variant<GetStatus, ListRegistrations, RemoveRegistrations, ListCalls, HangUp, GuardListBans,
                             GuardExplain, GuardRelease, GuardGetStats, GuardKeep, GuardTry, ShowHabits, TopUp,
                             Announce, ListTrunks, GetSpending>;

/// One named bound with its use, for `ringfence status`.
struct Gauge {
  std::string name;
  std::uint64_t used = 0;
  std::uint64_t limit = 0;
};

struct Status {
  std::vector<Gauge> gauges;
  std::uint64_t calls_started = 0, calls_answered = 0, messages_in = 0, messages_out = 0, malformed = 0, challenges = 0,
                auth_failures = 0, refused_in_dialog = 0;
  bool stopping = false;
};
struct Registrations {
  std::vector<record::Binding> bindings;
};
struct RunningCall {
  record::Cdr cdr;
  std::string state;  ///< "ringing", "talking", "held", "ending"
  std::vector<DeviceId> devices = {};  ///< of extensions that are in it, or ring
};
struct Calls {
  std::vector<RunningCall> calls;
};
struct Done {
  std::uint64_t count = 0;  ///< how many registrations were removed, calls ended
};
struct NotFound {
  std::string what;
};
/// The disk did not take the change: everything is as it was.
struct NotStored {};
struct GuardBans {
  std::vector<guard::Ban> bans;
};
struct GuardNumbers {
  guard::Stats stats;
  std::vector<std::string> rules;  ///< names, in the order of Stats::fired
};
struct GuardSources {
  std::vector<guard::KeptSource> sources;
  std::size_t next = 0;  ///< where to go on; 0: all of the table was looked at
};
struct GuardVerdict {
  guard::Verdict verdict;
  std::string rule;  ///< its name or text; empty: none
};
struct Habits {
  struct Subject {
    std::string level;  ///< "extension", "department", "tenant"
    std::uint64_t id = 0;
    std::uint32_t days = 0;  ///< with calls, that were learned from
    std::uint32_t calls_today = 0;
    std::vector<std::string> lines;  ///< in words
  };
  std::vector<Subject> subjects;
  struct Told {
    std::int64_t at_wall_ms = 0;
    ExtensionId extension;
    std::string number;  ///< that was called
    std::string action;  ///< "alert", "pin", "block"
    std::uint32_t score = 0;
    std::string text;
  };
  std::vector<Told> told;  ///< the newest first
};
/// The money is there, on disk as well.
struct Credited {
  money::Amount left;
};
/// It cannot be done, and nothing has changed.
struct Refused {
  std::string why;
};
/// Whether somebody answered; when nobody did, why.
struct Announced {
  bool answered = false;
  std::string why;
};
/// One trunk that is switched on; times by the wall clock, 0: never.
struct TrunkNow {
  TrunkId id;
  std::string_view health;              ///< "not known yet", "up", "failing", "down"
  std::int64_t since_wall_ms = 0;       ///< that it is so
  std::int64_t answered_wall_ms = 0;    ///< it answered anything last
  std::string_view registration = {};   ///< of one that registers: where that stands; empty: it does not
  std::int64_t registered_until_wall_ms = 0;
  std::string last_trouble;             ///< of its registration, one line; empty: none since it is registered
  std::uint32_t calls_in = 0, calls_out = 0;  ///< that run
};
struct Trunks {
  std::vector<TrunkNow> trunks;
};
struct Spending {
  std::array<money::LevelUse, money::levels> levels{};  ///< by money::Level
  money::Currency currency;
  bool shut = false;  ///< no paid call leaves: the ledger could not be read
};
using CommandResult = std::variant<Done, NotFound, NotStored, Status, Registrations, Calls, GuardBans,
                                   guard::Explanation, GuardNumbers, GuardSources, GuardVerdict, Habits, Credited,
                                   Refused, Announced, Trunks, Spending>;

}  // namespace rf::effect
