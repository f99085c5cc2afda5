#include "core/toll/lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/base/check.hpp"

namespace rf::toll {
namespace {

/// Below that a threshold is armed again.
std::uint32_t armed_below(std::uint32_t alert_at) {
  return alert_at - std::max(alert_at / 5, 1u) + 1;
}

}  // namespace

Lines::Lines(const TollLimits& limits, std::uint64_t seed)
    : calls_(limits.line_calls),
      lines_(std::numeric_limits<std::uint32_t>::max()),  // as many as calls hold, at most
      by_subject_(0, SubjectHash{HashKey(seed)}) {
  by_call_.reserve(limits.line_calls);
  by_subject_.reserve(limits.line_calls);
  alerts_.reserve(TollLimits::line_subjects);
}

Lines::LineHandle Lines::line_of(const Subject& subject) const {
  const auto found = by_subject_.find(subject);
  return found == by_subject_.end() ? LineHandle{} : found->second;
}

Lines::LineHandle Lines::line_of(const LineLimit& limit) const {
  if (limit.hint)
    if (const Line* line = lines_.find(*limit.hint); line && line->subject == limit.subject) return *limit.hint;
  return line_of(limit.subject);
}

std::uint32_t Lines::count(const Subject& subject) const {
  const Line* line = lines_.find(line_of(subject));
  return line ? line->count : 0;
}

bool Lines::is_in(const Call& call, LineHandle line) {
  for (std::size_t i = 0; i < call.count; ++i)
    if (call.in[i].line == line) return true;
  return false;
}

std::optional<LineRefusal> Lines::judge(const Call* call, std::span<const LineLimit> limits, AllFound& found) {
  std::size_t memberships = call ? call->count : 0;
  if (!call && calls_.size() >= calls_.limit())
    return LineRefusal{.why = LineRefusal::Why::no_room, .subject = {}, .count = 0, .block_at = 0};
  // Each lies somewhere else in memory: all are looked up, then all are read.
  const std::size_t most = std::min(limits.size(), found.size());
  for (std::size_t i = 0; i < most; ++i) lines_.fetch(found[i].handle = line_of(limits[i]));
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const LineLimit& limit = limits[i];
    const LineHandle handle = i < most ? found[i].handle : line_of(limit);
    Line* const line = lines_.find(handle);
    if (i < most) found[i].line = line;
    if (line && call && is_in(*call, handle)) continue;
    const std::uint32_t count = line ? line->count : 0;
    if (limit.block_at != 0 && count >= limit.block_at)
      return LineRefusal{LineRefusal::Why::full, limit.subject, count, limit.block_at};
    if (++memberships > TollLimits::line_subjects)
      return LineRefusal{LineRefusal::Why::no_room, limit.subject, count, limit.block_at};
  }
  return std::nullopt;
}

Entry Lines::enter(CallId id, std::span<const LineLimit> limits, bool emergency) {
  alerts_.clear();
  const auto known = by_call_.find(id);
  CallHandle call = known == by_call_.end() ? CallHandle{} : known->second;
  AllFound found{};
  if (!emergency)
    if (auto refusal = judge(calls_.find(call), limits, found)) return {.refused = refusal, .alerts = {}};
  const bool fresh = !call;
  if (fresh)
    call = begin(id, emergency);
  else if (emergency)
    spare(call);
  Call& entered = *calls_.find(call);
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const Found one = i < found.size() && found[i].line ? found[i] : line_for(limits[i].subject);
    if (limits[i].hint) *limits[i].hint = one.handle;
    join(entered, call, one, limits[i], fresh);
  }
  return {.refused = {}, .alerts = alerts_};
}

Lines::CallHandle Lines::begin(CallId id, bool emergency) {
  const std::size_t limit = calls_.limit();
  // Fail open: an emergency call enters a full table; how many calls there are at all is bounded elsewhere.
  if (emergency) calls_.set_limit(std::max(limit, calls_.size() + 1));
  const CallHandle call = calls_.emplace();
  calls_.set_limit(limit);
  RF_CHECK(call);
  Call& made = *calls_.find(call);
  made.id = id;
  made.spared = emergency;
  by_call_.emplace(id, call);
  return call;
}

Lines::Found Lines::line_for(const Subject& subject) {
  const auto [place, fresh] = by_subject_.try_emplace(subject);
  if (fresh) place->second = lines_.emplace();
  Line* const line = lines_.find(place->second);
  if (fresh) line->subject = subject;
  return {place->second, line};
}

void Lines::join(Call& call, CallHandle handle, const Found& found, const LineLimit& limit, bool fresh) {
  Line& line = *found.line;
  if (line.alert_at != limit.alert_at) line.alerted = false;
  line.alert_at = limit.alert_at;
  if ((fresh || !is_in(call, found.handle)) && call.count < call.in.size()) {
    Membership& member = call.in[call.count];
    member.line = found.handle;
    put(line, member, link_of(handle, call.count++), call.spared);
    ++line.count;
  }
  if (line.count == 0) {  // an emergency call that is in too many lists already
    by_subject_.erase(limit.subject);
    lines_.erase(found.handle);
    return;
  }
  if (limit.alert_at == 0 || line.alerted || line.count < limit.alert_at) return;
  line.alerted = true;
  alerts_.push_back({limit.subject, line.count, limit.alert_at});
}

