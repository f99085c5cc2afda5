#include "app/people_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/audit.hpp"
#include "app/logins.hpp"
#include "core/guard/sources.hpp"
#include "shell/seal/generate.hpp"
#include "shell/store/people.hpp"

namespace rf::app {
namespace {

using access::By;
using access::Permissions;
using access::Role;
using access::User;
using command::Code;
using command::Error;

constexpr std::int64_t day_ms = 86'400'000;

std::unexpected<Error> fault(Code code, std::string what, std::string remedy) {
  return std::unexpected(Error{code, std::move(what), std::move(remedy), {}});
}

std::unexpected<Error> fail(const store::Problem& problem) {
  return std::unexpected(error_of(problem));
}

std::unexpected<Error> denied(std::string why) {
  return fault(Code::denied, std::move(why), "ask somebody who may");
}

Json names_of(const Permissions& permissions) {
  Json out = Json::array();
  for (const access::PermissionInfo& row : access::permission_table())
    if (permissions.has(row.permission)) out.push_back(row.name);
  return out;
}

Json json_of(const User& user, std::span<const store::Tenant> tenants) {
  const auto tenant =
      std::find_if(tenants.begin(), tenants.end(), [&](const auto& each) { return each.id == user.tenant; });
  return {{"name", user.name},
          {"tenant", tenant == tenants.end() ? std::string() : tenant->name},
          {"dealer", user.dealer},
          {"display", user.display},
          {"class", name_of(user.of)},
          {"role", user.role},
          {"email", user.email},
          {"sign_in", user.provider},
          {"extension", user.extension},
          {"enabled", user.enabled},
          {"must_change", user.must_change},
          {"password", !user.password.reveal().empty()},
          {"second_factor", user.has_factor},
          {"created", timestamp(user.created_wall_ms)},
          {"signed_in", timestamp(user.login_wall_ms)},
          {"signed_in_ms", user.login_wall_ms}};
}

Json json_of(const Role& role) {
  return {{"name", role.name},
          {"title", role.title},
          {"realm", name_of(role.realm)},
          {"built_in", role.built_in},
          {"copied_from", role.copied_from},
          {"permissions", names_of(role.permissions)}};
}

struct Executor {
  Records& records;
  store::PeopleTables tables;
  Logins* logins;
  const access::People& people;
  std::vector<store::Tenant> tenants;
  By by;            ///< none: whoever runs the machine
  TenantId in;      ///< where new users are
  TenantId within;  ///< whose people alone are there; none: everybody
  std::int64_t now_ms;

  Json json(const User& user) const { return json_of(user, tenants); }
  bool is_there(const User& user) const { return !within || within == user.tenant; }
  /// For the rule of login names: the default tenant has none of its own.
  std::string name_of_tenant(TenantId id) const {
    for (const store::Tenant& each : tenants)
      if (each.id == id && id != store::default_tenant) return each.name;
    return {};
  }

  std::expected<User, Error> user(const std::string& name) const {
    const User* const found = people.by_name(name);
    // Of another tenant, he is not there.
    if (found == nullptr || !is_there(*found))
      return fault(Code::not_found, fmt::format("there is no user {}", name), "see: ringfence user list");
    return *found;
  }
  /// One that may be acted upon.
  std::expected<User, Error> within_reach(const std::string& name) const {
    auto found = user(name);
    if (!found) return found;
    if (auto why = access::fault_of_reach(by, people.permissions_of(*found), found->tenant)) return denied(*why);
    return found;
  }
  static Error no_role(const std::string& name) {
    return {Code::not_found, fmt::format("there is no role {}", name), "see: ringfence role list"};
  }
  std::expected<Role, Error> role(const std::string& name) const {
    const Role* const found = people.role(name);
    if (found == nullptr) return std::unexpected(no_role(name));
    return *found;
  }
  /// People of a tenant and of dealers are shown the roles that they can give.
  bool is_shown(const Role& role) const { return by == nullptr || !by->tenant || role.realm == access::Realm::tenant; }
  std::expected<void, Error> may_have(const Role& role, access::Class of) const {
    if (!role_fits(role, of))
      return fault(Code::invalid, fmt::format("the role {} is not for users of class {}", role.name, name_of(of)),
                   "see: ringfence role list");
    if (auto why = access::fault_of_grant(by, role.permissions)) return denied(*why);
    return {};
  }
  /// That nobody is left who may do everything is not to happen by mistake.
  bool last_administrator(const User& user) const {
    // Whoever signs in elsewhere is no such one: a provider may be gone when he is needed.
    const auto one = [&](const User& each) {
      return each.enabled && each.provider.empty() && people.permissions_of(each) == Permissions::all();
    };
    if (!one(user)) return false;
    return std::none_of(people.users().begin(), people.users().end(),
                        [&](const User& other) { return other.id != user.id && one(other); });
  }
  /// Whose own it is makes its links and passwords, which is what extension.write allows.
  std::expected<void, Error> may_give_extension() const {
    if (auto why = access::fault_of_grant(by, Permissions().add(access::Permission::extension_write)))
      return denied(*why);
    return {};
  }
  static Error of_extension(const store::Problem& problem) {
    Error out = error_of(problem);
    if (problem.fault == store::Fault::not_found) out.code = Code::invalid;
    out.field = "extension";
    return out;
  }
  static std::unexpected<Error> last() {
    return fault(Code::conflict, "nobody would be left who may do everything", "make another administrator first");
  }

