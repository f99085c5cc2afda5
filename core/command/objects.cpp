#include "core/command/objects.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <deque>
#include <string>

#include "core/base/limits/toll.hpp"
#include "core/document/object.hpp"
#include "core/number/plan.hpp"

namespace rf::command {
namespace {

namespace doc = rf::document;
using doc::Key;

constexpr std::string_view kind_texts[] = {"the country, the money and the time of calls",
                                           "a limit",
                                           "a schedule",
                                           "a department",
                                           "a trunk",
                                           "a list of PINs or account codes",
                                           "a calling role",
                                           "an outbound route",
                                           "a ring group",
                                           "an inbound route",
                                           "an extension",
                                           "a number list",
                                           "a rate deck"};

constexpr Parameter name_parameter{"name", Kind::text, true, 1, 96, {}, "its name"};
constexpr Parameter limit_name{"name",
                               Kind::text,
                               true,
                               1,
                               96,
                               {},
                               "system, tenant, extension, extension.1001, department.NAME, trunk or trunk.NAME"};
constexpr Parameter force{
    "force", Kind::flag, false, 0, 0, {}, "also when it lets whoever forges an address call at your cost"};
constexpr Parameter force_policy{
    "force", Kind::flag, false, 0, 0, {}, "also when it lets somebody who showed no password call at your cost"};
constexpr Parameter since{"since_ms",
                          Kind::number,
                          false,
                          0,
                          INT64_MAX,
                          {},
                          "calls of the past from then on are asked again; those of 31 days when not given"};
constexpr Parameter caller{
    "caller", Kind::text, false, 2, 64, {}, "your own address, not to be cut off; else that of your SSH session"};
constexpr Parameter remove{"remove", Kind::flag, false, 0, 0, {}, "what is not in the file goes"};
constexpr Parameter standing{
    "default", Kind::text, false, 1, 1'024, {}, "keys that are to have their standing values again, with commas"};
constexpr std::int64_t text_bytes = static_cast<std::int64_t>(DocumentLimits::file_bytes);
constexpr std::string_view purpose_words[] = {"call", "forward", "transfer"};
constexpr Parameter policy_text{"text", Kind::lines, true, 0, text_bytes, {}, "as policy export writes it"};

/// What the specs point to.
struct Shelf {
  std::deque<std::string> texts;
  std::deque<std::vector<Parameter>> parameters;

  std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
  std::span<const Parameter> keep(std::vector<Parameter> list) { return parameters.emplace_back(std::move(list)); }

  Parameter parameter_of(const Key& key) {
    Parameter out{key.name, Kind::text, false, 0, static_cast<std::int64_t>(DocumentLimits::object_bytes),
                  {},       key.help};
    if (key.type == doc::Type::flag) out.kind = Kind::flag;
    if (key.type == doc::Type::number) {
      out.kind = Kind::number;
      out.min = key.min;
      out.max = key.max;
    }
    if (key.type == doc::Type::word && !key.list) out.words = key.words;
    std::string help(key.help);
    if (key.list) help += fmt::format(", several with {}", key.separator);
    if (key.list && !key.words.empty()) help += fmt::format(": {}", fmt::join(key.words, ", "));
    if (!key.standing.empty()) help += fmt::format(" ({})", key.standing);
    out.help = keep(std::move(help));
    return out;
  }

  void add_keys(doc::Kind kind, std::vector<Parameter>& out) {
    for (const Key& key : doc::all_keys_of(kind))
      if (!key.account && !key.apart) out.push_back(parameter_of(key));
  }
};

std::string permission_of(doc::Kind kind, bool changes) {
  return fmt::format("{}.{}", name_of(kind), changes ? "write" : "read");
}

class Maker {
 public:
  explicit Maker(Shelf& shelf, std::vector<Spec>& out) : shelf_(shelf), out_(out) {}

  void kind(doc::Kind kind) {
    const std::string_view text = kind_texts[static_cast<std::size_t>(kind)];
    const bool rows = kind == doc::Kind::deck || kind == doc::Kind::number_list;
    const Parameter name = kind == doc::Kind::limit ? limit_name : name_parameter;
    std::vector<Parameter> named{name}, set;
    if (!is_single(kind)) set.push_back(name);
    shelf_.add_keys(kind, set);
    std::vector<Parameter> add = set;
    set.push_back(standing);
    if (kind == doc::Kind::trunk) set.push_back(force), add.push_back(force);
    if (kind == doc::Kind::route || kind == doc::Kind::inbound || kind == doc::Kind::ring_group)
      set.push_back(force_policy), add.push_back(force_policy);
    if (rows) {
      add.push_back({"text",
                     Kind::lines,
                     true,
                     0,
                     text_bytes,
                     {},
                     kind == doc::Kind::deck ? "CSV: prefix,rate_per_min and more" : "numbers, one a line"});
      if (kind == doc::Kind::deck)
        add.push_back({"replace", Kind::flag, false, 0, 0, {}, "from the sheet's beginning on only the sheet counts"});
      spec(kind, "import", fmt::format("Reads {} out of a file, all or nothing", text), true, add);
      spec(kind, "set", fmt::format("Changes what is said of {}, not its lines", text), true, set);
    } else {
      const bool by_set = kind == doc::Kind::limit || is_single(kind);
      if (!by_set) spec(kind, "add", fmt::format("Adds {}", text), true, add);
      spec(kind, "set", fmt::format("{} {}", by_set ? "Sets" : "Changes", text), true, set);
    }
    if (is_single(kind)) return spec(kind, "show", fmt::format("Shows {}", text), false, {});
    spec(kind, "remove", fmt::format("Removes {}", text), true, named);
    spec(kind, "list", fmt::format("Lists every {}", text.substr(text.find(' ') + 1)), false, {});
    spec(kind, "show", fmt::format("Shows {} with every value that holds for it", text), false, named);
    if (is_ordered(kind)) {
      named.push_back({"before", Kind::text, false, 1, 96, {}, "to before this one; else behind all"});
      spec(kind, "move", fmt::format("Puts {} in another place; the first that fits decides", text), true, named);
    }
    if (kind == doc::Kind::trunk)
      spec(kind, "password", "Takes a trunk's password from standard input or the terminal", true,
           {name_parameter, {"password", Kind::secret, true, 1, 128, {}, "the provider's"}});
  }

  void policy() {
    add({"policy.export", "policy.read",
         "Writes all that commands configured about calls, the guard and events as one file", false, false, {}});
    add({"policy.plan", "policy.read",
         "Tells what such a file would change, what it would have made of the calls of the past, and what is wrong "
         "with it",
         false, false, shelf_.keep({policy_text, remove, since, caller})});
    add({"policy.apply", "policy.write", "Makes it so, all or nothing", true, false,
         shelf_.keep({policy_text, remove, force_policy, caller})});
    const Parameter list{"name", Kind::text, true, 1, 64, {}, "the list of PINs"};
    const Parameter account{
        "account", Kind::text, true, 1, 64, {}, "whose it is, or the account code; stands in call records"};
    add({"pin.add", "pin-list.write", "Makes a PIN for an account and shows it once, or takes an account code", true,
         false, shelf_.keep({list, account, {"pin", Kind::secret, false, 6, 16, {}, "instead of one that is made"}})});
    add({"pin.remove", "pin-list.write", "Takes an account's PIN away", true, false, shelf_.keep({list, account})});
    add({"pin.list", "pin-list.read",
         "Lists the accounts that have a PIN, which cannot be shown again, or the account codes", false, false,
         shelf_.keep({list})});
    countries();
    add({"route.test", "route.read", "Tells whether a call may leave, by which trunk, at which price, and why", false,
         false,
         shelf_.keep({{"from", Kind::text, true, 2, 15, {}, "the extension that calls"},
                      {"to", Kind::text, true, 1, 128, {}, "what it dials"},
                      {"for", Kind::text, false, 4, 8, purpose_words, "what it dials for; a call when absent"},
                      {"at_ms", Kind::number, false, 0, INT64_MAX, {}, "at this time, in ms since 1970"}})});
    add({"inbound.test", "inbound.read", "Tells whether a call from outside would be taken, by whom, and why", false,
         false,
         shelf_.keep(
             {{"trunk", Kind::text, true, 1, 64, {}, "the trunk that brings it"},
              {"to", Kind::text, true, 1, 64, {}, "the number that is called, as the trunk writes it"},
              {"from", Kind::text, false, 1, 64, {}, "who calls, as the trunk writes it; without it nobody known"},
              {"at_ms", Kind::number, false, 0, INT64_MAX, {}, "at this time, in ms since 1970"}})});
    add({"emergency.test", "route.read", "Tells what an emergency call would do, without making it", false, false,
         shelf_.keep({{"number", Kind::text, true, 2, 15, {}, "the emergency number, such as 112"},
                      {"from", Kind::text, true, 2, 15, {}, "the extension that calls"}})});
    add({"reach", "spend.read", "Lists who can reach which numbers that cost money, and who does so without a password",
         false, false,
         shelf_.keep(
             {{"from", Kind::text, false, 2, 15, {}, "an extension, or outside: who showed no password"},
              {"to", Kind::text, false, 2, 16, {}, "a country such as GB, or a kind of number such as premium"}})});
  }

  void countries() {
    const Parameter codes{"countries", Kind::text, true, 2, 2'048, {}, "countries by their codes, such as CU or CU,KP"};
    const Parameter of{"of", Kind::text, false, 6, 96, {}, "for whom: system, tenant or department.NAME (tenant)"};
    add({"country.allow", "limit.write", "Lets people call these countries, as far as their rights go", true, false,
         shelf_.keep({codes, of, {"only", Kind::flag, false, 0, 0, {}, "and abroad none but these"}})});
    add({"country.deny", "limit.write", "Lets nobody call these countries, whatever other rules allow", true, false,
         shelf_.keep({codes, of})});
    add({"country.list", "limit.read", "Lists which countries may be called, and who denies the others", false, false,
         shelf_.keep({{"of",
                       Kind::text,
                       false,
                       6,
                       96,
                       {},
                       "for whom: system, tenant, department.NAME or extension.NUMBER (tenant)"}})});
  }

 private:
  void add(const Spec& spec) { out_.push_back(spec); }
  void spec(doc::Kind kind, std::string_view verb, std::string summary, bool changes, std::vector<Parameter> list) {
    add({shelf_.keep(fmt::format("{}.{}", name_of(kind), verb)), shelf_.keep(permission_of(kind, changes)),
         shelf_.keep(std::move(summary)), changes, false, shelf_.keep(std::move(list))});
  }

  Shelf& shelf_;
  std::vector<Spec>& out_;
};

std::unexpected<Error> invalid(std::string message, std::string remedy, std::string_view field = {}) {
  return std::unexpected(Error{Code::invalid, std::move(message), std::move(remedy), std::string(field)});
}

std::string text_at(const Arguments& arguments, std::string_view name) {
  const auto found = arguments.find(name);
  return found == arguments.end() ? std::string() : std::get<std::string>(found->second);
}

bool flag_at(const Arguments& arguments, std::string_view name) {
  const auto found = arguments.find(name);
  return found != arguments.end() && std::get<bool>(found->second);
}

std::int64_t number_at(const Arguments& arguments, std::string_view name) {
  const auto found = arguments.find(name);
  return found == arguments.end() ? 0 : std::get<std::int64_t>(found->second);
}

std::string text_of(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get<std::string>(value);
}

/// "trunk.add" is trunk, add.
std::optional<std::pair<doc::Kind, std::string_view>> parts_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  const auto kind = doc::kind_of_command(name.substr(0, dot));
  if (!kind || dot == std::string_view::npos || name.ends_with(".test")) return std::nullopt;
  return std::pair{*kind, name.substr(dot + 1)};
}

std::expected<std::optional<Command>, Error> pin_command(const Spec& spec, const Arguments& a) {
  std::string list = text_at(a, "name"), account = text_at(a, "account");
  if (auto fault = doc::fault_of_name(doc::Kind::pin_list, list))
    return invalid(std::move(*fault), "name a list", "name");
  if (spec.name == "pin.list") return Command(ListPins{std::move(list)});
  if (doc::fault_of_name(doc::Kind::pin_list, account))
    return invalid("an account has 1 to 64 letters, digits, - and _", "name it otherwise; it stands in call records",
                   "account");
  if (spec.name == "pin.remove") return Command(RemovePin{std::move(list), std::move(account)});
  AddPin add{std::move(list), std::move(account), std::nullopt};
  if (a.contains("pin")) add.pin.emplace(text_at(a, "pin"));
  return Command(std::move(add));
}

std::expected<std::optional<Command>, Error> country_command(const Spec& spec, const Arguments& a) {
  std::string of = text_at(a, "of");
  if (of.empty()) of = name_of(doc::Scope::tenant);
  const bool lists = spec.name == "country.list";
  if (auto fault = doc::fault_of_name(doc::Kind::limit, of)) return invalid(std::move(*fault), "see --help", "of");
  const auto scope = doc::scope_of(of);
  const bool of_one = lists && scope == doc::Scope::extension && !doc::subject_of(of).empty();
  if (!of_one && scope != doc::Scope::system && scope != doc::Scope::tenant && scope != doc::Scope::department)
    return invalid(
        fmt::format("countries are allowed and denied by the system, a tenant or a department, not by {}", of),
        lists ? "give --of extension.1001, or another of these" : "an extension and its role have their own: --abroad",
        "of");
  if (lists) return Command(ListCountries{std::move(of)});
  const auto countries = parse_countries(text_at(a, "countries"));
  if (!countries || countries->none())
    return invalid("countries holds something else than codes of two letters", "give them such as CU or CU,KP",
                   "countries");
  if (spec.name == "country.deny") return Command(DenyCountries{std::move(of), *countries});
  return Command(AllowCountries{std::move(of), *countries, flag_at(a, "only")});
}

}  // namespace

std::vector<Spec> with_objects(std::span<const Spec> fixed) {
  static Shelf shelf;
  std::vector<Spec> out(fixed.begin(), fixed.end());
  for (Spec& spec : out)
    if (spec.name == "extension.add" || spec.name == "extension.set") {
      std::vector<Parameter> list(spec.parameters.begin(), spec.parameters.end());
      shelf.add_keys(doc::Kind::extension, list);
      list.push_back(standing);
      spec.parameters = shelf.keep(std::move(list));
    }
  Maker maker(shelf, out);
  for (std::size_t i = 0; i < doc::kind_count; ++i)
    if (const auto kind = doc::kind_of_command(doc::name_of(static_cast<doc::Kind>(i)));
        kind && *kind != doc::Kind::extension)
      maker.kind(*kind);
  maker.policy();
  return out;
}

std::expected<std::vector<ObjectValue>, Error> object_values(const Spec& spec, const Arguments& arguments) {
  std::vector<ObjectValue> out;
  const auto parts = parts_of(spec.name);
  if (!parts || !spec.changes) return out;
  const std::span<const Key> keys = doc::all_keys_of(parts->first);
  for (const auto& [name, value] : arguments) {
    const Key* key = find(keys, name);
    if (key == nullptr || key->account || key->apart) continue;
    auto values = doc::values_of(*key, text_of(value));
    if (!values) return invalid(values.error().text, values.error().remedy, name);
    out.push_back({name, std::move(*values)});
  }
  std::string_view names = {};
  const std::string given = text_at(arguments, "default");
  for (names = given; !names.empty();) {
    const std::size_t comma = std::min(names.find(','), names.size());
    const std::string name(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
    const Key* key = find(keys, name);
    if (key == nullptr || key->account || key->apart)
      return invalid(fmt::format("default names no key: {}", name), "see --help", "default");
    out.push_back({name, {}, true});
  }
  return out;
}

std::expected<std::optional<Command>, Error> object_command(const Spec& spec, const Arguments& a,
                                                            std::vector<ObjectValue>& values) {
  if (spec.name == "policy.export") return Command(PolicyExport{});
  if (spec.name == "policy.plan")
    return Command(PolicyPlan{text_at(a, "text"), flag_at(a, "remove"), number_at(a, "since_ms"),
                              Address::parse(text_at(a, "caller"))});
  if (spec.name == "policy.apply")
    return Command(PolicyApply{text_at(a, "text"), flag_at(a, "remove"), flag_at(a, "force"),
                               Address::parse(text_at(a, "caller"))});
  if (spec.name == "route.test")
    return Command(TestRoute{text_at(a, "from"), text_at(a, "to"), number_at(a, "at_ms"), text_at(a, "for")});
  if (spec.name == "inbound.test")
    return Command(TestInbound{text_at(a, "trunk"), text_at(a, "to"), text_at(a, "from"), number_at(a, "at_ms")});
  if (spec.name == "emergency.test") return Command(TestEmergency{text_at(a, "number"), text_at(a, "from")});
  if (spec.name == "reach") {
    const std::string to = text_at(a, "to");
    if (!to.empty() && !Country::parse(to) && !number::parse_class(to))
      return invalid(fmt::format("{} is neither a country's code nor a kind of number", to),
                     "give a code such as GB, or one of fixed, mobile, premium, shared_cost, personal, satellite",
                     "to");
    return Command(ShowReach{text_at(a, "from"), to});
  }
  if (spec.name.starts_with("pin.")) return pin_command(spec, a);
  if (spec.name.starts_with("country.")) return country_command(spec, a);
  const auto parts = parts_of(spec.name);
  if (!parts || parts->first == doc::Kind::extension) return std::nullopt;
  const auto [kind, verb] = *parts;
  if (verb == "list") return Command(ListObjects{kind});
  std::string name = text_at(a, "name");
  if (auto fault = doc::fault_of_name(kind, name)) return invalid(std::move(*fault), "give another name", "name");
  if (verb == "show") return Command(ShowObject{kind, std::move(name)});
  if (verb == "remove") return Command(RemoveObject{kind, std::move(name)});
  if (verb == "move") return Command(MoveObject{kind, std::move(name), text_at(a, "before")});
  if (verb == "password")
    return Command(SetTrunkPassword{std::move(name), Secret<std::string>(text_at(a, "password"))});
  if (verb == "import")
    return Command(ImportRows{kind, std::move(name), text_at(a, "text"), std::move(values), flag_at(a, "replace")});
  if (verb == "set" && values.empty())
    return invalid("nothing to change was given", "name at least one setting, see --help");
  return Command(PutObject{kind, std::move(name), verb == "add", std::move(values), flag_at(a, "force")});
}

}  // namespace rf::command
