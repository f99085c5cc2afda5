// What an operator can ask of the running engine. Configuration commands are not here: they change the database, and
// the engine sees their outcome as a new policy.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.hpp"
#include "core/record/records.hpp"

namespace rf::effect {

struct GetStatus {};
struct ListRegistrations {
  ExtensionId extension;  ///< none: all
};
struct RemoveRegistrations {
  ExtensionId extension;
  std::string contact_key;  ///< empty: all of the extension
};
struct ListCalls {};
struct HangUp {
  std::string cdr_id;
};
using Command = std::variant<GetStatus, ListRegistrations, RemoveRegistrations, ListCalls, HangUp>;

/// One named bound with its use, for `ringfence status`.
struct Gauge {
  std::string name;
  std::uint64_t used = 0;
  std::uint64_t limit = 0;
};

struct Status {
  std::vector<Gauge> gauges;
  std::uint64_t calls_started = 0, calls_answered = 0, messages_in = 0, messages_out = 0, malformed = 0, challenges = 0,
                auth_failures = 0, refused_in_dialog = 0;
  bool stopping = false;
};
struct Registrations {
  std::vector<record::Binding> bindings;
};
struct RunningCall {
  record::Cdr cdr;
  std::string state;  ///< "ringing", "talking", "held", "ending"
};
struct Calls {
  std::vector<RunningCall> calls;
};
struct Done {
  std::uint64_t count = 0;  ///< how many registrations were removed, calls ended
};
struct NotFound {
  std::string what;
};
/// The disk did not take the change: everything is as it was.
struct NotStored {};
using CommandResult = std::variant<Done, NotFound, NotStored, Status, Registrations, Calls>;

}  // namespace rf::effect
