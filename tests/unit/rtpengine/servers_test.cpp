#include "core/rtpengine/servers.hpp"
#include "core/base/limits/media.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/rtpengine/bencode.hpp"

namespace rf::rtpengine {
namespace {

/// Servers that answer as rtpengine does, unless they are told to be silent, to refuse, or to be slow.
class World {
 public:
  explicit World(std::vector<ServerPlan> plans = {{{}, 1}, {{}, 1}}) : servers(std::move(plans), Random(7), 0) {}

  void open(std::uint64_t id) {
    take([&](auto& out) { servers.open(now_ms, RelayId{id}, out); });
  }
  void close(std::uint64_t id) {
    take([&](auto& out) { servers.close(now_ms, RelayId{id}, out); });
  }
  static media::RelayPlan plan_of(std::uint64_t id, const char* caller, const char* callee) {
    media::RelayPlan plan;
    plan.id = RelayId{id};
    plan.call = CallId{id + 100};
    plan.legs[0].remote_rtp = Endpoint::parse(caller).value();
    plan.legs[1].remote_rtp = Endpoint::parse(callee).value();
    return plan;
  }
  void update(const media::RelayPlan& plan) {
    take([&](auto& out) { servers.update(now_ms, plan, out); });
  }
  void update(std::uint64_t id, const char* caller, const char* callee) { update(plan_of(id, caller, callee)); }
  void keep_stock(std::size_t wanted) {
    take([&](auto& out) { servers.keep_stock(now_ms, wanted, RelayId{first_id}, out); });
  }
  void take_one(RelayId id) {
    take([&](auto& out) { servers.take(now_ms, id, out); });
  }
  /// Lets time pass, each deadline at its moment.
  void pass(std::int64_t ms) {
    const std::int64_t end_ms = now_ms + ms;
    while (servers.next_deadline() <= end_ms) {
      now_ms = std::max(now_ms, servers.next_deadline());
      take([&](auto& out) { servers.on_time(now_ms, out); });
    }
    now_ms = end_ms;
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const Outcome& one : told)
      if (const T* is = std::get_if<T>(&one)) found.push_back(*is);
    return found;
  }
  void hear(std::size_t server, const std::string& datagram) {
    take([&](auto& out) { servers.on_datagram(now_ms, server, datagram, out); });
  }

  static constexpr std::uint64_t first_id = 1'000;
  Servers servers;
  std::int64_t now_ms = 0;
  int packets = 9;                          ///< that each stream has had, as the servers say
  std::map<std::string, std::string> keys;  ///< by call: that a server offers to the protected leg
  bool takes_keys = true;
  std::map<std::size_t, bool> silent, refuses, slow;
  std::deque<Send> waiting;  // of slow servers
  std::vector<Outcome> told;
  std::vector<std::string> heard;    // commands, with what they say of the peers
  std::map<std::string, int> calls;  // that the servers have

