#include "core/pattern/patterns.hpp"

#include <algorithm>
#include <tuple>

namespace rf::pattern {
namespace {

/// A burst is over when nothing unusual was tried for so long.
constexpr std::uint32_t burst_pause_s = 900;
/// A range that was called on so many days before is a contact.
constexpr std::uint32_t contact_days = 2;

const Baseline nobody{};
const Recent nothing{};

std::uint32_t caller_of(const Asker& asker) {
  return static_cast<std::uint32_t>(asker.parties.front().id);
}

std::uint16_t seconds16(std::uint32_t seconds) {
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(seconds, UINT16_MAX));
}

}  // namespace

Patterns::Patterns(const Options& options)
    : subjects_(std::max<std::size_t>(options.limits.subjects, level_count)), by_key_(0, Hash{HashKey(options.seed)}) {}

Patterns::Subjects Patterns::subjects_of(const Asker& asker) const {
  Subjects out{};
  for (std::size_t i = 0; i < level_count; ++i) {
    if (asker.parties[i].id == 0) continue;
    out[i] = find(static_cast<Level>(i), asker.parties[i]);
    if (out[i]) out[i]->fetch();
  }
  return out;
}

const Patterns::Subject* Patterns::find(Level level, const Party& party) const {
  const Key key{party.id, level};
  if (party.place < hints_.size())
    if (const Subject* const one = subjects_.find(hints_[party.place]); one && one->key == key) return one;
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : subjects_.find(found->second);
}

void Patterns::make_room() {
  const Subject* least = nullptr;
  Handle victim;
  hand_ = subjects_.for_some(hand_, 8, [&](Handle handle, Subject& subject) {
    // Who is many, and then who has experience, stays; among equals who called last.
    const auto worth = [](const Subject& of) {
      return std::tuple(of.key.level, of.baseline.days(), of.baseline.last_day());
    };
    if (least && worth(subject) >= worth(*least)) return;
    least = &subject;
    victim = handle;
  });
  if (!least) return;
  by_key_.erase(least->key);
  subjects_.erase(victim);
}

Patterns::Subject& Patterns::take(Level level, const Party& party) {
  const Key key{party.id, level};
  const auto found = by_key_.find(key);
  Handle handle = found == by_key_.end() ? Handle{} : found->second;
  if (!handle) {
    if (subjects_.size() >= subjects_.limit()) make_room();
    handle = subjects_.emplace(Subject{.key = key});
    by_key_.emplace(key, handle);
  }
  if (party.place != Party::nowhere) {
    if (party.place >= hints_.size()) hints_.resize(party.place + std::size_t{1});
    hints_[party.place] = handle;
  }
  return *subjects_.find(handle);
}

Question Patterns::question(const Moment& now, const Asker& asker, const Call& call, const Subjects& subjects,
                            std::size_t place) {
  const auto baseline = [&](std::size_t i) { return subjects[i] ? &subjects[i]->baseline : nullptr; };
  const Subject* const own = subjects[place];
  Question out{now, call, asker.home, static_cast<Level>(place)};
  out.caller = caller_of(asker);
  out.own = {own ? &own->baseline : &nobody, own ? &own->recent : &nothing};
  for (std::size_t up = place + 1; up < level_count && !out.above; ++up)
    if (const Baseline* const above = baseline(up); above && above->is_experienced()) out.above = above;
  out.tenant = baseline(static_cast<std::size_t>(Level::tenant));
  out.is_contact =
      baseline(0) && call.number && is_dear(call, asker.home) && baseline(0)->days_to(call.number, now) >= contact_days;
  return out;
}

Judgement Patterns::judge(Now now, const Asker& asker, const Call& call) const {
  const Moment moment = moment_of(now.wall_ms, asker.zone);
  const Subjects subjects = subjects_of(asker);
  Judgement out;
  for (std::size_t i = 0; i < level_count; ++i) {
    if (asker.parties[i].id == 0) continue;
    const Findings findings = find_unusual(question(moment, asker, call, subjects, i));
    const Action action = asker.parties[i].thresholds.action_at(findings.score);
    out.highest = std::max(out.highest, findings.score);
    if (i != 0 && (action < out.action || (action == out.action && findings.score <= out.score))) continue;
    out.action = action;
    out.level = static_cast<Level>(i);
    out.score = findings.score;
    out.findings = findings;
  }
  return out;
}

