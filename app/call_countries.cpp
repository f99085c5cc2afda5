#include "app/call_countries.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/document/schema.hpp"
#include "core/number/plan.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using document::Scope;

Json level_json(std::string of, const CountrySet& only, const CountrySet& denied) {
  return {{"of", std::move(of)}, {"only", codes_of(only)}, {"denied", codes_of(denied)}};
}

const toll::DepartmentTerms* department_named(const toll::Plan& plan, TenantId tenant, std::string_view name) {
  const auto& all = plan.terms().departments;
  const auto at = std::find_if(all.begin(), all.end(),
                               [&](const auto& each) { return each.tenant == tenant && each.name == name; });
  return at == all.end() ? nullptr : &*at;
}

/// Whose question it is: the terms of an extension, or of nobody but the levels above.
std::expected<toll::ExtensionTerms, Error> asker_of(Records& records, const toll::Plan& plan, const std::string& of) {
  toll::ExtensionTerms out;
  out.tenant = records.tenant;
  const std::string subject(document::subject_of(of));
  const auto scope = document::scope_of(of);
  if (scope == Scope::extension) {
    const auto extension = records.store.find_extension(records.tenant, subject);
    if (!extension) return std::unexpected(error_of(extension.error()));
    return plan.extension(records.tenant, extension->id);
  }
  if (scope != Scope::department) return out;
  const toll::DepartmentTerms* const department = department_named(plan, records.tenant, subject);
  if (department == nullptr)
    return std::unexpected(
        Error{Code::not_found, fmt::format("there is no department {}", subject), "see: ringfence department list"});
  out.department = department->id;
  return out;
}

}  // namespace

std::vector<std::string> codes_of(const CountrySet& countries) {
  std::vector<std::string> out;
  const std::string text = rf::text_of(countries);
  for (std::size_t at = 0; at + 1 < text.size(); at += 3) out.push_back(text.substr(at, 2));
  return out;
}

Outcome list_countries(Records& records, const toll::Plan& plan, const command::ListCountries& command) {
  const auto who = asker_of(records, plan, command.of);
  if (!who) return std::unexpected(who.error());
  const toll::TenantTerms* const found = plan.tenant(records.tenant);
  const bool system = document::scope_of(command.of) == Scope::system;
  // Of the system alone no tenant's rules are told.
  const toll::TenantTerms tenant = system || found == nullptr ? toll::TenantTerms{} : *found;
  Json levels = Json::array(), countries = Json::array();
  levels.push_back(level_json("system", plan.terms().countries.only, plan.terms().countries.denied));
  if (!system) levels.push_back(level_json("tenant", tenant.countries.only, tenant.countries.denied));
  if (const toll::DepartmentTerms* const department = plan.department(who->department))
    levels.push_back(
        level_json("department." + department->name, department->countries.only, department->countries.denied));
  if (document::scope_of(command.of) == Scope::extension) levels.push_back(level_json(command.of, who->countries, {}));
  const bool stays = document::scope_of(command.of) == Scope::extension && who->reach < toll::Reach::international;
  const std::string by_reach = stays ? fmt::format("the extension reaches {}", name_of(who->reach)) : std::string();
  for (const Country country : number::countries()) {
    const bool home = tenant.home && country == tenant.home;
    const std::string why = home ? std::string() : by_reach.empty() ? plan.why_not(tenant, *who, country) : by_reach;
    countries.push_back({{"country", country.text()},
                         {"state", home          ? "home"
                                   : why.empty() ? "allowed"
                                                 : "denied"},
                         {"why", why}});
  }
  return Json{{"of", command.of},
              {"home", tenant.home ? tenant.home.text() : std::string()},
              {"levels", std::move(levels)},
              {"countries", std::move(countries)}};
}

}  // namespace rf::app
