#include "core/guard/compile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "core/guard/prefix.hpp"

namespace rf::guard {

std::expected<CompiledRef, std::vector<Fault>> Compiled::compile(Rules rules, Surroundings around,
                                                                 const Compiled* before) {
  auto out = std::make_shared<Compiled>();
  out->rules = std::move(rules);
  out->around = std::move(around);
  std::vector<Fault> faults;
  const auto bound = [&](std::size_t size, std::size_t limit, std::string_view what) {
    if (size > limit) faults.push_back({0, fmt::format("{} {}; at most {} can be kept", size, what, limit)});
  };
  const Rules& r = out->rules;
  bound(r.access.size(), GuardLimits::access_entries, "access entries");
  bound(r.defence.size(), GuardLimits::defence_rules, "defence rules");
  bound(r.counting.size(), GuardLimits::counting_rules, "detection rules");
  bound(r.agents.size(), GuardLimits::agents, "User-Agent patterns");
  bound(r.fingerprints.size(), GuardLimits::fingerprints, "fingerprints");
  bound(r.decoys.size(), GuardLimits::decoys, "decoys");
  bound(out->around.keep.size(), GuardLimits::protected_blocks, "protected addresses");
  if (r.escalation_s.empty()) faults.push_back({0, "the list of ban durations is empty"});
  if (r.trickle_interval_ms < tick_ms || r.trickle_burst == 0)
    faults.push_back({0, "a throttled source needs a trickle: a packet now and then, or no phone ever gets out of it"});
  if (!faults.empty()) return std::unexpected(std::move(faults));
  out->index_access();
  out->index_defence();
  out->agents = Agents(out->rules.agents);
  std::sort(out->rules.decoys.begin(), out->rules.decoys.end());
  out->check_access(faults);
  out->check_defence(faults);
  out->check_countries(faults);
  out->place_counters(before, faults);
  if (!faults.empty()) return std::unexpected(std::move(faults));
  out->around.asker.reset();
  return out;
}

void Compiled::index_access() {
  std::vector<Ranges::Entry> entries;
  entries.reserve(rules.access.size());
  for (std::size_t i = 0; i < rules.access.size(); ++i)
    entries.push_back({rules.access[i].subnet, static_cast<std::uint32_t>(i)});
  access_ = Ranges::of_prefixes(entries);
  index_wider();
  entries.clear();
  for (std::size_t i = 0; i < around.keep.size(); ++i)
    entries.push_back({around.keep[i].subnet, static_cast<std::uint32_t>(i)});
  protected_ = Ranges::of_prefixes(entries);
}

void Compiled::index_wider() {
  const auto ends = [](const AccessEntry& entry) { return entry.until_ms != 0; };
  if (std::none_of(rules.access.begin(), rules.access.end(), ends)) return;
  std::vector<std::uint32_t> order(rules.access.size());
  std::iota(order.begin(), order.end(), 0);
  const auto place = [&](std::uint32_t index) {
    const Subnet& subnet = rules.access[index].subnet;
    return std::tuple(subnet.base.is_v4(), subnet.base, subnet.prefix);
  };
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return place(a) < place(b); });
  std::vector<std::uint32_t> around_it;
  for (const std::uint32_t index : order) {
    const Subnet& subnet = rules.access[index].subnet;
    while (!around_it.empty() && !(rules.access[around_it.back()].subnet.prefix <= subnet.prefix &&
                                   rules.access[around_it.back()].subnet.contains(subnet.base)))
      around_it.pop_back();
    if (ends(rules.access[index])) wider_[index] = around_it.empty() ? Ranges::none : around_it.back();
    around_it.push_back(index);
  }
}

std::uint32_t Compiled::in_force(std::uint32_t index, std::int64_t wall_ms) const {
  while (index != Ranges::none && rules.access[index].until_ms != 0 && rules.access[index].until_ms <= wall_ms)
    index = wider_.at(index);
  return index;
}

const AccessEntry* Compiled::blocking_at(std::uint32_t index) const {
  while (index != Ranges::none && rules.access[index].allow && rules.access[index].until_ms != 0)
    index = wider_.at(index);
  if (index == Ranges::none || rules.access[index].allow || rules.access[index].forced) return nullptr;
  return &rules.access[index];
}

