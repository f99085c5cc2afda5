#include "core/pattern/signal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rf::pattern {
namespace {

// No signal alone reaches what stands for an alert (40) but a burst, to one range or of many, and no two what stands
// for a refusal (90, see core/document/schema.cpp). Calls to ordinary numbers of the country never do.
constexpr std::uint8_t country_new = 30, country_new_here = 10, country_of_new_tenant = 15;
constexpr std::uint8_t newcomer_weight = 10;
constexpr std::uint8_t costly_kind = 15;
constexpr std::uint8_t hour_never = 20, hour_rare = 12, hour_of_night = 15;
constexpr std::uint8_t range_some = 25, range_many = 40;
constexpr std::uint8_t equal_some = 20, equal_many = 30, equal_conference = 10;
constexpr std::uint8_t different_more = 15, different_far_more = 25;
constexpr std::uint8_t sweep_weight = 25;
constexpr std::uint8_t short_weight = 15;
constexpr std::uint8_t forwarded_more = 15, forwarded_many = 30;
constexpr std::uint8_t looped_weight = 25;
constexpr std::uint8_t volume_dear = 20, volume_calls = 10;
constexpr std::uint8_t together_weight = 45;
/// What many people do together by day looks like a burst of theirs, such as a conference that a hundred dial into. At
/// hours at which none of them ever calls it is one, and so it is when they all call several numbers in countries that
/// nobody here ever called.
constexpr std::uint8_t together_by_day_most = 89;

constexpr std::uint32_t range_calls_some = 4, range_calls_many = 8;
constexpr std::uint32_t conference_s = 1'200;
constexpr std::uint32_t together_callers = 5, together_numbers = 3;  ///< a conference has one number, or two
constexpr std::uint32_t short_calls_least = 10, short_percent_least = 70;
constexpr std::uint32_t rare_part = 50;  ///< an hour is rare that had calls on less than one day in so many
constexpr std::uint32_t newcomer_days = 5;
constexpr std::uint32_t ten_minutes_s = 600, hour_s = 3'600, minute_s = 60, day_s = 86'400;

/// Puts the findings of one question together.
class Finder {
 public:
  explicit Finder(const Question& question) : q_(question), dear_(is_dear(question.call, question.home)) {
    // Many people without a past do what each of them may; only a range tells.
    can_tell_ = q_.level == Level::extension || q_.own.baseline->is_experienced();
    is_fresh_ = can_tell_ && is_new_country(question);
    burst_ = q_.own.recent->count(q_.now, q_.call, is_fresh_, q_.caller);
  }

  Findings run() {
    if (can_tell_ && q_.call.country != q_.home) country();
    if (is_costly(q_.call)) add(Signal::kind, costly_kind);
    hour();
    if (dear_) ranges();
    counts();
    volume();
    std::uint32_t score = 0;
    for (const Finding& each : out_) score += each.weight;
    out_.is_contact = q_.is_contact && score > 0;
    const bool is_one = q_.level == Level::extension || nobody_calls_now_ || together_;
    const std::uint32_t most = is_one ? 100 : together_by_day_most;
    out_.score = static_cast<std::uint8_t>(std::min(q_.is_contact ? score / 2 : score, most));
    return out_;
  }

 private:
  void add(Signal signal, std::uint8_t weight, std::uint32_t count = 0, std::uint32_t against = 0,
           std::uint32_t within_s = 0) {
    if (out_.count < out_.all.size()) out_.all[out_.count++] = {signal, weight, count, against, within_s};
  }

  /// New to the whole tenant, or only to this one. The first days count in full, the rest of the week by half. What
  /// belongs to no country counts as one.
  void country() {
    const Country country = q_.call.country;
    if (!q_.own.baseline->is_fresh(country, q_.now)) return;
    const std::uint32_t days = q_.own.baseline->known_for_days(country, q_.now);
    const bool tenant_knows = q_.tenant && !q_.tenant->is_fresh(country, q_.now);
    const bool tenant_can_tell = q_.tenant && q_.tenant->is_experienced();
    const std::uint8_t full = tenant_knows ? country_new_here : tenant_can_tell ? country_new : country_of_new_tenant;
    add(Signal::country, days >= 2 ? full / 2 : full, days);
    if (q_.level == Level::extension && q_.own.baseline->days() < newcomer_days)
      add(Signal::newcomer, newcomer_weight, q_.own.baseline->days());
  }