bool Patterns::is_news(const Moment& now, const Asker& asker, const Judgement& judgement) {
  if (judgement.action == Action::none) return false;
  Subject& subject = take(judgement.level, asker.parties[static_cast<std::size_t>(judgement.level)]);
  const bool goes_on = now.at_s < subject.told_at_s + burst_pause_s && subject.told_at_s <= now.at_s + burst_pause_s;
  const bool news = subject.told == Action::none || !goes_on || judgement.action > subject.told;
  subject.told = goes_on ? std::max(subject.told, judgement.action) : judgement.action;
  subject.told_at_s = now.at_s;
  return news;
}

bool Patterns::note(Now now, const Asker& asker, const Call& call, const Judgement& judgement, bool refused) {
  const Moment moment = moment_of(now.wall_ms, asker.zone);
  const bool dear = is_dear(call, asker.home);
  const Subjects subjects = subjects_of(asker);
  std::array<bool, level_count> fresh{};
  for (std::size_t i = 0; i < level_count; ++i) fresh[i] = is_new_country(question(moment, asker, call, subjects, i));
  for (std::size_t i = 0; i < level_count; ++i) {
    // Those above remember singly what somebody may earn from: the rest of a large office would push it out.
    if (asker.parties[i].id == 0 || (i != 0 && !dear)) continue;
    const auto state = refused ? Recent::State::refused : Recent::State::running;
    take(static_cast<Level>(i), asker.parties[i])
        .recent.add(
            {call.number, moment.at_s, 0, call.country.index, state, call.forwarded, fresh[i], caller_of(asker)});
  }
  if (!is_news(moment, asker, judgement)) return false;
  Remembered& place = remembered_[told_++ % remembered_.size()];
  place = {now.wall_ms, asker, call, judgement, moment};
  place.asker.zone = nullptr;
  return true;
}

void Patterns::ended(const Asker& asker, const Call& call, const Ended& how) {
  const Moment begun = moment_of(how.noted_wall_ms, asker.zone);
  const auto state = how.talked_s ? Recent::State::answered : Recent::State::unanswered;
  const std::uint32_t talked_s = how.talked_s.value_or(0);
  for (std::size_t i = 0; i < level_count; ++i) {
    if (asker.parties[i].id == 0) continue;
    // Whoever left the table while the call ran begins anew with the next one.
    const auto found = by_key_.find(Key{asker.parties[i].id, static_cast<Level>(i)});
    Subject* subject = found == by_key_.end() ? nullptr : subjects_.find(found->second);
    if (!subject && !how.talked_s) continue;
    if (!subject) subject = &take(static_cast<Level>(i), asker.parties[i]);
    subject->recent.end(begun.at_s, call.number, state, seconds16(talked_s));
    if (!how.talked_s) continue;
    subject->baseline.learn({call, begun, talked_s, is_dear(call, asker.home), how.score >= unusual_score,
                             subject->recent.answered_lately(begun)});
  }
}

void Patterns::live_through(const Asker& asker, const Call& call, const Past& past) {
  const Now then{0, past.began_wall_ms};
  const Judgement judgement = judge(then, asker, call);
  note(then, asker, call, judgement, false);
  ended(asker, call, {past.began_wall_ms, past.talked_s, judgement.highest});
}

std::optional<Summary> Patterns::summary(Now now, Level level, std::uint64_t id, const schedule::Zone* zone) const {
  const auto found = by_key_.find(Key{id, level});
  if (found == by_key_.end()) return std::nullopt;
  const Subject& subject = *subjects_.find(found->second);
  return Summary{subject.baseline, subject.baseline.today(moment_of(now.wall_ms, zone))};
}

std::vector<Remembered> Patterns::remembered(std::uint64_t extension) const {
  std::vector<Remembered> out;
  const std::size_t count = std::min(told_, remembered_.size());
  for (std::size_t i = 1; i <= count; ++i) {
    const Remembered& each = remembered_[(told_ - i) % remembered_.size()];
    if (extension == 0 || each.asker.parties.front().id == extension) out.push_back(each);
  }
  return out;
}

}  // namespace rf::pattern