  Outcome link_of(const User& user, std::uint32_t for_s, std::string message) {
    if (records.web.empty())
      return fault(Code::invalid, "no pages are served, so a link would lead nowhere",
                   "set web.enabled = true in the configuration");
    const Secret<std::string> token = seal::generate_token();
    const std::int64_t ends_ms = now_ms + std::int64_t{for_s} * 1'000;
    const auto added = tables.add_invitation(seal::hash_of_token(token.reveal()), user.id, now_ms, ends_ms);
    if (!added) return fail(added.error());
    // Behind the # it stays in the browser: no log of a server or a proxy sees it.
    return Json{{"name", user.name},
                {"link", fmt::format("{}/login#{}", records.web, token.reveal())},
                {"expires", timestamp(ends_ms)},
                {"expires_in_s", for_s},
                {"message", std::move(message)}};
  }

  Outcome operator()(const command::FirstUser& c) {
    if (by != nullptr) return denied("only whoever runs the machine itself may do that");
    if (people.has_administrator())
      return fault(Code::conflict, "there is an administrator already",
                   "see: ringfence user list; a lost password: ringfence user reset NAME");
    return link_of({}, c.for_s, "It makes the first administrator, once.");
  }
  Outcome operator()(const command::AddUser& c) {
    const bool system = c.of == access::Class::system_administrator;
    const auto wanted = role(c.role.empty() ? (system ? "system" : "employee") : c.role);
    if (!wanted) return std::unexpected(wanted.error());
    if (auto fine = may_have(*wanted, c.of); !fine) return std::unexpected(fine.error());
    if (by != nullptr && by->tenant && c.of != access::Class::tenant_user)
      return denied("you may add users of your tenant only");
    User made;
    made.name = c.name;
    made.display = c.display;
    made.email = c.email;
    made.of = c.of;
    made.role = wanted->name;
    made.dealer = c.dealer;
    if (c.of == access::Class::tenant_user) made.tenant = in;
    if (auto why = access::fault_of_login(made.name, name_of_tenant(made.tenant)))
      return std::unexpected(Error{Code::invalid, std::move(*why), "choose another name", "name"});
    if (!c.extension.empty())
      if (auto fine = may_give_extension(); !fine) return std::unexpected(fine.error());
    made.created_wall_ms = now_ms;
    Outcome out = Json();
    const auto done = records.store.together([&]() -> store::Expected<void> {
      const auto id = tables.add_user(made);
      if (!id) return std::unexpected(id.error());
      made.id = *id;
      if (!c.extension.empty())
        if (auto given = tables.set_extension(made.id, c.extension); !given) {
          out = std::unexpected(of_extension(given.error()));
          return given;
        }
      out = link_of(made, c.for_s, fmt::format("{} may choose a password by it, once.", made.name));
      if (out) return {};
      return std::unexpected(store::Problem{store::Fault::invalid_value, out.error().message});
    });
    if (!done && out) return fail(done.error());
    return out;
  }
  Outcome operator()(const command::ListUsers&) {
    Json list = Json::array();
    for (const User& each : people.users())
      if (is_there(each)) list.push_back(json(each));
    return Json{{"users", std::move(list)}};
  }
  Outcome operator()(const command::ShowUser& c) {
    const auto found = user(c.name);
    if (!found) return std::unexpected(found.error());
    Json out = json(*found);
    out["permissions"] = names_of(people.permissions_of(*found));
    return out;
  }
  Outcome operator()(const command::SetUser& c) {
    const auto found = within_reach(c.name);
    if (!found) return std::unexpected(found.error());
    User changed = *found;
    if (c.role && !found->provider.empty())
      return fault(Code::conflict, fmt::format("{} has the role that groups at {} give", c.name, found->provider),
                   "change the groups there, or: ringfence sign-in set " + found->provider + " --roles …");
    if (c.role) {
      const auto wanted = role(*c.role);
      if (!wanted) return std::unexpected(wanted.error());
      if (auto fine = may_have(*wanted, changed.of); !fine) return std::unexpected(fine.error());
      changed.role = *c.role;
    }
    changed.display = c.display.value_or(changed.display);
    changed.email = c.email.value_or(changed.email);
    changed.enabled = c.enabled.value_or(changed.enabled);
    changed.must_change = c.must_change.value_or(changed.must_change);
    const bool less = !changed.enabled || changed.role != found->role;
    if (less && last_administrator(*found)) return last();
    if (c.extension && !c.extension->empty())
      if (auto fine = may_give_extension(); !fine) return std::unexpected(fine.error());
    std::optional<Error> no_extension;
    const auto set = records.store.together([&]() -> store::Expected<void> {
      if (auto done = tables.set_user(changed); !done) return done;
      if (found->enabled && !changed.enabled)
        if (auto ended = end_links(found->id); !ended) return ended;
      if (!c.extension) return {};
      auto given = tables.set_extension(changed.id, *c.extension);
      if (!given) no_extension = of_extension(given.error());
      // A link that nobody has opened yet may be with whoever made it, who is not to have the extension by it.
      if (given && !c.extension->empty() && *c.extension != found->extension) return tables.drop_invitations(found->id);
      return given;
    });
    if (no_extension) return std::unexpected(std::move(*no_extension));
    if (!set) return fail(set.error());
    changed.extension = c.extension.value_or(changed.extension);
    // What he was is over: with another role, or none, he signs in anew.
    if (less || changed.must_change) {
      if (auto ended = end_sessions(found->id); !ended) return fail(ended.error());
    }
    return json(changed);
  }
  Outcome operator()(const command::RemoveUser& c) {
    const auto found = within_reach(c.name);
    if (!found) return std::unexpected(found.error());
    if (last_administrator(*found)) return last();
    const auto dropped = tables.drop_user(found->id);
    if (!dropped) return fail(dropped.error());
    return Json{{"name", c.name}, {"message", fmt::format("{} is removed; sessions and tokens have ended.", c.name)}};
  }
  Outcome operator()(const command::ResetUser& c) {
    const auto found = within_reach(c.name);
    if (!found) return std::unexpected(found.error());
    // The link lets in whoever opens it first, and that is whoever asked for it.
    if (!found->extension.empty() && !may_give_extension())
      return fault(Code::denied, fmt::format("{} has an extension, whose passwords you may not make", c.name),
                   fmt::format("take it first: ringfence user set {} --extension \"\"", c.name));
    Outcome out = Json();
    const auto elsewhere = provider_of(records, tables, *found);
    const bool no_password = !found->provider.empty() && (!elsewhere || elsewhere->required);
    const auto done = records.store.together([&]() -> store::Expected<void> {
      if (auto set = tables.set_password(found->id, {}, false, now_ms); !set) return set;
      if (auto ended = end_sessions(found->id); !ended) return ended;
      if (auto ended = tables.drop_tokens_of(found->id); !ended) return ended;
      if (auto ended = end_links(found->id); !ended) return ended;
      if (c.second_factor)
        if (auto dropped = tables.drop_factor(found->id); !dropped) return dropped;
      if (no_password) {
        out = Json{{"name", c.name},
                   {"link", ""},
                   {"expires", ""},
                   {"expires_in_s", 0},
                   {"message", fmt::format("The sessions and tokens of {} have ended; the password is that of {}.",
                                           c.name, found->provider)}};
        return {};
      }
      out =
          link_of(*found, c.for_s, fmt::format("The password of {} has ended, with its sessions and tokens.", c.name));
      if (out) return {};
      return std::unexpected(store::Problem{store::Fault::invalid_value, out.error().message});
    });
    if (!done && out) return fail(done.error());
    return out;
  }
  /// Whoever had his account may have made links to his own extension, for later.
  store::Expected<void> end_links(access::UserId of) {
    const auto own = tables.extension_of(of);
    if (!own) return std::unexpected(own.error());
    if (!*own) return {};
    const auto& [tenant, number] = **own;
    const auto ended = records.store.drop_links(tenant, number);
    return ended ? store::Expected<void>() : std::unexpected(ended.error());
  }
  store::Expected<void> end_sessions(access::UserId of) {
    const auto all = tables.sessions();
    if (!all) return std::unexpected(all.error());
    std::vector<access::SessionId> ids;
    for (const access::Session& session : *all)
      if (session.user == of) ids.push_back(session.id);
    return tables.drop_sessions(ids);
  }