  /// Whoever has no experience is judged by those around, and without any by what is night everywhere.
  void hour() {
    const Baseline* judge = q_.own.baseline->is_experienced() ? q_.own.baseline : q_.above;
    if (!judge || !judge->is_experienced()) {
      nobody_calls_now_ = q_.now.hour < 6 || q_.now.hour >= 22;
      if (nobody_calls_now_) add(Signal::hour, hour_of_night, 0, 0);
      return;
    }
    const std::uint32_t days = judge->days_at(q_.now);
    nobody_calls_now_ = days == 0;
    if (days * rare_part >= judge->days()) return;
    add(Signal::hour, days == 0 ? hour_never : hour_rare, days, judge->days());
  }

  void ranges() {
    if (burst_.alike >= range_calls_some)
      add(Signal::range, burst_.alike >= range_calls_many ? range_many : range_some, burst_.alike, 0,
          burst_.alike_within_s);
    if (burst_.equal >= 3) add(Signal::equal_lengths, equal_weight(), burst_.equal, burst_.equal_s);
  }
  /// Long calls to one single number end together because a conference does. Who is paid for a range and keeps to one
  /// number of it gains 20 points: at night, of a costly class or from the eighth call on the rest suffices.
  std::uint8_t equal_weight() const {
    if (burst_.one_number && burst_.equal_s >= conference_s) return equal_conference;
    return burst_.equal >= 4 ? equal_many : equal_some;
  }

  void counts() {
    const Baseline::Most& most = q_.own.baseline->most();
    if (can_tell_ && burst_.different > std::max(10u, 2 * most.different))
      add(Signal::different, burst_.different > std::max(20u, 4 * most.different) ? different_far_more : different_more,
          burst_.different, most.different, ten_minutes_s);
    together_ = q_.level != Level::extension && is_fresh_ && burst_.callers >= together_callers &&
                burst_.fresh_numbers >= together_numbers;
    if (together_) add(Signal::together, together_weight, burst_.callers, 0, ten_minutes_s);
    if (is_fresh_ && burst_.new_countries >= 3) add(Signal::sweep, sweep_weight, burst_.new_countries, 0, hour_s);
    const bool all_short = burst_.cut_short * 100 >= burst_.ended * short_percent_least;
    if (burst_.ended >= short_calls_least && all_short && q_.own.baseline->short_percent() * 2 <= short_percent_least)
      add(Signal::short_calls, short_weight, burst_.cut_short, burst_.ended, hour_s);
    if (burst_.forwarded >= 4 && burst_.forwarded > 3 * most.forwarded)
      add(Signal::forwarded, burst_.forwarded >= 10 ? forwarded_many : forwarded_more, burst_.forwarded, most.forwarded,
          hour_s);
    if (burst_.looped >= 3) add(Signal::looped, looped_weight, burst_.looped, 0, minute_s);
  }

