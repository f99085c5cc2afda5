#include "core/event/outbox.hpp"

#include <algorithm>
#include <utility>

#include "core/base/limits/events.hpp"
#include "core/schedule/calendar.hpp"

namespace rf::event {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

std::int64_t retry_after_ms(std::uint32_t attempts) {
  const std::int64_t wait_s = std::int64_t{EventLimits::first_retry_s} << std::min(attempts, 16u);
  return std::min<std::int64_t>(wait_s, EventLimits::retry_s_most) * 1'000;
}

}  // namespace

const Contact* Book::contact(std::string_view name) const {
  const auto found =
      std::find_if(contacts.begin(), contacts.end(), [&](const auto& each) { return each.name == name; });
  return found == contacts.end() ? nullptr : &*found;
}

void Outbox::use(BookRef book) {
  book_ = std::move(book);
  std::erase_if(lines_, [&](const auto& each) { return book_->contact(each.first) == nullptr; });
}

void Outbox::put(Line& line, const Event& event) {
  if (line.waiting.size() >= EventLimits::digest_lines) {
    const auto least = std::find_if(line.waiting.begin(), line.waiting.end(),
                                    [](const Event& each) { return each.level != Level::critical; });
    line.waiting.erase(least == line.waiting.end() ? line.waiting.begin() : least);
    ++line.left_out;
    ++line.reached.dropped;
    ++dropped_;
  }
  line.waiting.push_back(event);
}

void Outbox::add(Now now, const Event& event) {
  for (const Contact& contact : book_->contacts) {
    // Who cannot be reached need not be told so.
    if (!contact.enabled || (event.kind == "event.undelivered" && event.subject == contact.name)) continue;
    const bool wanted = std::any_of(book_->routes.begin(), book_->routes.end(), [&](const Route& route) {
      return route.enabled && route.contact == contact.name && event.level >= route.level &&
             selects(route.events, event.kind);
    });
    if (!wanted) continue;
    Line& line = line_of(contact.name);
    if (line.waiting.empty())
      line.due_ms = now.mono_ms + std::max<std::int64_t>(settle_ms, std::int64_t{contact.digest_min} * 60'000);
    put(line, event);
    if (event.level != Level::critical) continue;
    line.critical = true;
    line.due_ms = now.mono_ms;
    // What could not be delivered before is no reason to wait with this.
    if (line.message && !line.under_way) line.retry_ms = std::min(line.retry_ms, now.mono_ms);
  }
}

bool Outbox::add_test(Now now, const Event& event, std::string_view contact) {
  if (book_->contact(contact) == nullptr) return false;
  Line& line = line_of(std::string(contact));
  put(line, event);
  line.test = true;
  line.due_ms = now.mono_ms;
  if (line.message && !line.under_way) line.retry_ms = std::min(line.retry_ms, now.mono_ms);
  return true;
}

void Outbox::grow(const Event& event) {
  for (auto& [name, line] : lines_)
    for (Event& each : line.waiting)
      if (each.id == event.id) {
        each.count = event.count;
        each.last_wall_ms = event.last_wall_ms;
      }
}

bool Outbox::quiet(const Contact& contact, const Now& now) const {
  if (!contact.quiet) return false;
  const std::int64_t utc_s = schedule::floor_seconds(now.wall_ms);
  const schedule::Local local = book_->zone ? book_->zone->local_at(utc_s) : schedule::Zone::utc().local_at(utc_s);
  return contact.quiet->contains(static_cast<std::uint16_t>(local.second / 60));
}

bool Outbox::is_due(const Contact& contact, const Line& line, const Now& now) const {
  if (line.waiting.empty()) return false;
  if (hurried_ || line.test) return true;
  const bool calls = contact.way == Way::call;
  const std::uint32_t most = calls ? EventLimits::calls_per_hour : EventLimits::messages_per_hour;
  const bool has_room = line.hour != now.mono_ms / hour_ms || line.sent < most;
  if (line.critical) return has_room || !calls;
  return now.mono_ms >= line.due_ms && !quiet(contact, now) && has_room;
}

std::optional<Message> Outbox::take(Now now) {
  for (auto& [name, line] : lines_) {
    const Contact* const contact = book_->contact(name);
    if (contact == nullptr || line.under_way) continue;
    if (line.message) {
      // Quiet hours that began meanwhile count, too.
      const bool urgent = line.critical || line.message->test || hurried_ ||
                          std::any_of(line.message->events.begin(), line.message->events.end(),
                                      [](const Event& each) { return each.level == Level::critical; });
      if (now.mono_ms < line.retry_ms || (!urgent && quiet(*contact, now))) continue;
      if (line.critical || line.test) {
        // What is urgent joins what could not be delivered yet.
        line.message->test = line.test;
        line.message->attempts = 0;
        for (Event& each : line.waiting)
          if (line.message->events.size() < 2 * EventLimits::digest_lines)
            line.message->events.push_back(std::move(each));
        line.message->left_out += std::exchange(line.left_out, 0);
        line.waiting.clear();
        line.critical = line.test = false;
      }
    } else {
      if (!is_due(*contact, line, now)) continue;
      line.message =
          Message{name,
                  {std::make_move_iterator(line.waiting.begin()), std::make_move_iterator(line.waiting.end())},
                  std::exchange(line.left_out, 0),
                  0,
                  line.test};
      line.waiting.clear();
      line.critical = line.test = false;
      if (std::exchange(line.hour, now.mono_ms / hour_ms) != now.mono_ms / hour_ms) line.sent = 0;
      ++line.sent;
    }
    line.under_way = true;
    return line.message;
  }
  return std::nullopt;
}

std::vector<Event> Outbox::done(Now now, const std::string& contact, Result result, std::string trouble,
                                std::vector<Event> withheld) {
  const auto found = lines_.find(contact);
  if (found == lines_.end() || !found->second.message) return {};
  Line& line = found->second;
  line.under_way = false;
  if (result == Result::taken) {
    outcomes_.delivered += line.message->events.size() - withheld.size();
    outcomes_.given_up += withheld.size();
    line.reached.taken_wall_ms = now.wall_ms;
    if (!withheld.empty()) line.reached.failed_wall_ms = now.wall_ms;
    line.reached.trouble = std::move(trouble);
    line.message.reset();
    return withheld;
  }
  ++outcomes_.failed;
  line.reached.failed_wall_ms = now.wall_ms;
  line.reached.trouble = std::move(trouble);
  if (result == Result::later && ++line.message->attempts < EventLimits::attempts && !hurried_) {
    line.retry_ms = now.mono_ms + retry_after_ms(line.message->attempts - 1);
    return {};
  }
  std::vector<Event> given_up = std::move(line.message->events);
  line.message.reset();
  outcomes_.given_up += given_up.size();
  return given_up;
}

void Outbox::hurry(Now now) {
  hurried_ = true;
  for (auto& [name, line] : lines_) line.retry_ms = std::min(line.retry_ms, now.mono_ms);
}

std::size_t Outbox::waiting() const {
  std::size_t out = 0;
  for (const auto& [name, line] : lines_) out += line.waiting.size() + (line.message ? line.message->events.size() : 0);
  return out;
}

Reached Outbox::reached(std::string_view contact) const {
  const auto found = lines_.find(contact);
  if (found == lines_.end()) return {};
  Reached out = found->second.reached;
  out.waiting = found->second.waiting.size() + (found->second.message ? found->second.message->events.size() : 0);
  return out;
}

}  // namespace rf::event
