// Two people talk through one relay session, over a network that loses, delays, repeats and has strangers on it.
#include <gtest/gtest.h>

#include "core/media/injection.hpp"
#include "sim/talk/street.hpp"

namespace rf::talk {
namespace {

constexpr std::uint64_t seeds = 8;

Habits under(std::optional<srtp::Suite> suite) {
  Habits habits;
  habits.suite = suite;
  return habits;
}

/// With a certificate; its keys come by a handshake.
Habits certified(srtp::Suite suite, bool ice) {
  Habits habits = under(suite);
  habits.by_handshake = true;
  habits.ice = ice;
  return habits;
}

/// Whom a phone can be: in the clear, under three suites with keys or a certificate, each with and without a NAT; and
/// found by ICE.
std::vector<Habits> all_habits() {
  std::vector<Habits> out;
  for (const bool behind_nat : {false, true})
    for (const std::optional<srtp::Suite> suite :
         {std::optional<srtp::Suite>(), std::optional(srtp::Suite::aead_aes_256_gcm),
          std::optional(srtp::Suite::aes_cm_256_sha1_80), std::optional(srtp::Suite::aes_cm_128_sha1_32)}) {
      out.push_back(under(suite));
      out.back().behind_nat = behind_nat;
    }
  out.push_back(certified(srtp::Suite::aead_aes_256_gcm, false));
  out.push_back(certified(srtp::Suite::aes_cm_128_sha1_80, false));
  out.back().behind_nat = true;
  out.push_back(certified(srtp::Suite::aead_aes_128_gcm, true));
  out.push_back(under(srtp::Suite::aes_cm_256_sha1_80));
  out.back().ice = true;
  for (Habits& each : out) each.first_sequence = 65'000;
  return out;
}

const Habits gcm = under(srtp::Suite::aead_aes_256_gcm);
const Habits counter = under(srtp::Suite::aes_cm_128_sha1_80);
const Habits plain{};
const Habits browser = certified(srtp::Suite::aead_aes_128_gcm, true);

Weather weather(auto&& change) {
  Weather out;
  change(out);
  return out;
}

/// What holds in every street: nobody hears what the other did not say, and nobody else gets to hear it.
void expect_private(const Verdict& v) {
  for (const Heard& heard : v.heard) EXPECT_EQ(heard.foreign, 0u);
  EXPECT_EQ(v.to_strangers, 0u);
  EXPECT_EQ(v.strangers_greeted, 0u);
}

void for_each_seed(const std::array<Habits, 2>& habits, const Weather& weather, auto&& expect,
                   std::uint64_t count = seeds) {
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Verdict v = Street(seed, habits, weather).run();
    expect_private(v);
    expect(v);
  }
}

TEST(Talk, EveryPairOfPhonesHearsAllThatTheNetworkDoesNotLose) {
  const Weather shorter = weather([](Weather& w) { w.length_ms = 20'000; });
  std::uint64_t seed = 0;
  for (const Habits& a : all_habits())
    for (const Habits& b : all_habits()) {
      const Verdict v = Street(++seed, {a, b}, shorter).run();
      SCOPED_TRACE("seed " + std::to_string(seed));
      expect_private(v);
      // Checks and handshakes take their time, in which nothing passes.
      const bool late = a.ice || b.ice || a.by_handshake || b.by_handshake;
      for (unsigned i = 0; i < 2; ++i) {
        EXPECT_GT(v.share(i), late ? 900u : 960u);
        EXPECT_LT(v.heard[i].longest_silence_ms, late ? 1'700 : 200);
        EXPECT_GT(v.heard[i].reports, late ? 12u : 15u);
      }
      EXPECT_GT(v.forged, 1'000u);
      EXPECT_GT(v.repeated, 1'000u);
    }
}

TEST(Talk, ABadNetworkCostsWhatItLosesAndNothingMore) {
  const Weather bad = weather([](Weather& w) {
    w.loss = w.duplication = 50;
    w.delay_max_ms = 120;
  });
  for_each_seed({gcm, counter}, bad, [](const Verdict& v) {
    // Of 1,000 words 902 come over both ways.
    for (unsigned i = 0; i < 2; ++i) EXPECT_GT(v.share(i), 880u);
  });
}

TEST(Talk, WhatStrangersSendIsCountedAndMovesNothing) {
  const Weather crowded = weather([](Weather& w) {
    w.forge_every_ms = w.repeat_every_ms = 1;
    w.outrun_every_ms = 2'000;
  });
  for_each_seed(
      {gcm, counter}, crowded,
      [](const Verdict& v) {
        for (unsigned i = 0; i < 2; ++i) {
          EXPECT_GT(v.share(i), 960u);
          EXPECT_GT(v.report.legs[i].refused_proof, 10'000u);
          EXPECT_GT(v.report.legs[i].refused_replay, 10'000u);
        }
      },
      2);
}

TEST(Talk, ABadNetworkAndNewKeysAreNoAttackAndStrangersAreOne) {
  const Weather honest = weather([](Weather& w) {
    w.loss = w.duplication = 50;
    w.delay_max_ms = 120;
    w.rekey_every_ms = 15'000;
    w.forge_every_ms = w.repeat_every_ms = w.outrun_every_ms = 0;
  });
  const std::int64_t seconds = honest.length_ms / 1'000;
  for_each_seed({gcm, counter}, honest, [&](const Verdict& v) {
    EXPECT_GT(v.rekeys, 2u);
    for (const media::LegStatistics& leg : v.report.legs) {
      EXPECT_GT(leg.refused_replay, 50u) << "it has something to be taken for an attack";
      EXPECT_EQ(media::injection_of(leg, seconds), "");
    }
  });
  const Weather crowded = weather([](Weather& w) { w.outrun_every_ms = 0; });
  for_each_seed({gcm, counter}, crowded, [&](const Verdict& v) {
    for (const media::LegStatistics& leg : v.report.legs)
      EXPECT_NE(media::injection_of(leg, seconds).find("packets without proof"), std::string::npos);
  });
}

/// What the phone says is heard from its new place at once; what it hears comes there when its old one is silent.
TEST(Talk, APhoneThatItsNatMovesGoesOnWithoutSignalling) {
  Habits moving = gcm;
  moving.behind_nat = true;
  moving.move_every_ms = 10'000;
  const Weather quiet = weather([](Weather& w) { w.forge_every_ms = w.repeat_every_ms = w.outrun_every_ms = 0; });
  for_each_seed({moving, counter}, quiet, [](const Verdict& v) {
    EXPECT_GT(v.moves, 2u);
    EXPECT_LT(v.heard[1].longest_silence_ms, 200);
    EXPECT_LT(v.heard[0].longest_silence_ms, 1'000);
    EXPECT_GT(v.heard[0].reports, 40u) << "its reports find the new place, too";
  });
  // Where words overtake each other, and somebody repeats them.
  const Weather bad = weather([](Weather& w) {
    w.loss = 50;
    w.delay_max_ms = 80;
  });
  for_each_seed({moving, counter}, bad, [](const Verdict& v) { EXPECT_LT(v.heard[0].longest_silence_ms, 3'000); });
}

/// By its next two checks: one finds the new place, one chooses it.
TEST(Talk, ABrowserThatItsNatMovesGoesOnByItsChecks) {
  Habits moving = browser;
  moving.move_every_ms = 10'000;
  for (const Habits& other : {counter, browser, plain})
    for_each_seed({moving, other}, {}, [](const Verdict& v) {
      EXPECT_GT(v.moves, 2u);
      for (const Heard& heard : v.heard) EXPECT_LT(heard.longest_silence_ms, 2'500);
      EXPECT_GT(v.heard[0].reports, 40u);
    });
}

TEST(Talk, APhoneWithACertificateIsFollowedAsOneWithKeysIs) {
  Habits moving = certified(srtp::Suite::aead_aes_256_gcm, false);
  moving.behind_nat = true;
  moving.move_every_ms = 10'000;
  const Weather quiet = weather([](Weather& w) { w.forge_every_ms = w.repeat_every_ms = w.outrun_every_ms = 0; });
  for_each_seed({moving, counter}, quiet, [](const Verdict& v) {
    EXPECT_GT(v.moves, 2u);
    for (const Heard& heard : v.heard) EXPECT_LT(heard.longest_silence_ms, 1'000);
  });
}

/// Nothing but a description moves it: nobody could tell it from a stranger.
TEST(Talk, APhoneInTheClearThatGoesWithoutAWordIsNotFollowed) {
  for (const bool behind_nat : {false, true}) {
    Habits silent = plain;
    silent.behind_nat = behind_nat;
    silent.move_every_ms = 10'000;
    silent.tells_of_moves = false;
    for_each_seed({silent, counter}, {}, [](const Verdict& v) {
      EXPECT_GT(v.moves, 2u);
      // It goes after 15 seconds at the latest.
      for (const Heard& heard : v.heard) EXPECT_LT(heard.words, 15'100u / 20);
      EXPECT_GT(v.report.legs[0].refused_source, 1'000u);
    });
  }
}

TEST(Talk, WhatComesFromBehindTheWindowIsNotHeardAgain) {
  const Weather slow = weather([](Weather& w) {
    w.stragglers = 100;
    w.duplication = 0;
    w.forge_every_ms = w.repeat_every_ms = w.outrun_every_ms = 0;
  });
  for (const Habits& one : {gcm, browser, certified(srtp::Suite::aes_cm_128_sha1_80, false)})
    for_each_seed({one, counter}, slow, [](const Verdict& v) {
      EXPECT_GT(v.stragglers, 400u);
      for (unsigned i = 0; i < 2; ++i) {
        EXPECT_EQ(v.heard[i].twice, 0u);
        EXPECT_EQ(v.heard[i].refused, 0u) << "it does not leave us either";
        EXPECT_GT(v.report.legs[i].refused_replay, 200u);
      }
    });
}

TEST(Talk, APhoneInTheClearIsFollowedWhenItsDescriptionSaysSo) {
  Habits moving = plain;
  moving.move_every_ms = 10'000;
  for_each_seed({moving, counter}, {}, [](const Verdict& v) {
    for (const Heard& heard : v.heard) EXPECT_LT(heard.longest_silence_ms, 1'300);
  });
}

TEST(Talk, KeysChangeWithoutASilence) {
  for_each_seed({gcm, counter}, weather([](Weather& w) { w.rekey_every_ms = 3'000; }), [](const Verdict& v) {
    EXPECT_GT(v.rekeys, 10u);
    for (unsigned i = 0; i < 2; ++i) {
      EXPECT_GT(v.share(i), 950u);
      EXPECT_LT(v.heard[i].longest_silence_ms, 250);
    }
  });
}

/// With an old SSRC's late packets and recordings between. Numbers that turn back by less than a hundred would be taken
/// for late ones until they are ahead again, two seconds at most; one new number in 650 is such.
TEST(Talk, StreamsThatBeginAnewGoOn) {
  Habits other_ssrc = gcm, other_numbers = plain;
  other_ssrc.restart_every_ms = 8'000;
  other_numbers.renumber_every_ms = 8'000;
  for (const Habits& other : {gcm, plain})
    for (const Habits& restless : {other_ssrc, other_numbers})
      for_each_seed({restless, other}, {}, [](const Verdict& v) {
        EXPECT_GT(v.share(1), 920u);
        EXPECT_LT(v.heard[1].longest_silence_ms, 2'200);
      });
}

/// 40 minutes are 120,000 words: the numbers go over zero twice, and keys change in between.
TEST(Talk, ALongCallGoesOverTheRollover) {
  Habits late = counter;
  late.first_sequence = 65'500;
  const Weather lasting = weather([](Weather& w) {
    w.length_ms = 40 * 60'000;
    w.rekey_every_ms = 600'000;
    w.forge_every_ms = w.repeat_every_ms = 50;
  });
  const Verdict v = Street(1, {gcm, late}, lasting).run();
  expect_private(v);
  for (unsigned i = 0; i < 2; ++i) {
    EXPECT_GT(v.share(i), 970u);
    EXPECT_LT(v.heard[i].longest_silence_ms, 300);
  }
}

/// The numbers go over zero while a third of all is lost, and while for three seconds nothing arrives at all.
TEST(Talk, LossAroundTheRolloverLosesNoMoreThanItself) {
  Habits late = counter, late_browser = browser;
  late.first_sequence = late_browser.first_sequence = 65'036;  // ten seconds before
  const Weather torn = weather([](Weather& w) {
    w.length_ms = 25'000;
    w.loss = 300;
  });
  const Weather black = weather([](Weather& w) {
    w.length_ms = 25'000;
    w.blackout_from_ms = 8'500;
    w.blackout_ms = 3'000;
  });
  for (const std::array<Habits, 2>& both : {std::array{gcm, late}, std::array{late_browser, late}}) {
    for_each_seed(both, torn, [](const Verdict& v) {
      for (unsigned i = 0; i < 2; ++i) EXPECT_GT(v.share(i), 400u);  // of 1,000 words 490 come over both ways
    });
    for_each_seed(both, black, [](const Verdict& v) {
      for (unsigned i = 0; i < 2; ++i) {
        EXPECT_GT(v.share(i), 800u);
        EXPECT_LT(v.heard[i].longest_silence_ms, 3'500);
      }
    });
  }
}

TEST(Talk, TheSameSeedGivesTheSameConversation) {
  const Verdict a = Street(5, {gcm, plain}, {}).run(), b = Street(5, {gcm, plain}, {}).run();
  for (unsigned i = 0; i < 2; ++i) {
    EXPECT_EQ(a.heard[i].words, b.heard[i].words);
    EXPECT_EQ(a.report.legs[i].refused_proof, b.report.legs[i].refused_proof);
  }
}

}  // namespace
}  // namespace rf::talk
