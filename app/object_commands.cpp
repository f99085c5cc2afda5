#include "app/object_commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/audit.hpp"
#include "app/call_countries.hpp"
#include "app/object_text.hpp"
#include "app/pins.hpp"
#include "app/plan_faults.hpp"
#include "app/policy_file.hpp"
#include "app/tenants.hpp"
#include "app/trial.hpp"
#include "core/document/roles.hpp"
#include "core/document/rows.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using document::Kind;
using document::Object;
using document::Table;
using Done = std::expected<Json, Error>;

Error fault_of(const document::Faults& faults) {
  std::string text;
  for (const document::Fault& each : faults.told)
    text += fmt::format("{}{}{}; {}", text.empty() ? "" : "\n",
                        each.line == 0 ? std::string() : fmt::format("line {}: ", each.line), each.text, each.remedy);
  if (faults.further > 0) text += fmt::format("\nand {} more", faults.further);
  return {Code::invalid, std::move(text), "nothing was changed"};
}

Error not_there(Kind kind, const std::string& name) {
  if (kind == Kind::calling_role && document::built_in_role(name))
    return {Code::conflict, fmt::format("the calling role {} is built in, and means the same everywhere", name),
            "add one of your own: ringfence calling-role add"};
  return {Code::not_found, fmt::format("there is no {} {}", name_of(kind), name),
          fmt::format("see: ringfence {} list", name_of(kind))};
}

std::string told(Kind kind, const std::string& name) {
  return is_single(kind) ? std::string(name_of(kind)) : fmt::format("{} {}", name_of(kind), name);
}

/// A change of these may let somebody who showed no password call for money.
bool may_open_paths(Kind kind) {
  return kind == Kind::trunk || kind == Kind::route || kind == Kind::ring_group || kind == Kind::inbound ||
         kind == Kind::extension;
}

/// What a change is held against, besides being whole.
struct Guarded {
  std::optional<std::int64_t> paths_at_ms;  ///< wall time: it opens no such path
  bool numbers = false;                     ///< no extension gets an emergency number
};

/// Runs one change and compiles what came of it; when either fails, or it is none that may be, nothing has happened.
template <class Work>
PlanChanged changed(Records& records, Work&& work, const Guarded& guarded = {}) {
  std::optional<Error> error;
  std::optional<Candidate> before;
  if (guarded.paths_at_ms || guarded.numbers) before = present(records);
  Json answer;
  toll::PlanRef plan;
  const auto committed = records.store.together([&]() -> store::Expected<void> {
    const auto undo = [&](Error why) {
      error = std::move(why);
      return std::unexpected(store::Problem{store::Fault::invalid_value, "undone"});
    };
    Done done = work();
    if (!done) return undo(std::move(done.error()));
    auto compiled = plan_of(records.store, records.vault, records.shelf);
    if (!compiled) return undo(error_of(records.store, compiled.error(), records.bound_to()));
    if (before) {
      auto callers = callers_of(records.store);
      if (!callers) return undo(error_of(callers.error()));
      const Candidate after{*compiled, std::move(*callers)};
      if (const auto taken = newly_taken_numbers(*before, after); !taken.empty())
        return undo(error_of(records.store, taken, records.bound_to()));
      if (guarded.paths_at_ms)
        if (auto opened = opens_paths(records.tenant, *before, after, *guarded.paths_at_ms))
          return undo(std::move(*opened));
    }
    answer = std::move(*done);
    plan = std::move(*compiled);
    return {};
  });
  if (!committed) forget_undone(records.store, records.shelf);
  if (error) return {std::unexpected(std::move(*error)), nullptr};
  if (!committed) return {std::unexpected(error_of(committed.error())), nullptr};
  return {std::move(answer), std::move(plan)};
}

class Desk {
 public:
  explicit Desk(Records& records) : records_(records) {}

  std::expected<std::optional<store::ObjectRow>, Error> find(Kind kind, const std::string& name) {
    auto rows = records_.store.objects(records_.tenant);
    if (!rows) return std::unexpected(error_of(rows.error()));
    for (store::ObjectRow& row : *rows)
      if (row.kind == name_of(kind) && row.name == name) return std::move(row);
    return std::nullopt;
  }

