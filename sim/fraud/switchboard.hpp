// Calls that leave, from dialling to the carrier's bill, through toll::decide and toll::Desk as the engine asks them;
// with a disk that is late, fails, and a process that is killed.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.hpp"
#include "core/toll/decide.hpp"
#include "core/toll/desk.hpp"
#include "sim/fraud/agenda.hpp"
#include "sim/fraud/disk.hpp"
#include "sim/fraud/office.hpp"

namespace rf::fraud {

inline constexpr std::uint32_t honest = 0;

/// Somebody dials.
struct Ask {
  std::uint32_t person = 0;      ///< place in Office::people, whose password it is
  std::uint32_t thief = honest;  ///< from 1
  std::string dialled;
  toll::Question::For purpose = toll::Question::For::call;
  std::int64_t ring_ms = 5'000;
  std::optional<std::int64_t> talk_ms = {};  ///< nothing: nobody answers
  unsigned failing = 0;                      ///< carriers that fail before one rings
  unsigned again = 0;                        ///< times that it was dialled before
};

/// A call that did not leave, or ended before its time.
struct No {
  enum class By : std::uint8_t { rules, pattern, pace, lines, money, system } by = By::rules;
  std::string cause;  ///< whose rule, short enough for a table
  std::string why;    ///< as the operator reads it
  bool own_day = false;  ///< the day's cap of the extension itself
};

/// One that left and is over.
struct Gone {
  std::optional<std::int64_t> talked_ms;  ///< nothing: nobody answered
  std::int64_t cost = 0;
  bool cut = false;  ///< before its time, by a rule of ours
  std::string_view cut_by;
  number::E164 number;
  Country country;
  number::Class kind = number::Class::unknown;
};

/// What analyses calling patterns, if anything does.
class Screen {
 public:
  virtual ~Screen() = default;
  struct Call {
    std::uint32_t person;  ///< place in Office::people
    const toll::Decision& decision;
    toll::Question::For purpose;
  };
  struct Opinion {
    /// `pin`: an honest caller enters one and goes on, a thief has none.
    enum class Action : std::uint8_t { none, alert, pin, block } action = Action::none;
    std::uint8_t score = 0;
    std::string_view whose = {};  ///< habits it does not fit: of what level
    std::string why;
  };
  /// Asked before a call leaves.
  virtual Opinion judge(Now now, const Call& call) = 0;
  /// It leaves, or is refused by this opinion. Whether the operator is to be told.
  virtual bool note(Now now, const Call& call, bool refused) = 0;
  /// One that left is over.
  virtual void ended(const Call& call, std::int64_t left_wall_ms, std::optional<std::int64_t> talked_ms,
                     std::uint8_t score) = 0;
};

/// Who hears of it.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void refused(const Ask& ask, const No& no) = 0;
  virtual void left(const Ask& ask) = 0;
  virtual void over(const Ask& ask, const Gone& gone) = 0;
  /// A stolen password owes so much more than when it was last looked at; wall time.
  virtual void owes(const Ask& ask, std::int64_t since_ms, std::int64_t micros) = 0;
  /// The operator is told of a pattern.
  virtual void alert(const Ask& ask, std::string_view whose) = 0;
  /// Somebody honest was asked for a PIN.
  virtual void entered_pin(const Ask& ask) = 0;
};

class Switchboard {
 public:
  struct Weather {
    unsigned failing_writes = 0;       ///< one of so many fails; 0: none
    unsigned audit_every = 64;         ///< everything is counted anew every so many events; sums are checked at each
  };
  Switchboard(const Office& office, std::uint64_t seed, const Weather& weather, Agenda& agenda, Watcher& watcher,
              Screen* screen);

