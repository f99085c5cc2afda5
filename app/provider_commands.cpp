// Commands about where people sign in who have no password here.
#include <fmt/format.h>

#include <algorithm>

#include "app/people_commands.hpp"
#include "app/rows.hpp"

namespace rf::app {
namespace {

using access::By;
using access::Provider;
using access::User;
using command::Code;
using command::Error;

std::unexpected<Error> fault(Code code, std::string what, std::string remedy, std::string field = {}) {
  return std::unexpected(Error{code, std::move(what), std::move(remedy), std::move(field)});
}

std::unexpected<Error> fail(const store::Problem& problem) {
  return std::unexpected(error_of(problem));
}

void take(const command::ProviderSettings& from, Provider& to) {
  const auto text = [](const std::optional<std::string>& value, std::string& place) {
    if (value) place = *value;
  };
  text(from.title, to.title);
  text(from.url, to.url);
  text(from.client, to.client);
  text(from.scopes, to.scopes);
  text(from.base, to.base);
  text(from.filter, to.filter);
  text(from.group_base, to.group_base);
  text(from.group_filter, to.group_filter);
  text(from.login, to.login);
  text(from.groups, to.groups);
  to.enabled = from.enabled.value_or(to.enabled);
  to.required = from.required.value_or(to.required);
  to.trusted_factor = from.trusted_factor.value_or(to.trusted_factor);
  if (from.networks) to.networks = *from.networks;
  if (from.roles) to.roles = *from.roles;
}

struct Executor {
  Records& records;
  store::PeopleTables& tables;
  const access::People& people;
  By by;

  Json json_of(const Provider& p) const {
    return {{"name", p.name},
            {"title", p.title},
            {"kind", name_of(p.kind)},
            {"enabled", p.enabled},
            {"required", p.required},
            {"trusted_factor", p.trusted_factor},
            {"url", p.url},
            {"client", p.client},
            {"has_secret", !p.secret.reveal().empty()},
            {"has_ca", !p.ca.empty()},
            {"scopes", p.scopes},
            {"networks", access::text_of(p.networks)},
            {"base", p.base},
            {"filter", p.filter},
            {"group_base", p.group_base},
            {"group_filter", p.group_filter},
            {"login", p.login},
            {"groups", p.groups},
            {"roles", access::text_of(p.roles)},
            {"people", people_at(p)},
            {"people_of", p.people_of_name},
            {"redirect", p.kind == access::ProviderKind::oidc ? records.web + "/login" : std::string()}};
  }
  std::expected<std::vector<Provider>, Error> all() const {
    auto out = tables.providers(records.vault);
    if (!out) return fail(out.error());
    return std::move(*out);
  }
  std::expected<Provider, Error> find(const std::string& name) const {
    auto list = all();
    if (!list) return std::unexpected(list.error());
    for (Provider& each : *list)
      if (each.name == name) return std::move(each);
    return fault(Code::not_found, fmt::format("there is no way to sign in called {}", name),
                 "see: ringfence sign-in list");
  }
  /// Whoever says where people sign in, and as what, hands out every role in it: he has to have them all.
  std::expected<void, Error> may_hand_out(const Provider& p) const {
    for (const access::GroupRole& each : p.roles) {
      const access::Role* const role = people.role(each.role);
      if (role == nullptr)
        return fault(Code::not_found, fmt::format("there is no role {}", each.role), "see: ringfence role list",
                     "roles");
      if (!may_give(p, *role))
        return fault(Code::invalid,
                     fmt::format("the role {} is for users of class {}, and nobody who signs in there is one",
                                 role->name, name_of(role->realm)),
                     "give roles of a tenant; see: ringfence role list", "roles");
      if (auto why = access::fault_of_grant(by, role->permissions))
        return fault(Code::denied, std::move(*why), "ask somebody who may", "roles");
    }
    return {};
  }
  /// One that may be acted upon.
  std::expected<Provider, Error> within_reach(const std::string& name) const {
    auto found = find(name);
    if (!found) return found;
    for (const access::GroupRole& each : found->roles)
      if (const access::Role* const role = people.role(each.role))
        if (auto why = access::fault_of_grant(by, role->permissions))
          return fault(Code::denied, std::move(*why), "ask somebody who may");
    return found;
  }
  std::expected<void, Error> fine(Provider& p) const {
    fill_in(p);
    if (auto wrong = fault_of(p)) {
      const std::string field = wrong->substr(0, wrong->find(' '));
      return fault(Code::invalid, *wrong, "see docs/access.md", field);
    }
    return may_hand_out(p);
  }
  std::ptrdiff_t people_at(const Provider& p) const {
    return std::count_if(people.users().begin(), people.users().end(),
                         [&](const User& user) { return user.provider == p.name; });
  }
  /// Says whose people sign in there.
  std::expected<void, Error> place(const command::ProviderSettings& settings, Provider& p) const {
    if (!settings.people_of || *settings.people_of == p.people_of_name) return {};
    // Who somebody is would be another person's from one day to the next, with all that he has.
    if (const auto theirs = people_at(p); theirs > 0)
      return fault(Code::conflict, fmt::format("{} people sign in there, who stay where they are", theirs),
                   "add another way to sign in: ringfence sign-in add", "people_of");
    p.people_of = {};
    p.people_of_name = *settings.people_of;
    if (p.people_of_name.empty()) return {};
    const auto tenants = records.store.tenants();
    if (!tenants) return fail(tenants.error());
    for (const store::Tenant& each : *tenants)
      if (each.name == p.people_of_name) p.people_of = each.id;
    if (!p.people_of)
      return fault(Code::not_found, fmt::format("there is no tenant {}", p.people_of_name),
                   "see: ringfence tenant list", "people_of");
    return {};
  }
  store::Expected<void> end_sessions_of(const Provider& p) {
    const auto sessions = tables.sessions();
    if (!sessions) return std::unexpected(sessions.error());
    std::vector<access::SessionId> ids;
    for (const access::Session& each : *sessions)
      if (const User* const user = people.by_id(each.user); user != nullptr && user->provider == p.name)
        ids.push_back(each.id);
    return tables.drop_sessions(ids);
  }

