#include "app/guard_rules.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "app/guard_countries.hpp"
#include "app/guard_tuning.hpp"
#include "app/listeners.hpp"
#include "core/guard/lines.hpp"
#include "core/sip/uri.hpp"

namespace rf::app {
namespace {

constexpr const char* decoys_setting = "guard_decoys";
constexpr std::size_t faults_told = 20;  ///< of one list; the rest is a number

std::optional<std::string> text_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::error_code unknown;
  // A pipe or a device would keep us, and a file of any size would be read to its end.
  if (!in || !std::filesystem::is_regular_file(path, unknown)) return std::nullopt;
  if (std::filesystem::file_size(path, unknown) > GuardLimits::list_bytes || unknown) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return in.bad() ? std::nullopt : std::optional(text.str());
}

void read_blocklists(const config::Settings& settings, const std::vector<guard::Protected>& keep, guard::Rules& rules,
                     std::vector<std::string>& notes) {
  for (const std::string& path : settings.guard.blocklists) {
    const auto text = text_of_file(path);
    if (!text) {
      notes.push_back(fmt::format("{} cannot be read; nothing of it is blocked", path));
      continue;
    }
    const auto read = guard::parse_blocklist(*text, keep);
    for (const Subnet& subnet : read.entries) rules.access.push_back({subnet, false, false, path, 0});
    for (std::size_t i = 0; i < std::min(read.faults.size(), faults_told); ++i)
      notes.push_back(fmt::format("{}:{}: {}", path, read.faults[i].line, read.faults[i].text));
    if (read.faults.size() > faults_told)
      notes.push_back(fmt::format("{}: {} further lines were refused", path, read.faults.size() - faults_told));
  }
}

/// A number of `digits` digits that does not begin with 0, from the kernel's randomness.
std::string random_number(std::size_t digits) {
  std::string out;
  while (out.size() < digits) {
    unsigned char byte = 0;
    if (::getrandom(&byte, 1, 0) != 1 || byte >= 250) continue;
    const char digit = static_cast<char>('0' + byte % 10);
    if (out.empty() && digit == '0') continue;
    out += digit;
  }
  return out;
}

/// Numbers as long as most real ones, that nobody has: made once and kept, so that nobody finds them by comparing.
std::vector<std::string> made_up_decoys(std::size_t count, const policy::Policy& policy, store::Store& store) {
  std::vector<std::string> known;
  const auto setting = store.setting(decoys_setting);
  std::istringstream words(setting && *setting ? **setting : std::string());
  for (std::string word; words >> word;) known.push_back(word);
  if (policy.extensions().empty()) count = std::min(count, known.size());
  std::map<std::size_t, std::size_t> lengths;
  for (const policy::Extension& extension : policy.extensions()) ++lengths[extension.number.size()];
  const auto most = std::max_element(lengths.begin(), lengths.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  // Two and three digits are dialled by mistake, and short numbers are services.
  const std::size_t digits = std::max<std::size_t>(most == lengths.end() ? 4 : most->first, 4);
  const std::size_t before = known.size();
  for (std::size_t tries = 0; known.size() < count && tries < 1'000; ++tries) {
    const std::string number = random_number(digits);
    if (!policy.knows(number) && std::find(known.begin(), known.end(), number) == known.end()) known.push_back(number);
  }
  if (known.size() != before) {
    std::string text;
    for (const std::string& number : known) text += number + " ";
    static_cast<void>(store.set_setting(decoys_setting, text));
  }
  known.resize(std::min(known.size(), count));
  return known;
}

/// Reads the country database if something asks for it. Gives the fault of rules that cannot be without it.
std::optional<std::string> look_up_countries(const GuardDesk& desk, const guard::Rules& rules,
                                             guard::Surroundings& around, std::vector<std::string>& notes) {
  const auto& extensions = desk.policy.extensions();
  const bool rules_need = rules.countries.mode != guard::CountryRules::Mode::off ||
                          std::any_of(rules.defence.begin(), rules.defence.end(), [](const auto& rule) {
                            return rule.object == guard::DefenceRule::Object::country;
                          });
  const bool extensions_need = std::any_of(extensions.begin(), extensions.end(),
                                           [](const auto& extension) { return extension.phone.countries.any(); });
  if (!rules_need && !extensions_need) return std::nullopt;
  desk.countries.look(desk.settings);
  around.countries = desk.countries.countries();
  if (around.countries && !desk.countries.problem().empty())
    notes.push_back(desk.countries.problem() + "; the one that was read before is used");
  if (around.countries) return std::nullopt;
  if (rules_need)
    return desk.countries.problem() +
           "; country rules need it: install it (tools/install), or name one in guard.country_database";
  notes.push_back(desk.countries.problem() + "; extensions with countries are refused from outside until it can");
  return std::nullopt;
}

std::vector<Address> system_dns_servers() {
  std::vector<Address> out;
  std::ifstream in("/etc/resolv.conf");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string key, value;
    if (words >> key >> value && key == "nameserver")
      if (const auto address = Address::parse(value)) out.push_back(*address);
  }
  return out;
}

}  // namespace

