// Calls at once: of extensions, tenants and trunks, in each direction.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/limits/toll.hpp"
#include "core/base/slots.hpp"
#include "core/toll/subject.hpp"

namespace rf::toll {

/// Where the list of somebody's calls was found last; it may have gone since.
using LineHint = Id<struct LineTag>;

/// Somebody whom a call is counted for, and how many calls there may be at once.
struct LineLimit {
  Subject subject;
  std::uint32_t alert_at = 0;  ///< with so many calls the operator is told, once; 0: never
  std::uint32_t block_at = 0;  ///< so many calls at most; 0: any number
  LineHint* hint = nullptr;    ///< tried first, and kept up to date
};

/// As many calls as the operator wanted to be told of.
struct LineAlert {
  Subject subject;
  std::uint32_t count = 0;
  std::uint32_t alert_at = 0;
};

struct LineRefusal {
  enum class Why : std::uint8_t {
    full,     ///< `count` calls are running, and no more may
    no_room,  ///< the call cannot be counted: TollLimits::line_calls are, or it has more than line_subjects
  };
  Why why = Why::full;
  Subject subject;
  std::uint32_t count = 0;
  std::uint32_t block_at = 0;
};

struct Entry {
  std::optional<LineRefusal> refused;
  std::span<const LineAlert> alerts;  ///< good until the next enter()
};

/// The set of running calls, each with those it is counted for. There are no counters to raise and lower in pairs: a
/// count is the length of a list of calls, a call that leaves takes itself out of every list it is in, and what nobody
/// took out is found by keep(). So nothing leaks, and nothing is counted twice.
///
/// An alert comes when a count reaches its threshold, and not again until it was a fifth of it lower.
/// Emergency calls enter whatever is full, and count (row O12).
class Lines {
 public:
  /// `seed` of the keyed hash.
  Lines(const TollLimits& limits, std::uint64_t seed);

  /// Counts a call for all of them or, when one is full, for none. For a call that is in already, those are added that
  /// it was not counted for (a trunk is chosen later, or another one after a failure). An emergency call is never
  /// refused; with too many subjects it is counted for the first ones. No two limits are of the same subject.
  Entry enter(CallId call, std::span<const LineLimit> limits, bool emergency = false);
  /// The call is over. A call that is not in: nothing happens.
  void leave(CallId call);
  /// It is no longer counted for this one: it goes by another trunk.
  void leave(CallId call, const Subject& subject);

  std::uint32_t count(const Subject& subject) const;
  bool has(CallId call) const { return by_call_.contains(call); }
  std::size_t calls() const { return calls_.size(); }

  /// Names a running call that is to be ended so that an emergency call finds a line: the one that was counted last
  /// for this subject, of those that are no emergency calls and were not named before. It is counted until it leaves.
  /// None: there is no such call.
  CallId take_victim_for_emergency(const Subject& trunk);

  /// Takes out every call that `runs(CallId)` does not know. Gives how many those were: none, unless somebody forgot.
  template <class Fn>
  std::size_t keep(Fn&& runs) {
    std::vector<CallId> gone;
    calls_.for_each([&](CallHandle, const Call& call) {
      if (!runs(call.id)) gone.push_back(call.id);
    });
    for (const CallId call : gone) leave(call);
    return gone.size();
  }

  /// Counts everything anew, without trusting any count. What is wrong, or nothing. For tests and simulation.
  std::optional<std::string> audit() const;

 private:
  using CallHandle = Id<struct LineCallTag>;
  using LineHandle = LineHint;
  /// A call in one of its lists: the call's handle, and in the top four bits which of its memberships.
  using Link = std::uint64_t;

  struct Membership {
    LineHandle line;
    Link before = 0, after = 0;
  };
  struct Call {
    CallId id;
    bool spared = false;  ///< an emergency call, or named as a victim; these stand in front in every list
    std::uint8_t count = 0;
    std::array<Membership, TollLimits::line_subjects> in;
  };
  struct Line {
    Subject subject;
    std::uint32_t count = 0;
    std::uint32_t alert_at = 0;
    bool alerted = false;
    Link front = 0, back = 0;
  };
  static Link link_of(CallHandle call, std::size_t index) {
    return call.value | static_cast<std::uint64_t>(index) << 60;
  }
  static CallHandle call_of(Link link) { return {link & ~(std::uint64_t{15} << 60)}; }
  static std::size_t index_of(Link link) { return link >> 60; }
  Membership& at(Link link) { return calls_.find(call_of(link))->in[index_of(link)]; }

  LineHandle line_of(const Subject& subject) const;
  LineHandle line_of(const LineLimit& limit) const;
  /// A line of one of a call's limits, found once; none: not there yet, or not looked for.
  struct Found {
    LineHandle handle;
    Line* line = nullptr;
  };
  using AllFound = std::array<Found, TollLimits::line_subjects>;
  std::optional<LineRefusal> judge(const Call* call, std::span<const LineLimit> limits, AllFound& found);
  static bool is_in(const Call& call, LineHandle line);
  CallHandle begin(CallId call, bool emergency);
  Found line_for(const Subject& subject);
  void join(Call& call, CallHandle handle, const Found& found, const LineLimit& limit, bool fresh);
  void put(Line& line, Membership& member, Link link, bool in_front);
  void take_out(Line& line, Link link);
  void part(CallHandle call, std::size_t index);
  void spare(CallHandle call);

  Slots<Call, CallHandle> calls_;
  Slots<Line, LineHandle> lines_;
  boost::unordered_flat_map<CallId, CallHandle, std::hash<CallId>> by_call_;
  boost::unordered_flat_map<Subject, LineHandle, SubjectHash> by_subject_;
  std::vector<LineAlert> alerts_;
};

}  // namespace rf::toll
