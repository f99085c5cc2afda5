// Bounds of logins, sessions and tokens.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

/// Bounds of users, passwords, logins, sessions and tokens. Fixed.
struct AccessLimits {
  static constexpr std::size_t users = 100'000;         ///< further ones are refused
  static constexpr std::size_t roles = 256;             ///< custom ones; further ones are refused
  static constexpr std::size_t name_bytes = 64;         ///< of a login name; of a role's 32
  static constexpr std::size_t text_bytes = 128;        ///< of what people are called, and of an e-mail address
  static constexpr std::size_t password_bytes = 256;    ///< a longer one is refused, before any work
  static constexpr std::size_t sessions = 20'000;       ///< the one that was idle longest goes
  static constexpr std::size_t sessions_per_user = 16;  ///< likewise
  static constexpr std::size_t tokens_per_user = 32;    ///< further ones are refused
  static constexpr std::uint32_t token_days = 366;      ///< that one may be good for
  static constexpr std::uint32_t tries = 5;             ///< wrong codes of one session; then it ends
  static constexpr std::size_t recovery_codes = 10;
  static constexpr std::uint32_t invitation_s = 86'400;        ///< that a one-time link of a user is good for
  static constexpr std::uint32_t invitation_s_most = 604'800;  ///< more is refused
  static constexpr std::size_t sources = 4'096;   ///< whose failures are counted; the least dangerous is forgotten
  static constexpr std::size_t accounts = 4'096;  ///< likewise, of names, whether there is such a user or not
  static constexpr std::size_t pairs = 8'192;     ///< likewise, of a source and a name
  static constexpr std::size_t hash_jobs = 16;    ///< passwords that wait for their turn; further ones: 503
  static constexpr std::size_t hash_jobs_per_source = 2;  ///< likewise, of one source
  static constexpr std::uint32_t audited_per_min = 60;    ///< failed logins in the audit log; the rest are counted
};

}  // namespace rf
