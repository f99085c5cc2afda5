// The list itself: each command's name, permission, parameters and words, as data that help texts and APIs can read.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/access/asker.hpp"
#include "core/command/command.hpp"

namespace rf::command {

enum class Kind : std::uint8_t {
  text,
  number,
  flag,
  secret,
  lines,  ///< a text of many lines, out of a file
};

/// One parameter. `min` and `max` bound a number's value or a text's length.
struct Parameter {
  std::string_view name;
  Kind kind = Kind::text;
  bool required = false;
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::span<const std::string_view> words = {};  ///< when not empty, a text must be one of them
  std::string_view help;
};

/// One command. Whoever carries it out checks `permission`; there is no other place.
struct Spec {
  std::string_view name;        ///< "extension.add"
  std::string_view permission;  ///< "extension.write"
  std::string_view summary;
  bool changes = false;  ///< gets an audit line
  bool needs_server = false;
  std::span<const Parameter> parameters;
};

std::span<const Spec> catalog();
const Spec* find(std::string_view name);
/// Whether it is carried out in one tenant, which it can name.
bool acts_in_tenant(const Spec& spec);

using Value = std::variant<bool, std::int64_t, std::string>;
using Arguments = std::map<std::string, Value, std::less<>>;

/// A command whose arguments were found good.
struct Checked {
  const Spec* spec = nullptr;
  Command command;
  /// Which one it is about, as its "….show" takes it (the number of an extension, the name of a trunk); empty when
  /// nothing shows it.
  Arguments about;
  /// "extension.set number=1001 remote=true"; secrets appear as "[secret]". Of what changes nothing empty, unless it
  /// shows what few may see.
  std::string audit;
  /// The tenant that was named; empty: none was. In which it is carried out, whoever carries it out finds by it and by
  /// who asks.
  std::string tenant = {};
  TenantId acts_in = {};
  /// For whom it is carried out: somebody who signed in, or whoever runs the machine itself. While nobody said, what
  /// is about people is refused.
  std::optional<access::Asker> by = {};
  bool on_machine = false;
};

/// Turns a name and arguments into a command. Errors: Code::invalid with the parameter and its remedy. Unknown
/// parameters are refused, because a misspelt restriction must not be a missing one.
std::expected<Checked, Error> check(std::string_view name, const Arguments& arguments);

}  // namespace rf::command