void Lines::put(Line& line, Membership& member, Link link, bool in_front) {
  member.before = in_front ? 0 : line.back;
  member.after = in_front ? line.front : 0;
  (member.before ? at(member.before).after : line.front) = link;
  (member.after ? at(member.after).before : line.back) = link;
}

void Lines::take_out(Line& line, Link link) {
  const Membership& member = at(link);
  (member.before ? at(member.before).after : line.front) = member.after;
  (member.after ? at(member.after).before : line.back) = member.before;
}

void Lines::part(CallHandle handle, std::size_t index) {
  Call& call = *calls_.find(handle);
  const LineHandle line_handle = call.in[index].line;
  Line& line = *lines_.find(line_handle);
  take_out(line, link_of(handle, index));
  --line.count;
  if (line.alerted && line.count < armed_below(line.alert_at)) line.alerted = false;
  if (line.count == 0) {
    by_subject_.erase(line.subject);
    lines_.erase(line_handle);
  }
  // The last one takes its place.
  const std::size_t last = --call.count;
  if (index == last) return;
  call.in[index] = call.in[last];
  const Membership& moved = call.in[index];
  Line& other = *lines_.find(moved.line);
  (moved.before ? at(moved.before).after : other.front) = link_of(handle, index);
  (moved.after ? at(moved.after).before : other.back) = link_of(handle, index);
}

void Lines::leave(CallId id) {
  const auto known = by_call_.find(id);
  if (known == by_call_.end()) return;
  const CallHandle call = known->second;
  while (calls_.find(call)->count > 0) part(call, calls_.find(call)->count - 1u);
  calls_.erase(call);
  by_call_.erase(known);
}

void Lines::leave(CallId id, const Subject& subject) {
  const auto known = by_call_.find(id);
  const LineHandle line = line_of(subject);
  if (known == by_call_.end() || !line) return;
  const Call& call = *calls_.find(known->second);
  for (std::size_t i = 0; i < call.count; ++i)
    if (call.in[i].line == line) return part(known->second, i);
}

void Lines::spare(CallHandle handle) {
  Call& call = *calls_.find(handle);
  if (call.spared) return;
  call.spared = true;
  for (std::size_t i = 0; i < call.count; ++i) {
    Line& line = *lines_.find(call.in[i].line);
    take_out(line, link_of(handle, i));
    put(line, call.in[i], link_of(handle, i), true);
  }
}

CallId Lines::take_victim_for_emergency(const Subject& trunk) {
  const Line* line = lines_.find(line_of(trunk));
  if (!line) return {};
  const CallHandle last = call_of(line->back);
  const Call& call = *calls_.find(last);
  // Those that are spared stand in front: with one at the back there is no other.
  if (call.spared) return {};
  spare(last);
  return call.id;
}

std::optional<std::string> Lines::audit() const {
  std::size_t memberships = 0, listed = 0;
  std::optional<std::string> fault;
  const auto wrong = [&](std::string what) {
    if (!fault) fault = std::move(what);
  };
  auto& calls = const_cast<Slots<Call, CallHandle>&>(calls_);
  auto& lines = const_cast<Slots<Line, LineHandle>&>(lines_);
  calls.for_each([&](CallHandle handle, const Call& call) {
    const auto known = by_call_.find(call.id);
    if (known == by_call_.end() || known->second != handle) wrong(fmt::format("call {} is not found", call.id.value));
    for (std::size_t i = 0; i < call.count; ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (call.in[i].line == call.in[j].line) wrong(fmt::format("call {} counts twice", call.id.value));
    memberships += call.count;
  });
  lines.for_each([&](LineHandle handle, const Line& line) {
    std::uint32_t count = 0;
    Link before = 0;
    bool spared = true;
    for (Link link = line.front; link != 0 && count <= line.count; ++count) {
      const Call* call = calls_.find(call_of(link));
      if (!call || index_of(link) >= call->count || call->in[index_of(link)].line != handle ||
          call->in[index_of(link)].before != before)
        return wrong("a list leads to a call that is not in it");
      if (call->spared && !spared) wrong("a spared call stands behind another");
      spared = call->spared;
      before = link;
      link = call->in[index_of(link)].after;
    }
    if (count != line.count || count == 0 || line.back != before)
      wrong(fmt::format("a {} counts {} calls and has {}", name_of(line.subject.level), line.count, count));
    if (line_of(line.subject) != handle) wrong("a line is not found");
    listed += count;
  });
  if (memberships != listed) wrong("calls are counted for somebody who does not know it");
  if (calls_.size() != by_call_.size() || lines_.size() != by_subject_.size()) wrong("an index has too many entries");
  return fault;
}

}  // namespace rf::toll
