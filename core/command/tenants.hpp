// Commands about tenants: who shares this system, by which domains, whose they are, and how much they may have; and
// about dealers, who add tenants of their own.
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

struct ListDealers {};
struct ShowDealer {
  std::string name;
};
/// What is absent stays as it is; a dealer that nobody said anything of may add nothing and hand out nothing.
struct SetDealer {
  std::string name;
  std::optional<std::uint32_t> tenants;            ///< how many it may have
  std::optional<std::uint32_t> extensions, calls;  ///< that all of its tenants together may have
  std::optional<std::string> day, month;           ///< amounts, likewise
};
/// Its tenants stay, as nobody's.
struct RemoveDealer {
  std::string name;
};

using TenantCommand = std::variant<AddTenant, ListTenants, ShowTenant, SetTenant, RemoveTenant, ListDealers, ShowDealer,
                                   SetDealer, RemoveDealer>;

}  // namespace rf::command
