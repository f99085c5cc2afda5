#include "sim/fraud/months.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "core/schedule/calendar.hpp"
#include "core/toll/exposure.hpp"
#include "sim/fraud/habits.hpp"
#include "sim/fraud/thief.hpp"

namespace rf::fraud {
namespace {

constexpr std::int64_t hour_ms = 3'600'000, day_ms = 24 * hour_ms;
constexpr std::int64_t tick_ms = 15'000;

class World final : Watcher {
 public:
  World(const Office& office, const Span& span, const Script* script, Screen* screen)
      : office_(office),
        span_(span),
        random_(span.seed),
        first_day_(schedule::day_of(*schedule::parse_date(first_day))),
        agenda_(midnight(0)),
        habits_(office, span.seed),
        switchboard_(office, span.seed, {.failing_writes = span.failing_writes, .audit_every = span.audit_every},
                     agenda_, *this, screen),
        busy_(office.people.size()),
        spent_today_(office.people.size()) {
    if (script) thief_.emplace(*script, 1, office, span.seed);
    out_.fraud = script ? script->name : "nobody steals";
  }

  Outcome run() {
    agenda_.put(midnight(0), Event::Kind::day);
    while (!agenda_.empty() && !switchboard_.fault()) handle(agenda_.next());
    finish();
    return std::move(out_);
  }

 private:
  std::int64_t midnight(std::int32_t day) const {
    return office_.zone->first_reach_s(std::int64_t{first_day_ + day} * schedule::seconds_per_day) * 1'000;
  }
  std::int64_t now_ms() const { return agenda_.now().wall_ms; }

  void handle(const Event& event) {
    switch (event.kind) {
      case Event::Kind::dial:
        return dial(event.id);
      case Event::Kind::stored:
      case Event::Kind::ring:
      case Event::Kind::due:
        return switchboard_.handle(event);
      case Event::Kind::act:
        if (day_ > span_.days) return;
        agenda_.put(thief_->act(switchboard_, now_ms()), Event::Kind::act);
        return tick_soon();
      case Event::Kind::tick:
        ticking_ = false;
        switchboard_.count_losses();
        return tick_soon();
      case Event::Kind::hour:
        thief_->hour(static_cast<unsigned>(event.id));
        return;
      case Event::Kind::office:
        return read_notices();
      case Event::Kind::crash:
        return switchboard_.crash();
      case Event::Kind::day:
        return begin_day();
    }
  }

  void tick_soon() {
    if (ticking_ || !switchboard_.steals()) return;
    ticking_ = true;
    agenda_.put(now_ms() + tick_ms, Event::Kind::tick);
  }

  void begin_day() {
    const auto day = static_cast<std::int32_t>(day_);
    out_.dearest_day = std::max(out_.dearest_day, spent_today_all_);
    spent_today_all_ = 0;
    std::fill(spent_today_.begin(), spent_today_.end(), 0);
    if (thief_) thief_->day();
    if (day_++ >= span_.days) return;
    agenda_.put(midnight(day + 1), Event::Kind::day);
    if (span_.people_call)
      for (Intent& intent : habits_.day(first_day_ + day)) put(intent.at_ms, std::move(intent.ask));
    if (thief_ && static_cast<unsigned>(day) == span_.fraud_from_day) {
      fraud_began_ms_ = midnight(day);
      promise();
      agenda_.put(fraud_began_ms_, Event::Kind::act);
    }
    for (std::uint64_t left = span_.crashes; left > 0; left -= std::min<std::uint64_t>(left, 100))
      if (random_.below(100) < left)
        agenda_.put(midnight(day) + static_cast<std::int64_t>(random_.below(day_ms)), Event::Kind::crash);
    if (thief_ && static_cast<unsigned>(day) > span_.fraud_from_day)
      for (unsigned hour = 0; hour < 24; ++hour)
        agenda_.put(midnight(day) + static_cast<std::int64_t>(hour) * hour_ms, Event::Kind::hour, hour);
    if (schedule::weekday_of(first_day_ + day) < 5)
      for (int hour = 9; hour <= 17; ++hour) agenda_.put(midnight(day) + hour * hour_ms, Event::Kind::office);
  }

