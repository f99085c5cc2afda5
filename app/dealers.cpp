#include "app/dealers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "app/terms.hpp"
#include "core/document/object.hpp"
#include "core/toll/spending.hpp"
#include "shell/store/desk.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

std::unexpected<Error> fail(const store::Problem& problem) {
  return std::unexpected(error_of(problem));
}

Error unknown(const std::string& name) {
  return {Code::not_found, fmt::format("there is no dealer {}", name), "see: ringfence dealer list", "name"};
}

/// None: no such amount, as "none" is.
std::optional<std::int64_t> micros_of(const std::string& text, money::Currency currency) {
  const auto amount = money::Amount::parse(text, currency);
  return amount && amount->micros() >= 0 ? std::optional(amount->micros()) : std::nullopt;
}

std::optional<std::int64_t> number_of(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() && end == text.data() + text.size() && value > 0 ? std::optional(value) : std::nullopt;
}

/// What it may hand out: of what cannot be read nothing.
Handed bounds_of(const store::Dealer& dealer, money::Currency currency) {
  return {dealer.extensions_max, dealer.calls_max, micros_of(dealer.day_max, currency).value_or(0),
          micros_of(dealer.month_max, currency).value_or(0)};
}

std::string text_of(std::size_t which, const store::Dealer& dealer) {
  const std::array<std::string, handed_names.size()> texts = {
      fmt::format("{} extensions", dealer.extensions_max), fmt::format("{} calls at once", dealer.calls_max),
      fmt::format("{} a day", dealer.day_max), fmt::format("{} a month", dealer.month_max)};
  return texts[which];
}

std::expected<store::Dealer, Error> find(Records& records, const std::string& name) {
  const auto all = records.store.dealers();
  if (!all) return fail(all.error());
  const auto found = std::find_if(all->begin(), all->end(), [&](const auto& each) { return each.name == name; });
  if (found == all->end()) return std::unexpected(unknown(name));
  return *found;
}

std::expected<std::vector<store::Tenant>, Error> tenants_of(Records& records, const std::string& dealer) {
  auto all = records.store.tenants();
  if (!all) return fail(all.error());
  std::erase_if(*all, [&](const store::Tenant& each) { return each.dealer != dealer; });
  return std::move(*all);
}

Outcome json_of(Records& records, const store::Dealer& dealer) {
  const auto own = tenants_of(records, dealer.name);
  if (!own) return std::unexpected(own.error());
  return Json{{"name", dealer.name},
              {"tenants", dealer.tenants_max},
              {"tenants_now", own->size()},
              {"extensions", dealer.extensions_max},
              {"calls", dealer.calls_max},
              {"day", dealer.day_max},
              {"month", dealer.month_max}};
}

std::expected<std::string, Error> amount_of(Records& records, const std::string& text, std::string_view field) {
  const auto currency = currency_of(records.store);
  if (!currency) return fail(currency.error());
  const auto amount = money::Amount::parse(text, *currency);
  if (amount && amount->micros() >= 0) return amount->text();
  return std::unexpected(Error{Code::invalid, fmt::format("{} is no amount", field),
                               amount ? "give it without a minus" : std::string(money::text_of(amount.error())),
                               std::string(field)});
}

Outcome set(Records& records, const command::SetDealer& c) {
  const auto before = find(records, c.name);
  if (!before && before.error().code != Code::not_found) return std::unexpected(before.error());
  store::Dealer dealer = before ? *before : store::Dealer{.name = c.name};
  dealer.tenants_max = c.tenants.value_or(dealer.tenants_max);
  dealer.extensions_max = c.extensions.value_or(dealer.extensions_max);
  dealer.calls_max = c.calls.value_or(dealer.calls_max);
  for (const auto& [given, place, field] : {std::tuple{&c.day, &dealer.day_max, handed_names[2]},
                                            std::tuple{&c.month, &dealer.month_max, handed_names[3]}}) {
    if (!*given) continue;
    auto amount = amount_of(records, **given, field);
    if (!amount) return std::unexpected(std::move(amount.error()));
    *place = std::move(*amount);
  }
  if (const auto written = records.store.set_dealer(dealer); !written) return fail(written.error());
  return json_of(records, dealer);
}

