#include "app/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <type_traits>

#include "app/records.hpp"
#include "app/web_reach.hpp"
#include "core/access/asker.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using Settings = config::Settings;
using Value = decltype(config::Above::value);

constexpr const char* kept_setting = "settings";

enum class Type : std::uint8_t { number, flag, text, list };
constexpr std::string_view type_names[] = {"number", "switch", "text", "list"};

/// Which side of a value protects better, and so whether the file may count when a kept value does not fit.
enum class Stricter : std::uint8_t {
  higher,
  lower,
  neither,  ///< the file may always count
  unknown,  ///< the file may never count
};

/// A key that commands may set. Nothing is here that names a file, an account of the host, a socket, or a place that
/// anything is sent to: whoever has stolen a session gets no further with these than the pages let him get anyway.
struct Key {
  std::string_view name;
  Type type;
  std::string_view unit;
  Stricter stricter;
  std::string (*read)(const Settings&);
  std::string_view meaning;
  std::span<const std::string_view> words = {};  ///< a list is of these alone
  std::int64_t least = INT64_MIN;                ///< by command: nobody wipes his traces with a stolen session
  bool never_too_long = false;                   ///< 0 means for ever, which is as good as any number
  bool restart = false;                          ///< only a start takes it over
};

std::string joined(const std::vector<std::string>& list) {
  return fmt::format("{}", fmt::join(list, ","));
}

std::string classes_of(const std::array<bool, access::class_count>& which) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < which.size(); ++i)
    if (which[i]) out.emplace_back(name_of(static_cast<access::Class>(i)));
  return joined(out);
}

std::string blocks_of(const std::vector<Subnet>& blocks) {
  std::vector<std::string> out;
  for (const Subnet& block : blocks) out.push_back(block.text());
  return joined(out);
}

std::string shortest_of(const Settings& s, access::Class of) {
  return std::to_string(s.login.passwords[static_cast<std::size_t>(of)].shortest);
}

std::string word_of(bool flag) {
  return flag ? "true" : "false";
}

constexpr std::string_view class_words[] = {"system", "dealer", "tenant"};

