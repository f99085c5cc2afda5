// What the process asks of its host: rights it gives up, limits it raises, what it tells the service manager.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/address.hpp"

namespace rf::app {

/// The wall clock, in milliseconds since 1970.
std::int64_t wall_now_ms();

/// The kernel's own randomness, for keys and for everything that must not be guessed.
void fill_from_kernel(void* out, std::size_t size);

/// The path of what was installed with this program, or lies beside it in the build tree: "countries.mmdb", "prompts".
std::string installed(std::string_view name);

/// No new privileges through programs, no core dumps, no other process of this account reading our memory, files for
/// the owner only, no SIGPIPE.
void harden();

/// Raises the number of descriptors to what the host allows: every connection and every media port is one.
void raise_descriptors();
/// So many descriptors this process may have, and so many it has now.
std::size_t descriptors_allowed();
std::size_t descriptors_open();
/// The ports that the kernel gives to any program which asks for none; nothing when it does not say.
std::optional<std::pair<std::uint16_t, std::uint16_t>> ephemeral_ports();

/// The account of that name. Errors: a sentence.
struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
};
std::expected<Account, std::string> account_of(const std::string& name);

/// Gives up root for good. With `keep_ports` the process may still bind ports below 1024, and nothing else that root
/// may. Errors: a sentence.
std::expected<void, std::string> become(const Account& account, bool keep_ports);

/// What this host sends from to the world outside; unspecified when it has no way there.
Address source_address(bool v4);

/// Tells systemd, when it started us: "READY=1", "STOPPING=1", "RELOADING=1".
void notify_service_manager(std::string_view state);

}  // namespace rf::app
