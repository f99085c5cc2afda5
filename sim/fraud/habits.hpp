// What honest people do on a day: drawn, the same for the same seed.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/random.hpp"
#include "sim/fraud/switchboard.hpp"

namespace rf::fraud {

/// A call that somebody will make.
struct Intent {
  std::int64_t at_ms = 0;  ///< wall time
  Ask ask;
};

class Habits {
 public:
  Habits(const Office& office, std::uint64_t seed);

  /// All calls of a day of the office's calendar (days since 1970), by time. Days in their order.
  std::vector<Intent> day(std::int32_t day);

 private:
  struct Trip {
    std::int32_t until_day = -1;
    std::size_t where = 0;  ///< place in ranges_far()
  };
  unsigned workers_permille(const Department& department, std::int32_t day) const;
  void person_day(std::uint32_t person, std::int32_t day, std::vector<Intent>& out);
  void usual(std::uint32_t person, std::int32_t day, unsigned calls, std::vector<Intent>& out);
  void conference(std::uint32_t person, std::int32_t day, std::vector<Intent>& out);
  void on_a_trip(std::uint32_t person, std::int32_t day, const Trip& trip, std::vector<Intent>& out);
  std::string whom(std::uint32_t person, const Department& department);
  std::string contact(std::uint32_t person, const Range& range, bool stranger);
  std::string as_dialled(std::string number);
  std::int64_t at(std::int32_t day, unsigned from_min, unsigned to_min);
  std::int64_t talk_ms(unsigned mean_s);
  Intent intent(std::uint32_t person, std::int64_t at_ms, std::string number, unsigned mean_s);

  const Office& office_;
  Random random_;
  std::vector<Trip> trips_;  ///< by person
};

}  // namespace rf::fraud
