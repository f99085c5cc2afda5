#include "core/trace/ladder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/limits/trace.hpp"
#include "tests/unit/trace/message.hpp"

namespace rf::trace {
namespace {

std::vector<Entry> call() {
  std::vector<Entry> out;
  out.push_back(entry(Direction::in, "192.0.2.7:5060", "INVITE (SDP)", 1'000));
  Entry note;
  note.wall_ms = 1'001;
  note.direction = Direction::note;
  note.label = "call_started";
  note.text = "A call began: 1002";
  out.push_back(note);
  out.push_back(entry(Direction::out, "192.0.2.8:5062", "INVITE (SDP)", 1'002));
  out.push_back(entry(Direction::in, "192.0.2.8:5062", "200 OK (SDP)", 1'003));
  out.push_back(entry(Direction::out, "192.0.2.7:5060", "200 OK (SDP)", 1'004));
  return out;
}

TEST(Ladder, PutsTheCallerLeftAndTheCalledRightOfUs) {
  const auto entries = call();
  const Ladder ladder = ladder_of(entries, false);
  ASSERT_EQ(ladder.participants.size(), 3u);
  EXPECT_EQ(ladder.participants[0].name, "1001");
  EXPECT_EQ(ladder.participants[0].address, "192.0.2.7:5060 udp");
  EXPECT_TRUE(ladder.participants[1].ours);
  EXPECT_EQ(ladder.participants[2].name, "1002");
  ASSERT_EQ(ladder.rows.size(), 5u);
  EXPECT_EQ(ladder.rows[0].from, 0u);
  EXPECT_EQ(ladder.rows[0].to, 1u);
  EXPECT_TRUE(ladder.rows[1].note);
  EXPECT_EQ(ladder.rows[2].to, 2u);
  EXPECT_EQ(ladder.rows[3].from, 2u);
  EXPECT_EQ(ladder.rows[4].to, 0u);
}

TEST(Ladder, IsDrawnWithArrowsAndWithTheDecisionInBetween) {
  const auto entries = call();
  const std::string text = text_of(ladder_of(entries, false), entries);
  EXPECT_NE(text.find("1970-01-01 UTC\n"), std::string::npos) << text;
  EXPECT_NE(text.find("|-- INVITE (SDP) -"), std::string::npos) << text;
  EXPECT_NE(text.find("* call_started: A call began: 1002\n"), std::string::npos) << text;
  const std::size_t answer = text.find("|<");
  EXPECT_NE(answer, std::string::npos) << text;
  std::size_t widest = 0;
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    widest = std::max(widest, end - at);
  EXPECT_LE(widest, 100u) << text;
}

TEST(Ladder, LetsNothingOfAMessageDriveATerminal) {
  std::vector<Entry> entries = call();
  entries[0].label = "\x1b[2J\x1b]0;owned\a\r\nfake line";
  entries[0].from = "\xe2\x80\xae" "1001\x9b" "31m";
  entries[1].text = "line one\n00:00:00 * a line of its own\x1b[31m";
  entries[2].to = std::string("10\0" "02\x7f", 6);
  entries[3].label = std::string(500, 'A');
  const Ladder ladder = ladder_of(entries, true);
  const std::string text = text_of(ladder, entries);
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << static_cast<int>(c) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3 + 5) << text;
  for (const Participant& each : ladder.participants) EXPECT_EQ(each.name.find('\x1b'), std::string::npos);
}

TEST(Ladder, HidesTheLastDigitsUnlessAskedForAll) {
  std::vector<Entry> entries = call();
  entries[0].from = "03012345678";
  entries[1].text = "A call began: 03012345678";
  EXPECT_EQ(text_of(ladder_of(entries, false), entries).find("5678"), std::string::npos);
  EXPECT_NE(text_of(ladder_of(entries, true), entries).find("03012345678"), std::string::npos);
}

TEST(Ladder, GivesTheLastPlaceToAllForWhomThereIsNone) {
  std::vector<Entry> entries;
  for (int i = 0; i < 50; ++i)
    entries.push_back(entry(Direction::in, "192.0.2.7:" + std::to_string(5'000 + i), "OPTIONS"));
  const Ladder ladder = ladder_of(entries, false);
  EXPECT_EQ(ladder.participants.size(), TraceLimits::participants + 1);
  EXPECT_EQ(ladder.participants.back().name, "others");
  EXPECT_EQ(ladder.rows.size(), 50u);
  for (const Row& row : ladder.rows) {
    EXPECT_LT(row.from, ladder.participants.size());
    EXPECT_LT(row.to, ladder.participants.size());
  }
  EXPECT_FALSE(text_of(ladder, entries).empty());
}

TEST(Ladder, OfNothingIsEmpty) {
  EXPECT_TRUE(ladder_of({}, false).rows.empty());
}

TEST(Line, IsOneWhateverTheMessageHeld) {
  Entry odd = entry(Direction::in, "192.0.2.7:5060", "INV\nITE");
  odd.call_id = "a\r\nfake\x1b[0m";
  odd.from = "03012345678";
  const std::string line = line_of(odd, false);
  for (const char c : line) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << line;
  EXPECT_NE(line.find("0301234xxxx>1002"), std::string::npos) << line;
  EXPECT_TRUE(line.starts_with("1970-01-01T00:00:01.000Z in ")) << line;
}

}  // namespace
}  // namespace rf::trace
