#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <cmath>

#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

rc::Gen<Address> any_address() {
  return rc::gen::oneOf(rc::gen::just(Address{}), rc::gen::map(rc::gen::arbitrary<std::uint32_t>(), Address::v4),
                        rc::gen::map(rc::gen::arbitrary<std::array<std::uint8_t, 16>>(), Address::from_bytes));
}

Endpoint any_endpoint() {
  return {*any_address(), *rc::gen::arbitrary<std::uint16_t>()};
}

Transport any_transport() {
  return static_cast<Transport>(*rc::gen::inRange(0, 5));
}

double any_number() {
  return *rc::gen::suchThat(rc::gen::arbitrary<double>(), [](double d) { return std::isfinite(d); });
}

record::Binding any_binding(ExtensionId extension) {
  record::Binding binding;
  binding.extension = extension;
  binding.contact_key = *rc::gen::nonEmpty(rc::gen::arbitrary<std::string>());
  binding.contact = *rc::gen::arbitrary<std::string>();
  binding.path = *rc::gen::arbitrary<std::vector<std::string>>();
  binding.flow = {ListenerId{*rc::gen::arbitrary<std::uint64_t>()}, any_transport(),
                  ConnectionId{*rc::gen::arbitrary<std::uint64_t>()}, any_endpoint(), any_endpoint()};
  binding.call_id = *rc::gen::arbitrary<std::string>();
  binding.cseq = *rc::gen::arbitrary<std::uint32_t>();
  binding.user_agent = *rc::gen::arbitrary<std::string>();
  binding.registered_wall_ms = *rc::gen::arbitrary<std::int64_t>();
  binding.expires_wall_ms = *rc::gen::inRange<std::int64_t>(1, INT64_MAX);
  return binding;
}

media::LegStatistics any_leg() {
  media::LegStatistics leg;
  leg.packets = *rc::gen::arbitrary<std::uint64_t>();
  leg.bytes = *rc::gen::arbitrary<std::uint64_t>();
  leg.lost = *rc::gen::arbitrary<std::uint64_t>();
  leg.rtcp_packets = *rc::gen::arbitrary<std::uint64_t>();
  leg.events = *rc::gen::arbitrary<std::uint64_t>();
  leg.jitter_ms = any_number();
  leg.mos = any_number();
  leg.refused_source = *rc::gen::arbitrary<std::uint64_t>();
  leg.refused_shape = *rc::gen::arbitrary<std::uint64_t>();
  leg.last_refused = *any_address();
  leg.refused_proof = *rc::gen::arbitrary<std::uint64_t>();
  leg.refused_replay = *rc::gen::arbitrary<std::uint64_t>();
  leg.protection = static_cast<media::Protection>(*rc::gen::inRange(0, 3));
  if (*rc::gen::arbitrary<bool>())
    leg.suite = static_cast<srtp::Suite>(*rc::gen::inRange<int>(0, static_cast<int>(srtp::suite_count)));
  return leg;
}

record::Cdr any_cdr() {
  record::Cdr cdr;
  cdr.id = *rc::gen::nonEmpty(rc::gen::arbitrary<std::string>());
  cdr.tenant = TenantId{*rc::gen::arbitrary<std::uint64_t>()};
  cdr.caller = ExtensionId{*rc::gen::arbitrary<std::uint64_t>()};
  cdr.caller_number = *rc::gen::arbitrary<std::string>();
  cdr.dialled = *rc::gen::arbitrary<std::string>();
  cdr.callee = ExtensionId{*rc::gen::arbitrary<std::uint64_t>()};
  cdr.caller_transport = any_transport();
  cdr.callee_transport = any_transport();
  cdr.caller_address = *any_address();
  cdr.started_wall_ms = *rc::gen::arbitrary<std::int64_t>();
  cdr.answered_wall_ms = *rc::gen::arbitrary<std::int64_t>();
  cdr.ended_wall_ms = *rc::gen::arbitrary<std::int64_t>();
  cdr.result = static_cast<record::CallResult>(*rc::gen::inRange(0, 11));
  cdr.ended_by = static_cast<record::EndedBy>(*rc::gen::inRange(0, 5));
  cdr.sip_status = *rc::gen::arbitrary<std::uint16_t>();
  cdr.attempts = *rc::gen::inRange<std::uint32_t>(1, 1u << 31);
  cdr.reason = *rc::gen::arbitrary<std::string>();
  cdr.decision = *rc::gen::arbitrary<std::string>();
  cdr.media = {any_leg(), any_leg()};
  return cdr;
}

