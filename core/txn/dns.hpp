// Questions to the DNS as values: the state machine that needs them is pure, the shell asks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/address.hpp"

namespace rf::txn {

enum class DnsType : std::uint8_t { naptr, srv, a, aaaa };

struct DnsQuestion {
  DnsType type = DnsType::a;
  std::string name;
};

struct NaptrRecord {
  std::uint16_t order = 0, preference = 0;
  std::string flags, service, replacement;
};

struct SrvRecord {
  std::uint16_t priority = 0, weight = 0, port = 0;
  std::string target;
};

/// `found` false: the name or type does not exist, or nobody answered in time. `ttl_s` is the smallest of the records'.
struct DnsResult {
  bool found = false;
  std::uint32_t ttl_s = 0;
  std::vector<NaptrRecord> naptr{};
  std::vector<SrvRecord> srv{};
  std::vector<Address> addresses{};
};

}  // namespace rf::txn
