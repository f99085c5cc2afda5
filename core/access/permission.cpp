#include "core/access/permission.hpp"

#include <algorithm>
#include <array>

namespace rf::access {
namespace {

using enum Permission;

constexpr bool beyond = true;  // one tenant
constexpr bool dealers = true;

constexpr auto table = std::to_array<PermissionInfo>({
    {system_read, "system.read", "system", false, beyond, "see state, ports, firewall rules and limits of the system"},
    {system_write, "system.write", "system", true, beyond,
     "reload, stop, change settings, and put firewall rules in force"},
    {guard_read, "guard.read", "guard", false, beyond, "see bans, the access list and the rules of the guard"},
    {guard_write, "guard.write", "guard", true, beyond, "ban, release, allow and block addresses and countries"},
    {audit_read, "audit.read", "audit", false, beyond, "read, export and verify the audit log"},
    {audit_write, "audit.write", "audit", true, beyond, "write lines of their own into the audit log"},
    {event_read, "event.read", "event", false, beyond, "see what happened, and who is told of it"},
    {event_write, "event.write", "event", true, beyond,
     "acknowledge events, and say who is told of them in which words"},
    {user_read, "user.read", "user", false, !beyond, "see who may sign in, and as what"},
    {user_write, "user.write", "user", true, !beyond,
     "add, change and remove users, and give them new passwords, as long as those may no more than themselves"},
    {role_read, "role.read", "role", false, !beyond, "see roles and what they allow"},
    {role_write, "role.write", "role", true, !beyond, "copy, change and remove roles, within what they may themselves"},
    {tenant_read, "tenant.read", "tenant", false, !beyond, "see the tenants that they reach, with their limits"},
    {tenant_write, "tenant.write", "tenant", true, beyond, "add, change and remove tenants, and give them limits",
     dealers},
    {dealer_read, "dealer.read", "dealer", false, beyond, "see how much dealers may hand out to tenants", dealers},
    {dealer_write, "dealer.write", "dealer", true, beyond,
     "say how much dealers may hand out to tenants, and remove dealers"},
    {sign_in_read, "sign-in.read", "sign-in", false, beyond, "see where people sign in who have no password here"},
    {sign_in_write, "sign-in.write", "sign-in", true, beyond,
     "change where people sign in and which role their groups give, within what they may themselves"},
    {session_read, "session.read", "session", false, !beyond, "see who is signed in, from where"},
    {session_write, "session.write", "session", true, !beyond, "sign others out"},
    {token_read, "token.read", "token", false, !beyond, "see which programs have a token, and what for"},
    {token_write, "token.write", "token", true, !beyond, "make and remove tokens for programs"},
    {extension_read, "extension.read", "extension", false, !beyond, "see extensions, their devices and settings"},
    {extension_write, "extension.write", "extension", true, !beyond,
     "add, change and remove extensions, and see their new passwords once"},
    {registration_read, "registration.read", "registration", false, !beyond, "see which phones are registered"},
    {registration_write, "registration.write", "registration", true, !beyond, "remove registrations"},
    {call_read, "call.read", "call", false, !beyond, "see running calls"},
    {call_write, "call.write", "call", true, !beyond, "end running calls"},
    {cdr_read, "cdr.read", "cdr", false, !beyond, "see records of calls"},
    {trace_read, "trace.read", "trace", false, beyond, "see recorded SIP messages, without the last digits of numbers"},
    {trace_number_read, "trace-number.read", "trace-number", false, beyond,
     "see numbers in recorded SIP messages in full"},
    {department_read, "department.read", "department", false, !beyond, "see departments"},
    {department_write, "department.write", "department", true, !beyond, "change departments"},
    {ring_group_read, "ring-group.read", "ring-group", false, !beyond, "see ring groups"},
    {ring_group_write, "ring-group.write", "ring-group", true, !beyond, "change ring groups"},
    {schedule_read, "schedule.read", "schedule", false, !beyond, "see opening hours and holidays"},
    {schedule_write, "schedule.write", "schedule", true, !beyond, "change opening hours and holidays"},
    {telephony_read, "telephony.read", "telephony", false, !beyond, "see how people dial, their time and money"},
    {telephony_write, "telephony.write", "telephony", true, !beyond, "change how people dial, their time and money"},
    {inbound_read, "inbound.read", "inbound", false, !beyond, "see where calls from outside go"},
    {inbound_write, "inbound.write", "inbound", true, !beyond, "change where calls from outside go"},
    {route_read, "route.read", "route", false, !beyond, "see and try where calls to the outside go"},
    {route_write, "route.write", "route", true, !beyond, "change where calls to the outside go"},
    {trunk_read, "trunk.read", "trunk", false, beyond, "see trunks and whether they work"},
    {trunk_write, "trunk.write", "trunk", true, beyond, "change trunks and their passwords"},
    {pin_list_read, "pin-list.read", "pin-list", false, !beyond, "see whose PINs there are, and account codes"},
    {pin_list_write, "pin-list.write", "pin-list", true, !beyond, "make and remove PINs and account codes"},
    {calling_role_read, "calling-role.read", "calling-role", false, !beyond, "see calling roles"},
    {calling_role_write, "calling-role.write", "calling-role", true, !beyond, "change what calling roles may call"},
    {number_list_read, "number-list.read", "number-list", false, !beyond, "see lists of numbers"},
    {number_list_write, "number-list.write", "number-list", true, !beyond, "change lists of numbers"},
    {deck_read, "deck.read", "deck", false, beyond, "see what calls cost"},
    {deck_write, "deck.write", "deck", true, beyond, "change what calls cost"},
    {limit_read, "limit.read", "limit", false, !beyond, "see limits of money, pace, calls at once and countries"},
    {limit_write, "limit.write", "limit", true, beyond, "change limits of money, pace, calls at once and countries"},
    {spend_read, "spend.read", "spend", false, !beyond, "see what was spent, and what a stolen password could cost"},
    {spend_write, "spend.write", "spend", true, !beyond, "add to prepaid credit"},
    {pattern_read, "pattern.read", "pattern", false, !beyond, "see how people usually call, and what did not fit"},
    {policy_read, "policy.read", "policy", false, beyond,
     "export all that is configured about calls, and try a change"},
    {policy_write, "policy.write", "policy", true, beyond, "replace all that is configured about calls, in one file"},
});

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].permission) != i) return false;
  return table.size() == permission_count;
}
static_assert(in_order(), "each permission has its row, at its place");

