#include "shell/dns/resolver.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>

#include "tests/unit/dns/name_server.hpp"

namespace rf::dns {
namespace {

using test::a_record;
using test::aaaa_record;
using test::cname_record;
using test::NameServer;
using test::naptr_record;
using test::soa_record;
using test::srv_record;
using txn::DnsResult;
using txn::DnsType;

/// A resolver that asks `server` only, and its answers.
class Asked {
 public:
  explicit Asked(ResolverOptions options) : resolver_(options, [this](QueryId id, DnsResult result) {
          const std::lock_guard lock(mutex_);
          EXPECT_TRUE(answers_.emplace(id, std::move(result)).second) << "answered twice";
          changed_.notify_all();
        }) {}

  static ResolverOptions options_for(const NameServer& server) {
    ResolverOptions options;
    options.servers = {server.where()};
    options.timeout_ms = 200;
    options.hosts_file = false;
    return options;
  }

  QueryId ask(DnsType type, const std::string& name) {
    const QueryId id{++last_};
    resolver_.ask(id, {type, name});
    return id;
  }
  DnsResult wait(QueryId id) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10), [&] { return answers_.contains(id); }));
    return answers_[id];
  }
  DnsResult look_up(DnsType type, const std::string& name) { return wait(ask(type, name)); }
  Resolver& resolver() { return resolver_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<QueryId, DnsResult> answers_;
  std::uint64_t last_ = 0;
  Resolver resolver_;
};

class DnsResolver : public ::testing::Test {
 protected:
  NameServer server_;
  Asked asked_{Asked::options_for(server_)};
};

std::vector<Address> addresses(std::initializer_list<const char*> texts) {
  std::vector<Address> out;
  for (const char* text : texts) out.push_back(Address::parse(text).value());
  return out;
}

