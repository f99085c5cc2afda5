#include "app/guard_countries.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/audit.hpp"
#include "app/records.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using Mode = guard::CountryRules::Mode;

constexpr const char* countries_setting = "guard_countries";
constexpr std::string_view mode_names[] = {"off", "allow", "deny"};

/// "allow force AT,DE", "deny KP", or nothing.
std::string written(const guard::CountryRules& rules) {
  if (rules.mode == Mode::off) return {};
  return fmt::format("{}{} {}", mode_names[static_cast<std::size_t>(rules.mode)], rules.forced ? " force" : "",
                     text_of(rules.listed));
}

std::expected<guard::CountryRules, std::string> together(const guard::CountryRules& file,
                                                         const guard::CountryRules& typed) {
  if (typed.mode == Mode::off) return file;
  guard::CountryRules out = file;
  if (file.mode != Mode::off && file.mode != typed.mode)
    return std::unexpected(
        fmt::format("the file {}s countries and commands {} {}; countries are either allowed or denied: change the "
                    "file, or: ringfence guard country remove {}",
                    mode_names[static_cast<std::size_t>(file.mode)], mode_names[static_cast<std::size_t>(typed.mode)],
                    text_of(typed.listed), text_of(typed.listed)));
  out.mode = typed.mode;
  out.listed |= typed.listed;
  out.forced = file.forced || typed.forced;
  return out;
}

std::string sentence(const guard::CountryRules& rules) {
  switch (rules.mode) {
    case Mode::allow_listed:
      return fmt::format("Only {} may talk to us.", text_of(rules.listed));
    case Mode::deny_listed:
      return fmt::format("{} may not talk to us.", text_of(rules.listed));
    case Mode::off:
      break;
  }
  return "Every country may talk to us.";
}

/// The rules after a command. Errors: it does not fit those that are there.
std::expected<guard::CountryRules, Error> changed_by(const guard::CountryRules& file, const guard::CountryRules& typed,
                                                     Mode mode, const command::CountryChange& change) {
  guard::CountryRules out = typed;
  out.forced = change.force;
  if (mode == Mode::off) {
    if ((change.countries & ~typed.listed).any()) {
      const CountrySet unknown = change.countries & ~typed.listed;
      return std::unexpected(Error{Code::not_found, fmt::format("{} is not on the list of commands", text_of(unknown)),
                                   "see: ringfence guard country list; what the file lists is changed in the file"});
    }
    out.listed &= ~change.countries;
    if (out.listed.none()) out = {};
    return out;
  }
  const Mode now = file.mode != Mode::off ? file.mode : typed.mode;
  if (now != Mode::off && now != mode)
    return std::unexpected(
        Error{Code::conflict,
              fmt::format("countries are either allowed or denied, and now: {}", sentence(*together(file, typed))),
              "take these off first: ringfence guard country remove, or in the file"});
  out.mode = mode;
  out.listed |= change.countries;
  return out;
}

}  // namespace

std::expected<guard::CountryRules, std::string> typed_countries(store::Store& store) {
  const auto setting = store.setting(countries_setting);
  if (!setting) return std::unexpected(setting.error().text);
  guard::CountryRules out;
  std::string_view text = *setting ? std::string_view(**setting) : std::string_view();
  if (text.empty()) return out;
  const auto word = [&](std::string_view wanted) {
    const bool there = text.starts_with(wanted) && text.substr(wanted.size()).starts_with(' ');
    if (there) text.remove_prefix(wanted.size() + 1);
    return there;
  };
  if (word("allow"))
    out.mode = Mode::allow_listed;
  else if (word("deny"))
    out.mode = Mode::deny_listed;
  out.forced = word("force");
  const auto listed = parse_countries(text);
  if (out.mode == Mode::off || !listed || listed->none())
    return std::unexpected("the country rules in the database cannot be read");
  out.listed = *listed;
  return out;
}

store::Expected<void> keep_countries(store::Store& store, const guard::CountryRules& rules) {
  return store.set_setting(countries_setting, written(rules));
}

std::expected<guard::CountryRules, std::string> country_rules(const GuardDesk& desk) {
  const auto typed = typed_countries(desk.store);
  if (!typed) return typed;
  return together(desk.settings.guard.rules.countries, *typed);
}

