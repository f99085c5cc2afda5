#include "core/base/country.hpp"

#include <gtest/gtest.h>

namespace rf {
namespace {

TEST(Countries, ListsAreReadInAnyWritingAndWrittenInOne) {
  const auto some = parse_countries("de, AT,ch");
  ASSERT_TRUE(some);
  EXPECT_EQ(text_of(*some), "AT,CH,DE");
  EXPECT_TRUE(parse_countries("")->none());
  for (const char* const bad : {"DEU", "D", "D1", "DE;AT", "DE,,AT", "Österreich", " ", "\xd6S"})
    EXPECT_FALSE(parse_countries(bad)) << bad;
}

}  // namespace
}  // namespace rf
