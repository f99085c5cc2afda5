// What the guard remembers on disk.
#include <gmock/gmock.h>

#include "core/guard/prefix.hpp"
#include "shell/store/guard.hpp"
#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

Subnet block(std::string_view text) {
  return *guard::parse_prefix(text);
}

guard::Ban ban_of(std::string_view text, std::int64_t until_ms = day + 3'600'000) {
  guard::Ban ban;
  ban.subnet = block(text);
  ban.rule.assign("scanner-agent");
  ban.evidence.assign("1 agent in 60 s (limit 1), UDP port 5060, last \"friendly-scanner\"");
  ban.since_ms = day;
  ban.until_ms = until_ms;
  ban.repeats = 3;
  ban.proven = true;
  return ban;
}

class GuardOnDisk : public Scratch {};

TEST_F(GuardOnDisk, BansComeBackAsTheyWereAndTheNewestOfABlockCounts) {
  Store store = open_store();
  auto writer = start_writer();
  ASSERT_TRUE(writer->push(effect::StoreBan{ban_of("198.51.100.7", day + 1)}));
  ASSERT_TRUE(writer->push(effect::StoreBan{ban_of("2001:db8::/64", day + 2)}));
  guard::Ban longer = ban_of("198.51.100.7", day + 9);
  longer.repeats = 4;
  ASSERT_TRUE(writer->push(effect::StoreBan{longer}));
  ASSERT_TRUE(writer->push(effect::StoreBan{ban_of("203.0.113.1")}));
  ASSERT_TRUE(writer->push(effect::DropBan{block("203.0.113.1")}));
  ASSERT_TRUE(writer->flush(60'000));
  const auto bans = store.load_bans();
  ASSERT_TRUE(bans);
  ASSERT_THAT(*bans, SizeIs(2));
  EXPECT_EQ((*bans)[0].subnet, block("2001:db8::/64"));
  const guard::Ban& ban = (*bans)[1];
  EXPECT_EQ(ban.subnet, block("198.51.100.7"));
  EXPECT_EQ(ban.rule.view(), longer.rule.view());
  EXPECT_EQ(ban.evidence.view(), longer.evidence.view());
  EXPECT_EQ(ban.since_ms, longer.since_ms);
  EXPECT_EQ(ban.until_ms, longer.until_ms);
  EXPECT_EQ(ban.repeats, 4);
  EXPECT_TRUE(ban.proven);
  EXPECT_EQ(store.drop_bans(block("198.51.100.0/24")).value(), 1u);
  EXPECT_THAT(*store.load_bans(), SizeIs(1));
}

TEST_F(GuardOnDisk, SourcesComeBackAsTheyWereAndAreForgottenWithTheirBlock) {
  Store store = open_store();
  auto writer = start_writer();
  guard::KeptSource kept;
  kept.address = *Address::parse("198.51.100.7");
  kept.last_ms = day;
  kept.throttle_until_ms = day + 300'000;
  kept.proof_until_ms = day + 600'000;
  kept.proof_port = 5'071;
  kept.guessing = kept.offended = true;
  kept.rule.assign("slow-guessing");
  kept.count = 2;
  kept.counts[0].rule.assign("slow-guessing");
  kept.counts[0].since_ms = day - 7;
  kept.counts[0].now = 65'535;
  kept.counts[1].rule.assign("slow-enumeration");
  kept.counts[1].before = 9;
  guard::KeptSource six;
  six.address = *Address::parse("2001:db8:1:2::");
  six.last_ms = day + 1;
  ASSERT_TRUE(writer->push(KeepSources{{six, kept}}));
  ASSERT_TRUE(writer->push(KeepSources{{kept}}));
  ASSERT_TRUE(writer->flush(60'000));
  const auto sources = store.load_sources();
  ASSERT_TRUE(sources);
  ASSERT_THAT(*sources, SizeIs(2));
  const guard::KeptSource& back = sources->front();
  EXPECT_EQ(back.address, kept.address);
  EXPECT_EQ(back.throttle_until_ms, kept.throttle_until_ms);
  EXPECT_EQ(back.proof_until_ms, kept.proof_until_ms);
  EXPECT_EQ(back.proof_port, 5'071);
  EXPECT_TRUE(back.guessing && back.offended);
  EXPECT_EQ(back.rule.view(), "slow-guessing");
  ASSERT_EQ(back.count, 2);
  EXPECT_EQ(back.counts[0].since_ms, day - 7);
  EXPECT_EQ(back.counts[0].now, 65'535);
  EXPECT_EQ(back.counts[1].rule.view(), "slow-enumeration");
  EXPECT_EQ(back.counts[1].before, 9);
  ASSERT_TRUE(writer->push(DropSources{block("198.51.100.0/24")}));
  ASSERT_TRUE(writer->push(DropSources{block("2001:db8:1:2::9")}));
  ASSERT_TRUE(writer->flush(60'000));
  EXPECT_THAT(*store.load_sources(), SizeIs(0)) << "of IPv6, a source is a /64";
}

TEST_F(GuardOnDisk, SourcesAreBoundedAndOffendersLeaveLast) {
  Store store = open_store();
  KeepSources many;
  const std::size_t count = GuardLimits::kept_sources + 100;
  for (std::uint32_t i = 0; i < count; ++i) {
    guard::KeptSource kept;
    kept.address = Address::v4(0xc6336400 + i);
    kept.last_ms = day + i;
    kept.offended = i < 50;
    many.sources.push_back(kept);
  }
  auto writer = start_writer();
  ASSERT_TRUE(writer->push(std::move(many)));
  ASSERT_TRUE(writer->flush(60'000));
  auto sql = raw();
  sweep_sources(*sql, day);
  const auto sources = store.load_sources();
  ASSERT_THAT(*sources, SizeIs(GuardLimits::kept_sources));
  EXPECT_TRUE(sources->front().offended);
  sweep_sources(*sql, day + 100 * 86'400'000LL);
  EXPECT_THAT(*store.load_sources(), SizeIs(0));
}

TEST_F(GuardOnDisk, BansAreBoundedAndLongEndedOnesGo) {
  Store store = open_store();
  auto sql = raw();
  const std::int64_t day_ms = 86'400'000;
  {
    Transaction transaction(*sql);
    for (long long i = 0; i < static_cast<long long>(DiskLimits{}.bans) + 5; ++i) {
      const std::string subnet = Address::v4(0x20000000u + static_cast<std::uint32_t>(i)).text() + "/32";
      const long long until = day + 1'000 + i;
      *sql << "INSERT INTO bans VALUES (:subnet, 'x', '', 1, :until, 0, 1)", soci::use(subnet), soci::use(until);
    }
    *sql << "INSERT INTO bans VALUES ('198.51.100.7/32', 'x', '', 1, 2, 0, 1)";
    sweep_bans(*sql, day + DiskLimits{}.ban_days * day_ms);
    transaction.commit();
  }
  const auto bans = store.load_bans();
  ASSERT_TRUE(bans);
  EXPECT_THAT(*bans, SizeIs(DiskLimits{}.bans));
  EXPECT_EQ(bans->front().until_ms, day + 1'000 + 5) << "those that end soonest went";
}

TEST_F(GuardOnDisk, TheAccessListHasOneEntryABlockAndAnEnd) {
  Store store = open_store();
  guard::AccessEntry entry{block("198.51.100.0/24"), false, true, "calls at \x01night", day + 60'000};
  ASSERT_TRUE(store.set_access(entry, day));
  entry.allow = true;
  ASSERT_TRUE(store.set_access(entry, day));
  ASSERT_TRUE(store.set_access({block("203.0.113.1"), true, false, "", 0}, day));
  auto list = store.access_list().value();
  ASSERT_THAT(list, SizeIs(2));
  EXPECT_TRUE(list[0].allow && list[0].forced);
  EXPECT_EQ(list[0].description, "calls at \x01night");
  EXPECT_EQ(list[0].until_ms, day + 60'000);
  ASSERT_TRUE(store.set_access({block("203.0.113.2"), false, false, "", 0}, day + 60'001));
  list = store.access_list().value();
  ASSERT_THAT(list, SizeIs(2)) << "what has ended goes";
  EXPECT_TRUE(store.drop_access(block("203.0.113.1")).value());
  EXPECT_FALSE(store.drop_access(block("203.0.113.1")).value());
}

}  // namespace
}  // namespace rf::store
