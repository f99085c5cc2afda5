// The table `ringfence` as netlink messages: its sets, counters, chains and rules. What the text would be, stands
// beside.
#pragma once

#include <string>
#include <string_view>

#include "shell/firewall/enforcer/netlink.hpp"

namespace rf::firewall::nft {

/// Sets of the table. Where there are two, the first is for IPv4.
struct Sets {
  static constexpr std::string_view doors4 = "doors4", doors6 = "doors6";
  static constexpr std::string_view addresses4 = "addresses4", addresses6 = "addresses6";
  static constexpr std::string_view media_ports = "media_ports";
  static constexpr std::string_view bans4 = "bans4", bans6 = "bans6";
  static constexpr std::string_view networks4 = "networks4", networks6 = "networks6";
  static constexpr std::string_view throttles4 = "throttles4", throttles6 = "throttles6";
  static constexpr std::string_view anybody = "media_anybody";
  static constexpr std::string_view hosts4 = "media_hosts4", hosts6 = "media_hosts6";
  static constexpr std::string_view peers4 = "media_peers4", peers6 = "media_peers6";
};

/// Begin and end of a transaction.
void begin_batch(NetlinkWriter& out);
void end_batch(NetlinkWriter& out);

/// A new table, owned by the socket that sends this: the kernel removes it when that is closed, however.
void write_table(NetlinkWriter& out, const std::string& table);
void write_delete_table(NetlinkWriter& out, const std::string& table);

/// One element. `timeout_ms` 0: none. `ends` marks the end of an interval.
struct Element {
  Bytes key;
  std::uint64_t timeout_ms = 0;
  bool ends = false;
  std::uint32_t per_minute = 0;  ///< 0: no limit; else it matches only what comes faster
  std::uint32_t burst = 0;
};
enum class Change { add, remove };
void write_elements(NetlinkWriter& out, Change change, const std::string& table, std::string_view set,
                    std::span<const Element> elements);
void write_flush(NetlinkWriter& out, const std::string& table, std::string_view set);

/// A request for all counters of the table, and one of them as it comes back.
void write_count(NetlinkWriter& out, const std::string& table);
struct Counter {
  std::string name;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};
Counter read_counter(std::span<const std::uint8_t> payload);

}  // namespace rf::firewall::nft
