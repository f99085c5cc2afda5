// Any bytes as a country database: an error or a table, in bounded time, and answers that are countries.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/check.hpp"
#include "shell/geo/database.hpp"

using namespace rf;

/// The library of Debian 12 loses a few kilobytes when what a damaged file says of itself cannot be read.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libmaxminddb";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("input", MFD_CLOEXEC);
  RF_CHECK(file >= 0 && ::write(file, data, size) == static_cast<ssize_t>(size));
  const auto database = geo::read_countries("/proc/self/fd/" + std::to_string(file));
  ::close(file);
  if (!database) {
    RF_CHECK(!database.error().empty());
    return 0;
  }
  RF_CHECK(!database->countries->empty());
  for (std::uint32_t high = 0; high < 256; ++high)
    RF_CHECK(database->countries->of(Address::v4(high << 24 | 0x00010203)).index <= 676);
  return 0;
}
