#include "core/websocket/conversation.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/websocket/client.hpp"

namespace rf::websocket {
namespace {

using test::frame;
using test::request;
using test::upgrade;
using Strings = std::vector<std::string>;

std::string server_frame(Opcode opcode, std::string_view bytes) {
  std::string out;
  append_frame(out, opcode, bytes);
  return out;
}

class Conversing : public ::testing::Test {
 protected:
  /// What one read gives: "message …", "reply HTTP/1.1 101", "ping <frame>", "alive", "goodbye …".
  Strings say(std::string_view bytes) {
    Strings out;
    conversation_.push(bytes);
    while (const auto event = conversation_.next()) {
      constexpr std::string_view names[] = {"message ", "reply ", "ping ", "alive ", "goodbye "};
      out.emplace_back(names[static_cast<int>(event->kind)]);
      out.back().append(event->bytes.data(), event->bytes.size());
    }
    return out;
  }
  void open() {
    const Strings answer = say(request(upgrade));
    ASSERT_EQ(answer.size(), 1u);
    ASSERT_TRUE(answer[0].starts_with("reply HTTP/1.1 101 ")) << answer[0];
  }
  Conversation conversation_{std::make_shared<const Origins>()};
};

TEST_F(Conversing, BeginsWithTheHandshakeAndGoesOnWithMessages) {
  open();
  EXPECT_TRUE(conversation_.is_open());
  EXPECT_EQ(say(frame(0x81, "OPTIONS") + frame(0x82, "BYE")), (Strings{"message OPTIONS", "message BYE"}));
}

TEST_F(Conversing, TakesTheHandshakeByteByByte) {
  const std::string head = request(upgrade);
  for (std::size_t i = 0; i + 1 < head.size(); ++i) ASSERT_EQ(say(head.substr(i, 1)), Strings{});
  EXPECT_EQ(conversation_.pending(), head.size() - 1);
  EXPECT_TRUE(say("\n").at(0).starts_with("reply HTTP/1.1 101 "));
  EXPECT_EQ(conversation_.pending(), 0u);
}

TEST_F(Conversing, EndsWithWhoeverSpeaksSomethingElse) {
  for (const std::string_view bytes :
       {"REGISTER sip:x SIP/2.0\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01", "\r\n\r\n", "POST "}) {
    Conversation other(std::make_shared<const Origins>());
    other.push(bytes);
    const auto event = other.next();
    ASSERT_TRUE(event) << bytes;
    EXPECT_EQ(event->kind, Conversation::Kind::goodbye);
    EXPECT_EQ(other.next(), std::nullopt);
    EXPECT_EQ(other.refusal(), Refusal::malformed);
  }
}

TEST_F(Conversing, EndsWithWhoeverSendsMoreThanOneRequest) {
  const Strings smuggled = say(request(upgrade) + "GET /admin HTTP/1.1\r\n\r\n");
  ASSERT_EQ(smuggled.size(), 1u);
  EXPECT_TRUE(smuggled[0].starts_with("goodbye HTTP/1.1 400 "));
}

TEST_F(Conversing, EndsWithAHeadThatHasNoEnd) {
  Strings answer;
  for (int i = 0; i < 100 && answer.empty(); ++i) answer = say("GET /" + std::string(1'000, 'a'));
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_TRUE(answer[0].starts_with("goodbye HTTP/1.1 431 "));
  EXPECT_EQ(say("more"), Strings{});
  EXPECT_EQ(conversation_.pending(), 0u);
}

TEST_F(Conversing, AnswersPingsWithTheirBytes) {
  open();
  EXPECT_EQ(say(frame(0x89, "abc")), Strings{"ping " + server_frame(Opcode::pong, "abc")});
  EXPECT_EQ(say(frame(0x8a, "")), Strings{"alive "});
}

TEST_F(Conversing, AnswersTheKeepaliveOfSipToo) {
  open();
  EXPECT_EQ(say(frame(0x81, "\r\n\r\n")), Strings{"ping " + server_frame(Opcode::text, "\r\n")});
  EXPECT_EQ(say(frame(0x81, "\r\n")), Strings{"alive "});
  EXPECT_EQ(say(frame(0x82, "")), Strings{"alive "});
}

TEST_F(Conversing, SaysGoodbyeToAGoodbye) {
  open();
  EXPECT_EQ(say(frame(0x88, "\x03\xe8 reason") + frame(0x81, "late")),
            Strings{"goodbye " + server_frame(Opcode::close, "\x03\xe8")});
  EXPECT_FALSE(conversation_.is_broken());
  EXPECT_FALSE(conversation_.is_open());
}

TEST_F(Conversing, EndsWithABrokenFrame) {
  open();
  EXPECT_EQ(say("\x81\x05Hello"), Strings{"goodbye " + server_frame(Opcode::close, "\x03\xea")});
  EXPECT_TRUE(conversation_.is_broken());
}

TEST(WebSocketMessage, IsTextUnlessABrowserWouldChokeOnIt) {
  std::string out;
  append_message(out, "Grüße");
  EXPECT_EQ(out[0], '\x81');
  out.clear();
  append_message(out,
                 "Gr\xfc\xdf"
                 "e");
  EXPECT_EQ(out[0], '\x82');
}

}  // namespace
}  // namespace rf::websocket