constexpr Key keys[] = {
    {"login.password_system", Type::number, "characters", Stricter::higher,
     [](const Settings& s) { return shortest_of(s, access::Class::system_administrator); },
     "the shortest password of people of the system"},
    {"login.password_dealer", Type::number, "characters", Stricter::higher,
     [](const Settings& s) { return shortest_of(s, access::Class::dealer); },
     "the shortest password of people of a dealer"},
    {"login.password_tenant", Type::number, "characters", Stricter::higher,
     [](const Settings& s) { return shortest_of(s, access::Class::tenant_user); },
     "the shortest password of people of a tenant"},
    {"login.second_factor", Type::list, "", Stricter::unknown,
     [](const Settings& s) { return classes_of(s.login.second_factor); },
     "who has to have a second factor, and sets one up when signing in the next time", class_words},
    {"login.email_codes", Type::list, "", Stricter::unknown,
     [](const Settings& s) { return classes_of(s.login.email_codes); },
     "for whom a code by e-mail is a second factor", class_words},
    {"login.idle_s", Type::number, "s", Stricter::lower,
     [](const Settings& s) { return std::to_string(s.login.sessions.idle_s); },
     "so long after its last use somebody is signed out"},
    {"login.session_s", Type::number, "s", Stricter::lower,
     [](const Settings& s) { return std::to_string(s.login.sessions.absolute_s); },
     "so long after signing in somebody has to do it again"},
    {"login.failures", Type::number, "", Stricter::lower,
     [](const Settings& s) { return std::to_string(s.login.throttle.failures); },
     "so many wrong logins of one address, then it has to wait"},
    {"login.failures_at_name", Type::number, "", Stricter::lower,
     [](const Settings& s) { return std::to_string(s.login.throttle.name_failures); },
     "so many wrong logins of one address at one name, then it has to wait"},
    {"login.failures_of_account", Type::number, "", Stricter::lower,
     [](const Settings& s) { return std::to_string(s.login.throttle.account_failures); },
     "so many wrong logins at one name within an hour, then strangers have an attempt in 30 s"},
    {"login.window_s", Type::number, "s", Stricter::higher,
     [](const Settings& s) { return std::to_string(s.login.throttle.window_s); },
     "within this time wrong logins are counted together"},
    {"login.lock_s", Type::number, "s", Stricter::higher,
     [](const Settings& s) { return std::to_string(s.login.throttle.lock_s); },
     "so long an address has to wait the first time; twice as long each time within a day"},
    {"login.locks", Type::number, "", Stricter::lower,
     [](const Settings& s) { return std::to_string(s.login.throttle.locks); },
     "so often within a day an address waits, then until somebody releases it"},
    {"web.permitted", Type::list, "", Stricter::unknown,
     [](const Settings& s) { return blocks_of(s.web.permitted); },
     "from where pages and API may be asked, such as 192.0.2.0/24; empty: from anywhere"},
    {"acme.terms_agreed", Type::flag, "", Stricter::neither,
     [](const Settings& s) { return word_of(s.acme.enabled); },
     "whether the authority gives certificates, to whose terms you agree by this"},
    {"acme.names", Type::list, "", Stricter::neither, [](const Settings& s) { return joined(s.acme.names); },
     "the names of the certificate, which have to lead here; else those of server.domains"},
    {"acme.contact", Type::text, "", Stricter::neither, [](const Settings& s) { return s.acme.contact; },
     "the e-mail address that the authority may tell of trouble"},
    {"records.keep_days", Type::number, "days", Stricter::unknown,
     [](const Settings& s) { return std::to_string(s.records.keep_days); },
     "so long call records are kept; 0: for ever", {}, 30, true},
    {"trace.days", Type::number, "days", Stricter::higher,
     [](const Settings& s) { return std::to_string(s.trace.keep.days); },
     "so long recorded signalling is kept", {}, 7},
    {"media.transcode", Type::flag, "", Stricter::neither,
     [](const Settings& s) { return word_of(s.media.transcode); },
     "whether calls are transcoded whose sides share no codec", {}, INT64_MIN, false, true},
};

const Key* find_key(std::string_view name) {
  const auto at = std::find_if(std::begin(keys), std::end(keys), [&](const Key& each) { return each.name == name; });
  return at == std::end(keys) ? nullptr : &*at;
}

std::string_view section_of(std::string_view name) {
  return name.substr(0, name.find('.'));
}

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::vector<std::string> listed(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view one = text.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    out.emplace_back(one);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return out;
}

/// As the file would say it. What is not of the type stays a text, which the file's own checks refuse in their words.
Value value_of(const Key& key, const std::string& typed) {
  if (key.type == Type::list) return listed(typed);
  if (key.type == Type::flag && (typed == "true" || typed == "false")) return typed == "true";
  if (key.type == Type::number)
    if (const auto number = whole(typed)) return *number;
  return typed;
}

std::string text_of(const Value& value) {
  return std::visit(
      [](const auto& each) -> std::string {
        using Each = std::decay_t<decltype(each)>;
        if constexpr (std::is_same_v<Each, bool>)
          return word_of(each);
        else if constexpr (std::is_same_v<Each, std::int64_t>)
          return std::to_string(each);
        else if constexpr (std::is_same_v<Each, std::string>)
          return each;
        else
          return joined(each);
      },
      value);
}

/// Names and contact of a certificate may stand before anybody agreed to the terms, and do nothing until then.
bool has_acme(const KeptSettings& kept, const config::Reading& file) {
  const auto agreed = kept.find("acme.terms_agreed");
  return file.said.contains("acme") || (agreed != kept.end() && agreed->second != "false");
}

