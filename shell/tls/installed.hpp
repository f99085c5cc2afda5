// A certificate that somebody brings, with its key: judged as a whole before it takes the place of the one before.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace rf::tls {

/// Writes what `pem` holds to `file`, whole or not at all, readable by its owner only: the server's certificate first,
/// then those that lead to its authority, and in any place its key without a password. Refused is one whose key is
/// another's or too weak, that is not in force at `now_wall_ms`, not for servers, names nobody, or whose chain does not
/// lead from one to the next. Errors: a sentence that says which, and never a part of `pem`.
std::expected<void, std::string> install_certificate(const std::filesystem::path& file, std::string_view pem,
                                                     std::int64_t now_wall_ms);

/// Removes what a process that died while it wrote left beside the certificates and keys of `directory`: it may hold a
/// key. For the start alone, while nobody else writes there.
void drop_leftovers(const std::filesystem::path& directory);

}  // namespace rf::tls
