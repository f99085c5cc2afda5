#include "app/caller.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string_view>

#include "core/base/address.hpp"

namespace rf::app {
namespace {

constexpr const char* names[] = {"SSH_CONNECTION", "SSH_CLIENT"};
constexpr int processes_above = 16;

std::string from_environment_of(long process) {
  std::ifstream in(fmt::format("/proc/{}/environ", process), std::ios::binary);
  for (std::string entry; std::getline(in, entry, '\0');)
    for (const std::string_view name : names)
      if (entry.starts_with(name) && entry.size() > name.size() && entry[name.size()] == '=')
        if (std::string address = address_in(entry.substr(name.size() + 1)); !address.empty()) return address;
  return {};
}

/// 0 when it cannot be seen.
long parent_of(long process) {
  std::ifstream in(fmt::format("/proc/{}/status", process));
  for (std::string key; in >> key; in.ignore(4'096, '\n'))
    if (long parent = 0; key == "PPid:" && in >> parent) return parent;
  return 0;
}

}  // namespace

std::string address_in(const std::string& value) {
  const std::string address = value.substr(0, value.find_first_of(" %"));
  return Address::parse(address) ? address : std::string();
}

std::string caller_address() {
  for (const char* const name : names)
    if (const char* const value = std::getenv(name))
      if (std::string address = address_in(value); !address.empty()) return address;
  long process = ::getppid();
  for (int i = 0; i < processes_above && process > 1; ++i, process = parent_of(process))
    if (std::string address = from_environment_of(process); !address.empty()) return address;
  return {};
}

}  // namespace rf::app
