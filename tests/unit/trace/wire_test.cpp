// Captures and HEP3, byte by byte, and what files hold.
#include <gtest/gtest.h>

#include <map>
#include <span>

#include "core/trace/hep.hpp"
#include "core/trace/pcap.hpp"
#include "core/trace/summary.hpp"
#include "tests/unit/trace/message.hpp"

namespace rf::trace {
namespace {

std::uint64_t big(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < size; ++i) out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

/// Zero when the ones' complement sum of RFC 1071 is right.
std::uint32_t checksum_left(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += static_cast<std::uint32_t>(big(bytes, i, 2));
  if (bytes.size() % 2) sum += static_cast<unsigned char>(bytes.back()) * 256u;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return 0xffff - sum;
}

TEST(Pcap, HoldsWholeDatagramsWithRightChecksums) {
  Entry one = entry(Direction::in, "192.0.2.7:5060", "INVITE", 1'700'000'000'123);
  one.text += "x";  // of odd length
  const std::string file = pcap_of(std::span(&one, 1));
  ASSERT_GT(file.size(), 24u + 16 + 28);
  EXPECT_EQ(file.substr(0, 4), "\xd4\xc3\xb2\xa1");
  EXPECT_EQ(file[20], 101);
  const std::string_view packet = std::string_view(file).substr(24 + 16);
  EXPECT_EQ(packet.size(), 28 + one.text.size());
  EXPECT_EQ(big(packet, 2, 2), packet.size());
  EXPECT_EQ(checksum_left(packet.substr(0, 20)), 0u);
  EXPECT_EQ(big(packet, 12, 4), 0xc0000207u) << "from whom it came";
  EXPECT_EQ(big(packet, 16, 4), 0xc0000201u);
  EXPECT_EQ(big(packet, 24, 2), packet.size() - 20);
  std::string pseudo(packet.substr(12, 8));
  pseudo += std::string("\0\x11", 2) + std::string(packet.substr(24, 2)) + std::string(packet.substr(20));
  EXPECT_EQ(checksum_left(pseudo), 0u);
  EXPECT_EQ(packet.substr(28), one.text);
}

TEST(Pcap, WritesBothFamiliesAndCutsWhatNoDatagramHolds) {
  Entry entries[] = {entry(Direction::out, "[2001:db8::7]:5061", "INVITE"), entry(Direction::in, "192.0.2.7:5", "x"),
                     entry(Direction::note, "192.0.2.7:5", "x")};
  entries[0].local = at("[2001:db8::1]:5061");
  entries[1].text.assign(200'000, 'x');
  const std::string file = pcap_of(entries);
  const std::string_view first = std::string_view(file).substr(24 + 16);
  EXPECT_EQ(big(first, 0, 1), 0x60u);
  EXPECT_EQ(first[8 + 15], 1) << "we sent it";
  EXPECT_EQ(big(first, 4, 2), 8 + entries[0].text.size());
  EXPECT_EQ(file.size(), 24 + 16 + 48 + entries[0].text.size() + 16 + 65'535) << "and no note";
  EXPECT_EQ(pcap_of({}).size(), 24u);
}

TEST(Hep, IsVersionThreeWithTheChunksThatHomerReads) {
  const Entry one = entry(Direction::out, "192.0.2.7:5060", "INVITE", 1'700'000'000'123);
  const std::string packet = hep_of(one, 2'001, "SIP/2.0 200 OK\r\n\r\n");
  ASSERT_TRUE(packet.starts_with("HEP3"));
  EXPECT_EQ(big(packet, 4, 2), packet.size());
  std::map<std::uint64_t, std::string> chunks;
  for (std::size_t at = 6; at < packet.size();) {
    EXPECT_EQ(big(packet, at, 2), 0u) << "vendor";
    const std::size_t size = big(packet, at + 4, 2);
    ASSERT_GE(size, 6u);
    chunks[big(packet, at + 2, 2)] = packet.substr(at + 6, size - 6);
    at += size;
  }
  EXPECT_EQ(chunks[0x01], "\x02");
  EXPECT_EQ(chunks[0x02], "\x11");
  EXPECT_EQ(chunks[0x03], std::string("\xc0\x00\x02\x01", 4));
  EXPECT_EQ(chunks[0x04], std::string("\xc0\x00\x02\x07", 4));
  EXPECT_EQ(big(chunks[0x07], 0, 2), 5'060u);
  EXPECT_EQ(big(chunks[0x09], 0, 4), 1'700'000'000u);
  EXPECT_EQ(big(chunks[0x0a], 0, 4), 123'000u);
  EXPECT_EQ(chunks[0x0b], "\x01");
  EXPECT_EQ(big(chunks[0x0c], 0, 4), 2'001u);
  EXPECT_EQ(chunks[0x0f], "SIP/2.0 200 OK\r\n\r\n");
  EXPECT_EQ(chunks[0x11], "k3v9");
}

TEST(Hep, SendsNoNotesAndNothingThatDoesNotFit) {
  EXPECT_TRUE(hep_of(entry(Direction::note, "192.0.2.7:5060", "x"), 1, "x").empty());
  EXPECT_TRUE(hep_of(entry(Direction::in, "192.0.2.7:5060", "x"), 1, std::string(65'600, 'x')).empty());
}

TEST(Entries, AreReadAsTheyAreWritten) {
  Entry one = entry(Direction::in, "[2001:db8::7]:5060", "INVITE");
  one.stranger = true;
  one.transport = Transport::tls;
  one.text = std::string("a\0b", 3);
  std::string file;
  append_to(file, one);
  append_to(file, entry(Direction::note, "192.0.2.7:5060", "why"));
  std::string_view rest = file;
  const auto first = next_entry(rest), second = next_entry(rest);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->remote, one.remote);
  EXPECT_EQ(first->text, one.text);
  EXPECT_EQ(first->transport, Transport::tls);
  EXPECT_TRUE(first->stranger);
  EXPECT_EQ(second->label, "why");
  EXPECT_FALSE(next_entry(rest));
}

TEST(Entries, ThatAreTornOrBentAreTheEnd) {
  std::string file;
  append_to(file, entry(Direction::in, "192.0.2.7:5060", "INVITE"));
  for (std::size_t size = 0; size < file.size(); ++size) {
    std::string_view torn = std::string_view(file).substr(0, size);
    EXPECT_FALSE(next_entry(torn));
    std::string bent = file;
    bent[size] = static_cast<char>(bent[size] ^ 0x40);
    std::string_view rest = bent;
    EXPECT_FALSE(next_entry(rest)) << size;
  }
}

TEST(Summary, KnowsWhoAndWhatAndTheBeginningOfACall) {
  Entry out;
  const Summary summary = summarise(invite("Content-Type: application/sdp\r\n", "v=0\r\n"), out);
  EXPECT_TRUE(summary.parsed);
  EXPECT_TRUE(summary.begins_dialog);
  EXPECT_EQ(out.label, "INVITE (SDP)");
  EXPECT_EQ(out.call_id, "leg-a@192.0.2.7");
  EXPECT_EQ(out.cseq, "1 INVITE");
  EXPECT_EQ(out.from, "1001");
  EXPECT_EQ(out.target, "1002");
  Entry junk;
  EXPECT_FALSE(summarise("junk", junk).parsed);
  EXPECT_EQ(junk.label, "malformed");
}

}  // namespace
}  // namespace rf::trace
