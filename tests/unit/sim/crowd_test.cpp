// Attackers with hours of time against honest crowds. The auditor watches: no address where somebody proved a password
// is ever banned, and nothing of a stranger reaches anybody.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sim/auditor.hpp"
#include "sim/phone.hpp"

namespace rf::sim {
namespace {

constexpr int phones_in_town = 40;
constexpr std::int64_t minute_ms = 60'000;
constexpr std::string_view nat = "198.51.100.7";  ///< half of the town is behind one address

/// Forty phones that register every eight minutes, half of them behind one address.
class Crowd : public testing::Test {
 protected:
  Crowd() {
    for (int i = 0; i < phones_in_town; ++i) {
      const std::string number = std::to_string(1001 + i);
      const std::string remote =
          i % 2 == 0 ? fmt::format("{}:{}", nat, 20'000 + i) : fmt::format("198.51.100.{}:5060", 100 + i);
      phones_.push_back(std::make_unique<Phone>(exchange_,
                                                Phone::Account{number, "auth" + number, "password-" + number},
                                                flow_from(remote), 500u + static_cast<std::uint64_t>(i)));
      auditor_.proved(ExtensionId{static_cast<std::uint64_t>(i + 1)}, phones_.back()->flow.remote.address);
    }
    connect();
  }
  ~Crowd() override {
    for (const std::string& fault : auditor_.faults()) ADD_FAILURE() << fault;
  }

  void connect(Phone* stranger = nullptr) {
    std::vector<Phone*> all;
    for (const auto& phone : phones_) all.push_back(phone.get());
    if (stranger) all.push_back(stranger);
    sim::connect(exchange_, std::move(all));
  }
  /// Lets time pass; phones refresh when theirs has come, a few seconds apart. Every refresh has to succeed.
  void live(std::int64_t ms) {
    const std::int64_t end = exchange_.now.mono_ms + ms;
    while (exchange_.now.mono_ms < end) {
      const std::int64_t step = std::min<std::int64_t>(12'000, end - exchange_.now.mono_ms);
      exchange_.advance_ms(step);
      due_ms_ += step;
      for (; due_ms_ >= 12'000; due_ms_ -= 12'000, ++turn_) {
        Phone& phone = *phones_[turn_ % phones_.size()];
        ++refreshes_;
        failures_ += phone.register_() != 200;
      }
    }
    exchange_.sent.clear();
    exchange_.reports.clear();
  }
  void everybody_registers() {
    for (const auto& phone : phones_) {
      ASSERT_EQ(phone->register_(), 200);
      exchange_.advance_ms(50);
    }
  }
  std::string register_text(std::string_view host, std::string_view number) {
    const std::string id = random_.token(12);
    return fmt::format(
        "REGISTER sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {0};branch=z9hG4bK{2}\r\nMax-Forwards: 70\r\nFrom: "
        "<sip:{1}@192.0.2.1>;tag={2}\r\nTo: <sip:{1}@192.0.2.1>\r\nCall-ID: {2}\r\nCSeq: 1 REGISTER\r\n"
        "Contact: <sip:{1}@{0}>\r\nContent-Length: 0\r\n\r\n",
        host, number, id);
  }
  void say(std::string_view remote, std::string_view number) {
    const Flow flow = flow_from(remote);
    exchange_.receive(flow, register_text(flow.remote.address.text(), number));
  }
  /// Whether the right password would have been taken.
  bool guess(std::string_view remote, const std::string& account) {
    Phone guesser(exchange_, {account, "auth" + account, "guess"}, flow_from(remote), random_.next());
    connect(&guesser);
    const std::uint64_t before = reported(effect::Reason::auth_failed), refused = refusals();
    guesser.register_();
    connect();
    return reported(effect::Reason::auth_failed) > before && refusals() == refused;
  }
  std::uint64_t refusals() {
    const guard::Stats now = stats();
    return now.verdicts[static_cast<std::size_t>(guard::Reason::account_locked)] +
           now.verdicts[static_cast<std::size_t>(guard::Reason::account_attacked)];
  }
  std::uint64_t reported(effect::Reason reason) const {
    std::uint64_t count = 0;
    for (const effect::Report& report : exchange_.reports) count += report.reason == reason;
    return count;
  }
  guard::Explanation known(std::string_view address) {
    return std::get<guard::Explanation>(exchange_.command(effect::GuardExplain{*Address::parse(address)}));
  }
  guard::Stats stats() { return std::get<effect::GuardNumbers>(exchange_.command(effect::GuardGetStats{})).stats; }

  Exchange exchange_{test_policy(phones_in_town)};
  Auditor auditor_{exchange_};
  Random random_{7};
  std::vector<std::unique_ptr<Phone>> phones_;
  std::int64_t due_ms_ = 0;
  std::size_t turn_ = 0;
  std::size_t refreshes_ = 0, failures_ = 0;
};

TEST_F(Crowd, ASlowScanOfADayIsNoticedAndNobodyElseIsTouched) {
  everybody_registers();
  std::int64_t noticed_ms = 0;
  int asked = 0;
  for (; asked < 400 && noticed_ms == 0; ++asked) {
    say("203.0.113.5:5060", std::to_string(7'000 + asked));
    live(3 * minute_ms);
    if (known("203.0.113.5").throttled_until_ms != 0) noticed_ms = exchange_.now.mono_ms;
  }
  EXPECT_NE(noticed_ms, 0) << "never in twenty hours";
  EXPECT_LE(asked, 60);
  EXPECT_EQ(known("203.0.113.5").last_rule, "slow-enumeration");
  EXPECT_EQ(failures_, 0u) << "of " << refreshes_;
  EXPECT_TRUE(exchange_.bans.empty()) << "over UDP, and it never answered a challenge";
  RecordProperty("names_before_it_was_noticed", asked);
}

TEST_F(Crowd, AnAccountThatIsGuessedFromEverywhereIsSlowForStrangersAndFastForItsPhone) {
  everybody_registers();
  int looked_at = 0, tried = 0;
  for (int round = 0; round < 12; ++round)
    for (int source = 0; source < 60; ++source) {
      ++tried;
      looked_at += guess(fmt::format("203.0.113.{}:5060", source + 1), "1001");
      exchange_.advance_ms(500);
    }
  EXPECT_EQ(tried, 720);
  EXPECT_LT(looked_at, 250) << "of " << tried;
  EXPECT_EQ(phones_[0]->register_(), 200) << "the guessed account's own phone";
  live(10 * minute_ms);
  EXPECT_EQ(failures_, 0u) << "of " << refreshes_;
  RecordProperty("passwords_looked_at", looked_at);
}

TEST_F(Crowd, NobodyGetsAnybodyBannedByForgingPackets) {
  everybody_registers();
  for (int second = 0; second < 60; ++second) {
    for (const auto& phone : phones_) {
      const std::string own = phone->flow.remote.text();
      for (int i = 0; i < 5; ++i) {
        say(own, std::to_string(7'000 + second * 5 + i));
        say(fmt::format("{}:{}", phone->flow.remote.address.text(), 1'024 + i), "100");
      }
      exchange_.receive(phone->flow, "nonsense\r\n\r\n");
    }
    // The phones hear answers to what was forged in their name; they know nothing of it.
    for (const auto& phone : phones_)
      while (phone->hear()) {
      }
    live(1'000);
  }
  EXPECT_TRUE(exchange_.bans.empty());
  live(20 * minute_ms);
  EXPECT_EQ(failures_, 0u) << "of " << refreshes_;
}

TEST_F(Crowd, ANeighbourBehindTheSameAddressThatGuessesIsOutAndTheOthersStay) {
  everybody_registers();
  int looked_at = 0;
  for (int i = 0; i < 400; ++i) {
    looked_at += guess(fmt::format("{}:{}", nat, 40'000 + i / 100), std::to_string(1001 + i % phones_in_town));
    exchange_.advance_ms(250);
  }
  EXPECT_LT(looked_at, 150);
  EXPECT_GE(known(nat).blocked_ports, 1u);
  EXPECT_TRUE(exchange_.bans.empty());
  live(20 * minute_ms);
  EXPECT_EQ(failures_, 0u) << "of " << refreshes_;
}

TEST_F(Crowd, ATableFullOfForgedSourcesForgetsNoPhone) {
  everybody_registers();
  const guard::Stats before = stats();
  const std::string text = register_text("203.0.113.1", "100");
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    Flow flow = flow_from("203.0.113.1:5060");
    flow.remote.address = Address::v4(0x20000000u + i * 2'654'435'761u % 0x40000000u);
    exchange_.receive(flow, text);
    if (i % 1'000 == 999) {
      exchange_.sent.clear();
      live(100);
    }
  }
  const guard::Stats after = stats();
  EXPECT_EQ(after.bytes, before.bytes);
  EXPECT_LE(after.sources, after.sources_room);
  EXPECT_GT(after.sources_forgotten, 50'000u);
  for (const auto& phone : phones_)
    EXPECT_TRUE(known(phone->flow.remote.address.text()).spares_phones) << phone->flow.remote.text();
  live(10 * minute_ms);
  EXPECT_EQ(failures_, 0u) << "of " << refreshes_;
}

TEST_F(Crowd, AScannerOverConnectionsIsBannedAtOnceAndStaysOutAfterARestart) {
  everybody_registers();
  std::string scan = register_text("203.0.113.9", "100");
  scan.replace(scan.find("Contact:"), 0, "User-Agent: friendly-scanner\r\n");
  exchange_.receive(flow_from("203.0.113.9:4000", Transport::tcp, 77), scan);
  ASSERT_EQ(exchange_.bans.size(), 1u);
  exchange_.crash_and_restart();
  exchange_.sent.clear();
  exchange_.receive(flow_from("203.0.113.9:4001", Transport::tcp, 78), register_text("203.0.113.9", "1001"));
  EXPECT_TRUE(exchange_.sent.empty());
  EXPECT_EQ(exchange_.closed_connections.back(), 78u);
  live(20 * minute_ms);
  EXPECT_EQ(failures_, 0u) << "of " << refreshes_;
}

}  // namespace
}  // namespace rf::sim
