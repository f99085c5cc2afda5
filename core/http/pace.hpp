// How fast one asker of the API may ask.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

namespace rf::http {

/// ApiLimits::reads_per_s and changes_per_s of each asker, ten seconds' worth of them at once. Knows
/// ApiLimits::askers of them: of further ones the one that was unheard longest is forgotten, which gives him what he
/// had at the beginning and nobody more.
class Pace {
 public:
  /// Takes one request of that asker. None: it is served; else the seconds after which another would be.
  std::optional<std::uint32_t> turn_away(std::int64_t now_mono_ms, std::uint64_t asker, bool changes);

 private:
  struct Asker {
    std::uint64_t id = 0;
    /// What was served so far is worth the time until then, at the allowed rate: of reads, of changes.
    std::int64_t served_until_ms[2] = {0, 0};
  };
  std::list<Asker> by_age_;  ///< the one unheard longest first
  std::unordered_map<std::uint64_t, std::list<Asker>::iterator> by_id_;
};

}  // namespace rf::http
