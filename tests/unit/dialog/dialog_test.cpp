// Stories of calls that stand: what belongs to them, what does not, and what is written inside them.
#include "core/dialog/dialog.hpp"

#include <gmock/gmock.h>

#include "talk.hpp"

namespace rf::dialog::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const Flow alice = flow_of("198.51.100.7:5060");
const Flow bob = flow_of("203.0.113.20:5060");
const RequestHead bye{"BYE", "z9hG4bKbye", "192.0.2.1:5060", "<sip:pbx@192.0.2.1>", 11};

/// A request of Alice's inside the dialog that her INVITE made.
Say in_dialog(std::string method, std::uint32_t cseq) {
  Say s{.start = method + " sip:pbx@192.0.2.1 SIP/2.0"};
  s.to += ";tag=pbx";
  s.cseq = std::to_string(cseq) + " " + method;
  return s;
}

/// A response of Bob's to our INVITE.
Say from_bob(int status, std::string tag) {
  Say s{.start = "SIP/2.0 " + std::to_string(status) + " Whatever"};
  s.from = "\"Alice\" <sip:1001@pbx.example>;tag=ours";
  s.to = "<sip:1002@pbx.example>" + (tag.empty() ? std::string() : ";tag=" + tag);
  s.call_id = "out-1";
  s.cseq = "1 INVITE";
  s.contact = "<sip:1002@10.0.0.9:5062>";
  return s;
}

struct Called : testing::Test {
  Dialog dialog = *Dialog::incoming(*say({}), alice, "pbx");
};

struct Calling : testing::Test {
  std::vector<std::string> routes;
  Dialog make() {
    auto made = Dialog::calling({"out-1", "ours", "\"Alice\" <sip:1001@pbx.example>", "sip:1002@pbx.example",
                                 "sip:1002@203.0.113.20:5060", routes, 1, bob});
    EXPECT_TRUE(made.has_value());
    return *made;
  }
};

TEST_F(Called, KnowsBothSidesFromTheInvite) {
  EXPECT_EQ(dialog.state(), Dialog::State::early);
  EXPECT_FALSE(dialog.is_caller());
  EXPECT_FALSE(dialog.is_secure());
  EXPECT_EQ(dialog.call_id(), "call-1@phone");
  EXPECT_EQ(dialog.local_tag(), "pbx");
  EXPECT_EQ(dialog.remote_tag(), "alice");
  EXPECT_EQ(dialog.local_party(), "<sip:1002@pbx.example>");
  EXPECT_EQ(dialog.remote_party(), "\"Alice\" <sip:1001@pbx.example>");
  EXPECT_EQ(dialog.remote_target(), "sip:1001@198.51.100.7:5060");
  EXPECT_EQ(dialog.remote_cseq(), 10u);
  EXPECT_EQ(dialog.routes(), "");
  EXPECT_EQ(dialog.flow(), alice);
  dialog.confirm();
  EXPECT_EQ(dialog.state(), Dialog::State::confirmed);
  dialog.terminate();
  EXPECT_EQ(dialog.state(), Dialog::State::terminated);
}

TEST_F(Called, WritesAByeThatTheCallerUnderstands) {
  std::string out;
  dialog.write_request(out, bye).header(sip::HeaderName::reason, "Q.850;cause=16").no_body();
  const Wire parsed(out);
  EXPECT_EQ(parsed->method, sip::Method::bye);
  EXPECT_EQ(parsed->request_uri.raw, "sip:1001@198.51.100.7:5060");
  EXPECT_EQ(parsed->via.transport, "UDP");
  EXPECT_EQ(parsed->via.host, "192.0.2.1");
  EXPECT_EQ(parsed->via.branch, "z9hG4bKbye");
  EXPECT_TRUE(parsed->via.rport);
  EXPECT_EQ(parsed->from.tag(), "pbx");
  EXPECT_EQ(parsed->from.uri.raw, "sip:1002@pbx.example");
  EXPECT_EQ(parsed->to.tag(), "alice");
  EXPECT_EQ(parsed->to.uri.raw, "sip:1001@pbx.example");
  EXPECT_EQ(parsed->call_id, "call-1@phone");
  EXPECT_EQ(parsed->cseq.number, 11u);
  EXPECT_EQ(parsed->max_forwards, 70u);
  EXPECT_EQ(parsed->value(sip::HeaderName::contact), "<sip:pbx@192.0.2.1>");
  EXPECT_EQ(parsed->value(sip::HeaderName::reason), "Q.850;cause=16");
  EXPECT_THAT(out, Not(HasSubstr("Route:")));
}