/// What all tenants are measured by.
struct Measures {
  std::vector<store::ExtensionRow> extensions;
  std::vector<toll::Spending> spent;  ///< of tenants; what running calls hold of it, too
};

std::expected<Measures, Error> measures(Records& records, std::int64_t now_wall_ms) {
  auto extensions = records.store.extensions();
  if (!extensions) return fail(extensions.error());
  const auto ledger = store::read_ledger(records.store);
  if (!ledger && ledger.error().fault != store::Fault::not_found) return fail(ledger.error());
  Measures out = {std::move(*extensions), {}};
  if (ledger) out.spent = toll::spending_of(*ledger, {money::Level::tenant, {}}, now_wall_ms);
  return out;
}

/// Of this day, and of this month.
std::array<std::int64_t, 2> spent_of(const Measures& measures, TenantId tenant) {
  for (const toll::Spending& each : measures.spent)
    if (each.account.id == tenant.value)
      return {each.day.settled + each.day.reserved, each.month.settled + each.month.reserved};
  return {};
}

std::expected<Handed, Error> handed_with(Records& records, const store::Tenant& tenant, const Measures& measures) {
  const auto objects = records.store.objects(tenant.id);
  if (!objects) return fail(objects.error());
  const auto currency = currency_of(records.store);
  if (!currency) return fail(currency.error());
  Handed out = {std::nullopt, number_of(limit_of(*objects, handed_names[1])),
                micros_of(limit_of(*objects, handed_names[2]), *currency),
                micros_of(limit_of(*objects, handed_names[3]), *currency)};
  // What is spent is spent, whatever is taken back by now.
  const auto spent = spent_of(measures, tenant.id);
  for (std::size_t i = 0; i < spent.size(); ++i)
    if (auto& amount = out[i + 2]) amount = std::max(*amount, spent[i]);
  if (tenant.extensions_max == 0) return out;
  // Those that are there stay when it may have fewer, and are no room for another tenant's.
  const auto there = std::count_if(measures.extensions.begin(), measures.extensions.end(),
                                   [&](const store::ExtensionRow& row) { return row.tenant == tenant.id; });
  out[0] = std::max<std::int64_t>(tenant.extensions_max, there);
  return out;
}

}  // namespace

std::string limit_of(const std::vector<store::ObjectRow>& objects, std::string_view key) {
  document::Table table(document::Kind::limit, "tenant");
  for (const store::ObjectRow& row : objects)
    if (row.kind == "limit" && row.name == "tenant")
      if (auto own = document::table_of({document::Kind::limit, row.name, row.body, {}, {}, 0}))
        table = std::move(*own);
  const auto values = table.list(key);
  return values.empty() ? std::string() : values.front();
}

std::expected<Handed, Error> handed_to(Records& records, const store::Tenant& tenant, std::int64_t now_wall_ms) {
  const auto measured = measures(records, now_wall_ms);
  if (!measured) return std::unexpected(measured.error());
  return handed_with(records, tenant, *measured);
}

std::optional<Error> refused_removal(Records& records, const store::Tenant& tenant, std::int64_t now_wall_ms) {
  const auto measured = measures(records, now_wall_ms);
  if (!measured) return measured.error();
  const auto [day, month] = spent_of(*measured, tenant.id);
  if (day == 0 && month == 0) return std::nullopt;
  const auto currency = currency_of(records.store);
  if (!currency) return error_of(currency.error());
  const auto amount = money::Amount::of_micros(std::max(day, month), *currency);
  return Error{Code::conflict,
               fmt::format("the tenant {} has spent {} this month, which counts against what {} may hand out",
                           tenant.name, amount ? amount->text() : std::string(), tenant.dealer),
               "lower its limits now and remove it next month, or ask whoever runs the system"};
}

