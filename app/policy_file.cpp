#include "app/policy_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "app/audit.hpp"
#include "app/events.hpp"
#include "app/object_text.hpp"
#include "app/plan_faults.hpp"
#include "app/trial.hpp"
#include "core/document/rows.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using document::Change;
using document::Kind;
using document::Object;
using document::Table;

constexpr std::string_view banner =
    "# What this Ringfence lets calls do, who may talk to it, and who is told of events. Change it, then:\n"
    "# ringfence policy plan FILE, ringfence policy apply FILE\n"
    "# What is not written has the value that `ringfence KIND show NAME` shows. Passwords and secrets are not in\n"
    "# here, and PINs only sealed: no other system can read them.\n\n";

constexpr std::int64_t replayed_ms = std::int64_t{31} * 86'400 * 1'000;

struct Told {
  std::size_t line = 0;
  std::string text, remedy;
};

Error error_of(std::vector<Told> faults, std::size_t further) {
  std::stable_sort(faults.begin(), faults.end(), [](const Told& a, const Told& b) { return a.line < b.line; });
  std::string text;
  for (const Told& each : faults)
    text += fmt::format("{}{}{}; {}", text.empty() ? "" : "\n",
                        each.line == 0 ? "" : fmt::format("line {}: ", each.line), each.text, each.remedy);
  if (further > 0) text += fmt::format("\nand {} more", further);
  return {Code::invalid, std::move(text), "nothing was changed"};
}

Error error_of(const document::Faults& faults) {
  std::vector<Told> told;
  for (const document::Fault& each : faults.told) told.push_back({each.line, each.text, each.remedy});
  return error_of(std::move(told), faults.further);
}

/// What `fits` of the objects, taken out of them.
template <class Fits>
std::vector<Object> taken_out(std::vector<Object>& objects, Fits&& fits) {
  std::vector<Object> out;
  std::erase_if(objects, [&](Object& each) {
    if (!fits(each)) return false;
    out.push_back(std::move(each));
    return true;
  });
  return out;
}

bool is_guard(const Object& object) {
  return object.kind == Kind::guard;
}

bool is_event(const Object& object) {
  return is_of_events(object.kind);
}

/// One file, on its way into the database.
class Import {
 public:
  /// `caller` must not be cut off.
  Import(Records& records, bool remove, const PolicySides& sides, const std::optional<Address>& caller,
         std::int64_t now_wall_ms)
      : records_(records),
        remove_(remove),
        guard_(sides.guard),
        events_(sides.events),
        caller_(caller),
        now_wall_ms_(now_wall_ms) {}

  std::expected<void, Error> read(const std::string& text) {
    auto objects = document::read_objects(text);
    if (!objects) return std::unexpected(error_of(objects.error()));
    wanted_ = std::move(*objects);
    for (const Object& each : wanted_) tables_.push_back(*document::table_of(each));
    auto now = all_objects(records_, true);
    if (!now) return std::unexpected(app::error_of(now.error()));
    now_ = std::move(*now);
    if (auto done = read_guard(); !done) return done;
    if (auto done = read_events(); !done) return done;
    keep_pins();
    if (auto done = read_rows(); !done) return done;
    changes_ = document::compare(now_, wanted_, !remove_);
    return {};
  }

  /// What may not be taken without being forced.
  std::optional<Error> risk() const {
    for (const Table& table : tables_) {
      const auto old = std::find_if(now_.begin(), now_.end(), [&](const Object& each) {
        return each.kind == table.kind() && each.name == table.name();
      });
      const auto before = old == now_.end() ? std::nullopt : std::optional(document::table_of(*old));
      const Table* was = before && *before ? &**before : nullptr;
      if (auto risk = document::risk_of(table, was))
        return Error{Code::conflict, std::move(risk->text), std::move(risk->remedy)};
    }
    return std::nullopt;
  }