std::vector<config::Above> above_of(const KeptSettings& kept, const config::Reading& file) {
  std::vector<config::Above> out;
  for (const auto& [name, typed] : kept) {
    const Key* const key = find_key(name);
    const std::string_view section = section_of(name);
    if (key == nullptr || (section == "acme" && !has_acme(kept, file))) continue;
    out.push_back({std::string(section), name.substr(section.size() + 1), value_of(*key, typed)});
  }
  return out;
}

bool is_about(const config::Problem& problem, std::string_view name) {
  return problem.what.starts_with(name) && problem.what.substr(name.size()).starts_with(' ');
}

/// The kept keys that a fault is about: by its name, else all of its section.
std::vector<std::string> misfits(const KeptSettings& kept, const std::vector<config::Problem>& problems) {
  std::vector<std::string> named, beside;
  for (const auto& [name, typed] : kept)
    for (const config::Problem& problem : problems) {
      if (is_about(problem, name))
        named.push_back(name);
      else if (section_of(problem.what) == section_of(name))
        beside.push_back(name);
      else
        continue;
      break;
    }
  return named.empty() ? beside : named;
}

/// The fault that is about this key, else the first.
const config::Problem& told_of(const std::vector<config::Problem>& problems, std::string_view name) {
  const auto here = std::ranges::find_if(problems, [&](const auto& each) { return is_about(each, name); });
  return here == problems.end() ? problems.front() : *here;
}

bool file_may_count(const Key& key, const std::string& typed, const Settings& file) {
  if (key.stricter == Stricter::neither) return true;
  const auto kept = whole(typed), said = whole(key.read(file));
  if (key.stricter == Stricter::unknown || !kept || !said) return false;
  return key.stricter == Stricter::higher ? *said >= *kept : *said <= *kept;
}

Error fault_of_file(const std::vector<config::Problem>& problems) {
  return {Code::invalid, problems.front().text(), "ringfence config check names every fault"};
}

Error unreadable(std::string why) {
  return {Code::failed, std::move(why), fmt::format("begin anew: ringfence setting remove {}", keys[0].name)};
}

Error does_not_fit(std::string_view name, std::string_view what) {
  return {Code::invalid, fmt::format("what a command keeps above the file does not fit: {}", what),
          fmt::format("to go by the file: ringfence setting remove {}", name)};
}

Error unknown_key(const std::string& name) {
  return {Code::not_found, fmt::format("{} cannot be set by command", name),
          "see: ringfence setting list; all other keys are the file's", "name"};
}

std::expected<void, Error> keep(store::Store& store, const KeptSettings& kept) {
  if (const auto done = store.set_setting(kept_setting, Json(kept).dump()); !done)
    return std::unexpected(error_of(done.error()));
  return {};
}

/// Where what is typed cannot be, though the file could say it.
std::optional<Error> fault_by_command(const Key& key, const std::string& typed) {
  const auto number = whole(typed);
  if (!number || *number >= key.least || (*number == 0 && key.never_too_long)) return std::nullopt;
  return Error{Code::invalid, fmt::format("{} is {}, which only the file may say", key.name, *number),
               fmt::format("give {} or more: whoever steals a session is not to delete what shows it", key.least),
               "value"};
}

/// What of `kept` fits together with the file. Errors: what does not, and may not be passed over.
std::expected<Settled, Error> settle(const cli::Place& place, const Settings& file, const config::Reading& read,
                                     KeptSettings kept) {
  Settled out;
  for (const auto& [name, typed] : kept)
    if (find_key(name) == nullptr)
      return std::unexpected(does_not_fit(name, fmt::format("{} cannot be set by command", name)));
  auto all = loaded_of(place, above_of(kept, read));
  while (!all) {
    const std::vector<std::string> wrong = misfits(kept, all.error());
    if (wrong.empty()) return std::unexpected(fault_of_file(all.error()));
    for (const std::string& name : wrong) {
      const std::string& what = told_of(all.error(), name).what;
      if (!file_may_count(*find_key(name), kept.at(name), file)) return std::unexpected(does_not_fit(name, what));
      out.passed_over.push_back(
          fmt::format("{} goes by the file, since what a command keeps does not fit: {}; to forget that: ringfence "
                      "setting remove {}",
                      name, what, name));
      kept.erase(name);
    }
    all = loaded_of(place, above_of(kept, read));
  }
  out.settings = std::move(*all);
  for (const auto& [name, typed] : kept)
    if (const Key& key = *find_key(name); read.said.contains(name) && key.read(file) != key.read(out.settings))
      out.held.push_back(fmt::format(
          "the file says otherwise of {}, a command holds it as it is; to go by the file: ringfence setting remove {}",
          name, name));
  return out;
}