  Outcome operator()(const command::ListRoles&) {
    Json list = Json::array();
    for (const Role& each : people.roles())
      if (is_shown(each)) list.push_back(json_of(each));
    return Json{{"roles", std::move(list)}};
  }
  Outcome operator()(const command::ListPermissions&) {
    Json list = Json::array();
    for (const access::PermissionInfo& row : access::permission_table())
      list.push_back({{"name", row.name},
                      {"changes", row.changes},
                      {"realm", name_of(!row.system  ? access::Realm::tenant
                                        : row.dealer ? access::Realm::dealer
                                                     : access::Realm::system)},
                      {"allows", row.summary}});
    return Json{{"permissions", std::move(list)}};
  }
  Outcome operator()(const command::ShowRole& c) {
    const auto found = role(c.name);
    if (!found) return std::unexpected(found.error());
    // Those that are not listed to people of a tenant are not shown to them either.
    if (!is_shown(*found)) return std::unexpected(no_role(c.name));
    Json out = json_of(*found);
    Json users = Json::array();
    for (const User& each : people.users())
      if (each.role == c.name && (by == nullptr || !by->tenant || by->tenant == each.tenant))
        users.push_back(each.name);
    out["users"] = std::move(users);
    return out;
  }
  /// Asked before anything is looked up: who may not change them learns of none that he is not shown.
  std::expected<void, Error> may_change_roles() const {
    if (by != nullptr && by->tenant) return denied("roles are the system's; ask its administrator");
    return {};
  }
  Outcome operator()(const command::CopyRole& c) {
    if (auto fine = may_change_roles(); !fine) return std::unexpected(std::move(fine.error()));
    const auto from = role(c.from);
    if (!from) return std::unexpected(from.error());
    if (people.role(c.name) != nullptr)
      return fault(Code::conflict, fmt::format("there is a role {} already", c.name), "choose another name");
    if (auto why = access::fault_of_grant(by, from->permissions)) return denied(*why);
    return put({c.name, c.title.empty() ? from->title : c.title, from->realm, from->permissions, false, from->name});
  }
  Outcome operator()(const command::SetRole& c) {
    if (auto fine = may_change_roles(); !fine) return std::unexpected(std::move(fine.error()));
    auto found = role(c.name);
    if (!found) return std::unexpected(found.error());
    if (found->built_in)
      return fault(Code::conflict, fmt::format("{} is built in and stays as it is", c.name),
                   fmt::format("copy it: ringfence role copy NAME --from {}", c.name));
    // Neither above himself, nor a role of somebody above him.
    if (auto why = access::fault_of_grant(by, found->permissions)) return denied(*why);
    if (auto why = access::fault_of_grant(by, c.add)) return denied(*why);
    found->title = c.title.value_or(found->title);
    for (const access::PermissionInfo& row : access::permission_table()) {
      if (c.add.has(row.permission)) found->permissions.add(row.permission);
      if (c.remove.has(row.permission)) found->permissions.remove(row.permission);
    }
    if (const auto beyond = access::beyond_realm(found->realm, found->permissions))
      return fault(Code::invalid,
                   found->realm == access::Realm::tenant
                       ? fmt::format("{} reaches beyond a tenant, and {} is a tenant's role", info_of(*beyond).name,
                                     c.name)
                       : fmt::format("{} is the system's, and {} is a dealer's role", info_of(*beyond).name, c.name),
                   "begin with a role of the system, such as site");
    return put(*found);
  }
  Outcome operator()(const command::RemoveRole& c) {
    if (auto fine = may_change_roles(); !fine) return std::unexpected(std::move(fine.error()));
    const auto found = role(c.name);
    if (!found) return std::unexpected(found.error());
    if (found->built_in) return fault(Code::conflict, fmt::format("{} is built in", c.name), "nobody has to have it");
    if (auto why = access::fault_of_grant(by, found->permissions)) return denied(*why);
    for (const User& each : people.users())
      if (each.role == c.name)
        return fault(Code::conflict, fmt::format("{} has the role {}", each.name, c.name),
                     fmt::format("give another one: ringfence user set {} --role ROLE", each.name));
    if (const auto user = provider_that_gives(records, tables, c.name))
      return fault(Code::conflict, fmt::format("groups at {} give the role {}", *user, c.name),
                   fmt::format("give others: ringfence sign-in set {} --roles …", *user));
    const auto dropped = tables.drop_role(c.name);
    if (!dropped) return fail(dropped.error());
    return Json{{"name", c.name}, {"message", fmt::format("The role {} is removed.", c.name)}};
  }
  Outcome put(const Role& role) {
    const auto done = tables.put_role(role);
    if (!done) return fail(done.error());
    return json_of(role);
  }

