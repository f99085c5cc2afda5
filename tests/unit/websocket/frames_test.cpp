#include "core/websocket/frames.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/base/limits/wire.hpp"
#include "tests/unit/websocket/client.hpp"

namespace rf::websocket {
namespace {

using test::be;
using test::frame;
using Strings = std::vector<std::string>;

/// Frames as text: "message …", "ping …", "pong …", "close …"; the last one "error 1002" when the reader gave one.
Strings frames(FrameReader& reader, std::string_view bytes) {
  Strings out;
  if (const auto pushed = reader.push(bytes); !pushed)
    return {"error " + std::to_string(static_cast<int>(pushed.error()))};
  for (;;) {
    const auto next = reader.next();
    if (!next) {
      out.push_back("error " + std::to_string(static_cast<int>(next.error())));
      return out;
    }
    if (!*next) return out;
    constexpr std::string_view names[] = {"message ", "ping ", "pong ", "close "};
    out.emplace_back(names[static_cast<int>((*next)->kind)]);
    out.back().append((*next)->bytes.data(), (*next)->bytes.size());
  }
}

Strings frames(std::string_view bytes) {
  FrameReader reader;
  return frames(reader, bytes);
}

TEST(Frames, ReadTheExamplesOfTheRfc) {
  // §5.7: a masked "Hello", and a masked pong with that body
  EXPECT_EQ(frames("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Strings{"message Hello"});
  EXPECT_EQ(frames("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Strings{"pong Hello"});
  EXPECT_EQ(frames(frame(0x01, "Hel") + frame(0x80, "lo")), Strings{"message Hello"});
  EXPECT_EQ(frames(frame(0x82, std::string(256, 'x'))), Strings{"message " + std::string(256, 'x')});
}

TEST(Frames, AreWrittenAsInTheExamplesOfTheRfc) {
  std::string out;
  append_frame(out, Opcode::text, "Hello");
  EXPECT_EQ(out, "\x81\x05Hello");
  out.clear();
  append_frame(out, Opcode::binary, std::string(256, 'x'));
  EXPECT_EQ(out.substr(0, 4), std::string("\x82\x7e\x01\x00", 4));
  EXPECT_EQ(out.size(), 260u);
  out.clear();
  append_frame(out, Opcode::binary, std::string(65'536, 'x'));
  EXPECT_EQ(out.substr(0, 10), std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
  out.clear();
  append_close(out, CloseCode::too_big);
  EXPECT_EQ(out, "\x88\x02\x03\xf1");
}

TEST(Frames, ComeOutTheSameHoweverTheyAreCut) {
  const std::string bytes = frame(0x81, "one") + frame(0x01, "t") + frame(0x89, "ping") + frame(0x00, "w") +
                            frame(0x80, "o") + frame(0x82, std::string(300, 'z')) + frame(0x88, "\x03\xe8");
  const Strings whole = frames(bytes);
  EXPECT_EQ(whole.size(), 5u);
  EXPECT_EQ(whole[1], "ping ping") << "a control frame between the pieces of a message";
  EXPECT_EQ(whole[2], "message two");
  FrameReader reader;
  Strings pieces;
  for (const char byte : bytes)
    for (std::string& one : frames(reader, {&byte, 1})) pieces.push_back(std::move(one));
  EXPECT_EQ(pieces, whole);
  EXPECT_EQ(reader.pending(), 0u);
}

TEST(Frames, HaveToBeMasked) {
  EXPECT_EQ(frames("\x81\x05Hello"), Strings{"error 1002"});
  EXPECT_EQ(frames(std::string("\x89\x00", 2)), Strings{"error 1002"});
  EXPECT_EQ(frames(frame(0x81, "fine") + "\x81\x05Hello"), (Strings{"message fine", "error 1002"}));
}

TEST(Frames, KnowNoReservedBitAndNoOtherOpcode) {
  for (const unsigned bit : {0x40u, 0x20u, 0x10u}) EXPECT_EQ(frames(frame(0x81 | bit, "x")), Strings{"error 1002"});
  for (const unsigned opcode : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u})
    EXPECT_EQ(frames(frame(0x80 | opcode, "x")), Strings{"error 1002"}) << opcode;
}

TEST(Frames, OfControlAreShortAndWhole) {
  EXPECT_EQ(frames(frame(0x89, std::string(125, 'p'))), Strings{"ping " + std::string(125, 'p')});
  EXPECT_EQ(frames(frame(0x89, std::string(126, 'p'))), Strings{"error 1002"});
  EXPECT_EQ(frames(frame(0x09, "p")), Strings{"error 1002"}) << "a ping in pieces";
  EXPECT_EQ(frames(frame(0x88, "x")), Strings{"error 1002"}) << "half a close code";
}

TEST(Frames, FollowEachOther) {
  EXPECT_EQ(frames(frame(0x80, "x")), Strings{"error 1002"}) << "a continuation of nothing";
  EXPECT_EQ(frames(frame(0x01, "x") + frame(0x81, "y")), Strings{"error 1002"}) << "a message within a message";
}

TEST(Frames, HaveLengthsAsShortAsTheyCanBe) {
  const std::string mask(4, '\0');
  EXPECT_EQ(frames("\x82\xfe" + be(125, 2) + mask + std::string(125, 'x')), Strings{"error 1002"});
  EXPECT_EQ(frames("\x82\xfe" + be(126, 2) + mask + std::string(126, 'x')),
            Strings{"message " + std::string(126, 'x')});
  EXPECT_EQ(frames("\x82\xff" + be(65'535, 8) + mask), Strings{"error 1002"});
}

TEST(Frames, ThatPromiseTooMuchAreRefusedBeforeTheirBytesCome) {
  EXPECT_EQ(frames("\x82\xff" + be(WireLimits::message_bytes + 1, 8)), Strings{"error 1009"});
  EXPECT_EQ(frames("\x82\xff" + be(UINT64_MAX, 8)), Strings{"error 1009"});
  EXPECT_EQ(frames("\x82\xff" + be(std::uint64_t{1} << 63, 8)), Strings{"error 1009"});
  const std::string half(40'000, 'h');
  FrameReader reader;
  EXPECT_EQ(frames(reader, frame(0x02, half)), Strings{});
  EXPECT_EQ(frames(reader, frame(0x80, half).substr(0, 8)), Strings{"error 1009"}) << "pieces count together";
}

TEST(Frames, HoldNoMoreThanAMessageAndARead) {
  const std::string whole(WireLimits::message_bytes, 'w');
  FrameReader reader;
  const std::string bytes = frame(0x82, whole);
  EXPECT_EQ(frames(reader, std::string_view(bytes).substr(0, 40'000)), Strings{});
  EXPECT_EQ(frames(reader, std::string_view(bytes).substr(40'000)), Strings{"message " + whole});
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(frames(reader, frame(i == 0 ? 0x01 : 0x00, "")), Strings{});
  EXPECT_EQ(reader.pending(), 1u) << "empty pieces cost nothing, and the message is known to be unfinished";
}

}  // namespace
}  // namespace rf::websocket
