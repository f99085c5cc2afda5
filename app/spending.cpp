#include "app/spending.hpp"

#include <fmt/format.h>

#include <set>

#include "app/audit.hpp"
#include "core/document/schema.hpp"
#include "core/toll/spending.hpp"
#include "shell/store/desk.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr std::string_view level_names[] = {"extension", "department", "tenant", "trunk", "system"};

std::string text_of(std::int64_t micros, money::Currency currency) {
  const auto amount = money::Amount::of_micros(micros, currency);
  return amount ? amount->text() : std::string();
}

Json json_of(const toll::Spending::Period& period, money::Currency currency) {
  return {{"spent", text_of(period.settled, currency)},
          {"reserved", text_of(period.reserved, currency)},
          {"limit", period.limit ? text_of(*period.limit, currency) : std::string()},
          {"left", period.limit ? text_of(period.left, currency) : std::string()},
          {"until", timestamp(period.until_wall_ms)}};
}

toll::SpendingFilter filter_of(const command::ListSpending& command) {
  toll::SpendingFilter out;
  for (std::size_t i = 0; i < money::levels; ++i)
    if (command.level == level_names[i]) out.level = static_cast<money::Level>(i);
  return out;
}

/// Whose accounts are whose.
struct Accounts {
  std::set<money::AccountId> own, others;
  bool bounded = true;

  /// Also what is of no tenant, and what is gone and told by its number: to whoever reaches the whole system, as of the
  /// default tenant.
  bool reaches(const money::AccountId& account) const {
    return own.contains(account) || (!bounded && !others.contains(account));
  }
};

store::Expected<Accounts> accounts_of(Records& records) {
  Accounts out;
  out.bounded = records.bounded || records.tenant != store::default_tenant;
  const auto tenants = records.store.tenants();
  if (!tenants) return std::unexpected(tenants.error());
  const auto extensions = records.store.extensions();
  if (!extensions) return std::unexpected(extensions.error());
  for (const store::Tenant& each : *tenants) {
    auto& accounts = each.id == records.tenant ? out.own : out.others;
    accounts.insert({money::Level::tenant, each.id.value});
    for (const store::ExtensionRow& row : *extensions)
      if (row.tenant == each.id) accounts.insert({money::Level::extension, row.id.value});
    const auto objects = records.store.objects(each.id);
    if (!objects) return std::unexpected(objects.error());
    for (const store::ObjectRow& row : *objects) {
      if (row.kind == "trunk") accounts.insert({money::Level::trunk, row.id});
      if (row.kind == "department") accounts.insert({money::Level::department, row.id});
    }
  }
  return out;
}

}  // namespace

Outcome list_spending(Records& records, const command::ListSpending& command, std::int64_t now_wall_ms) {
  toll::SpendingFilter filter = filter_of(command);
  if (!command.number.empty()) {
    const auto row = records.store.find_extension(records.tenant, command.number);
    if (!row) return std::unexpected(error_of(row.error()));
    filter = {money::Level::extension, row->id.value};
  }
  const auto ledger = store::read_ledger(records.store);
  if (!ledger && ledger.error().fault == store::Fault::not_found)
    return Json{{"currency", ""}, {"accounts", Json::array()}};
  if (!ledger) return std::unexpected(error_of(ledger.error()));
  const money::Currency currency = ledger->currency();
  const auto numbers = records.numbers();
  const auto objects = records.store.objects(records.tenant);
  if (!objects) return std::unexpected(error_of(objects.error()));
  Json list = Json::array();
  const auto reached = accounts_of(records);
  if (!reached) return std::unexpected(error_of(reached.error()));
  for (const toll::Spending& each : toll::spending_of(*ledger, filter, now_wall_ms)) {
    if (!reached->reaches(each.account)) continue;
    std::string name = each.account.level == money::Level::system ? "" : fmt::format("{}", each.account.id);
    if (const auto number = numbers.find(ExtensionId{each.account.id});
        each.account.level == money::Level::extension && number != numbers.end())
      name = number->second;
    // Trunks and departments are objects; one that is gone is told by its number.
    if (each.account.level == money::Level::trunk || each.account.level == money::Level::department)
      for (const store::ObjectRow& object : *objects)
        if (object.id == each.account.id) name = object.name;
    list.push_back({{"level", level_names[static_cast<std::size_t>(each.account.level)]},
                    {"id", each.account.id},
                    {"name", name},
                    {"today", json_of(each.day, currency)},
                    {"month", json_of(each.month, currency)},
                    {"credit", each.credit ? text_of(*each.credit, currency) : std::string()},
                    {"locked", each.locked},
                    {"calls", each.calls}});
  }
  return Json{{"currency", currency.text()}, {"accounts", std::move(list)}};
}

Outcome add_credit(Records& records, const command::AddCredit& command, std::int64_t now_wall_ms) {
  const auto account = account_of(records, records.tenant, command.whom);
  if (!account) return std::unexpected(account.error());
  const auto ledger = store::read_ledger(records.store);
  if (!ledger) return std::unexpected(error_of(ledger.error()));
  const auto amount = money::Amount::parse(command.amount, ledger->currency());
  if (!amount)
    return std::unexpected(Error{Code::invalid, fmt::format("\"{}\" is no amount", command.amount),
                                 std::string(money::text_of(amount.error()))});
  const auto left = store::add_credit(records.store, *account, *amount, now_wall_ms);
  if (!left) return std::unexpected(error_of(left.error()));
  return credited_json(command.whom, *amount, *left);
}

std::expected<money::AccountId, Error> account_of(Records& records, TenantId tenant, const std::string& whom) {
  const std::string name(document::subject_of(whom));
  switch (document::scope_of(whom).value_or(document::Scope::system)) {
    case document::Scope::system:
      return money::AccountId{money::Level::system, 0};
    case document::Scope::tenant:
      return money::AccountId{money::Level::tenant, tenant.value};
    case document::Scope::extension: {
      const auto row = records.store.find_extension(tenant, name);
      if (!row) return std::unexpected(error_of(row.error()));
      return money::AccountId{money::Level::extension, row->id.value};
    }
    case document::Scope::department:
    case document::Scope::trunk:
      break;
  }
  const auto objects = records.store.objects(tenant);
  if (!objects) return std::unexpected(error_of(objects.error()));
  const bool is_trunk = whom.starts_with("trunk.");
  const std::string_view kind = is_trunk ? "trunk" : "department";
  for (const store::ObjectRow& object : *objects)
    if (object.kind == kind && object.name == name)
      return money::AccountId{is_trunk ? money::Level::trunk : money::Level::department, object.id};
  return std::unexpected(Error{Code::not_found, fmt::format("there is no {} {}", kind, name),
                               fmt::format("see: ringfence {} list", kind)});
}

Json credited_json(const std::string& whom, const money::Amount& added, const money::Amount& left) {
  const std::string name =
      whom.starts_with("extension.") ? fmt::format("Extension {}", document::subject_of(whom)) : whom;
  const auto before = money::subtract(left, added);
  return {{"whom", whom},
          {"left", left.text()},
          {"message", fmt::format("{} has {} {} left.", name, left.text(), left.currency().text())},
          {told_to_log, fmt::format("credit {} to {} {}", before ? before->text() : "-", left.text(),
                                    left.currency().text())}};
}

}  // namespace rf::app