std::vector<guard::Protected> protected_addresses(const config::Settings& settings, const toll::Plan* plan) {
  std::vector<guard::Protected> keep = {{*Subnet::parse("127.0.0.0/8"), "this host"},
                                        {*Subnet::parse("::1"), "this host"}};
  const auto add = [&](const Address& address, std::string what, bool silent = false) {
    if (!address.is_unspecified() && keep.size() < GuardLimits::protected_blocks)
      keep.push_back({{address, 128}, std::move(what), silent});
  };
  for (const Address& address : addresses_of_host()) add(address, "own address");
  for (const config::ListenerSettings& listener : settings.listeners)
    if (listener.advertised) add(listener.advertised->address, "own address");
  for (const Endpoint& server : settings.dns.servers) add(server.address, "DNS server", true);
  if (settings.dns.servers.empty())
    for (const Address& server : system_dns_servers()) add(server, "DNS server", true);
  for (const std::string& proxy : settings.proxies)
    if (const auto uri = sip::parse_uri(proxy))
      if (const auto address = uri->address()) add(*address, "proxy " + proxy);
  if (plan == nullptr) return keep;
  for (const toll::TrunkTerms& trunk : plan->terms().trunks) {
    if (!trunk.line.enabled) continue;
    for (const trunk::Source& source : trunk.identity.sources)
      if (keep.size() < GuardLimits::protected_blocks)
        keep.push_back({source.subnet, "trunk " + trunk.line.name, false});
    if (const auto uri = sip::parse_uri(trunk.line.uri))
      if (const auto address = uri->address()) add(*address, "trunk " + trunk.line.name);
  }
  return keep;
}

std::expected<std::vector<guard::DefenceRule>, std::string> typed_defence(store::Store& store) {
  const auto setting = store.setting(defence_setting);
  if (!setting) return std::unexpected(setting.error().text);
  auto read = guard::parse_defence(*setting ? **setting : std::string());
  if (!read.faults.empty()) return std::unexpected("the static rules in the database cannot be read");
  return std::move(read.entries);
}

std::expected<GuardRules, std::vector<std::string>> guard_rules(const GuardDesk& desk,
                                                                const std::optional<Address>& asker) {
  const config::Settings& settings = desk.settings;
  const policy::Policy& policy = desk.policy;
  GuardRules out;
  guard::Rules rules = settings.guard.rules;
  if (auto tuned = tune(rules, desk); !tuned) return std::unexpected(std::vector{tuned.error()});
  guard::Surroundings around;
  around.keep = protected_addresses(settings, desk.plan);
  around.asker = asker;
  // A later entry of the same block wins: lists of others, then the file, then what an operator typed.
  std::vector<guard::AccessEntry> ours = std::exchange(rules.access, {});
  const auto typed = desk.store.access_list();
  if (!typed) return std::unexpected(std::vector{typed.error().text});
  ours.insert(ours.end(), typed->begin(), typed->end());
  std::vector<guard::Protected> spared = around.keep;
  for (const guard::AccessEntry& entry : ours)
    if (entry.allow && entry.until_ms == 0) spared.push_back({entry.subnet, "allowed: " + entry.description});
  read_blocklists(settings, spared, rules, out.notes);
  rules.access.insert(rules.access.end(), ours.begin(), ours.end());
  for (std::string& number : made_up_decoys(settings.guard.decoys, policy, desk.store))
    rules.decoys.push_back(std::move(number));
  std::erase_if(rules.decoys, [&](const std::string& number) { return policy.knows(number); });
  auto defence = typed_defence(desk.store);
  if (!defence) return std::unexpected(std::vector{defence.error()});
  rules.defence.insert(rules.defence.begin(), defence->begin(), defence->end());
  around.resolved = desk.resolved;
  if (auto countries = country_rules(desk); countries)
    rules.countries = *countries;
  else
    return std::unexpected(std::vector{countries.error()});
  if (auto fault = look_up_countries(desk, rules, around, out.notes)) return std::unexpected(std::vector{*fault});
  auto compiled = guard::Compiled::compile(std::move(rules), std::move(around), desk.before);
  if (!compiled) {
    std::vector<std::string> faults;
    for (const guard::Fault& fault : compiled.error()) faults.push_back("guard: " + fault.text);
    return std::unexpected(std::move(faults));
  }
  out.compiled = std::move(*compiled);
  return out;
}

}  // namespace rf::app