  Done put(const command::PutObject& c) {
    const auto row = find(c.kind, c.name);
    if (!row) return std::unexpected(row.error());
    const bool by_set = c.kind == Kind::limit || is_single(c.kind);
    if (c.add && *row)
      return std::unexpected(Error{Code::conflict, fmt::format("the {} is there already", told(c.kind, c.name)),
                                   fmt::format("change it: ringfence {} set", name_of(c.kind))});
    if (!c.add && !*row && !by_set) return std::unexpected(not_there(c.kind, c.name));
    const auto table = write(c.kind, c.name, *row, c.values, {});
    if (!table) return std::unexpected(table.error());
    const auto before = *row ? std::optional(document::table_of((*row)->body)) : std::nullopt;
    if (auto risk = document::risk_of(*table, before && *before ? &**before : nullptr); risk && !c.force)
      return std::unexpected(Error{Code::conflict, std::move(risk->text), std::move(risk->remedy)});
    Json out = show_table(*table);
    out["added"] = !*row;
    return out;
  }

  /// The object's text with these values, checked and written.
  std::expected<Table, Error> write(Kind kind, const std::string& name, const std::optional<store::ObjectRow>& row,
                                    const std::vector<command::ObjectValue>& values, store::ObjectWrite rest) {
    Object object = document::new_object(kind, name);
    if (row) object.text = row->body;
    for (const command::ObjectValue& each : values)
      object.text = each.standing ? document::without_key(object.text, each.key)
                                  : document::with_value(object.text, *document::find(keys_of(kind, name), each.key),
                                                         each.values);
    auto table = document::table_of(object);
    if (!table) return std::unexpected(fault_of(table.error()));
    for (const command::ObjectValue& each : values)
      if (records_.bounded && kind == Kind::telephony &&
          std::ranges::find(keys_of_the_system, each.key) != std::end(keys_of_the_system))
        return std::unexpected(Error{Code::denied, fmt::format("{} is the whole system's", each.key),
                                     "ask whoever runs the system", each.key});
    rest.kind = name_of(kind);
    rest.name = name;
    rest.body = object.text;
    const auto written = records_.store.put_object(records_.vault, records_.tenant, rest);
    if (!written) return std::unexpected(error_of(written.error()));
    return std::move(*table);
  }

  Done remove(Kind kind, const std::string& name) {
    const auto gone = records_.store.drop_object(records_.tenant, std::string(name_of(kind)), name);
    if (!gone) return std::unexpected(error_of(gone.error()));
    if (!*gone) return std::unexpected(not_there(kind, name));
    if (kind == Kind::trunk || kind == Kind::department)
      if (auto limits = drop_limit(fmt::format("{}.{}", name_of(kind), name)); !limits)
        return std::unexpected(limits.error());
    return Json{{"message", fmt::format("The {} is removed.", told(kind, name))}};
  }
  std::expected<void, Error> drop_limit(const std::string& name) {
    const auto gone = records_.store.drop_object(records_.tenant, "limit", name);
    if (!gone) return std::unexpected(error_of(gone.error()));
    return {};
  }

  Done move(const command::MoveObject& c) {
    auto rows = records_.store.objects(records_.tenant);
    if (!rows) return std::unexpected(error_of(rows.error()));
    std::vector<std::string> names;
    for (const store::ObjectRow& row : *rows)
      if (row.kind == name_of(c.kind)) names.push_back(row.name);
    const auto at = std::find(names.begin(), names.end(), c.name);
    if (at == names.end()) return std::unexpected(not_there(c.kind, c.name));
    names.erase(at);
    const auto before = std::find(names.begin(), names.end(), c.before);
    if (!c.before.empty() && before == names.end()) return std::unexpected(not_there(c.kind, c.before));
    names.insert(before, c.name);
    for (std::size_t i = 0; i < names.size(); ++i)
      if (const auto row = records_.store.put_object(
              records_.vault, records_.tenant,
              {std::string(name_of(c.kind)), names[i], {}, static_cast<std::uint32_t>(i + 1)});
          !row)
        return std::unexpected(error_of(row.error()));
    return Json{{"message", fmt::format("The order is now: {}.", fmt::join(names, ", "))}};
  }

