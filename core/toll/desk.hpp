// Where a call asks for what it needs: pace, lines and money, all of them or none.
#pragma once

#include <array>
#include <boost/container/static_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/slots.hpp"
#include "core/base/time.hpp"
#include "core/money/ledger.hpp"
#include "core/toll/caller_pace.hpp"
#include "core/toll/decide.hpp"
#include "core/toll/duration.hpp"
#include "core/toll/lines.hpp"
#include "core/toll/pace.hpp"
#include "core/toll/parties.hpp"

namespace rf::toll {

/// A call's name in the ledger and in its record: 64 random bits, since ids of calls come again after a restart.
using CallKey = Id<struct CallKeyTag>;

/// A call that is to leave.
struct Leaving {
  CallId call;              ///< as Slots gives it: the top four bits are zero
  CallKey key;              ///< new for each call
  std::string_view number;  ///< called, in E.164
  money::Rate rate;         ///< of the trunk; without a currency nothing is reserved
  bool emergency = false;   ///< nothing may stop it (row O12)
  /// Placed by the system itself: among the calls at once and in the pace of its extension it neither counts nor waits,
  /// or whoever has that extension's password would say whether it leaves.
  bool by_system = false;
};

/// When what happens to a call, in milliseconds since it was answered.
struct Times {
  std::optional<Duration> end;                  ///< nothing: it may last
  std::optional<std::int64_t> extend_after_ms;  ///< ask for more money; nothing: `end` stands
  friend bool operator==(const Times&, const Times&) = default;
};

struct Grant {
  /// The last entry of the ledger that has to be on disk before the call leaves, or before `times` take the place of
  /// the former ones; 0: none.
  std::uint64_t entry = 0;
  Times times;
  std::int64_t reserved = 0;  ///< altogether, in micro-units
  CallId make_room;           ///< to be ended, so that this emergency call finds a line on a full trunk
};

/// Who or what refused.
struct Refused {
  /// Paid calls cannot be taken at all.
  enum class Closed : std::uint8_t {
    damaged,    ///< the ledger could not be read, see Desk::shut
    disk,       ///< the disk failed twice, or is so late that entries pile up
    full,       ///< as many calls have money as there is room for
    not_known,  ///< the call never opened, is answered already, or has no money
  };
  std::variant<PaceRefusal, LineRefusal, money::Refused, Closed> by;
  std::optional<std::int64_t> until_wall_ms;  ///< not worth another try before; nothing: who knows

  bool is_pace() const { return std::holds_alternative<PaceRefusal>(by); }
  bool is_lines() const { return std::holds_alternative<LineRefusal>(by); }
};
/// One line for the operator: which rule, of whom (by level and id), what is left.
std::string text_of(const Refused& refused);

/// What a call came to.
struct Bill {
  std::uint64_t entry = 0;    ///< of the ledger; 0: no money was reserved
  std::int64_t cost = 0;      ///< micro-units
  std::int64_t reserved = 0;  ///< what it had at its end
  std::int64_t overrun = 0;   ///< above that: it was cut too late
};

/// For events.
using Notice = std::variant<money::Warning, LineAlert, PaceAlert>;
/// One line for the operator.
std::string text_of(const Notice& notice);

/// Entries of the ledger for the disk, in order.
struct Writing {
  std::vector<money::LedgerEntry> entries;
  std::uint64_t last = 0;  ///< for written(); 0: there is nothing to write
};

/// What a call of a former process cost, by its record.
struct KnownCost {
  CallKey key;
  std::int64_t micros = 0;
};

/// The pace, the lines and the ledger of one engine; nobody else changes them.
///
/// Paid calls fail closed: no money, no room, no disk, no ledger: no call. Emergency calls fail open: they enter full
/// lines, ask for no pace and no money. Calls without a price need no money, and so neither ledger nor disk.
///
/// After every call of a method that is not const: take_writing(), when wants_writing() says so.
class Desk {
 public:
  struct Options {
    MoneyLimits money;
    TollLimits toll;
    std::uint64_t seed = 0;  ///< of keyed hashes
  };
  Desk(const Options& options, money::Ledger ledger);

  // --- Calls that leave

