// An auditor that never objects proves nothing: each rule, broken on purpose.
#include "sim/auditor.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "sim/phone.hpp"

namespace rf::sim {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AuditorTest : public testing::Test {
 protected:
  static std::string request_to(std::string_view host, std::string_view call_id = "engine-made") {
    return fmt::format(
        "OPTIONS sip:x@{} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK{}\r\nMax-Forwards: 70\r\n"
        "From: <sip:pbx@192.0.2.1>;tag={}\r\nTo: <sip:x@{}>\r\nCall-ID: {}\r\nCSeq: 1 OPTIONS\r\n"
        "Content-Length: 0\r\n\r\n",
        host, call_id, call_id, host, call_id);
  }
  static std::string register_of(std::string_view host, std::string_view call_id) {
    return fmt::format(
        "REGISTER sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {0}:5060;branch=z9hG4bKb{1}\r\nMax-Forwards: 70\r\n"
        "From: <sip:1@192.0.2.1>;tag=t{1}\r\nTo: <sip:1@192.0.2.1>\r\nCall-ID: {1}\r\nCSeq: 1 REGISTER\r\n"
        "Content-Length: 0\r\n\r\n",
        host, call_id);
  }
  /// The engine is said to have done this because that packet came.
  void because_of(const Flow& flow, std::string packet) {
    auditor.before(engine::PacketIn{flow, {packet.data(), packet.size()}});
    auditor.after(effects);
    effects.clear();
  }
  void because_of_nobody() {
    auditor.before(engine::Tick{});
    auditor.after(effects);
    effects.clear();
  }
  static record::Cdr call_of(std::uint64_t extension, std::string_view address) {
    record::Cdr cdr;
    cdr.id = "record";
    cdr.caller = ExtensionId{extension};
    cdr.caller_address = *Address::parse(address);
    cdr.result = record::CallResult::rejected;
    return cdr;
  }

  Exchange exchange{test_policy()};
  Auditor auditor{exchange};
  effect::Effects effects;
  const Flow alice = flow_from("198.51.100.11:5060"), bob = flow_from("198.51.100.12:5060"),
             stranger = flow_from("203.0.113.9:5060");

  void SetUp() override {
    auditor.proved(ExtensionId{1}, alice.remote.address);
    auditor.proved(ExtensionId{2}, bob.remote.address);
  }
};

TEST_F(AuditorTest, HasNothingAgainstAnHonestRegistration) {
  Phone phone(exchange, {"1001", "auth1001", "password-1001"}, alice, 1);
  connect(exchange, {&phone});
  EXPECT_EQ(phone.register_(), 200);
  auditor.audit_limits();
  EXPECT_THAT(auditor.faults(), IsEmpty());
}

TEST_F(AuditorTest, ObjectsToMessagesThatDoNotParseOrLieAboutTheirLength) {
  effects.send(alice, "OPTIONS nonsense");
  std::string longer = request_to("198.51.100.11") + "more";
  effects.send(alice, longer);
  because_of_nobody();
  EXPECT_THAT(auditor.faults(), ElementsAre(HasSubstr("does not parse"), HasSubstr("not as long as it says")));
}

TEST_F(AuditorTest, ObjectsToAStrangerWhoGetsTwoAnswersOrChangesAnything) {
  effects.add(effect::DropBinding{0, ExtensionId{1}, "key"});
  because_of(stranger, "nonsense");
  EXPECT_THAT(auditor.faults(), ElementsAre(HasSubstr("stranger")));
}

TEST_F(AuditorTest, ObjectsToARequestToSomebodyWhoProvedNothing) {
  effects.send(stranger, request_to("203.0.113.9"));
  because_of_nobody();
  EXPECT_THAT(auditor.faults(), ElementsAre(HasSubstr("where nobody proved anything")));
}

TEST_F(AuditorTest, ObjectsToWordsOfOneSideThatReachTheOther) {
  because_of(alice, register_of("198.51.100.11", "secret-of-alice"));
  effects.send(bob, request_to("198.51.100.12", "secret-of-alice"));
  effects.send(bob, request_to("198.51.100.11"));
  because_of_nobody();
  EXPECT_THAT(auditor.faults(), Contains(HasSubstr("the Call-ID")));
  EXPECT_THAT(auditor.faults(), Contains(HasSubstr("the address")));
}

TEST_F(AuditorTest, ObjectsToCallsAndRegistrationsWithoutAProof) {
  effects.add(effect::CloseCdr{call_of(1, "198.51.100.12")});
  record::Binding binding;
  binding.extension = ExtensionId{1};
  binding.flow = bob;
  effects.add(effect::StoreBinding{1, binding});
  because_of_nobody();
  EXPECT_THAT(auditor.faults(),
              ElementsAre(HasSubstr("nobody proved anything"), HasSubstr("a stranger is registered")));
}

TEST_F(AuditorTest, ObjectsToAPhoneThatEndsAnothersCall) {
  effects.add(effect::CloseCdr{call_of(1, "198.51.100.11")});
  because_of(bob, "nonsense");
  EXPECT_THAT(auditor.faults(), ElementsAre(HasSubstr("another extension's call")));
}

TEST_F(AuditorTest, ObjectsToRecordsThatAreClosedTwiceAndRelaysThatDoNotRun) {
  effects.add(effect::CloseCdr{call_of(1, "198.51.100.11")});
  effects.add(effect::CloseCdr{call_of(1, "198.51.100.11")});
  effects.add(effect::StopRelay{RelayId{7}});
  because_of_nobody();
  EXPECT_THAT(auditor.faults(), ElementsAre(HasSubstr("closed twice"), HasSubstr("does not run")));
}

TEST_F(AuditorTest, ObjectsToMoreRecordsOfOneExtensionsAttemptsThanTheLimitAllows) {
  const std::size_t most = 2 * (Limits{}.attempt_records_per_min + 1);
  const auto write = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      record::Cdr cdr = call_of(1, "198.51.100.11");
      cdr.id = std::to_string(i);
      cdr.result = record::CallResult::no_answer;
      effects.add(effect::CloseCdr{cdr});
    }
    because_of_nobody();
  };
  write(0, most);
  exchange.advance_ms(60'000);
  write(most, 2 * most);
  EXPECT_THAT(auditor.faults(), IsEmpty());
  write(2 * most, 2 * most + 1);
  EXPECT_THAT(auditor.faults(), ElementsAre(HasSubstr("attempt_records_per_min")));
}

