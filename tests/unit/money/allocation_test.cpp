// The path of a decision takes no memory: what it needs was laid out before.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "core/money/deck.hpp"
#include "core/money/ledger.hpp"

namespace {
std::size_t allocations = 0;
}  // namespace

// Not inlined: the compiler would take the pair of malloc and delete for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace rf::money {
namespace {

TEST(Allocation, NeitherARateNorAReservationTakesMemory) {
  const Currency eur = *Currency::parse("EUR");
  const Amount one = *Amount::of_micros(1, eur);
  const Deck deck = *Deck::of({{*Prefix::parse("44"), *Rate::of({one, one, 60, 60, 60})}});
  MoneyLimits bounds;
  bounds.accounts = 8;
  bounds.reservations = 600;
  Ledger ledger(eur, bounds, HashKey(1));
  const std::array<AccountId, 5> accounts{
      {{Level::extension, 1}, {Level::department, 1}, {Level::tenant, 1}, {Level::trunk, 1}, {Level::system, 1}}};
  AccountLimits limits;
  limits.day = 900;
  limits.warn_percent = {50, 80};
  for (const AccountId id : accounts) ASSERT_TRUE(ledger.set_limits(id, limits, 0));
  const std::size_t before = allocations;
  bool good = true;
  for (std::uint64_t call = 1; call <= 500; ++call) {
    good &= deck.find("442071234567", 0).has_value();
    good &= ledger.reserve(CallId{call}, accounts, one, 0).has_value();
    if (call <= 100) good &= ledger.extend(CallId{call}, one, 0).has_value();
  }
  good &= !ledger.reserve(CallId{501}, accounts, *Amount::of_micros(400, eur), 0).has_value();
  for (std::uint64_t call = 1; call <= 500; ++call) good &= ledger.settle(CallId{call}, one, 0).has_value();
  EXPECT_EQ(allocations, before);
  EXPECT_TRUE(good);
}

}  // namespace
}  // namespace rf::money
