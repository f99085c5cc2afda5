// Commands about tenants: who shares this system, by which domains, whose they are, and how much they may have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rf::command {

/// What is absent stays as it is.
struct TenantSettings {
  std::optional<std::string> dealer;                ///< empty: nobody's
  std::optional<std::vector<std::string>> domains;  ///< small letters
  std::optional<std::uint32_t> extensions;          ///< 0: any number
  std::optional<std::uint32_t> calls;               ///< at once, of those that leave: as its limit "tenant" has them
  std::optional<std::string> day, month;            ///< amounts, likewise
};
struct AddTenant {
  std::string name;
  TenantSettings settings;
};
struct ListTenants {};
struct ShowTenant {
  std::string name;
};
struct SetTenant {
  std::string name;
  TenantSettings settings;
};
struct RemoveTenant {
  std::string name;
};

using TenantCommand = std::variant<AddTenant, ListTenants, ShowTenant, SetTenant, RemoveTenant>;

}  // namespace rf::command