/// Whether a pattern ("extension.write", "extension.*", "*.read", "*") means this row.
bool fits(std::string_view pattern, const PermissionInfo& row) {
  if (pattern == "*" || pattern == row.name) return true;
  const std::size_t dot = pattern.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view subject = pattern.substr(0, dot), verb = pattern.substr(dot + 1);
  if (subject == "*") return verb == (row.changes ? "write" : "read");
  return subject == row.subject && verb == "*";
}

}  // namespace

std::span<const PermissionInfo> permission_table() {
  return table;
}

const PermissionInfo& info_of(Permission permission) {
  return table[static_cast<std::size_t>(permission)];
}

std::optional<Permission> parse_permission(std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.name == name; });
  return found == table.end() ? std::nullopt : std::optional(found->permission);
}

Permissions Permissions::all() {
  Permissions out;
  out.bits_.set();
  return out;
}

Permissions& Permissions::add(Permission permission) {
  bits_.set(static_cast<std::size_t>(permission));
  return *this;
}

Permissions& Permissions::remove(Permission permission) {
  bits_.reset(static_cast<std::size_t>(permission));
  return *this;
}

Permissions Permissions::operator&(const Permissions& other) const {
  Permissions out;
  out.bits_ = bits_ & other.bits_;
  return out;
}

std::string Permissions::text() const {
  std::string out;
  for (const PermissionInfo& row : table) {
    if (!has(row.permission)) continue;
    if (!out.empty()) out += ' ';
    out += row.name;
  }
  return out;
}

std::expected<Permissions, std::string> Permissions::parse(std::string_view text) {
  Permissions out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(", "), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    bool any = false;
    for (const PermissionInfo& row : table) {
      if (!fits(word, row)) continue;
      out.add(row.permission);
      any = true;
    }
    if (!any) return std::unexpected(std::string(word));
  }
  return out;
}

}  // namespace rf::access