  void answer(const Send& send) {
    const std::size_t space = send.datagram.find(' ');
    const auto document = Document::parse(std::string_view(send.datagram).substr(space + 1));
    ASSERT_TRUE(document);
    const auto root = document->root();
    const std::string command(root["command"].text().value());
    const std::string call(root["call-id"].text().value_or(""));
    const std::string sdp(root["sdp"].text().value_or(""));
    std::string where;  // "offer 4000 caller sendrecv"
    if (const std::size_t at = sdp.find("m=audio "); at != std::string::npos)
      where = " " + sdp.substr(at + 8, sdp.find(' ', at + 8) - at - 8);
    const std::size_t last = sdp.rfind("a=");
    const std::string direction = last == std::string::npos ? "" : sdp.substr(last + 2, sdp.size() - last - 4);
    const bool by_caller = root["from-tag"].text() == "caller", offers = command == "offer";
    if (offers || command == "answer") where += by_caller == offers ? " caller " : " callee ", where += direction;
    heard.push_back(command + where);
    std::string said = "d6:result4:ponge";
    const bool known = calls.contains(call);
    if (offers) calls.emplace(call, 10'000 + 4 * (made++ % 12'000));
    if (offers || command == "answer") {
      const int port = calls[call] + (by_caller == offers ? 2 : 0);
      const bool is_protected = root["transport-protocol"].text() == "RTP/SAVP";
      // What one leg offers is offered to the other, and kept.
      const std::size_t key = sdp.find("a=crypto:");
      if (offers && key != std::string::npos && takes_keys)
        keys[call] = sdp.substr(key, sdp.find("\r\n", key) + 2 - key);
      said =
          Dictionary()
              .add("result", "ok")
              .add("sdp", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio " +
                              std::to_string(port) + (is_protected ? " RTP/SAVP 0\r\n" + keys[call] : " RTP/AVP 0\r\n"))
              .finish();
    }
    const std::string count = std::to_string(packets);
    const std::string numbers = "d6:result2:ok4:tagsd6:callerd6:mediasld7:streamsld5:statsd7:packetsi" + count +
                                "e5:bytesi90e6:errorsi2eeeeeeeee";
    if (command == "query")
      said = known ? numbers : Dictionary().add("result", "error").add("error-reason", "Unknown call-id").finish();
    if (command == "delete") {
      calls.erase(call);
      said = numbers;
    }
    if (refuses[send.server] && command != "ping")
      said = Dictionary().add("result", "error").add("error-reason", "fu\nll").finish();
    hear(send.server, send.datagram.substr(0, space + 1) + said);
  }

 private:
  int made = 0;
  template <class Do>
  void take(Do&& act) {
    std::vector<Outcome> out;
    act(out);
    for (Outcome& one : out) {
      const Send* send = std::get_if<Send>(&one);
      if (!send) {
        told.push_back(std::move(one));
      } else if (slow[send->server]) {
        waiting.push_back(*send);
      } else if (!silent[send->server]) {
        answer(*send);
      }
    }
  }
};

TEST(Rtpengine, TakesNoStreamBeforeAServerAnswered) {
  World w;
  w.open(1);
  ASSERT_EQ(w.all<NotOpened>().size(), 1u);
  EXPECT_EQ(w.all<NotOpened>()[0].why, "no server is up");
  w.pass(0);
  EXPECT_EQ(w.all<Health>().size(), 2u);
  w.open(2);
  ASSERT_EQ(w.all<Opened>().size(), 1u);
  const Opened opened = w.all<Opened>()[0];
  EXPECT_EQ(opened.local[0].address.text(), "192.0.2.9");
  EXPECT_EQ(opened.local[1].port, opened.local[0].port + 2) << "who answers sends to what was said to the offer";
}

TEST(Rtpengine, TellsChangesAndGivesTheNumbersAtTheEnd) {
  World w({{{}, 1}});
  w.pass(0);
  w.open(1);
  w.update(1, "198.51.100.1:4000", "203.0.113.2:5000");
  w.close(1);
  EXPECT_EQ(w.heard, (std::vector<std::string>{"ping", "offer 9 caller inactive", "answer 9 callee inactive",
                                               "offer 4000 caller sendrecv", "answer 5000 callee sendrecv", "delete"}));
  ASSERT_EQ(w.all<Closed>().size(), 1u);
  const media::RelayReport report = w.all<Closed>()[0].report;
  EXPECT_EQ(report.call, CallId{101});
  EXPECT_EQ(report.legs[0].packets, 7u);
  EXPECT_EQ(report.legs[0].refused_source, 2u);
  EXPECT_EQ(report.legs[1].packets, 0u);
  EXPECT_EQ(w.servers.streams(), 0u);
  EXPECT_EQ(w.servers.streams_of(0), 0u);
}

