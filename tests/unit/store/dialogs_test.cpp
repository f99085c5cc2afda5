// What a start finds of calls that ran when the process died, and of gateways that were registered.
#include <gmock/gmock.h>

#include "tests/unit/store/scratch.hpp"

namespace rf::store {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

record::OpenDialog dialog_of(const std::string& call, std::uint8_t side) {
  record::OpenDialog out;
  out.call = call;
  out.side = side;
  out.trunk = TrunkId{side == 1 ? 7u : 0u};
  out.extension = ExtensionId{side == 0 ? 3u : 0u};
  out.call_id = "a\\b\x01" + call;
  out.local_tag = "ours";
  out.remote_tag = "theirs";
  out.local_party = "\"J\xc3\xb6rg\" <sip:1001@office>";
  out.remote_party = "<sip:+4930@carrier>";
  out.remote_target = "sip:node-3@carrier:5070";
  out.routes = "<sip:edge.carrier;lr>, <sip:core.carrier;lr>";
  out.local_cseq = 4'000'000'000;
  out.flow = {
      ListenerId{2}, Transport::tls, {}, *Endpoint::parse("192.0.2.1:5061"), *Endpoint::parse("[2001:db8::7]:5061")};
  out.began_wall_ms = day;
  return out;
}

void expect_same(const record::OpenDialog& x, const record::OpenDialog& y) {
  const auto tie = [](const record::OpenDialog& of) {
    const auto& [call, side, trunk, extension, call_id, local_tag, remote_tag, local, remote, target, routes, cseq,
                 flow, began] = of;
    return std::tie(call, side, trunk, extension, call_id, local_tag, remote_tag, local, remote, target, routes, cseq,
                    began);
  };
  EXPECT_TRUE(tie(x) == tie(y));
  EXPECT_EQ(x.flow, y.flow);
}

record::GatewayBinding gateway_of(std::uint64_t trunk) {
  return {
      TrunkId{trunk},
      "gate way\n",
      "sip:gw@198.51.100.7;x=\x02",
      {ListenerId{1}, Transport::udp, {}, *Endpoint::parse("192.0.2.1:5060"), *Endpoint::parse("198.51.100.7:5062")},
      "reg-1",
      4'000'000'000,
      day + 300'000};
}

struct Dialogs : Scratch {
  std::vector<record::OpenDialog> dialogs(std::size_t most = 100) { return store.load_dialogs(most).value(); }
  Store store = open_store();
  seal::Vault vault_{seal::Vault::Key{7}};
};

TEST_F(Dialogs, AreThereWithTheirRecordAndGoneWithItsEnd) {
  auto writer = start_writer();
  record::Cdr open = open_cdr(1);
  ASSERT_TRUE(writer->push(effect::OpenCdr{1, open, {dialog_of(open.id, 0), dialog_of(open.id, 1)}}));
  ASSERT_TRUE(writer->push(effect::OpenCdr{2, open_cdr(2), {dialog_of(open_cdr(2).id, 1)}}));
  ASSERT_TRUE(writer->flush(60'000));
  const auto found = dialogs();
  ASSERT_THAT(found, SizeIs(3));
  for (const record::OpenDialog& each : found) expect_same(each, dialog_of(each.call, each.side));
  ASSERT_TRUE(writer->push(effect::CloseCdr{closed_cdr(1)}));
  ASSERT_TRUE(writer->flush(60'000));
  ASSERT_THAT(dialogs(), SizeIs(1));
  EXPECT_EQ(dialogs().front().call, open_cdr(2).id);
}

TEST_F(Dialogs, OutliveThatTheirRecordIsClosedAsInterruptedUntilEachWasEnded) {
  auto writer = start_writer();
  const std::string call = open_cdr(1).id;
  ASSERT_TRUE(writer->push(effect::OpenCdr{1, open_cdr(1), {dialog_of(call, 0), dialog_of(call, 1)}}));
  ASSERT_TRUE(writer->flush(60'000));
  ASSERT_EQ(store.close_interrupted_cdrs(day).value(), 1u);
  ASSERT_THAT(dialogs(), SizeIs(2)) << "a start that dies at once has told nobody";
  ASSERT_TRUE(writer->push(effect::ForgetDialog{call, 1}));
  ASSERT_TRUE(writer->flush(60'000));
  ASSERT_THAT(dialogs(), SizeIs(1));
  EXPECT_EQ(dialogs().front().side, 0);
}

TEST_F(Dialogs, OfMoreThanMayBeEndedTheOldestAreForgotten) {
  auto writer = start_writer();
  for (std::uint64_t i = 1; i <= 10; ++i) {
    record::OpenDialog one = dialog_of(open_cdr(i).id, 1);
    one.began_wall_ms += static_cast<std::int64_t>(i);
    ASSERT_TRUE(writer->push(effect::OpenCdr{i, open_cdr(i), {one}}));
  }
  ASSERT_TRUE(writer->flush(60'000));
  ASSERT_THAT(dialogs(4), SizeIs(4));
  EXPECT_EQ(dialogs().front().call, open_cdr(10).id);
  EXPECT_THAT(dialogs(), SizeIs(4)) << "the others are gone";
}

TEST_F(Dialogs, GatewaysAreFoundWhereTheyRegisteredLast) {
  auto writer = start_writer();
  record::GatewayBinding moved = gateway_of(7);
  moved.flow.remote = *Endpoint::parse("198.51.100.7:9999");
  for (const auto& each : {gateway_of(7), gateway_of(8), moved}) ASSERT_TRUE(writer->push(effect::StoreGateway{each}));
  ASSERT_TRUE(writer->push(effect::DropGateway{TrunkId{8}}));
  ASSERT_TRUE(writer->flush(60'000));
  const auto found = store.load_gateways().value();
  ASSERT_THAT(found, SizeIs(1));
  const record::GatewayBinding& only = found.front();
  EXPECT_EQ(only.trunk, TrunkId{7});
  EXPECT_EQ(only.flow, moved.flow);
  EXPECT_EQ(std::tie(only.user, only.contact, only.call_id, only.cseq, only.expires_wall_ms),
            std::tie(moved.user, moved.contact, moved.call_id, moved.cseq, moved.expires_wall_ms));
}

TEST_F(Dialogs, AnotherPasswordOfATrunkOrItsRemovalEndsTheRegistrationOfItsGateway) {
  const auto put = [&](std::optional<Secret<std::string>> password) {
    ObjectWrite write{"trunk", "gateway"};
    write.body = "x";
    write.password = std::move(password);
    return store.put_object(vault_, default_tenant, write).value().id;
  };
  const auto registers = [&](std::uint64_t trunk) {
    auto writer = start_writer();
    EXPECT_TRUE(writer->push(effect::StoreGateway{gateway_of(trunk)}));
    EXPECT_TRUE(writer->flush(60'000));
  };
  const std::uint64_t trunk = put(Secret<std::string>(std::string("the first")));
  registers(trunk);
  put(std::nullopt);
  EXPECT_THAT(store.load_gateways().value(), SizeIs(1)) << "what else is changed is judged at the start";
  put(Secret<std::string>(std::string("the second")));
  EXPECT_THAT(store.load_gateways().value(), IsEmpty());
  registers(trunk);
  EXPECT_TRUE(store.drop_object(default_tenant, "trunk", "gateway").value());
  EXPECT_THAT(store.load_gateways().value(), IsEmpty());
}

}  // namespace
}  // namespace rf::store