/// The whole configuration with these in place of what commands keep now, of which `about` was changed.
std::expected<Settled, Error> tried(const cli::Place& place, const KeptSettings& kept, std::string_view about) {
  config::Reading read;
  const auto file = loaded_of(place, {}, &read);
  if (!file) return std::unexpected(fault_of_file(file.error()));
  KeptSettings used = kept;
  // Checked now, though it counts only when somebody agrees.
  const bool idle = section_of(about) == "acme" && kept.contains(std::string(about)) && !has_acme(kept, read);
  if (idle) used["acme.terms_agreed"] = "true";
  if (const auto all = loaded_of(place, above_of(used, read)); !all) {
    const auto own = [&](const config::Problem& each) { return is_about(each, about); };
    const auto beside = [&](const config::Problem& each) {
      const bool of_another = std::ranges::any_of(
          used, [&](const auto& other) { return other.first != about && is_about(each, other.first); });
      return !idle && !of_another && section_of(each.what) == section_of(about);
    };
    const auto& faults = all.error();
    auto told = std::ranges::find_if(faults, own);
    if (told == faults.end()) told = std::ranges::find_if(faults, beside);
    if (told != faults.end()) return std::unexpected(Error{Code::invalid, told->what, told->remedy, "value"});
  }
  return settle(place, *file, read, kept);
}

Json json_of(const Key& key, const KeptSettings& kept, const Settings& file, const config::Reading& read,
             const Settings* in_force) {
  const auto typed = kept.find(std::string(key.name));
  const bool by_command = typed != kept.end();
  const std::string said = key.read(file), value = by_command ? typed->second : said;
  Json out{{"name", key.name},
           {"section", section_of(key.name)},
           {"meaning", key.meaning},
           {"type", type_names[static_cast<std::size_t>(key.type)]},
           {"unit", key.unit},
           {"words", key.words},
           {"standing", key.read(config::defaults())},
           {"file", said},
           {"value", value},
           {"source", by_command ? "command" : read.said.contains(std::string(key.name)) ? "file" : "standing"},
           {"restart", key.restart},
           {"waits", key.restart && in_force != nullptr && key.read(*in_force) != value}};
  if (const auto bounds = read.bounds.find(std::string(key.name)); bounds != read.bounds.end()) {
    out["least"] = key.never_too_long ? bounds->second.first : std::max(bounds->second.first, key.least);
    out["most"] = bounds->second.second;
  }
  return out;
}

}  // namespace

std::expected<KeptSettings, std::string> kept_settings(store::Store& store) {
  const auto setting = store.setting(kept_setting);
  if (!setting) return std::unexpected(setting.error().text);
  if (!*setting || (*setting)->empty()) return KeptSettings();
  const Json read = Json::parse(**setting, nullptr, false);
  KeptSettings out;
  bool good = read.is_object();
  if (good)
    for (const auto& [name, typed] : read.items()) {
      good = good && typed.is_string();
      if (good) out[name] = typed.get<std::string>();
    }
  if (!good) return std::unexpected("what commands keep above the file cannot be read in the database");
  return out;
}

std::expected<Settled, Error> settled(const cli::Place& place, store::Store& store) {
  config::Reading read;
  const auto file = loaded_of(place, {}, &read);
  if (!file) return std::unexpected(settings_of(place).error());
  auto kept = kept_settings(store);
  if (!kept) return std::unexpected(unreadable(kept.error()));
  return settle(place, *file, read, std::move(*kept));
}

