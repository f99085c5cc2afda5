// What waits to be told, for each contact: gathered, held back in quiet hours, tried again when it fails, bounded.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/event/event.hpp"
#include "core/schedule/zone.hpp"

namespace rf::event {

/// Contacts, routes and texts as operators made them. Immutable.
struct Book {
  std::vector<Contact> contacts;
  std::vector<Route> routes;
  std::vector<Template> templates;
  std::string company = {};          ///< whose system it is, in letters; empty: what the system is called
  schedule::ZoneRef zone = nullptr;  ///< of quiet hours and of times in messages; none: UTC

  const Contact* contact(std::string_view name) const;
};
using BookRef = std::shared_ptr<const Book>;

/// What goes to a contact in one piece.
struct Message {
  std::string contact;
  std::vector<Event> events;   ///< by their time, never empty
  std::uint64_t left_out = 0;  ///< further events that found no room
  std::uint32_t attempts = 0;  ///< before this one
  bool test = false;           ///< an operator waits for it
};

enum class Result : std::uint8_t {
  taken,
  later,    ///< it may work another time
  refused,  ///< it never will
};

/// How a contact was reached last.
struct Reached {
  std::int64_t taken_wall_ms = 0;   ///< 0: never since the start
  std::int64_t failed_wall_ms = 0;  ///< likewise
  std::string trouble;              ///< of the last failure, or why it was not told all; empty after a success
  std::size_t waiting = 0;          ///< events
  std::uint64_t dropped = 0;        ///< events, since the start
};

/// What became of all that was to be told, since the start.
struct Outcomes {
  std::uint64_t delivered = 0;  ///< events, counted for each contact that took them
  std::uint64_t failed = 0;     ///< attempts to deliver a message
  std::uint64_t given_up = 0;   ///< events, of messages that were not delivered in the end
};

/// Not for several threads. One message of a contact is under way at a time; what comes meanwhile is gathered to the
/// next. Of non-critical events the oldest are dropped when there is no room.
class Outbox {
 public:
  /// So long other events may join one that is not critical.
  static constexpr std::uint32_t settle_ms = 2'000;

  /// Contacts that are gone lose what waits for them.
  void use(BookRef book);
  /// To all contacts whose routes say so.
  void add(Now now, const Event& event);
  /// To one contact, whatever routes, quiet hours and digests say. False: there is no such contact.
  bool add_test(Now now, const Event& event, std::string_view contact);
  /// Events that came to count more before they were told.
  void grow(const Event& event);

  /// A message that is due; it stays under way until done().
  std::optional<Message> take(Now now);
  /// Nothing, or the events that are given up: of a message that is not delivered in the end, and those of a delivered
  /// one that were `withheld` from this contact. `trouble` says why.
  std::vector<Event> done(Now now, const std::string& contact, Result result, std::string trouble,
                          std::vector<Event> withheld = {});
  /// Everything that waits is due now, once, whatever the hour: the server stops.
  void hurry(Now now);

  Reached reached(std::string_view contact) const;
  const Outcomes& outcomes() const { return outcomes_; }
  /// Events, of all contacts.
  std::size_t waiting() const;
  /// Events that were dropped since this was asked last.
  std::uint64_t take_dropped() { return std::exchange(dropped_, 0); }

 private:
  struct Line {
    std::deque<Event> waiting;
    std::uint64_t left_out = 0;
    std::int64_t due_ms = 0;              ///< of what waits; meaningful while something does
    bool critical = false, test = false;  ///< among what waits
    std::optional<Message> message;       ///< under way, or waiting to be tried again
    bool under_way = false;
    std::int64_t retry_ms = 0;
    std::int64_t hour = 0;  ///< in which so many messages were sent
    std::uint32_t sent = 0;
    Reached reached;
  };
  Line& line_of(const std::string& contact) { return lines_[contact]; }
  void put(Line& line, const Event& event);
  bool quiet(const Contact& contact, const Now& now) const;
  bool is_due(const Contact& contact, const Line& line, const Now& now) const;

  BookRef book_ = std::make_shared<const Book>();
  std::map<std::string, Line, std::less<>> lines_;
  Outcomes outcomes_;
  std::uint64_t dropped_ = 0;
  bool hurried_ = false;
};

}  // namespace rf::event
