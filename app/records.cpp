#include "app/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/guard_commands.hpp"
#include "app/links.hpp"
#include "app/spending.hpp"
#include "core/document/object.hpp"
#include "core/toll/trail.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

std::unexpected<Error> fail(const store::Problem& problem) {
  return std::unexpected(error_of(problem));
}

store::ExtensionChange change_of(const command::ExtensionSettings& from) {
  return {from.name, from.enabled, from.remote, from.md5, from.registrations, from.newcomer, from.calls,
          from.encrypted, from.agent, from.permitted, from.countries};
}

store::ExtensionSettings settings_of(const command::ExtensionSettings& from) {
  store::ExtensionSettings out;
  out.display_name = from.name.value_or(out.display_name);
  out.enabled = from.enabled.value_or(out.enabled);
  out.remote_allowed = from.remote.value_or(out.remote_allowed);
  out.md5_allowed = from.md5.value_or(out.md5_allowed);
  out.registrations_max = from.registrations.value_or(out.registrations_max);
  out.newcomer = from.newcomer.value_or(out.newcomer);
  out.calls_max = from.calls.value_or(out.calls_max);
  out.phone = {from.encrypted.value_or(false), from.agent.value_or(""),
               from.permitted.value_or(std::vector<Subnet>{}), from.countries.value_or(CountrySet{})};
  return out;
}

// The only place where a password becomes text: the answer to whoever asked for the account.
Json json_of(const store::Account& account, const std::string& realm, bool show_password) {
  Json out{{"number", account.number}, {"auth_name", account.auth_name}, {"realm", realm}};
  if (show_password) out["password"] = account.password.reveal();
  return out;
}

/// Numbers of that department's extensions.
std::expected<std::set<std::string>, Error> members_of(Records& r, const std::string& department) {
  const auto objects = r.store.objects(r.tenant);
  if (!objects) return std::unexpected(error_of(objects.error()));
  std::set<std::string> out;
  bool known = false;
  for (const store::ObjectRow& row : *objects) {
    known = known || (row.kind == name_of(document::Kind::department) && row.name == department);
    if (row.kind != name_of(document::Kind::extension)) continue;
    const auto table = document::table_of(row.body);
    if (table && table->text("department") == department) out.insert(row.name);
  }
  if (known) return out;
  return std::unexpected(
      Error{Code::not_found, fmt::format("there is no department {}", department), "see: ringfence department list"});
}

/// Whether it holds that text; a to z are as good as A to Z.
bool holds(std::string_view whole, std::string_view text) {
  const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return text.empty() || std::search(whole.begin(), whole.end(), text.begin(), text.end(), [&](char a, char b) {
                           return low(a) == low(b);
                         }) != whole.end();
}

struct Executor {
  Records& r;
  std::int64_t now_wall_ms;
  using Result = std::optional<Outcome>;

  static Json told(const record::Cdr& cdr, const std::unordered_map<ExtensionId, std::string>& numbers) {
    const auto callee = numbers.find(cdr.callee);
    Json out = app::json_of(cdr, callee == numbers.end() ? std::string() : callee->second);
    if (const auto payer = numbers.find(cdr.payer); payer != numbers.end()) out["payer"] = payer->second;
    return out;
  }