  /// Within a transaction.
  store::Expected<void> write() {
    if (told_)
      if (auto done = write_events(records_, *told_); !done) return done;
    for (const Change& change : changes_)
      if (change.what == Change::What::remove)
        if (auto done = remove(change); !done) return done;
    std::map<Kind, std::uint32_t> places;
    for (std::size_t i = 0; i < wanted_.size(); ++i)
      if (auto done = put(i, ++places[wanted_[i].kind]); !done) return done;
    // What stays without being in the file comes behind what is.
    for (const Object& each : now_)
      if (is_ordered(each.kind) && !wants(each) && !remove_)
        if (const auto row = records_.store.put_object(
                records_.vault, records_.tenant, {std::string(name_of(each.kind)), each.name, {}, ++places[each.kind]});
            !row)
          return std::unexpected(row.error());
    return {};
  }

  /// With the line of the object that each is about.
  Error told(const std::vector<toll::PlanFault>& faults) const {
    const auto tenants = records_.store.tenants();
    std::vector<Told> out;
    for (const ToldFault& each :
         app::told(faults, tenants ? *tenants : std::vector<store::Tenant>{}, records_.bound_to())) {
      const auto object = std::find_if(wanted_.begin(), wanted_.end(), [&](const Object& one) {
        return each.fault != nullptr && each.fault->tenant == records_.tenant &&
               name_of(one.kind) == each.fault->kind && one.name == each.fault->name;
      });
      out.push_back({object == wanted_.end() ? 0 : object->line, each.text, each.remedy});
    }
    return error_of(std::move(out), 0);
  }

  const std::vector<Change>& changes() const { return changes_; }

  /// The guard as it would be with this plan; within the same transaction. Nothing where the text says nothing of it.
  std::optional<Error> compile_guard(const toll::Plan& plan) {
    if (!lists_) return std::nullopt;
    GuardDesk desk = guard_.desk;
    desk.plan = &plan;
    auto compiled = app::guard_rules(desk, caller_);
    if (!compiled)
      return Error{Code::conflict, fmt::format("guard: {}", fmt::join(compiled.error(), "; ")),
                   "nothing was changed; force behind a block, or countries_forced, does it anyway"};
    rules = std::move(compiled->compiled);
    return std::nullopt;
  }

  /// What the text makes of who is told of events; null: it says nothing of that.
  const EventChange* told_of_events() const { return told_ ? &*told_ : nullptr; }

  guard::CompiledRef rules;       ///< of the guard, when they were compiled
  Json accounts = Json::array();  ///< of extensions that are new: their passwords are told once

 private:
  /// A file that says nothing of the guard leaves it alone, whoever removes what: one about calls opens no door.
  std::expected<void, Error> read_guard() {
    std::vector<Object> kept = taken_out(now_, is_guard);
    Object before = kept.empty() ? document::new_object(Kind::guard, "") : std::move(kept.front());
    const auto wanted = std::find_if(wanted_.begin(), wanted_.end(), is_guard);
    if (wanted == wanted_.end()) return {};
    if (!guard_.writes)
      return std::unexpected(Error{Code::denied,
                                   "[guard] is the system's, and takes the permission guard.write; nothing was changed",
                                   "leave [guard] out of the file, or ask an administrator of the system"});
    auto now = guard_object(records_.store, std::move(before));
    if (!now) return std::unexpected(std::move(now.error()));
    auto lists = guard_lists_of(*wanted, tables_[static_cast<std::size_t>(wanted - wanted_.begin())]);
    if (!lists) return std::unexpected(error_of(lists.error()));
    now_.push_back(std::move(*now));
    lists_ = std::move(*lists);
    return {};
  }