void Compiled::index_defence() {
  // Every block gets the rules of the blocks around it and of those that are not about blocks, in their order.
  std::vector<std::pair<Subnet, std::uint16_t>> blocks;
  std::vector<std::uint16_t> elsewhere;
  for (std::uint16_t i = 0; i < rules.defence.size(); ++i) {
    const DefenceRule& rule = rules.defence[i];
    if (rule.object == DefenceRule::Object::subnet) {
      blocks.emplace_back(rule.subnet, i);
    } else if (const std::string name = rule.name(); !name.empty()) {
      // Whoever answers for a name may point it at our trunk: that is not what the rule was made for.
      const bool careful = rule.action != Defence::accept && !rule.forced;
      if (const auto found = around.resolved.find(name); found != around.resolved.end())
        for (const Address& address : found->second)
          if (!careful || !protection_of(address)) blocks.emplace_back(Subnet{address, 128}, i);
    } else {
      elsewhere.push_back(i);
    }
  }
  std::vector<Ranges::Entry> entries;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    std::vector<std::uint16_t> list = elsewhere;
    for (const auto& [subnet, rule] : blocks)
      if (subnet.prefix <= blocks[b].first.prefix && subnet.contains(blocks[b].first.base)) list.push_back(rule);
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    entries.push_back({blocks[b].first, static_cast<std::uint32_t>(defence_lists_.size())});
    defence_lists_.push_back(std::move(list));
  }
  defence_blocks_ = Ranges::of_prefixes(entries);
  defence_lists_.push_back(std::move(elsewhere));
}

std::vector<Protected> Compiled::not_to_lock_out() const {
  std::vector<Protected> out = around.keep;
  if (around.asker) out.push_back({{*around.asker, 128}, "you"});
  return out;
}

void Compiled::check_access(std::vector<Fault>& faults) const {
  for (const Protected& kept : not_to_lock_out()) {
    const AccessEntry* blocking = nullptr;
    access_.any_within(kept.subnet, [&](std::uint32_t value) {
      blocking = blocking_at(value);
      return blocking != nullptr;
    });
    if (blocking)
      faults.push_back({static_cast<std::size_t>(blocking - rules.access.data()) + 1,
                        fmt::format("block {} would cut off {} ({}); force it if that is meant",
                                    blocking->subnet.text(), kept.what, kept.subnet.text())});
  }
}

void Compiled::check_defence(std::vector<Fault>& faults) const {
  for (std::size_t i = 0; i < rules.defence.size(); ++i) {
    const DefenceRule& rule = rules.defence[i];
    if (rule.first_port > rule.last_port)
      faults.push_back({i + 1, fmt::format("ports {} to {} are no range", rule.first_port, rule.last_port)});
    if (rule.object == DefenceRule::Object::country && !around.countries)
      faults.push_back({i + 1, "a rule about a country needs the country database"});
    if (rule.action == Defence::accept || rule.forced) continue;
    for (const Protected& kept : not_to_lock_out()) {
      if (allowed_for_good(kept.subnet.base)) continue;
      // Whether this very rule decides for the protected address: an accept above it may have done so already.
      const DefenceRule* deciding = defence_of(kept.subnet.base, Transport::udp, rule.first_port);
      const bool inside = rule.object == DefenceRule::Object::subnet && kept.subnet.contains(rule.subnet.base) &&
                          defence_of(rule.subnet.base, Transport::udp, rule.first_port) == &rule;
      if (deciding == &rule || inside)
        faults.push_back({i + 1, fmt::format("{} would cut off {} ({}); force it if that is meant", text_of(rule),
                                             kept.what, kept.subnet.text())});
    }
  }
}

void Compiled::check_countries(std::vector<Fault>& faults) const {
  if (rules.countries.mode == CountryRules::Mode::off) return;
  if (!around.countries || around.countries->empty()) {
    faults.push_back({0, "country rules need the country database"});
    return;
  }
  if (rules.countries.forced) return;
  for (const Protected& kept : not_to_lock_out()) {
    if (kept.silent || country_allowed(kept.subnet.base) || allowed_for_good(kept.subnet.base)) continue;
    faults.push_back({0, fmt::format("these countries would cut off {} ({}, {}); force it if that is meant", kept.what,
                                     kept.subnet.text(), country_of(kept.subnet.base).text())});
  }
}