std::optional<Error> refused_tenant(Records& records, const std::string& dealer) {
  const auto bounds = find(records, dealer);
  if (!bounds) return bounds.error();
  const auto own = tenants_of(records, dealer);
  if (!own) return own.error();
  if (own->size() < bounds->tenants_max) return std::nullopt;
  return Error{Code::conflict, fmt::format("{} has {} tenants, and may have {}", dealer, own->size(),
                                           bounds->tenants_max),
               "remove one, or ask whoever runs the system for more"};
}

std::optional<Error> refused_gift(Records& records, const store::Tenant& tenant, const std::optional<Handed>& before,
                                  std::int64_t now_wall_ms) {
  const auto measured = measures(records, now_wall_ms);
  if (!measured) return measured.error();
  const auto now = handed_with(records, tenant, *measured);
  if (!now) return now.error();
  const auto bounds = find(records, tenant.dealer);
  if (!bounds) return bounds.error();
  const auto currency = currency_of(records.store);
  if (!currency) return error_of(currency.error());
  const auto own = tenants_of(records, tenant.dealer);
  if (!own) return own.error();
  Handed left = bounds_of(*bounds, *currency);
  for (const store::Tenant& each : *own) {
    const auto has = handed_with(records, each, *measured);
    if (!has) return has.error();
    for (std::size_t i = 0; i < left.size(); ++i)
      left[i] = left[i] && (*has)[i] && *(*has)[i] <= *left[i] ? std::optional(*left[i] - *(*has)[i]) : std::nullopt;
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto &was = before ? (*before)[i] : std::nullopt, &is = (*now)[i];
    const bool raised = !before || (was && (!is || *is > *was));
    if (raised && !left[i])
      return Error{Code::conflict,
                   fmt::format("the tenants of {} would have more than {} together, which is what it may hand out",
                               tenant.dealer, text_of(i, *bounds)),
                   fmt::format("say how much with {}, give less, or ask whoever runs the system for more",
                               handed_names[i]),
                   std::string(handed_names[i])};
  }
  return std::nullopt;
}

std::optional<Outcome> show_dealers(Records& records, const command::TenantCommand& command, access::By by) {
  const auto* const show = std::get_if<command::ShowDealer>(&command);
  if (show == nullptr && !std::holds_alternative<command::ListDealers>(command)) return std::nullopt;
  const auto is_shown = [&](const std::string& name) {
    return by == nullptr || !by->tenant || (!by->dealer.empty() && by->dealer == name);
  };
  if (show != nullptr) {
    const auto found = is_shown(show->name) ? find(records, show->name) : std::unexpected(unknown(show->name));
    return found ? json_of(records, *found) : Outcome(std::unexpected(found.error()));
  }
  const auto all = records.store.dealers();
  if (!all) return Outcome(fail(all.error()));
  Json list = Json::array();
  for (const store::Dealer& each : *all) {
    if (!is_shown(each.name)) continue;
    auto row = json_of(records, each);
    if (!row) return row;
    list.push_back(std::move(*row));
  }
  return Json{{"dealers", std::move(list)}};
}

std::optional<Outcome> change_dealer(Records& records, const command::TenantCommand& command) {
  const auto* const change = std::get_if<command::SetDealer>(&command);
  const auto* const remove = std::get_if<command::RemoveDealer>(&command);
  if (change == nullptr && remove == nullptr) return std::nullopt;
  if (records.bounded)
    return std::unexpected(Error{Code::denied, "what dealers may hand out is the system's to say",
                                 "ask whoever runs the system"});
  if (change != nullptr) return set(records, *change);
  if (const auto dropped = records.store.drop_dealer(remove->name); !dropped) return Outcome(fail(dropped.error()));
  return Json{{"name", remove->name},
              {"message", fmt::format("The dealer {} is removed; its tenants are the system's.", remove->name)}};
}

}  // namespace rf::app
