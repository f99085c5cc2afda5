#include "app/terms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "app/host.hpp"
#include "app/pins.hpp"
#include "shell/zones/zones.hpp"

namespace rf::app {
namespace {

using toll::PlanFault;
using Faults = std::vector<PlanFault>;

std::unexpected<Faults> of_store(const store::Problem& problem) {
  return std::unexpected(Faults{{"database", "", problem.text, "see the log"}});
}

template <class Map>
void forget(Map& kept, const std::map<std::uint64_t, std::uint64_t>& revisions) {
  std::erase_if(kept, [&](const auto& each) {
    const auto row = revisions.find(each.first);
    return row == revisions.end() || row->second != each.second.revision;
  });
}

/// What is kept of an object beside its text.
std::expected<document::Placed, Faults> placed(store::Store& store, const seal::Vault& vault, Shelf& shelf,
                                               const store::ObjectRow& row) {
  const document::Kind kind = kind_of(row);
  auto table = document::table_of({kind, row.name, row.body, {}, {}, 0});
  if (!table) {
    const document::Fault& first = table.error().told.front();
    return std::unexpected(Faults{{row.kind, row.name, first.text, first.remedy}});
  }
  document::Placed out{row.id, std::move(*table)};
  out.token = row.token;
  if (row.has_password) {
    auto password = store.object_password(vault, row.id);
    if (!password)
      return std::unexpected(Faults{{row.kind, row.name, password.error().text, "ringfence trunk password"}});
    out.password = std::move(*password);
  }
  if (kind == document::Kind::deck) {
    auto deck = shelf.deck(store, row);
    if (!deck) return of_store(deck.error());
    out.deck = std::move(*deck);
  }
  if (kind == document::Kind::number_list) {
    auto lines = shelf.lines(store, row);
    if (!lines) return of_store(lines.error());
    out.lines = **lines;
  }
  if (kind == document::Kind::pin_list) {
    const auto rows = pin_rows_of(store, row);
    if (!rows) return std::unexpected(rows.error());
    auto pins = opened_pins(vault, row.name, *rows);
    if (!pins) return std::unexpected(std::move(pins.error()));
    out.pins = std::move(*pins);
  }
  return out;
}

std::expected<std::vector<toll::Plan::Known>, Faults> known_extensions(store::Store& store) {
  const auto extensions = store.extensions();
  if (!extensions) return of_store(extensions.error());
  std::vector<toll::Plan::Known> out;
  for (const store::ExtensionRow& each : *extensions)
    out.push_back({each.tenant, each.number, each.id, each.auth_name});
  return out;
}

store::Expected<std::vector<store::ObjectRow>> all_rows(store::Store& store) {
  const auto tenants = store.tenants();
  if (!tenants) return std::unexpected(tenants.error());
  std::vector<store::ObjectRow> out;
  for (const store::Tenant& tenant : *tenants) {
    auto rows = store.objects(tenant.id);
    if (!rows) return std::unexpected(rows.error());
    std::move(rows->begin(), rows->end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace

store::Expected<std::vector<toll::Plan::Known>> callers_of(store::Store& store) {
  const auto extensions = store.extensions();
  if (!extensions) return std::unexpected(extensions.error());
  std::vector<toll::Plan::Known> out;
  for (const store::ExtensionRow& each : *extensions)
    if (each.settings.enabled) out.push_back({each.tenant, each.number, each.id});
  return out;
}

void forget_undone(store::Store& store, Shelf& shelf) {
  const auto rows = all_rows(store);
  shelf.keep_only(rows ? *rows : std::vector<store::ObjectRow>{});
}

document::Kind kind_of(const store::ObjectRow& row) {
  return document::parse_kind(row.kind).value_or(document::Kind::department);
}

store::Expected<std::shared_ptr<const money::Deck>> Shelf::deck(store::Store& store, const store::ObjectRow& row) {
  Kept<money::Deck>& kept = decks_[row.id];
  if (kept.value && kept.revision == row.revision) return kept.value;
  auto rates = store.deck_rates(row);
  if (!rates) return std::unexpected(rates.error());
  auto deck = money::Deck::of(std::move(*rates));
  if (!deck)
    return std::unexpected(
        store::Problem{store::Fault::invalid_value,
                       fmt::format("the deck {}: {}; import it again", row.name, deck.error().told.front().text)});
  kept = {row.revision, std::make_shared<const money::Deck>(std::move(*deck))};
  return kept.value;
}

store::Expected<std::shared_ptr<const std::vector<std::string>>> Shelf::lines(store::Store& store,
                                                                              const store::ObjectRow& row) {
  Kept<std::vector<std::string>>& kept = lists_[row.id];
  if (kept.value && kept.revision == row.revision) return kept.value;
  auto lines = store.list_lines(row);
  if (!lines) return std::unexpected(lines.error());
  kept = {row.revision, std::make_shared<const std::vector<std::string>>(std::move(*lines))};
  return kept.value;
}

void Shelf::keep_only(const std::vector<store::ObjectRow>& rows) {
  std::map<std::uint64_t, std::uint64_t> revisions;
  for (const store::ObjectRow& row : rows) revisions.emplace(row.id, row.revision);
  forget(decks_, revisions);
  forget(lists_, revisions);
}

namespace {

/// What only the default tenant may have: besides keys_of_the_system, its limit.
Faults what_is_the_systems(const document::Table& table) {
  const bool limit = table.kind() == document::Kind::limit && table.name() == "system";
  std::string_view what = limit ? "is the whole system's" : "";
  if (table.kind() == document::Kind::telephony)
    for (const std::string_view key : keys_of_the_system)
      if (table.given(key)) what = "has currency, reserve_ahead or assumed_call, which are the whole system's";
  if (what.empty()) return {};
  return {{std::string(name_of(table.kind())), table.name(), std::string(what),
           "set it in the default tenant, or leave it out"}};
}

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

void append(toll::Terms& to, toll::Terms from) {
  append(to.tenants, from.tenants);
  append(to.departments, from.departments);
  append(to.extensions, from.extensions);
  append(to.trunks, from.trunks);
  append(to.routes, from.routes);
  append(to.inbound, from.inbound);
  append(to.ring_groups, from.ring_groups);
  append(to.pin_lists, from.pin_lists);
  append(to.schedules, from.schedules);
  append(to.decks, from.decks);
  append(to.lists, from.lists);
}

}  // namespace

store::Expected<money::Currency> currency_of(store::Store& store) {
  const auto rows = store.objects(store::default_tenant);
  if (!rows) return std::unexpected(rows.error());
  document::Table table(document::Kind::telephony, "");
  for (const store::ObjectRow& row : *rows)
    if (row.kind == name_of(document::Kind::telephony))
      if (auto own = document::table_of(row.body)) table = std::move(*own);
  return money::Currency::parse(table.text("currency")).value_or(money::Currency{});
}

namespace {

std::expected<toll::Terms, Faults> terms_of(store::Store& store, const seal::Vault& vault, Shelf& shelf,
                                            const std::vector<toll::Plan::Known>& known) {
  const auto tenants = store.tenants();
  if (!tenants) return of_store(tenants.error());
  auto rows = all_rows(store);
  if (!rows) return of_store(rows.error());
  shelf.keep_only(*rows);
  Faults faults;
  const auto add = [&](const store::Tenant& tenant, const Faults& its) {
    for (const PlanFault& each : its) faults.emplace_back(each).tenant = tenant.id;
  };
  toll::Terms out;
  // The default tenant is the first: what is the whole system's stands in its objects.
  for (const store::Tenant& tenant : *tenants) {
    const auto own = store.objects(tenant.id);
    if (!own) return of_store(own.error());
    std::vector<document::Placed> objects;
    for (const store::ObjectRow& row : *own) {
      // Their rows keep what a file said of them beside the tables that hold them: nothing about calls.
      if (document::is_of_events(kind_of(row))) continue;
      auto one = placed(store, vault, shelf, row);
      if (!one) {
        add(tenant, one.error());
        continue;
      }
      if (tenant.id != store::default_tenant) add(tenant, what_is_the_systems(one->table));
      objects.push_back(std::move(*one));
    }
    const document::Around around{tenant.id, tenant.name, known,
                                  [](std::string_view name) { return zones::load_zone(name); }, pin_key_of(vault)};
    auto terms = document::terms_of(objects, around);
    if (!terms)
      add(tenant, terms.error());
    else if (tenant.id == store::default_tenant)
      out = std::move(*terms);
    else
      append(out, std::move(*terms));
  }
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return out;
}

}  // namespace

std::expected<toll::Terms, Faults> terms_of(store::Store& store, const seal::Vault& vault, Shelf& shelf) {
  const auto known = known_extensions(store);
  if (!known) return std::unexpected(known.error());
  return terms_of(store, vault, shelf, *known);
}

std::expected<toll::PlanRef, Faults> plan_of(store::Store& store, const seal::Vault& vault, Shelf& shelf) {
  const auto known = known_extensions(store);
  if (!known) return std::unexpected(known.error());
  auto terms = terms_of(store, vault, shelf, *known);
  if (!terms) return std::unexpected(std::move(terms.error()));
  std::uint64_t seed = 0;
  fill_from_kernel(&seed, sizeof seed);
  return toll::Plan::compile(std::move(*terms), *known, seed);
}

}  // namespace rf::app
