#include "core/rtpengine/servers.hpp"

#include <gtest/gtest.h>

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
    take([&](auto& out) { servers.close(now_ms, RelayId{id}, CallId{id + 100}, out); });
  }
  void update(std::uint64_t id, const char* caller, const char* callee) {
    media::RelayPlan plan;
    plan.id = RelayId{id};
    plan.legs[0].remote_rtp = Endpoint::parse(caller).value();
    plan.legs[1].remote_rtp = Endpoint::parse(callee).value();
    take([&](auto& out) { servers.update(now_ms, plan, out); });
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

  Servers servers;
  std::int64_t now_ms = 0;
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
    std::string where;
    if (const std::size_t at = sdp.find("m=audio "); at != std::string::npos)
      where = " " + sdp.substr(at + 8, sdp.find(' ', at + 8) - at - 8);
    heard.push_back(command + where);
    std::string said = "d6:result4:ponge";
    if (command == "offer") calls.emplace(call, 10'000 + 4 * (made++ % 12'000));
    if (command == "offer" || command == "answer") {
      const int port = calls[call] + (command == "offer" ? 2 : 0);
      said = Dictionary()
                 .add("result", "ok")
                 .add("sdp", "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio " +
                                 std::to_string(port) + " RTP/AVP 0\r\n")
                 .finish();
    }
    if (command == "delete") {
      calls.erase(call);
      said = "d6:result2:ok4:tagsd6:callerd6:mediasld7:streamsld5:statsd7:packetsi9e5:bytesi90e6:errorsi2eeeeeeeee";
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
  EXPECT_EQ(w.heard, (std::vector<std::string>{"ping", "offer 9", "answer 9", "offer 4000", "answer 5000", "delete"}));
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
  EXPECT_EQ(w.heard, (std::vector<std::string>{"offer 4000", "answer 5004", "offer 4004", "answer 5004"}));
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

}  // namespace
}  // namespace rf::rtpengine
