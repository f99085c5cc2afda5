// What answers look like, as data: the contract's schemas are made from it.
#pragma once

#include <span>
#include <string_view>

#include "core/api/operation.hpp"

namespace rf::api {

/// An object of an answer. `members` is a list such as "number string, since? integer, lines [string], all {Rule}":
/// name (with ? when it may be absent) and type. A type is string, integer, number, boolean, any, the name of another
/// shape, [a list of one of these], or {an object with any names for one of these}; |null behind it: or null.
/// `texts` is a string or a list of strings. Nothing else is in such an object.
struct Shape {
  std::string_view name;
  std::string_view members;
};
std::span<const Shape> shapes();

/// The shape of what a command answers.
std::string_view answer_of(const command::Spec& spec);

/// What is no command and yet part of the API: who may ask stands beside the route.
struct Further {
  Verb verb = Verb::get;
  std::string_view path;
  std::string_view name;  ///< "session.begin"
  std::string_view summary;
  std::string_view who;      ///< "anybody", "signed in"
  std::string_view asks;     ///< members of its body; empty: it has none
  std::string_view answers;  ///< a shape; empty: nothing (204)
  unsigned status = 200;
  const command::Parameter* query = nullptr;  ///< what may stand in its query; none: nothing
};
std::span<const Further> further();

}  // namespace rf::api