  Result operator()(const command::AddExtension& c) const {
    store::NewExtension extension;
    extension.tenant = r.tenant;
    extension.number = c.number;
    if (c.password) extension.password = *c.password;
    extension.settings = settings_of(c.settings);
    const auto account = r.store.add_extension(r.vault, r.realm, extension);
    if (!account) return fail(account.error());
    return json_of(*account, r.realm, !c.password);
  }
  Result operator()(const command::ListExtensions& c) const {
    const auto rows = r.store.extensions();
    if (!rows) return fail(rows.error());
    std::set<std::string> members;
    if (!c.department.empty()) {
      auto found = members_of(r, c.department);
      if (!found) return std::unexpected(std::move(found.error()));
      members = std::move(*found);
    }
    Json list = Json::array();
    for (const auto& row : *rows)
      if (row.tenant == r.tenant && (c.department.empty() || members.contains(row.number)) &&
          (holds(row.number, c.search) || holds(row.settings.display_name, c.search) ||
           holds(row.auth_name, c.search)))
        list.push_back(app::json_of(row));
    return Json{{"extensions", std::move(list)}};
  }
  Result operator()(const command::ShowExtension& c) const {
    const auto row = r.store.find_extension(r.tenant, c.number);
    if (!row) return fail(row.error());
    return app::json_of(*row);
  }
  Result operator()(const command::SetExtension& c) const {
    const auto row = r.store.set_extension(r.tenant, c.number, change_of(c.settings));
    if (!row) return fail(row.error());
    return app::json_of(*row);
  }
  Result operator()(const command::RemoveExtension& c) const {
    const auto removed = r.store.remove_extension(r.tenant, c.number);
    if (!removed) return fail(removed.error());
    return Json{{"number", c.number},
                {"message", fmt::format("Extension {} is removed; its call records stay.", c.number)}};
  }
  Result operator()(const command::ResetPassword& c) const {
    const auto account = r.store.reset_password(r.vault, r.realm, r.tenant, c.number, c.new_auth_name);
    if (!account) return fail(account.error());
    return json_of(*account, r.realm, true);
  }
  Result operator()(const command::AddLink& c) const { return add_link(r, c, now_wall_ms); }
  Result operator()(const command::RemoveLinks& c) const { return remove_links(r, c); }
  Result operator()(const command::ListDevices& c) const { return list_devices(r, c); }
  Result operator()(const command::RemoveDevice& c) const { return remove_device(r, c); }
  Result operator()(const command::ListCdrs& c) const {
    store::CdrFilter filter;
    filter.tenant = r.tenant;
    if (c.from_ms != 0) filter.from_wall_ms = c.from_ms;
    if (c.to_ms != 0) filter.to_wall_ms = c.to_ms;
    filter.number = c.number;
    filter.result = c.result;
    filter.limit = c.limit;
    filter.offset = c.offset;
    const auto rows = r.store.find_cdrs(filter);
    if (!rows) return fail(rows.error());
    const auto numbers = r.numbers();
    Json list = Json::array();
    for (const record::Cdr& cdr : *rows) list.push_back(told(cdr, numbers));
    return Json{{"cdrs", std::move(list)}};
  }
  Result operator()(const command::ShowCdr& c) const {
    const auto cdr = r.store.find_cdr(c.id);
    // Another tenant's is none.
    if (cdr ? cdr->tenant != r.tenant : cdr.error().fault == store::Fault::not_found)
      return std::unexpected(
          Error{Code::not_found, fmt::format("there is no record {}", c.id), "see: ringfence cdr list"});
    if (!cdr) return fail(cdr.error());
    Json out = told(*cdr, r.numbers());
    Json steps = Json::array();
    for (const toll::TrailStep& step : toll::steps_of(cdr->decision))
      steps.push_back({{"rule", step.rule}, {"passed", step.passed}, {"text", step.text}});
    out["decision"] = std::move(steps);
    return out;
  }
  Result operator()(const command::ListRegistrations& c) const {
    const auto bindings = r.store.load_bindings(now_wall_ms);
    if (!bindings) return fail(bindings.error());
    const auto numbers = r.numbers();
    Json list = Json::array();
    for (const record::Binding& binding : *bindings) {
      const auto number = numbers.find(binding.extension);
      if (number == numbers.end() || (!c.number.empty() && number->second != c.number)) continue;
      list.push_back(app::json_of(binding, number->second, now_wall_ms));
    }
    return Json{{"registrations", std::move(list)}};
  }
  Result operator()(const command::RemoveRegistrations& c) const {
    const auto row = r.store.find_extension(r.tenant, c.number);
    if (!row) return fail(row.error());
    const auto count = r.store.drop_bindings(row->id, c.contact);
    if (!count) return fail(count.error());
    if (*count == 0)
      return std::unexpected(Error{Code::not_found, fmt::format("extension {} has no such registration", c.number),
                                   "see: ringfence registration list"});
    return Json{{"removed", *count}, {"message", fmt::format("{} removed.", *count)}};
  }
  Result operator()(const command::GuardBans& c) const {
    const auto bans = r.store.load_bans();
    if (!bans) return fail(bans.error());
    return bans_json(*bans, c, now_wall_ms);
  }
  Result operator()(const command::GuardAccess&) const {
    const auto entries = r.store.access_list();
    if (!entries) return fail(entries.error());
    Json list = Json::array();
    for (const guard::AccessEntry& entry : *entries)
      if (entry.until_ms == 0 || entry.until_ms > now_wall_ms) list.push_back(app::json_of(entry));
    return Json{{"access", std::move(list)}};
  }
  Result operator()(const command::ListSpending& c) const { return list_spending(r, c, now_wall_ms); }
  Result operator()(const command::AddCredit& c) const { return add_credit(r, c, now_wall_ms); }
  template <class Other>
  Result operator()(const Other&) const {
    return std::nullopt;
  }
};

}  // namespace

Error error_of(const store::Problem& problem) {
  using store::Fault;
  // The store says what and what to do in one sentence with a semicolon between.
  const std::size_t cut = problem.text.find("; ");
  const std::string what = problem.text.substr(0, cut);
  const auto remedy = [&](std::string_view otherwise) {
    return cut == std::string::npos ? std::string(otherwise) : problem.text.substr(cut + 2);
  };
  switch (problem.fault) {
    case Fault::duplicate_number:
    case Fault::duplicate_auth_name:
    case Fault::duplicate_name:
    case Fault::limit_reached:
    case Fault::in_use:
      return {Code::conflict, what, remedy("see: ringfence extension list")};
    case Fault::unknown_tenant:
    case Fault::not_found:
      return {Code::not_found, what, remedy("see: ringfence extension list")};
    case Fault::invalid_value:
      return {Code::invalid, what, remedy("see --help")};
    case Fault::busy:
      return {Code::busy, what, remedy("try again")};
    default:
      return {Code::failed, what, remedy("")};
  }
}

std::expected<Records, Error> Records::open(const store::Options& options, const std::string& key_path,
                                            const std::string& realm) {
  auto store = store::Store::open(options);
  if (!store) return fail(store.error());
  auto vault = seal::Vault::open_or_create(key_path);
  if (!vault) return std::unexpected(Error{Code::failed, vault.error().text, ""});
  return Records{std::move(*vault), std::move(*store), realm};
}

std::optional<Outcome> Records::execute(const command::Command& command, std::int64_t now_wall_ms) {
  return std::visit(Executor{*this, now_wall_ms}, command);
}

std::unordered_map<ExtensionId, std::string> Records::numbers() {
  std::unordered_map<ExtensionId, std::string> out;
  if (auto rows = store.extensions())
    for (auto& row : *rows)
      if (row.tenant == tenant) out.emplace(row.id, std::move(row.number));
  return out;
}

}  // namespace rf::app
