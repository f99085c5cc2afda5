#include "core/audit/chain.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/base/limits/people.hpp"

namespace rf::audit {
namespace {

const Signer signer({1, 2, 3});

std::vector<Entry> chain_of(std::size_t count, Head from = {}) {
  std::vector<Entry> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(follow(from, {1'700'000'000'000 + static_cast<std::int64_t>(i), "uid 0", "command",
                                "extension.set number=\"" + std::to_string(1001 + i) + "\"", "done"}));
    from = {out.back().number, out.back().hash};
  }
  return out;
}

Head head_of(const Entry& entry) {
  return {entry.number, entry.hash};
}

std::string exported(const std::vector<Entry>& entries, Head before = {}) {
  std::string out = first_line(signer.public_key(), before);
  for (const Entry& entry : entries) out += line_of(entry);
  return out + line_of(signer.sign(entries.empty() ? before : head_of(entries.back()), 1'700'000'001'000));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(Chain, AWholeLogIsVerified) {
  const auto verified = verify(exported(chain_of(50)), {});
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->entries, 50u);
  EXPECT_EQ(verified->first, 1u);
  EXPECT_EQ(verified->last, 50u);
  EXPECT_TRUE(verified->ends_signed);
}

TEST(Chain, AnEntryThatWasChangedIsFound) {
  const auto broken = verify(replaced(exported(chain_of(50)), "\"1010\"", "\"1011\""), {});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().number, 10u);
  EXPECT_EQ(broken.error().line, 11u);
}

TEST(Chain, EveryByteOfALogCounts) {
  const std::string whole = exported(chain_of(2));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(verify(changed, {{signer.public_key()}, {}})) << "byte " << i;
  }
}

TEST(Chain, AnEntryThatWasTakenOutIsFound) {
  const auto entries = chain_of(5);
  std::string text = exported(entries);
  const auto broken = verify(replaced(text, line_of(entries[2]), ""), {});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().number, 4u);
}

TEST(Chain, AnEntryThatWasPutInIsFound) {
  const auto entries = chain_of(5);
  const Entry forged = follow(head_of(entries[1]), {0, "uid 0", "command", "nothing happened", "done"});
  EXPECT_FALSE(verify(replaced(exported(entries), line_of(entries[2]), line_of(forged) + line_of(entries[2])), {}));
}

TEST(Chain, ACutEndContradictsWhatWasSeenBefore) {
  const auto entries = chain_of(20);
  const std::string cut = exported({entries.begin(), entries.begin() + 10});
  EXPECT_TRUE(verify(cut, {}));
  const auto broken = verify(cut, {{}, head_of(entries[19])});
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().what.find("20"), std::string::npos);
}

TEST(Chain, ALogThatWasWrittenAnewContradictsWhatWasSeenBefore) {
  const Head seen = head_of(chain_of(20)[9]);
  auto anew = chain_of(9);
  Head head = head_of(anew.back());
  for (int i = 0; i < 11; ++i) {
    anew.push_back(follow(head, {0, "uid 0", "command", "another story", "done"}));
    head = head_of(anew.back());
  }
  EXPECT_TRUE(verify(exported(anew), {}));
  EXPECT_FALSE(verify(exported(anew), {{}, seen}));
}

TEST(Chain, WhoHasNotTheKeySignsNothing) {
  const auto entries = chain_of(3);
  const Signer thief({9});
  std::string text = first_line(signer.public_key(), {});
  for (const Entry& entry : entries) text += line_of(entry);
  EXPECT_FALSE(verify(text + line_of(thief.sign(head_of(entries.back()), 0)), {}));
  std::string his = first_line(thief.public_key(), {});
  for (const Entry& entry : entries) his += line_of(entry);
  his += line_of(thief.sign(head_of(entries.back()), 0));
  EXPECT_TRUE(verify(his, {})) << "the file's own key is taken at its word";
  EXPECT_FALSE(verify(his, {{signer.public_key()}, {}}));
}

TEST(Chain, APartOfALogBeginsWhereItSays) {
  const auto entries = chain_of(20);
  const auto part = verify(exported({entries.begin() + 5, entries.end()}, head_of(entries[4])), {});
  ASSERT_TRUE(part);
  EXPECT_EQ(part->first, 6u);
  EXPECT_FALSE(verify(exported({entries.begin() + 5, entries.end()}, head_of(entries[3])), {}));
}

TEST(Chain, TextsOfAnyBytesKeepTheirPlace) {
  const Entry entry = follow({}, {-1, "a\tb", "c\nd", "e\\f\r", std::string("\0\xff", 2)});
  EXPECT_TRUE(verify(exported({entry}), {}));
  Event moved = entry.event;
  moved.actor = "a";
  moved.kind = "\tbc\nd";
  EXPECT_NE(hash_of({}, 1, entry.event), hash_of({}, 1, moved));
}

TEST(Chain, WhatIsTooLongIsCutAndSaysSo) {
  const Entry entry = follow({}, {0, "", "", std::string(100'000, 'x'), ""});
  EXPECT_LT(entry.event.action.size(), AuditLimits::text_bytes + 64);
  EXPECT_NE(entry.event.action.find("100000"), std::string::npos);
  EXPECT_TRUE(verify(exported({entry}), {}));
}

TEST(Chain, WhatIsNoLogIsRefused) {
  for (const char* text : {"", "\n", "ringfence-audit 1\n", "1\t2\t3\n", "ringfence-audit 1\t\t\t\n", "checkpoint\n"})
    EXPECT_FALSE(verify(text, {})) << text;
  EXPECT_FALSE(verify(exported(chain_of(3)).substr(0, 400), {}));
}

}  // namespace
}  // namespace rf::audit