  void volume() {
    if (!q_.own.baseline->is_experienced()) return;
    const std::uint32_t scale = q_.level == Level::extension ? 1 : 10;
    const Baseline::Most today = q_.own.baseline->today(q_.now), most = q_.own.baseline->most();
    if (dear_ && today.abroad_s > std::max(3'600 * scale, 4 * most.abroad_s))
      add(Signal::volume, volume_dear, today.abroad_s / minute_s, most.abroad_s / minute_s, day_s);
    else if (today.calls > std::max(100 * scale, 4 * most.calls))
      add(Signal::volume, volume_calls, today.calls, most.calls);
  }

  const Question& q_;
  bool dear_ = false, can_tell_ = true, is_fresh_ = false, nobody_calls_now_ = false, together_ = false;
  Burst burst_;
  Findings out_;
};

std::string minutes(std::uint32_t seconds) {
  const std::uint32_t whole = std::max(1u, (seconds + 59) / 60);
  return whole < 120 ? fmt::format("{} min", whole) : fmt::format("{} h", (whole + 30) / 60);
}

std::string country_text(const Call& call) {
  return call.country ? call.country.text() : std::string("a network of no country");
}

std::string target_text(const Call& call, bool whole_country) {
  if (!call.number) return "short numbers";
  if (whole_country) return country_text(call);
  return range_of(call.number).text() + "…";
}

std::string hour_text(const Finding& finding, const Moment& now, std::string_view who) {
  constexpr std::string_view days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
  const std::string at = fmt::format("at {:02}:{:02}{}{}", now.hour, now.minute, now.is_weekend() ? " on " : "",
                                     now.is_weekend() ? days[now.weekday] : "");
  if (finding.against == 0) return fmt::format("{}, by night, and nothing is known of when {} calls", at, who);
  if (finding.count == 0) return fmt::format("{}, when {} has never called", at, who);
  return fmt::format("{}, when {} called on {} of {} days", at, who, finding.count, finding.against);
}

std::string text_of(const Finding& finding, const Call& call, const Moment& now, std::string_view who) {
  switch (finding.signal) {
    case Signal::country:
      if (finding.count == 0) return fmt::format("first call to {}", country_text(call));
      return fmt::format("{} was first called {} day{} ago", country_text(call), finding.count,
                         finding.count == 1 ? "" : "s");
    case Signal::newcomer:
      return fmt::format("{} has called on {} day{} so far", who, finding.count, finding.count == 1 ? "" : "s");
    case Signal::kind:
      if (call.kind == number::Class::unknown) return "a number that the world's plan does not have";
      return fmt::format("a {} number", number::name_of(call.kind));
    case Signal::hour:
      return hour_text(finding, now, who);
    case Signal::range:
      return fmt::format("{} calls to {} in {}", finding.count, target_text(call, finding.within_s > hour_s),
                         minutes(finding.within_s));
    case Signal::equal_lengths:
      return fmt::format("{} of them about {} s long", finding.count, finding.against);
    case Signal::different:
      return fmt::format("{} different numbers in 10 min, {} is the most so far", finding.count, finding.against);
    case Signal::sweep:
      return fmt::format("{} new countries in an hour", finding.count);
    case Signal::short_calls:
      return fmt::format("{} of {} calls in an hour over within 10 s", finding.count, finding.against);
    case Signal::forwarded:
      return fmt::format("{} forwarded calls in an hour, {} in a day is the most so far", finding.count,
                         finding.against);
    case Signal::looped:
      return fmt::format("forwarded to the same number {} times in a minute", finding.count);
    case Signal::together:
      return fmt::format("{} extensions in 10 min where nobody of {} calls", finding.count, who);
    case Signal::volume:
      break;
  }
  if (finding.within_s != 0)
    return fmt::format("{} min abroad or costly today, {} is the most so far", finding.count, finding.against);
  return fmt::format("{} calls today, {} is the most so far", finding.count, finding.against);
}

}  // namespace

bool is_new_country(const Question& q) {
  if (q.call.country == q.home || !q.own.baseline->is_fresh(q.call.country, q.now)) return false;
  return !q.tenant || q.tenant == q.own.baseline || q.tenant->is_fresh(q.call.country, q.now);
}

Findings find_unusual(const Question& question) {
  return Finder(question).run();
}

std::string text_of(const Findings& findings, const Call& call, const Moment& now, std::string_view who) {
  std::string out;
  for (const Finding& each : findings) {
    if (!out.empty()) out += "; ";
    out += text_of(each, call, now, who);
  }
  if (findings.is_contact) out += fmt::format("; but {} is a known contact", range_of(call.number).text() + "…");
  return out;
}

}  // namespace rf::pattern
