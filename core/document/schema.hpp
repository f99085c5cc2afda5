// What there is to configure about calls that leave and come in, as data: kinds of objects, and their keys with type,
// range, default and one line of help. Parsing, command line, completion, listings and messages are made from it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rf::document {

/// In the order of an export.
enum class Kind : std::uint8_t {
  telephony,  ///< one of a tenant: how its people dial, its time, its money
  limit,      ///< money, pace, calls at once, duration; see Scope
  schedule,
  department,
  trunk,
  pin_list,
  calling_role,
  route,
  ring_group,
  inbound,
  extension,
  number_list,
  deck,
  // Of the system, with commands of their own and kept elsewhere; what is kept as text are their comments.
  guard,          ///< one: who may talk to us, as commands made it
  mail,           ///< one: by which server letters leave
  event_contact,  ///< who is told of events
  event_route,
  event_template,  ///< "trunk.down.de"
};
inline constexpr std::size_t kind_count = 18;
std::string_view name_of(Kind kind);  ///< "number-list"
std::optional<Kind> parse_kind(std::string_view name);
/// The kind whose commands begin so; none of the guard and of what is told of events.
std::optional<Kind> kind_of_command(std::string_view name);

/// What a limit is about: the first word of its name. `extension` and `trunk` alone are for all that have none.
enum class Scope : std::uint8_t { system, tenant, department, extension, trunk };
inline constexpr std::size_t scope_count = 5;
std::string_view name_of(Scope scope);

/// What may stand in a value. Each is a text of its own form; a list has one of these in each place.
enum class Type : std::uint8_t {
  flag,
  number,    ///< from `min` to `max`
  text,      ///< of `min` to `max` bytes
  word,      ///< one of `words`
  duration,  ///< 10s, 5m, 2h, 1d; from `min` to `max` seconds
  money,     ///< decimal text, or none
  pace,      ///< 5 per 1s; with `distinct ` in front different numbers, with `alert ` before that only told
  percent,   ///< 1 to 100
  country,   ///< ISO 3166
  currency,  ///< ISO 4217
  zone,      ///< an IANA name
  digits,
  dial,     ///< digits, * # and +
  pattern,  ///< a dial pattern
  e164,     ///< + and digits
  range,    ///< +49301000-+49301999, or one number
  uri,      ///< sip: or sips:
  host,     ///< a name or an address
  block,    ///< an address or a network
  source,   ///< the same, with :port when only that one is meant
  object,   ///< the name of one of the kind `refers`
  number_of_extension,
  hours,  ///< a line of a schedule
  row,    ///< a line of a deck, a number list or a list of PINs, of a certificate or a message
};
std::string_view name_of(Type type);  ///< as help shows it: "TIME"

struct Key {
  std::string_view name;
  Type type = Type::text;
  std::string_view help;
  std::string_view standing = {};  ///< what holds when it is absent, as a text; of a list with `separator`
  bool list = false;
  std::int64_t min = 0, max = 0;
  std::span<const std::string_view> words = {};
  std::optional<Kind> refers = {};
  bool required = false;
  bool account = false;  ///< of an extension: kept with its account, not in the object
  bool apart = false;    ///< kept in a table of its own: rates, numbers
  char separator = ',';  ///< of lists on a command line
};

/// The keys of a kind; of a limit those of its scope, by the first word of `name`.
std::span<const Key> keys_of(Kind kind, std::string_view name = {});
/// All keys of a kind, whatever the scope.
std::span<const Key> all_keys_of(Kind kind);
const Key* find(std::span<const Key> keys, std::string_view name);

/// Whether objects of this kind have an order that an operator chooses.
constexpr bool is_ordered(Kind kind) {
  return kind == Kind::route || kind == Kind::inbound;
}
/// Whether there is but one, without a name.
constexpr bool is_single(Kind kind) {
  return kind == Kind::telephony || kind == Kind::guard || kind == Kind::mail;
}
/// Whether it says who is told of events, in which words, or by which server.
constexpr bool is_of_events(Kind kind) {
  return kind >= Kind::mail;
}

/// What is wrong with an object's name. Nothing when it is fine: letters, digits, - and _; of an extension 2 to 15
/// digits; of a limit a scope, and behind a dot what it is about: "system", "extension.1001", "trunk.provider". Names
/// of contacts, routes and texts of events may have dots.
std::optional<std::string> fault_of_name(Kind kind, std::string_view name);
std::optional<Scope> scope_of(std::string_view limit);
/// What a limit is about, without its scope; empty: all of them.
std::string_view subject_of(std::string_view limit);
/// "[limit.extension.1001]", "[event-contact."on.call"]"
std::string header_of(Kind kind, std::string_view name);

}  // namespace rf::document