TEST_F(DnsResolver, ReadsAddressesOfBothFamiliesWithTheSmallestTtl) {
  server_.set("a.test", 1, {.answers = {a_record("a.test", 300, "192.0.2.1"), a_record("a.test", 60, "192.0.2.2")}});
  server_.set("a.test", 28, {.answers = {aaaa_record("a.test", 120, "2001:db8::1")}});
  const DnsResult four = asked_.look_up(DnsType::a, "a.test");
  EXPECT_TRUE(four.found);
  EXPECT_EQ(four.addresses, addresses({"192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(four.ttl_s, 60u);
  const DnsResult six = asked_.look_up(DnsType::aaaa, "a.test");
  EXPECT_EQ(six.addresses, addresses({"2001:db8::1"}));
  EXPECT_EQ(six.ttl_s, 120u);
}

TEST_F(DnsResolver, ReadsServiceRecords) {
  server_.set("_sips._tcp.a.test", 33,
              {.answers = {srv_record("_sips._tcp.a.test", 90, 1, 70, 5061, "one.a.test"),
                           srv_record("_sips._tcp.a.test", 80, 2, 30, 5071, "two.a.test")}});
  const DnsResult result = asked_.look_up(DnsType::srv, "_sips._tcp.a.test");
  ASSERT_EQ(result.srv.size(), 2u);
  EXPECT_EQ(result.srv[0].priority, 1);
  EXPECT_EQ(result.srv[0].weight, 70);
  EXPECT_EQ(result.srv[0].port, 5061);
  EXPECT_EQ(result.srv[0].target, "one.a.test");
  EXPECT_EQ(result.srv[1].target, "two.a.test");
  EXPECT_EQ(result.ttl_s, 80u);
}

TEST_F(DnsResolver, KeepsTheRootThatSaysNoSuchServiceApart) {
  server_.set("_sip._udp.a.test", 33, {.answers = {srv_record("_sip._udp.a.test", 90, 0, 0, 0, "")}});
  const DnsResult result = asked_.look_up(DnsType::srv, "_sip._udp.a.test");
  ASSERT_TRUE(result.found);
  EXPECT_EQ(result.srv[0].target, ".");
}

TEST_F(DnsResolver, ReadsNamingPointers) {
  server_.set("a.test", 35, {.answers = {naptr_record("a.test", 70, 50, "SIPS+D2T", "_sips._tcp.a.test")}});
  const DnsResult result = asked_.look_up(DnsType::naptr, "a.test");
  ASSERT_EQ(result.naptr.size(), 1u);
  EXPECT_EQ(result.naptr[0].order, 50);
  EXPECT_EQ(result.naptr[0].preference, 10);
  EXPECT_EQ(result.naptr[0].flags, "s");
  EXPECT_EQ(result.naptr[0].service, "SIPS+D2T");
  EXPECT_EQ(result.naptr[0].replacement, "_sips._tcp.a.test");
  EXPECT_EQ(result.ttl_s, 70u);
}

TEST_F(DnsResolver, FollowsAnAliasAndTakesItsTtlIntoAccount) {
  server_.set("alias.test", 1,
              {.answers = {cname_record("alias.test", 20, "real.test"), a_record("real.test", 300, "192.0.2.9")}});
  const DnsResult result = asked_.look_up(DnsType::a, "alias.test");
  EXPECT_EQ(result.addresses, addresses({"192.0.2.9"}));
  EXPECT_EQ(result.ttl_s, 20u);
}

TEST_F(DnsResolver, AsksOnceWhileAnAnswerHolds) {
  server_.set("a.test", 1, {.answers = {a_record("a.test", 300, "192.0.2.1")}});
  EXPECT_TRUE(asked_.look_up(DnsType::a, "a.test").found);
  const DnsResult again = asked_.look_up(DnsType::a, "A.Test.");
  EXPECT_EQ(again.addresses, addresses({"192.0.2.1"}));
  EXPECT_LE(again.ttl_s, 300u);
  EXPECT_EQ(server_.asked(), 1);
  EXPECT_EQ(asked_.resolver().counters().from_cache, 1u);
}

TEST_F(DnsResolver, AsksAgainWhenTheTtlIsZeroOrOver) {
  server_.set("zero.test", 1, {.answers = {a_record("zero.test", 0, "192.0.2.1")}});
  server_.set("one.test", 1, {.answers = {a_record("one.test", 1, "192.0.2.1")}});
  EXPECT_TRUE(asked_.look_up(DnsType::a, "zero.test").found);
  EXPECT_TRUE(asked_.look_up(DnsType::a, "zero.test").found);
  EXPECT_EQ(server_.asked(), 2);
  EXPECT_TRUE(asked_.look_up(DnsType::a, "one.test").found);
  // Asked until the second is over: the server must see it a second time.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (server_.asked() < 4 && std::chrono::steady_clock::now() < end) asked_.look_up(DnsType::a, "one.test");
  EXPECT_EQ(server_.asked(), 4);
}

TEST_F(DnsResolver, RemembersThatANameDoesNotExistAsLongAsTheZoneSays) {
  server_.set("none.test", 1, {.rcode = 3, .authorities = {soa_record("test", 300, 25)}});
  EXPECT_FALSE(asked_.look_up(DnsType::a, "none.test").found);
  const DnsResult again = asked_.look_up(DnsType::a, "none.test");
  EXPECT_FALSE(again.found);
  EXPECT_LE(again.ttl_s, 25u);
  EXPECT_EQ(server_.asked(), 1);
}

TEST_F(DnsResolver, DoesNotRememberThatNobodyAnswered) {
  server_.set("slow.test", 1, {.silent = true});
  EXPECT_FALSE(asked_.look_up(DnsType::a, "slow.test").found);
  EXPECT_EQ(asked_.resolver().counters().timed_out, 1u);
  server_.set("slow.test", 1, {.answers = {a_record("slow.test", 60, "192.0.2.1")}});
  EXPECT_TRUE(asked_.look_up(DnsType::a, "slow.test").found);
}

TEST_F(DnsResolver, AsksAQuestionOnceForAllWhoAskItTogether) {
  server_.set("slow.test", 1, {.silent = true});
  std::vector<QueryId> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(asked_.ask(DnsType::a, "slow.test"));
  for (const QueryId id : ids) EXPECT_FALSE(asked_.wait(id).found);
  EXPECT_EQ(server_.asked(), 2) << "one question, two attempts";
}

TEST_F(DnsResolver, SurvivesRepliesThatMakeNoSense) {
  const std::string pointer_to_itself("\xc0\x1d\x00\x21\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x1d\xc0\x1d", 16);
  const std::string length_beyond_the_end("\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\xff\xff\x01", 13);
  int number = 0;
  for (const std::string& bytes :
       {pointer_to_itself, length_beyond_the_end, std::string(1, '\xff'), std::string(400, '\0')}) {
    for (const auto& [type, kind] : {std::pair{DnsType::a, 1u}, {DnsType::srv, 33u}, {DnsType::naptr, 35u}}) {
      const std::string name = "bad" + std::to_string(++number) + ".test";
      server_.set(name, kind, {.instead = bytes, .answer_count = 65'535});
      EXPECT_FALSE(asked_.look_up(type, name).found);
    }
  }
}

TEST_F(DnsResolver, RefusesNamesThatAreNone) {
  for (const std::string& name : {std::string(), std::string("."), std::string("a..test"), std::string(".test"),
                                  std::string(64, 'a') + ".test", std::string(300, 'a'), std::string("a b.test"),
                                  std::string("a\r\n.test"), std::string("a\0b.test", 8), std::string("a\\.test")})
    EXPECT_FALSE(asked_.look_up(DnsType::a, name).found) << name;
  EXPECT_EQ(server_.asked(), 0);
}

TEST_F(DnsResolver, UsesNewServersAndForgetsWhatTheOldOnesSaid) {
  server_.set("a.test", 1, {.answers = {a_record("a.test", 300, "192.0.2.1")}});
  EXPECT_EQ(asked_.look_up(DnsType::a, "a.test").addresses, addresses({"192.0.2.1"}));
  NameServer other;
  other.set("a.test", 1, {.answers = {a_record("a.test", 300, "192.0.2.2")}});
  asked_.resolver().set_servers({other.where()});
  EXPECT_EQ(asked_.look_up(DnsType::a, "a.test").addresses, addresses({"192.0.2.2"}));
}

TEST(DnsBounds, QuestionsBeyondTheBoundAreAnsweredNotFound) {
  NameServer server;
  ResolverOptions options = Asked::options_for(server);
  options.outstanding_max = 3;
  Asked asked(options);
  std::vector<QueryId> ids;
  for (int i = 0; i < 5; ++i) {
    const std::string name = "slow" + std::to_string(i) + ".test";
    server.set(name, 1, {.silent = true});
    ids.push_back(asked.ask(DnsType::a, name));
  }
  for (const QueryId id : ids) EXPECT_FALSE(asked.wait(id).found);
  EXPECT_EQ(asked.resolver().counters().refused_full, 2u);
  EXPECT_EQ(asked.resolver().counters().timed_out, 3u);
  EXPECT_EQ(asked.resolver().counters().outstanding, 0u);
}

TEST(DnsBounds, TheCacheLetsTheLeastUsedGo) {
  NameServer server;
  ResolverOptions options = Asked::options_for(server);
  options.cache_entries_max = 2;
  Asked asked(options);
  for (const char* name : {"one.test", "two.test", "three.test"})
    server.set(name, 1, {.answers = {a_record(name, 300, "192.0.2.1")}});
  asked.look_up(DnsType::a, "one.test");
  asked.look_up(DnsType::a, "two.test");
  asked.look_up(DnsType::a, "one.test");
  asked.look_up(DnsType::a, "three.test");
  EXPECT_EQ(server.asked(), 3);
  asked.look_up(DnsType::a, "one.test");
  EXPECT_EQ(server.asked(), 3);
  asked.look_up(DnsType::a, "two.test");
  EXPECT_EQ(server.asked(), 4);
}

TEST(DnsBounds, NothingIsBelievedLongerThanTheLimit) {
  NameServer server;
  ResolverOptions options = Asked::options_for(server);
  options.ttl_max_s = 100;
  Asked asked(options);
  server.set("a.test", 1, {.answers = {a_record("a.test", 1'000'000, "192.0.2.1")}});
  server.set("b.test", 1, {.answers = {a_record("b.test", 0x80000001u, "192.0.2.1")}});
  EXPECT_EQ(asked.look_up(DnsType::a, "a.test").ttl_s, 100u);
  EXPECT_EQ(asked.look_up(DnsType::a, "b.test").ttl_s, 0u) << "RFC 2181: the top bit makes it zero";
}

TEST(DnsBounds, EndingWithQuestionsOutAnswersNobodyAndLeaksNothing) {
  NameServer server;
  server.set("slow.test", 1, {.silent = true});
  std::atomic<int> answers{0};
  {
    Resolver resolver(Asked::options_for(server), [&](QueryId, DnsResult) { ++answers; });
    resolver.ask(QueryId{1}, {DnsType::a, "slow.test"});
    while (server.asked() == 0) std::this_thread::yield();
  }
  EXPECT_EQ(answers, 0);
}

TEST(DnsHostsFile, AnswersFirst) {
  NameServer server;
  ResolverOptions options = Asked::options_for(server);
  options.hosts_file = true;
  Asked asked(options);
  const DnsResult result = asked.look_up(DnsType::a, "localhost");
  EXPECT_EQ(result.addresses, addresses({"127.0.0.1"}));
  EXPECT_EQ(server.asked(), 0);
}

}  // namespace
}  // namespace rf::dns
