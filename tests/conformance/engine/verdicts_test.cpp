// The torture messages of RFC 4475 and RFC 5118, sent to the whole engine: what comes back is what the RFCs ask for.
#include <gtest/gtest.h>

#include "core/sip/message.hpp"
#include "sim/phone.hpp"
#include "tests/conformance/corpus.hpp"
#include "tests/conformance/verdicts.hpp"

namespace rf {
namespace {

using conformance::Answer;
using conformance::Verdict;

class TortureMessage : public testing::TestWithParam<Verdict> {};

TEST_P(TortureMessage, IsAnsweredAsItsRfcAsks) {
  const Verdict& verdict = GetParam();
  sim::Exchange exchange(sim::test_policy());
  exchange.receive(sim::flow_from("198.51.100.9:5060"), conformance::bytes_of(verdict));
  std::optional<int> status;
  for (const sim::Packet& packet : exchange.sent) {
    // A 400 gives back the very header that was wrong, so the answer itself need not parse.
    if (!packet.bytes.starts_with("SIP/2.0 ")) continue;
    const int code = static_cast<int>(sip::parse_number(std::string_view(packet.bytes).substr(8, 3)).value_or(0));
    if (code != 100) status = code;
  }
  const bool challenged = status == 401 && !verdict.fault;
  const std::string shown = status ? std::to_string(*status) : "silence";
  switch (verdict.answer) {
    case Answer::silence: EXPECT_FALSE(status) << verdict.why << ": " << shown; break;
    case Answer::any: break;
    case Answer::processed: EXPECT_TRUE(status && *status != 400) << verdict.why << ": " << shown; break;
    case Answer::one_of: {
      bool right = challenged;
      for (const int wanted : verdict.statuses) {
        right = right || (wanted == conformance::no_answer && !status);
        right = right || (wanted > 0 && status == wanted);
      }
      EXPECT_TRUE(right) << verdict.why << ": " << shown;
      break;
    }
  }
}

std::string name_of(const testing::TestParamInfo<Verdict>& info) {
  std::string name(conformance::folder_of(info.param.rfc));
  for (const char c : "_" + std::string(info.param.name)) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, TortureMessage, testing::ValuesIn(conformance::verdicts), name_of);

}  // namespace
}  // namespace rf