  /// The same holds for who is told of events, and for the mail server.
  std::expected<void, Error> read_events() {
    std::vector<Object> kept = taken_out(now_, is_event);
    const EventParts parts = parts_of(wanted_);
    if (!parts.any()) return {};
    // A plan shows what is there now.
    const auto denied = [](std::string_view what, std::string_view permissions) {
      return std::unexpected(Error{
          Code::denied,
          fmt::format("{} are the system's, and take the permissions {}; nothing was changed", what, permissions),
          "leave them out of the file, or ask an administrator of the system"});
    };
    if (parts.contacts && !(events_.reads && events_.writes))
      return denied("contacts, routes and texts of events", "event.read and event.write");
    if (parts.mail && !(events_.reads_mail && events_.writes_mail))
      return denied("settings of [mail]", "system.read and system.write");
    const auto lists = event_lists(records_);
    if (!lists) return std::unexpected(lists.error());
    auto now = event_objects(*lists, parts, std::move(kept));
    if (!now) return std::unexpected(std::move(now.error()));
    auto change = event_change_of(wanted_, tables_, *lists, remove_);
    if (!change) return std::unexpected(error_of(change.error()));
    now_.insert(now_.end(), std::make_move_iterator(now->begin()), std::make_move_iterator(now->end()));
    told_ = std::move(*change);
    return {};
  }

  /// A file that says nothing of a list's PINs leaves them alone, as it does passwords: one file is for many systems.
  void keep_pins() {
    for (Object& object : wanted_) {
      if (object.kind != Kind::pin_list || object.rows.contains("sealed")) continue;
      const auto old = std::find_if(now_.begin(), now_.end(), [&](const Object& each) {
        return each.kind == object.kind && each.name == object.name;
      });
      if (old != now_.end()) object.rows = old->rows;
    }
  }

  std::expected<void, Error> read_rows() {
    money::Currency currency;
    Country home;
    const auto telephony = [&](const Table& table) {
      currency = money::Currency::parse(table.text("currency")).value_or(money::Currency{});
      home = Country::parse(table.text("home")).value_or(Country{});
    };
    telephony(Table(Kind::telephony, ""));
    // The money is the system's, whatever the tenant.
    const auto standing = currency_of(records_.store);
    if (!standing) return std::unexpected(app::error_of(standing.error()));
    if (!remove_)
      for (const Object& each : now_)
        if (each.kind == Kind::telephony)
          if (const auto table = document::table_of(each)) telephony(*table);
    for (const Table& each : tables_)
      if (each.kind() == Kind::telephony) telephony(each);
    if (records_.tenant != store::default_tenant) currency = *standing;
    currency_ = currency.text();
    document::Faults faults;
    rates_.resize(wanted_.size());
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      Object& object = wanted_[i];
      if (object.kind == Kind::deck) {
        auto rates = document::rates_of(object, tables_[i], currency);
        if (!rates) {
          faults.add(std::move(rates.error()));
          continue;
        }
        rates_[i] = std::move(*rates);
        document::put_rates(object, rates_[i]);
      }
      if (object.kind == Kind::number_list) {
        auto lines = document::lines_of(object, tables_[i], home);
        if (!lines)
          faults.add(std::move(lines.error()));
        else if (!lines->empty())
          object.rows["lines"] = std::move(*lines);
      }
      if (object.kind == Kind::pin_list)
        if (auto rows = document::pin_rows_of(object); !rows) faults.add(std::move(rows.error()));
    }
    if (!faults.empty()) return std::unexpected(error_of(faults));
    return {};
  }

  store::Expected<void> remove(const Change& change) {
    if (change.kind == Kind::extension)
      if (auto done = records_.store.remove_extension(records_.tenant, change.name); !done) return done;
    const auto done = records_.store.drop_object(records_.tenant, std::string(name_of(change.kind)), change.name);
    if (!done) return std::unexpected(done.error());
    return {};
  }

  bool wants(const Object& object) const {
    return std::any_of(wanted_.begin(), wanted_.end(),
                       [&](const Object& each) { return each.kind == object.kind && each.name == object.name; });
  }
  bool differs(const Object& object) const {
    return std::any_of(changes_.begin(), changes_.end(),
                       [&](const Change& change) { return change.kind == object.kind && change.name == object.name; });
  }

  store::Expected<void> put(std::size_t i, std::uint32_t place) {
    const Object& object = wanted_[i];
    // Of those with an order each may stand elsewhere now.
    if (!differs(object) && !is_ordered(object.kind)) return {};
    if (object.kind == Kind::extension)
      if (auto done = put_extension(tables_[i]); !done) return done;
    if (object.kind == Kind::guard)
      if (auto done = write_guard(records_.store, *lists_, now_wall_ms_); !done) return done;
    store::ObjectWrite write{std::string(name_of(object.kind)), object.name, object.text};
    if (is_ordered(object.kind)) write.position = place;
    const bool pins = object.kind == Kind::pin_list;
    const auto lines = object.rows.find(pins ? "sealed" : "lines");
    const std::vector<std::string> none;
    if (object.kind == Kind::deck) {
      write.rates = &rates_[i];
      write.currency = currency_;
    }
    if (object.kind == Kind::number_list || pins) write.lines = lines == object.rows.end() ? &none : &lines->second;
    const auto row = records_.store.put_object(records_.vault, records_.tenant, write);
    if (!row) return std::unexpected(row.error());
    return {};
  }

  store::Expected<void> put_extension(const Table& table) {
    const store::ExtensionSettings settings = account_of(table);
    if (records_.store.find_extension(records_.tenant, table.name())) {
      const auto row = records_.store.set_extension(records_.tenant, table.name(), change_to(settings));
      if (!row) return std::unexpected(row.error());
      return {};
    }
    store::NewExtension fresh;
    fresh.tenant = records_.tenant;
    fresh.number = table.name();
    fresh.settings = settings;
    const auto account = records_.store.add_extension(records_.vault, records_.realm, fresh);
    if (!account) return std::unexpected(account.error());
    accounts.push_back({{"number", account->number},
                        {"auth_name", account->auth_name},
                        {"realm", records_.realm},
                        {"password", account->password.reveal()}});
    return {};
  }

  Records& records_;
  bool remove_;
  const GuardSide& guard_;
  const EventSide& events_;
  std::optional<Address> caller_;
  std::int64_t now_wall_ms_;
  std::optional<GuardLists> lists_;  ///< of the guard, where the text has them
  std::optional<EventChange> told_;  ///< likewise
  std::vector<Object> wanted_, now_;
  std::vector<Table> tables_;
  std::vector<std::vector<money::RateRow>> rates_;
  std::string currency_;
  std::vector<Change> changes_;
};

