// Events of the running server: heard from the log, gathered, kept, and told. Whoever says something never waits.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/deliver.hpp"
#include "app/records.hpp"
#include "core/event/gather.hpp"
#include "core/event/outbox.hpp"
#include "shell/log/log.hpp"

namespace rf::app {

/// A thread gathers and keeps, others tell (EventLimits::senders). All of it is bounded: when more comes than can be
/// handled the oldest that is not critical is dropped, and that is told.
class Events {
 public:
  struct Options {
    store::Options store;  ///< a connection of its own
    std::string system;    ///< what this system is called in messages
    bool show_personal = false;
  };
  explicit Events(Options options) : options_(std::move(options)) {}
  ~Events() { close(0); }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  /// What the log hears, from any thread, also before open(): then it waits.
  void hear(const log::Line& line);
  /// Opens the database and begins. Errors: the store's.
  std::expected<void, command::Error> open(const seal::Vault& vault);
  /// Contacts, routes, words or the mail server are others: takes them over before it returns.
  std::expected<void, command::Error> look_again();
  /// With which contacts are called; none: nobody is called.
  void use_telephone(Telephone telephone);
  /// In which quiet hours and times are meant, and whose system it is.
  void use_house(schedule::ZoneRef zone, std::string company);
  /// Sends a test, and tells what came of it if that is known soon. Errors: not_found, failed.
  Outcome test(const std::string& contact);
  event::Reached reached(const std::string& contact);
  /// Whether a mail server is named.
  bool has_mail();
  /// One letter that is no event, by the same mail server. Blocks.
  Delivery post(const event::Filled& words, const std::string& to, std::stop_token stop);
  /// Heard, and not looked at yet.
  std::size_t waiting();
  /// Since the start.
  struct Counters {
    std::array<std::uint64_t, event::levels> raised{};  ///< new events, by level
    std::uint64_t dropped = 0;                          ///< there was no room for them
    std::size_t to_be_told = 0;                         ///< now, counted for each contact
    event::Outcomes told;
  };
  Counters counters();
  /// Tells what waits, once, within `limit_ms`; then it hears nothing any more.
  void close(std::uint32_t limit_ms);

 private:
  struct Heard {
    const event::Kind* kind = nullptr;
    std::string subject, text;
    std::uint64_t count = 1;
  };
  void take_in(Heard heard);
  void gather_all();
  void gather_on(const std::stop_token& stop);
  void send_on(const std::stop_token& stop);

  Options options_;
  std::atomic<bool> closed_ = false;

  std::mutex incoming_mutex_;  ///< over the next lines; taken last, held for moments
  std::deque<Heard> critical_, others_;
  std::uint64_t lost_ = 0;
  std::condition_variable_any heard_;

  std::mutex store_mutex_;  ///< over the connection; taken first
  std::optional<store::Store> store_;
  std::optional<seal::Vault> vault_;
  event::Gather gather_;

  std::mutex mutex_;  ///< over what waits to be told
  std::condition_variable_any changed_;
  event::Outbox outbox_;
  std::shared_ptr<const event::Book> book_ = std::make_shared<const event::Book>();
  std::shared_ptr<const store::Mail> mail_ = std::make_shared<const store::Mail>();
  schedule::ZoneRef zone_;
  std::string company_;
  Telephone telephone_;
  std::size_t under_way_ = 0;
  Counters counters_;  ///< but what outbox_ counts
  std::map<std::string, Delivery> tested_;

  std::jthread gatherer_;
  std::vector<std::jthread> senders_;
};

}  // namespace rf::app
