#include "app/events.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>

#include "app/host.hpp"
#include "core/base/limits/events.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr auto round_time = std::chrono::seconds(1);
constexpr auto look_time = std::chrono::milliseconds(500);
constexpr auto test_time = std::chrono::seconds(4);

Now now() {
  timespec mono{};
  ::clock_gettime(CLOCK_MONOTONIC, &mono);
  return {static_cast<std::int64_t>(mono.tv_sec) * 1'000 + mono.tv_nsec / 1'000'000, wall_now_ms()};
}

/// "alpha" of "alpha: no answer": lines about trunks begin so.
std::string_view name_before(std::string_view detail) {
  const std::size_t colon = detail.find(": ");
  return colon == std::string_view::npos || colon > 64 ? std::string_view() : detail.substr(0, colon);
}

}  // namespace

void Events::hear(const log::Line& line) {
  if (closed_) return;
  const event::Kind* const kind = event::of_line(line.event, static_cast<unsigned>(line.level));
  // Whoever acknowledges events makes no news by that.
  if (kind == nullptr || (line.event == "audit" && line.text.starts_with("event.acknowledge"))) return;
  Heard heard{kind, {}, {}};
  const bool from_somewhere = line.flow.remote.port != 0;
  if (!line.subject.empty())
    heard.subject = log::shown(line.subject, options_.show_personal);
  else if (from_somewhere)
    heard.subject = line.flow.remote.address.text();
  else
    heard.subject = name_before(line.detail);
  heard.text = line.detail.empty() ? line.text : line.detail;
  if (from_somewhere && !line.subject.empty()) heard.text += fmt::format(" (from {})", line.flow.remote.address.text());
  take_in(std::move(heard));
}

void Events::take_in(Heard heard) {
  const std::lock_guard lock(incoming_mutex_);
  std::deque<Heard>& line = heard.kind->level == event::Level::critical ? critical_ : others_;
  // A flood of one kind takes one place.
  if (!line.empty() && line.back().kind == heard.kind && line.back().subject == heard.subject &&
      !heard.subject.empty()) {
    line.back().count += heard.count;
    return;
  }
  if (line.size() >= EventLimits::incoming) {
    lost_ += line.front().count;
    line.pop_front();
  }
  line.push_back(std::move(heard));
  heard_.notify_one();
}

std::expected<void, Error> Events::open(const seal::Vault& vault) {
  auto opened = store::Store::open(options_.store);
  if (!opened) return std::unexpected(error_of(opened.error()));
  store_.emplace(std::move(*opened));
  vault_.emplace(vault);
  const auto last = store::EventTables(*store_).last_event();
  if (!last) return std::unexpected(error_of(last.error()));
  gather_ = event::Gather(*last);
  if (auto looked = look_again(); !looked) return looked;
  gatherer_ = std::jthread([this](const std::stop_token& stop) { gather_on(stop); });
  for (std::size_t i = 0; i < EventLimits::senders; ++i)
    senders_.emplace_back([this](const std::stop_token& stop) { send_on(stop); });
  return {};
}

std::expected<void, Error> Events::look_again() {
  const std::lock_guard store_lock(store_mutex_);
  if (!store_) return {};
  store::EventTables tables(*store_);
  auto contacts = tables.contacts(*vault_);
  if (!contacts) return std::unexpected(error_of(contacts.error()));
  auto routes = tables.routes();
  if (!routes) return std::unexpected(error_of(routes.error()));
  auto templates = tables.templates();
  if (!templates) return std::unexpected(error_of(templates.error()));
  auto mail = tables.mail(*vault_);
  if (!mail) return std::unexpected(error_of(mail.error()));
  const std::lock_guard lock(mutex_);
  book_ = std::make_shared<const event::Book>(
      event::Book{std::move(*contacts), std::move(*routes), std::move(*templates), company_, zone_});
  mail_ = std::make_shared<const store::Mail>(std::move(*mail));
  outbox_.use(book_);
  changed_.notify_all();
  return {};
}

void Events::use_telephone(Telephone telephone) {
  const std::lock_guard lock(mutex_);
  telephone_ = std::move(telephone);
}

void Events::use_house(schedule::ZoneRef zone, std::string company) {
  const std::lock_guard lock(mutex_);
  zone_ = std::move(zone);
  company_ = std::move(company);
  event::Book book = *book_;
  book.zone = zone_;
  book.company = company_;
  book_ = std::make_shared<const event::Book>(std::move(book));
  outbox_.use(book_);
}

Outcome Events::test(const std::string& contact) {
  event::Event event;
  event.kind = "event.test";
  event.subject = contact;
  event.text = fmt::format("Somebody at {} tries whether messages reach {}.", options_.system, contact);
  std::unique_lock lock(mutex_);
  const Now when = now();
  event.first_wall_ms = event.last_wall_ms = when.wall_ms;
  tested_.erase(contact);
  if (!outbox_.add_test(when, event, contact))
    return std::unexpected(
        Error{Code::not_found, fmt::format("there is no contact {}", contact), "see: ringfence event-contact list"});
  changed_.notify_all();
  changed_.wait_for(lock, test_time, [&] { return tested_.contains(contact) || closed_; });
  const auto found = tested_.find(contact);
  if (found == tested_.end())
    return Json{{"message", "It is still on its way; see: ringfence event-contact show " + contact}};
  if (found->second.result != event::Result::taken)
    return std::unexpected(Error{Code::failed, fmt::format("{} was not reached: {}", contact, found->second.trouble),
                                 found->second.result == event::Result::later
                                     ? "it is tried again; see: ringfence event-contact show " + contact
                                     : "see: ringfence event-contact set --help"});
  return Json{{"message", fmt::format("{} has taken it.", contact)}};
}

