#include "core/base/nearest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rf {
namespace {

TEST(NearestWord, ToleratesTwoEditsButOneInShortWords) {
  const std::vector<std::string> words{"port", "realm", "certificate"};
  EXPECT_EQ(nearest("prot", words), "port");
  EXPECT_EQ(nearest("pxxt", words), "");
  EXPECT_EQ(nearest("certifcat", words), "certificate");
  EXPECT_EQ(nearest("zebra", words), "");
  EXPECT_EQ(nearest(std::string(100'000, 'a'), words), "");
}

}  // namespace
}  // namespace rf
