// No key is left in memory that was given back, and a packet asks for none. Both are seen by standing in for the
// allocators: the language's and OpenSSL's.
#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#include "core/srtp/keys.hpp"
#include "tests/unit/srtp/packets.hpp"

namespace {

constexpr std::size_t secrets_most = 16, secret_bytes = 12, live_most = 4'096;

/// In fixed memory: it is asked while memory is given out and taken back.
struct Watch {
  struct Block {
    const std::uint8_t* at = nullptr;
    std::size_t bytes = 0;
  };
  std::array<std::array<std::uint8_t, secret_bytes>, secrets_most> secrets{};
  std::size_t count = 0;
  std::array<Block, live_most> live{};
  std::size_t allocations = 0, leaks = 0;
  bool on = false;

  bool holds(const Block& block, std::size_t secret) const {
    return memmem(block.at, block.bytes, secrets[secret].data(), secret_bytes) != nullptr;
  }
  void given(void* at, std::size_t bytes) {
    if (!on || !at) return;
    ++allocations;
    for (Block& block : live)
      if (!block.at) {
        block = {static_cast<const std::uint8_t*>(at), bytes};
        return;
      }
  }
  void returned(void* at) {
    if (!on || !at) return;
    for (Block& block : live)
      if (block.at == at) {
        for (std::size_t i = 0; i < count; ++i) leaks += holds(block, i);
        block = {};
        return;
      }
  }
};
constinit Watch watch;

void* give(std::size_t bytes) {
  void* at = std::malloc(bytes);
  watch.given(at, bytes);
  return at;
}
void take(void* at) {
  watch.returned(at);
  std::free(at);
}

// Before OpenSSL has asked for any.
const int hooked = CRYPTO_set_mem_functions([](std::size_t bytes, const char*, int) { return give(bytes); },
                                            [](void* at, std::size_t bytes, const char*, int) {
                                              watch.returned(at);
                                              void* moved = std::realloc(at, bytes);
                                              watch.given(moved, bytes);
                                              return moved;
                                            },
                                            [](void* at, const char*, int) { take(at); });

}  // namespace

void* operator new(std::size_t bytes) {
  if (void* at = give(bytes)) return at;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return give(bytes);
}
void operator delete(void* at) noexcept {
  take(at);
}
void operator delete(void* at, std::size_t) noexcept {
  take(at);
}

namespace rf::srtp {
namespace {

class Memory : public testing::TestWithParam<Suite> {
 protected:
  void SetUp() override {
    ASSERT_EQ(hooked, 1);
    key = key_of(GetParam());
    watch.count = 0;
    secret(key.key());
    secret(key.salt());
    for (const Kind kind : {Kind::rtp, Kind::rtcp}) {
      const auto keys = derive(key, kind);
      secret(keys->cipher.reveal());
      secret(keys->salt.reveal());
      if (facts_of(GetParam()).aead) continue;
      secret(keys->hash.reveal());
      // What the hash is after the key is worth as much as the key.
      const KeyedSha1 hash(keys->hash.reveal());
      const auto* states = reinterpret_cast<const std::uint8_t*>(&hash);
      secret(Bytes(states, sizeof hash));
      secret(Bytes(states, sizeof hash).subspan(sizeof hash / 2));
    }
    watch.allocations = watch.leaks = 0;
    watch.live.fill({});
    watch.on = true;
  }
  void TearDown() override { watch.on = false; }

  static void secret(Bytes bytes) { std::copy_n(bytes.begin(), secret_bytes, watch.secrets[watch.count++].begin()); }
  /// How many of the secrets lie in memory that is in use.
  static std::size_t kept() {
    std::size_t found = 0;
    for (std::size_t i = 0; i < watch.count; ++i)
      found += std::ranges::any_of(watch.live, [&](const auto& b) { return b.at && watch.holds(b, i); });
    return found;
  }

  MasterKey key;
};
INSTANTIATE_TEST_SUITE_P(Srtp, Memory, testing::ValuesIn(all_suites), name_of);

TEST_P(Memory, TheWatchSeesAKeyThatIsGivenBack) {
  auto careless = std::make_unique<std::array<std::uint8_t, 64>>();
  std::ranges::copy(key.key(), careless->begin() + 5);
  careless.reset();
  EXPECT_EQ(watch.leaks, 1u);
}

TEST_P(Memory, NothingOfAKeyIsLeftBehind) {
  {
    Protector sender = *Protector::make(key);
    Unprotector receiver = *Unprotector::make(key);
    EXPECT_GE(kept(), 3u) << "the test looks for the right bytes";
    Packet packet = rtp(1);
    packet.resize(packet.size() + growth_most);
    packet.resize(sender.protect_rtp(packet, packet.size() - growth_most).value());
    ASSERT_TRUE(receiver.unprotect_rtp(packet));
    Protector moved = std::move(sender);
    Unprotector also_moved = std::move(receiver);
    sender = std::move(moved);
  }
  EXPECT_EQ(watch.leaks, 0u);
  EXPECT_EQ(kept(), 0u);
}

TEST_P(Memory, AKeyThatWasReplacedIsGoneWhenTheNewOneIsHeard) {
  Unprotector receiver = *Unprotector::make(key);
  const MasterKey next = key_of(GetParam(), 2);
  Protector renewed = *Protector::make(next);
  ASSERT_TRUE(receiver.rekey(next));
  EXPECT_GE(kept(), 3u);
  ASSERT_TRUE(opened_rtp(receiver, *protected_rtp(renewed, rtp(1))));
  EXPECT_EQ(kept(), 0u);
  EXPECT_EQ(watch.leaks, 0u);
}

TEST_P(Memory, APacketTakesNoMemory) {
  Protector sender = *Protector::make(key);
  Unprotector receiver = *Unprotector::make(key);
  std::array<std::uint8_t, 256> room;
  const auto one = [&](std::uint16_t sequence, bool forged) {
    room.fill(0);
    room[0] = 0x80;
    write32(room, 2, static_cast<std::uint32_t>(sequence) << 16);
    const auto sealed = sender.protect_rtp(room, 172);
    room[20] ^= forged ? 1 : 0;
    const auto opened = receiver.unprotect_rtp(std::span(room).first(sealed.value()));
    room.fill(0);
    room[0] = 0x80;
    const auto report = sender.protect_rtcp(room, 52);
    return opened.has_value() == !forged && receiver.unprotect_rtcp(std::span(room).first(report.value())).has_value();
  };
  ASSERT_TRUE(one(1, false));
  const std::size_t before = watch.allocations;
  bool all = true;
  for (std::uint16_t i = 2; i < 300; ++i) all = one(i, i % 3 == 0) && all;
  EXPECT_EQ(watch.allocations, before);
  EXPECT_TRUE(all);
}

}  // namespace
}  // namespace rf::srtp
