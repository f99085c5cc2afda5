// Which number is shown, and who is believed.
#include "core/trunk/identity.hpp"

#include <gmock/gmock.h>

#include "core/base/limits/call.hpp"
#include "core/base/random.hpp"

namespace rf::trunk::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string ours = "+442079460001", main_number = "+442079460000", foreign = "+33123456789";

PresentRules rules() {
  return {.allowed = *NumberSet::compile({{"+442079460000", "+442079460099"}}),
          .default_number = main_number,
          .domain = "sip.acme.example"};
}
PresentRules trusted_rules() {
  PresentRules out = rules();
  out.trusted = true;
  out.assert_by = Assert::asserted;
  return out;
}
Presented shown(const PresentRules& with, const OutboundCaller& caller) {
  const auto presented = present(with, caller);
  EXPECT_TRUE(presented);
  return presented.value_or(Presented{});
}

TEST(Caller, ShowsItsOwnNumberWhereTheTrunkMayCarryIt) {
  const Presented presented = shown(rules(), {.number = ours, .display = "Alice"});
  EXPECT_EQ(presented.from, "<sip:+442079460001@sip.acme.example>");
  EXPECT_THAT(presented.asserted + presented.preferred + presented.privacy, IsEmpty());
  EXPECT_EQ(presented.why, "the caller's own number");
}

TEST(Caller, CannotShowANumberThatIsNotOurs) {
  for (const std::string_view number :
       {std::string_view(foreign), std::string_view("+442079460100"), std::string_view("1001"), std::string_view(""),
        std::string_view("+4420\r\nX: y")}) {
    const Presented presented = shown(rules(), {.number = number, .display = "Bank"});
    EXPECT_EQ(presented.from, "<sip:+442079460000@sip.acme.example>") << number;
    EXPECT_THAT(std::string(presented.why), HasSubstr("the trunk's own"));
  }
}

