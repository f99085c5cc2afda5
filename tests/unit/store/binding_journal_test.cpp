#include "shell/store/binding_journal.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/base/random.hpp"
#include "shell/store/write_group.hpp"
#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

class Journal : public Scratch {
 protected:
  Journal() : store_(open_store()), accounts_(add_extensions(store_, 8)) {}

  std::size_t rows() {
    long long rows = 0;
    *raw() << "SELECT COUNT(*) FROM bindings", soci::into(rows);
    return static_cast<std::size_t>(rows);
  }
  /// What the file holds now, by extension and contact.
  std::map<std::string, std::uint32_t> stored() {
    std::map<std::string, std::uint32_t> cseqs;
    const auto bindings = store_.load_bindings(day);
    EXPECT_TRUE(bindings);
    for (const record::Binding& binding : *bindings)
      EXPECT_TRUE(
          cseqs.emplace(fmt::format("{} {}", binding.extension.value, binding.contact_key), binding.cseq).second)
          << "one contact twice";
    return cseqs;
  }

  Store store_;
  std::vector<Account> accounts_;
};

TEST_F(Journal, AgreesWithAPlainMapOverManyWritesSweepsAndRestarts) {
  Random random(7);
  std::map<std::string, std::uint32_t> model;
  std::uint32_t cseq = 0;
  options_.synchronous = false;
  for (int life = 0; life < 4; ++life) {
    auto writer = start_writer({.group_window_ms = 0, .group_max = 1 + random.below(700)});
    for (int i = 0; i < 9'000; ++i) {
      record::Binding binding =
          binding_of(accounts_[random.below(accounts_.size())].id, fmt::format("sip:{}@192.0.2.1", random.below(6)));
      const std::string key = fmt::format("{} {}", binding.extension.value, binding.contact_key);
      if (random.below(5) == 0) {
        model.erase(key);
        ASSERT_TRUE(writer->push(effect::DropBinding{0, binding.extension, binding.contact_key}));
      } else {
        binding.cseq = model[key] = ++cseq;
        ASSERT_TRUE(writer->push(effect::StoreBinding{0, binding}));
      }
    }
    ASSERT_TRUE(writer->flush(60'000));
    EXPECT_EQ(writer->statistics().refused, 0u);
    writer.reset();
    // Two lives in a row without the store's own tidying, so that the second begins with what the first left.
    if (life == 3) {
      EXPECT_LE(rows(), 2 * model.size() + QueueLimits::binding_rows_surplus + 1'000);
    }
    if (life % 2 == 1) {
      ASSERT_TRUE(store_.sweep_bindings(day));
      EXPECT_EQ(stored(), model);
    }
  }
  EXPECT_EQ(rows(), model.size());
}

TEST_F(Journal, HoldsNoMoreThanTwiceWhatCountsAndItsSurplusHoweverOftenAPhoneRegisters) {
  options_.synchronous = false;
  auto writer = start_writer({.group_window_ms = 0, .group_max = 50});
  const record::Binding quiet = binding_of(accounts_[1].id);
  ASSERT_TRUE(writer->push(effect::StoreBinding{0, quiet}));
  record::Binding busy = binding_of(accounts_[0].id);
  for (std::uint32_t i = 1; i <= 30'000; ++i) {
    busy.cseq = i;
    ASSERT_TRUE(writer->push(effect::StoreBinding{0, busy}));
  }
  ASSERT_TRUE(writer->flush(60'000));
  EXPECT_LE(rows(), 2 * 2 + QueueLimits::binding_rows_surplus + 100);
  const auto bindings = store_.load_bindings(day);
  ASSERT_TRUE(bindings);
  ASSERT_EQ(bindings->size(), 2u);
  EXPECT_TRUE(same((*bindings)[0], quiet) || same((*bindings)[1], quiet));
  EXPECT_TRUE(same((*bindings)[0], busy) || same((*bindings)[1], busy));
}

TEST_F(Journal, ForgetsWhatTheCommandLineDeletedFromUnderIt) {
  options_.synchronous = false;
  auto sql = raw();
  BindingJournal journal(*sql);
  std::uint32_t written = 0;
  const auto write = [&](const record::Binding& binding) {
    Transaction transaction(*sql);
    journal.sweep(*sql, 1);
    BindingRow row;
    row.set(binding);
    journal.place(row);
    *sql << fmt::format(
        "INSERT INTO bindings VALUES ({}, 0, {}, '{}', '', '', 0, 0, 0, '', '', '', 0, '', {}, {}, 0)", row.seq,
        row.extension, row.contact_key, row.registered_wall_ms, row.expires_wall_ms);
    journal.appended(row);
    transaction.commit();
    journal.committed();
    ++written;
  };
  write(binding_of(accounts_[0].id));
  ASSERT_TRUE(store_.remove_extension(default_tenant, accounts_[0].number));
  EXPECT_EQ(journal.counting(), 1u);
  while (written < 2 * QueueLimits::binding_rows_surplus) write(binding_of(accounts_[1].id));
  EXPECT_EQ(journal.counting(), 1u);
  EXPECT_EQ(journal.rows(), rows());
}

TEST_F(Journal, ForgetsWhatWasRolledBack) {
  BindingJournal journal(*raw());
  BindingRow row;
  row.set(binding_of(accounts_[0].id));
  journal.place(row);
  EXPECT_EQ(row.seq, 1);
  journal.appended(row);
  journal.rolled_back();
  EXPECT_EQ(journal.rows(), 0u);
  journal.place(row);
  EXPECT_EQ(row.seq, 1);
  journal.appended(row);
  journal.committed();
  EXPECT_EQ(journal.rows(), 1u);
  EXPECT_EQ(journal.counting(), 1u);
  row.set_dropped(accounts_[0].id, binding_of(accounts_[0].id).contact_key);
  journal.place(row);
  EXPECT_EQ(row.seq, 2);
  journal.appended(row);
  journal.committed();
  EXPECT_EQ(journal.rows(), 2u);
  EXPECT_EQ(journal.counting(), 0u);
}

}  // namespace
}  // namespace rf::store