  Outcome operator()(const command::AddToken& c) {
    const auto found = within_reach(c.user);
    if (!found) return std::unexpected(found.error());
    if (auto why = access::fault_of_grant(by, c.scope)) return denied(*why);
    const Permissions has = people.permissions_of(*found);
    for (const access::PermissionInfo& row : access::permission_table())
      if (c.scope.has(row.permission) && !has.has(row.permission))
        return fault(Code::invalid, fmt::format("{} has no {}", c.user, row.name),
                     "a token is good for what its user may; leave it out");
    const Secret<std::string> secret("rft_" + seal::generate_token().reveal());
    access::Token token{{},     seal::hash_of_token(secret.reveal()),   found->id, c.name, c.scope,
                        now_ms, now_ms + std::int64_t{c.days} * day_ms, 0};
    const auto id = tables.add_token(token);
    if (!id) return fail(id.error());
    return Json{{"id", std::to_string(id->value)}, {"name", c.name},
                {"user", c.user},                  {"scope", names_of(c.scope)},
                {"token", secret.reveal()},        {"ends", timestamp(token.ends_wall_ms)},
                {told_to_log, fmt::format("token {} of {}", id->value, c.user)}};
  }
  std::string name_of_user(access::UserId id) const {
    const User* const found = people.by_id(id);
    return found == nullptr ? std::string() : found->name;
  }
  bool shown(access::UserId id, const std::string& wanted) const {
    const User* const found = people.by_id(id);
    if (found == nullptr || !is_there(*found)) return false;
    return wanted.empty() || found->name == wanted;
  }
  Outcome operator()(const command::ListTokens& c) {
    const auto all = tables.tokens();
    if (!all) return fail(all.error());
    Json list = Json::array();
    for (const access::Token& each : *all)
      if (shown(each.user, c.user))
        list.push_back({{"id", std::to_string(each.id.value)},
                        {"name", each.name},
                        {"user", name_of_user(each.user)},
                        {"scope", names_of(each.scope)},
                        {"created", timestamp(each.created_wall_ms)},
                        {"ends", timestamp(each.ends_wall_ms)},
                        {"ended", each.ends_wall_ms <= now_ms},
                        {"used", timestamp(each.used_wall_ms)},
                        {"used_ms", each.used_wall_ms}});
    return Json{{"tokens", std::move(list)}};
  }
  Outcome operator()(const command::RemoveToken& c) {
    const auto all = tables.tokens();
    if (!all) return fail(all.error());
    for (const access::Token& each : *all) {
      if (each.id.value != c.id || !shown(each.user, {})) continue;
      if (auto reached = within_reach(name_of_user(each.user)); !reached) return std::unexpected(reached.error());
      const auto dropped = tables.drop_token(each.id);
      if (!dropped) return fail(dropped.error());
      return Json{{"id", std::to_string(c.id)},
                  {"message", fmt::format("The token {} has ended.", each.name)},
                  {told_to_log, fmt::format("token {} of {}", each.name, name_of_user(each.user))}};
    }
    return fault(Code::not_found, fmt::format("there is no token {}", c.id), "see: ringfence token list");
  }
  Outcome operator()(const command::ListSessions& c) {
    const auto all = tables.sessions();
    if (!all) return fail(all.error());
    Json list = Json::array();
    for (const access::Session& each : *all)
      if (shown(each.user, c.user))
        list.push_back({{"id", std::to_string(each.id.value)},
                        {"user", name_of_user(each.user)},
                        {"address", each.address.text()},
                        {"browser", each.agent},
                        {"step", name_of(each.step)},
                        {"begun", timestamp(each.begun_wall_ms)},
                        {"used", timestamp(each.used_wall_ms)},
                        {"used_ms", each.used_wall_ms}});
    return Json{{"sessions", std::move(list)}};
  }
  Outcome operator()(const command::RemoveSession& c) {
    const auto all = tables.sessions();
    if (!all) return fail(all.error());
    for (const access::Session& each : *all) {
      if (each.id.value != c.id || !shown(each.user, {})) continue;
      if (auto reached = within_reach(name_of_user(each.user)); !reached) return std::unexpected(reached.error());
      const auto dropped = tables.drop_sessions({&each.id, 1});
      if (!dropped) return fail(dropped.error());
      return Json{{"id", std::to_string(c.id)},
                  {"message", fmt::format("{} is signed out there.", name_of_user(each.user))},
                  {told_to_log, fmt::format("session of {} from {}", name_of_user(each.user), each.address.text())}};
    }
    return fault(Code::not_found, fmt::format("there is no session {}", c.id), "see: ringfence session list");
  }

