// An office in Berlin whose calls teach patterns, and who tries to call from it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/pattern/patterns.hpp"
#include "core/schedule/tzif.hpp"

namespace rf::pattern {

constexpr std::int64_t second_ms = 1'000, minute_ms = 60 * second_ms, hour_ms = 60 * minute_ms, day_ms = 24 * hour_ms;
/// Monday, 2026-01-05, 00:00 in Berlin; there is no summer time for twelve weeks.
constexpr std::int64_t monday_ms = 1'767'567'600'000;

struct Office {
  explicit Office(PatternLimits limits = {}) : patterns({limits, 7}) {}

  Asker asker(std::uint64_t extension) const {
    return {{Party{extension, thresholds}, Party{100 + extension % 3, thresholds}, Party{1, thresholds}},
            &zone,
            *Country::parse("DE")};
  }
  static Call to(std::string_view number, bool forwarded = false) {
    const auto parsed = number::E164::parse(number);
    return parsed ? call_to(*parsed, forwarded) : Call{{}, *Country::parse("DE"), number::Class::unknown, forwarded};
  }
  static Now at(std::int64_t wall_ms) { return {0, wall_ms}; }

  Judgement judge(std::uint64_t extension, std::int64_t wall_ms, std::string_view number,
                  bool forwarded = false) const {
    return patterns.judge(at(wall_ms), asker(extension), to(number, forwarded));
  }
  /// Tries; leaves unless it is refused or wants a PIN, and talks for so long, or nobody answers.
  Judgement call(std::uint64_t extension, std::int64_t wall_ms, std::string_view number,
                 std::optional<std::uint32_t> talked_s, bool forwarded = false) {
    const Asker who = asker(extension);
    const Call what = to(number, forwarded);
    const Judgement judgement = patterns.judge(at(wall_ms), who, what);
    const bool refused = judgement.action >= Action::pin;
    told += patterns.note(at(wall_ms), who, what, judgement, refused) ? 1 : 0;
    if (!refused) patterns.ended(who, what, {wall_ms, talked_s, judgement.highest});
    return judgement;
  }
  /// Weeks of an ordinary office: extensions 1 to `extensions` call within Germany, and Austria now and then.
  void work(unsigned days, unsigned extensions = 5, std::int64_t from_ms = monday_ms) {
    for (unsigned day = 0; day < days; ++day) {
      if (day % 7 >= 5) continue;
      for (unsigned hour = 8; hour < 18; ++hour)
        for (unsigned extension = 1; extension <= extensions; ++extension) {
          const std::int64_t when = from_ms + day * day_ms + hour * hour_ms + extension * 7 * minute_ms;
          call(extension, when, "+4930" + std::to_string(2'000'000 + (day * 10 + hour) * 4'001 % 90'000 + extension),
               60 + (hour * 37 + day * 11) % 400);
          if (hour == 11 && day % 2 == 0)
            call(extension, when + 20 * minute_ms, "+43664123456" + std::to_string(extension),
                 40 + (extension * 97 + day * 31) % 300);
        }
    }
  }
  std::string text(const Judgement& judgement, std::int64_t wall_ms, std::string_view number) const {
    return text_of(judgement, to(number), moment_of(wall_ms, &zone), "1001");
  }

  schedule::Zone zone = *schedule::parse_posix_zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3");
  Thresholds thresholds;
  Patterns patterns;
  unsigned told = 0;
};

inline bool has(const Findings& findings, Signal signal) {
  for (const Finding& each : findings)
    if (each.signal == signal) return true;
  return false;
}

}  // namespace rf::pattern
