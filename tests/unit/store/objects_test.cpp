#include "shell/store/objects.hpp"

#include <gmock/gmock.h>

#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Objects : public Scratch {
 protected:
  seal::Vault vault_{seal::Vault::Key{7}};

  ObjectRow put(Store& store, ObjectWrite write) {
    const auto row = store.put_object(vault_, default_tenant, write);
    EXPECT_TRUE(row) << row.error().text;
    return row.value_or(ObjectRow{});
  }
  static std::vector<money::RateRow> rates(std::size_t count) {
    const money::Currency eur = *money::Currency::parse("EUR");
    std::vector<money::RateRow> out;
    for (std::size_t i = 0; i < count; ++i) {
      const auto price = *money::Amount::of_micros(static_cast<std::int64_t>(i), eur);
      out.push_back({*money::Prefix::parse("49" + std::to_string(1'000 + i)),
                     *money::Rate::of({price, money::Amount::zero(eur), 6, 30, 6}), money::always_ms, 5'000, 0});
    }
    return out;
  }
};

TEST_F(Objects, KeepTheirIdAndTokenThroughEveryChangeAndNeverInheritThem) {
  Store store = open_store();
  const ObjectRow first = put(store, {"trunk", "p", "[trunk.p]\n# \xc3\xa9\n"});
  EXPECT_EQ(first.token.size(), TrunkLimits::token_characters);
  const ObjectRow second = put(store, {"trunk", "p", "[trunk.p]\nmd5 = false\n"});
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.token, first.token);
  EXPECT_NE(second.revision, first.revision);
  EXPECT_TRUE(store.drop_object(default_tenant, "trunk", "p").value());
  EXPECT_FALSE(store.drop_object(default_tenant, "trunk", "p").value());
  const ObjectRow third = put(store, {"trunk", "p", "[trunk.p]\n"});
  EXPECT_NE(third.id, first.id) << "what the old one spent is not the new one's";
  EXPECT_NE(third.token, first.token);
}

TEST_F(Objects, APasswordIsSealedAndOpensOnlyWithItsKeyAndInItsPlace) {
  Store store = open_store();
  ObjectWrite write{"trunk", "p", "[trunk.p]\n"};
  write.password = Secret<std::string>("s3cret of the provider");
  const ObjectRow p = put(store, write);
  const ObjectRow q = put(store, {"trunk", "q", "[trunk.q]\n"});
  EXPECT_TRUE(p.has_password);
  EXPECT_FALSE(q.has_password);
  EXPECT_EQ(store.object_password(vault_, p.id)->reveal(), "s3cret of the provider");
  EXPECT_EQ(store.object_password(vault_, q.id)->reveal(), "");
  EXPECT_EQ(store.object_password(seal::Vault(seal::Vault::Key{8}), p.id).error().fault, Fault::wrong_key);
  std::string sealed;
  auto sql = raw();
  *sql << "SELECT secret FROM objects WHERE name = 'p'", soci::into(sealed);
  EXPECT_THAT(sealed, Not(HasSubstr("s3cret")));
  *sql << "UPDATE objects SET secret = '" + sealed + "' WHERE name = 'q'";
  EXPECT_EQ(store.object_password(vault_, q.id).error().fault, Fault::wrong_key);
}

TEST_F(Objects, RatesAndLinesComeBackAsTheyWentInAndGoWithTheirObject) {
  Store store = open_store();
  const auto written = rates(1'000);
  const std::vector<std::string> lines{"blocked +882*", "fraud +37190[2-7]."};
  ObjectWrite deck{"deck", "d", "[deck.d]\n"};
  deck.rates = &written;
  deck.currency = "EUR";
  ObjectWrite list{"number-list", "l", "[number-list.l]\n"};
  list.lines = &lines;
  const ObjectRow d = put(store, deck), l = put(store, list);
  EXPECT_EQ(store.deck_rates(d).value(), written);
  EXPECT_EQ(store.list_lines(l).value(), lines);
  const ObjectRow again = put(store, {"deck", "d", "[deck.d]\n# said\n"});
  EXPECT_EQ(store.deck_rates(again)->size(), 1'000u) << "a change of the text leaves the rates";
  store.drop_object(default_tenant, "deck", "d");
  EXPECT_TRUE(store.deck_rates(d)->empty());
}

TEST_F(Objects, WhatIsDoneTogetherIsDoneWholeOrNotAtAll) {
  Store store = open_store();
  const auto work = [&](bool good) {
    return store.together([&]() -> Expected<void> {
      put(store, {"department", "sales", "[department.sales]\n"});
      NewExtension fresh;
      fresh.number = "1001";
      EXPECT_TRUE(store.add_extension(vault_, "realm", fresh));
      if (good) return {};
      return std::unexpected(Problem{Fault::invalid_value, "no"});
    });
  };
  EXPECT_EQ(work(false).error().text, "no");
  EXPECT_TRUE(store.objects(default_tenant)->empty());
  EXPECT_TRUE(store.extensions()->empty());
  EXPECT_TRUE(work(true));
  EXPECT_EQ(store.objects(default_tenant)->size(), 1u);
  EXPECT_EQ(store.extensions()->size(), 1u);
}

TEST_F(Objects, ComeInTheirOrder) {
  Store store = open_store();
  for (const char* name : {"b", "a", "c"}) put(store, {"route", name, "[route.x]\n"});
  put(store, {"route", "c", {}, 1});
  std::vector<std::string> names;
  const auto rows = store.objects(default_tenant);
  ASSERT_TRUE(rows);
  for (const ObjectRow& row : *rows) names.push_back(row.name);
  EXPECT_THAT(names, ElementsAre("b", "c", "a"));
}

}  // namespace
}  // namespace rf::store
