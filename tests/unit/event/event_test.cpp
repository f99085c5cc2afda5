#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "core/base/limits/events.hpp"
#include "core/base/limits/toll.hpp"
#include "core/event/gather.hpp"
#include "core/event/outbox.hpp"
#include "core/event/spoken.hpp"
#include "core/event/words.hpp"

namespace rf::event {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Kind& kind(const char* name) {
  return *find(name);
}

constexpr std::int64_t noon_ms = 1'750'075'200'000;  // 2025-06-16 12:00:00 UTC
Now at_s(std::int64_t seconds) {
  return {1'000'000 + seconds * 1'000, noon_ms + seconds * 1'000};
}

// --- the catalogue

TEST(Catalog, NamesAreUniqueAndEveryTextIsThereInEachLanguage) {
  std::set<std::string_view> seen;
  for (const Kind& each : catalog()) {
    EXPECT_TRUE(seen.insert(each.name).second) << each.name;
    for (const std::string_view title : each.title) EXPECT_FALSE(title.empty()) << each.name;
    EXPECT_FALSE(each.meaning.empty()) << each.name;
    EXPECT_LE(each.name.size(), 32u) << "a MSGID of syslog has no more";
  }
}

TEST(Catalog, OneWordOfTheLogMayBeGoodAndBadNews) {
  EXPECT_EQ(of_line("certificate", 4)->name, "system.certificate");
  EXPECT_EQ(of_line("certificate", 2)->name, "system.certificate-renewed");
  EXPECT_EQ(of_line("public_address", 3)->name, "system.address-unknown");
  EXPECT_EQ(of_line("guard_banned", 1)->name, "guard.banned");
  for (const char* word : {"toll_cut", "max_duration_reached"}) {
    ASSERT_NE(of_line(word, 1), nullptr) << word;
    EXPECT_EQ(of_line(word, 1)->name, "money.cut") << "what it may cost, or last";
  }
  EXPECT_EQ(of_line("auth_failed", 3), nullptr) << "a wrong password alone is no news";
  EXPECT_EQ(of_line("", 4), nullptr);
}

TEST(Catalog, PatternsSelectKindsAndWrongOnesAreFound) {
  EXPECT_TRUE(selects("guard.*,trunk.down", "guard.banned"));
  EXPECT_TRUE(selects("guard.*, trunk.down", "trunk.down"));
  EXPECT_FALSE(selects("guard.*,trunk.down", "trunk.up"));
  EXPECT_FALSE(selects("", "trunk.up"));
  EXPECT_TRUE(selects("*", "anything.later"));
  EXPECT_EQ(unknown_in("guard.*,trunk.dwon"), "trunk.dwon");
  EXPECT_EQ(unknown_in("gaurd.*"), "gaurd.*");
  EXPECT_FALSE(unknown_in("guard.*,trunk.down,*").has_value());
}

TEST(Catalog, ThePageAboutEventsSaysTheSame) {
  std::ifstream in(std::string(SOURCE_DIR) + "/docs/events.md");
  std::stringstream page;
  page << in.rdbuf();
  std::size_t rows = 0;
  for (std::string line; std::getline(page, line);) rows += line.starts_with("| `");
  EXPECT_EQ(rows, catalog().size());
  for (const Kind& each : catalog()) {
    const std::string row = "| `" + std::string(each.name) + "` | " + std::string(name_of(each.level)) + " | " +
                            std::string(each.title[0]) + " | " + std::string(each.meaning) + " |\n";
    EXPECT_THAT(page.str(), HasSubstr(row));
  }
}

// --- many become one

TEST(Gather, AMillionOfOneKindBecomeOneEventWithItsNumber) {
  Gather gather;
  std::size_t told = 0;
  Event first;
  for (int i = 0; i < 1'000'000; ++i)
    if (auto event = gather.add(at_s(i / 10'000), kind("guard.banned"), "192.0.2.66", "scanner")) {
      ++told;
      first = *event;
    }
  EXPECT_EQ(told, 1u);
  const auto grown = gather.grown(at_s(101));
  ASSERT_EQ(grown.size(), 1u);
  EXPECT_EQ(grown[0].id, first.id);
  EXPECT_EQ(grown[0].count, 1'000'000u);
  EXPECT_TRUE(gather.grown(at_s(102)).empty()) << "nothing has changed since";
}

TEST(Gather, AMillionSourcesOfOneKindAreAFewAndOneAboutSeveral) {
  Gather gather;
  std::vector<Event> told;
  for (int i = 0; i < 1'000'000; ++i)
    if (auto event = gather.add(at_s(0), kind("guard.banned"), "source " + std::to_string(i), "scanner"))
      told.push_back(*event);
  ASSERT_EQ(told.size(), Gather::subjects_of_kind + 1);
  EXPECT_EQ(told.back().subject, "several");
  EXPECT_EQ(gather.open(), Gather::subjects_of_kind + 1);
  EXPECT_TRUE(gather.add(at_s(0), kind("trunk.down"), "alpha", "")) << "other kinds are told all the same";
}

TEST(Gather, SubjectsAreToldApartAndWithoutOneTheirTextsAre) {
  Gather gather;
  EXPECT_TRUE(gather.add(at_s(0), kind("trunk.down"), "alpha", "no answer"));
  EXPECT_TRUE(gather.add(at_s(0), kind("trunk.down"), "beta", "no answer"));
  EXPECT_FALSE(gather.add(at_s(1), kind("trunk.down"), "alpha", "503"));
  EXPECT_TRUE(gather.add(at_s(1), kind("system.trouble"), "", "port 5060 is taken"));
  EXPECT_TRUE(gather.add(at_s(1), kind("system.trouble"), "", "runs as root"));
}

TEST(Gather, WhatGoesOnIsToldAgainEverLessOftenAndAfterAPauseIsNews) {
  Gather gather;
  std::vector<std::int64_t> told;
  std::int64_t second = 0;
  for (; second < 4'000; second += 10)
    if (gather.add(at_s(second), kind("guard.banned"), "192.0.2.66", "")) told.push_back(second);
  EXPECT_THAT(told, ::testing::ElementsAre(0, 300, 900, 2'100));
  gather.grown(at_s(second + 3'600));
  EXPECT_EQ(gather.open(), 0u);
  EXPECT_TRUE(gather.add(at_s(second + 3'600), kind("guard.banned"), "192.0.2.66", ""));
}

TEST(Gather, KeepsOneBoundedLineOfWhatStrangersWrote) {
  Gather gather;
  const auto event = gather.add(at_s(0), kind("guard.banned"), std::string(9'999, 'x'),
                                "a\r\nBcc: b\x1b[2J" + std::string(99'999, 'y'));
  ASSERT_TRUE(event.has_value());
  EXPECT_LE(event->subject.size(), EventLimits::subject_bytes + 4);
  EXPECT_LE(event->text.size(), EventLimits::text_bytes + 4);
  EXPECT_EQ(event->text.find_first_of("\r\n\x1b"), std::string::npos);
}

// --- whom it is told, and when

Book book_of(Contact contact, Level level = Level::info, std::string events = "*") {
  Book book;
  book.routes.push_back({"all", std::move(events), level, contact.name, true});
  book.contacts.push_back(std::move(contact));
  return book;
}

Contact anna() {
  Contact out;
  out.name = "anna";
  out.target = "anna@example.com";
  return out;
}

Event event_of(const char* name, std::uint64_t id = 1, Level level = Level::warning) {
  Event out;
  out.id = id;
  out.kind = name;
  out.level = level;
  out.subject = "alpha";
  out.text = "no answer";
  out.first_wall_ms = out.last_wall_ms = noon_ms;
  return out;
}

Outbox outbox_of(Book book) {
  Outbox out;
  out.use(std::make_shared<const Book>(std::move(book)));
  return out;
}

TEST(Outbox, RoutesSayWhoIsToldOfWhat) {
  Outbox outbox = outbox_of(book_of(anna(), Level::warning, "trunk.*"));
  outbox.add(at_s(0), event_of("guard.banned"));
  outbox.add(at_s(0), event_of("trunk.up", 2, Level::info));
  EXPECT_FALSE(outbox.take(at_s(60)));
  outbox.add(at_s(60), event_of("trunk.down", 3));
  EXPECT_FALSE(outbox.take(at_s(61))) << "others may join it";
  const auto message = outbox.take(at_s(62));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->events.size(), 1u);
  EXPECT_FALSE(outbox.take(at_s(62))) << "it is under way";
}

TEST(Outbox, ABurstIsOneMessageAndWhatComesMeanwhileTheNext) {
  Outbox outbox = outbox_of(book_of(anna()));
  for (std::uint64_t i = 0; i < 11; ++i) outbox.add(at_s(0), event_of("guard.banned", i));
  ASSERT_EQ(outbox.take(at_s(2))->events.size(), 11u);
  outbox.add(at_s(3), event_of("trunk.down", 12));
  EXPECT_FALSE(outbox.take(at_s(9)));
  outbox.done(at_s(9), "anna", Result::taken, {});
  EXPECT_EQ(outbox.take(at_s(9))->events.size(), 1u);
}

TEST(Outbox, AFloodOfAMillionEventsOfOneKindIsOneMessage) {
  Gather gather;
  Outbox outbox = outbox_of(book_of(anna()));
  std::size_t messages = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const Now now = at_s(i / 10'000);
    if (auto event = gather.add(now, kind("guard.banned"), "source " + std::to_string(i), "scanner"))
      outbox.add(now, *event);
    if (i % 1'000 == 0) {
      for (const Event& event : gather.grown(now)) outbox.grow(event);
      if (const auto message = outbox.take(now)) {
        ++messages;
        EXPECT_EQ(message->events.size(), Gather::subjects_of_kind + 1);
        EXPECT_GT(message->events.back().count, 10'000u);
        outbox.done(now, "anna", Result::taken, {});
      }
    }
  }
  EXPECT_EQ(messages, 1u);
}

TEST(Outbox, QuietHoursHoldBackAllButWhatIsCritical) {
  Contact contact = anna();
  contact.quiet = QuietHours::parse("11:00-13:00");
  Outbox outbox = outbox_of(book_of(contact));
  outbox.add(at_s(0), event_of("trunk.down"));
  EXPECT_FALSE(outbox.take(at_s(3'599)));
  const auto waited = outbox.take(at_s(3'600));
  ASSERT_TRUE(waited) << "13:00";
  outbox.done(at_s(3'600), "anna", Result::taken, {});
  outbox.add(at_s(0), event_of("trunk.down"));
  outbox.add(at_s(1), event_of("call.emergency", 2, Level::critical));
  const auto critical = outbox.take(at_s(1));
  ASSERT_TRUE(critical);
  EXPECT_EQ(critical->events.size(), 2u);
}

TEST(Outbox, QuietHoursGoOverMidnightByTheClockOnTheWall) {
  EXPECT_TRUE(QuietHours::parse("22:00-06:00")->contains(23 * 60));
  EXPECT_TRUE(QuietHours::parse("22:00-06:00")->contains(0));
  EXPECT_FALSE(QuietHours::parse("22:00-06:00")->contains(6 * 60));
  EXPECT_EQ(QuietHours::parse("22:00-06:00")->text(), "22:00-06:00");
  for (const char* wrong : {"", "22:00", "22:00-22:00", "25:00-06:00", "22:60-06:00", "24:00-06:00", "2200-0600   "})
    EXPECT_FALSE(QuietHours::parse(wrong)) << wrong;
  Contact contact = anna();
  contact.quiet = QuietHours::parse("14:00-15:00");
  Book book = book_of(contact);
  book.zone = std::make_shared<const schedule::Zone>(schedule::Zone::make("+2", 7'200, {}).value());
  Outbox outbox = outbox_of(std::move(book));
  outbox.add(at_s(0), event_of("trunk.down"));
  EXPECT_FALSE(outbox.take(at_s(60))) << "14:01 there";
}

TEST(Outbox, ADigestComesAsOftenAsItShouldAndCriticalEventsDoNotWaitForIt) {
  Contact contact = anna();
  contact.digest_min = 30;
  Outbox outbox = outbox_of(book_of(contact));
  for (std::uint64_t i = 0; i < 5; ++i)
    outbox.add(at_s(static_cast<std::int64_t>(i) * 60), event_of("guard.banned", i));
  EXPECT_FALSE(outbox.take(at_s(1'799)));
  EXPECT_EQ(outbox.take(at_s(1'800))->events.size(), 5u);
  outbox.done(at_s(1'800), "anna", Result::taken, {});
  outbox.add(at_s(1'801), event_of("call.emergency", 9, Level::critical));
  EXPECT_TRUE(outbox.take(at_s(1'801)));
}

TEST(Outbox, WhatFailsIsTriedAgainEverLaterAndGivenUpAtLast) {
  Outbox outbox = outbox_of(book_of(anna()));
  outbox.add(at_s(0), event_of("trunk.down"));
  std::int64_t second = 2;
  std::vector<std::int64_t> attempts;
  std::vector<Event> given_up;
  for (; second < 20'000 && given_up.empty(); ++second) {
    if (!outbox.take(at_s(second))) continue;
    attempts.push_back(second);
    given_up = outbox.done(at_s(second), "anna", Result::later, "it does not answer");
  }
  EXPECT_THAT(attempts, ::testing::ElementsAre(2, 12, 32, 72, 152, 312, 632, 1'272));
  ASSERT_EQ(given_up.size(), 1u);
  EXPECT_EQ(outbox.reached("anna").trouble, "it does not answer");
  EXPECT_EQ(outbox.outcomes().failed, 8u);
  EXPECT_EQ(outbox.outcomes().given_up, 1u);
  EXPECT_EQ(outbox.outcomes().delivered, 0u);
  EXPECT_EQ(outbox.waiting(), 0u);
  outbox.add(at_s(second), event_of("trunk.down", 2));
  ASSERT_TRUE(outbox.take(at_s(second + 2)));
  EXPECT_EQ(outbox.done(at_s(second + 2), "anna", Result::refused, "no such mailbox").size(), 1u) << "at once";
}

TEST(Outbox, WhatIsWithheldFromAContactIsGivenUpAndNotDelivered) {
  Outbox outbox = outbox_of(book_of(anna()));
  outbox.add(at_s(0), event_of("trunk.down", 1));
  outbox.add(at_s(0), event_of("money.refused-often", 2));
  const auto message = outbox.take(at_s(2));
  ASSERT_TRUE(message);
  ASSERT_EQ(message->events.size(), 2u);
  const auto given_up = outbox.done(at_s(3), "anna", Result::taken, "about its own calls", {message->events[1]});
  ASSERT_EQ(given_up.size(), 1u);
  EXPECT_EQ(given_up[0].id, 2u);
  EXPECT_EQ(outbox.outcomes().delivered, 1u);
  EXPECT_EQ(outbox.outcomes().given_up, 1u);
  EXPECT_EQ(outbox.outcomes().failed, 0u) << "the message was taken";
  const Reached reached = outbox.reached("anna");
  EXPECT_EQ(reached.trouble, "about its own calls");
  EXPECT_GT(reached.failed_wall_ms, 0);
  EXPECT_EQ(reached.taken_wall_ms, reached.failed_wall_ms);
  EXPECT_EQ(outbox.waiting(), 0u);
  outbox.add(at_s(10), event_of("trunk.down", 3));
  ASSERT_TRUE(outbox.take(at_s(12)));
  EXPECT_TRUE(outbox.done(at_s(13), "anna", Result::taken, {}).empty());
  EXPECT_EQ(outbox.reached("anna").trouble, "") << "all was told again";
}

TEST(Outbox, ACriticalEventDoesNotWaitBehindOneThatFails) {
  Outbox outbox = outbox_of(book_of(anna()));
  outbox.add(at_s(0), event_of("trunk.down"));
  for (const std::int64_t second : {2, 12, 32, 72}) {
    ASSERT_TRUE(outbox.take(at_s(second)));
    outbox.done(at_s(second), "anna", Result::later, "busy");
  }
  outbox.add(at_s(73), event_of("call.emergency", 2, Level::critical));
  const auto message = outbox.take(at_s(73));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->events.size(), 2u);
}

TEST(Outbox, IsBoundedAndDropsTheOldestThatIsNotCritical) {
  Outbox outbox = outbox_of(book_of(anna()));
  outbox.add(at_s(0), event_of("trunk.down", 1));
  ASSERT_TRUE(outbox.take(at_s(2)));  // and is never answered
  outbox.add(at_s(3), event_of("call.emergency", 2, Level::critical));
  for (std::uint64_t i = 0; i < 100'000; ++i) outbox.add(at_s(3), event_of("guard.banned", 3 + i));
  EXPECT_EQ(outbox.take_dropped(), 100'000 - EventLimits::digest_lines + 1);
  outbox.done(at_s(4), "anna", Result::taken, {});
  const auto message = outbox.take(at_s(4));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->events.size(), EventLimits::digest_lines);
  EXPECT_EQ(message->events.front().id, 2u);
  EXPECT_EQ(message->left_out, 100'000 - EventLimits::digest_lines + 1);
}

TEST(Outbox, SendsNoMoreThanItsShareAnHourButForWhatIsCritical) {
  Outbox outbox = outbox_of(book_of(anna()));
  std::size_t sent = 0;
  for (std::int64_t second = 0; second < 2'000; second += 4) {
    outbox.add(at_s(second), event_of("guard.banned", static_cast<std::uint64_t>(second)));
    if (outbox.take(at_s(second + 2))) {
      ++sent;
      outbox.done(at_s(second + 2), "anna", Result::taken, {});
    }
  }
  EXPECT_EQ(sent, EventLimits::messages_per_hour);
  outbox.add(at_s(2'001), event_of("call.emergency", 1, Level::critical));
  EXPECT_TRUE(outbox.take(at_s(2'001)));
}

TEST(Outbox, CallsNobodyMoreThanHisShareAnHourWhateverHappens) {
  Contact contact = anna();
  contact.way = Way::call;
  contact.target = "1000:1001";
  Outbox outbox = outbox_of(book_of(contact));
  std::uint32_t calls = 0;
  for (std::int64_t second = 0; second < 2'500; ++second) {
    outbox.add(at_s(second), event_of("call.emergency", static_cast<std::uint64_t>(second), Level::critical));
    if (!outbox.take(at_s(second))) continue;
    ++calls;
    outbox.done(at_s(second), "anna", Result::taken, {});
  }
  EXPECT_EQ(calls, EventLimits::calls_per_hour);
  const auto rest = outbox.take(at_s(4'000));
  ASSERT_TRUE(rest) << "the next hour";
  EXPECT_GT(rest->events.size(), 100u);
}

TEST(Outbox, ForgetsWhatWaitsForAContactThatIsGone) {
  Outbox outbox = outbox_of(book_of(anna()));
  outbox.add(at_s(0), event_of("trunk.down"));
  outbox.use(std::make_shared<const Book>());
  EXPECT_FALSE(outbox.take(at_s(9)));
  EXPECT_EQ(outbox.reached("anna").waiting, 0u);
}

TEST(Outbox, WhoeverCannotBeReachedIsNotToldSo) {
  Outbox outbox = outbox_of(book_of(anna()));
  Event event = event_of("event.undelivered");
  event.subject = "anna";
  outbox.add(at_s(0), event);
  EXPECT_FALSE(outbox.take(at_s(9)));
}

// --- words

// --- what is said

Message message_of(std::vector<Event> events) {
  return {"anna", std::move(events), 0, 0, false};
}

TEST(Spoken, SaysHowGraveItIsWhatItIsAboutAndWhereToLookTwice) {
  EXPECT_THAT(spoken_names(message_of({event_of("trunk.down"), event_of("trunk.untrusted", 2, Level::critical)})),
              ::testing::ElementsAre("event-critical", "event-about-trunk", "event-look", "event-critical",
                                     "event-about-trunk", "event-look"));
  EXPECT_EQ(spoken_names(message_of({event_of("trunk.down"), event_of("guard.banned", 2)}))[1], "event-about-many");
  EXPECT_EQ(spoken_names(message_of({event_of("later.kind")}))[1], "event-about-many") << "of another program";
  Message test = message_of({event_of("event.test")});
  test.test = true;
  EXPECT_THAT(spoken_names(test), ::testing::ElementsAre("event-test", "event-test"));
}

TEST(Spoken, NeverTellsByCallsOfTheCallsThatTell) {
  Event own = event_of("money.refused-often"), others = event_of("trunk.down", 2), redacted = event_of("phone.lost", 3);
  own.subject = "1000";
  others.subject = "provider";
  redacted.subject = "+49***";
  Message left = message_of({own, others, redacted});
  const std::vector<Event> taken = take_own(left, "1000", "+49***");
  ASSERT_EQ(left.events.size(), 1u);
  EXPECT_EQ(left.events[0].id, 2u);
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[0].subject, "1000");
  EXPECT_EQ(taken[1].subject, "+49***");
  Message test = message_of({own});
  test.test = true;
  EXPECT_TRUE(take_own(test, "1000", "1000").empty());
  EXPECT_EQ(test.events.size(), 1u);
}

TEST(Spoken, HasAWordForEveryKind) {
  const std::vector<std::string> known = spoken_vocabulary();
  for (const Kind& each : catalog())
    for (const std::string& name : spoken_names(message_of({event_of(each.name.data())})))
      EXPECT_THAT(known, ::testing::Contains(name)) << each.name;
}

TEST(Words, WhatStrangersWroteIsAValueAndNeverATemplate) {
  Event event = event_of("trunk.down");
  event.subject = "{system}{text}{time}";
  event.text = "{kind} {{subject}} %s %n ${jndi:x} {";
  const Filled filled = fill(event, {}, Language::en, "pbx.example.com");
  EXPECT_THAT(filled.subject, HasSubstr("{system}{text}{time}"));
  EXPECT_THAT(filled.text, HasSubstr("{kind} {{subject}} %s %n ${jndi:x} {"));
}

TEST(Words, TemplatesOfOperatorsReplaceOursByKindAndLanguage) {
  Book book;
  book.templates.push_back({"trunk.down", Language::de, "Leitung {subject} weg", "{text} um {time}\n"});
  EXPECT_EQ(fill(event_of("trunk.down"), book, Language::de, "x").subject, "Leitung alpha weg");
  EXPECT_EQ(fill(event_of("trunk.down"), book, Language::de, "x").text, "no answer um 2025-06-16 12:00:00 UTC\n");
  EXPECT_THAT(fill(event_of("trunk.down"), book, Language::en, "x").subject, HasSubstr("A trunk does not answer"));
  EXPECT_THAT(fill(event_of("trunk.up"), book, Language::de, "x").subject, HasSubstr("Ein Anschluss antwortet wieder"));
}

TEST(Words, TemplatesThatNameWhatThereIsNotAreRefused) {
  EXPECT_TRUE(check_template("{title} {subject}", "{text}\nat {time}"));
  EXPECT_THAT(check_template("{password}", "x").error(), HasSubstr("{password}"));
  EXPECT_FALSE(check_template("x", "{0.__class__}"));
  EXPECT_FALSE(check_template("x {title", "x"));
  EXPECT_FALSE(check_template("x\r\nBcc: me@example.com", "x"));
  EXPECT_FALSE(check_template("x", "a\x1b[2J"));
  EXPECT_FALSE(check_template("", "x"));
  EXPECT_FALSE(check_template("x", std::string(EventLimits::template_bytes + 1, 'x')));
  const std::string line(DocumentLimits::text_bytes, 'x');
  EXPECT_TRUE(check_template("x", line + "\n" + line));
  EXPECT_THAT(check_template("x", "a\n" + line + "x").error(), HasSubstr("a line of more than"));
}

TEST(Words, NoSubjectAddsAHeaderToALetter) {
  Event event = event_of("guard.banned");
  event.subject = "x\r\nBcc: victim@example.com\r\n\r\nbody\r\n.\r\n";
  event.text = "\r\n.\r\nMAIL FROM:<a@b>\r\n";
  const Filled filled = fill(event, {}, Language::en, "pbx.example.com\r\nX: 1");
  const std::string text = letter(filled, "pbx@example.com", "anna@example.com", "1", noon_ms);
  const std::string head = text.substr(0, text.find("\r\n\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Bcc")));
  std::istringstream lines(head);
  std::set<std::string> names;
  for (std::string line; std::getline(lines, line);)
    if (line.front() != ' ') names.insert(line.substr(0, line.find(':')));
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
                                                     "MIME-Version", "Content-Type", "Content-Transfer-Encoding"));
  EXPECT_EQ(text.find("\n."), std::string::npos) << "no line ends the letter";
  EXPECT_THAT(text, HasSubstr("Date: Mon, 16 Jun 2025 12:00:00 +0000\r\n"));
  for (std::size_t from = 0, to; (to = text.find("\r\n", from)) != std::string::npos; from = to + 2)
    EXPECT_LE(to - from, 78u);
}

TEST(Words, AMessageAboutManyIsBounded) {
  Message message{"anna", {}, 7, 0, false};
  for (std::uint64_t i = 0; i < EventLimits::digest_lines; ++i) {
    message.events.push_back(event_of("guard.banned", i));
    message.events.back().text = std::string(EventLimits::text_bytes, 'x');
  }
  const Filled filled = words_of(message, {}, anna(), "pbx");
  EXPECT_LE(filled.text.size(), EventLimits::message_bytes + 100);
  EXPECT_THAT(filled.text, HasSubstr("more stand in the list of events only"));
  EXPECT_THAT(filled.subject, HasSubstr("507 events"));
}

TEST(Words, ALineOfSyslogIsOneLineWithItsPriority) {
  Event event = event_of("trunk.down");
  event.subject = "a\"]\\b\nc";
  event.text = "x\n<0>1 forged";
  const std::string line = syslog_line(event, Language::en, "pbx example");
  EXPECT_THAT(
      line, ::testing::StartsWith("<132>1 2025-06-16T12:00:00.000Z pbx_example ringfence - trunk.down [event@32473 "));
  EXPECT_THAT(line, HasSubstr(R"(subject="a\"\]\\b c")"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  event.level = Level::critical;
  EXPECT_THAT(syslog_line(event, Language::en, "pbx"), ::testing::StartsWith("<130>1 "));
}

TEST(Words, AddressesAndTargetsAreReadStrictly) {
  const auto call = parse_call_target("1000:+491701234567");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->caller, "1000");
  EXPECT_EQ(call->number, "+491701234567");
  for (const char* wrong : {"", "1001", "1000:", ":1001", "1:1001", "anna:1001", "1000:+", "1000:1001;x", "1000:*21#",
                            "1000:1001:1002", "1000: 1001", "1234567890123456:1001"})
    EXPECT_FALSE(parse_call_target(wrong)) << wrong;
  EXPECT_FALSE(parse_call_target("1000:" + std::string(65, '1')));
  for (const char* fine : {"anna@example.com", "a.b+c@sub.example.com", "root@localhost"})
    EXPECT_TRUE(is_mail_address(fine)) << fine;
  for (const char* wrong :
       {"", "anna", "@example.com", "anna@", "a b@example.com", "a@b@c", "a@example.com\r\nBcc: x", "<a@example.com>",
        "a@exa mple.com", "-a@example.com", "a@-x.com", "a,b@example.com", "a@b..c"})
    EXPECT_FALSE(is_mail_address(wrong)) << wrong;
  EXPECT_EQ(parse_syslog_target("tls:logs.example.com:6514")->host, "logs.example.com");
  EXPECT_EQ(parse_syslog_target("udp:[2001:db8::1]:514")->host, "2001:db8::1");
  for (const char* wrong : {"", "tcp:x:1", "tls:x", "tls::1", "tls:x:0", "tls:x:65536", "udp:x y:1", "tls:[::1:1",
                            "tls:[192.0.2.1]:1", "tls:-o:1"})
    EXPECT_FALSE(parse_syslog_target(wrong)) << wrong;
}

}  // namespace
}  // namespace rf::event