/// Writes and compiles. What `judge` finds against the outcome gives all of it back.
template <class Judge>
std::expected<Candidate, Error> take(Records& records, Import& import, Judge&& judge) {
  std::optional<Error> error;
  Candidate out;
  const auto done = records.store.together([&]() -> store::Expected<void> {
    const auto undo = [&](Error why) {
      error = std::move(why);
      return std::unexpected(store::Problem{store::Fault::invalid_value, "undone"});
    };
    if (auto written = import.write(); !written) return undo(app::error_of(written.error()));
    auto compiled = plan_of(records.store, records.vault, records.shelf);
    if (!compiled) return undo(import.told(compiled.error()));
    auto callers = callers_of(records.store);
    if (!callers) return undo(app::error_of(callers.error()));
    out = {std::move(*compiled), std::move(*callers)};
    if (auto cut_off = import.compile_guard(*out.plan)) return undo(std::move(*cut_off));
    if (std::optional<Error> against = judge(out)) return undo(std::move(*against));
    return {};
  });
  if (!done) forget_undone(records.store, records.shelf);
  if (error) return std::unexpected(std::move(*error));
  if (!done) return std::unexpected(app::error_of(done.error()));
  return out;
}

}  // namespace

Outcome export_policy(Records& records, const PolicySides& sides) {
  auto objects = all_objects(records, true);
  if (!objects) return std::unexpected(app::error_of(objects.error()));
  std::vector<Object> guards = taken_out(*objects, is_guard), events = taken_out(*objects, is_event);
  if (sides.guard.reads) {
    auto now = guard_object(records.store,
                            guards.empty() ? document::new_object(Kind::guard, "") : std::move(guards.front()));
    if (!now) return std::unexpected(std::move(now.error()));
    if (!is_empty(*now)) objects->push_back(std::move(*now));
  }
  if (const EventParts parts{sides.events.reads, sides.events.reads_mail}; parts.any()) {
    const auto lists = event_lists(records);
    if (!lists) return std::unexpected(lists.error());
    auto now = event_objects(*lists, parts, std::move(events));
    if (!now) return std::unexpected(std::move(now.error()));
    objects->insert(objects->end(), std::make_move_iterator(now->begin()), std::make_move_iterator(now->end()));
  }
  return Json{{"text", std::string(banner) + document::text_of(*objects)}};
}

