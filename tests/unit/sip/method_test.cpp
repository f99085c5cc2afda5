#include "core/sip/method.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/sip/error.hpp"
#include "core/sip/message.hpp"

namespace rf::sip {
namespace {

constexpr int method_count = static_cast<int>(Method::other);
constexpr int name_count = static_cast<int>(HeaderName::other);

TEST(MethodNames, EveryMethodReadsBackFromItsText) {
  for (int i = 0; i < method_count; ++i) {
    const auto method = static_cast<Method>(i);
    EXPECT_FALSE(text_of(method).empty());
    EXPECT_EQ(parse_method(text_of(method)), method) << text_of(method);
  }
  EXPECT_EQ(text_of(Method::register_), "REGISTER");
  EXPECT_EQ(text_of(Method::other), "");
}

TEST(MethodNames, AreCaseSensitiveAndNotGuessed) {
  for (const char* text :
       {"", "invite", "Invite", "INVIT", "INVITEX", "RE%47IST%45R", "A", "REGISTERR", "INFORM", "PRAC"})
    EXPECT_EQ(parse_method(text), Method::other) << text;
}

TEST(HeaderNames, EveryNameReadsBackInAnyLetterCase) {
  for (int i = 0; i < name_count; ++i) {
    const auto name = static_cast<HeaderName>(i);
    std::string text(text_of(name));
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(parse_header_name(text), name) << text;
    for (char& c : text) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(parse_header_name(text), name) << text;
    for (char& c : text) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(parse_header_name(text), name) << text;
  }
}

TEST(HeaderNames, CompactFormsAreTheOnesOfTheirRfcs) {
  const std::pair<char, HeaderName> forms[] = {{'i', HeaderName::call_id},
                                               {'m', HeaderName::contact},
                                               {'e', HeaderName::content_encoding},
                                               {'l', HeaderName::content_length},
                                               {'c', HeaderName::content_type},
                                               {'f', HeaderName::from},
                                               {'s', HeaderName::subject},
                                               {'k', HeaderName::supported},
                                               {'t', HeaderName::to},
                                               {'v', HeaderName::via},
                                               {'o', HeaderName::event},
                                               {'u', HeaderName::allow_events},
                                               {'x', HeaderName::session_expires},
                                               {'r', HeaderName::refer_to},
                                               {'b', HeaderName::referred_by},
                                               {'y', HeaderName::identity}};
  for (const auto& [letter, name] : forms) {
    EXPECT_EQ(parse_header_name(std::string(1, letter)), name) << letter;
    EXPECT_EQ(parse_header_name(std::string(1, static_cast<char>(std::toupper(letter)))), name) << letter;
  }
  for (const char letter : {'z', 'q', 'h', '1', '-', '\0', '\x80'})
    EXPECT_EQ(parse_header_name(std::string(1, letter)), HeaderName::other);
}

TEST(HeaderNames, OneLetterOffIsAnotherName) {
  for (int i = 0; i < name_count; ++i) {
    const std::string text(text_of(static_cast<HeaderName>(i)));
    for (std::size_t at = 0; at < text.size(); ++at) {
      for (const char c :
           {'\r', 'q', '_', '\0', static_cast<char>(text[at] ^ 0x40), static_cast<char>(text[at] | 0x80)}) {
        std::string other = text;
        other[at] = c;
        const HeaderName found = parse_header_name(other);
        EXPECT_TRUE(found == HeaderName::other || equal_nocase(text_of(found), other)) << text << ' ' << at;
      }
    }
    EXPECT_EQ(parse_header_name(text + "x"), HeaderName::other);
    EXPECT_EQ(parse_header_name(text + " "), HeaderName::other);
  }
  EXPECT_EQ(parse_header_name(""), HeaderName::other);
  EXPECT_EQ(parse_header_name(std::string(300, 'a')), HeaderName::other);
}

TEST(ErrorTexts, EveryCodeHasOne) {
  for (int i = 0; i <= static_cast<int>(ParseErrorCode::bad_content_type); ++i) {
    const auto text = text_of(static_cast<ParseErrorCode>(i));
    EXPECT_FALSE(text.empty()) << i;
    EXPECT_NE(text, "Bad Request") << i;
  }
}

TEST(ReasonPhrases, ComeFromTheRegistry) {
  EXPECT_EQ(reason_phrase(100), "Trying");
  EXPECT_EQ(reason_phrase(401), "Unauthorized");
  EXPECT_EQ(reason_phrase(487), "Request Terminated");
  EXPECT_EQ(reason_phrase(603), "Decline");
  EXPECT_EQ(reason_phrase(299), "Unknown");
  EXPECT_EQ(reason_phrase(-1), "Unknown");
}

}  // namespace
}  // namespace rf::sip
