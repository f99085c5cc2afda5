// Who is out, why, and until when.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/time.hpp"
#include "core/guard/set_table.hpp"
#include "core/guard/window.hpp"

namespace rf::guard {

/// One ban, as it is kept, shown, persisted and given to whatever enforces it. Times are wall-clock milliseconds.
struct Ban {
  Subnet subnet;
  FixedText<40> rule;       ///< the rule's name
  FixedText<159> evidence;  ///< what was seen, without anything secret
  std::int64_t since_ms = 0;
  std::int64_t until_ms = 0;
  std::uint16_t repeats = 0;  ///< bans of this block before this one
  bool proven = false;        ///< it had shown that it receives what we send there

  bool active(std::int64_t wall_ms) const { return until_ms > wall_ms; }
};

/// A bounded set of bans. Ended ones are remembered for a while: the next one is longer. When there is no room, ended
/// ones leave first, then first offences, then those that end soonest.
class Bans {
 public:
  Bans(std::size_t limit, const HashKey& key) : key_(key), table_(limit, key) {}

  /// Adds a ban or lengthens the one that is there; fills in `repeats`. `escalation_s[n]` is the least duration of the
  /// n-th; an ended ban counts for `remember_s`. Returns what is now in force.
  Ban add(Now now, Ban ban, const std::vector<std::uint32_t>& escalation_s, std::uint32_t remember_s);
  /// Puts back what was exported; it is not an offence anew. Returns false for what has ended and is forgotten.
  bool restore(Now now, const Ban& ban, std::uint32_t remember_s);
  /// The ban in force that covers this address: one probe for each prefix length that bans have.
  const Ban* covers(Now now, const Address& address) const;
  /// The ban in force of exactly this block.
  const Ban* at(Now now, const Subnet& subnet) const;
  /// Ends it at once and forgets it. Returns whether there was one in force.
  bool release(Now now, const Subnet& subnet);
  /// Every ban that is in force or still remembered.
  std::vector<Ban> list() const;

  std::size_t active(std::int64_t wall_ms) const;
  std::size_t size() const { return table_.size(); }
  std::size_t capacity() const { return table_.capacity(); }
  std::size_t bytes() const { return table_.bytes(); }

 private:
  struct Record {
    std::uint64_t key;
    Ban ban;
  };

  std::uint64_t key_of(const Subnet& subnet) const;
  Ban& place(Now now, const Subnet& subnet);
  void note_length(std::uint8_t length);

  HashKey key_;
  SetTable<Record> table_;
  std::array<std::uint8_t, 129> lengths_{};  ///< prefix lengths that bans have had, longest first
  std::size_t length_count_ = 0;
};

}  // namespace rf::guard
