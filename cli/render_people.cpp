#include "cli/render_people.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "cli/cells.hpp"
#include "cli/table.hpp"
#include "cli/when.hpp"
#include "core/base/plain.hpp"

namespace rf::cli {
namespace {

constexpr std::size_t link_bytes = 2'048;

std::string joined(const Json& list) {
  std::string out;
  for (const Json& each : list) out += (out.empty() ? "" : " ") + text_of(each);
  return out.empty() ? "-" : out;
}

void link(const Json& r, std::ostream& out) {
  if (text_at(r, "link").empty()) return fmt::print(out, "{}\n", plain(text_at(r, "message"), link_bytes));
  fmt::print(out, "{}\n\n{} Good for {}; whoever opens it first has it.\n", plain(text_at(r, "link"), link_bytes),
             plain(text_at(r, "message")), show_duration(number_at(r, "expires_in_s")));
}

void users(const Json& r, std::ostream& out) {
  Table table(
      {"NAME", "CALLED", "EXTENSION", "CLASS", "ROLE", "ENABLED", "PASSWORD", "SECOND FACTOR", "LAST SIGNED IN"});
  for (const Json& u : list_at(r, "users"))
    table.add({text_at(u, "name"), text_at(u, "display"), text_at(u, "extension"), text_at(u, "class"),
               text_at(u, "role"), text_at(u, "enabled"),
               !u.value("password", false)     ? "none yet"
               : u.value("must_change", false) ? "to be changed"
                                               : "set",
               text_at(u, "second_factor"), show_when(number_at(u, "signed_in_ms"))});
  if (table.empty()) return fmt::print(out, "Nobody may sign in yet. The first one: ringfence user first\n");
  table.print(out);
}

void user(const Json& r, std::ostream& out) {
  facts(out, {{"name", text_at(r, "name")},
              {"called", text_at(r, "display")},
              {"extension", text_at(r, "extension").empty() ? "none" : text_at(r, "extension")},
              {"class", text_at(r, "class")},
              {"role", text_at(r, "role")},
              {"tenant", text_at(r, "tenant")},
              {"dealer", text_at(r, "dealer")},
              {"e-mail", text_at(r, "email")},
              {"signs in", text_at(r, "sign_in").empty() ? "here" : text_at(r, "sign_in")},
              {"enabled", text_at(r, "enabled")},
              {"password", r.value("password", false) ? "set" : "none yet"},
              {"has to change it", text_at(r, "must_change")},
              {"second factor", text_at(r, "second_factor")},
              {"last signed in", show_when(number_at(r, "signed_in_ms"))}});
}

void tenants(const Json& r, std::ostream& out) {
  Table table({"NAME", "DEALER", "DOMAINS", "EXTENSIONS", "CALLS", "A DAY", "A MONTH"});
  for (const Json& t : list_at(r, "tenants")) {
    const std::string most = text_at(t, "extensions");
    table.add({text_at(t, "name"), text_at(t, "dealer"), joined(list_at(t, "domains")),
               text_at(t, "extensions_now") + (most == "0" ? "" : " of " + most), text_at(t, "calls"),
               text_at(t, "day"), text_at(t, "month")});
  }
  table.print(out);
}

void tenant(const Json& r, std::ostream& out) {
  facts(out, {{"name", text_at(r, "name")},
              {"dealer", text_at(r, "dealer")},
              {"domains", joined(list_at(r, "domains"))},
              {"extensions", text_at(r, "extensions_now")},
              {"extensions, at most", text_at(r, "extensions") == "0" ? "any" : text_at(r, "extensions")},
              {"calls at once", text_at(r, "calls") == "0" ? "any" : text_at(r, "calls")},
              {"money a day", text_at(r, "day")},
              {"money a month", text_at(r, "month")}});
}

void dealers(const Json& r, std::ostream& out) {
  Table table({"NAME", "TENANTS", "MAY HAVE", "EXTENSIONS", "CALLS", "A DAY", "A MONTH"});
  for (const Json& d : list_at(r, "dealers"))
    table.add({text_at(d, "name"), text_at(d, "tenants_now"), text_at(d, "tenants"), text_at(d, "extensions"),
               text_at(d, "calls"), text_at(d, "day"), text_at(d, "month")});
  if (table.empty()) return fmt::print(out, "There are no dealers. To add one: ringfence dealer set --help\n");
  table.print(out);
}

void dealer(const Json& r, std::ostream& out) {
  facts(out, {{"name", text_at(r, "name")},
              {"tenants", fmt::format("{} of {}", text_at(r, "tenants_now"), text_at(r, "tenants"))},
              {"for all of them: extensions", text_at(r, "extensions")},
              {"calls at once", text_at(r, "calls")},
              {"money a day", text_at(r, "day")},
              {"money a month", text_at(r, "month")}});
}

void roles(const Json& r, std::ostream& out) {
  Table table({"NAME", "TITLE", "FOR", "MADE OF", "PERMISSIONS"});
  for (const Json& role : list_at(r, "roles"))
    table.add({text_at(role, "name"), text_at(role, "title"), text_at(role, "realm"),
               role.value("built_in", false) ? "built in" : text_at(role, "copied_from"),
               std::to_string(list_at(role, "permissions").size())});
  table.print(out);
}

void role(const Json& r, std::ostream& out) {
  facts(out, {{"name", text_at(r, "name")},
              {"title", text_at(r, "title")},
              {"for users of", text_at(r, "realm")},
              {"built in", text_at(r, "built_in")},
              {"allows", joined(list_at(r, "permissions"))}});
  if (r.contains("users")) facts(out, {{"users", joined(list_at(r, "users"))}});
}

void permissions(const Json& r, std::ostream& out) {
  Table table({"PERMISSION", "FOR", "ALLOWS TO"});
  for (const Json& p : list_at(r, "permissions"))
    table.add({text_at(p, "name"), text_at(p, "realm"), text_at(p, "allows")});
  table.print(out);
}

void token(const Json& r, std::ostream& out) {
  facts(out, {{"id", text_at(r, "id")},
              {"acts as", text_at(r, "user")},
              {"scope", joined(list_at(r, "scope"))},
              {"ends", text_at(r, "ends")},
              {"token", text_at(r, "token")}});
  fmt::print(out, "\nThe token is shown only now. Send it as: Authorization: Bearer TOKEN\n");
}

void tokens(const Json& r, std::ostream& out) {
  Table table({"ID", "NAME", "ACTS AS", "ENDS", "LAST USED", "SCOPE"});
  for (const Json& t : list_at(r, "tokens"))
    table.add({text_at(t, "id"), text_at(t, "name"), text_at(t, "user"),
               t.value("ended", false) ? "has ended" : text_at(t, "ends"), show_when(number_at(t, "used_ms")),
               joined(list_at(t, "scope"))});
  if (table.empty()) return fmt::print(out, "There are no tokens.\n");
  table.print(out);
}

void sign_ins(const Json& r, std::ostream& out) {
  Table table({"NAME", "TITLE", "KIND", "WHERE", "PEOPLE", "STATE"});
  for (const Json& s : list_at(r, "sign_ins"))
    table.add({text_at(s, "name"), text_at(s, "title"), text_at(s, "kind"), text_at(s, "url"), text_at(s, "people"),
               !s.value("enabled", false)      ? "shut"
               : !s.value("has_secret", false) ? "has no secret yet"
               : s.value("required", false)    ? "open, no passwords here"
                                               : "open"});
  if (table.empty())
    return fmt::print(out, "People sign in here alone. To add a provider: ringfence sign-in add --help\n");
  table.print(out);
}

void sign_in(const Json& r, std::ostream& out) {
  std::vector<std::pair<std::string_view, std::string>> rows;
  for (const auto& [label, key] :
       std::initializer_list<std::pair<std::string_view, const char*>>{{"name", "name"},
                                                                       {"title", "title"},
                                                                       {"kind", "kind"},
                                                                       {"enabled", "enabled"},
                                                                       {"no passwords here", "required"},
                                                                       {"its second factor counts", "trusted_factor"},
                                                                       {"where", "url"},
                                                                       {"redirect URI, for the provider", "redirect"},
                                                                       {"our id there", "client"},
                                                                       {"secret", "has_secret"},
                                                                       {"own certificates", "has_ca"},
                                                                       {"scopes", "scopes"},
                                                                       {"networks", "networks"},
                                                                       {"base", "base"},
                                                                       {"filter", "filter"},
                                                                       {"group base", "group_base"},
                                                                       {"group filter", "group_filter"},
                                                                       {"login name from", "login"},
                                                                       {"groups from", "groups"},
                                                                       {"roles", "roles"},
                                                                       {"people", "people"},
                                                                       {"of the tenant", "people_of"}})
    if (std::string value = text_at(r, key); !value.empty()) rows.emplace_back(label, std::move(value));
  facts(out, rows);
  if (r.contains("message")) fmt::print(out, "\n{}\n", text_at(r, "message"));
}

void sessions(const Json& r, std::ostream& out) {
  Table table({"ID", "USER", "ADDRESS", "LAST USED", "STATE", "BROWSER"});
  for (const Json& s : list_at(r, "sessions"))
    table.add({text_at(s, "id"), text_at(s, "user"), text_at(s, "address"), show_when(number_at(s, "used_ms")),
               text_at(s, "step") == "none" ? "signed in" : text_at(s, "step"), text_at(s, "browser")});
  if (table.empty()) return fmt::print(out, "Nobody is signed in.\n");
  table.print(out);
}

void held(const Json& r, std::ostream& out) {
  Table table({"ADDRESS", "UNTIL", "TIMES"});
  for (const Json& h : list_at(r, "held"))
    table.add({text_at(h, "address"), h.value("for_good", false) ? "released" : show_when(number_at(h, "until_ms")),
               text_at(h, "locks")});
  if (table.empty()) return fmt::print(out, "No address has to wait.\n");
  table.print(out);
}

using Render = void (*)(const Json&, std::ostream&);
constexpr std::pair<std::string_view, Render> renders[] = {{"user.first", link},
                                                           {"user.add", link},
                                                           {"user.reset", link},
                                                           {"user.list", users},
                                                           {"user.show", user},
                                                           {"user.set", user},
                                                           {"tenant.list", tenants},
                                                           {"tenant.show", tenant},
                                                           {"tenant.add", tenant},
                                                           {"tenant.set", tenant},
                                                           {"dealer.list", dealers},
                                                           {"dealer.show", dealer},
                                                           {"dealer.set", dealer},
                                                           {"role.list", roles},
                                                           {"role.show", role},
                                                           {"role.copy", role},
                                                           {"role.set", role},
                                                           {"permission.list", permissions},
                                                           {"token.add", token},
                                                           {"token.list", tokens},
                                                           {"sign-in.list", sign_ins},
                                                           {"sign-in.show", sign_in},
                                                           {"sign-in.add", sign_in},
                                                           {"sign-in.set", sign_in},
                                                           {"session.list", sessions},
                                                           {"login.held", held}};

}  // namespace

bool render_people(std::string_view command, const Json& result, std::ostream& out) {
  for (const auto& [name, render] : renders) {
    if (name != command) continue;
    render(result, out);
    return true;
  }
  return false;
}

}  // namespace rf::cli