  Outcome operator()(const command::AddProvider& c) {
    if (find(c.name))
      return fault(Code::conflict, fmt::format("there is a way to sign in called {} already", c.name),
                   "choose another name, or: ringfence sign-in set " + c.name, "name");
    Provider made;
    made.name = c.name;
    made.kind = c.kind;
    take(c.settings, made);
    if (auto placed = place(c.settings, made); !placed) return std::unexpected(placed.error());
    if (auto good = fine(made); !good) return std::unexpected(good.error());
    const auto put = tables.put_provider(made);
    if (!put) return fail(put.error());
    return json_of(made);
  }
  Outcome operator()(const command::ListProviders&) {
    const auto list = all();
    if (!list) return std::unexpected(list.error());
    Json out = Json::array();
    for (const Provider& each : *list) out.push_back(json_of(each));
    return Json{{"sign_ins", std::move(out)}};
  }
  Outcome operator()(const command::ShowProvider& c) {
    const auto found = find(c.name);
    if (!found) return std::unexpected(found.error());
    return json_of(*found);
  }
  Outcome operator()(const command::SetProvider& c) {
    const auto found = within_reach(c.name);
    if (!found) return std::unexpected(found.error());
    Provider changed = *found;
    take(c.settings, changed);
    if (auto placed = place(c.settings, changed); !placed) return std::unexpected(placed.error());
    if (auto good = fine(changed); !good) return std::unexpected(good.error());
    // What we show to prove ourselves is for whom it was given: not for another address.
    const bool elsewhere = changed.url != found->url;
    const auto done = records.store.together([&]() -> store::Expected<void> {
      if (auto put = tables.put_provider(changed); !put) return put;
      if (elsewhere)
        if (auto cleared = tables.set_provider_secret(records.vault, c.name, {}); !cleared) return cleared;
      if (found->enabled && !changed.enabled) return end_sessions_of(changed);
      return {};
    });
    if (!done) return fail(done.error());
    if (elsewhere) changed.secret = {};
    Json out = json_of(changed);
    if (elsewhere)
      out["message"] =
          fmt::format("At another address, the secret has to be given again: ringfence sign-in secret {}", c.name);
    return out;
  }
  Outcome operator()(const command::SetProviderSecret& c) {
    const auto found = within_reach(c.name);
    if (!found) return std::unexpected(found.error());
    const auto set = tables.set_provider_secret(records.vault, c.name, c.secret);
    if (!set) return fail(set.error());
    return Json{{"name", c.name}, {"message", fmt::format("The secret of {} is set.", c.name)}};
  }
  Outcome operator()(const command::SetProviderCa& c) {
    const auto found = within_reach(c.name);
    if (!found) return std::unexpected(found.error());
    Provider changed = *found;
    changed.ca = c.text;
    if (auto wrong = fault_of(changed))
      return fault(Code::invalid, *wrong, "give certificates in PEM, or nothing", "text");
    const auto put = tables.put_provider(changed);
    if (!put) return fail(put.error());
    return Json{{"name", c.name},
                {"message", c.text.empty() ? "Its certificate has to come from an authority that the system trusts."
                                           : "Its certificate has to come from these."}};
  }
  Outcome operator()(const command::RemoveProvider& c) {
    const auto found = within_reach(c.name);
    if (!found) return std::unexpected(found.error());
    const auto theirs = people_at(*found);
    if (theirs > 0 && !c.force)
      return fault(
          Code::conflict, fmt::format("{} people sign in there, who would be removed with it", theirs),
          fmt::format("shut it: ringfence sign-in set {0} --no-enabled; or: sign-in remove {0} --force", c.name));
    const auto dropped = tables.drop_provider(c.name);
    if (!dropped) return fail(dropped.error());
    return Json{{"name", c.name}, {"message", fmt::format("{} is removed, with {} people.", c.name, theirs)}};
  }
};

}  // namespace

Outcome change_providers(Records& records, store::PeopleTables& tables, const access::People& people, By by,
                         const command::ProviderCommand& command) {
  Executor executor{records, tables, people, by};
  return std::visit(executor, command);
}

std::optional<std::string> provider_that_gives(Records& records, store::PeopleTables& tables, const std::string& role) {
  const auto list = tables.providers(records.vault);
  if (!list) return std::nullopt;
  for (const Provider& each : *list)
    for (const access::GroupRole& one : each.roles)
      if (one.role == role) return each.name;
  return std::nullopt;
}

std::optional<Provider> provider_of(Records& records, store::PeopleTables& tables, const User& user) {
  if (user.provider.empty()) return std::nullopt;
  auto list = tables.providers(records.vault);
  if (list)
    for (Provider& each : *list)
      if (each.name == user.provider) return std::move(each);
  return std::nullopt;
}

}  // namespace rf::app