class Records : public Scratch {
 protected:
  Records() : store_(open_store()), accounts_(add_extensions(store_, 3)) {}

  void write(std::vector<Write> writes) {
    auto writer = start_writer();
    for (Write& one : writes) ASSERT_TRUE(writer->push(std::move(one)));
    ASSERT_TRUE(writer->flush(60'000));
    ASSERT_EQ(writer->statistics().refused, 0u);
  }
  /// The numbers of the calls, in the order they were found.
  std::vector<std::uint64_t> found(const CdrFilter& filter) {
    std::vector<std::uint64_t> numbers;
    const auto cdrs = store_.find_cdrs(filter);
    EXPECT_TRUE(cdrs);
    for (const record::Cdr& cdr : *cdrs) numbers.push_back(std::stoull(cdr.id.substr(4)));
    return numbers;
  }

  Store store_;
  std::vector<Account> accounts_;
};

TEST_F(Records, AnyBindingComesBackAsItWas) {
  auto writer = start_writer({.group_window_ms = 0});
  EXPECT_TRUE(rc::check([&] {
    const record::Binding binding = any_binding(accounts_[0].id);
    writer->push(effect::StoreBinding{0, binding});
    RC_ASSERT(writer->flush(60'000));
    const auto loaded = store_.load_bindings(0);
    RC_ASSERT(loaded.has_value());
    RC_ASSERT(loaded->size() == 1u);
    RC_ASSERT(same(loaded->front(), binding));
    writer->push(effect::DropBinding{0, binding.extension, binding.contact_key});
    RC_ASSERT(writer->flush(60'000));
    RC_ASSERT(store_.counts()->bindings == 0u);
  }));
}

TEST_F(Records, AnyCdrComesBackAsItWasOpenedAndAsItWasClosed) {
  auto writer = start_writer({.group_window_ms = 0});
  std::uint64_t calls = 0;
  EXPECT_TRUE(rc::check([&] {
    record::Cdr cdr = any_cdr();
    cdr.id = fmt::format("{}-{}", ++calls, cdr.id);
    writer->push(effect::OpenCdr{0, cdr});
    RC_ASSERT(writer->flush(60'000));
    auto found = store_.find_cdr(cdr.id);
    RC_ASSERT(found.has_value());
    RC_ASSERT(same(*found, cdr));
    record::Cdr closed = any_cdr();
    closed.id = cdr.id;
    closed.started_wall_ms = cdr.started_wall_ms;
    writer->push(effect::CloseCdr{closed});
    RC_ASSERT(writer->flush(60'000));
    found = store_.find_cdr(cdr.id);
    RC_ASSERT(found.has_value());
    RC_ASSERT(same(*found, closed));
  }));
  EXPECT_EQ(store_.count_cdrs({}).value(), calls);
}

TEST_F(Records, ABindingReplacesTheOneWithItsKeyAndNoOther) {
  record::Binding renewed = binding_of(accounts_[0].id);
  renewed.cseq = 7;
  renewed.expires_wall_ms += 5;
  write({effect::StoreBinding{0, binding_of(accounts_[0].id)}, effect::StoreBinding{0, binding_of(accounts_[1].id)},
         effect::StoreBinding{0, binding_of(accounts_[0].id, "sip:other@192.0.2.8")},
         effect::StoreBinding{0, renewed}});
  const auto loaded = store_.load_bindings(day);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 3u);
  EXPECT_TRUE(std::any_of(loaded->begin(), loaded->end(), [&](const auto& b) { return same(b, renewed); }));
}

TEST_F(Records, ExpiredBindingsAreNotLoaded) {
  record::Binding expired = binding_of(accounts_[1].id);
  expired.expires_wall_ms = day + 10;
  write({effect::StoreBinding{0, binding_of(accounts_[0].id)}, effect::StoreBinding{0, expired}});
  EXPECT_EQ(store_.load_bindings(day + 9)->size(), 2u);
  const auto loaded = store_.load_bindings(day + 10);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 1u);
  EXPECT_EQ(loaded->front().extension, accounts_[0].id);
  EXPECT_EQ(store_.counts()->bindings, 2u);
}

TEST_F(Records, BindingsThatExpiredLongAgoAreSweptAway) {
  record::Binding fresh = binding_of(accounts_[1].id);
  fresh.registered_wall_ms = day + 2 * 86'400'000;
  fresh.expires_wall_ms = fresh.registered_wall_ms + 600'000;
  write({effect::StoreBinding{0, binding_of(accounts_[0].id)}, effect::StoreBinding{0, fresh}});
  // What an hour's registration proves is not enough to forget the other, whatever the clock says.
  ASSERT_TRUE(store_.sweep_bindings(day + 86'400'000));
  EXPECT_EQ(store_.counts()->bindings, 2u);
  ASSERT_TRUE(store_.sweep_bindings(fresh.registered_wall_ms));
  EXPECT_EQ(store_.counts()->bindings, 1u);
}

TEST_F(Records, AClockThatIsAheadAtStartCostsNobodyARegistration) {
  write({effect::StoreBinding{0, binding_of(accounts_[0].id)}, effect::StoreBinding{0, binding_of(accounts_[1].id)}});
  const std::int64_t years_ahead = day + 10'000 * std::int64_t{86'400'000};
  ASSERT_TRUE(store_.sweep_bindings(years_ahead));
  EXPECT_EQ(store_.load_bindings(years_ahead)->size(), 0u);
  // Started again with the clock set right.
  ASSERT_TRUE(store_.sweep_bindings(day));
  EXPECT_EQ(store_.load_bindings(day)->size(), 2u);
}

TEST_F(Records, AnExpiredBindingDoesNotBringBackTheLongerOneItReplaced) {
  record::Binding shortened = binding_of(accounts_[0].id);
  shortened.expires_wall_ms = day + 10;
  write({effect::StoreBinding{0, binding_of(accounts_[0].id)}, effect::StoreBinding{0, shortened}});
  EXPECT_EQ(store_.load_bindings(day + 10)->size(), 0u);
  // Two days on by another phone's registration: the short one goes, and the long one with it.
  record::Binding later = binding_of(accounts_[1].id);
  later.registered_wall_ms = later.expires_wall_ms = day + 2 * 86'400'000;
  write({effect::StoreBinding{0, later}});
  ASSERT_TRUE(store_.sweep_bindings(day + 2 * 86'400'000));
  EXPECT_EQ(store_.load_bindings(day)->size(), 1u);
  EXPECT_EQ(store_.load_bindings(day)->front().extension, accounts_[1].id);
}

TEST_F(Records, ABindingThatComesAfterItsExtensionIsGoneDoesNotCount) {
  ASSERT_TRUE(store_.remove_extension(default_tenant, "1002"));
  write({effect::StoreBinding{0, binding_of(accounts_[0].id)}, effect::StoreBinding{0, binding_of(accounts_[1].id)}});
  EXPECT_EQ(store_.counts()->bindings, 1u);
  EXPECT_EQ(store_.load_bindings(day)->size(), 1u);
}

TEST_F(Records, BindingsAreDroppedOneOrAllOfAnExtension) {
  write({effect::StoreBinding{0, binding_of(accounts_[0].id, "sip:a@192.0.2.1")},
         effect::StoreBinding{0, binding_of(accounts_[0].id, "sip:b@192.0.2.1")},
         effect::StoreBinding{0, binding_of(accounts_[0].id, "sip:c@192.0.2.1")},
         effect::StoreBinding{0, binding_of(accounts_[1].id, "sip:a@192.0.2.1")}});
  EXPECT_EQ(store_.drop_bindings(accounts_[0].id, "sip:a@192.0.2.1").value(), 1u);
  EXPECT_EQ(store_.drop_bindings(accounts_[0].id, "sip:a@192.0.2.1").value(), 0u);
  EXPECT_EQ(store_.drop_bindings(accounts_[0].id, "").value(), 2u);
  EXPECT_EQ(store_.counts()->bindings, 1u);
}

TEST_F(Records, ACallHasOneCdrHoweverOftenItIsClosed) {
  write({effect::OpenCdr{0, open_cdr(1)}, effect::CloseCdr{closed_cdr(1)}, effect::CloseCdr{closed_cdr(1)},
         effect::CloseCdr{closed_cdr(2)}});
  EXPECT_EQ(store_.count_cdrs({}).value(), 2u);
  EXPECT_TRUE(same(store_.find_cdr(closed_cdr(1).id).value(), closed_cdr(1)));
  // A call that was refused before it was opened is written when it is closed.
  EXPECT_TRUE(same(store_.find_cdr(closed_cdr(2).id).value(), closed_cdr(2)));
  EXPECT_EQ(store_.find_cdr("nothing").error().fault, Fault::not_found);
}

TEST_F(Records, WhatACrashLeftOpenIsClosedAsInterruptedOnce) {
  write({effect::OpenCdr{0, open_cdr(1)}, effect::OpenCdr{0, open_cdr(2)}, effect::CloseCdr{closed_cdr(2)},
         effect::OpenCdr{0, open_cdr(3)}});
  EXPECT_EQ(store_.counts()->open_cdrs, 2u);
  EXPECT_EQ(store_.close_interrupted_cdrs(day + 99).value(), 2u);
  EXPECT_EQ(store_.close_interrupted_cdrs(day + 100).value(), 0u);
  EXPECT_EQ(store_.counts()->open_cdrs, 0u);
  const auto interrupted = store_.find_cdr(open_cdr(1).id);
  ASSERT_TRUE(interrupted);
  EXPECT_EQ(interrupted->result, record::CallResult::interrupted);
  EXPECT_EQ(interrupted->ended_by, record::EndedBy::system);
  EXPECT_EQ(interrupted->ended_wall_ms, day + 99);
  EXPECT_FALSE(interrupted->reason.empty());
  EXPECT_TRUE(same(store_.find_cdr(closed_cdr(2).id).value(), closed_cdr(2)));
}

TEST_F(Records, CdrsAreFoundByEveryFilterNewestFirst) {
  record::Cdr busy = closed_cdr(2), other_tenant = closed_cdr(3), to_third = closed_cdr(4), odd = closed_cdr(5);
  busy.result = record::CallResult::busy;
  other_tenant.tenant = TenantId{2};
  to_third.caller = ExtensionId{2};
  to_third.callee = ExtensionId{3};
  to_third.caller_number = "1002";
  to_third.dialled = "1003";
  odd.dialled = "' OR 1=1 --\xff";
  write({effect::OpenCdr{0, open_cdr(1)}, effect::CloseCdr{busy}, effect::CloseCdr{other_tenant},
         effect::CloseCdr{to_third}, effect::CloseCdr{odd}});
  using Numbers = std::vector<std::uint64_t>;
  EXPECT_EQ(found({}), (Numbers{5, 4, 3, 2, 1}));
  EXPECT_EQ(found({.from_wall_ms = day + 3'000}), (Numbers{5, 4, 3}));
  EXPECT_EQ(found({.to_wall_ms = day + 3'000}), (Numbers{2, 1}));
  EXPECT_EQ(found({.from_wall_ms = day + 2'000, .to_wall_ms = day + 4'000}), (Numbers{3, 2}));
  EXPECT_EQ(found({.tenant = TenantId{2}}), (Numbers{3}));
  EXPECT_EQ(found({.extension = ExtensionId{3}}), (Numbers{4}));
  EXPECT_EQ(found({.extension = ExtensionId{2}}), (Numbers{5, 4, 3, 2, 1}));
  EXPECT_EQ(found({.tenant = default_tenant, .extension = ExtensionId{1}}), (Numbers{5, 2, 1}));
  EXPECT_EQ(found({.number = "1003"}), (Numbers{4}));
  EXPECT_EQ(found({.number = odd.dialled}), (Numbers{5}));
  EXPECT_EQ(found({.number = "' OR 1=1 --"}), (Numbers{}));
  EXPECT_EQ(found({.result = record::CallResult::busy}), (Numbers{2}));
  EXPECT_EQ(found({.result = record::CallResult::open}), (Numbers{1}));
  EXPECT_EQ(found({.limit = 2}), (Numbers{5, 4}));
  EXPECT_EQ(found({.limit = 2, .offset = 2}), (Numbers{3, 2}));
  EXPECT_EQ(found({.limit = 0, .offset = 4}), (Numbers{1}));
  EXPECT_EQ(store_.count_cdrs({.number = "1001", .limit = 1, .offset = 3}).value(), 4u);
}

TEST_F(Records, AVisitEndsWhenItIsToldTo) {
  write({effect::CloseCdr{closed_cdr(1)}, effect::CloseCdr{closed_cdr(2)}, effect::CloseCdr{closed_cdr(3)}});
  int seen = 0;
  EXPECT_TRUE(store_.visit_cdrs({}, [&](const record::Cdr&) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
}

TEST_F(Records, ANumberThatIsNoneIsStoredAsZero) {
  record::Cdr cdr = closed_cdr(1);
  cdr.media[0].jitter_ms = std::nan("");
  cdr.media[1].mos = HUGE_VAL;
  write({effect::CloseCdr{cdr}});
  const auto found = store_.find_cdr(cdr.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->media[0].jitter_ms, 0);
  EXPECT_EQ(found->media[1].mos, 0);
}

}  // namespace
}  // namespace rf::store
