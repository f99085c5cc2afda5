#include "shell/store/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace rf::store {
namespace {

TEST(StoredText, ComesBackByteForByteAndIsPlain) {
  EXPECT_TRUE(rc::check([](const std::string& raw) {
    const std::string text = escaped(raw);
    RC_ASSERT(unescaped(text) == raw);
    RC_ASSERT(is_plain_text(text));
  }));
}

TEST(StoredText, ListsComeBackElementForElement) {
  EXPECT_TRUE(rc::check([](const std::vector<std::string>& raw) {
    std::string text;
    escape_list(raw, text);
    RC_ASSERT(unescaped_list(text) == raw);
  }));
}

TEST(StoredText, LeavesOrdinaryTextAsItIs) {
  EXPECT_EQ(escaped("sip:1001@192.0.2.7;transport=tls"), "sip:1001@192.0.2.7;transport=tls");
  EXPECT_EQ(escaped("Zoë 電話 🙂"), "Zoë 電話 🙂");
}

TEST(StoredText, WritesWhatIsNotUtf8AsHexadecimal) {
  using namespace std::string_literals;
  EXPECT_EQ(escaped("a\0b\n\\"s), "a\\x00b\\x0a\\\\");
  EXPECT_EQ(escaped("\xff"), "\\xff");
  EXPECT_EQ(escaped("\xc0\xaf"), "\\xc0\\xaf");                    // overlong
  EXPECT_EQ(escaped("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  EXPECT_EQ(escaped("\xe2\x82"), "\\xe2\\x82");                    // cut short
  EXPECT_EQ(escaped("\xc2\x85"), "\\xc2\\x85");                    // a C1 control character
}

TEST(StoredText, TakesWhatItDidNotWriteAsItIs) {
  EXPECT_EQ(unescaped("a\\q\\x1"), "a\\q\\x1");
  EXPECT_EQ(unescaped("\\x4"), "\\x4");
  EXPECT_EQ(unescaped("\\"), "\\");
}

TEST(PlainText, IsUtf8WithoutControlCharacters) {
  EXPECT_TRUE(is_plain_text("Zoë (reception)"));
  EXPECT_TRUE(is_plain_text(""));
  EXPECT_FALSE(is_plain_text("a\r\nVia: x"));
  EXPECT_FALSE(is_plain_text("\x7f"));
  EXPECT_FALSE(is_plain_text("caf\xe9"));
}

}  // namespace
}  // namespace rf::store