TEST_F(Called, CountsItsOwnRequestsUp) {
  EXPECT_EQ(dialog.next_cseq(), 1u);
  EXPECT_EQ(dialog.next_cseq(), 2u);
  EXPECT_EQ(dialog.local_cseq(), 2u);
}

TEST_F(Called, TakesRequestsInOrderOnly) {
  EXPECT_EQ(dialog.fits(*say(in_dialog("UPDATE", 11)), alice), Fit::ok);
  dialog.take_cseq(*say(in_dialog("UPDATE", 13)));
  EXPECT_EQ(dialog.fits(*say(in_dialog("BYE", 13)), alice), Fit::old_cseq);
  EXPECT_EQ(dialog.fits(*say(in_dialog("BYE", 12)), alice), Fit::old_cseq);
  EXPECT_EQ(dialog.fits(*say(in_dialog("BYE", 14)), alice), Fit::ok);
  EXPECT_EQ(dialog.fits(*say(in_dialog("BYE", 4'000)), alice), Fit::ok) << "gaps are allowed";
  EXPECT_EQ(dialog.remote_cseq(), 13u) << "judging changes nothing";
}

TEST_F(Called, TakesTheAckOfTheLastInviteAndOfThoseBefore) {
  EXPECT_EQ(dialog.fits(*say(in_dialog("ACK", 10)), alice), Fit::ok);
  EXPECT_EQ(dialog.fits(*say(in_dialog("ACK", 11)), alice), Fit::old_cseq) << "no INVITE has it";
  dialog.take_cseq(*say(in_dialog("UPDATE", 11)));
  EXPECT_EQ(dialog.fits(*say(in_dialog("ACK", 10)), alice), Fit::ok) << "an UPDATE has no ACK";
  dialog.take_cseq(*say(in_dialog("INVITE", 12)));
  EXPECT_EQ(dialog.fits(*say(in_dialog("ACK", 10)), alice), Fit::ok) << "late, or sent again: an INVITE overtook it";
  EXPECT_EQ(dialog.fits(*say(in_dialog("ACK", 12)), alice), Fit::ok);
  EXPECT_EQ(dialog.fits(*say(in_dialog("ACK", 13)), alice), Fit::old_cseq);
  dialog.take_cseq(*say(in_dialog("ACK", 12)));
  EXPECT_EQ(dialog.fits(*say(in_dialog("BYE", 13)), alice), Fit::ok);
}

TEST_F(Called, IsNotTornDownByAThirdPartyThatKnowsEverything) {
  const Wire forged = say(in_dialog("BYE", 11));
  EXPECT_EQ(dialog.fits(*forged, flow_of("203.0.113.66:5060")), Fit::wrong_path);
  EXPECT_EQ(dialog.fits(*forged, flow_of("198.51.100.7:5061")), Fit::wrong_path);
  EXPECT_EQ(dialog.fits(*forged, flow_of("198.51.100.7:5060", Transport::tcp, 4)), Fit::wrong_path);
  Flow other_listener = alice;
  other_listener.listener = ListenerId{9};
  EXPECT_EQ(dialog.fits(*forged, other_listener), Fit::wrong_path);
  EXPECT_EQ(dialog.fits(*forged, alice), Fit::ok);
}

TEST(Bound, ATlsCallStaysOnItsConnection) {
  const Flow first = flow_of("198.51.100.7:40000", Transport::tls, 3);
  const Flow second = flow_of("198.51.100.7:40000", Transport::tls, 4);
  Dialog dialog = *Dialog::incoming(*say({}), first, "pbx");
  EXPECT_EQ(dialog.fits(*say(in_dialog("INFO", 11)), second), Fit::wrong_path);
  dialog.rebind(second);
  EXPECT_EQ(dialog.fits(*say(in_dialog("INFO", 11)), second), Fit::ok);
  EXPECT_EQ(dialog.fits(*say(in_dialog("INFO", 11)), first), Fit::wrong_path);
}

TEST_F(Called, KnowsForeignTagsBeforeItLooksAtAnythingElse) {
  Say s = in_dialog("BYE", 11);
  s.to = "<sip:1002@pbx.example>;tag=PBX";
  EXPECT_EQ(dialog.fits(*say(s), alice), Fit::wrong_tags);
  s = in_dialog("BYE", 11);
  s.from = "<sip:1001@pbx.example>";
  EXPECT_EQ(dialog.fits(*say(s), flow_of("203.0.113.66:5060")), Fit::wrong_tags);
  s = in_dialog("BYE", 11);
  s.call_id = "call-2@phone";
  EXPECT_EQ(dialog.fits(*say(s), alice), Fit::wrong_tags);
  Say swapped = in_dialog("BYE", 11);
  std::swap(swapped.from, swapped.to);
  EXPECT_EQ(dialog.fits(*say(swapped), alice), Fit::wrong_tags) << "our own request, sent back to us";
}

TEST_F(Called, FollowsANewContactButNotABadOne) {
  Say s = in_dialog("INVITE", 11);
  s.contact = "<sip:1001@198.51.100.99:5070>";
  EXPECT_TRUE(dialog.refresh_target(*say(s)));
  EXPECT_EQ(dialog.remote_target(), "sip:1001@198.51.100.99:5070");
  EXPECT_EQ(dialog.flow(), alice) << "a Contact moves the target, not the path";
  s.contact = "";
  EXPECT_TRUE(dialog.refresh_target(*say(s)));
  for (const char* bad : {"<tel:+123>", "<sip:a@b>, <sip:c@d>", "<mailto:a@b>"}) {
    s.contact = bad;
    EXPECT_EQ(dialog.refresh_target(*say(s)).error(), Fault::bad_contact) << bad;
  }
  s.contact = "<sip:" + std::string(WireLimits::target_bytes, 'a') + "@b>";
  EXPECT_EQ(dialog.refresh_target(*say(s)).error(), Fault::bad_contact);
  EXPECT_EQ(dialog.remote_target(), "sip:1001@198.51.100.99:5070");
  EXPECT_EQ(dialog.call_id(), "call-1@phone");
  EXPECT_EQ(dialog.local_tag(), "pbx");
}

TEST(Incoming, NeedsAContact) {
  EXPECT_EQ(Dialog::incoming(*say({.contact = ""}), alice, "t").error(), Fault::no_contact);
  EXPECT_EQ(Dialog::incoming(*say({.contact = "<http://x>"}), alice, "t").error(), Fault::bad_contact);
}

TEST(Incoming, PutsNothingInARequestUriThatMustNotStandThere) {
  const auto target_of = [](std::string contact) {
    return std::string(Dialog::incoming(*say({.contact = contact}), alice, "t")->remote_target());
  };
  EXPECT_EQ(target_of("<sip:a@b;transport=tcp?Route=%3Csip:evil%3E>"), "sip:a@b;transport=tcp");
  EXPECT_EQ(target_of("<sip:a@b;method=INVITE;ob>"), "sip:a@b;ob");
  EXPECT_EQ(target_of("<sip:a@b;ob;method=INVITE?X=y>"), "sip:a@b;ob");
  EXPECT_EQ(target_of("sip:a@b;expires=3"), "sip:a@b") << "outside brackets it is the header's parameter";
}

TEST(Incoming, IsSecureOnlyWithSipsOverTls) {
  const Flow tls = flow_of("198.51.100.7:40000", Transport::tls, 3);
  const Say sips{.start = "INVITE sips:1002@pbx.example SIP/2.0", .contact = "<sips:1001@198.51.100.7>"};
  EXPECT_TRUE(Dialog::incoming(*say(sips), tls, "t")->is_secure());
  EXPECT_FALSE(Dialog::incoming(*say(sips), alice, "t")->is_secure());
  EXPECT_FALSE(Dialog::incoming(*say({}), tls, "t")->is_secure());
  Say mixed = sips;
  mixed.contact = "<sip:1001@198.51.100.7>";
  EXPECT_EQ(Dialog::incoming(*say(mixed), tls, "t").error(), Fault::bad_contact);
}

TEST(Incoming, KeepsTheRouteInTheCallersOrder) {
  const Say s{
      .extra = "Record-Route: <sip:p2.example;lr>, <sip:p1.example;lr>;x=y\r\nRecord-Route: <sip:p0.example;lr>\r\n"};
  const Dialog dialog = *Dialog::incoming(*say(s), alice, "pbx");
  EXPECT_EQ(dialog.routes(), "<sip:p2.example;lr>, <sip:p1.example;lr>, <sip:p0.example;lr>");
  const Wire parsed(dialog.request(bye));
  EXPECT_EQ(parsed->request_uri.raw, "sip:1001@198.51.100.7:5060");
  EXPECT_EQ(parsed->value(sip::HeaderName::route), dialog.routes());
}

TEST(Incoming, ServesAStrictRouterAsRfc3261Asks) {
  const Say s{.extra = "Record-Route: <sip:strict.example;method=INVITE>, <sip:p1.example;lr>\r\n"};
  const Dialog dialog = *Dialog::incoming(*say(s), alice, "pbx");
  const Wire parsed(dialog.request(bye));
  EXPECT_EQ(parsed->request_uri.raw, "sip:strict.example");
  EXPECT_EQ(parsed->value(sip::HeaderName::route), "<sip:p1.example;lr>, <sip:1001@198.51.100.7:5060>");
  const Dialog lone = *Dialog::incoming(*say({.extra = "Record-Route: <sip:strict.example>\r\n"}), alice, "pbx");
  const Wire alone(lone.request(bye));
  EXPECT_EQ(alone->request_uri.raw, "sip:strict.example");
  EXPECT_EQ(alone->value(sip::HeaderName::route), "<sip:1001@198.51.100.7:5060>");
}

TEST(Incoming, BoundsTheRoute) {
  const auto fault = [](std::string route) { return Dialog::incoming(*say({.extra = route}), alice, "t").error(); };
  std::string many = "Record-Route: <sip:p;lr>";
  for (std::size_t i = 0; i < WireLimits::routes; ++i) many += ", <sip:p;lr>";
  EXPECT_EQ(fault(many + "\r\n"), Fault::too_many_routes);
  EXPECT_EQ(fault("Record-Route: <sip:" + std::string(WireLimits::routes_bytes, 'p') + ";lr>\r\n"),
            Fault::too_many_routes);
  EXPECT_EQ(fault("Record-Route: <tel:+1>\r\n"), Fault::bad_route);
}

TEST_F(Calling, WritesTheInviteItselfFromTheMould) {
  routes = {"sip:edge.example;lr", "<sip:inner.example;lr>"};
  const Dialog mould = make();
  EXPECT_EQ(mould.state(), Dialog::State::calling);
  std::string out;
  mould.write_request(out, {"INVITE", "z9hG4bKi", "192.0.2.1:5060", "<sip:pbx@192.0.2.1>", mould.local_cseq(), 42})
      .body("application/sdp", "v=0\r\n");
  const Wire parsed(out);
  EXPECT_EQ(parsed->request_uri.raw, "sip:1002@203.0.113.20:5060");
  EXPECT_EQ(parsed->from.tag(), "ours");
  EXPECT_EQ(parsed->from.display, "\"Alice\"");
  EXPECT_EQ(parsed->to.tag(), "");
  EXPECT_EQ(parsed->cseq.number, 1u);
  EXPECT_EQ(parsed->max_forwards, 42u);
  EXPECT_EQ(parsed->body, "v=0\r\n");
  EXPECT_EQ(parsed->value(sip::HeaderName::route), "<sip:edge.example;lr>, <sip:inner.example;lr>");
}

TEST_F(Calling, RefusesAMouldThatCannotBeSent) {
  const auto fault = [&](std::string_view target, std::vector<std::string> given) {
    return Dialog::calling({"c", "t", "sip:a@b", "sip:c@d", target, given, 1, bob}).error();
  };
  EXPECT_EQ(fault("no uri", {}), Fault::bad_contact);
  EXPECT_EQ(fault("sip:a@b", {"nonsense"}), Fault::bad_route);
  EXPECT_EQ(fault("sip:a@b", std::vector<std::string>(WireLimits::routes + 1, "sip:p;lr")), Fault::too_many_routes);
}

TEST_F(Calling, MakesOneDialogAForkWithTheRouteTurnedRound) {
  Say ringing = from_bob(180, "home");
  ringing.extra = "Record-Route: <sip:p2.example;lr>, <sip:p1.example;lr>\r\n";
  const Dialog mould = make();
  Dialog home = *mould.fork(*say(ringing), bob);
  EXPECT_EQ(home.state(), Dialog::State::early);
  EXPECT_TRUE(home.is_caller());
  EXPECT_EQ(home.remote_tag(), "home");
  EXPECT_EQ(home.remote_target(), "sip:1002@10.0.0.9:5062");
  EXPECT_EQ(home.routes(), "<sip:p1.example;lr>, <sip:p2.example;lr>");
  EXPECT_EQ(home.next_cseq(), 2u);
  const Dialog mobile = *mould.fork(*say(from_bob(200, "mobile")), bob);
  EXPECT_EQ(mobile.state(), Dialog::State::confirmed);
  EXPECT_EQ(mobile.remote_tag(), "mobile");
  EXPECT_EQ(mobile.remote_target(), "sip:1002@10.0.0.9:5062");
  EXPECT_TRUE(home.has_tags_of(*say(from_bob(200, "home"))));
  EXPECT_FALSE(home.has_tags_of(*say(from_bob(200, "mobile"))));
}

TEST_F(Calling, TakesTargetAndRouteAnewFromTheAnswer) {
  Say ringing = from_bob(180, "home");
  ringing.extra = "Record-Route: <sip:p1.example;lr>\r\n";
  Dialog dialog = *make().fork(*say(ringing), bob);
  Say ok = from_bob(200, "home");
  ok.contact = "<sip:1002@10.0.0.10>";
  EXPECT_TRUE(dialog.confirm(*say(ok)));
  EXPECT_EQ(dialog.state(), Dialog::State::confirmed);
  EXPECT_EQ(dialog.routes(), "");
  EXPECT_EQ(dialog.remote_target(), "sip:1002@10.0.0.10");
  ok.contact = "<tel:+1>";
  EXPECT_EQ(dialog.confirm(*say(ok)).error(), Fault::bad_contact);
  EXPECT_EQ(dialog.remote_target(), "sip:1002@10.0.0.10");
}

TEST_F(Calling, LivesWithPhonesThatLeaveThingsOut) {
  const Dialog mould = make();
  EXPECT_EQ(mould.fork(*say(from_bob(180, "")), bob).error(), Fault::no_tag);
  EXPECT_TRUE(mould.fork(*say(from_bob(200, "")), bob)) << "RFC 3261 §12.1.2: an old phone without tags";
  Say bare = from_bob(180, "home");
  bare.contact = "";
  EXPECT_EQ(mould.fork(*say(bare), bob)->remote_target(), "sip:1002@203.0.113.20:5060");
}

TEST_F(Calling, IsAnsweredOnTheConnectionTheAnswerCameBy) {
  const Flow opened = flow_of("203.0.113.20:5061", Transport::tls, 12);
  const Dialog dialog = *make().fork(*say(from_bob(200, "home")), opened);
  EXPECT_EQ(dialog.flow(), opened);
  const Wire parsed(dialog.request(bye));
  EXPECT_EQ(parsed->via.transport, "TLS");
  EXPECT_FALSE(parsed->via.rport);
}

TEST_F(Calling, TakesTheFirstRequestOfTheCalleeWhateverItsNumber) {
  Dialog dialog = *make().fork(*say(from_bob(200, "home")), bob);
  Say theirs{.start = "BYE sip:pbx@192.0.2.1 SIP/2.0"};
  theirs.from = "<sip:1002@pbx.example>;tag=home";
  theirs.to = "<sip:1001@pbx.example>;tag=ours";
  theirs.call_id = "out-1";
  theirs.cseq = "0 BYE";
  EXPECT_EQ(dialog.fits(*say(theirs), bob), Fit::ok);
  theirs.start = "ACK sip:pbx@192.0.2.1 SIP/2.0";
  theirs.cseq = "0 ACK";
  EXPECT_EQ(dialog.fits(*say(theirs), bob), Fit::old_cseq) << "it never sent an INVITE";
}

TEST_F(Calling, AcknowledgesTheAnswerWithTheInvitesNumber) {
  Say ok = from_bob(200, "home");
  ok.extra = "Record-Route: <sip:p1.example;lr>\r\n";
  Dialog dialog = *make().fork(*say(ok), bob);
  const Wire plain(dialog.ack("z9hG4bKa", "192.0.2.1:5060", 1));
  EXPECT_EQ(plain->method, sip::Method::ack);
  EXPECT_EQ(plain->cseq.number, 1u);
  EXPECT_EQ(plain->cseq.method, sip::Method::ack);
  EXPECT_EQ(plain->to.tag(), "home");
  EXPECT_EQ(plain->value(sip::HeaderName::route), "<sip:p1.example;lr>");
  EXPECT_EQ(plain->body, "");
  const Wire late(dialog.ack("z9hG4bKa", "192.0.2.1:5060", 1, "application/sdp", "v=0\r\n"));
  EXPECT_EQ(late->content_type, "application/sdp");
  EXPECT_EQ(late->body, "v=0\r\n");
  EXPECT_EQ(dialog.local_cseq(), 1u);
}

TEST_F(Calling, PracksAReliableProvisional) {
  Dialog dialog = *make().fork(*say(from_bob(183, "home")), bob);
  const Wire prack(dialog.prack({{}, "z9hG4bKp", "192.0.2.1:5060", {}, dialog.next_cseq()}, 8'000, 1));
  EXPECT_EQ(prack->method, sip::Method::prack);
  EXPECT_EQ(prack->cseq.number, 2u);
  const auto rack = sip::parse_rack(prack->value(sip::HeaderName::rack));
  ASSERT_TRUE(rack.has_value());
  EXPECT_EQ(rack->rseq, 8'000u);
  EXPECT_EQ(rack->cseq, 1u);
  EXPECT_EQ(rack->method, sip::Method::invite);
}

TEST(Outgoing, LetsNobodyInjectAHeader) {
  const auto dialog =
      Dialog::calling({"c\r\nX: 1", "t", "\"A\r\nEvil: yes\" <sip:a@b>", "sip:c@d", "sip:c@d", {}, 1, bob});
  ASSERT_TRUE(dialog);
  const std::string out = dialog->request({"INVITE", "z9hG4bK1\r\nY: 2", "h", "<sip:x>", 1});
  EXPECT_THAT(out, Not(HasSubstr("\r\nEvil")));
  EXPECT_THAT(out, Not(HasSubstr("\r\nX:")));
  EXPECT_THAT(out, Not(HasSubstr("\r\nY:")));
}

TEST(Kept, ADialogIsMadeAgainFromWhatWasKeptOfIt) {
  Say s = from_bob(200, "bob");
  s.extra = "Record-Route: <sip:edge.example;lr>\r\n";
  const auto before = Dialog::calling({"out-1",
                                       "ours",
                                       "\"Alice\" <sip:1001@pbx.example>",
                                       "<sip:1002@pbx.example>",
                                       "sip:1002@203.0.113.20",
                                       {},
                                       1,
                                       bob})
                          ->fork(*say(s), bob);
  ASSERT_TRUE(before);
  const auto again = Dialog::kept({before->call_id(), before->local_tag(), before->remote_tag(), before->local_party(),
                                   before->remote_party(), before->remote_target(), before->routes(),
                                   before->local_cseq(), before->flow()});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->state(), Dialog::State::confirmed);
  EXPECT_EQ(again->request(bye), before->request(bye));
}

TEST(Kept, WhatIsNoDialogIsRefused) {
  const auto kept = [](std::string_view target, std::string_view routes) {
    return Dialog::kept({"c", "t", "r", "<sip:a@b>", "<sip:c@d>", target, routes, 1, bob});
  };
  EXPECT_TRUE(kept("sip:c@d", ""));
  EXPECT_TRUE(kept("sip:c@d", "<sip:a;lr>, <sip:b;lr>"));
  for (const std::string_view target : {"", "tel:+4930", "nonsense"})
    EXPECT_EQ(kept(target, "").error(), Fault::bad_contact) << target;
  EXPECT_EQ(kept("sip:c@d", "<tel:+4930>").error(), Fault::bad_route);
  std::string many;
  for (std::size_t i = 0; i <= WireLimits::routes; ++i) many += many.empty() ? "<sip:a;lr>" : ", <sip:a;lr>";
  EXPECT_EQ(kept("sip:c@d", many).error(), Fault::too_many_routes);
}

TEST(Copy, ACopiedDialogStandsOnItsOwn) {
  std::optional<Dialog> first = *Dialog::incoming(*say({}), alice, "pbx");
  Dialog second = *first;
  Say s = in_dialog("INVITE", 11);
  s.contact = "<sip:moved@198.51.100.99>";
  ASSERT_TRUE(second.refresh_target(*say(s)));
  EXPECT_EQ(first->remote_target(), "sip:1001@198.51.100.7:5060");
  first.reset();
  EXPECT_EQ(second.call_id(), "call-1@phone");
  EXPECT_EQ(second.remote_target(), "sip:moved@198.51.100.99");
}

}  // namespace
}  // namespace rf::dialog::test
