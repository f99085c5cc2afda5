// N calls in T seconds, N different numbers in T seconds: for extensions, departments, tenants and trunks.
#pragma once

#include <boost/container/static_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/keyed_hash.hpp"
#include "core/base/limits/toll.hpp"
#include "core/base/slots.hpp"
#include "core/toll/destinations.hpp"
#include "core/toll/subject.hpp"
#include "core/toll/window.hpp"

namespace rf::toll {

/// At most `calls` in any `period_s`.
struct PaceRule {
  std::uint32_t id = 0;  ///< one of a subject's own; the same rule keeps it when its numbers are changed
  std::uint32_t calls = 5;
  std::uint32_t period_s = 1;
  bool distinct = false;  ///< counts different numbers, not calls
  bool alert = false;     ///< refuses nothing: with so many the operator is told
};
/// What an extension has without rules of its own (row O6).
inline constexpr PaceRule default_pace{.id = 0, .calls = 5, .period_s = 1, .distinct = false, .alert = false};

/// A sentence about numbers that no rule can have; nothing when it is fine.
std::optional<std::string> fault_of(const PaceRule& rule);

/// Where a rule's count was found last; it may have gone since.
using PaceHint = Id<struct PaceRecordTag>;

/// Whom a call is counted for, and by which rules.
struct PaceCheck {
  Subject subject;
  std::span<const PaceRule> rules;
  PaceHint* hint = nullptr;  ///< of the first rule: tried first, and kept up to date
};

/// Why a call is refused, what was counted, and when it is worth another try.
struct PaceRefusal {
  enum class Why : std::uint8_t {
    calls,    ///< `count` calls were served in the last T
    numbers,  ///< `count` other numbers were called in the last T
    no_room,  ///< it cannot be counted: the table is full, or it has to pass more than TollLimits::pace_rules
  };
  Why why = Why::calls;
  Subject subject;
  PaceRule rule;
  std::uint32_t count = 0;
  std::int64_t until_mono_ms = 0;
};

/// As many calls, or different numbers, in a time as the operator wanted to be told of.
struct PaceAlert {
  Subject subject;
  PaceRule rule;
};

/// Counts calls that were served in sliding windows: in no T seconds, wherever they begin, are there more than N, so
/// nothing is won by waiting for a window's edge. What was refused is not counted: an honest phone that tries too often
/// gets its N. By monotonic time; nobody's clock moves it.
/// A rule of calls takes the same memory for any N; one of numbers takes up to N entries of a shared pool. Fails
/// closed: what cannot be counted is refused, nothing is forgotten to make room. Emergency calls do not ask (row O12).
///
/// A rule that alerts refuses nothing, not even for want of room. It is told once a burst: not again until nothing has
/// come to its number for its T, and for TollLimits::pace_quiet_s at least.
class Pace {
 public:
  /// `seed` of the keyed hashes.
  Pace(const TollLimits& limits, std::uint64_t seed);

  /// Where each rule's count is kept, in the order of `checks`.
  using Places = boost::container::static_vector<PaceHint, TollLimits::pace_rules>;
  /// Each lies somewhere in memory: whoever looks them up early, and reads other things meanwhile, waits less. Good for
  /// the same checks, whatever happens in between.
  Places look_up(std::span<const PaceCheck> checks) const;

  /// Takes one call to this number by all rules of all subjects, or by none. Nothing: it may go. A subject and a rule's
  /// id stand in `checks` once.
  std::optional<PaceRefusal> take(std::int64_t now_mono_ms, std::span<const PaceCheck> checks,
                                  std::string_view number) {
    return take(now_mono_ms, checks, look_up(checks), number);
  }
  std::optional<PaceRefusal> take(std::int64_t now_mono_ms, std::span<const PaceCheck> checks, const Places& places,
                                  std::string_view number);

  /// What the last take() that served its call brought about; good until the next one.
  std::span<const PaceAlert> alerts() const { return alerts_; }

  /// Counts a call that was served at that time, whatever there is already; calls and what is taken later never go back
  /// in time. What there is no room for is not counted.
  void recall(std::int64_t then_mono_ms, std::span<const PaceCheck> checks, std::string_view number);

  std::size_t records() const { return records_.size(); }
  std::size_t destinations() const { return destinations_.size(); }

 private:
  using RecordId = PaceHint;
  struct Key {
    Subject subject;
    std::uint32_t rule = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    using is_avalanching = void;
    SubjectHash subjects;
    std::size_t operator()(const Key& key) const noexcept { return subjects.of(key.subject, key.rule); }
  };
  struct Record {
    std::int64_t empty_at_ms = 0;  ///< nothing of it counts any more then
    std::int64_t quiet_at_ms = 0;  ///< of an alert: not told again before
    std::uint32_t told_at = 0;     ///< of an alert: the number that was told last
    Destinations::List numbers{};  ///< of a rule of numbers
    Key key;
    Window window{};  ///< of a rule of calls
  };
  struct Asked {
    RecordId id;
    Record* record = nullptr;  ///< it is not swept away before the call's time is over
    const PaceRule* rule = nullptr;
    bool counts = true;  ///< else an alert that has no room for one more
  };

  RecordId find(const PaceCheck& check, const PaceRule& rule) const;
  Asked record_of(std::int64_t now_ms, const Subject& subject, const PaceRule& rule, RecordId known);
  void count(std::int64_t now_ms, const Asked& asked, std::uint64_t number);
  bool is_full(std::int64_t now_ms, const Asked& asked);
  void tell(std::int64_t now_ms, const Asked& asked);
  void sweep(std::int64_t now_ms, std::uint32_t places);
  std::optional<PaceRefusal::Why> look(std::int64_t now_ms, const Asked& asked, std::uint64_t number,
                                       std::size_t& fresh_numbers);
  PaceRefusal refusal(std::int64_t now_ms, PaceRefusal::Why why, const Subject& subject, const Asked& asked);

  HashKey key_;
  Slots<Record, RecordId> records_;
  boost::unordered_flat_map<Key, RecordId, Hash> by_key_;
  Destinations destinations_;
  std::vector<PaceAlert> alerts_;
  std::uint32_t swept_to_ = 0;
};

}  // namespace rf::toll