Outcome plan_policy(Records& records, const command::PolicyPlan& command, std::int64_t now_wall_ms,
                    const PolicySides& sides) {
  Import import(records, command.remove, sides, command.caller, now_wall_ms);
  if (auto read = import.read(command.text); !read) return std::unexpected(read.error());
  std::optional<Candidate> after;
  const Candidate before = present(records);
  const auto taken = take(records, import, [&](const Candidate& candidate) {
    if (const auto numbers = newly_taken_numbers(before, candidate); !numbers.empty())
      return std::optional(import.told(numbers));
    after = candidate;
    return std::optional(Error{});
  });
  if (!after) return std::unexpected(taken.error());
  Json out{{"changes", json_of(import.changes())}};
  Json notes = Json::array();
  if (const auto risk = import.risk()) notes.push_back(risk->message + "; apply wants --force");
  if (const EventChange* const told = import.told_of_events())
    for (std::string& note : told->notes(false)) notes.push_back(std::move(note));
  if (!import.changes().empty()) {
    const std::int64_t since_ms = command.since_ms != 0 ? command.since_ms : now_wall_ms - replayed_ms;
    auto told = try_out(records, before, *after, since_ms, now_wall_ms);
    if (!told) return told;
    if (const auto risk = opens_paths(records.tenant, before, *after, now_wall_ms))
      notes.push_back(risk->message + "; apply wants --force");
    out.update(*told);
  }
  if (!notes.empty()) out["notes"] = std::move(notes);
  return out;
}

PlanChanged apply_policy(Records& records, const command::PolicyApply& command, std::int64_t now_wall_ms,
                         const PolicySides& sides) {
  Import import(records, command.remove, sides, command.caller, now_wall_ms);
  if (auto read = import.read(command.text); !read) return {std::unexpected(read.error()), nullptr};
  if (auto risk = import.risk(); risk && !command.force) return {std::unexpected(std::move(*risk)), nullptr};
  const Candidate before = present(records);
  auto taken = take(records, import, [&](const Candidate& after) {
    if (const auto numbers = newly_taken_numbers(before, after); !numbers.empty())
      return std::optional(import.told(numbers));
    return command.force ? std::nullopt : opens_paths(records.tenant, before, after, now_wall_ms);
  });
  if (!taken) return {std::unexpected(taken.error()), nullptr};
  Json out{{"changes", json_of(import.changes())},
           {"accounts", import.accounts},
           {"secrets", Json::array()},
           {told_to_log, told_of(import.changes())}};
  PlanChanged done{std::move(out), std::move(taken->plan), std::move(import.rules)};
  const EventChange* const told = import.told_of_events();
  if (told == nullptr) return done;
  for (const auto& [name, secret] : told->secrets)
    (*done.outcome)["secrets"].push_back({{"name", name}, {"secret", secret.reveal()}});
  if (auto notes = told->notes(true); !notes.empty()) (*done.outcome)["notes"] = std::move(notes);
  if (sides.events.running != nullptr)
    if (auto looked = sides.events.running->look_again(); !looked) done.outcome = std::unexpected(looked.error());
  return done;
}

}  // namespace rf::app
