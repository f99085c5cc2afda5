// The rules as packets meet them: indexed, checked against locking anybody out, never changed.
#pragma once

#include <array>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/guard/agents.hpp"
#include "core/guard/countries.hpp"
#include "core/guard/lines.hpp"
#include "core/guard/ranges.hpp"
#include "core/guard/rules.hpp"
#include "core/guard/sources.hpp"

namespace rf::guard {

/// Counting rules that look at the same thing over the same time share one counter: they are its levels.
struct Counter {
  static constexpr std::uint8_t no_slot = 0xff;

  std::uint32_t signals = 0;
  bool distinct = false;
  Protocol protocol = Protocol::any;
  std::uint16_t first_port = 0;
  std::uint16_t last_port = 65'535;
  Tick period = 0;
  std::uint8_t slot = no_slot;       ///< none when the first time is enough
  std::vector<std::uint8_t> levels;  ///< rules, the highest threshold first

  bool about(Signal signal, Transport transport, std::uint16_t port) const {
    return signals >> static_cast<unsigned>(signal) & 1 && matches(protocol, transport) && port >= first_port &&
           port <= last_port;
  }
  bool same_thing(const Counter& other) const {
    return signals == other.signals && distinct == other.distinct && protocol == other.protocol &&
           first_port == other.first_port && last_port == other.last_port && period == other.period;
  }
};

/// What the rules need to know of the world.
struct Surroundings {
  std::vector<Protected> keep;  ///< own addresses, trunks, DNS servers
  /// Addresses of the domains and hardware addresses in defence rules, by DefenceRule::name().
  std::map<std::string, std::vector<Address>, std::less<>> resolved;
  CountriesRef countries;                                             ///< none: no database
  /// Whoever asks for the change, as far as it is known. It must not lock them out; it gives them nothing either.
  std::optional<Address> asker = {};
};

enum class Entry : std::uint8_t {
  refused,
  open,    ///< unless there is a ban
  exempt,  ///< bans do not matter either
};

struct Compiled;
using CompiledRef = std::shared_ptr<const Compiled>;

/// Immutable; shared between the configuration and the guard.
struct Compiled {
  Rules rules;
  Surroundings around;

  /// Builds the indexes. `before` is what is in force now: counters that both know keep their places, so that a change
  /// of rules forgets nothing.
  /// Errors: one fault for each line or rule that cannot be used; nothing is changed then. Locking out what is
  /// protected is one, unless the entry is forced.
  static std::expected<CompiledRef, std::vector<Fault>> compile(Rules rules, Surroundings around,
                                                                const Compiled* before = nullptr);

  /// The entry of the access list for this address, nullptr for none or for one that has ended.
  const AccessEntry* access_of(const Address& address, std::int64_t wall_ms) const;
  /// What the access list blocks now, as blocks that do not overlap; for whoever enforces it elsewhere.
  std::vector<Subnet> blocked_networks(std::int64_t wall_ms) const;
  /// When the next entry of the access list ends, and with it that answer; INT64_MAX: never.
  std::int64_t access_changes_at(std::int64_t wall_ms) const;
  /// What protects it, nullptr when nothing does. An allow entry protects as well.
  const Protected* protection_of(const Address& address) const;
  bool meets_protected(const Subnet& subnet, std::int64_t wall_ms) const;
  /// The first static rule that fits.
  const DefenceRule* defence_of(const Address& address, Transport transport, std::uint16_t port) const;
  /// What the rules alone say to somebody who begins to talk to us, before a byte is read.
  Entry entry_of(const Address& address, Transport transport, std::uint16_t port, std::int64_t wall_ms) const;
  bool country_allowed(const Address& address) const;
  Country country_of(const Address& address) const {
    return around.countries ? around.countries->of(address) : Country{};
  }
  bool is_decoy(std::string_view extension) const;
  /// The fingerprint that a message has, nullptr for none.
  const Fingerprint* handwriting(std::string_view branch, std::string_view call_id, std::string_view from_tag,
                                 std::string_view from, std::string_view contact) const;

  std::vector<Counter> counters;
  std::array<Tick, GuardLimits::counters> periods{};  ///< of each slot; 0: free
  Agents agents;

 private:
  void index_access();
  void index_wider();
  /// The entry that decides at a place of the index, `Ranges::none` for none: one that has ended leaves it to the next
  /// wider one.
  std::uint32_t in_force(std::uint32_t index, std::int64_t wall_ms) const;
  /// The entry that blocks there now, or will when a temporary allow has ended; nullptr for none that counts.
  const AccessEntry* blocking_at(std::uint32_t index) const;
  void index_defence();
  /// What a change must not lock out: what is kept, and who asks for it.
  std::vector<Protected> not_to_lock_out() const;
  bool allowed_for_good(const Address& address) const;
  void check_access(std::vector<Fault>& faults) const;
  void check_defence(std::vector<Fault>& faults) const;
  void check_countries(std::vector<Fault>& faults) const;
  void place_counters(const Compiled* before, std::vector<Fault>& faults);

  Ranges access_;
  std::unordered_map<std::uint32_t, std::uint32_t> wider_;  ///< of entries that end: what is around them
  Ranges protected_;
  Ranges defence_blocks_;  ///< to an index of defence_lists_
  std::vector<std::vector<std::uint16_t>>
      defence_lists_;  ///< the rules that may fit there, in order; the last: elsewhere
};

}  // namespace rf::guard