  /// The bounds that the system states when the password is stolen.
  void promise() {
    toll::Exposures exposures(*office_.plan, {.wall_ms = now_ms(), .ledger = nullptr});
    for (const Thief::Password& each : thief_->passwords())
      bounds_.push_back(exposures.of(house, office_.people[each.person].id));
  }

  // --- Honest people

  void put(std::int64_t at_ms, Ask ask) {
    agenda_.put(at_ms, Event::Kind::dial, ++last_intent_);
    intents_.emplace(last_intent_, std::move(ask));
  }
  void dial(std::uint64_t intent) {
    auto node = intents_.extract(intent);
    Ask& ask = node.mapped();
    // One thing after the other.
    if (busy_[ask.person] > 0 && ask.purpose == toll::Question::For::call)
      return put(now_ms() + 20'000 + static_cast<std::int64_t>(random_.below(60'000)), std::move(ask));
    ++out_.asked;
    out_.emergencies += ask.dialled == "112";
    switchboard_.dial(std::move(ask));
  }
  /// A thief took from what this extension may spend today, and the operator has not given it back.
  bool is_robbed(std::uint32_t person) {
    const Thief::Password* const password = thief_ ? thief_->password_of(person) : nullptr;
    return password && !password->changed && password->today > 0;
  }

  // --- What the switchboard tells