event::Reached Events::reached(const std::string& contact) {
  const std::lock_guard lock(mutex_);
  return outbox_.reached(contact);
}

bool Events::has_mail() {
  const std::lock_guard lock(mutex_);
  return !mail_->server.empty() && !mail_->from.empty();
}

Delivery Events::post(const event::Filled& words, const std::string& to, std::stop_token stop) {
  std::shared_ptr<const store::Mail> mail;
  {
    const std::lock_guard lock(mutex_);
    mail = mail_;
  }
  return app::post(words, to, *mail, wall_now_ms(), std::move(stop));
}

std::size_t Events::waiting() {
  const std::lock_guard lock(incoming_mutex_);
  return critical_.size() + others_.size();
}

Events::Counters Events::counters() {
  const std::lock_guard lock(mutex_);
  Counters out = counters_;
  out.to_be_told = outbox_.waiting();
  out.told = outbox_.outcomes();
  return out;
}

void Events::gather_all() {
  std::deque<Heard> heard;
  std::uint64_t lost = 0;
  {
    const std::lock_guard lock(incoming_mutex_);
    heard.swap(critical_);
    heard.insert(heard.end(), std::make_move_iterator(others_.begin()), std::make_move_iterator(others_.end()));
    others_.clear();
    lost = std::exchange(lost_, 0);
  }
  {
    const std::lock_guard lock(mutex_);
    lost += outbox_.take_dropped();
    counters_.dropped += lost;
  }
  if (lost > 0) heard.push_back({event::find("event.dropped"), "events", "there was no room for them", lost});
  const std::lock_guard store_lock(store_mutex_);
  const Now when = now();
  std::vector<event::Event> fresh;
  for (const Heard& each : heard)
    if (auto event = gather_.add(when, *each.kind, each.subject, each.text, each.count))
      fresh.push_back(std::move(*event));
  const std::vector<event::Event> grown = gather_.grown(when);
  if (fresh.empty() && grown.empty()) return;
  std::vector<event::Event> all = grown;
  all.insert(all.end(), fresh.begin(), fresh.end());
  // A disk that does not take them is an event itself (of the store's writer), and they are told all the same.
  static_cast<void>(store::EventTables(*store_).put_events(all, when.wall_ms));
  const std::lock_guard lock(mutex_);
  for (const event::Event& each : grown) outbox_.grow(each);
  for (const event::Event& each : fresh) {
    outbox_.add(when, each);
    ++counters_.raised[static_cast<std::size_t>(each.level)];
  }
  changed_.notify_all();
}

void Events::gather_on(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(incoming_mutex_);
      heard_.wait_for(lock, stop, round_time, [&] { return !critical_.empty() || !others_.empty(); });
    }
    gather_all();
  }
  gather_all();
}

void Events::send_on(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto message = outbox_.take(now());
    if (!message) {
      changed_.wait_for(lock, stop, look_time, [] { return false; });
      continue;
    }
    const std::shared_ptr<const event::Book> book = book_;
    const std::shared_ptr<const store::Mail> mail = mail_;
    const Telephone telephone = telephone_;
    ++under_way_;
    lock.unlock();
    const event::Contact* const contact = book->contact(message->contact);
    Delivery delivery =
        contact == nullptr ? Delivery{event::Result::refused, "it is gone"}
                           : deliver(*message, *book, *contact, *mail, options_.system, telephone, wall_now_ms(), stop);
    lock.lock();
    --under_way_;
    const auto given_up = outbox_.done(now(), message->contact, delivery.result, delivery.trouble, delivery.withheld);
    if (!given_up.empty() && !message->test)
      take_in({event::find("event.undelivered"), message->contact,
               fmt::format("{} events are given up: {}", given_up.size(), delivery.trouble)});
    if (message->test) tested_[message->contact] = std::move(delivery);
    changed_.notify_all();
  }
}

void Events::close(std::uint32_t limit_ms) {
  if (closed_.exchange(true)) return;
  if (gatherer_.joinable()) {
    gatherer_.request_stop();
    gatherer_.join();
  }
  if (!senders_.empty()) {
    std::unique_lock lock(mutex_);
    outbox_.hurry(now());
    changed_.notify_all();
    const auto all_told = [&] {
      return under_way_ == 0 && std::all_of(book_->contacts.begin(), book_->contacts.end(),
                                            [&](const auto& each) { return outbox_.reached(each.name).waiting == 0; });
    };
    changed_.wait_for(lock, std::chrono::milliseconds(limit_ms), all_told);
  }
  for (std::jthread& each : senders_) each.request_stop();
  changed_.notify_all();
  senders_.clear();
}

}  // namespace rf::app