TEST(Rtpengine, ChangesWhileOneIsToldAreToldTogether) {
  World w({{{}, 1}});
  w.pass(0);
  w.open(1);
  w.heard.clear();
  w.slow[0] = true;
  w.update(1, "198.51.100.1:4000", "203.0.113.2:5000");
  w.update(1, "198.51.100.1:4002", "203.0.113.2:5002");
  w.update(1, "198.51.100.1:4004", "203.0.113.2:5004");
  w.slow[0] = false;
  w.answer(w.waiting.front());
  EXPECT_EQ(w.heard, (std::vector<std::string>{"offer 4000 caller sendrecv", "answer 5000 callee sendrecv",
                                               "offer 4004 caller sendrecv", "answer 5004 callee sendrecv"}));
}

TEST(Rtpengine, SharesStreamsByWeight) {
  World w({{{}, 3}, {{}, 1}, {{}, 0}});
  w.pass(0);
  for (std::uint64_t id = 1; id <= 4'000; ++id) w.open(id);
  EXPECT_EQ(w.all<Opened>().size(), 4'000u);
  EXPECT_NEAR(static_cast<double>(w.servers.streams_of(0)), 3'000, 150);
  EXPECT_EQ(w.servers.streams_of(2), 0u) << "without weight it is drained";
}

TEST(Rtpengine, AServerThatFallsSilentIsPassedOverUntilItAnswers) {
  World w;
  w.pass(0);
  w.silent[0] = true;
  for (std::uint64_t id = 1; id <= 40; ++id) w.open(id);
  w.pass(4'000);
  EXPECT_EQ(w.all<Opened>().size(), 40u) << "those that it got went to the other one";
  EXPECT_TRUE(w.all<NotOpened>().empty());
  EXPECT_FALSE(w.servers.is_up(0));
  EXPECT_EQ(w.servers.streams_of(0), 0u);
  EXPECT_EQ(w.servers.streams_of(1), 40u);
  w.silent[0] = false;
  w.pass(6'000);
  EXPECT_TRUE(w.servers.is_up(0));
  EXPECT_EQ(w.all<Health>().size(), 4u);
}

TEST(Rtpengine, AServerThatRefusesIsUpAndTheNextOneIsAsked) {
  World w;
  w.pass(0);
  w.refuses[0] = true;
  for (std::uint64_t id = 1; id <= 20; ++id) w.open(id);
  EXPECT_EQ(w.servers.streams_of(1), 20u);
  EXPECT_TRUE(w.servers.is_up(0));
  w.refuses[1] = true;
  w.open(21);
  ASSERT_EQ(w.all<NotOpened>().size(), 1u);
  EXPECT_EQ(w.all<NotOpened>()[0].why, "fu?ll") << "its words reach a log without their control characters";
}

TEST(Rtpengine, LeavesNothingBehindOnAServerWhoseAnswerWasLost) {
  World w({{{}, 1}});
  w.pass(0);
  w.slow[0] = true;
  w.open(1);
  w.pass(3'800);
  ASSERT_EQ(w.all<NotOpened>().size(), 1u);
  w.slow[0] = false;
  for (const Send& late : std::exchange(w.waiting, {})) w.answer(late);
  EXPECT_TRUE(w.calls.empty());
}

TEST(Rtpengine, AStreamIsLostWithItsServerAndStillCloses) {
  World w({{{}, 1}});
  w.pass(0);
  w.open(1);
  w.silent[0] = true;
  w.update(1, "198.51.100.1:4000", "203.0.113.2:5000");
  w.pass(3'800);
  ASSERT_EQ(w.all<Lost>().size(), 1u);
  EXPECT_EQ(w.all<Lost>()[0].why, "did not answer");
  EXPECT_EQ(w.all<Lost>()[0].call, CallId{101});
  w.close(1);
  w.pass(3'800);
  ASSERT_EQ(w.all<Closed>().size(), 1u);
  EXPECT_EQ(w.all<Closed>()[0].report.legs[0].packets, 0u);
  EXPECT_EQ(w.servers.streams(), 0u);
}

TEST(Rtpengine, MayBeClosedWhileItIsOpened) {
  World w({{{}, 1}});
  w.pass(0);
  w.slow[0] = true;
  w.open(1);
  w.close(1);
  w.slow[0] = false;
  w.answer(w.waiting.front());
  EXPECT_TRUE(w.all<Opened>().empty());
  EXPECT_EQ(w.all<Closed>().size(), 1u);
  EXPECT_EQ(w.servers.streams(), 0u);
  w.close(1);
  EXPECT_EQ(w.all<Closed>().size(), 2u) << "each is answered, also when there is nothing";
}

TEST(Rtpengine, RepeatsAQuestionFourTimesWithTheSameCookie) {
  World w({{{}, 1}});
  w.slow[0] = true;
  w.pass(3'749);
  ASSERT_EQ(w.waiting.size(), 4u);
  for (const Send& send : w.waiting) EXPECT_EQ(send.datagram, w.waiting[0].datagram);
  w.answer(w.waiting[3]);
  EXPECT_TRUE(w.servers.is_up(0));
}

TEST(Rtpengine, BelievesOnlyTheServerThatWasAsked) {
  World w;
  w.slow[0] = w.slow[1] = true;
  w.pass(0);
  ASSERT_EQ(w.waiting.size(), 2u);
  const std::string cookie = w.waiting[0].datagram.substr(0, w.waiting[0].datagram.find(' '));
  w.hear(1, cookie + " d6:result4:ponge");
  w.hear(0, "0123456789abcdef d6:result4:ponge");
  w.hear(0, "");
  w.hear(0, cookie);
  EXPECT_FALSE(w.servers.is_up(0));
  EXPECT_FALSE(w.servers.is_up(1));
  w.hear(0, cookie + " d6:result4:ponge");
  EXPECT_TRUE(w.servers.is_up(0));
}

TEST(Rtpengine, AServerThatMovesARunningStreamHasLostIt) {
  World w({{{}, 1}});
  w.pass(0);
  w.open(1);
  w.calls.begin()->second += 100;
  w.update(1, "198.51.100.1:4000", "203.0.113.2:5000");
  ASSERT_EQ(w.all<Lost>().size(), 1u);
  EXPECT_EQ(w.all<Lost>()[0].why, "it changed the endpoint of a running stream");
}

srtp::MasterKey key(std::uint8_t first) {
  std::array<std::uint8_t, 30> bytes{};
  bytes[0] = first;
  return *srtp::MasterKey::make(srtp::Suite::aes_cm_128_sha1_80, bytes);
}

media::RelayPlan with_keys(media::RelayPlan plan, std::size_t leg, std::uint8_t ours) {
  plan.legs[leg].security.protection = media::Protection::sdes;
  plan.legs[leg].security.ours = key(ours);
  plan.legs[leg].security.theirs = key(200);
  return plan;
}

TEST(Rtpengine, MakesAServerTakeOurKeyBeforeAnyMediaPasses) {
  World w({{{}, 1}});
  w.pass(0);
  w.open(1);
  w.heard.clear();
  const media::RelayPlan plan = World::plan_of(1, "198.51.100.1:4000", "203.0.113.2:5000");
  w.update(with_keys(plan, 1, 1));
  EXPECT_EQ(w.heard, (std::vector<std::string>{"offer 9 caller inactive", "answer 9 callee inactive",
                                               "offer 4000 caller sendrecv", "answer 5000 callee sendrecv"}));
  w.heard.clear();
  w.update(with_keys(plan, 1, 1));
  EXPECT_EQ(w.heard.size(), 2u) << "it has the key";
  w.heard.clear();
  w.update(with_keys(plan, 1, 2));
  EXPECT_EQ(w.heard.size(), 4u) << "another one";
  EXPECT_TRUE(w.all<Lost>().empty());
}

TEST(Rtpengine, TheCallersKeyIsOfferedFromTheOtherSide) {
  World w({{{}, 1}});
  w.pass(0);
  w.open(1);
  w.heard.clear();
  w.update(with_keys(World::plan_of(1, "198.51.100.1:4000", "203.0.113.2:5000"), 0, 1));
  EXPECT_EQ(w.heard, (std::vector<std::string>{"offer 9 callee inactive", "answer 9 caller inactive",
                                               "offer 5000 callee sendrecv", "answer 4000 caller sendrecv"}));
  EXPECT_TRUE(w.all<Lost>().empty());
}

TEST(Rtpengine, NothingPassesWhileTheKeysOfALegAreNotKnown) {
  World w({{{}, 1}});
  w.pass(0);
  w.open(1);
  w.heard.clear();
  media::RelayPlan plan = World::plan_of(1, "198.51.100.1:4000", "203.0.113.2:5000");
  plan.legs[1].security.protection = media::Protection::sdes;
  w.update(plan);
  EXPECT_EQ(w.heard, (std::vector<std::string>{"offer 9 caller inactive", "answer 9 callee inactive"}));
  w.update(with_keys(plan, 1, 1));
  EXPECT_EQ(w.heard.size(), 6u);
}

TEST(Rtpengine, AServerThatOffersAnotherKeyThanOursGetsNoMedia) {
  World w({{{}, 1}});
  w.pass(0);
  w.open(1);
  w.takes_keys = false;
  w.heard.clear();
  w.update(with_keys(World::plan_of(1, "198.51.100.1:4000", "203.0.113.2:5000"), 1, 1));
  EXPECT_EQ(w.heard, (std::vector<std::string>{"offer 9 caller inactive"}));
  ASSERT_EQ(w.all<Lost>().size(), 1u);
  EXPECT_EQ(w.all<Lost>()[0].why, "it did not take the key of a stream");
}

TEST(Rtpengine, WhatOnlyOurRelayDoesNeverLeaves) {
  for (const int what : {0, 1, 2, 3}) {
    World w({{{}, 1}});
    w.pass(0);
    w.open(1);
    w.heard.clear();
    media::RelayPlan plan = World::plan_of(1, "198.51.100.1:4000", "203.0.113.2:5000");
    if (what == 0) plan.legs[0].security.protection = media::Protection::dtls;
    if (what == 1) plan = with_keys(with_keys(plan, 0, 1), 1, 2);
    if (what == 2) plan.voice.order = 1;
    if (what == 3) plan.transcode.emplace();
    w.update(plan);
    EXPECT_TRUE(w.heard.empty()) << what;
    EXPECT_EQ(w.all<Lost>().size(), 1u) << what;
  }
}

TEST(Rtpengine, WhoHoldsMayBeSilent) {
  World w({{{}, 1}});
  w.pass(0);
  w.open(1);
  w.heard.clear();
  media::RelayPlan plan = World::plan_of(1, "198.51.100.1:4000", "203.0.113.2:5000");
  plan.legs[0].holds = true;
  w.update(plan);
  EXPECT_EQ(w.heard, (std::vector<std::string>{"offer 4000 caller sendonly", "answer 5000 callee recvonly"}));
}

TEST(Rtpengine, KeepsStreamsReadyAndOpensAnotherForEachThatIsTaken) {
  World w;
  w.keep_stock(8);
  EXPECT_TRUE(w.all<Opened>().empty()) << "nobody is up";
  w.pass(0);
  ASSERT_EQ(w.all<Opened>().size(), 8u);
  EXPECT_EQ(w.all<Opened>()[0].relay, RelayId{World::first_id + 1});
  w.take_one(w.all<Opened>()[0].relay);
  EXPECT_EQ(w.all<Opened>().size(), 9u);
  std::size_t in_calls = 0;
  for (const ServerState& state : w.servers.states()) in_calls += state.in_calls;
  EXPECT_EQ(in_calls, 1u);
  w.close(World::first_id + 1);
  w.close(World::first_id + 2);
  EXPECT_EQ(w.all<Opened>().size(), 10u) << "for the one that was given back unused";
  EXPECT_EQ(w.servers.streams(), 8u);
}

TEST(Rtpengine, WhatADeadServerHadReadyIsStaleAtOnceAndTheOthersHaveEnough) {
  World w;
  w.keep_stock(8);
  w.pass(0);
  w.silent[0] = true;
  w.pass(6'000);
  const std::size_t stale = w.all<Stale>().size();
  EXPECT_GE(stale, 1u);
  for (const Stale& one : w.all<Stale>()) w.close(one.relay.value);
  w.pass(4'000);
  EXPECT_EQ(w.servers.streams(), 8u);
  EXPECT_EQ(w.servers.streams_of(1), 8u);
}

TEST(Rtpengine, AServerThatHasForgottenOneStreamIsAskedForAllOfThem) {
  World w({{{}, 1}});
  w.keep_stock(4);
  w.pass(0);
  const auto opened = w.all<Opened>();
  w.take_one(opened[0].relay);
  w.update(World::plan_of(opened[0].relay.value, "198.51.100.1:4000", "203.0.113.2:5000"));
  w.take_one(opened[1].relay);
  w.update(World::plan_of(opened[1].relay.value, "198.51.100.1:4002", "203.0.113.2:5002"));
  w.pass(4'000);
  w.calls.clear();  // it was started anew, within the time of a ping
  w.pass(1'500);
  EXPECT_EQ(w.all<Lost>().size(), 2u);
  EXPECT_EQ(w.all<Lost>()[0].why, "its media server says: Unknown call-id");
  EXPECT_EQ(w.all<Stale>().size(), 4u) << "no call is to get what it had ready";
}

TEST(Rtpengine, ACallOfAServerThatStaysSilentIsLost) {
  World w({{{}, 1}});
  w.keep_stock(1);
  w.pass(0);
  const RelayId id = w.all<Opened>()[0].relay;
  w.take_one(id);
  w.update(World::plan_of(id.value, "198.51.100.1:4000", "203.0.113.2:5000"));
  w.silent[0] = true;
  w.pass(15'000);
  EXPECT_TRUE(w.all<Lost>().empty()) << "perhaps media passes still";
  w.pass(20'000);
  ASSERT_EQ(w.all<Lost>().size(), 1u);
  EXPECT_EQ(w.all<Lost>()[0].why, "its media server does not answer");
}

TEST(Rtpengine, TellsWhoIsSilentByTheServersNumbers) {
  World w({{{}, 1}});
  w.keep_stock(1);
  w.pass(0);
  const RelayId id = w.all<Opened>()[0].relay;
  w.take_one(id);
  media::RelayPlan plan = World::plan_of(id.value, "198.51.100.1:4000", "203.0.113.2:5000");
  plan.silence_limit_ms = 30'000;
  w.update(plan);
  for (int i = 0; i < 6; ++i) {
    w.packets += 100;
    w.pass(5'000);
  }
  EXPECT_TRUE(w.all<Silent>().empty());
  w.pass(40'000);
  ASSERT_FALSE(w.all<Silent>().empty());
  EXPECT_EQ(w.all<Silent>()[0].call, plan.call);
  EXPECT_GE(w.all<Silent>()[0].silent_ms, 30'000);
}

TEST(Rtpengine, WhatWaitedTooLongIsGivenBack) {
  World w({{{}, 1}});
  w.keep_stock(2);
  w.pass(0);
  w.pass(RtpengineLimits::stock_age_ms + 60'000);
  EXPECT_GE(w.all<Stale>().size(), 2u);
  EXPECT_TRUE(w.all<Lost>().empty());
}

TEST(Rtpengine, TheNumbersOfAServerThatDiedAreTheLastThatItGave) {
  World w({{{}, 1}});
  w.keep_stock(1);
  w.pass(0);
  const RelayId id = w.all<Opened>()[0].relay;
  w.take_one(id);
  w.update(World::plan_of(id.value, "198.51.100.1:4000", "203.0.113.2:5000"));
  w.pass(6'000);
  w.silent[0] = true;
  w.close(id.value);
  w.pass(4'000);
  ASSERT_EQ(w.all<Closed>().size(), 1u);
  EXPECT_EQ(w.all<Closed>()[0].report.legs[0].packets, 7u);
}

}  // namespace
}  // namespace rf::rtpengine
