#include "core/api/operation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace rf::api {
namespace {

using command::Kind;
using command::Parameter;
using command::Spec;

/// What the rule would name badly.
struct Exception {
  std::string_view command;
  Verb verb;
  std::string_view path;
};
constexpr Exception exceptions[] = {
    {"extension.link", Verb::post, "/extensions/{number}/links"},
    {"extension.unlink", Verb::remove, "/extensions/{number}/links"},
    {"extension.device.remove", Verb::remove, "/extensions/{number}/devices/{name}"},
    {"credit.add", Verb::post, "/spending/{whom}/credit"},
    {"audit-log.list", Verb::get, "/audit-log"},
    {"audit-log.note", Verb::post, "/audit-log"},
    {"firewall.show", Verb::get, "/firewall"},
    {"guard.remove", Verb::remove, "/guard/access"},
    {"guard.country.list", Verb::get, "/guard/countries"},
    {"guard.country.allow", Verb::post, "/guard/countries/allow"},
    {"guard.country.deny", Verb::post, "/guard/countries/deny"},
    {"guard.country.remove", Verb::remove, "/guard/countries"},
    {"guard.rule.show", Verb::get, "/guard/rules/{name}"},
    {"guard.rule.set", Verb::patch, "/guard/rules/{name}"},
    {"guard.rule.remove", Verb::remove, "/guard/rules/{name}"},
    {"media.list", Verb::get, "/media"},
    {"trace.call", Verb::get, "/trace/calls/{id}"},
    {"trace.extension", Verb::get, "/trace/extensions/{number}"},
    {"trace.source", Verb::get, "/trace/sources/{address}"},
    {"spend.list", Verb::get, "/spending"},
    {"trunk.password", Verb::put, "/trunks/{name}/password"},
    {"pin.list", Verb::get, "/pin-lists/{name}/pins"},
    {"pin.add", Verb::post, "/pin-lists/{name}/pins"},
    {"pin.remove", Verb::remove, "/pin-lists/{name}/pins/{account}"},
    {"emergency.test", Verb::get, "/emergency-test"},
    {"role.copy", Verb::post, "/roles"},
    {"sign-in.secret", Verb::put, "/sign-ins/{name}/secret"},
    {"sign-in.ca", Verb::put, "/sign-ins/{name}/ca"},
};
constexpr std::pair<std::string_view, std::string_view> plurals[] = {{"inbound", "inbound-routes"}};

std::string plural(std::string_view group) {
  for (const auto& [one, many] : plurals)
    if (one == group) return std::string(many);
  if (group.ends_with('y')) return std::string(group.substr(0, group.size() - 1)) + "ies";
  return std::string(group) + "s";
}

bool has(const Spec& spec, std::string_view name) {
  return std::any_of(spec.parameters.begin(), spec.parameters.end(), [&](const auto& p) { return p.name == name; });
}

bool has(const Spec& spec, Kind kind) {
  return std::any_of(spec.parameters.begin(), spec.parameters.end(), [&](const auto& p) { return p.kind == kind; });
}

/// Lists that are not called so, and may be long.
constexpr std::string_view long_answers[] = {"exposure", "guard.access", "guard.bans"};

/// What a command names its thing by; empty: it is about none.
std::string_view identity_of(const Spec& spec) {
  for (const std::string_view name : {"number", "name", "id"})
    for (const Parameter& p : spec.parameters)
      if (p.name == name && p.required && p.kind == Kind::text) return p.name;
  return {};
}

/// Whether a group is one of things that can be listed or made, and not a subject.
bool has_things(std::string_view group) {
  const auto known = [&](std::string_view verb) {
    return command::find(std::string(group) + "." + std::string(verb)) != nullptr;
  };
  return known("list") || known("add");
}

std::pair<Verb, std::string> by_rule(const Spec& spec) {
  const std::size_t dot = spec.name.rfind('.');
  const Verb asks = spec.changes || has(spec, Kind::lines) || has(spec, Kind::secret) ? Verb::post : Verb::get;
  if (dot == std::string_view::npos) return {asks, "/" + std::string(spec.name)};
  const std::string_view group = spec.name.substr(0, dot), verb = spec.name.substr(dot + 1);
  const std::string_view identity = identity_of(spec);
  const bool things = has_things(group);
  const std::string all = "/" + (things ? plural(group) : std::string(group));
  // A thing may be called like a verb: what is about none of them has a path of its own.
  const Spec* const show = command::find(std::string(group) + ".show");
  const bool named = show != nullptr && !identity_of(*show).empty();
  if (things && verb == "list") return {Verb::get, all};
  if (things && verb == "add") return {Verb::post, all};
  const std::string one = identity.empty() ? all : all + "/{" + std::string(identity) + "}";
  if (verb == "show") return {Verb::get, one};
  if (verb == "set") return {Verb::patch, one};
  if (verb == "remove") return {Verb::remove, one};
  if (named && identity.empty()) return {asks, fmt::format("/{}-{}", group, verb)};
  return {asks, one + "/" + std::string(verb)};
}

Operation operation_of(const Spec& spec) {
  Operation out;
  out.spec = &spec;
  const auto odd =
      std::find_if(std::begin(exceptions), std::end(exceptions), [&](const auto& e) { return e.command == spec.name; });
  auto [verb, path] = odd == std::end(exceptions) ? by_rule(spec) : std::pair{odd->verb, std::string(odd->path)};
  out.verb = verb;
  out.path = std::string(base_path) + path;
  for (const Parameter& p : spec.parameters)
    if (path.find("{" + std::string(p.name) + "}") != std::string::npos) out.in_path.push_back(p.name);
  std::sort(out.in_path.begin(), out.in_path.end(), [&](auto a, auto b) {
    return path.find("{" + std::string(a) + "}") < path.find("{" + std::string(b) + "}");
  });
  out.creates = spec.name.ends_with(".add") || spec.name == "extension.link" || spec.name == "role.copy";
  out.brings_file = has(spec, Kind::lines);
  out.paged = (spec.name.ends_with(".list") && !has(spec, "limit") && spec.name != "guard.country.list" &&
               spec.name != "country.list") ||
              std::find(std::begin(long_answers), std::end(long_answers), spec.name) != std::end(long_answers);
  return out;
}

/// Who shows the thing that one is about: the show of its group, at the path that begins its own.
void link_shows(std::vector<Operation>& all) {
  for (Operation& each : all) {
    if (!each.spec->changes || each.verb == Verb::get) continue;
    const auto shows = [&](const Operation& other) {
      return other.spec->name.ends_with(".show") && each.path.starts_with(other.path) &&
             (each.path.size() == other.path.size() || each.path[other.path.size()] == '/');
    };
    const auto found = std::find_if(all.begin(), all.end(), shows);
    if (found != all.end()) each.shown_by = &*found;
  }
}

std::vector<Operation> all_operations() {
  std::vector<Operation> out;
  for (const Spec& spec : command::catalog()) out.push_back(operation_of(spec));
  link_shows(out);
  return out;
}

}  // namespace

std::string_view name_of(Verb verb) {
  constexpr std::array<std::string_view, 5> names = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  return names[static_cast<std::size_t>(verb)];
}

Place Operation::place_of(const Parameter& parameter) const {
  if (parameter.name == "caller") return Place::nowhere;
  if (parameter.name == "tenant") return Place::query;
  if (std::find(in_path.begin(), in_path.end(), parameter.name) != in_path.end()) return Place::path;
  return has_body() ? Place::body : Place::query;
}

std::span<const Operation> operations() {
  static const std::vector<Operation> all = all_operations();
  return all;
}

const Operation* find(std::string_view command) {
  const auto all = operations();
  const auto at =
      std::find_if(all.begin(), all.end(), [&](const Operation& each) { return each.spec->name == command; });
  return at == all.end() ? nullptr : &*at;
}

}  // namespace rf::api