  Done password(const command::SetTrunkPassword& c) {
    const auto row = find(Kind::trunk, c.name);
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::unexpected(not_there(Kind::trunk, c.name));
    store::ObjectWrite write{"trunk", c.name};
    write.password = c.password;
    const auto written = records_.store.put_object(records_.vault, records_.tenant, write);
    if (!written) return std::unexpected(error_of(written.error()));
    return Json{{"message", fmt::format("The trunk {} has its password.", c.name)}};
  }

  /// Does something with the PINs of a list.
  template <class Command>
  Done with_pins(const Command& c, Done (*work)(Records&, const store::ObjectRow&, const Command&)) {
    const auto row = find(Kind::pin_list, c.list);
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::unexpected(not_there(Kind::pin_list, c.list));
    return work(records_, **row, c);
  }

  Done import(const command::ImportRows& c) {
    const auto row = find(c.kind, c.name);
    if (!row) return std::unexpected(row.error());
    const auto telephony = find(Kind::telephony, "");
    if (!telephony) return std::unexpected(telephony.error());
    const auto own = *telephony ? document::table_of((*telephony)->body)
                                : std::expected<Table, document::Faults>(Table(Kind::telephony, ""));
    if (!own) return std::unexpected(fault_of(own.error()));
    // First the head, whose values say how lines are read.
    const auto table = write(c.kind, c.name, *row, c.values, {});
    if (!table) return std::unexpected(table.error());
    return c.kind == Kind::deck ? import_rates(c, *row, *table) : import_lines(c, *row, *table, *own);
  }

  Done import_rates(const command::ImportRows& c, const std::optional<store::ObjectRow>& row, const Table& table) {
    const auto money = currency_of(records_.store);
    if (!money) return std::unexpected(error_of(money.error()));
    const std::string currency(money->text());
    auto sheet = document::rates_of_csv(c.text, table, *money);
    if (!sheet) return std::unexpected(fault_of(sheet.error()));
    const std::size_t taken = sheet->size();
    std::vector<money::RateRow> rates = std::move(*sheet);
    if (row) {
      auto before = records_.store.deck_rates(*row);
      if (!before) return std::unexpected(error_of(before.error()));
      if (!before->empty() && row->currency != currency && !c.replace)
        return std::unexpected(Error{Code::conflict,
                                     fmt::format("the deck is in {}, the system in {}", row->currency, currency),
                                     "nothing was changed; import the whole deck anew with --replace"});
      if (row->currency == currency)
        rates = money::updated(std::move(*before), rates, c.replace ? money::Update::replace : money::Update::amend);
    }
    store::ObjectWrite write{"deck", c.name};
    write.rates = &rates;
    write.currency = currency;
    if (const auto written = records_.store.put_object(records_.vault, records_.tenant, write); !written)
      return std::unexpected(error_of(written.error()));
    return Json{{"taken", taken},
                {"rates", rates.size()},
                {"message", fmt::format("{} rates are taken; the deck {} has {}.", taken, c.name, rates.size())}};
  }

  Done import_lines(const command::ImportRows& c, const std::optional<store::ObjectRow>&, const Table& table,
                    const Table& telephony) {
    auto lines = document::lines_of(c.text, table, Country::parse(telephony.text("home")).value_or(Country{}));
    if (!lines) return std::unexpected(fault_of(lines.error()));
    store::ObjectWrite write{"number-list", c.name};
    write.lines = &*lines;
    if (const auto written = records_.store.put_object(records_.vault, records_.tenant, write); !written)
      return std::unexpected(error_of(written.error()));
    return Json{{"lines", lines->size()},
                {"message", fmt::format("The number list {} has {} lines.", c.name, lines->size())}};
  }

