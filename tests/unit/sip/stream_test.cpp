#include "core/sip/stream.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/sip/read.hpp"

namespace rf::sip {
namespace {

using Code = ParseErrorCode;
using Kind = StreamFramer::Kind;

std::string message(std::size_t body, std::string_view more = {}) {
  return request_with("Content-Length: " + std::to_string(body) + "\r\n" + std::string(more)) + std::string(body, 'b');
}

/// Frames as text: the message's bytes, "ping" or "pong"; the last one "error: …" when the framer gave one.
std::vector<std::string> frames(StreamFramer& framer, std::string_view bytes) {
  std::vector<std::string> out;
  if (const auto pushed = framer.push(bytes); !pushed) return {"error: " + std::string(text_of(pushed.error().code))};
  for (;;) {
    const auto next = framer.next();
    if (!next) {
      out.push_back("error: " + std::string(text_of(next.error().code)));
      return out;
    }
    if (!*next) return out;
    if ((*next)->kind == Kind::message) {
      out.emplace_back((*next)->bytes.data(), (*next)->bytes.size());
    } else {
      out.push_back((*next)->kind == Kind::ping ? "ping" : "pong");
    }
  }
}

std::vector<std::string> frames(std::string_view bytes) {
  StreamFramer framer;
  return frames(framer, bytes);
}

using Strings = std::vector<std::string>;

TEST(StreamFramer, CutsMessagesAtTheirContentLength) {
  EXPECT_EQ(frames(message(0)), Strings{message(0)});
  EXPECT_EQ(frames(message(10) + message(0) + message(3)), (Strings{message(10), message(0), message(3)}));
}

TEST(StreamFramer, ReadsEverySpellingOfContentLength) {
  for (const char* line : {"l:3\r\n", "L :  3\r\n", "CONTENT-LENGTH\t:\r\n 3\r\n", "Content-Length: 003  \r\n",
                           "X: y\r\n Content-Length: 9\r\nl: 3\r\n"}) {
    const std::string text = request_with(line) + "abc";
    EXPECT_EQ(frames(text + message(0)), (Strings{text, message(0)})) << line;
  }
}

TEST(StreamFramer, WaitsForTheRest) {
  StreamFramer framer;
  const std::string text = message(20);
  for (std::size_t i = 0; i + 1 < text.size(); ++i) EXPECT_TRUE(frames(framer, text.substr(i, 1)).empty());
  EXPECT_EQ(framer.pending(), text.size() - 1);
  EXPECT_EQ(frames(framer, text.substr(text.size() - 1)), Strings{text});
  EXPECT_EQ(framer.pending(), 0u);
}

TEST(StreamFramer, TellsPingsFromPongs) {
  EXPECT_EQ(frames("\r\n\r\n"), Strings{"ping"});
  EXPECT_EQ(frames("\r\n"), Strings{"pong"});
  EXPECT_EQ(frames("\r\n\r\n\r\n\r\n"), (Strings{"ping", "ping"}));
  EXPECT_EQ(frames("\r\n\r\n" + message(0) + "\r\n"), (Strings{"ping", message(0), "pong"}));
}

TEST(StreamFramer, CountsAPingThatWasCutInTwo) {
  StreamFramer framer;
  EXPECT_EQ(frames(framer, "\r\n"), Strings{"pong"});
  EXPECT_EQ(frames(framer, "\r\n"), Strings{"ping"});
  EXPECT_EQ(frames(framer, "\r"), Strings{});
  EXPECT_EQ(frames(framer, "\n\r"), Strings{});
  EXPECT_EQ(frames(framer, "\n"), Strings{"ping"});
}

TEST(StreamFramer, EndsTheConnectionWhenItCannotFindTheNextMessage) {
  const std::pair<std::string, Code> cases[] = {
      {request_with({}), Code::bad_content_length},
      {request_with("Content-Length: -1\r\n"), Code::bad_content_length},
      {request_with("Content-Length: 1x\r\n"), Code::bad_content_length},
      {request_with("Content-Length:\r\n"), Code::bad_content_length},
      {request_with("Content-Length: 3\r\nl: 4\r\n"), Code::bad_content_length},
      {request_with("Content-Length: 4294967296\r\n"), Code::bad_content_length},
      {request_with("Content-Length: 65535\r\n"), Code::too_long},
      {"GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", Code::bad_start_line},
      {"\x16\x03\x01", Code::bad_start_line},
      {"\n", Code::bad_start_line},
      {"\rX", Code::bad_start_line},
      {" INVITE", Code::bad_start_line},
      {std::string("\0", 1), Code::bad_start_line},
      {"OPTIONS " + std::string(WireLimits::header_bytes, 'x'), Code::too_long},
  };
  for (const auto& [bytes, code] : cases)
    EXPECT_EQ(frames(bytes), Strings{"error: " + std::string(text_of(code))}) << bytes.substr(0, 60);
}

TEST(StreamFramer, LeavesTwiceTheSameContentLengthToTheParser) {
  const std::string text = request_with("Content-Length: 3\r\nl: 3\r\n") + "abc";
  EXPECT_EQ(frames(text), Strings{text});
  EXPECT_EQ(Read(text).code(), Code::duplicate_header);
}

TEST(StreamFramer, HoldsTheLargestMessageAndNoMore) {
  const std::size_t head = message(0).size() + 4;  // 65 … needs five digits
  const std::string largest = message(WireLimits::message_bytes - head);
  ASSERT_EQ(largest.size(), WireLimits::message_bytes);
  EXPECT_EQ(frames(largest), Strings{largest});
  EXPECT_EQ(frames(message(WireLimits::message_bytes - head + 1)), Strings{"error: Message Too Long"});
  StreamFramer framer;
  EXPECT_TRUE(framer.push(std::string(WireLimits::stream_pending_bytes, 'x')));
  const auto more = framer.push(std::string(1, 'x'));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Code::too_long);
}

TEST(StreamFramer, AByteAtATimeCostsTimeInProportion) {
  // Looking at the header again for every byte would be 130 million steps for the memory of one message.
  StreamFramer framer;
  const std::string text = message(10, "X: " + std::string(15'000, 'x') + "\r\n");
  Strings got;
  for (const char c : text)
    for (auto& frame : frames(framer, std::string_view(&c, 1))) got.push_back(std::move(frame));
  EXPECT_EQ(got, Strings{text});
}

// A stream of messages and keepalives, cut anywhere, gives the same messages and the same pings.
RC_GTEST_PROP(StreamProperty, GivesTheSameMessagesForAnyChunking, ()) {
  std::string stream;
  Strings wanted;
  const auto parts = *rc::gen::inRange(1, 8);
  for (int i = 0; i < parts; ++i) {
    if (*rc::gen::weightedElement<bool>({{3, true}, {1, false}})) {
      wanted.push_back(
          message(*rc::gen::inRange<std::size_t>(0, 300), *rc::gen::element<std::string>("", "X: a\r\n b\r\n")));
    } else {
      wanted.push_back("ping");
    }
    stream += wanted.back() == "ping" ? "\r\n\r\n" : wanted.back();
  }
  StreamFramer framer;
  Strings got;
  std::size_t at = 0;
  while (at < stream.size()) {
    const auto size = *rc::gen::inRange<std::size_t>(1, 1 + *rc::gen::element<std::size_t>(1, 4, 100, 2000));
    for (auto& frame : frames(framer, std::string_view(stream).substr(at, size)))
      if (frame != "pong") got.push_back(std::move(frame));
    at += size;
  }
  RC_ASSERT(got == wanted);
  RC_ASSERT(framer.pending() == 0u);
}

RC_GTEST_PROP(StreamProperty, AnyBytesEndInFramesOrAnError, ()) {
  const auto bytes =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("SIP/2.0 l:0123456789\r\n\r\n\r\n\tx")));
  StreamFramer framer;
  const auto got = frames(framer, bytes);
  RC_ASSERT(framer.pending() <= bytes.size());
  RC_ASSERT(got.size() <= bytes.size());
}

}  // namespace
}  // namespace rf::sip
