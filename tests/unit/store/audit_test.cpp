#include "shell/store/audit.hpp"

#include <gmock/gmock.h>

#include "core/base/limits/people.hpp"
#include "shell/store/state.hpp"
#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

using ::testing::HasSubstr;

class Audit : public Scratch {
 protected:
  audit::Entry append(Store& store, const std::string& action, std::int64_t wall_ms = day) {
    const auto entry = store.append_audit({wall_ms, "uid 0", "command", action, "asked"});
    EXPECT_TRUE(entry) << entry.error().text;
    return *entry;
  }
  std::string exported(Store& store, std::uint64_t after = 0) {
    const auto part = store.audit_after(after, 1'000'000);
    EXPECT_TRUE(part);
    std::string out = audit::first_line(signer_.public_key(), part->before);
    for (const audit::Entry& entry : part->entries) out += audit::line_of(entry);
    return out + audit::line_of(signer_.sign(part->head, day));
  }
  const audit::Signer signer_{{7}};
};

TEST_F(Audit, WhatWasWrittenIsAChainThatHolds) {
  Store store = open_store();
  for (int i = 0; i < 20; ++i) append(store, "extension.set \t\n\xff " + std::to_string(i));
  const auto verified = audit::verify(exported(store), {});
  ASSERT_TRUE(verified) << verified.error().what;
  EXPECT_EQ(verified->entries, 20u);
  EXPECT_TRUE(audit::verify(exported(store, 5), {}));
}

TEST_F(Audit, GoesOnBehindWhatAnotherConnectionWrote) {
  Store one = open_store(), two = open_store();
  append(one, "first");
  append(two, "second");
  EXPECT_EQ(append(one, "third").number, 3u);
  EXPECT_TRUE(audit::verify(exported(two), {}));
}

TEST_F(Audit, WhoChangesARowOfTheDatabaseIsFound) {
  Store store = open_store();
  for (int i = 0; i < 5; ++i) append(store, "extension.set");
  *raw() << "UPDATE audit SET actor = 'nobody' WHERE number = 3";
  const auto broken = audit::verify(exported(store), {});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().number, 3u);
}

TEST_F(Audit, WhoDeletesARowOfTheDatabaseIsFound) {
  Store store = open_store();
  for (int i = 0; i < 5; ++i) append(store, "extension.set");
  *raw() << "DELETE FROM audit WHERE number = 3";
  EXPECT_FALSE(audit::verify(exported(store), {}));
}

TEST_F(Audit, WhoDeletesItsEndContradictsACheckpoint) {
  Store store = open_store();
  for (int i = 0; i < 5; ++i) append(store, "extension.set");
  const audit::Head seen = store.audit_after(0, 1)->head;
  *raw() << "DELETE FROM audit WHERE number > 3";
  EXPECT_FALSE(audit::verify(exported(store), {{}, seen}));
}

TEST_F(Audit, WhatIsTooOldGoesFromItsBeginningAndThatIsSaid) {
  Store store = open_store();
  for (int i = 0; i < 10; ++i) append(store, "old");
  const std::int64_t later = day + std::int64_t{AuditLimits::keep_days + 1} * 86'400'000;
  append(store, "young", later);
  {
    auto sql = raw();
    Transaction transaction(*sql);
    sweep_audit(*sql, later, 6);
    transaction.commit();
  }
  const auto part = store.audit_after(0, 100);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->before.number, 6u);
  EXPECT_THAT(part->entries.back().event.action, HasSubstr("1 to 6"));
  EXPECT_TRUE(audit::verify(exported(store), {}));
}

TEST_F(Audit, AClockThatWasWrongOnceTearsNoHole) {
  Store store = open_store();
  append(store, "now");
  append(store, "in the year 1971", 40'000'000'000);
  append(store, "now again");
  auto sql = raw();
  Transaction transaction(*sql);
  sweep_audit(*sql, day, 100);
  transaction.commit();
  EXPECT_EQ(store.audit_after(0, 100)->entries.size(), 3u);
}

TEST_F(Audit, IsFilteredByWhoAndWhatAndWhen) {
  Store store = open_store();
  append(store, "a", day);
  append(store, "b", day + 1'000);
  ASSERT_TRUE(store.append_audit({day + 2'000, "guard", "ban", "192.0.2.1", "done"}));
  EXPECT_EQ(store.find_audit({})->size(), 3u);
  EXPECT_EQ(store.find_audit({})->front().event.actor, "guard") << "the newest first";
  EXPECT_EQ(store.find_audit({.actor = "uid 0"})->size(), 2u);
  EXPECT_EQ(store.find_audit({.kind = "ban"})->size(), 1u);
  EXPECT_EQ(store.find_audit({.from_wall_ms = day + 500, .to_wall_ms = day + 1'500})->size(), 1u);
  EXPECT_EQ(store.find_audit({.limit = 2})->size(), 2u);
}

TEST_F(Audit, BansStandInItAndABurstOfThemPushesNobodyOut) {
  Store store = open_store();
  auto writer = start_writer();
  for (std::uint32_t i = 0; i < 500; ++i) {
    guard::Ban ban;
    ban.subnet = {Address::v4(0xc6336400 + i), 128};
    ban.rule.assign("wrong_password");
    ASSERT_TRUE(writer->push(effect::StoreBan{ban}));
  }
  ASSERT_TRUE(writer->flush());
  const auto entries = store.find_audit({.kind = "ban", .limit = 10'000});
  ASSERT_TRUE(entries);
  EXPECT_GE(entries->size(), AuditLimits::bans_per_minute);
  EXPECT_LE(entries->size(), 2 * AuditLimits::bans_per_minute + 1);
  EXPECT_THAT(entries->back().event.action, HasSubstr("wrong_password"));
  EXPECT_TRUE(audit::verify(exported(store), {}));
}

}  // namespace
}  // namespace rf::store
