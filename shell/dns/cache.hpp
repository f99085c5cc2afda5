// Answers that still hold. Internal to shell/dns; one thread's.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/txn/dns.hpp"

namespace rf::dns {

/// Holds at most `entries_max` answers; beyond it the one used longest ago goes.
class Cache {
 public:
  explicit Cache(std::size_t entries_max) : entries_max_(entries_max) {}

  /// The answer with the time it still holds as ttl_s; null when there is none (any more).
  const txn::DnsResult* find(const std::string& key, std::int64_t mono_ms) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    Entry& entry = *found->second;
    if (entry.ends_ms <= mono_ms) {
      entries_.erase(found->second);
      index_.erase(found);
      return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    entry.result.ttl_s = static_cast<std::uint32_t>((entry.ends_ms - mono_ms + 999) / 1000);
    return &entry.result;
  }

  void put(const std::string& key, txn::DnsResult result, std::int64_t ends_ms) {
    if (entries_max_ == 0) return;
    if (const auto found = index_.find(key); found != index_.end()) {
      entries_.erase(found->second);
      index_.erase(found);
    }
    if (entries_.size() >= entries_max_) {
      index_.erase(entries_.back().key);
      entries_.pop_back();
    }
    entries_.push_front({key, std::move(result), ends_ms});
    index_.emplace(key, entries_.begin());
  }

  void clear() {
    index_.clear();
    entries_.clear();
  }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    txn::DnsResult result;
    std::int64_t ends_ms;
  };
  std::size_t entries_max_;
  std::list<Entry> entries_;  ///< used last first
  std::unordered_map<std::string, std::list<Entry>::iterator> index_;
};

}  // namespace rf::dns
