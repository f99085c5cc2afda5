// RFC 4317: every exchange is legal, is followed by both sides' state, and survives the way through a B2BUA.
#include <gtest/gtest.h>

#include "core/sdp/offer_answer.hpp"
#include "tests/conformance/rfc4317/exchanges.hpp"

namespace rf::sdp {
namespace {

using rfc4317::Hosts;
using rfc4317::Party;

class Rfc4317 : public testing::TestWithParam<rfc4317::Section> {};

TEST_P(Rfc4317, EveryAnswerFitsItsOffer) {
  for (const auto& exchange : GetParam().exchanges) {
    const std::string offer_text = text_of(exchange.offer, Hosts::named),
                      answer_text = text_of(exchange.answer, Hosts::named);
    const auto offer = parse(offer_text), answer = parse(answer_text);
    ASSERT_TRUE(offer && answer);
    const auto fits = check_answer(*offer, *answer);
    // The RFC's own slip: §3.2 answers a sendonly stream without a direction, which RFC 3264 §6.1 forbids. Phones do it
    // too, so it must be the one fault that can be mended.
    const bool slips = GetParam().number == "3.2" && exchange.answer.version == 1;
    EXPECT_EQ(fits.has_value(), !slips) << (fits ? "" : text_of(fits.error()));
    EXPECT_TRUE(fits || fits.error() == Fault::direction);
  }
}

TEST_P(Rfc4317, BothSidesFollowTheExchangesAndSeeTheVersions) {
  OfferAnswer alice, bob;
  int alice_version = 0, bob_version = 0;
  bool first = true;
  const auto expect_step = [&](const OfferAnswer& leg, int& known, int now) {
    EXPECT_EQ(leg.peer_origin(), first ? OriginStep::first : now == known ? OriginStep::same : OriginStep::next);
    known = now;
  };
  for (const auto& exchange : GetParam().exchanges) {
    const std::string offer_text = text_of(exchange.offer, Hosts::named),
                      answer_text = text_of(exchange.answer, Hosts::named);
    const auto offer = parse(offer_text), answer = parse(answer_text);
    ASSERT_TRUE(offer && answer);
    const bool alice_offers = exchange.offer.by == Party::alice;
    OfferAnswer& offerer = alice_offers ? alice : bob;
    OfferAnswer& answerer = alice_offers ? bob : alice;
    EXPECT_EQ(offerer.sent(Carrier::invite, &*offer), Meaning::offer);
    EXPECT_EQ(answerer.received(Carrier::invite, &*offer), Meaning::offer);
    expect_step(answerer, alice_offers ? alice_version : bob_version, exchange.offer.version);
    EXPECT_EQ(answerer.sent(Carrier::invite_success, &*answer), Meaning::answer);
    EXPECT_EQ(offerer.received(Carrier::invite_success, &*answer), Meaning::answer);
    expect_step(offerer, alice_offers ? bob_version : alice_version, exchange.answer.version);
    EXPECT_EQ(offerer.sent(Carrier::ack, nullptr), Meaning::nothing);
    EXPECT_EQ(answerer.received(Carrier::ack, nullptr), Meaning::nothing);
    first = false;
  }
}

TEST_P(Rfc4317, HostNamesAreReadButNeverLookedUp) {
  for (const auto& exchange : GetParam().exchanges)
    for (const auto* description : {&exchange.offer, &exchange.answer}) {
      const std::string text = text_of(*description, Hosts::named);
      const auto session = parse(text);
      ASSERT_TRUE(session);
      for (const Media& media : session->media()) {
        EXPECT_FALSE(remote_rtp(media));
        const bool is_named = media.port != 0 && !media.connection.is_nowhere;
        EXPECT_EQ(refusal_of(media) == Refusal::host_name, is_named);
      }
    }
}

/// Ringfence between the two: one leg to each, everything rewritten.
struct Between {
  OfferAnswer legs[2];
  LocalOrigin origins[2] = {LocalOrigin(11), LocalOrigin(22)};

  static RewritePlan plan_for(int leg) {
    RewritePlan plan{.address = *Address::parse("198.51.100.9")};
    for (std::size_t i = 0; i < plan.media.size(); ++i)
      plan.media[i].port = static_cast<std::uint16_t>(40'000 + 100 * leg + 2 * i);
    return plan;
  }

  /// Takes an exchange across; gives what the answerer was offered and the offerer was answered.
  void carry(const Session& offer, const Session& answer, int from) {
    const int to = 1 - from;
    ASSERT_EQ(legs[from].received(Carrier::invite, &offer), Meaning::offer);
    offered = origins[to].describe(offer, plan_for(to));
    ASSERT_EQ(legs[to].sent(Carrier::invite, offered), Meaning::offer);
    ASSERT_EQ(legs[to].received(Carrier::invite_success, &answer), Meaning::answer);
    RewritePlan plan = plan_for(from);
    fit_answer(plan, offer);
    answered = origins[from].describe(answer, plan);
    ASSERT_EQ(legs[from].sent(Carrier::invite_success, answered), Meaning::answer);
    ASSERT_EQ(legs[from].received(Carrier::ack, nullptr), Meaning::nothing);
    ASSERT_EQ(legs[to].sent(Carrier::ack, nullptr), Meaning::nothing);
  }
  std::string offered, answered;
};

TEST_P(Rfc4317, PassesThroughUsAndShowsNoAddressOfTheOtherSide) {
  Between us;
  for (const auto& exchange : GetParam().exchanges) {
    const std::string offer_text = text_of(exchange.offer, Hosts::numbered),
                      answer_text = text_of(exchange.answer, Hosts::numbered);
    const auto offer = parse(offer_text), answer = parse(answer_text);
    ASSERT_TRUE(offer && answer);
    us.carry(*offer, *answer, exchange.offer.by == Party::alice ? 0 : 1);
    if (HasFatalFailure()) return;
    const auto seen = parse(us.answered);
    ASSERT_TRUE(seen);
    EXPECT_TRUE(check_answer(*offer, *seen)) << "what needed mending is mended";
    ASSERT_EQ(seen->media().size(), answer->media().size());
    for (std::size_t i = 0; i < seen->media().size(); ++i)
      EXPECT_EQ(seen->media()[i].port == 0, answer->media()[i].port == 0);
    for (const std::string& text : {us.offered, us.answered})
      for (const std::string_view theirs :
           {"192.0.2.", "203.0.113.", "alice", "bob", "0.0.0.0", "289084452", "280884456"})
        EXPECT_EQ(text.find(theirs), std::string::npos) << theirs << " in\n" << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Sections, Rfc4317, testing::ValuesIn(rfc4317::sections()), [](const auto& section) {
  std::string name = "Section" + section.param.number;
  name[name.find('.')] = '_';
  return name;
});

}  // namespace
}  // namespace rf::sdp
