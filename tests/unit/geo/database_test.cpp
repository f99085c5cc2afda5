#include "shell/geo/database.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/base/random.hpp"
#include "tests/unit/geo/mmdb.hpp"

namespace rf::geo {
namespace {

class CountryFile : public testing::Test {
 protected:
  CountryFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rf-geo-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/countries.mmdb";
  }
  ~CountryFile() override { std::filesystem::remove_all(folder_); }

  std::expected<Database, std::string> read(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return read_countries(path_);
  }
  static std::string at(const Database& database, std::string_view address) {
    return database.countries->of(*Address::parse(address)).text();
  }

  std::string folder_, path_;
};

TEST_F(CountryFile, GivesTheCountryOfAnAddressOfEitherFamily) {
  const auto database = read(Mmdb()
                                 .add("192.0.2.0/25", Mmdb::country("DE"))
                                 .add("192.0.2.128/25", Mmdb::country("AT"))
                                 .add("198.51.100.0/24", Mmdb::nested("CH"))
                                 .add("2001:db8::/32", Mmdb::country("FR"))
                                 .add("2001:db9::/32", Mmdb::country("no country"))
                                 .bytes());
  ASSERT_TRUE(database) << database.error();
  EXPECT_EQ(at(*database, "192.0.2.127"), "DE");
  EXPECT_EQ(at(*database, "192.0.2.128"), "AT");
  EXPECT_EQ(at(*database, "198.51.100.9"), "CH");
  EXPECT_EQ(at(*database, "198.51.101.0"), "??");
  EXPECT_EQ(at(*database, "2001:db8:ffff::1"), "FR");
  EXPECT_EQ(at(*database, "2001:db9::1"), "??");
  EXPECT_EQ(at(*database, "::c000:201"), "??") << "an IPv4 address is not one of IPv6";
  EXPECT_EQ(database->type, "Test");
  EXPECT_GT(database->built_s, 1'700'000'000);
}

TEST_F(CountryFile, OfIPv4AloneIsReadToo) {
  const auto database = read(Mmdb(4).add("203.0.113.0/24", Mmdb::country("JP")).bytes());
  ASSERT_TRUE(database) << database.error();
  EXPECT_EQ(at(*database, "203.0.113.200"), "JP");
  EXPECT_EQ(at(*database, "203.0.114.0"), "??");
}

TEST_F(CountryFile, NeighboursOfOneCountryAreOneRange) {
  Mmdb file(4);
  for (int i = 0; i < 64; ++i) file.add("192.0.2." + std::to_string(4 * i) + "/30", Mmdb::country("DE"));
  const auto database = read(file.bytes());
  ASSERT_TRUE(database) << database.error();
  EXPECT_LE(database->countries->ranges(), 2u) << "the range, and what comes after it";
}

TEST_F(CountryFile, TheTreeOfIPv4UnderOtherPrefixesIsNotReadAgain) {
  Mmdb file;
  file.add("192.0.2.0/24", Mmdb::country("DE")).add("2003:8000::/17", Mmdb::country("FR"));
  const std::uint32_t four = file.node_at(std::string(96, '0'));
  file.link(file.node_at("001000000000001"), 0, four);
  const auto database = read(file.bytes());
  ASSERT_TRUE(database) << database.error();
  EXPECT_EQ(at(*database, "192.0.2.1"), "DE");
  EXPECT_EQ(at(*database, "2002:c000:201::"), "??");
}

TEST_F(CountryFile, ATreeThatGoesInCirclesIsRefusedAndNotWalkedForEver) {
  Mmdb file;
  file.add("2001:db8::/32", Mmdb::country("FR"));
  file.link(3, 0, 1).link(2, 1, 1);
  const auto database = read(file.bytes());
  ASSERT_FALSE(database);
  EXPECT_NE(database.error().find("loop"), std::string::npos) << database.error();
  Mmdb doubled;
  doubled.add("2001:db8::/48", Mmdb::country("FR"));
  // Both sides of every node lead to the next: two to the power of 47 ways.
  for (std::uint32_t node = 0; node < 46; ++node) doubled.link(node, 0, node + 1).link(node, 1, node + 1);
  EXPECT_FALSE(read(doubled.bytes()));
}

TEST_F(CountryFile, OneWithMoreKindsOfRecordsThanThereAreCountriesIsRefused) {
  Mmdb file(4);
  for (unsigned i = 0; i < 5'000; ++i)
    file.add(Address::v4(0xc0000000 + 256 * i).text() + "/24", Mmdb::country(i % 2 ? "DE" : "AT"));
  const auto database = read(file.bytes());
  ASSERT_FALSE(database);
  EXPECT_NE(database.error().find("records"), std::string::npos) << database.error();
}

TEST_F(CountryFile, WhatIsNoDatabaseIsRefusedWithASentence) {
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("country,DE\n"));
  EXPECT_FALSE(read(std::string(100'000, '\xff')));
  EXPECT_FALSE(read("\xab\xcd\xefMaxMind.com"));
  EXPECT_EQ(read(Mmdb(4).add("192.0.2.0/24", Mmdb::text("DE")).bytes()).error(), "it names no country");
  EXPECT_FALSE(read_countries(folder_ + "/none"));
  EXPECT_FALSE(read_countries(folder_));
  ASSERT_EQ(::mkfifo((folder_ + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_countries(folder_ + "/pipe").error(), "it is no regular file");
}

TEST_F(CountryFile, DamagedInAnyPlaceItGivesAnErrorOrAnswersButNeverACrash) {
  const std::string good = Mmdb()
                               .add("192.0.2.0/25", Mmdb::country("DE"))
                               .add("198.51.100.0/24", Mmdb::nested("CH"))
                               .add("2001:db8::/32", Mmdb::country("FR"))
                               .bytes();
  Random random(Random::Seed{1});
  for (int round = 0; round < 1'000; ++round) {
    std::string bad = good;
    const std::uint64_t changes = 1 + random.next() % 4;
    for (std::uint64_t i = 0; i < changes; ++i) {
      // Half of them where the records and what the file says of itself stand.
      const std::size_t from = random.next() % 2 ? 0 : good.size() - 300;
      bad[from + random.next() % (good.size() - from)] = static_cast<char>(random.next());
    }
    if (random.next() % 8 == 0) bad.resize(random.next() % bad.size());
    const auto database = read(bad);
    if (database) static_cast<void>(at(*database, "192.0.2.1"));
  }
}

}  // namespace
}  // namespace rf::geo
