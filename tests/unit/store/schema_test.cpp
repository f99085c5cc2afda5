#include "shell/store/schema.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <latch>
#include <thread>

#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

using ::testing::HasSubstr;
class Schema : public Scratch {};

TEST_F(Schema, IsMadeInAnEmptyFileWithADefaultTenant) {
  Store store = open_store();
  const auto tenants = store.tenants();
  ASSERT_TRUE(tenants);
  ASSERT_EQ(tenants->size(), 1u);
  EXPECT_EQ(tenants->front().id, default_tenant);
  EXPECT_EQ(tenants->front().name, "default");
  const auto counts = store.counts();
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->extensions + counts->bindings + counts->cdrs + counts->open_cdrs, 0u);
}

TEST_F(Schema, IsLeftAloneWhenOpenedAgain) {
  {
    Store store = open_store();
    ASSERT_TRUE(store.set_setting("colour", "blue\n\xff"));
    add_extensions(store, 1);
  }
  Store again = open_store();
  EXPECT_EQ(again.setting("colour").value(), "blue\n\xff");
  EXPECT_EQ(again.setting("shape").value(), std::nullopt);
  EXPECT_EQ(again.counts()->extensions, 1u);
  ASSERT_TRUE(again.set_setting("colour", "red"));
  EXPECT_EQ(again.setting("colour").value(), "red");
}

TEST_F(Schema, OfANewerProgramIsRefusedWithTheRemedy) {
  open_store();
  *raw() << "UPDATE schema_version SET version = " << schema_version() + 1;
  const auto store = Store::open(options_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().fault, Fault::newer_schema);
  EXPECT_THAT(store.error().text, HasSubstr("backup"));
  const auto writer = StoreWriter::start(options_, {}, nullptr, nullptr);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().fault, Fault::newer_schema);
}

TEST_F(Schema, HalfMadeByAStartThatWasInterruptedIsMadeWhole) {
  // What a crash between creating the version table and the first migration would leave, had they been two
  // transactions.
  {
    auto sql = raw();
    *sql << "CREATE TABLE schema_version (version INTEGER NOT NULL)";
    *sql << "INSERT INTO schema_version (version) VALUES (0)";
  }
  Store store = open_store();
  EXPECT_EQ(store.tenants()->size(), 1u);
}

TEST_F(Schema, OfEachFormerVersionIsBroughtUpToDateWithAllThatIsInIt) {
  // Dumps of databases that the former programs themselves wrote: two extensions with a phone each, a call that was
  // answered, one to a number that nobody has, one that ran when the process was killed.
  for (int version = 1; version < schema_version(); ++version) {
    std::filesystem::remove(options_.path);
    {
      std::ifstream dump(fmt::format("{}/version_{}.sql", FORMER_SCHEMAS, version));
      ASSERT_TRUE(dump) << "what did version " << version << " write?";
      auto sql = raw();
      for (std::string statement; std::getline(dump, statement);) *sql << statement;
    }
    Store store = open_store();
    const auto counts = store.counts();
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->extensions, 2u);
    EXPECT_EQ(counts->bindings, 2u);
    EXPECT_EQ(counts->cdrs, 3u);
    EXPECT_EQ(counts->open_cdrs, 1u);
    EXPECT_EQ(store.find_extension(default_tenant, "1001")->settings.display_name, "Ann");
    const auto cdrs = store.find_cdrs({});
    ASSERT_TRUE(cdrs);
    EXPECT_EQ((*cdrs)[2].result, record::CallResult::answered);
    EXPECT_EQ((*cdrs)[1].dialled, "9999");
    for (const record::Cdr& cdr : *cdrs) EXPECT_EQ(cdr.attempts, 1u);
    // It is the same as one that is made new, and takes what is written now.
    auto writer = start_writer();
    record::Cdr sum = closed_cdr(7);
    sum.attempts = 1'980;
    ASSERT_TRUE(writer->push(effect::CloseCdr{sum}));
    ASSERT_TRUE(writer->flush(60'000));
    EXPECT_TRUE(same(store.find_cdr(sum.id).value(), sum));
    writer.reset();
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(options_.path + suffix);
  }
}

TEST_F(Schema, OfAnotherProgramIsRefusedAndNotTouched) {
  *raw() << "CREATE TABLE bookmarks (url TEXT)";
  const auto store = Store::open(options_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().fault, Fault::not_a_database);
  int tables = 0;
  *raw() << "SELECT COUNT(*) FROM sqlite_master", soci::into(tables);
  EXPECT_EQ(tables, 1);
}

TEST_F(Schema, IsNotLookedForInAFileThatIsNoDatabase) {
  std::ofstream(options_.path) << std::string(8'192, 'x');
  const auto store = Store::open(options_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().fault, Fault::not_a_database);
}

TEST_F(Schema, IsMadeOnceWhenSeveralOpenTheEmptyFileTogether) {
  constexpr int openers = 8;
  std::latch ready(openers);
  std::array<std::string, openers> faults;
  {
    std::vector<std::jthread> threads;
    for (std::string& fault : faults)
      threads.emplace_back([&] {
        ready.arrive_and_wait();
        const auto store = Store::open(options_);
        if (!store) fault = store.error().text;
      });
  }
  EXPECT_THAT(faults, ::testing::Each(""));
  EXPECT_EQ(open_store().tenants()->size(), 1u);
}

TEST_F(Schema, LiesInFilesForTheOwnerAlone) {
  const mode_t before = ::umask(0);
  {
    Store store = open_store();
    add_extensions(store, 1);
    for (const char* suffix : {"", "-wal", "-shm"}) {
      struct stat status {};
      ASSERT_EQ(::stat((options_.path + suffix).c_str(), &status), 0) << suffix;
      EXPECT_EQ(status.st_mode & 0777u, 0600u) << suffix;
    }
  }
  ::umask(before);
}

TEST_F(Schema, IsRequiredByTheWriter) {
  const auto writer = StoreWriter::start(options_, {}, nullptr, nullptr);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().fault, Fault::not_migrated);
}

TEST_F(Schema, CannotBeMadeWhereThereIsNoDirectory) {
  options_.path = (directory_ / "none" / "ringfence.db").string();
  const auto store = Store::open(options_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().fault, Fault::disk);
  EXPECT_THAT(store.error().text, HasSubstr(options_.path));
}

TEST_F(Schema, IsWrittenWithAnFsyncEachTransactionUnlessTheOperatorChoseOtherwise) {
  const auto pragma = [&](const char* name) {
    std::string value;
    *raw() << "PRAGMA " << name, soci::into(value);
    return value;
  };
  EXPECT_EQ(pragma("synchronous"), "2");
  options_.synchronous = false;
  EXPECT_EQ(pragma("synchronous"), "1");
  EXPECT_EQ(pragma("journal_mode"), "wal");
  EXPECT_EQ(pragma("foreign_keys"), "1");
}

TEST_F(Schema, TakesPathsWithSpacesAndEqualSigns) {
  std::filesystem::create_directory(directory_ / "a = b  c");
  options_.path = (directory_ / "a = b  c" / "ring fence.db").string();
  open_store();
  EXPECT_TRUE(std::filesystem::exists(options_.path));
  EXPECT_GT(std::filesystem::file_size(options_.path), 0u);
}

}  // namespace
}  // namespace rf::store
