// Bounds of the guard: who is remembered, and for how long.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

/// Bounds of the guard. The memory of its tables is laid out when it is made and given by the kernel page by page; each
/// of the first row has a gauge in `ringfence status`.
struct GuardLimits {
  std::size_t sources = 262'144;    ///< 130 bytes each; full: the least dangerous of eight leaves (guard/sources.hpp)
  std::size_t endpoints = 262'144;  ///< registered or blocked ports, 50 bytes; full: the blocked and oldest leave
  std::size_t pairs = 131'072;      ///< a source and an account, 42 bytes; full: the unlocked and oldest leave
  std::size_t accounts = 65'536;    ///< claimed names, 42 bytes; full: those not under attack, oldest first
  std::size_t bans = 65'536;        ///< 330 bytes; full: ended ones, then first offences that end soonest
  std::size_t events = 256;         ///< waiting to be taken; further ones are counted only
  // What the rules may be; more is a fault of the configuration
  static constexpr std::size_t counters = 15;  ///< of one source
  static constexpr std::size_t access_entries = 4'000'000;
  static constexpr std::size_t operator_entries = 100'000;  ///< made and imported by command
  static constexpr std::size_t defence_rules = 1'024;
  static constexpr std::size_t counting_rules = 64;
  static constexpr std::size_t agents = 512;
  static constexpr std::size_t fingerprints = 64;
  static constexpr std::size_t decoys = 256;
  static constexpr std::size_t protected_blocks = 4'096;
  static constexpr std::size_t permitted_blocks = 64;  ///< of one extension
  static constexpr std::size_t list_lines = 4'000'000;  ///< of one text
  static constexpr std::size_t list_bytes = 256u << 20;  ///< of one file; a longer one is not used
  static constexpr std::size_t neighbours = 4'096;      ///< on the LAN, with their hardware addresses; others have none
  static constexpr std::size_t domains = 256;           ///< in static rules
  // The country database; a file that asks for more is refused
  static constexpr std::size_t country_file_bytes = 128u << 20;
  static constexpr std::size_t country_nodes = 16'000'000;
  static constexpr std::size_t country_ranges = 4'000'000;
  static constexpr std::size_t country_records = 4'096;  ///< different ones: there are 250 countries
  // What is written down for a restart
  static constexpr std::size_t kept_sources = 16'384;  ///< the most dangerous; others begin anew
  static constexpr std::uint32_t keep_sources_s = 30;  ///< as often: a kill loses at most so much
};

}  // namespace rf
