// Reads a DNS reply into the engine's records. Internal to shell/dns.
#pragma once

#include <cstdint>
#include <span>

#include "core/txn/dns.hpp"

namespace rf::dns {

/// The records of `type` in a whole reply, WireLimits::dns_records of them at most; found false when it holds none or
/// cannot be read. SRV and NAPTR names have no final dot; the root ("no such service") is ".". `ttl_s` is the smallest
/// of all answer records, aliases included.
txn::DnsResult read_answer(txn::DnsType type, std::span<const std::uint8_t> reply);

/// How long "does not exist" holds: the smaller of the SOA record's TTL and minimum (RFC 2308 §5); 0 without one.
std::uint32_t negative_ttl_s(std::span<const std::uint8_t> reply);

}  // namespace rf::dns
