// A call as it is drawn: who took part in columns, what was said in rows, both legs side by side.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/trace/entry.hpp"

namespace rf::trace {

/// Who takes part: an address of somebody else, or this system. Ready to be shown to a person.
struct Participant {
  std::string name;     ///< "1001"; of this system "Ringfence"; empty: not known
  std::string address;  ///< "192.0.2.7:5060"; empty of this system
  bool ours = false;
};

/// One arrow, or one line of explanation.
struct Row {
  std::size_t entry = 0;  ///< which of the entries it is
  std::size_t from = 0, to = 0;  ///< places of participants
  bool note = false;
  std::string label;  ///< "INVITE (SDP)"; of a note all that it says
};

/// Callers left of this system, who is called right of it; at most TraceLimits::participants, the last place is shared.
struct Ladder {
  std::vector<Participant> participants;
  std::vector<Row> rows;
};

/// `entries` in the order of time. `numbers`: in full.
Ladder ladder_of(std::span<const Entry> entries, bool numbers);

/// As lines for a terminal, in ASCII; nothing that a message held can drive it.
std::string text_of(const Ladder& ladder, std::span<const Entry> entries);

}  // namespace rf::trace