void take_settable(Settings& into, const Settings& from) {
  into.login = from.login;
  into.web = from.web;
  into.acme = from.acme;
  into.records = from.records;
  into.trace = from.trace;
  into.media = from.media;
}

std::optional<Outcome> show_settings(const SettingDesk& desk, const command::Command& command) {
  const auto* const one = std::get_if<command::ShowSetting>(&command);
  if (one == nullptr && !std::holds_alternative<command::ListSettings>(command)) return std::nullopt;
  if (one != nullptr && find_key(one->name) == nullptr) return std::unexpected(unknown_key(one->name));
  config::Reading read;
  const auto file = loaded_of(desk.place, {}, &read);
  if (!file) return std::unexpected(fault_of_file(file.error()));
  const auto kept = kept_settings(desk.store);
  if (!kept) return std::unexpected(unreadable(kept.error()));
  if (one != nullptr) return json_of(*find_key(one->name), *kept, *file, read, desk.in_force);
  Json list = Json::array();
  for (const Key& key : keys) list.push_back(json_of(key, *kept, *file, read, desk.in_force));
  return Json{{"settings", std::move(list)}};
}

std::optional<Outcome> change_settings(const SettingDesk& desk, const command::Command& command) {
  const auto* const set = std::get_if<command::SetSetting>(&command);
  const auto* const remove = std::get_if<command::RemoveSetting>(&command);
  if (set == nullptr && remove == nullptr) return std::nullopt;
  const std::string& name = set != nullptr ? set->name : remove->name;
  const Key* const key = find_key(name);
  const auto kept = kept_settings(desk.store);
  if (!kept && set != nullptr) return std::unexpected(unreadable(kept.error()));
  const KeptSettings before = kept.value_or(KeptSettings());
  // A key that commands could set once, and no longer, can still be given back.
  if (key == nullptr && (set != nullptr || !before.contains(name))) return std::unexpected(unknown_key(name));
  if (kept && remove != nullptr && !before.contains(name))
    return std::unexpected(Error{Code::not_found, fmt::format("no command has set {}", name),
                                 "see: ringfence setting list; what the file says is changed in the file", "name"});
  KeptSettings after = before;
  if (set != nullptr) {
    if (auto fault = fault_by_command(*key, set->value)) return std::unexpected(std::move(*fault));
    after[name] = text_of(value_of(*key, set->value));
  } else {
    after.erase(name);
  }
  auto now = tried(desk.place, after, name);
  // Of several that do not fit, each can be given back, one after the other, while no server runs.
  const bool gives_back = remove != nullptr && desk.in_force == nullptr;
  if (!now && !gives_back) return std::unexpected(std::move(now.error()));
  const auto& caller = set != nullptr ? set->caller : remove->caller;
  if (desk.in_force != nullptr && !(set != nullptr ? set->force : remove->force))
    if (auto fault = keeps_out(*desk.in_force, now->settings, caller)) return std::unexpected(std::move(*fault));
  if (const auto written = keep(desk.store, after); !written) return std::unexpected(written.error());
  Json notes = Json::array();
  if (desk.take_over) {
    const Outcome taken = desk.take_over();
    if (!taken) {
      if (const auto back = keep(desk.store, before); !back) return std::unexpected(back.error());
      return std::unexpected(taken.error());
    }
    notes = taken->value("notes", Json::array());
  }
  const bool later = !desk.take_over || (key != nullptr && key->restart);
  const std::string_view from = later ? "from the next start on" : "from now on";
  std::string message = set != nullptr
                            ? fmt::format("{} is \"{}\" {}, whatever the file says.", name, after[name], from)
                            : fmt::format("{} goes by the file {}.", name, from);
  return Json{{"message", std::move(message)}, {"notes", std::move(notes)}};
}

}  // namespace rf::app
