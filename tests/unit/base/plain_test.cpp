#include "core/base/plain.hpp"

#include <gtest/gtest.h>

namespace rf {
namespace {

TEST(PlainText, ATerminalCannotBeDrivenFromOutside) {
  EXPECT_EQ(plain("\x1b[2Jhi"), "\\x1b[2Jhi");
  EXPECT_EQ(plain("a\xc2\x9b"
                  "31m"),
            "a\\xc2\\x9b31m");  // C1 control sequence introducer
  EXPECT_EQ(plain("a\xe2\x80\xae"
                  "b"),
            "a\\xe2\\x80\\xaeb");  // right-to-left override
  EXPECT_EQ(plain("Gr\xc3\xbc\xc3\x9f"
                  "e \xf0\x9f\x93\x9e"),
            "Gr\xc3\xbc\xc3\x9f"
            "e \xf0\x9f\x93\x9e");
}

TEST(PlainText, BrokenUtf8IsShownAsBytes) {
  EXPECT_EQ(plain("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(plain("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(plain("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(plain("\xe2\x82"), "\\xe2\\x82");           // cut short
}

TEST(PlainText, AFieldIsBounded) {
  EXPECT_LT(plain(std::string(1 << 20, 'x')).size(), 600u);
}

}  // namespace
}  // namespace rf
