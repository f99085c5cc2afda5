// All memory that this program has asked for and not given back, OpenSSL's too: how much it is, and what lies in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace rf::heap {

std::size_t bytes();
void for_each_block(const std::function<void(std::span<const std::uint8_t>)>& look);

}  // namespace rf::heap
