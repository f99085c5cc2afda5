#include "tests/simulation/traffic/heap.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace rf::heap {
namespace {

/// Stands before each block; they are a ring. The program has one thread.
struct alignas(16) Head {
  Head* before;
  Head* after;
  std::size_t bytes;
};
constinit Head ring{&ring, &ring, 0};
constinit std::size_t total = 0;

void* give(std::size_t bytes) {
  void* const at = std::malloc(sizeof(Head) + bytes);
  if (!at) return nullptr;
  Head* const head = new (at) Head{&ring, ring.after, bytes};
  head->after->before = head;
  ring.after = head;
  total += bytes;
  return head + 1;
}

void take(void* at) {
  if (!at) return;
  Head* const head = static_cast<Head*>(at) - 1;
  head->before->after = head->after;
  head->after->before = head->before;
  total -= head->bytes;
  std::free(head);
}

void* move(void* at, std::size_t bytes) {
  void* const there = give(bytes);
  if (there && at) std::memcpy(there, at, std::min(bytes, (static_cast<Head*>(at) - 1)->bytes));
  if (there) take(at);
  return there;
}

// Before OpenSSL has asked for any.
[[maybe_unused]] const int hooked =
    CRYPTO_set_mem_functions([](std::size_t bytes, const char*, int) { return give(bytes); },
                             [](void* at, std::size_t bytes, const char*, int) { return move(at, bytes); },
                             [](void* at, const char*, int) { take(at); });

}  // namespace

std::size_t bytes() {
  return total;
}

void for_each_block(const std::function<void(std::span<const std::uint8_t>)>& look) {
  for (const Head* head = ring.after; head != &ring; head = head->after)
    look({reinterpret_cast<const std::uint8_t*>(head + 1), head->bytes});
}

}  // namespace rf::heap

void* operator new(std::size_t bytes) {
  if (void* const at = rf::heap::give(bytes)) return at;
  throw std::bad_alloc();
}
void operator delete(void* at) noexcept {
  rf::heap::take(at);
}
void operator delete(void* at, std::size_t) noexcept {
  rf::heap::take(at);
}