  Done list(Kind kind) {
    const auto rows = records_.store.objects(records_.tenant);
    if (!rows) return std::unexpected(error_of(rows.error()));
    Json out = Json::array();
    for (const store::ObjectRow& row : *rows) {
      if (row.kind != name_of(kind)) continue;
      Json values = Json::object();
      if (const auto table = document::table_of(row.body))
        for (const document::Key& key : table->keys())
          if (table->given(key.name) && !key.account) {
            const auto list = table->list(key.name);
            values[std::string(key.name)] = key.list ? Json(list) : Json(list.empty() ? std::string() : list.front());
          }
      out.push_back({{"name", row.name}, {"values", std::move(values)}});
      if (kind == Kind::trunk) out.back()["password"] = row.has_password;
      if (kind == Kind::deck) out.back()["currency"] = row.currency;
    }
    if (kind == Kind::calling_role)
      for (const std::string_view name : document::built_in_roles())
        out.push_back({{"name", name}, {"values", {{"reach", name}}}, {"built_in", true}});
    return Json{{"kind", name_of(kind)}, {"objects", std::move(out)}};
  }

  Done show(Kind kind, const std::string& name) {
    const auto row = find(kind, name);
    if (!row) return std::unexpected(row.error());
    const auto built_in = kind == Kind::calling_role ? document::built_in_role(name) : std::nullopt;
    // A limit and the telephony hold without having been set.
    if (!*row && !built_in && kind != Kind::limit && !is_single(kind)) return std::unexpected(not_there(kind, name));
    const auto table = *row       ? document::table_of((*row)->body)
                       : built_in ? document::table_of(*built_in)
                                  : std::expected<Table, document::Faults>(Table(kind, name));
    if (!table) return std::unexpected(fault_of(table.error()));
    Json out = show_table(*table);
    if (built_in) out["built_in"] = true;
    if (*row) out["text"] = (*row)->body;
    if (*row && kind == Kind::trunk) out["password"] = (*row)->has_password;
    if (*row && kind == Kind::deck) {
      const auto deck = records_.shelf.deck(records_.store, **row);
      if (!deck) return std::unexpected(error_of(deck.error()));
      out["currency"] = (*row)->currency;
      out["prefixes"] = (*deck)->prefixes();
    }
    if (*row && kind == Kind::number_list) {
      const auto lines = records_.shelf.lines(records_.store, **row);
      if (!lines) return std::unexpected(error_of(lines.error()));
      out["lines"] = (*lines)->size();
    }
    if (*row && kind == Kind::pin_list) {
      const auto pins = pin_rows_of(records_.store, **row);
      if (!pins) return std::unexpected(error_of(records_.store, pins.error()));
      out["pins"] = pins->size();
    }
    return out;
  }

  /// A tenant, with what its limits say of calls and money.
  Done tenant(const command::TenantCommand& c, std::int64_t now_wall_ms) {
    auto done = change_tenant(records_, c, now_wall_ms);
    if (!done) return std::unexpected(std::move(done.error()));
    if (!done->answer.is_null()) return std::move(done->answer);
    if (!done->limits.empty()) {
      const TenantId before = std::exchange(records_.tenant, done->tenant.id);
      const auto put = this->put({Kind::limit, "tenant", false, done->limits, false});
      records_.tenant = before;
      if (!put) return put;
    }
    if (records_.bounded)
      if (auto refused = refused_gift(records_, done->tenant, done->before, now_wall_ms))
        return std::unexpected(std::move(*refused));
    return tenant_json(records_, done->tenant);
  }

  Json show_table(const Table& table) {
    std::optional<Table> all;
    if (table.kind() == Kind::limit && !document::subject_of(table.name()).empty())
      if (const auto row = find(Kind::limit, table.name().substr(0, table.name().find('.'))); row && *row)
        if (auto read = document::table_of((*row)->body)) all = std::move(*read);
    return {{"kind", name_of(table.kind())}, {"name", table.name()}, {"values", values_json(table, all)}};
  }

