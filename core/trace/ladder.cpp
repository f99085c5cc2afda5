#include "core/trace/ladder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/limits/trace.hpp"
#include "core/base/plain.hpp"
#include "core/trace/redact.hpp"

namespace rf::trace {
namespace {

struct Place {
  Endpoint remote;
  Transport transport = Transport::udp;
  std::string name;
  bool calls = false;  ///< the first that was heard between us was theirs
};

std::vector<Place> places_of(std::span<const Entry> entries) {
  std::vector<Place> out;
  for (const Entry& entry : entries) {
    if (entry.direction == Direction::note) continue;
    const auto known = std::find_if(out.begin(), out.end(), [&](const Place& place) {
      return place.remote == entry.remote && place.transport == entry.transport;
    });
    if (known != out.end()) continue;
    const bool calls = entry.direction == Direction::in;
    // One place is ours, and the last one is shared.
    if (out.size() + 2 > TraceLimits::participants) break;
    out.push_back({entry.remote, entry.transport, calls ? entry.from : entry.to, calls});
  }
  std::stable_partition(out.begin(), out.end(), [](const Place& place) { return place.calls; });
  return out;
}

constexpr std::size_t time_width = 14, lane_width = 28;

std::size_t column(std::size_t lane) {
  return time_width + lane * lane_width + lane_width / 2;
}

/// Writes over what is there, and nothing beyond the end.
void put(std::string& line, std::size_t at, std::string_view text) {
  for (std::size_t i = 0; i < text.size() && at + i < line.size(); ++i) line[at + i] = text[i];
}

/// What a terminal counts as one column each.
std::string ascii(std::string_view text, std::size_t width) {
  std::string out = plain(text);
  std::replace_if(out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  if (out.size() > width) out = out.substr(0, width - 1) + "~";
  return out;
}

std::string rungs(std::size_t lanes) {
  std::string out(time_width + lanes * lane_width, ' ');
  for (std::size_t i = 0; i < lanes; ++i) out[column(i)] = '|';
  return out;
}

std::string without_tail(std::string line) {
  while (line.ends_with(' ')) line.pop_back();
  return line + "\n";
}

}  // namespace

Ladder ladder_of(std::span<const Entry> entries, bool numbers) {
  const std::vector<Place> places = places_of(entries);
  const auto ours = static_cast<std::size_t>(
      std::count_if(places.begin(), places.end(), [](const Place& place) { return place.calls; }));
  Ladder out;
  for (const Place& place : places) {
    if (out.participants.size() == ours) out.participants.push_back({"Ringfence", "", true});
    const std::string name = numbers ? place.name : hidden_number(place.name);
    out.participants.push_back({plain(name, 32), fmt::format("{} {}", place.remote.text(), name_of(place.transport))});
  }
  if (out.participants.size() == ours) out.participants.push_back({"Ringfence", "", true});
  std::optional<std::size_t> others;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    Row row;
    row.entry = i;
    if (entry.direction == Direction::note) {
      row.note = true;
      const std::string said = numbers ? entry.text : hidden_numbers_in_words(entry.text);
      row.label = plain(said.empty() ? entry.label : fmt::format("{}: {}", entry.label, said), TraceLimits::text_bytes);
      out.rows.push_back(std::move(row));
      continue;
    }
    const auto found = std::find_if(places.begin(), places.end(), [&](const Place& place) {
      return place.remote == entry.remote && place.transport == entry.transport;
    });
    std::size_t at = static_cast<std::size_t>(found - places.begin());
    if (found == places.end()) {
      if (!others) {
        others = out.participants.size();
        out.participants.push_back({"others", "several addresses"});
      }
      at = *others;
    } else if (at >= ours) {
      ++at;
    }
    row.from = entry.direction == Direction::in ? at : ours;
    row.to = entry.direction == Direction::in ? ours : at;
    row.label = plain(entry.label, 80);
    out.rows.push_back(std::move(row));
  }
  return out;
}

std::string text_of(const Ladder& ladder, std::span<const Entry> entries) {
  const std::size_t lanes = ladder.participants.size();
  std::string names(time_width + lanes * lane_width, ' '), addresses = names;
  for (std::size_t i = 0; i < lanes; ++i) {
    const auto middle = [&](std::string& line, const std::string& text) {
      const std::string shown = ascii(text, lane_width - 2);
      put(line, column(i) - shown.size() / 2, shown);
    };
    middle(names, ladder.participants[i].name);
    middle(addresses, ladder.participants[i].address);
  }
  std::string out;
  if (!entries.empty()) out += fmt::format("{} UTC\n", time_text(entries.front().wall_ms).substr(0, 10));
  out += without_tail(names) + without_tail(addresses);
  for (const Row& row : ladder.rows) {
    const std::string clock = time_text(entries[row.entry].wall_ms).substr(11, 12);
    if (row.note) {
      out += fmt::format("{:<{}}* {}\n", clock, time_width, row.label);
      continue;
    }
    std::string line = rungs(lanes);
    put(line, 0, clock);
    const std::size_t left = column(std::min(row.from, row.to)), right = column(std::max(row.from, row.to));
    std::fill(line.begin() + static_cast<std::ptrdiff_t>(left) + 1, line.begin() + static_cast<std::ptrdiff_t>(right),
              '-');
    if (row.to > row.from)
      line[right - 1] = '>';
    else
      line[left + 1] = '<';
    const std::string label = ascii(row.label, lane_width - 6);
    put(line, row.to > row.from ? left + 3 : right - 3 - label.size() - 1, " " + label + " ");
    out += without_tail(line);
  }
  return out;
}

}  // namespace rf::trace
