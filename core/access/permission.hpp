// What somebody may do, as one table: commands, API, roles and the page of roles are all made from it (row R2).
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rf::access {

/// In the order of the table: what is seen before what is changed, of one subject after the other.
enum class Permission : std::uint8_t {
  system_read,
  system_write,
  guard_read,
  guard_write,
  audit_read,
  audit_write,
  event_read,
  event_write,
  user_read,
  user_write,
  role_read,
  role_write,
  tenant_read,
  tenant_write,
  dealer_read,
  dealer_write,
  sign_in_read,
  sign_in_write,
  session_read,
  session_write,
  token_read,
  token_write,
  extension_read,
  extension_write,
  registration_read,
  registration_write,
  call_read,
  call_write,
  cdr_read,
  trace_read,
  trace_number_read,
  department_read,
  department_write,
  ring_group_read,
  ring_group_write,
  schedule_read,
  schedule_write,
  telephony_read,
  telephony_write,
  inbound_read,
  inbound_write,
  route_read,
  route_write,
  trunk_read,
  trunk_write,
  pin_list_read,
  pin_list_write,
  calling_role_read,
  calling_role_write,
  number_list_read,
  number_list_write,
  deck_read,
  deck_write,
  limit_read,
  limit_write,
  spend_read,
  spend_write,
  pattern_read,
  policy_read,
  policy_write,
};
inline constexpr std::size_t permission_count = static_cast<std::size_t>(Permission::policy_write) + 1;

/// One row: as commands name it, and what it lets somebody do, for people.
struct PermissionInfo {
  Permission permission = Permission::system_read;
  std::string_view name;     ///< "extension.write"
  std::string_view subject;  ///< "extension"
  bool changes = false;
  bool system = false;  ///< reaches beyond one tenant: no role of a tenant may have it
  std::string_view summary;
  bool dealer = false;  ///< of those the ones that a dealer's role may have, about its own tenants
};
std::span<const PermissionInfo> permission_table();
const PermissionInfo& info_of(Permission permission);
/// "extension.write". None: no such permission.
std::optional<Permission> parse_permission(std::string_view name);

/// What a role, a token or somebody has.
class Permissions {
 public:
  Permissions() = default;
  static Permissions all();
  static Permissions none() { return {}; }

  bool has(Permission permission) const { return bits_.test(static_cast<std::size_t>(permission)); }
  Permissions& add(Permission permission);
  Permissions& remove(Permission permission);
  /// Whether whoever has these has all of `other`.
  bool cover(const Permissions& other) const { return (other.bits_ & ~bits_).none(); }
  bool empty() const { return bits_.none(); }
  std::size_t count() const { return bits_.count(); }
  Permissions operator&(const Permissions& other) const;
  friend bool operator==(const Permissions&, const Permissions&) = default;

  /// "call.read cdr.read", in the order of the table: as rows of the database and answers say it.
  std::string text() const;
  /// Names with commas or spaces between; "extension.*" is both of a subject, "*.read" all that changes nothing, "*"
  /// all. Errors: the first name that is none.
  static std::expected<Permissions, std::string> parse(std::string_view text);

 private:
  std::bitset<permission_count> bits_;
};

}  // namespace rf::access