  /// What calls of an extension may be, beside its account.
  std::expected<void, Error> put_terms(const std::string& number, const std::vector<command::ObjectValue>& terms) {
    if (terms.empty()) return {};
    const auto row = find(Kind::extension, number);
    if (!row) return std::unexpected(row.error());
    if (const auto table = write(Kind::extension, number, *row, terms, {}); !table)
      return std::unexpected(table.error());
    return {};
  }
  std::expected<void, Error> forget_extension(const std::string& number) {
    const auto gone = records_.store.drop_object(records_.tenant, "extension", number);
    if (!gone) return std::unexpected(error_of(gone.error()));
    return drop_limit("extension." + number);
  }

  void add_terms(const std::string& number, Json& out) {
    auto row = find(Kind::extension, number);
    if (!row) return;
    const auto table = *row ? document::table_of((*row)->body)
                            : std::expected<Table, document::Faults>(Table(Kind::extension, number));
    if (table) out["calls_out"] = values_json(*table, role_of(*table));
  }

  Done allow(const command::AllowCountries& c) {
    return countries(c.of, [&](CountrySet& only, CountrySet& denied) {
      denied &= ~c.countries;
      if (c.only || only.any()) only |= c.countries;
      return fmt::format("{}: not denied by limit.{}.", rf::text_of(c.countries), c.of);
    });
  }
  Done deny(const command::DenyCountries& c) {
    return countries(c.of, [&](CountrySet&, CountrySet& denied) {
      // They stay among the only ones: that list without any would let people call every other country.
      denied |= c.countries;
      return fmt::format("{}: denied by limit.{}.", rf::text_of(c.countries), c.of);
    });
  }

 private:
  /// Changes which countries one level allows and denies; `change` gives what to tell.
  template <class Change>
  Done countries(const std::string& of, Change&& change) {
    const auto row = find(Kind::limit, of);
    if (!row) return std::unexpected(row.error());
    const auto before =
        *row ? document::table_of((*row)->body) : std::expected<Table, document::Faults>(Table(Kind::limit, of));
    if (!before) return std::unexpected(fault_of(before.error()));
    CountrySet only = document::countries_in(*before, "abroad");
    CountrySet denied = document::countries_in(*before, "abroad_denied");
    const auto told = [&] {
      const auto codes = [](const CountrySet& set) { return set.none() ? std::string("-") : rf::text_of(set); };
      return fmt::format("only {}, denied {}", codes(only), codes(denied));
    };
    const std::string was = told();
    std::string message = change(only, denied);
    const auto value = [](std::string key, const CountrySet& set) {
      return command::ObjectValue{std::move(key), codes_of(set), set.none()};
    };
    const auto table = write(Kind::limit, of, *row, {value("abroad", only), value("abroad_denied", denied)}, {});
    if (!table) return std::unexpected(table.error());
    return Json{{"of", of},
                {"only", codes_of(only)},
                {"denied", codes_of(denied)},
                {"message", std::move(message)},
                {told_to_log, fmt::format("{} to {}", was, told())}};
  }

  /// What an extension has its rights from; nothing: from itself.
  std::optional<Table> role_of(const Table& extension) {
    const std::string name = extension.text("role");
    const auto row = find(Kind::calling_role, name);
    const auto text = row && *row ? std::optional((*row)->body) : document::built_in_role(name);
    const auto table = text ? document::table_of(*text) : std::unexpected(document::Faults{});
    return table ? std::optional(*table) : std::nullopt;
  }

  Records& records_;
};

/// A change of an extension: the account, and the objects that are about it.
template <class Objects>
PlanChanged extension_changed(Records& records, const command::Command& command, std::int64_t now_wall_ms, bool force,
                              Objects&& objects) {
  const bool removes = std::holds_alternative<command::RemoveExtension>(command);
  return changed(
      records,
      [&]() -> Done {
        auto outcome = records.execute(command, now_wall_ms);
        if (!*outcome) return std::unexpected((*outcome).error());
        if (auto done = objects(**outcome); !done) return std::unexpected(done.error());
        return std::move(**outcome);
      },
      {force ? std::nullopt : std::optional(now_wall_ms), !removes});
}

}  // namespace