std::optional<RulesChanged> change_countries(const GuardDesk& desk, const command::Command& command) {
  const auto* allow = std::get_if<command::GuardCountryAllow>(&command);
  const auto* deny = std::get_if<command::GuardCountryDeny>(&command);
  const auto* remove = std::get_if<command::GuardCountryRemove>(&command);
  if (!allow && !deny && !remove) return std::nullopt;
  const command::CountryChange& change = allow ? allow->change : deny ? deny->change : remove->change;
  const auto fail = [](Error error) { return RulesChanged{std::unexpected(std::move(error)), nullptr}; };

  const guard::CountryRules& file = desk.settings.guard.rules.countries;
  auto typed = typed_countries(desk.store);
  if (!typed && !remove)
    return fail({Code::failed, typed.error(), "begin anew: ringfence guard country remove DE (any country)"});
  if (!typed) typed = guard::CountryRules{Mode::allow_listed, change.countries};
  const auto after = changed_by(file, *typed,
                                allow  ? Mode::allow_listed
                                : deny ? Mode::deny_listed
                                       : Mode::off,
                                change);
  if (!after) return fail(after.error());
  if (const auto done = keep_countries(desk.store, *after); !done) return fail(error_of(done.error()));
  auto rules = guard_rules(desk, change.caller);
  if (!rules) {
    // As it was.
    static_cast<void>(keep_countries(desk.store, *typed));
    return fail({Code::conflict, fmt::format("{}", fmt::join(rules.error(), "; ")),
                 "nothing was changed; --force does it anyway where somebody would be cut off"});
  }
  const std::string text = sentence(rules->compiled->rules.countries);
  const auto told = [](const std::string& rule) { return rule.empty() ? std::string("-") : rule; };
  return RulesChanged{Json{{"message", text},
                           {told_to_log, fmt::format("{} to {}", told(written(*typed)), told(written(*after)))}},
                      std::move(rules->compiled)};
}

std::optional<Error> fault_in_countries(const config::Settings& settings, CountryBook& countries,
                                        const command::Command& command) {
  const auto* add = std::get_if<command::AddExtension>(&command);
  const auto* set = std::get_if<command::SetExtension>(&command);
  const command::ExtensionSettings* given = add ? &add->settings : set ? &set->settings : nullptr;
  if (!given || !given->countries || given->countries->none()) return std::nullopt;
  countries.look(settings);
  if (countries.countries()) return std::nullopt;
  return Error{Code::conflict, countries.problem(),
               "nothing was changed; install it (tools/install), or name one in guard.country_database"};
}

std::optional<Outcome> show_countries(const GuardDesk& desk, const guard::Compiled& rules,
                                      const command::Command& command, std::int64_t now_wall_ms) {
  const auto* geo = std::get_if<command::GuardGeo>(&command);
  if (!geo && !std::holds_alternative<command::GuardCountryList>(command)) return std::nullopt;
  desk.countries.look(desk.settings);
  const CountryBook& book = desk.countries;
  Json database{{"file", book.file()},
                {"type", book.type()},
                {"built", timestamp(book.built_s() * 1'000)},
                {"ranges", book.countries() ? book.countries()->ranges() : 0},
                {"problem", book.problem()}};
  if (!geo) {
    const auto typed = typed_countries(desk.store);
    if (!typed) return std::unexpected(Error{Code::failed, typed.error(), ""});
    const guard::CountryRules& all = rules.rules.countries;
    return Json{{"mode", mode_names[static_cast<std::size_t>(all.mode)]},
                {"countries", text_of(all.listed)},
                {"of_the_file", text_of(desk.settings.guard.rules.countries.listed)},
                {"of_commands", text_of(typed->listed)},
                {"unknown_allowed", all.mode == Mode::deny_listed || all.mode == Mode::off || all.unknown_allowed},
                {"forced", all.forced},
                {"state", sentence(all)},
                {"database", std::move(database)}};
  }
  if (!book.countries())
    return std::unexpected(
        Error{Code::failed, book.problem(), "install it (tools/install), or name one in guard.country_database"});
  const Address& address = geo->address;
  const Country country = book.countries()->of(address);
  const guard::AccessEntry* entry = rules.access_of(address, now_wall_ms);
  const guard::Protected* kept = rules.protection_of(address);
  // Of an ordinary packet; rules may make exceptions for ports and transports.
  const guard::DefenceRule* rule = rules.defence_of(address, Transport::udp, 5'060);
  std::string why;
  bool passes = true;
  if (address.is_private())
    why = "it is private, nobody's country";
  else if (entry)
    why = fmt::format("the access list {} it", entry->allow ? "allows" : "blocks"), passes = entry->allow;
  else if (kept)
    why = "it is protected: " + kept->what;
  else if (rule && rule->action == guard::Defence::accept)
    why = "a static rule passes it by the country rules: " + text_of(*rule);
  else if (rule)
    why = "a static rule is about it: " + text_of(*rule), passes = false;
  else if (rules.rules.countries.mode == Mode::off)
    why = "there are no country rules";
  else if (passes = rules.country_allowed(address); passes)
    why = country ? fmt::format("{} is allowed", country.text()) : "unknown countries are allowed";
  else
    why = country ? fmt::format("{} is not allowed", country.text()) : "its country is unknown";
  return Json{{"address", address.text()},
              {"country", country ? country.text() : std::string()},
              {"passes", passes},
              {"why", why},
              {"database", std::move(database)}};
}

}  // namespace rf::app