  /// All that the call needs, or nothing of it: a refused call has no lines and no money, and counts in no pace.
  std::expected<Grant, Refused> open(Now now, const Parties& parties, const Leaving& leaving);
  /// The trunk failed before an answer: its lines and money are given back, and another one's taken; of pace only that
  /// of the trunk. Refused: the call has no trunk and no money; ask for another way, or close().
  std::expected<Grant, Refused> next_way(Now now, const Parties& parties, CallId call, const money::Rate& rate);
  /// The callee answered: it costs from now on.
  Times answered(Now now, CallId call);
  /// Money for the next step. Refused: the former end of the call stands, and is announced, see times().
  std::expected<Grant, Refused> extend(Now now, const Parties& parties, CallId call);
  /// What holds for the call now; nothing for one that is not known or that nothing limits.
  Times times(CallId call) const;
  /// The call is over. `talked_ms` since the answer; nothing: nobody answered. Ends the lines of an inbound leg, too.
  Bill close(Now now, CallId call, std::optional<std::int64_t> talked_ms);

  // --- Calls that come in

  /// Pace of the trunk that brings a call; asked before anybody rings.
  std::expected<void, Refused> arrive(Now now, const Parties& parties);
  /// Lines of the trunk by which it came.
  std::expected<void, Refused> enter(const Parties& parties, CallId call, bool emergency = false);

  /// Rejects a call that its inbound route wants no more of from this number, see InboundTerms::caller_pace.
  void pace_caller(Now now, const Plan& plan, std::string_view caller, Arrival& arrival);

  /// Ends every call that `runs(CallId)` does not know, its money presumed spent. Gives how many there were: none,
  /// unless somebody forgot one.
  template <class Fn>
  std::size_t keep(Now now, Fn&& runs) {
    std::vector<CallId> gone;
    for (const auto& [call, place] : by_call_)
      if (!runs(call)) gone.push_back(call);
    for (const CallId call : gone) forget(now, call);
    return gone.size() + lines_.keep([&](CallId leg) { return runs(call_of(leg)); });
  }

  // --- After a restart, before the first call, oldest first: calls of the former process count in pace

  /// One that left `then`.
  void recall(Now then, const Parties& parties, const std::string& number);
  /// One that a trunk brought, and by an inbound route from this number.
  void recall_arrival(Now then, const Parties& parties);
  void recall_caller(Now then, const InboundTerms& route, std::string_view caller) {
    caller_pace_.take(then, route, caller);
  }

  // --- Money

  /// Opens the account when it is new. Errors: as Ledger::top_up.
  std::expected<std::uint64_t, Refused> top_up(Now now, money::Level level, const Payer& payer, money::Amount amount);
  const money::Ledger& ledger() const { return ledger_; }
  /// The ledger could not be read: no paid call leaves. `why` for the operator, with what to do.
  void shut(std::string why) { shut_ = std::move(why); }
  const std::string& why_shut() const { return shut_; }
  /// After a restart, before the first call: calls of the former process count as spent with all they had, or with what
  /// their record says, if that is less.
  void settle_former_calls(Now now, std::span<const KnownCost> costs);
  /// Appends what happened since the last time, and gives how much was left out.
  std::size_t take_notices(std::vector<Notice>& out);

  // --- Disk

  /// Whether there is something to write now. A failing disk is asked again after a second.
  bool wants_writing(Now now) const { return sent_ < unstored_.size() && now.mono_ms >= retry_at_mono_ms_; }
  /// When wants_writing() may be worth asking, by monotonic time; never_ms when there is nothing to write.
  std::int64_t next_writing_mono_ms() const { return sent_ < unstored_.size() ? retry_at_mono_ms_ : never_ms; }
  Writing take_writing();
  /// All entries to `last` are on disk. Or not: then they are given again, with all that followed; who writes them has
  /// to take an entry that he has for written, and must leave no gap.
  void written(Now now, std::uint64_t last, bool ok);
  std::size_t unstored() const { return unstored_.size(); }

  const Lines& lines() const { return lines_; }
  const Pace& pace() const { return pace_; }
  std::size_t calls() const { return calls_.size(); }
  /// Counts everything anew. What is wrong, or nothing. For tests and simulation.
  std::optional<std::string> audit() const;

