#include "app/tenants.hpp"

#include <fmt/format.h>

#include <algorithm>


namespace rf::app {
namespace {

using command::Code;
using command::Error;

std::unexpected<Error> fail(const store::Problem& problem) {
  return std::unexpected(error_of(problem));
}

std::unexpected<Error> unknown(const std::string& name) {
  return std::unexpected(
      Error{Code::not_found, fmt::format("there is no tenant {}", name), "see: ringfence tenant list", "tenant"});
}

const store::Tenant* named(std::span<const store::Tenant> tenants, std::string_view name) {
  const auto found = std::find_if(tenants.begin(), tenants.end(), [&](const auto& each) { return each.name == name; });
  return found == tenants.end() ? nullptr : &*found;
}

/// To a dealer's user, whoever has it: whose it is, is nothing that he is told.
Error taken(std::string what, std::string field) {
  return {Code::conflict, std::move(what), "choose another one", std::move(field)};
}

std::expected<void, Error> set_tenant(Records& records, const store::Tenant& tenant) {
  const auto written = records.store.set_tenant(tenant);
  const auto of_system = std::ranges::find_if(tenant.domains, [&](const std::string& domain) {
    return domain == records.realm || std::ranges::find(records.domains, domain) != records.domains.end();
  });
  const bool everybodys = of_system != tenant.domains.end();
  if (records.bounded && (everybodys || (!written && written.error().fault == store::Fault::duplicate_name)))
    return std::unexpected(taken("not all of these domains are free", "domains"));
  if (!written) return fail(written.error());
  if (everybodys)
    return std::unexpected(Error{Code::conflict,
                                 fmt::format("the domain {} is the system's, and everybody's", *of_system),
                                 "give the tenant another one", "domains"});
  return {};
}

/// Who is bound to a tenant gives credit inside it alone, its dealer to the tenant as well: nobody raises what others
/// gave him.
std::optional<Error> refused_credit(const command::Checked& checked) {
  const auto* const credit = std::get_if<command::AddCredit>(&checked.command);
  if (credit == nullptr) return std::nullopt;
  const document::Scope scope = document::scope_of(credit->whom).value_or(document::Scope::system);
  const bool bound = checked.by && checked.by->tenant;
  const bool dealer = bound && !checked.by->dealer.empty();
  if (scope == document::Scope::system && (bound || checked.acts_in != store::default_tenant))
    return Error{bound ? Code::denied : Code::invalid,
                 "the credit of the whole system is the system's, and no tenant's",
                 "without a tenant, who reaches the whole system: ringfence credit add system", "whom"};
  if ((scope == document::Scope::tenant && bound && !dealer) || (scope == document::Scope::trunk && bound))
    return Error{Code::denied, "credit that tenants and trunks have is the system's to give",
                 "ask whoever runs the system", "whom"};
  return std::nullopt;
}

}  // namespace

bool reaches(const access::Asker* by, const store::Tenant& tenant) {
  if (by == nullptr || !by->tenant) return true;
  return by->dealer.empty() ? by->tenant == tenant.id : by->dealer == tenant.dealer;
}

std::expected<command::Checked, Error> in_tenant(std::span<const store::Tenant> tenants, command::Checked checked) {
  access::Asker* const by = checked.by ? &*checked.by : nullptr;
  if (checked.tenant.empty()) {
    const bool open = by != nullptr && !by->dealer.empty() && by->tenant == access::no_tenant;
    if (open && command::acts_in_tenant(*checked.spec))
      return std::unexpected(Error{Code::invalid, "you reach several tenants, and named none",
                                   "name one of them with tenant; see: ringfence tenant list", "tenant"});
    checked.acts_in = by != nullptr && by->tenant ? by->tenant : store::default_tenant;
  } else {
    const store::Tenant* const tenant = named(tenants, checked.tenant);
    if (tenant == nullptr || !reaches(by, *tenant)) return unknown(checked.tenant);
    if (by != nullptr && !by->dealer.empty()) by->tenant = tenant->id;
    checked.acts_in = tenant->id;
  }
  if (auto refused = refused_credit(checked)) return std::unexpected(std::move(*refused));
  return checked;
}

Outcome tenant_json(Records& records, const store::Tenant& tenant) {
  const auto objects = records.store.objects(tenant.id);
  if (!objects) return fail(objects.error());
  const auto extensions = records.store.extensions();
  if (!extensions) return fail(extensions.error());
  return Json{{"name", tenant.name},
              {"dealer", tenant.dealer},
              {"domains", tenant.domains},
              {"extensions", tenant.extensions_max},
              {"extensions_now", std::count_if(extensions->begin(), extensions->end(),
                                               [&](const auto& row) { return row.tenant == tenant.id; })},
              {"calls", limit_of(*objects, "calls")},
              {"day", limit_of(*objects, "day")},
              {"month", limit_of(*objects, "month")}};
}

std::optional<Outcome> show_tenants(Records& records, const command::Checked& checked) {
  const auto* const command = std::get_if<command::TenantCommand>(&checked.command);
  if (command == nullptr) return std::nullopt;
  if (auto told = show_dealers(records, *command, checked.by ? &*checked.by : nullptr)) return told;
  const auto* const show = std::get_if<command::ShowTenant>(command);
  if (show == nullptr && !std::holds_alternative<command::ListTenants>(*command)) return std::nullopt;
  auto tenants = records.store.tenants();
  if (!tenants) return fail(tenants.error());
  const access::Asker* const by = checked.by ? &*checked.by : nullptr;
  std::erase_if(*tenants, [&](const store::Tenant& each) { return !reaches(by, each); });
  if (show != nullptr) {
    const store::Tenant* const one = named(*tenants, show->name);
    return one == nullptr ? Outcome(unknown(show->name)) : tenant_json(records, *one);
  }
  Json list = Json::array();
  for (const store::Tenant& each : *tenants) {
    auto row = tenant_json(records, each);
    if (!row) return row;
    list.push_back(std::move(*row));
  }
  return Json{{"tenants", std::move(list)}};
}

std::expected<TenantChanged, Error> change_tenant(Records& records, const command::TenantCommand& command,
                                                  std::int64_t now_wall_ms) {
  TenantChanged out;
  const auto* const add = std::get_if<command::AddTenant>(&command);
  const auto* const set = std::get_if<command::SetTenant>(&command);
  const auto* const remove = std::get_if<command::RemoveTenant>(&command);
  if (records.bounded && records.dealer.empty())
    return std::unexpected(
        Error{Code::denied, "tenants are the system's and its dealers'", "ask whoever runs the system"});
  if (add != nullptr) {
    if (records.bounded)
      if (auto refused = refused_tenant(records, records.dealer)) return std::unexpected(std::move(*refused));
    const auto id = records.store.add_tenant(add->name);
    if (!id && records.bounded && id.error().fault == store::Fault::duplicate_name)
      return std::unexpected(taken(fmt::format("the name {} is taken", add->name), "name"));
    if (!id) return fail(id.error());
    out.tenant = {*id, add->name};
    if (records.bounded) out.tenant.dealer = records.dealer;
  } else {
    const std::string& name = set != nullptr ? set->name : remove->name;
    const auto tenants = records.store.tenants();
    if (!tenants) return fail(tenants.error());
    const store::Tenant* const found = named(*tenants, name);
    if (found == nullptr || (records.bounded && found->dealer != records.dealer)) return unknown(name);
    out.tenant = *found;
    auto has = handed_to(records, *found, now_wall_ms);
    if (!has) return std::unexpected(std::move(has.error()));
    out.before = std::move(*has);
  }
  if (remove != nullptr) {
    if (records.bounded)
      if (auto refused = refused_removal(records, out.tenant, now_wall_ms)) return std::unexpected(std::move(*refused));
    if (const auto dropped = records.store.drop_tenant(out.tenant.id); !dropped) return fail(dropped.error());
    out.answer = {{"name", remove->name},
                  {"message", fmt::format("The tenant {} is removed; its call records stay.", remove->name)}};
    return out;
  }
  const command::TenantSettings& wanted = add != nullptr ? add->settings : set->settings;
  if (records.bounded && wanted.dealer && *wanted.dealer != records.dealer)
    return std::unexpected(Error{Code::denied, "whose tenant it is, is the system's to say",
                                 "leave it out: it is yours", "dealer"});
  out.tenant.dealer = wanted.dealer.value_or(out.tenant.dealer);
  out.tenant.domains = wanted.domains.value_or(out.tenant.domains);
  out.tenant.extensions_max = wanted.extensions.value_or(out.tenant.extensions_max);
  if (auto written = set_tenant(records, out.tenant); !written) return std::unexpected(std::move(written.error()));
  const auto limit = [&](std::string key, const std::optional<std::string>& value) {
    if (value) out.limits.push_back({std::move(key), {*value}});
  };
  limit("calls", wanted.calls ? std::optional(std::to_string(*wanted.calls)) : std::nullopt);
  limit("day", wanted.day);
  limit("month", wanted.month);
  return out;
}

}  // namespace rf::app