  Outcome operator()(const command::ProviderCommand& c) { return change_providers(records, tables, people, by, c); }

  Outcome operator()(const command::ListHeld&) {
    if (by != nullptr && by->tenant) return denied("addresses are the system's; ask its administrator");
    std::vector<access::HeldSource> held;
    if (logins != nullptr) {
      held = logins->held(now_ms);
    } else {
      auto rows = tables.held();
      if (!rows) return fail(rows.error());
      held = std::move(*rows);
    }
    Json list = Json::array();
    for (const access::HeldSource& each : held)
      if (each.until_ms == 0 || each.until_ms > now_ms)
        list.push_back({{"address", each.source.text()},
                        {"since", timestamp(each.since_ms)},
                        {"until", timestamp(each.until_ms)},
                        {"until_ms", each.until_ms},
                        {"for_good", each.until_ms == 0},
                        {"locks", each.locks}});
    return Json{{"held", std::move(list)}};
  }
  Outcome operator()(const command::ReleaseHeld& c) {
    if (by != nullptr && by->tenant) return denied("addresses are the system's; ask its administrator");
    bool was = logins != nullptr && logins->release(c.address, now_ms);
    const Address base = guard::source_block(c.address).base;
    auto rows = tables.held();
    if (!rows) return fail(rows.error());
    const std::size_t erased = std::erase_if(*rows, [&](const auto& each) { return each.source == base; });
    if (const auto kept = tables.keep_held(*rows); !kept) return fail(kept.error());
    was = was || erased > 0;
    return Json{{"address", c.address.text()},
                {"message", fmt::format("{} {}.", c.address.text(), was ? "may try again" : "was not held")}};
  }
};

}  // namespace

Outcome first_link(Records& records, std::uint32_t for_s, std::int64_t now_wall_ms) {
  store::PeopleTables tables(records.store);
  const auto people = tables.load();
  if (!people) return fail(people.error());
  return Executor{records, tables, nullptr, **people, {}, nullptr, {}, {}, now_wall_ms}(command::FirstUser{for_s});
}

std::optional<Outcome> change_people(Records& records, Logins* logins, const command::Checked& checked,
                                     std::int64_t now_wall_ms) {
  const auto* command = std::get_if<command::PeopleCommand>(&checked.command);
  if (command == nullptr) return std::nullopt;
  if (!checked.by && !checked.on_machine) return denied("nobody said who asks");
  store::PeopleTables tables(records.store);
  const auto people = tables.load();
  if (!people) return fail(people.error());
  auto tenants = records.store.tenants();
  if (!tenants) return fail(tenants.error());
  const access::Asker* const by = checked.by ? &*checked.by : nullptr;
  // Whoever reaches everybody sees everybody, unless he named a tenant.
  const bool everybody = checked.tenant.empty() && (by == nullptr || !by->tenant);
  Executor executor{records,
                    tables,
                    logins,
                    **people,
                    std::move(*tenants),
                    by,
                    checked.acts_in,
                    everybody ? TenantId{} : checked.acts_in,
                    now_wall_ms};
  Outcome outcome = std::visit(executor, *command);
  if (outcome && logins != nullptr && checked.spec->changes)
    if (const auto taken = logins->reload(records); !taken) return fail(taken.error());
  return outcome;
}

}  // namespace rf::app