void Compiled::place_counters(const Compiled* before, std::vector<Fault>& faults) {
  for (std::uint8_t i = 0; i < rules.counting.size(); ++i) {
    const CountingRule& rule = rules.counting[i];
    if (!rule.enabled) continue;
    Counter counter{rule.signals,     rule.distinct,
                    rule.protocol,    rule.first_port,
                    rule.last_port,   static_cast<Tick>(rule.period_s * (1'000 / tick_ms)),
                    Counter::no_slot, {i}};
    const bool bad = rule.signals == 0 || rule.threshold == 0 || rule.threshold > 60'000 || rule.period_s == 0 ||
                     rule.period_s > 31 * 86'400 || (rule.distinct && rule.threshold > 24);
    if (bad) {
      faults.push_back({0, fmt::format("{}: signals, a threshold (1 to 60000; 24 of different values) and a period of "
                                       "1 s to 31 d are needed",
                                       rule.name)});
      continue;
    }
    const auto same =
        std::find_if(counters.begin(), counters.end(), [&](const Counter& known) { return known.same_thing(counter); });
    if (same != counters.end())
      same->levels.push_back(i);
    else
      counters.push_back(std::move(counter));
  }
  for (Counter& counter : counters) {
    std::sort(counter.levels.begin(), counter.levels.end(), [&](std::uint8_t a, std::uint8_t b) {
      return rules.counting[a].threshold > rules.counting[b].threshold;
    });
    if (!before || rules.counting[counter.levels.front()].threshold == 1) continue;
    for (const Counter& old : before->counters)
      if (old.slot != Counter::no_slot && old.same_thing(counter)) {
        counter.slot = old.slot;
        periods[old.slot] = counter.period;
      }
  }
  for (Counter& counter : counters) {
    if (counter.slot != Counter::no_slot || rules.counting[counter.levels.front()].threshold == 1) continue;
    const auto free = std::find(periods.begin(), periods.end(), Tick{0});
    if (free == periods.end()) {
      faults.push_back({0, fmt::format("{}: a source has {} counters and other rules use them all; turn one off",
                                       rules.counting[counter.levels.front()].name, GuardLimits::counters)});
      return;
    }
    *free = counter.period;
    counter.slot = static_cast<std::uint8_t>(free - periods.begin());
  }
}

std::vector<Subnet> Compiled::blocked_networks(std::int64_t wall_ms) const {
  std::vector<Subnet> out;
  if (!rules.enabled) return out;
  access_.for_each_piece([&](const Address& first, const Address& last, std::uint32_t value) {
    const std::uint32_t index = in_force(value, wall_ms);
    if (index != Ranges::none && !rules.access[index].allow) append_blocks(out, first, last);
  });
  return out;
}

std::int64_t Compiled::access_changes_at(std::int64_t wall_ms) const {
  std::int64_t out = INT64_MAX;
  for (const AccessEntry& entry : rules.access)
    if (entry.until_ms > wall_ms) out = std::min(out, entry.until_ms);
  return out;
}

const AccessEntry* Compiled::access_of(const Address& address, std::int64_t wall_ms) const {
  const std::uint32_t index = in_force(access_.find(address), wall_ms);
  return index == Ranges::none ? nullptr : &rules.access[index];
}

bool Compiled::allowed_for_good(const Address& address) const {
  const AccessEntry* entry = access_of(address, INT64_MAX);
  return entry && entry->allow;
}

bool Compiled::is_decoy(std::string_view extension) const {
  return std::binary_search(rules.decoys.begin(), rules.decoys.end(), extension);
}

const Protected* Compiled::protection_of(const Address& address) const {
  const std::uint32_t index = protected_.find(address);
  return index == Ranges::none ? nullptr : &around.keep[index];
}

bool Compiled::meets_protected(const Subnet& subnet, std::int64_t wall_ms) const {
  return protected_.any_within(subnet, [](std::uint32_t value) { return value != Ranges::none; }) ||
         access_.any_within(subnet,
                            [&](std::uint32_t value) {
                              const std::uint32_t index = in_force(value, wall_ms);
                              return index != Ranges::none && rules.access[index].allow;
                            });
}

const DefenceRule* Compiled::defence_of(const Address& address, Transport transport, std::uint16_t port) const {
  const std::uint32_t block = defence_blocks_.find(address);
  const auto& list = block == Ranges::none ? defence_lists_.back() : defence_lists_[block];
  std::optional<Country> country;
  for (const std::uint16_t index : list) {
    const DefenceRule& rule = rules.defence[index];
    if (!matches(rule.protocol, transport) || port < rule.first_port || port > rule.last_port) continue;
    if (rule.object == DefenceRule::Object::country) {
      if (!country) country = country_of(address);
      if (rule.country != *country) continue;
    }
    return &rule;
  }
  return nullptr;
}

Entry Compiled::entry_of(const Address& address, Transport transport, std::uint16_t port, std::int64_t wall_ms) const {
  if (!rules.enabled) return Entry::exempt;
  if (const AccessEntry* entry = access_of(address, wall_ms)) return entry->allow ? Entry::exempt : Entry::refused;
  const bool kept = protection_of(address) != nullptr;
  const DefenceRule* defence = defence_of(address, transport, port);
  // One that is to be rejected gets its answer.
  if (defence && defence->action == Defence::drop) return Entry::refused;
  if (!defence && !kept && !country_allowed(address)) return Entry::refused;
  return kept ? Entry::exempt : Entry::open;
}

bool Compiled::country_allowed(const Address& address) const {
  const CountryRules& countries = rules.countries;
  if (countries.mode == CountryRules::Mode::off || !around.countries || address.is_private()) return true;
  const Country country = country_of(address);
  if (countries.mode == CountryRules::Mode::deny_listed) return !country || !countries.listed.test(country.index);
  return country ? countries.listed.test(country.index) : countries.unknown_allowed;
}

const Fingerprint* Compiled::handwriting(std::string_view branch, std::string_view call_id, std::string_view from_tag,
                                         std::string_view from, std::string_view contact) const {
  const auto like = [](const std::string& pattern, std::string_view text) {
    return pattern.empty() || fits(pattern, text);
  };
  for (const Fingerprint& print : rules.fingerprints)
    if (print.enabled && like(print.branch, branch) && like(print.call_id, call_id) && like(print.from_tag, from_tag) &&
        like(print.from, from) && like(print.contact, contact))
      return &print;
  return nullptr;
}

}  // namespace rf::guard