  void left(const Ask& ask) override {
    if (ask.thief != honest)
      ++out_.left;
    else
      ++busy_[ask.person];
    if (ask.thief != honest) ++out_.tried;
  }
  void refused(const Ask& ask, const No& no) override {
    if (ask.thief != honest) {
      ++out_.tried;
      ++out_.refusals[no.cause];
      if (!out_.first_no && (no.by == No::By::money || no.by == No::By::pattern)) out_.first_no = stop(no.cause);
      return thief_->refused(ask, no, now_ms());
    }
    const Outcome::By by = reason_of(no, is_robbed(ask.person));
    count(by, no.cause, fmt::format("{}, dialling {}: {}", office_.people[ask.person].number, ask.dialled, no.why));
    out_.unexplained += no.why.empty();
    if (ask.dialled == "112") out_.faults.push_back("an emergency call was refused: " + no.why);
  }
  static Outcome::By reason_of(const No& no, bool is_robbed) {
    switch (no.by) {
      case No::By::money:
        return no.own_day && is_robbed ? Outcome::By::thief : Outcome::By::cap;
      case No::By::system:
        return Outcome::By::disk;
      case No::By::pattern:
        return Outcome::By::pattern;
      case No::By::rules:
      case No::By::pace:
      case No::By::lines:
        break;
    }
    return Outcome::By::other;
  }
  void count(Outcome::By by, const std::string& cause, std::string text) {
    ++out_.refusals_by[static_cast<std::size_t>(by)];
    Outcome::Refusals& all = out_.honest_refusals[by == Outcome::By::thief ? cause + ", used up by a thief" : cause];
    if (all.count++ == 0) all.first = std::move(text);
  }
  void over(const Ask& ask, const Gone& gone) override {
    if (ask.thief != honest) {
      if (gone.cut && gone.cut_by == name_of(toll::DurationReason::money) && !out_.first_no)
        out_.first_no = stop("cut: money");
      return;
    }
    --busy_[ask.person];
    out_.honest_cost += gone.cost;
    spent_today_all_ += gone.cost;
    out_.dearest_person_day = std::max(out_.dearest_person_day, spent_today_[ask.person] += gone.cost);
    if (gone.cut && gone.cut_by == "crash") {
      ++out_.killed;
    } else if (gone.cut) {
      const bool by_money = gone.cut_by == name_of(toll::DurationReason::money);
      count(!by_money               ? Outcome::By::other
            : is_robbed(ask.person) ? Outcome::By::thief
                                    : Outcome::By::cap,
            fmt::format("cut: {}", gone.cut_by),
            fmt::format("{}, talking to {}: the end was announced", office_.people[ask.person].number, ask.dialled));
    }
    if (gone.talked_ms || gone.cut || ask.again >= 2 || random_.below(100) >= 40) return;
    Ask again = ask;
    ++again.again;
    again.talk_ms = 60'000 + static_cast<std::int64_t>(random_.below(120'000));
    put(now_ms() + 3'000 + static_cast<std::int64_t>(random_.below(30'000)), std::move(again));
  }
  void owes(const Ask& ask, std::int64_t since_ms, std::int64_t micros) override {
    out_.lost += micros;
    thief_->owes(ask, since_ms, now_ms(), micros);
  }
  void alert(const Ask& ask, std::string_view whose) override {
    ++out_.alerts;
    if (ask.thief != honest && !out_.first_told) out_.first_told = stop(std::string(whose));
    if (std::find(alarming_.begin(), alarming_.end(), ask.person) == alarming_.end()) alarming_.push_back(ask.person);
  }

  void entered_pin(const Ask&) override { ++out_.pins; }

  // --- The operator

  Stop stop(std::string by) const { return {std::move(by), now_ms() - fraud_began_ms_, out_.lost}; }

  void read_notices() {
    const std::vector<toll::Notice> notices = switchboard_.take_notices();
    if (!span_.operator_reads) return;
    for (const std::uint32_t person : alarming_) look_at(person, "operator, told of a pattern");
    alarming_.clear();
    for (const toll::Notice& notice : notices) {
      const auto* warning = std::get_if<money::Warning>(&notice);
      if (!warning || warning->percent < 80 || warning->limit == money::Limit::credit) continue;
      const std::string by = fmt::format("operator, {} % of a {}", warning->percent,
                                         warning->limit == money::Limit::day ? "day" : "month");
      if (warning->account.level == money::Level::extension) {
        look_at(static_cast<std::uint32_t>(warning->account.id - 1), by);
      } else if (thief_) {
        for (const Thief::Password& each : thief_->passwords())
          if (each.losses.total() > 0) look_at(each.person, by);
      }
    }
  }
  void look_at(std::uint32_t person, const std::string& by) {
    Thief::Password* password = thief_ ? thief_->password_of(person) : nullptr;
    if (!password || now_ms() < fraud_began_ms_ || password->tried == 0) {
      ++out_.false_alarms;
      return;
    }
    if (password->changed) return;
    password->changed = true;
    switchboard_.throw_out(1, person);
    switchboard_.raise(person, password->losses.total());
    const auto& all = thief_->passwords();
    if (std::all_of(all.begin(), all.end(), [](const Thief::Password& each) { return each.changed; }))
      out_.last = stop(by);
  }

  // --- The end

  void finish() {
    if (switchboard_.fault()) out_.faults.push_back(*switchboard_.fault());
    out_.audits = switchboard_.audits();
    out_.crashes = switchboard_.crashes();
    out_.presumed_too_much = switchboard_.presumed_too_much();
    if (!thief_) return;
    for (std::size_t i = 0; i < bounds_.size(); ++i) hold_against(bounds_[i], thief_->passwords()[i]);
  }
  void hold_against(const toll::Exposure& exposure, const Thief::Password& password) {
    const toll::Held* held[] = {&exposure.hour, &exposure.day, &exposure.month};
    for (std::size_t w = 0; w < out_.windows.size(); ++w) {
      Outcome::Window& window = out_.windows[w];
      const auto bound = held[w]->most.amount ? std::optional(held[w]->most.amount->micros()) : std::nullopt;
      const std::int64_t lost = password.losses.worst(w);
      if (bound && lost > *bound)
        out_.faults.push_back(fmt::format("a password cost {} in a window of {} ms, its bound is {}", lost,
                                          Losses::windows_ms[w], *bound));
      if (lost >= window.lost) window = {lost, bound};
    }
  }

  const Office& office_;
  Span span_;
  Random random_;
  std::int32_t first_day_;
  Agenda agenda_;
  Habits habits_;
  Switchboard switchboard_;
  std::optional<Thief> thief_;
  std::vector<toll::Exposure> bounds_;
  std::vector<unsigned> busy_;
  std::vector<std::int64_t> spent_today_;
  std::int64_t spent_today_all_ = 0;
  std::unordered_map<std::uint64_t, Ask> intents_;
  std::vector<std::uint32_t> alarming_;
  std::uint64_t last_intent_ = 0;
  unsigned day_ = 0;
  std::int64_t fraud_began_ms_ = 0;
  bool ticking_ = false;
  Outcome out_;
};

}  // namespace

Outcome run(const Office& office, const Span& span, const Script* script, Screen* screen) {
  return World(office, span, script, screen).run();
}

}  // namespace rf::fraud
