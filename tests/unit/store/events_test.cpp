#include "shell/store/events.hpp"

#include <gmock/gmock.h>

#include "core/base/limits/events.hpp"
#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::int64_t now = 1'700'000'000'000;
constexpr std::int64_t day_ms = 86'400'000;

class EventTable : public Scratch {
 protected:
  EventTable() : store_(open_store()), tables_(store_) {}

  static event::Event event(std::uint64_t id, const char* kind = "trunk.down",
                            event::Level level = event::Level::warning) {
    event::Event out;
    out.id = id;
    out.kind = kind;
    out.level = level;
    out.subject = "al\tpha";
    out.text = "no answer";
    out.first_wall_ms = out.last_wall_ms = now + static_cast<std::int64_t>(id);
    return out;
  }

  Store store_;
  EventTables tables_;
};

TEST_F(EventTable, KeepsEventsAndFindsThemByWhatTheyAre) {
  const std::vector<event::Event> events{event(1), event(2, "guard.banned", event::Level::notice),
                                         event(3, "call.emergency", event::Level::critical)};
  ASSERT_TRUE(tables_.put_events(events, now));
  EXPECT_EQ(tables_.event(1).value(), events[0]);
  EXPECT_EQ(tables_.last_event().value(), 3u);
  EXPECT_EQ(tables_.find_events({}).value().front().id, 3u) << "newest first";
  EventFilter grave, kinds, before, span;
  grave.level = event::Level::warning;
  kinds.kinds = {"guard.banned", "guard.throttled"};
  before.before = 2;
  span.from_wall_ms = now + 2;
  span.to_wall_ms = now + 3;
  EXPECT_THAT(tables_.find_events(grave).value(), SizeIs(2));
  EXPECT_THAT(tables_.find_events(kinds).value(), SizeIs(1));
  EXPECT_THAT(tables_.find_events(before).value(), SizeIs(1));
  EXPECT_THAT(tables_.find_events(span).value(), SizeIs(1));
  EXPECT_EQ(tables_.event(4).error().fault, Fault::not_found);
}

TEST_F(EventTable, WhatCountsMoreStaysAcknowledged) {
  ASSERT_TRUE(tables_.put_events(std::vector{event(1), event(2)}, now));
  EXPECT_EQ(tables_.acknowledge(1, false, "user anna", now + 5).value(), 1u);
  EXPECT_EQ(tables_.acknowledge(1, false, "user bob", now + 6).value(), 0u) << "somebody else was faster";
  event::Event grown = event(1);
  grown.count = 1'000'000;
  ASSERT_TRUE(tables_.put_events(std::vector{grown}, now));
  EXPECT_EQ(tables_.event(1)->count, 1'000'000u);
  EXPECT_EQ(tables_.event(1)->acknowledged_by, "user anna");
  EXPECT_EQ(tables_.acknowledge(0, true, "user bob", now + 7).value(), 1u);
  EventFilter open;
  open.open = true;
  EXPECT_TRUE(tables_.find_events(open)->empty());
}

TEST_F(EventTable, TheOldestGoByNumberAndByAge) {
  std::vector<event::Event> many;
  for (std::uint64_t id = 1; id <= 10; ++id) many.push_back(event(id));
  many.push_back(event(EventLimits::kept + 5));
  ASSERT_TRUE(tables_.put_events(many, now));
  EXPECT_THAT(tables_.find_events({}).value(), SizeIs(6)) << "6 to 10, and the newest";
  event::Event fresh = event(EventLimits::kept + 6);
  fresh.first_wall_ms = fresh.last_wall_ms = now + (EventLimits::keep_days + 1) * day_ms;
  ASSERT_TRUE(tables_.put_events(std::vector{fresh}, fresh.last_wall_ms));
  EXPECT_THAT(tables_.find_events({}).value(), SizeIs(1));
}

TEST_F(EventTable, SecretsAreSealedAndOpenOnlyInTheirOwnPlace) {
  event::Contact contact;
  contact.name = "chat";
  contact.way = event::Way::webhook;
  contact.target = "https://hooks.example.com/";
  contact.quiet = event::QuietHours::parse("22:00-06:00");
  contact.networks = {Subnet::parse("10.1.0.0/16").value()};
  contact.ca_pem = "-----BEGIN CERTIFICATE-----\nx\n";
  contact.secret = Secret<std::string>("hush-hush");
  ASSERT_TRUE(tables_.put_contact(vault_, contact));
  const auto back = tables_.contacts(vault_).value();
  ASSERT_THAT(back, SizeIs(1));
  EXPECT_EQ(back[0].secret.reveal(), "hush-hush");
  EXPECT_EQ(back[0].quiet, contact.quiet);
  EXPECT_EQ(back[0].networks, contact.networks);
  EXPECT_EQ(back[0].ca_pem, contact.ca_pem);
  Mail mail;
  mail.server = "mail.example.com";
  mail.password = Secret<std::string>("hush-hush");
  ASSERT_TRUE(tables_.put_mail(vault_, mail));
  EXPECT_EQ(tables_.mail(vault_)->password.reveal(), "hush-hush");
  const auto other = seal::Vault(seal::Vault::Key{1});
  EXPECT_EQ(tables_.contacts(other).error().fault, Fault::wrong_key);
  EXPECT_EQ(tables_.mail(other).error().fault, Fault::wrong_key);
}

TEST_F(EventTable, AContactTakesItsRoutesWithIt) {
  event::Contact contact;
  contact.name = "anna";
  ASSERT_TRUE(tables_.put_contact(vault_, contact));
  ASSERT_TRUE(tables_.put_route({"all", "*", event::Level::info, "anna", true}));
  ASSERT_TRUE(tables_.put_template({"trunk.down", event::Language::de, "{subject}", "a\nb\n"}));
  EXPECT_EQ(tables_.templates()->front().text, "a\nb\n");
  ASSERT_TRUE(tables_.drop_contact("anna"));
  EXPECT_TRUE(tables_.routes()->empty());
  EXPECT_EQ(tables_.drop_contact("anna").error().fault, Fault::not_found);
  EXPECT_EQ(tables_.drop_route("all").error().fault, Fault::not_found);
  ASSERT_TRUE(tables_.drop_template("trunk.down", event::Language::de));
  EXPECT_EQ(tables_.drop_template("trunk.down", event::Language::de).error().fault, Fault::not_found);
}

TEST_F(EventTable, ThereIsNoRoomForEndlessContacts) {
  event::Contact contact;
  for (std::size_t i = 0; i < EventLimits::contacts; ++i) {
    contact.name = "c" + std::to_string(i);
    ASSERT_TRUE(tables_.put_contact(vault_, contact));
  }
  EXPECT_TRUE(tables_.put_contact(vault_, contact)) << "one that is there can be changed";
  contact.name = "one more";
  EXPECT_EQ(tables_.put_contact(vault_, contact).error().fault, Fault::invalid_value);
}

}  // namespace
}  // namespace rf::store
