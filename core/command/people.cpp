#include "core/command/people.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/access/people.hpp"
#include "core/command/people_specs.hpp"
#include "core/document/forms.hpp"

namespace rf::command {
namespace {

using access::Permissions;

constexpr std::string_view class_words[] = {"system", "dealer", "tenant"};
constexpr std::int64_t text_length = static_cast<std::int64_t>(AccessLimits::text_bytes);

constexpr Parameter name_parameter{"name", Kind::text, true, 2, 64, {}, "the name to sign in with"};
constexpr Parameter for_parameter{"for", Kind::text, false, 2, 8, {}, "how long the link is good, such as 2h or 1d"};
constexpr Parameter display_parameter{"display", Kind::text, false, 0, text_length, {}, "what people call them"};
constexpr Parameter email_parameter{"email", Kind::text, false, 0, text_length, {}, "an e-mail address"};
constexpr Parameter extension_parameter{
    "extension", Kind::text, false, 0, 15, {}, "their own extension, one of their tenant; empty: none"};
constexpr Parameter role_parameter{"role", Kind::text, false, 2, 32, {}, "a role, see: ringfence role list"};
constexpr Parameter role_name{"name", Kind::text, true, 2, 32, {}, "the role"};
constexpr Parameter title_parameter{"title", Kind::text, false, 1, text_length, {}, "what people call the role"};
constexpr Parameter user_parameter{"user", Kind::text, false, 2, 64, {}, "only this user's"};
constexpr Parameter first_parameters[] = {for_parameter};
constexpr Parameter add_parameters[] = {
    name_parameter,
    {"class", Kind::text, false, 0, 8, class_words, "whose account it is, tenant when not given"},
    role_parameter,
    display_parameter,
    email_parameter,
    for_parameter,
    {"dealer", Kind::text, false, 2, 32, {}, "of class dealer: whose tenants they reach"},
    extension_parameter};
constexpr Parameter one_user[] = {name_parameter};
constexpr Parameter set_parameters[] = {
    name_parameter,
    display_parameter,
    email_parameter,
    role_parameter,
    {"enabled", Kind::flag, false, 0, 0, {}, "whether they may sign in"},
    {"must_change", Kind::flag, false, 0, 0, {}, "has to choose another password at the next login"},
    extension_parameter};
constexpr Parameter reset_parameters[] = {
    name_parameter, {"second_factor", Kind::flag, false, 0, 0, {}, "their second factor ends, too"}, for_parameter};
constexpr Parameter one_role[] = {role_name};
constexpr Parameter copy_parameters[] = {
    role_name, {"from", Kind::text, true, 2, 32, {}, "the role that it begins as"}, title_parameter};
constexpr Parameter change_parameters[] = {
    role_name,
    title_parameter,
    {"allow", Kind::text, false, 1, 2'048, {}, "permissions, with commas: call.read, call.*, *.read"},
    {"deny", Kind::text, false, 1, 2'048, {}, "permissions that it is to lose"}};
constexpr Parameter token_parameters[] = {
    {"name", Kind::text, true, 1, text_length, {}, "what it is for, for whoever reads the list"},
    {"user", Kind::text, true, 2, 64, {}, "as whom the program acts"},
    {"scope", Kind::text, true, 1, 2'048, {}, "permissions, with commas: cdr.read, call.*, *.read"},
    {"days", Kind::number, false, 1, AccessLimits::token_days, {}, "that it is good for, 90 when not given"}};
constexpr Parameter of_user[] = {user_parameter};
constexpr Parameter one_id[] = {{"id", Kind::text, true, 1, 19, {}, "its id, from the list"}};
constexpr Parameter one_address[] = {{"address", Kind::text, true, 2, 64, {}, "an IPv4 or IPv6 address"}};

constexpr auto specs = std::to_array<Spec>({
    {"user.first", "user.write", "Gives a one-time link that makes the first administrator, while there is none", true,
     false, first_parameters},
    {"user.add", "user.write", "Adds somebody who may sign in, and gives a one-time link to choose a password", true,
     false, add_parameters},
    {"user.list", "user.read", "Lists who may sign in", false, false, {}},
    {"user.show", "user.read", "Shows one of them", false, false, one_user},
    {"user.set", "user.write", "Changes what they are called, may do, or whether they may sign in", true, false,
     set_parameters},
    {"user.remove", "user.write", "Removes a user; sessions and tokens end", true, false, one_user},
    {"user.reset", "user.write", "Ends a password with its sessions and tokens, and gives a link to choose another",
     true, false, reset_parameters},
    {"role.list", "role.read", "Lists roles", false, false, {}},
    {"permission.list", "role.read", "Lists all that there is to be allowed", false, false, {}},
    {"role.show", "role.read", "Shows what a role allows", false, false, one_role},
    {"role.copy", "role.write", "Makes a role of your own out of another one", true, false, copy_parameters},
    {"role.set", "role.write", "Changes what a role of your own allows", true, false, change_parameters},
    {"role.remove", "role.write", "Removes a role of your own that nobody has", true, false, one_role},
    {"token.add", "token.write", "Makes a token for a program and shows it once", true, false, token_parameters},
    {"token.list", "token.read", "Lists tokens, what they are for, and when they were used", false, false, of_user},
    {"token.remove", "token.write", "Removes a token; it ends at once", true, false, one_id},
    {"session.list", "session.read", "Lists who is signed in, from where", false, false, of_user},
    {"session.remove", "session.write", "Signs somebody out at once", true, false, one_id},
    {"login.held", "session.read", "Lists addresses that have to wait after wrong passwords", false, false, {}},
    {"login.release", "session.write", "Lets such an address try again", true, false, one_address},
});

std::unexpected<Error> invalid(std::string message, std::string remedy) {
  return std::unexpected(Error{Code::invalid, std::move(message), std::move(remedy)});
}

template <class T>
std::optional<T> maybe(const Arguments& a, std::string_view name) {
  const auto found = a.find(name);
  return found == a.end() ? std::nullopt : std::optional(std::get<T>(found->second));
}

std::string text(const Arguments& a, std::string_view name) {
  return maybe<std::string>(a, name).value_or("");
}

/// Fills in what was given; the first fault stays.
class Reader {
 public:
  explicit Reader(const Arguments& arguments) : a_(arguments) {}

  std::string login(std::string_view key) {
    std::string name = access::login_name(text(a_, key));
    if (a_.contains(key) && !access::is_login_name(name))
      fault(fmt::format("{} is no login name", key),
            "give 2 to 64 letters, digits and . _ @ + -, beginning and ending with a letter or digit");
    return name;
  }
  std::string role(std::string_view key) {
    std::string name = text(a_, key);
    if (a_.contains(key) && !access::is_role_name(name))
      fault(fmt::format("{} is no name of a role", key), "give 2 to 32 small letters, digits and hyphens");
    return name;
  }
  Permissions permissions(std::string_view key) {
    const auto parsed = Permissions::parse(text(a_, key));
    if (!parsed) {
      fault(fmt::format("{} names no permission: {}", key, parsed.error()), "see: ringfence permission list");
      return {};
    }
    return *parsed;
  }
  std::optional<std::string> email() {
    const auto given = maybe<std::string>(a_, "email");
    const std::size_t at = given ? given->find('@') : 0;
    const bool fine = !given || given->empty() ||
                      (at > 0 && at != std::string::npos && at + 1 < given->size() &&
                       given->find_first_of(" ,;<>\"@", at + 1) == std::string::npos &&
                       given->find_first_of(" ,;<>\"") == std::string::npos);
    if (!fine) fault("email is no e-mail address", "give it such as anna@example.com");
    return given;
  }
  std::uint32_t for_s() {
    const std::string given = text(a_, "for");
    if (given.empty()) return AccessLimits::invitation_s;
    const auto seconds = document::parse_duration(given);
    if (seconds && *seconds >= 60 && *seconds <= AccessLimits::invitation_s_most)
      return static_cast<std::uint32_t>(*seconds);
    fault("for is no time from 1m to 7d", "give it such as 30m, 2h or 1d");
    return 0;
  }
  std::string dealer() {
    std::string name = text(a_, "dealer");
    if ((text(a_, "class") == "dealer") != a_.contains("dealer"))
      fault("users of class dealer have a dealer, and nobody else", "name it: --class dealer --dealer NAME");
    if (a_.contains("dealer") && !access::is_tenant_name(name))
      fault("dealer is no name of one", "give 2 to 32 small letters, digits and hyphens");
    return name;
  }
  std::string extension() {
    std::string number = text(a_, "extension");
    const bool digits = number.size() >= 2 && number.find_first_not_of("0123456789") == std::string::npos;
    if (!number.empty() && !digits)
      fault("extension is no number of one", "give 2 to 15 digits, or an empty text for none", "extension");
    return number;
  }
  std::uint64_t id() {
    std::uint64_t value = 0;
    const std::string given = text(a_, "id");
    for (const char c : given) {
      if (c < '0' || c > '9') {
        fault("id is no number", "take it from the list");
        return 0;
      }
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
  }
  void fault(std::string what, std::string remedy, std::string field = {}) {
    if (!fault_) fault_ = Error{Code::invalid, std::move(what), std::move(remedy), std::move(field)};
  }
  const std::optional<Error>& fault() const { return fault_; }

 private:
  const Arguments& a_;
  std::optional<Error> fault_;
};

PeopleCommand user_command(std::string_view verb, const Arguments& a, Reader& read) {
  if (verb == "first") return FirstUser{read.for_s()};
  if (verb == "list") return ListUsers{};
  std::string name = read.login("name");
  if (verb == "show") return ShowUser{std::move(name)};
  if (verb == "remove") return RemoveUser{std::move(name)};
  if (verb == "reset") return ResetUser{std::move(name), maybe<bool>(a, "second_factor").value_or(false), read.for_s()};
  if (verb == "add")
    return AddUser{std::move(name),
                   access::parse_class(text(a, "class")).value_or(access::Class::tenant_user),
                   read.role("role"),
                   text(a, "display"),
                   read.email().value_or(""),
                   read.for_s(),
                   read.dealer(),
                   read.extension()};
  SetUser out{std::move(name),           maybe<std::string>(a, "display"), read.email(), {},
              maybe<bool>(a, "enabled"), maybe<bool>(a, "must_change")};
  if (a.contains("role")) out.role = read.role("role");
  if (a.contains("extension")) out.extension = read.extension();
  if (a.size() == 1) read.fault("nothing to change was given", "name at least one setting, see --help");
  return out;
}

PeopleCommand role_command(std::string_view verb, const Arguments& a, Reader& read) {
  if (verb == "list") return ListRoles{};
  std::string name = read.role("name");
  if (verb == "show") return ShowRole{std::move(name)};
  if (verb == "remove") return RemoveRole{std::move(name)};
  if (verb == "copy") return CopyRole{std::move(name), read.role("from"), text(a, "title")};
  SetRole out{std::move(name), maybe<std::string>(a, "title"), read.permissions("allow"), read.permissions("deny")};
  if (a.size() == 1) read.fault("nothing to change was given", "name at least one setting, see --help");
  return out;
}

PeopleCommand other_command(std::string_view name, const Arguments& a, Reader& read) {
  if (name == "token.add") {
    const auto days = maybe<std::int64_t>(a, "days").value_or(90);
    return AddToken{read.login("user"), text(a, "name"), read.permissions("scope"), static_cast<std::uint32_t>(days)};
  }
  if (name == "permission.list") return ListPermissions{};
  if (name == "token.list") return ListTokens{read.login("user")};
  if (name == "token.remove") return RemoveToken{read.id()};
  if (name == "session.list") return ListSessions{read.login("user")};
  if (name == "session.remove") return RemoveSession{read.id()};
  if (name == "login.held") return ListHeld{};
  return ReleaseHeld{Address::parse(text(a, "address")).value_or(Address())};
}

}  // namespace

std::span<const Spec> people_specs() {
  return specs;
}

std::expected<std::optional<Command>, Error> people_command(const Spec& spec, const Arguments& arguments) {
  if (std::none_of(specs.begin(), specs.end(), [&](const Spec& each) { return each.name == spec.name; }))
    return std::nullopt;
  Reader read(arguments);
  const std::size_t dot = spec.name.find('.');
  const std::string_view group = spec.name.substr(0, dot), verb = spec.name.substr(dot + 1);
  PeopleCommand out = group == "user"   ? user_command(verb, arguments, read)
                      : group == "role" ? role_command(verb, arguments, read)
                                        : other_command(spec.name, arguments, read);
  if (read.fault()) return std::unexpected(*read.fault());
  if (const auto* token = std::get_if<AddToken>(&out); token != nullptr && token->scope.empty())
    return invalid("the scope allows nothing", "name permissions, see: ringfence permission list");
  return Command(std::move(out));
}

}  // namespace rf::command
