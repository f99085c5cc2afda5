// Which numbers were called lately, for rules about how many different ones there may be.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/ids.hpp"
#include "core/base/keyed_hash.hpp"
#include "core/base/slots.hpp"

namespace rf::toll {

/// A called number as one word. Numbers of up to 18 digits, so all of E.164, are told apart exactly, with or without a
/// '+'; what is longer or no number is told apart by a keyed hash, and told apart wrongly never but by chance of one in
/// 2^63.
std::uint64_t destination_of(std::string_view number, const HashKey& key);

/// Numbers with the time at which each was called last, in lists, one a rule and subject; all lists share one pool.
class Destinations {
 public:
  using Entry = Id<struct DestinationTag>;
  /// By time of the last call.
  struct List {
    Entry oldest, newest;
    std::uint32_t count = 0;
  };

  Destinations(std::size_t limit, const HashKey& key);

  /// Whether `owner`'s list has a call of this number that is later than `after_ms`.
  bool has(std::uint64_t owner, std::uint64_t number, std::int64_t after_ms) const;
  /// Whether it stands in the list at all, so that note() takes no room.
  bool knows(std::uint64_t owner, std::uint64_t number) const { return by_number_.contains({owner, number}); }
  /// Notes a call. There has to be room, see room().
  void note(std::uint64_t owner, List& list, std::uint64_t number, std::int64_t now_ms);
  /// Lets go of the oldest that are not later than `after_ms`, at most `most` of them.
  void expire(std::uint64_t owner, List& list, std::int64_t after_ms, std::uint32_t most);
  /// When the oldest of a list was called last; there must be one.
  std::int64_t oldest_ms(const List& list) const { return entries_.find(list.oldest)->last_ms; }

  std::size_t room() const { return entries_.limit() - entries_.size(); }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Call {
    std::uint64_t number = 0;
    std::int64_t last_ms = 0;
    Entry older, newer;
  };
  struct Key {
    std::uint64_t owner = 0;
    std::uint64_t number = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    using is_avalanching = void;
    HashKey key;
    std::size_t operator()(const Key& of) const noexcept {
      return KeyedHash(key).add(of.owner).add(of.number).finish();
    }
  };
  void unlink(List& list, Call& call);
  void link_newest(List& list, Entry entry, Call& call);

  Slots<Call, Entry> entries_;
  boost::unordered_flat_map<Key, Entry, Hash> by_number_;
};

}  // namespace rf::toll
