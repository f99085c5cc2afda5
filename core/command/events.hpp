// Commands about events: what happened, who is told of it, in which words, and by which mail server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/secret.hpp"
#include "core/event/event.hpp"

namespace rf::command {

/// Newest first; every field that is set has to fit.
struct ListEvents {
  std::uint32_t limit = 100;
  std::optional<event::Level> level;  ///< that or graver
  std::string kinds;                  ///< "guard.*,trunk.down"; empty: all
  std::string subject;                ///< empty: any
  std::int64_t from_ms = 0;           ///< wall time, inclusive
  std::int64_t to_ms = 0;             ///< exclusive; 0: no end
  bool open = false;                  ///< only those that nobody acknowledged
  std::uint64_t before = 0;           ///< only those with smaller numbers; 0: all
};
struct ExportEvents {
  ListEvents which;
  bool csv = false;
};
struct ShowEvent {
  std::uint64_t id = 0;
};
struct AcknowledgeEvent {
  std::uint64_t id = 0;
};
/// All up to that one.
struct AcknowledgeEvents {
  std::uint64_t upto = 0;  ///< 0: all that there are
};
/// The catalogue.
struct ListEventKinds {};
/// Tells a contact that this is a test.
struct TestContact {
  std::string contact;
};

struct ListContacts {};
struct ShowContact {
  std::string name;
};
/// Of a new contact, or what is to be another of one.
struct PutContact {
  std::string name;
  bool add = false;
  std::optional<event::Way> way;
  std::optional<std::string> target;
  std::optional<event::Language> language;
  std::optional<bool> enabled;
  std::optional<std::uint32_t> digest_min;
  std::optional<std::string> quiet;  ///< empty: none
  std::optional<std::vector<Subnet>> networks;
};
/// Who may vouch for its target; an empty text: the system's authorities.
struct SetContactAuthority {
  std::string name, pem;
};
/// A new secret for a webhook, shown once.
struct RenewContactSecret {
  std::string name;
};
struct RemoveContact {
  std::string name;
};

struct ListEventRoutes {};
struct ShowEventRoute {
  std::string name;
};
struct PutEventRoute {
  std::string name;
  bool add = false;
  std::optional<std::string> events, contact;
  std::optional<event::Level> level;
  std::optional<bool> enabled;
};
struct RemoveEventRoute {
  std::string name;
};

struct ListEventTemplates {};
struct ShowEventTemplate {
  std::string kind;
  event::Language language = event::Language::en;
};
struct SetEventTemplate {
  event::Template words;
};
struct RemoveEventTemplate {
  std::string kind;
  event::Language language = event::Language::en;
};

/// By which server letters leave.
struct ShowMail {};
struct SetMail {
  std::optional<std::string> server, tls, user, from;
  std::optional<std::uint16_t> port;
  std::optional<Secret<std::string>> password;
};
struct SetMailAuthority {
  std::string pem;
};

using EventCommand =
    std::variant<ListEvents, ExportEvents, ShowEvent, AcknowledgeEvent, AcknowledgeEvents, ListEventKinds, TestContact,
                 ListContacts, ShowContact, PutContact, SetContactAuthority, RenewContactSecret, RemoveContact,
                 ListEventRoutes, ShowEventRoute, PutEventRoute, RemoveEventRoute, ListEventTemplates,
                 ShowEventTemplate, SetEventTemplate, RemoveEventTemplate, ShowMail, SetMail, SetMailAuthority>;

}  // namespace rf::command
