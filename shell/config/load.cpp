#include "shell/config/load.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>

#include "core/base/limits/server.hpp"
#include "shell/config/sections.hpp"

namespace rf::config {
namespace {

// Where phones are inside without being told: what office networks are made of (RFC 1918, 6598, 4193, link-local).
constexpr std::string_view default_local[] = {"127.0.0.0/8",    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                              "169.254.0.0/16", "::1/128",    "fc00::/7",      "fe80::/10"};

void read_listeners(const toml::node* node, Settings& settings, Problems& problems) {
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  if (list == nullptr || (!list->empty() && !list->is_array_of_tables())) {
    problems.add(place_of(*node), "listener is not a list of listeners",
                 "write [[listener]] with two brackets for each one");
    return;
  }
  settings.listeners.clear();
  for (const toml::node& element : *list)
    settings.listeners.push_back(read_listener({element.as_table(), "listener", problems}));
  if (list->empty())
    problems.add(place_of(*node), "listener is empty: nobody could call", "write at least one [[listener]]");
  if (list->size() > QueueLimits::listeners)
    problems.add(place_of(*node), fmt::format("listener holds more than {} listeners", QueueLimits::listeners),
                 "keep fewer");
}

/// By names that the file knows; others are faults.
std::map<std::string, std::size_t> hashes_of(const toml::table& root) {
  std::map<std::string, std::size_t> out;
  for (const auto& [key, node] : root) {
    std::ostringstream text;
    node.visit([&](const auto& each) { text << each; });
    out.emplace(fmt::format(fmt::runtime(node.is_array() ? "[[{}]]" : "[{}]"), key.str()),
                std::hash<std::string>()(text.str()));
  }
  return out;
}

void lay_over(toml::table& root, const std::vector<Above>& above) {
  for (const Above& each : above) {
    if (!root.contains(each.section)) root.insert(each.section, toml::table{});
    toml::table* const section = root.get(each.section)->as_table();
    if (section == nullptr) continue;  // which is told as a fault of the file
    if (const auto* texts = std::get_if<std::vector<std::string>>(&each.value)) {
      toml::array list;
      for (const std::string& text : *texts) list.push_back(text);
      section->insert_or_assign(each.key, std::move(list));
    } else if (const auto* text = std::get_if<std::string>(&each.value)) {
      section->insert_or_assign(each.key, *text);
    } else if (const auto* number = std::get_if<std::int64_t>(&each.value)) {
      section->insert_or_assign(each.key, *number);
    } else {
      section->insert_or_assign(each.key, std::get<bool>(each.value));
    }
  }
}

}  // namespace

std::string Problem::text() const {
  std::string out = file;
  if (place.line != 0) out += fmt::format(":{}:{}", place.line, place.column);
  return out + ": " + what + "; " + remedy;
}

std::vector<std::string> sections_changed(const Settings& before, const Settings& after) {
  std::vector<std::string> out;
  for (const auto& [name, hash] : before.sections)
    if (const auto is = after.sections.find(name); is == after.sections.end() || is->second != hash)
      out.push_back(name);
  for (const auto& [name, hash] : after.sections)
    if (!before.sections.contains(name)) out.push_back(name);
  return out;
}

Settings defaults() {
  Settings settings;
  settings.listeners.emplace_back();
  settings.listeners.push_back(
      {.transport = Transport::wss, .address = {}, .port = 5'065, .advertised = {}, .place = {}});
  for (const std::string_view block : default_local) settings.local_networks.push_back(*Subnet::parse(block));
  return settings;
}

Loaded parse(std::string_view text, std::string_view file, const std::vector<Above>& above, Reading* reading) {
  Problems problems(file, reading);
  toml::table root;
  try {
    root = toml::parse(text, std::string(file));
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    problems.add({at.line, at.column}, std::string(error.description()), "mend the TOML there");
    return std::unexpected(std::move(problems).sorted());
  }

  lay_over(root, above);

  Settings settings = defaults();
  settings.file = file;
  Section top(&root, "", problems);
  const auto section = [&](std::string_view name) {
    const toml::node* node = top.raw(name);
    if (node != nullptr && !node->is_table())
      problems.add(place_of(*node), fmt::format("{} is not a section", name),
                   fmt::format("write [{}] on a line of its own", name));
    return Section(node == nullptr ? nullptr : node->as_table(), std::string(name), problems);
  };
  read_server(section("server"), settings.server);
  read_tls(section("tls"), settings.tls);
  read_media(section("media"), settings.media, settings.times);
  const toml::node* encryption = root["media"]["encryption"].node();
  if (encryption != nullptr && !encryption->is_table())
    problems.add(place_of(*encryption), "media.encryption is not a section",
                 "write [media.encryption] on a line of its own");
  read_rtpengine(root["media"]["rtpengine"].node(), settings.media, problems);
  read_encryption({encryption == nullptr ? nullptr : encryption->as_table(), "media.encryption", problems},
                  settings.media);
  read_voice(section("voice"), settings.voice);
  read_sip(section("sip"), settings.times, settings.md5_allowed, settings.sha2_allowed);
  read_limits(section("limits"), settings.limits, settings.names_calls_max);
  read_network(section("network"), settings.local_networks, settings.proxies, settings.public_address);
  read_store(section("store"), settings.store);
  read_records(section("records"), settings.limits, settings.records);
  read_log(section("log"), settings.log);
  read_trace(section("trace"), settings.trace);
  read_web(section("web"), settings.web);
  read_login(section("login"), settings.login);
  if (root.contains("acme")) read_acme(section("acme"), settings.server.domains, settings.tls, settings.acme);
  read_metrics(section("metrics"), settings.metrics);
  read_dns(section("dns"), settings.dns);
  read_guard(section("guard"), settings.guard, problems);
  read_listeners(top.raw("listener"), settings, problems);
  top.finish();
  // Ports are compared only when each is possible by itself: one fault, one line.
  if (problems.empty()) check_ports(settings, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems).sorted());
  settings.sections = hashes_of(root);
  return settings;
}

Loaded load(const std::string& path, const std::vector<Above>& above, Reading* reading) {
  const auto fail = [&](std::string what, std::string remedy) -> Loaded {
    return std::unexpected(std::vector<Problem>{{path, {}, std::move(what), std::move(remedy)}});
  };
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0)
    return fail(fmt::format("cannot be read: {}", std::strerror(errno)), "check the path given with --config");
  if (!S_ISREG(facts.st_mode)) return fail("is not a file", "check the path given with --config");
  if (static_cast<std::size_t>(facts.st_size) > QueueLimits::config_bytes)
    return fail("is larger than 1 MiB", "check the path given with --config");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return fail(fmt::format("cannot be read: {}", std::strerror(errno)), "check its owner and permissions");
  return parse(text.str(), path, above, reading);
}

}  // namespace rf::config
