// Any bytes as the kernel's answer about its neighbours.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/limits/guard.hpp"
#include "shell/lan/neighbours.hpp"

using namespace rf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<lan::Neighbour> out;
  lan::read_neighbours({reinterpret_cast<const char*>(data), size}, out);
  RF_CHECK(out.size() <= GuardLimits::neighbours);
  return 0;
}