 private:
  /// Of a call, in the ledger, which closes none that has a reservation.
  using Accounts = boost::container::static_vector<const money::AccountState*, MoneyLimits::accounts_per_call>;
  struct Call {
    CallKey key;
    std::string number;
    std::uint64_t tenant = 0, trunk = 0;
    money::Rate rate;
    money::Horizon horizon;
    Accounts accounts;
    std::int64_t reserved = 0;
    std::optional<std::int64_t> answered_mono_ms;
    std::optional<std::int64_t> asked_after_ms;  ///< since the answer: when more money was asked for last
    std::optional<std::int64_t> extension_ms, trunk_ms, system_ms;
    bool has_money = false, emergency = false;
    bool last_money = false;  ///< more was refused
  };
  using Place = Id<struct DeskCallTag>;
  Call* find(CallId id);
  const Call* find(CallId id) const { return const_cast<Desk*>(this)->find(id); }

  /// The limit of an account that leaves the least.
  struct Tightest {
    const money::AccountState* account = nullptr;
    money::Limit limit = money::Limit::day;
    std::int64_t left = 0;
  };
  static constexpr std::uint64_t inbound_leg = std::uint64_t{1} << 60;
  static CallId leg_in(CallId call) { return {call.value | inbound_leg}; }
  static CallId call_of(CallId leg) { return {leg.value & ~inbound_leg}; }

  /// Where a payer's lines, pace and money were found last: mostly there is nothing to look up.
  struct Hint {
    LineHint lines;
    LineHint both, of_tenant;  ///< of a trunk: of its calls in both directions, and of those of who used it last
    PaceHint pace;
    const money::AccountState* account = nullptr;
  };
  Hint* hint_of(const Payer& payer) { return payer.place < hints_.size() ? &hints_[payer.place] : nullptr; }
  void fetch_money(CallKey key, const Parties& parties);

  /// Whose lines and pace a call counts in.
  enum class Scope : std::uint8_t { all, but_extension, trunk };
  std::optional<Refused> take_lines(const Parties& parties, CallId id, bool emergency, Scope scope);
  std::optional<Refused> enter_lines(CallId leg, std::span<const LineLimit> limits, bool emergency);
  void leave_trunk(CallId id, Call& call);
  CallId victim(const Parties& parties);
  using PaceChecks = boost::container::static_vector<PaceCheck, money::levels>;
  PaceChecks paces_of(const Parties& parties, Scope scope);
  /// What a call is counted by.
  struct Counted {
    PaceChecks checks;
    Pace::Places places;
  };
  void note(const Notice& alert);
  Counted counted_by(const Parties& parties, Scope scope);
  std::optional<Refused> take_pace(Now now, const Counted& by, std::string_view number);
  std::optional<Refused> admit(Now now, const Parties& parties, Call& call, const Counted& by);

  std::expected<const money::AccountState*, money::Refused> prepare_one(Now now, money::AccountId id,
                                                                        const Payer& payer);
  std::expected<Accounts, Refused> prepare(Now now, const Parties& parties);
  static Tightest tightest(const Accounts& accounts);
  std::expected<std::int64_t, Refused> affordable(const Call& call, std::uint32_t elapsed_s) const;
  std::optional<Refused> closed(Now now) const;
  void cancel(Now now, Call& call);
  static std::optional<std::int64_t> longest_ms(const Call& call);
  Times times_of(const Call& call) const;
  Grant granted(const Call& call) const;
  Refused refused(const money::Refused& by) const;
  void enter(const money::LedgerEntry& entry) { unstored_.push_back(entry); }
  void forget(Now now, CallId id);
  money::Amount amount_of(std::int64_t micros) const;

  Options options_;
  Pace pace_;
  Lines lines_;
  CallerPace caller_pace_;
  money::Ledger ledger_;
  Slots<Call, Place> calls_;  ///< apart from their index: few running calls stay few cache lines
  boost::unordered_flat_map<CallId, Place, std::hash<CallId>> by_call_;
  std::vector<Hint> hints_;  ///< by Payer::place
  std::vector<Notice> alerts_;
  std::size_t alerts_left_out_ = 0;
  std::string shut_;
  std::deque<money::LedgerEntry> unstored_;
  std::size_t sent_ = 0;  ///< of those, from the first
  std::int64_t retry_at_mono_ms_ = 0;
  std::uint64_t failed_writes_ = 0;  ///< tries, one after the other
};

}  // namespace rf::toll
