// The part of a policy file that says who is told of events, in which words, and by which server letters leave.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/records.hpp"
#include "core/command/catalog.hpp"
#include "core/document/object.hpp"
#include "shell/store/events.hpp"

namespace rf::app {

class Events;

/// What a command about a policy file may do with events. They are the system's: of another tenant, and for whoever has
/// no right to them, a file says nothing about them.
struct EventSide {
  Events* running = nullptr;  ///< takes a change over; null: no server runs
  bool reads = false, writes = false;            ///< contacts, routes and texts
  bool reads_mail = false, writes_mail = false;  ///< the mail server, which also brings codes to sign in with
};
EventSide event_side(Events* running, const command::Checked& checked);

/// The two parts of a file that are left alone unless it says something of them, whatever goes besides.
struct EventParts {
  bool contacts = false;  ///< and routes and texts
  bool mail = false;
  bool any() const { return contacts || mail; }
};
EventParts parts_of(const std::vector<document::Object>& objects);

struct EventLists {
  std::vector<event::Contact> contacts;
  std::vector<event::Route> routes;
  std::vector<event::Template> templates;
  store::Mail mail;
};
/// What is configured now. Errors: the store's.
std::expected<EventLists, command::Error> event_lists(Records& records);

/// These parts of it as objects, over the comments of `kept`; secrets are in none. Without a mail server there is none
/// about it. Errors: what a file cannot say.
std::expected<std::vector<document::Object>, command::Error> event_objects(const EventLists& lists, EventParts parts,
                                                                           std::vector<document::Object> kept);

/// What a file makes of them.
struct EventChange {
  EventParts parts;
  EventLists now, wanted;
  bool remove = false;  ///< what is not wanted goes
  std::vector<std::pair<std::string, Secret<std::string>>> secrets;  ///< of webhooks, made for them
  bool asks_password = false;                                        ///< the mail server's has to be given again

  /// What whoever plans it has to know; `done`: it is done.
  std::vector<std::string> notes(bool done) const;
};

/// `tables`: of the objects, in their order. Rows of objects become as event_objects() writes them. A webhook keeps its
/// secret, and the mail server its password, as long as they are for the same server.
/// Errors, with lines: what commands would refuse, a route to a contact that there is not or that goes, too many.
std::expected<EventChange, document::Faults> event_change_of(std::vector<document::Object>& objects,
                                                             const std::vector<document::Table>& tables,
                                                             const EventLists& now, bool remove);

/// Within a transaction.
store::Expected<void> write_events(Records& records, const EventChange& change);

}  // namespace rf::app