  void dial(Ask ask);
  void handle(const Event& event);
  /// kill -9, and a start a moment later. Every call is cut.
  void crash();
  /// The operator gave the extension another password: what the thief has running ends.
  void throw_out(std::uint32_t thief, std::uint32_t person);
  /// The operator gives an extension more money for this day and month than the policy says.
  void raise(std::uint32_t person, std::int64_t micros);
  /// Brings up to date what thieves owe.
  void count_losses();
  bool steals() const { return stolen_calls_ > 0; }
  std::size_t running(std::uint32_t thief, std::uint32_t person) const;
  std::vector<toll::Notice> take_notices();
  const toll::Desk& desk() const { return *desk_; }

  /// What is wrong with the books; nothing is what every run has to give.
  const std::optional<std::string>& fault() const { return fault_; }
  std::uint64_t audits() const { return audits_; }
  std::uint64_t crashes() const { return crashes_; }
  std::int64_t settled_micros() const { return settled_; }
  /// Of killed processes: what counts as spent though no carrier asks for it.
  std::int64_t presumed_too_much() const { return presumed_too_much_; }

 private:
  struct Held {
    std::uint64_t entry;
    std::int64_t reserved;
  };
  struct Call {
    Ask ask;
    toll::Decision decision;
    std::size_t way = 0;
    toll::CallKey key;
    money::Rate rate;
    TrunkId trunk;
    std::int64_t left_wall_ms = 0;
    std::uint8_t score = 0;                  ///< of the pattern
    std::optional<std::uint64_t> waits_for;  ///< an entry that is not on disk
    bool rings = false;
    std::optional<std::int64_t> answered_ms;
    toll::Times times;
    std::vector<Held> held;  ///< what was reserved, by the entry that says so
    std::uint32_t version = 0;
    std::int64_t owed = 0;
    bool cut = false, thrown_out = false;
    std::string_view cut_by;
    std::int64_t over_at_ms = 0;  ///< of one that is being cut: when the carrier's clock stops

    std::int64_t reserved() const { return held.empty() ? 0 : held.back().reserved; }
    std::int64_t reserved_at(std::uint64_t entry) const;
  };
  /// Ended, but the disk does not know yet.
  struct Ended {
    std::uint64_t entry;
    toll::CallKey key;
    std::int64_t cost;
    std::vector<Held> held;
  };
  using Calls = std::map<std::uint64_t, Call>;

  void start(money::Ledger ledger);
  std::int64_t now_ms() const { return agenda_.now().mono_ms; }
  toll::Parties parties(const Call& call) const;
  Screen::Call facts(const Call& call) const;
  bool judged(Call& call);
  void refuse(const Ask& ask, const toll::Refused& by);
  void granted(std::uint64_t id, Call& call, const toll::Grant& grant);
  void go_on(std::uint64_t id, Call& call);
  void flush();
  void stored();
  void ring(Calls::iterator at);
  void due(Calls::iterator at);
  void extend(std::uint64_t id, Call& call);
  void plan_next(std::uint64_t id, Call& call);
  void end_later(std::uint64_t id, Call& call, std::string_view by);
  void close(Calls::iterator at, std::optional<std::int64_t> talked_ms);
  void owe(Call& call);
  void hold(Call& call, std::uint64_t entry, std::int64_t reserved);
  void lose(const Call& call);
  void fail(std::string what);
  void check_sums();
  void audit();

  const Office& office_;
  Weather weather_;
  Agenda& agenda_;
  Watcher& watcher_;
  Screen* screen_;
  Random random_;
  MoneyLimits bounds_;
  TollLimits toll_bounds_;
  std::unique_ptr<toll::Desk> desk_;
  Disk disk_;
  std::uint64_t writing_last_ = 0;
  Calls calls_;
  std::vector<Ended> ended_;
  std::vector<std::uint64_t> waiting_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> stolen_;
  std::map<std::uint32_t, toll::SpendingTerms> raised_;  ///< by person
  std::int64_t counted_at_ms_ = 0;                       ///< wall time
  std::size_t stolen_calls_ = 0;
  std::uint64_t last_id_ = 0, events_ = 0, audits_ = 0, crashes_ = 0;
  std::int64_t settled_ = 0, reserved_ = 0, presumed_too_much_ = 0;
  std::optional<std::string> fault_;
};

}  // namespace rf::fraud
