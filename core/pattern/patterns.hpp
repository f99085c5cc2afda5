// How extensions, departments and tenants usually call, and whether a call that is to leave fits (row O10).
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/keyed_hash.hpp"
#include "core/base/slots.hpp"
#include "core/base/time.hpp"
#include "core/pattern/signal.hpp"

namespace rf::pattern {

/// From this score on a call teaches nothing, whatever the thresholds: a burst cannot make itself usual.
inline constexpr std::uint8_t unusual_score = 40;

/// What the habits say of one call.
struct Judgement {
  Action action = Action::none;    ///< the strictest of all levels
  Level level = Level::extension;  ///< whose
  std::uint8_t score = 0;          ///< of that level
  std::uint8_t highest = 0;        ///< of any level
  Findings findings;               ///< of that level
};

/// One that was told, for operators.
struct Remembered {
  std::int64_t at_wall_ms = 0;
  Asker asker;  ///< without its zone
  Call call;
  Judgement judgement;
  Moment moment;
};

/// Reads a subject's habits out, for people and programs.
struct Summary {
  Baseline baseline;
  Baseline::Most today;
};

/// Habits of everybody, in bounded tables. Nothing of it is on disk: a start lives through the records of the last
/// weeks again (judge, note, ended, in their order), which gives the same habits, and the same calls teach nothing.
///
/// What a thief can do. Refused, unanswered and unusual calls teach nothing; what is learned today counts from tomorrow
/// on, and a country stays new for a week. Whoever takes the time, a call a day at an hour of business, does become
/// usual: no pattern holds that, but the caps do, day by day (row O9: the stated bound counts none of this).
/// Emergency calls never come here.
class Patterns {
 public:
  struct Options {
    PatternLimits limits;
    std::uint64_t seed = 0;  ///< of keyed hashes
  };
  explicit Patterns(const Options& options);

  /// Changes nothing and allocates nothing.
  Judgement judge(Now now, const Asker& asker, const Call& call) const;
  /// The call leaves, or with `refused` does not. Gives whether the operator is to be told: once for a burst, and again
  /// when it comes to something stricter.
  bool note(Now now, const Asker& asker, const Call& call, const Judgement& judgement, bool refused);

  /// A call that was noted is over.
  struct Ended {
    std::int64_t noted_wall_ms = 0;         ///< what `now` of note() was
    std::optional<std::uint32_t> talked_s;  ///< nothing: nobody answered
    std::uint8_t score = 0;                 ///< Judgement::highest
  };
  void ended(const Asker& asker, const Call& call, const Ended& how);

  /// One record of the past, of a call that left: all three of the above.
  struct Past {
    std::int64_t began_wall_ms = 0;
    std::optional<std::uint32_t> talked_s;
  };
  void live_through(const Asker& asker, const Call& call, const Past& past);

  /// Nothing: it never called.
  std::optional<Summary> summary(Now now, Level level, std::uint64_t id, const schedule::Zone* zone) const;
  /// The newest first; of one extension, or with 0 of all.
  std::vector<Remembered> remembered(std::uint64_t extension) const;

  std::size_t size() const { return subjects_.size(); }
  std::size_t limit() const { return subjects_.limit(); }

 private:
  struct Key {
    std::uint64_t id = 0;
    Level level = Level::extension;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    using is_avalanching = void;
    HashKey key;
    std::size_t operator()(const Key& of) const noexcept {
      return OwnHash(key).add(of.id).add(static_cast<std::uint64_t>(of.level)).finish();
    }
  };
  struct Subject {
    Key key;
    std::uint32_t told_at_s = 0;  ///< the last call of the burst that the operator was told of
    Action told = Action::none;
    Recent recent{};
    Baseline baseline{};

    /// Begins to read what most calls need: the beginning of each.
    void fetch() const {
      const auto* at = reinterpret_cast<const char*>(&baseline);
      for (std::size_t line = 0; line < 5; ++line) __builtin_prefetch(at + 64 * line);
    }
  };
  using Handle = Id<struct PatternSubjectTag>;

  /// By Level; null: not known. They point into the table: valid until somebody is taken into it.
  using Subjects = std::array<const Subject*, level_count>;
  Subjects subjects_of(const Asker& asker) const;
  /// What one level is asked.
  static Question question(const Moment& now, const Asker& asker, const Call& call, const Subjects& subjects,
                           std::size_t place);
  const Subject* find(Level level, const Party& party) const;
  Subject& take(Level level, const Party& party);
  void make_room();
  bool is_news(const Moment& now, const Asker& asker, const Judgement& judgement);

  static_assert(sizeof(Subject) <= 2'048, "PatternLimits says what a subject takes");

  Slots<Subject, Handle> subjects_;
  boost::unordered_flat_map<Key, Handle, Hash> by_key_;
  std::vector<Handle> hints_;  ///< by Party::place: who was found there last, mostly the one that is looked for
  std::uint32_t hand_ = 0;     ///< where room is looked for next
  std::array<Remembered, PatternLimits::judgements> remembered_;
  std::size_t told_ = 0;  ///< ever
};

/// "score 90: first call to LV; …": one line for the operator. `number`: of the extension.
std::string text_of(const Judgement& judgement, const Call& call, const Moment& moment, std::string_view number);
/// "mon-fri 07-18, sat 09-12; calls DE, AT, CH; …": lines for people.
std::vector<std::string> lines_of(const Summary& summary);

}  // namespace rf::pattern