TEST_F(AuditorTest, ObjectsToAnExtensionWithMoreRegistrationsThanItMayHave) {
  Phone phone(exchange, {"1001", "auth1001", "password-1001"}, alice, 1);
  connect(exchange, {&phone});
  const auto allow = [&](std::uint16_t registrations) {
    auto policy = test_policy();
    auto extensions = policy->extensions();
    extensions[0].registrations_max = registrations;
    ASSERT_FALSE(policy->compile(std::move(extensions)));
    exchange.set_policy(policy);
  };
  allow(2);
  EXPECT_EQ(phone.register_(), 200);
  phone.contact = "sip:1001@198.51.100.11:5070";
  EXPECT_EQ(phone.register_(), 200);
  auditor.audit_limits();
  EXPECT_THAT(auditor.faults(), IsEmpty());
  allow(1);  // what is there stays
  auditor.audit_limits();
  EXPECT_THAT(auditor.faults(), ElementsAre(HasSubstr("registrations_max of 1001")));
}

TEST_F(AuditorTest, ObjectsToMediaDescribedAtAPhonesAddress) {
  const std::string sdp = audio_sdp(*Endpoint::parse("198.51.100.12:40000"));
  std::string message = request_to("198.51.100.11");
  const std::string empty = "Content-Length: 0\r\n\r\n";
  message.replace(message.size() - empty.size(), empty.size(),
                  fmt::format("Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{}", sdp.size(), sdp));
  effects.send(alice, message);
  because_of_nobody();
  EXPECT_THAT(auditor.faults(), ElementsAre(HasSubstr("origin is not ours"), HasSubstr("another's address")));
}

TEST_F(AuditorTest, ObjectsToWhatIsLeftAtTheEnd) {
  Phone phone(exchange, {"1001", "auth1001", "password-1001"}, alice, 1);
  connect(exchange, {&phone});
  EXPECT_EQ(phone.register_(), 200);
  auditor.audit_rest();
  EXPECT_THAT(auditor.faults(), Contains(HasSubstr("registrations leaked")));
  EXPECT_THAT(auditor.faults(), Contains(HasSubstr("a timer leaked")));
}

}  // namespace
}  // namespace rf::sim