TEST(Caller, WithoutAnyNumberThatMayBeShownIsAnonymous) {
  PresentRules none = trusted_rules();
  none.default_number.clear();
  const Presented presented = shown(none, {.number = foreign});
  EXPECT_EQ(presented.from, "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
  EXPECT_THAT(presented.asserted, IsEmpty());
}

TEST(Caller, IsReplacedOrHiddenWhereTheTrunkSaysSo) {
  PresentRules replace = rules();
  replace.show = Show::replace;
  EXPECT_EQ(shown(replace, {.number = ours}).from, "<sip:+442079460000@sip.acme.example>");
  PresentRules hide = trusted_rules();
  hide.show = Show::anonymous;
  const Presented presented = shown(hide, {.number = ours});
  EXPECT_EQ(presented.from, "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
  EXPECT_EQ(presented.asserted, "<sip:+442079460001@sip.acme.example>");
  EXPECT_EQ(presented.privacy, "id");
}

TEST(Caller, WhoWantsToBeHiddenIsToldToNobodyButATrustedProvider) {
  const OutboundCaller shy{.number = ours, .display = "Alice", .privacy = {.id = true}};
  const Presented trusted = shown(trusted_rules(), shy);
  EXPECT_EQ(trusted.from, "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
  EXPECT_EQ(trusted.asserted, "<sip:+442079460001@sip.acme.example>");
  EXPECT_EQ(trusted.privacy, "id");
  for (const Assert way : {Assert::nothing, Assert::asserted, Assert::preferred}) {
    PresentRules stranger = rules();
    stranger.assert_by = way;
    stranger.names_shown = true;
    const Presented told = shown(stranger, shy);
    const std::string all = told.from + told.asserted + told.preferred + told.diversion + told.history_info;
    EXPECT_THAT(all, Not(HasSubstr("79460001")));
    EXPECT_THAT(all, Not(HasSubstr("Alice")));
    EXPECT_EQ(told.privacy, "id");
  }
}

TEST(Caller, MayAskForNoPrivacyAndForAllOfIt) {
  EXPECT_EQ(shown(rules(), {.number = ours, .privacy = {.none = true}}).privacy, "none");
  EXPECT_EQ(shown(trusted_rules(), {.number = ours, .privacy = {.header = true, .critical = true}}).privacy,
            "id;critical");
}

TEST(Caller, InAnEmergencyIsShownWhateverWasAsked) {
  PresentRules hide = trusted_rules();
  hide.show = Show::anonymous;
  const Presented presented = shown(hide, {.number = ours, .privacy = {.id = true}, .emergency = true});
  EXPECT_EQ(presented.from, "<sip:+442079460001@sip.acme.example>");
  EXPECT_THAT(presented.privacy, IsEmpty());
  hide.default_number.clear();
  EXPECT_EQ(present(hide, {.number = foreign, .emergency = true}).error(), IdentityFault::no_number);
}

TEST(Caller, IsAssertedToATrustedProviderAndPreferredToOneThatChooses) {
  EXPECT_EQ(shown(trusted_rules(), {.number = ours}).asserted, "<sip:+442079460001@sip.acme.example>");
  PresentRules untrusted = rules();
  untrusted.assert_by = Assert::asserted;
  EXPECT_THAT(shown(untrusted, {.number = ours}).asserted, IsEmpty()) << "an assertion is for the trust domain only";
  untrusted.assert_by = Assert::preferred;
  const Presented presented = shown(untrusted, {.number = ours});
  EXPECT_EQ(presented.preferred, "<sip:+442079460001@sip.acme.example>");
  EXPECT_THAT(presented.asserted, IsEmpty());
}

TEST(Caller, ShowsANameOnlyWhereNamesMayLeaveAndNeverBesideAnotherNumber) {
  PresentRules named = rules();
  named.names_shown = true;
  EXPECT_EQ(shown(named, {.number = ours, .display = "Al\"ice\r\n <x>"}).from,
            "\"Alice x\" <sip:+442079460001@sip.acme.example>");
  EXPECT_EQ(shown(named, {.number = foreign, .display = "Alice"}).from, "<sip:+442079460000@sip.acme.example>");
}

TEST(Caller, FromOutsideIsShownOnAForwardedCallOnlyBesideTheNumberThatForwards) {
  const Diversion diversion{.number = ours, .reason = DiversionReason::no_answer};
  const OutboundCaller forwarded{.number = foreign, .diversions = {&diversion, 1}, .called = "+491711234567"};
  PresentRules keep = rules();
  keep.diverted_callers_kept = true;
  EXPECT_THAT(shown(keep, forwarded).from, HasSubstr(main_number)) << "nothing would tell whose call it is";
  keep.tell = TellDiversion::diversion;
  EXPECT_THAT(shown(keep, forwarded).from, HasSubstr(foreign));
  const Diversion not_ours{.number = foreign};
  EXPECT_THAT(shown(keep, {.number = foreign, .diversions = {&not_ours, 1}}).from, HasSubstr(main_number));
}

TEST(Diversion, IsWrittenFromOurFactsTheLatestFirst) {
  const Diversion two[] = {{.number = ours, .reason = DiversionReason::unconditional},
                           {.number = "+442079460002", .reason = DiversionReason::busy, .hidden = true}};
  PresentRules tell = rules();
  tell.tell = TellDiversion::both;
  Presented presented = shown(tell, {.number = ours, .diversions = two, .called = foreign});
  EXPECT_EQ(presented.diversion,
            "<sip:anonymous@anonymous.invalid>;reason=user-busy;counter=1;privacy=full, "
            "<sip:+442079460001@sip.acme.example>;reason=unconditional;counter=1;privacy=off");
  EXPECT_EQ(presented.history_info,
            "<sip:+442079460001@sip.acme.example>;index=1, "
            "<sip:anonymous@anonymous.invalid;cause=302?Privacy=history>;index=1.1;mp=1, "
            "<sip:+33123456789@sip.acme.example;cause=486>;index=1.1.1;mp=1.1");
  tell.trusted = true;
  EXPECT_THAT(shown(tell, {.number = ours, .diversions = two}).diversion, HasSubstr("+442079460002"));
  EXPECT_THAT(shown(rules(), {.number = ours, .diversions = two}).diversion, IsEmpty());
}

TEST(Diversion, ChainsAreBoundedAndKeepBothEnds) {
  std::vector<Diversion> many(100, Diversion{.number = "+442079460050"});
  many.front().number = "+442079460011";
  many.back().number = "+442079460099";
  PresentRules tell = rules();
  tell.tell = TellDiversion::diversion;
  const std::string told = shown(tell, {.number = ours, .diversions = many}).diversion;
  EXPECT_EQ(std::count(told.begin(), told.end(), '<'), static_cast<int>(TrunkLimits::diversions));
  EXPECT_THAT(told, testing::StartsWith("<sip:+442079460099"));
  EXPECT_THAT(told, HasSubstr("+442079460011"));
}

TEST(Format, WritesOneNumberAsEachProviderWantsIt) {
  const auto written = [](std::string_view number, const NumberFormat& format) {
    std::string out;
    EXPECT_EQ(append_number(out, number, format), is_e164(number));
    return out;
  };
  EXPECT_EQ(written(ours, {}), "+442079460001");
  EXPECT_EQ(written(ours, {.shape = NumberShape::digits}), "442079460001");
  EXPECT_EQ(written(ours, {.shape = NumberShape::international}), "00442079460001");
  EXPECT_EQ(written(ours, {.shape = NumberShape::international, .international_prefix = "011"}), "011442079460001");
  EXPECT_EQ(written(ours, {.shape = NumberShape::national, .country = "44"}), "02079460001");
  EXPECT_EQ(written(foreign, {.shape = NumberShape::national, .country = "44"}), "0033123456789");
  EXPECT_EQ(written(ours, {.shape = NumberShape::digits, .prefix = "9*"}), "9*442079460001");
  for (const char* none : {"", "+", "1001", "+0123456", "+1234", "+12345678901234567", "+44 20", "+44a0794600"})
    EXPECT_EQ(written(none, {}), "") << none;
}

TEST(Format, ReadsBackWhatItWrote) {
  Random random{3};
  for (int i = 0; i < 20'000; ++i) {
    std::string number = "+" + std::to_string(1 + random.below(9));
    for (auto digits = 4 + random.below(11); digits > 0; --digits) number += static_cast<char>('0' + random.below(10));
    NumberFormat format;
    format.shape = static_cast<NumberShape>(random.below(4));
    // A prefix that is not itself the beginning of a number reads back in one way.
    if (random.below(2) == 0) format.prefix = "*9";
    format.country = random.below(2) == 0 ? "44" : "1";
    if (random.below(4) == 0) format.country = number.substr(1, 1 + random.below(3));
    ASSERT_FALSE(fault_of(format));
    std::string written;
    ASSERT_TRUE(append_number(written, number, format));
    const auto read = read_number(written, format);
    // A national number that begins with 0 looks like one from abroad; no plan has them.
    const bool twofold = format.shape == NumberShape::national && number.substr(1).starts_with(format.country + "0");
    const bool too_short = format.shape == NumberShape::national && number.size() < 7;
    ASSERT_TRUE(twofold || too_short || read == number) << written << " for " << number;
  }
}

TEST(Format, ReadsWhatPeersWriteAndNothingElse) {
  const NumberFormat british{.shape = NumberShape::national, .country = "44"};
  EXPECT_EQ(read_number("020-7946.0001", british), ours);
  EXPECT_EQ(read_number("+44(20)79460001", british), ours);
  EXPECT_EQ(read_number("0033123456789", british), foreign);
  EXPECT_EQ(read_number("442079460001", {.shape = NumberShape::digits}), ours);
  for (const char* none : {"", "+", "100", "anonymous", "+44 2079460001", "0", "+44207946000100000", "++442079460001",
                           "+44207946000\xd9\xa1", "00000000000000000000000000000000000000000000"})
    EXPECT_EQ(read_number(none, british), std::nullopt) << none;
}

TEST(Format, IsCheckedWhenConfigured) {
  EXPECT_FALSE(fault_of(NumberFormat{}));
  EXPECT_TRUE(fault_of({.shape = NumberShape::national}));
  EXPECT_TRUE(fault_of({.prefix = "9@evil"}));
  EXPECT_TRUE(fault_of({.shape = NumberShape::international, .international_prefix = ""}));
}

TEST(Numbers, InRangesAreFoundAndOthersAreNot) {
  const auto set = NumberSet::compile(
      {{"+442079460010", "+442079460019"}, {"+442079460015", "+442079460030"}, {"+12125550100", ""}});
  ASSERT_TRUE(set);
  for (const char* in : {"+442079460010", "+442079460030", "+12125550100"}) EXPECT_TRUE(set->contains(in)) << in;
  for (const char* out :
       {"+442079460009", "+442079460031", "+44207946001", "+4420794600100", "+12125550101", "", "+", "442079460010"})
    EXPECT_FALSE(set->contains(out)) << out;
  EXPECT_FALSE(NumberSet::compile({{"+442079460019", "+442079460010"}}));
  EXPECT_FALSE(NumberSet::compile({{"+44207946001", "+442079460010"}}));
  EXPECT_FALSE(NumberSet::compile({{"1001", "1009"}}));
}

// --- who calls in

InboundClaims claims(std::string_view user, Proof proof = Proof::contact) {
  return {.from = {.user = user, .host = "p.example", .display = "Bob"}, .proof = proof};
}

TEST(Inbound, FromIsAClaimAndAnAssertionOfATrustedProviderIsVerified) {
  const NameFact asserted{.user = "+33123456789", .host = "p.example", .display = "Claire"};
  InboundClaims call = claims("+442079460001");
  call.asserted = {&asserted, 1};
  CallerId id = believe({}, call);
  EXPECT_EQ(id.standing, Standing::claimed);
  EXPECT_EQ(id.number, "+442079460001");
  EXPECT_EQ(id.display, "Bob");
  id = believe({.trusted = true}, call);
  EXPECT_EQ(id.standing, Standing::verified);
  EXPECT_EQ(id.number, foreign);
  EXPECT_EQ(id.display, "Claire");
  call.proof = Proof::address;
  EXPECT_EQ(believe({.trusted = true}, call).standing, Standing::claimed) << "anybody can write that source address";
  EXPECT_EQ(believe({.trusted = true, .least_proof = Proof::address}, call).standing, Standing::verified);
}

TEST(Inbound, WhoWantsToBeHiddenIsHiddenAndTheNumberKeptApart) {
  const NameFact asserted{.user = "+33123456789", .host = "p.example", .display = "Claire"};
  InboundClaims call = claims("anonymous");
  call.asserted = {&asserted, 1};
  for (const std::string_view privacy : {"", "id", "user;critical", "what?"}) {
    call.privacy = privacy;
    const CallerId id = believe({.trusted = true}, call);
    EXPECT_EQ(id.standing, Standing::anonymous);
    EXPECT_EQ(id.number + id.display, "");
    EXPECT_EQ(id.withheld, foreign);
  }
  call = claims("+33123456789");
  call.from.host = "anonymous.invalid";
  EXPECT_EQ(believe({}, call).standing, Standing::anonymous);
}

TEST(Inbound, ALocalNumberFromOutsideIsMarkedSoThatNobodyRingsAsAColleague) {
  const CallerId id = believe({}, claims("1001"));
  EXPECT_EQ(id.number, "1001");
  EXPECT_TRUE(id.is_local);
  EXPECT_FALSE(believe({}, claims("+442079460001;phone-context=x")).is_local);
}

TEST(Inbound, TextsOfStrangersAreBoundedAndPlain) {
  for (const std::string& user : {std::string("a b"), std::string("x\r\ny"), std::string(33, '1'), std::string("\xff"),
                                  std::string("<script>"), std::string("")}) {
    const CallerId id = believe({}, claims(user));
    EXPECT_EQ(id.standing, Standing::anonymous) << user;
    EXPECT_THAT(id.number, IsEmpty());
  }
}

TEST(Inbound, OfTwoAssertedIdentitiesTheTelephoneNumberIsTaken) {
  const NameFact both[] = {{"claire", "p.example", ""}, {"+33123456789", "p.example", ""}};
  InboundClaims call = claims("x");
  call.asserted = both;
  EXPECT_EQ(believe({.trusted = true}, call).number, foreign);
  const NameFact reversed[] = {both[1], both[0]};
  call.asserted = reversed;
  EXPECT_EQ(believe({.trusted = true}, call).number, foreign);
}

TEST(Name, ShowsNothingThatDeceives) {
  EXPECT_EQ(clean_display("  Zo\xc3\xab \t  B. ", ""), "Zo\xc3\xab B.");
  EXPECT_EQ(clean_display("a\xe2\x80\xae"
                          "b\xe2\x80\x8b"
                          "c\x01"
                          "d\xc2\x85"
                          "e",
                          ""),
            "abcde");
  EXPECT_EQ(clean_display("\xff\xc0\xaf\xed\xa0\x80ok\xf0\x9f", ""), "ok");
  EXPECT_EQ(clean_display("Bank +44 800 123456", foreign), "") << "a number that is not the caller's";
  EXPECT_EQ(clean_display("01 23 45 67 89", foreign), "01 23 45 67 89");
  EXPECT_EQ(clean_display("Room 101", foreign), "Room 101");
}

TEST(Name, IsCutBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 40; ++i) name += "\xc3\xa9\xe2\x82\xac";
  const std::string cleaned = clean_display(name, "");
  EXPECT_LE(cleaned.size(), TrunkLimits::display_bytes);
  EXPECT_EQ(clean_display(cleaned, ""), cleaned);
  EXPECT_THAT(name, testing::StartsWith(cleaned));
  EXPECT_GE(cleaned.size(), TrunkLimits::display_bytes - 3);
}

TEST(Privacy, IsReadInTheSafeWay) {
  EXPECT_FALSE(parse_privacy("").hides_caller());
  EXPECT_FALSE(parse_privacy("none").hides_caller());
  EXPECT_TRUE(parse_privacy("none;id").hides_caller());
  EXPECT_TRUE(parse_privacy(" ID , critical").hides_caller());
  EXPECT_TRUE(parse_privacy(" ID , critical").critical);
  EXPECT_TRUE(parse_privacy("full").hides_caller());
  EXPECT_FALSE(parse_privacy("session;history").hides_caller());
  EXPECT_TRUE(parse_privacy("header").hides_caller());
}

}  // namespace
}  // namespace rf::trunk::test
