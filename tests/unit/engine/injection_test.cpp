// Calls into whose media somebody sent: what the log, the events and the record say of it; and what an honest call has
// of the same kind.
#include "core/event/catalog.hpp"
#include "tests/unit/engine/story.hpp"

namespace rf {
namespace {

using media::LegStatistics;

const Address mallory = *Address::parse("203.0.113.66");

class Injection : public Story {
 protected:
  /// A call of 20 seconds, at whose end the relay has counted this.
  void call_with(const LegStatistics& of_caller, const LegStatistics& of_callee) {
    establish();
    ASSERT_EQ(exchange.relays.size(), 1u);
    const media::RelayPlan plan = exchange.relays.begin()->second;
    exchange.relay_answers = false;
    exchange.advance_ms(20'000);
    alice.request(a, "BYE");
    const auto bye = bob.hear_request("BYE");
    ASSERT_TRUE(bye);
    bob.answer(*bye, 200);
    exchange.input(engine::RelayReported{{plan.id, plan.call, {of_caller, of_callee}}, true});
    expect_nothing_left();
  }
  /// What operators are told of it, each as a warning of the event's own kind and about the call.
  std::vector<std::string> told() {
    std::vector<std::string> out;
    for (const effect::Report& report : exchange.reports) {
      const event::Kind* kind =
          event::of_line(effect::name_of(report.reason), static_cast<unsigned>(report.level));
      if (!kind || kind->name != "call.injection") continue;
      EXPECT_EQ(report.level, effect::Level::warning);
      EXPECT_EQ(report.call, only_cdr().id);
      EXPECT_EQ(report.flow.remote.port, 0) << "of whoever did it there is no flow";
      out.push_back(report.detail);
    }
    return out;
  }
  static LegStatistics heard() {
    LegStatistics leg;
    leg.packets = 1'000;
    return leg;
  }
};

struct Kind {
  std::uint64_t LegStatistics::*counted;
  const char* words;
};

class InjectionOfEachKind : public Injection, public testing::WithParamInterface<Kind> {};

TEST_P(InjectionOfEachKind, IsToldInItsOwnWordsWithItsLegAndWhoWasLast) {
  LegStatistics attacked = heard();
  attacked.*GetParam().counted = 1'000;
  attacked.last_refused = mallory;
  call_with(heard(), attacked);
  EXPECT_EQ(told(), (std::vector<std::string>{std::string("callee: 1000 ") + GetParam().words +
                                              ", last from 203.0.113.66"}));
  EXPECT_EQ(only_cdr().media[1].*GetParam().counted, 1'000u);
  EXPECT_EQ(only_cdr().media[1].last_refused, mallory);
}

INSTANTIATE_TEST_SUITE_P(Kinds, InjectionOfEachKind,
                         testing::Values(Kind{&LegStatistics::refused_source, "packets from strangers"},
                                         Kind{&LegStatistics::refused_proof, "packets without proof"},
                                         Kind{&LegStatistics::refused_replay, "packets that were heard before"},
                                         Kind{&LegStatistics::refused_shape,
                                              "packets that do not continue its stream"}));

TEST_F(Injection, OfSeveralKindsOnBothLegsIsToldInOneLineThatBlamesNeitherPhone) {
  LegStatistics of_caller = heard(), of_callee = heard();
  of_caller.refused_proof = 400;
  of_caller.refused_replay = 500;
  of_caller.last_refused = of_callee.last_refused = mallory;
  of_callee.refused_source = 1;
  call_with(of_caller, of_callee);
  EXPECT_EQ(told(),
            (std::vector<std::string>{
                "caller: 400 packets without proof, 500 packets that were heard before, last from 203.0.113.66; "
                "callee: 1 packets from strangers, last from 203.0.113.66"}));
}

/// What a network does that loses, delays and repeats, while keys and streams change: tests/simulation/talk has the
/// same, packet for packet.
TEST_F(Injection, AnHonestCallThroughABadNetworkIsNone) {
  LegStatistics lossy = heard();
  lossy.lost = 100;
  lossy.refused_proof = 30;
  lossy.refused_replay = 120;
  lossy.refused_shape = 30;
  lossy.last_refused = alice_rtp.address;
  call_with(lossy, lossy);
  EXPECT_EQ(told(), std::vector<std::string>());
  EXPECT_EQ(only_cdr().media[0].refused_replay, 120u) << "and counted it is";
}

TEST_F(Injection, OneStrayMoreThanAnHonestCallHasIsTold) {
  LegStatistics stray = heard();
  stray.refused_shape = 38;  // 32, and one in four of 20 seconds
  call_with(stray, heard());
  EXPECT_EQ(told().size(), 1u);
}

/// A media server counts, and does not tell who it was.
TEST_F(Injection, WithoutAnAddressNoneIsNamed) {
  LegStatistics attacked = heard();
  attacked.refused_source = 100;
  call_with(attacked, heard());
  EXPECT_EQ(told(), std::vector<std::string>{"caller: 100 packets from strangers"});
}

}  // namespace
}  // namespace rf
