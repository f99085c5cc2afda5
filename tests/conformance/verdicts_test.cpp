// Each message against its verdict: parsed, answered, and out of a byte stream.
#include "tests/conformance/verdicts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/sip/stream.hpp"
#include "core/sip/writer.hpp"
#include "tests/conformance/corpus.hpp"

namespace rf::conformance {
namespace {

const Endpoint source = *Endpoint::parse("203.0.113.9:5060");

TEST(TortureCorpus, HasAVerdictOnEveryMessageAndAMessageForEveryVerdict) {
  for (const Rfc rfc : {Rfc::rfc4475, Rfc::rfc5118}) {
    std::set<std::string> files, named;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(CONFORMANCE_DIR) + "/" + std::string(folder_of(rfc))))
      if (entry.path().extension() == ".dat") files.insert(entry.path().stem());
    for (const Verdict& verdict : verdicts)
      if (verdict.rfc == rfc) named.emplace(verdict.name);
    EXPECT_EQ(files, named);
    EXPECT_EQ(files.size(), rfc == Rfc::rfc4475 ? 49u : 12u);
  }
}

TEST(Torture, EveryMessageParsesOrFailsAsItsRfcSays) {
  for (const Verdict& verdict : verdicts) {
    const Parsed m(verdict.name);
    if (!verdict.fault) {
      EXPECT_TRUE(m.result) << verdict.name << ": " << (m.result ? "" : sip::text_of(m.result.error().code));
    } else {
      ASSERT_FALSE(m.result) << verdict.name;
      EXPECT_EQ(sip::text_of(m.result.error().code), sip::text_of(*verdict.fault)) << verdict.name;
      EXPECT_LE(m.result.error().offset, m.bytes.size()) << verdict.name;
    }
  }
}

TEST(Torture, WhatHasToBeAnsweredCanBeAnswered) {
  for (const Verdict& verdict : verdicts) {
    const Parsed m(verdict.name);
    if (verdict.answer == Answer::silence) {
      EXPECT_FALSE(m->answerable) << verdict.name;
      continue;
    }
    if (verdict.statuses[1] == no_answer) continue;
    ASSERT_TRUE(m->answerable) << verdict.name;
    std::string out;
    const int status = verdict.answer == Answer::one_of ? verdict.statuses[0] : 200;
    sip::write_response_head(out, m.message, source, status, "totag").no_body();
    EXPECT_TRUE(out.starts_with("SIP/2.0 " + std::to_string(status) + " ")) << verdict.name;
    // A fault in a header that is copied back comes back with it; every other answer has to be faultless itself.
    using Code = sip::ParseErrorCode;
    constexpr Code copied[] = {Code::bad_via, Code::bad_from, Code::bad_to, Code::bad_cseq};
    if (verdict.fault && std::find(std::begin(copied), std::end(copied), *verdict.fault) != std::end(copied)) continue;
    sip::Message response;
    const auto parsed = sip::parse(out, response);
    ASSERT_TRUE(parsed) << verdict.name << ": " << sip::text_of(parsed.error().code) << '\n' << out;
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.call_id, m->call_id) << verdict.name;
    EXPECT_EQ(response.via.branch, m->via.branch) << verdict.name;
    EXPECT_FALSE(response.to.tag().empty()) << verdict.name;
  }
}

// The same bytes over TCP: a message with a sound Content-Length comes out as it is, in any chunking; without one the
// connection cannot go on.
TEST(Torture, ComesOutOfAStreamAsItWentIn) {
  for (const Verdict& verdict : verdicts) {
    const std::string bytes = bytes_of(verdict);
    sip::StreamFramer framer;
    std::vector<std::string> messages;
    std::optional<sip::ParseErrorCode> fault;
    for (std::size_t at = 0; at < bytes.size() && !fault; at += 7) {
      ASSERT_TRUE(framer.push(std::string_view(bytes).substr(at, 7)));
      for (;;) {
        const auto next = framer.next();
        if (!next) fault = next.error().code;
        if (!next || !*next) break;
        if ((*next)->kind == sip::StreamFramer::Kind::message)
          messages.emplace_back((*next)->bytes.data(), (*next)->bytes.size());
      }
    }
    if (verdict.name == "ncl" || verdict.name == "mcl01" || verdict.name == "inv2543") {
      EXPECT_EQ(fault, sip::ParseErrorCode::bad_content_length) << verdict.name;
    } else if (verdict.name == "trws") {
      EXPECT_EQ(fault, sip::ParseErrorCode::bad_start_line);
    } else if (verdict.name == "clerr") {
      EXPECT_TRUE(messages.empty());
      EXPECT_EQ(framer.pending(), bytes.size());
    } else if (verdict.name == "dblreq") {
      // Over a stream what follows is a request of its own; its body is cut where its Content-Length says.
      ASSERT_EQ(messages.size(), 2u);
      EXPECT_TRUE(messages[1].starts_with("INVITE sip:joe@example.com"));
    } else {
      EXPECT_FALSE(fault) << verdict.name;
      EXPECT_EQ(messages, std::vector<std::string>{bytes}) << verdict.name;
    }
  }
}

TEST(Torture, EveryMessageIsReadInItsOwnBuffer) {
  for (const Verdict& verdict : verdicts) {
    const Parsed m(verdict.name);
    const char* const first = m.bytes.data();
    const char* const last = first + m.bytes.size();
    for (const sip::Header& header : m->headers()) {
      EXPECT_TRUE(header.name.data() >= first && header.name.data() + header.name.size() <= last) << verdict.name;
      EXPECT_TRUE(header.value.data() >= first && header.value.data() + header.value.size() <= last) << verdict.name;
    }
  }
}

}  // namespace
}  // namespace rf::conformance
