#include "shell/trace/find.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "core/base/limits/trace.hpp"
#include "shell/trace/segments.hpp"

namespace rf::trace {
namespace {

std::string content_of(const Segment& segment) {
  std::ifstream in(segment.path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Which leg a message belongs to, as far as its text and its source say.
std::string leg_of(const EntryView& entry) {
  return std::string(entry.call_id) + '\0' + entry.remote.address.text();
}

/// The newest that fit, the newest first. `legs`: those of the call that is asked for, as far as they are known.
Found newest_in(const std::string& folder, std::string_view kind, const Filter& filter, std::size_t limit,
                std::set<std::string>& legs) {
  Found out;
  std::size_t bytes = 0;
  Filter rest = filter;
  rest.call.clear();
  const std::vector<Segment> segments = segments_in(folder, kind);
  for (std::size_t i = segments.size(); i-- > 0;) {
    const std::string content = content_of(segments[i]);
    std::vector<EntryView> views;
    std::string_view unread = content;
    while (const auto view = next_entry(unread)) views.push_back(*view);
    for (auto view = views.rbegin(); view != views.rend(); ++view) {
      const bool of_leg = !filter.call.empty() && view->call.empty() && view->direction != Direction::note &&
                          rest.fits(*view) && legs.contains(leg_of(*view));
      if (!of_leg && !filter.fits(*view)) continue;
      if (!filter.call.empty() && view->direction != Direction::note) legs.insert(leg_of(*view));
      bytes += view->text.size();
      if (out.entries.size() >= limit || bytes > TraceLimits::shown_bytes) {
        out.more = true;
        return out;
      }
      out.entries.push_back(copy_of(*view));
    }
    if (segments[i].first_wall_ms < filter.from_ms) break;
  }
  return out;
}

}  // namespace

Found find_messages(const std::string& folder, const Filter& filter, std::size_t limit) {
  std::set<std::string> legs;
  Found out = newest_in(folder, calls_kind, filter, limit, legs);
  std::reverse(out.entries.begin(), out.entries.end());
  Found strangers = newest_in(folder, strangers_kind, filter, limit, legs);
  std::reverse(strangers.entries.begin(), strangers.entries.end());
  std::vector<Entry> all;
  std::merge(std::make_move_iterator(out.entries.begin()), std::make_move_iterator(out.entries.end()),
             std::make_move_iterator(strangers.entries.begin()), std::make_move_iterator(strangers.entries.end()),
             std::back_inserter(all), [](const Entry& a, const Entry& b) { return a.wall_ms < b.wall_ms; });
  out.more = out.more || strangers.more || all.size() > limit;
  if (all.size() > limit) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(limit));
  out.entries = std::move(all);
  return out;
}

Found find_summaries(const std::string& folder, const Filter& filter, std::size_t limit) {
  std::set<std::string> legs;
  Found out = newest_in(folder, log_kind, filter, limit, legs);
  std::reverse(out.entries.begin(), out.entries.end());
  return out;
}

}  // namespace rf::trace