std::optional<PlanChanged> change_objects(Records& records, const command::Command& command, std::int64_t now_wall_ms,
                                          const PolicySides& sides) {
  Desk desk(records);
  const auto told = [](Done done) { return PlanChanged{std::move(done), nullptr}; };
  if (const auto* c = std::get_if<command::ListObjects>(&command)) return told(desk.list(c->kind));
  if (const auto* c = std::get_if<command::ShowObject>(&command)) return told(desk.show(c->kind, c->name));
  if (const auto* c = std::get_if<command::PutObject>(&command)) {
    const bool opens = !c->force && may_open_paths(c->kind);
    return changed(records, [&] { return desk.put(*c); },
                   {opens ? std::optional(now_wall_ms) : std::nullopt, c->kind == Kind::telephony});
  }
  if (const auto* c = std::get_if<command::TenantCommand>(&command)) {
    if (auto dealer = change_dealer(records, *c)) return told(std::move(*dealer));
    return changed(records, [&] { return desk.tenant(*c, now_wall_ms); });
  }
  if (const auto* c = std::get_if<command::RemoveObject>(&command))
    return changed(records, [&] { return desk.remove(c->kind, c->name); });
  if (const auto* c = std::get_if<command::MoveObject>(&command))
    return changed(records, [&] { return desk.move(*c); });
  if (const auto* c = std::get_if<command::SetTrunkPassword>(&command))
    return changed(records, [&] { return desk.password(*c); });
  if (const auto* c = std::get_if<command::AddPin>(&command))
    return changed(records, [&] { return desk.with_pins(*c, add_pin); });
  if (const auto* c = std::get_if<command::RemovePin>(&command))
    return changed(records, [&] { return desk.with_pins(*c, remove_pin); });
  if (const auto* c = std::get_if<command::ListPins>(&command)) return told(desk.with_pins(*c, list_pins));
  if (const auto* c = std::get_if<command::AllowCountries>(&command))
    return changed(records, [&] { return desk.allow(*c); });
  if (const auto* c = std::get_if<command::DenyCountries>(&command))
    return changed(records, [&] { return desk.deny(*c); });
  if (const auto* c = std::get_if<command::ImportRows>(&command))
    return changed(records, [&] { return desk.import(*c); });
  if (std::holds_alternative<command::PolicyExport>(command)) return told(export_policy(records, sides));
  if (const auto* c = std::get_if<command::PolicyPlan>(&command))
    return told(plan_policy(records, *c, now_wall_ms, sides));
  if (const auto* c = std::get_if<command::PolicyApply>(&command)) return apply_policy(records, *c, now_wall_ms, sides);
  if (const auto* c = std::get_if<command::AddExtension>(&command))
    return extension_changed(records, command, now_wall_ms, c->force,
                             [&](Json&) { return desk.put_terms(c->number, c->terms); });
  if (const auto* c = std::get_if<command::SetExtension>(&command)) {
    // Nobody may call who might not before: ten thousand extensions need not be compiled for a name, and one that was
    // stolen is shut whatever else is at fault.
    if (c->terms.empty() && !c->settings.enabled.value_or(false)) {
      auto outcome = records.execute(command, now_wall_ms);
      if (*outcome) desk.add_terms(c->number, **outcome);
      return told(std::move(*outcome));
    }
    return extension_changed(records, command, now_wall_ms, c->force, [&](Json& out) {
      auto done = desk.put_terms(c->number, c->terms);
      desk.add_terms(c->number, out);
      return done;
    });
  }
  if (const auto* c = std::get_if<command::RemoveExtension>(&command))
    return extension_changed(records, command, now_wall_ms, true,
                             [&](Json&) { return desk.forget_extension(c->number); });
  if (const auto* c = std::get_if<command::ShowExtension>(&command)) {
    auto outcome = records.execute(command, now_wall_ms);
    if (*outcome) desk.add_terms(c->number, **outcome);
    return told(std::move(*outcome));
  }
  return std::nullopt;
}

}  // namespace rf::app
