#include "sim/fraud/thief.hpp"

#include <algorithm>

#include "core/schedule/calendar.hpp"

namespace rf::fraud {
namespace {

/// How one who searches talks: until cut; just over one, and just under the next increment; as briefly as can be.
constexpr std::uint32_t talks_s[] = {12 * 3'600, 1, 61, 60};
constexpr unsigned manner_h = 2;
/// That a thief is paid for, of one range.
constexpr std::uint64_t numbers = 20;
constexpr std::int64_t after_money_ms = 20 * 60'000;

}  // namespace

Thief::Thief(const Script& script, std::uint32_t number, const Office& office, std::uint64_t seed)
    : script_(script), number_(number), office_(office), random_(seed ^ 0x741ef) {
  std::vector<std::uint32_t> victims;
  for (std::uint32_t i = 0; i < office.people.size(); ++i) {
    const Department& department = departments()[office.people[i].department];
    if (script.department.empty() ? department.reach == toll::Reach::international
                                  : department.name == script.department)
      victims.push_back(i);
  }
  const std::size_t count = script.searches ? script.passwords : (script.passwords * office.people.size() + 499) / 500;
  for (std::size_t i = 0; i < count && !victims.empty(); ++i) {
    const auto at = victims.begin() + static_cast<std::ptrdiff_t>(random_.below(victims.size()));
    passwords_.emplace_back().person = *at;
    victims.erase(at);
  }
  for (std::size_t target = script.targets.size(); target-- > 0;)
    for (std::size_t talk = std::size(talks_s); talk-- > 0;)
      for (const bool together : {true, false}) untried_.push_back({target, talk, together});
}

Thief::Password* Thief::password_of(std::uint32_t person) {
  const auto found =
      std::find_if(passwords_.begin(), passwords_.end(), [&](const Password& each) { return each.person == person; });
  return found == passwords_.end() ? nullptr : &*found;
}

std::int64_t Thief::stolen() const {
  std::int64_t out = 0;
  for (const Password& each : passwords_) out += each.losses.total();
  return out;
}

bool Thief::awake(const Password& password, const schedule::Local& local) const {
  const auto hour = static_cast<unsigned>(local.second / 3'600);
  const unsigned day = schedule::date_of(local.day).day;
  switch (when(password)) {
    case When::always:
      return (hour >= script_.from_h && hour < script_.to_h) || hour + 24 < script_.to_h;
    case When::over_midnight:
      return local.second >= 85'200 || local.second < 1'200;
    case When::over_the_months_end:
      return day >= 22 || day <= 10;
  }
  return true;
}

Ask Thief::ask_of(Password& password, std::int64_t wall_ms) {
  const std::size_t target = script_.searches ? manner_.target : password.tried % script_.targets.size();
  Ask out;
  out.person = password.person;
  out.thief = number_;
  out.dialled = number_in(script_.targets[target], random_.below(numbers));
  out.purpose = script_.purpose;
  constexpr std::int64_t ring_most_ms = 170'000;
  out.ring_ms = manner_.together ? ring_most_ms - wall_ms % ring_most_ms + 1'000 : 1'000;
  const std::uint32_t spread = script_.talk_to_s - script_.talk_from_s + 1;
  out.talk_ms = 1'000 * (script_.searches ? std::int64_t{talks_s[manner_.talk]}
                                          : script_.talk_from_s + static_cast<std::int64_t>(random_.below(spread)));
  if (script_.hops) out.failing = static_cast<unsigned>(password.tried % 2);
  // A transfer is of a call that was made before: the first of two is an ordinary one.
  if (script_.purpose == toll::Question::For::transfer && password.tried % 2 == 0)
    out.purpose = toll::Question::For::call;
  return out;
}

std::int64_t Thief::act(Switchboard& switchboard, std::int64_t wall_ms) {
  std::int64_t next = wall_ms + 5 * 60'000;
  const schedule::Local local = office_.zone->local_at(schedule::floor_seconds(wall_ms));
  for (Password& password : passwords_) {
    if (password.changed || !awake(password, local)) continue;
    const auto cap = office_.plan->extension(house, office_.people[password.person].id).spending.money.day;
    if (script_.day_percent != 0 && cap && password.today >= *cap / 100 * script_.day_percent) continue;
    if (password.next_ms <= wall_ms) {
      password.next_ms = wall_ms + script_.every_ms;
      if (switchboard.running(number_, password.person) < script_.lines) {
        Ask ask = ask_of(password, wall_ms);
        ++password.tried;
        switchboard.dial(std::move(ask));
      }
    }
    next = std::min(next, password.next_ms);
  }
  return next;
}

void Thief::refused(const Ask& ask, const No& no, std::int64_t wall_ms) {
  Password* password = password_of(ask.person);
  if (no.by == No::By::money) password->next_ms = wall_ms + after_money_ms;
  if (no.by == No::By::pattern || (no.by == No::By::rules && script_.targets.size() == 1))
    password->next_ms = std::max(password->next_ms, wall_ms + 60'000);
  if (no.by == No::By::pace || no.by == No::By::lines)
    password->next_ms = std::max(password->next_ms, wall_ms + 10'000);
}

void Thief::owes(const Ask& ask, std::int64_t since_ms, std::int64_t wall_ms, std::int64_t micros) {
  Password* password = password_of(ask.person);
  password->today += micros;
  password->losses.add(since_ms, wall_ms, micros);
}

void Thief::day() {
  for (Password& each : passwords_) each.today = 0;
}

/// Everything once; then what paid best, or now and then something else again. Midnight is in the middle of a manner.
void Thief::hour(unsigned hour) {
  if (!script_.searches || (hour + 1) % manner_h != 0) return;
  std::int64_t& worth = known_[manner_];
  worth = std::max(worth, stolen() - before_);
  before_ = stolen();
  if (!untried_.empty()) {
    manner_ = untried_.back();
    untried_.pop_back();
  } else if (random_.below(4) == 0) {
    manner_ = {random_.below(script_.targets.size()), random_.below(std::size(talks_s)), random_.below(2) == 0};
  } else {
    manner_ = std::max_element(known_.begin(), known_.end(), [](const auto& a, const auto& b) {
                return a.second < b.second;
              })->first;
  }
}

}  // namespace rf::fraud
