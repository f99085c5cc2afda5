// Events on disk, who is told of them, in which words and by which mail server.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/event/event.hpp"
#include "shell/seal/vault.hpp"
#include "shell/store/store.hpp"

namespace rf::store {

/// Which events; every field that is set has to fit. Newest first.
struct EventFilter {
  std::uint32_t limit = 100;
  std::optional<event::Level> level = {};  ///< that or graver
  std::vector<std::string> kinds = {};     ///< names; empty: all
  std::string subject = {};
  std::int64_t from_wall_ms = 0;
  std::int64_t to_wall_ms = 0;  ///< exclusive; 0: no end
  bool open = false;            ///< nobody has acknowledged it
  std::uint64_t before = 0;     ///< only smaller numbers; 0: all
};

struct Mail {
  std::string server, tls = "starttls", user, from, ca_pem;
  std::uint16_t port = 587;
  Secret<std::string> password;
};

/// The tables about events of an open store; lives no longer than it.
class EventTables {
 public:
  explicit EventTables(Store& store) : state_(*store.state_) {}

  /// Writes new ones, and those that are there anew, in one transaction; whoever acknowledged one stays. Beyond
  /// EventLimits::kept and keep_days the oldest go.
  Expected<void> put_events(std::span<const event::Event> events, std::int64_t now_wall_ms);
  Expected<std::vector<event::Event>> find_events(const EventFilter& filter);
  /// Errors: not_found.
  Expected<event::Event> event(std::uint64_t id);
  /// 0: none is kept.
  Expected<std::uint64_t> last_event();
  /// Gives how many nobody had acknowledged before: one event, or with `all` those up to it (0: all).
  Expected<std::uint64_t> acknowledge(std::uint64_t id, bool all, const std::string& by, std::int64_t now_wall_ms);

  /// With their secrets unsealed. Errors: wrong_key.
  Expected<std::vector<event::Contact>> contacts(const seal::Vault& vault);
  /// Adds or replaces. Errors: invalid_value when there are too many.
  Expected<void> put_contact(const seal::Vault& vault, const event::Contact& contact);
  /// With its routes. Errors: not_found.
  Expected<void> drop_contact(const std::string& name);
  Expected<std::vector<event::Route>> routes();
  Expected<void> put_route(const event::Route& route);
  Expected<void> drop_route(const std::string& name);
  Expected<std::vector<event::Template>> templates();
  Expected<void> put_template(const event::Template& words);
  Expected<void> drop_template(const std::string& kind, event::Language language);

  Expected<Mail> mail(const seal::Vault& vault);
  Expected<void> put_mail(const seal::Vault& vault, const Mail& mail);

 private:
  Store::State& state_;
};

}  // namespace rf::store
