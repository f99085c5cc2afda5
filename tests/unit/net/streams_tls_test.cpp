#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <ctime>
#include <filesystem>

#include "shell/net/streams.hpp"
#include "shell/tls/certificates.hpp"
#include "shell/tls/context.hpp"
#include "tests/unit/net/streams_fixture.hpp"

namespace rf::net {
namespace {

using test::at;
using test::Client;
using test::eventually;
using test::message;
using test::Pki;
using test::Served;

class TlsStreams : public ::testing::Test {
 protected:
  Endpoint serve(std::string_view address = "127.0.0.1") {
    served_.streams.set_tls(pki_.server(), pki_.client());
    return served_.listen(Transport::tls, address);
  }
  /// Sends to `where` as a client that trusts `pki`, that asks for `server_name`, and says whether it arrived.
  bool reaches(const Endpoint& where, const Pki& trusted, std::string_view server_name) {
    Served client;
    client.streams.set_tls(nullptr, trusted.client());
    const std::size_t before = served_.events.messages().size();
    client.send({ListenerId{1}, Transport::tls, {}, {}, where, std::string(server_name)}, message("question"));
    const bool settled = eventually(
        [&] { return !client.events.failed().empty() || served_.events.messages().size() > before; });
    EXPECT_TRUE(settled);
    return client.events.failed().empty();
  }
  Pki pki_;
  Served served_;
};

TEST_F(TlsStreams, CutMessagesOutOfSingleRecordsOfOneByte) {
  const auto client = Client::connect_tls(serve(), pki_.client(), "ringfence.test");
  ASSERT_NE(client, nullptr);
  const std::string first = message("first", 50);
  for (const char byte : first) ASSERT_TRUE(client->send({&byte, 1}));
  ASSERT_TRUE(served_.events.wait_messages(1));
  EXPECT_EQ(served_.events.messages()[0].bytes, first);
  const Flow flow = served_.events.messages()[0].flow;
  EXPECT_EQ(flow.transport, Transport::tls);
  served_.send(flow, "SIP/2.0 200 OK\r\n\r\n");
  EXPECT_EQ(client->read(18), "SIP/2.0 200 OK\r\n\r\n");
}

TEST_F(TlsStreams, TakeManyMessagesFromOneRecordAndOneFromMany) {
  const auto client = Client::connect_tls(serve("::1"), pki_.client(), "localhost");
  ASSERT_NE(client, nullptr);
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += message(std::to_string(i));
  const std::string large = message("large", 60'000);
  ASSERT_TRUE(client->send(many));
  ASSERT_TRUE(client->send(large));
  ASSERT_TRUE(served_.events.wait_messages(1'001));
  EXPECT_EQ(served_.events.messages().back().bytes, large);
}

TEST_F(TlsStreams, SpeakTls13And12AndNothingOlder) {
  const Endpoint where = serve();
  EXPECT_EQ(Client::connect_tls(where, pki_.client(), "localhost")->tls_version(), "TLSv1.3");
  const TlsContext older = pki_.client();
  SSL_CTX_set_max_proto_version(older.get(), TLS1_2_VERSION);
  EXPECT_EQ(Client::connect_tls(where, older, "localhost")->tls_version(), "TLSv1.2");
  SSL_CTX_set_min_proto_version(older.get(), TLS1_1_VERSION);
  SSL_CTX_set_max_proto_version(older.get(), TLS1_1_VERSION);
  EXPECT_EQ(Client::connect_tls(where, older, "localhost"), nullptr);
  EXPECT_TRUE(eventually([&] { return served_.streams.counters().handshake_failed == 1; }));
}

TEST_F(TlsStreams, RefuseRenegotiation) {
  const TlsContext older = pki_.client();
  SSL_CTX_set_max_proto_version(older.get(), TLS1_2_VERSION);
  // Our own client settings refuse it as well; the attacker's would not.
  SSL_CTX_clear_options(older.get(), SSL_OP_NO_RENEGOTIATION);
  const auto client = Client::connect_tls(serve(), older, "localhost");
  ASSERT_NE(client, nullptr);
  ASSERT_EQ(SSL_renegotiate(client->tls()), 1);
  EXPECT_NE(SSL_do_handshake(client->tls()), 1);
  EXPECT_TRUE(served_.events.messages().empty());
}

TEST_F(TlsStreams, CloseAHandshakeThatNeverEnds) {
  StreamOptions options;
  options.handshake_ms = 150;
  Served served(options);
  served.streams.set_tls(pki_.server(), nullptr);
  const auto silent = Client::connect(served.listen(Transport::tls));
  EXPECT_TRUE(silent->closed());
  EXPECT_EQ(served.streams.counters().timed_out, 1u);
}

TEST_F(TlsStreams, AFloodOfHandshakesIsBoundedAndPhonesStillGetIn) {
  StreamOptions options;
  options.limits.unauthenticated_connections_max = 20;
  options.limits.connections_per_source_max = 1'000;
  Served served(options);
  served.streams.set_tls(pki_.server(), nullptr);
  const Endpoint where = served.listen(Transport::tls);
  const auto phone = Client::connect_tls(where, pki_.client(), "localhost");
  ASSERT_NE(phone, nullptr);
  served.trust(served.introduce(*phone).connection);
  std::vector<std::unique_ptr<Client>> flood;
  for (int i = 0; i < 100; ++i) {
    flood.push_back(Client::connect(where));
    if (i % 2 == 0) flood.back()->send(std::string_view("\x16\x03\x01\x02\x00", 5));  // the beginning of a ClientHello
  }
  ASSERT_TRUE(eventually([&] { return served.streams.counters().accepted == 101; }));
  EXPECT_LE(served.streams.counters().strangers, 20u);
  served.introduce(*phone, "still here");
  const auto newcomer = Client::connect_tls(where, pki_.client(), "localhost");
  ASSERT_NE(newcomer, nullptr);
  served.introduce(*newcomer, "newcomer");
}

TEST_F(TlsStreams, TakeNewCertificatesWithoutTouchingRunningConnections) {
  const Endpoint where = serve();
  const auto before = Client::connect_tls(where, pki_.client(), "localhost");
  const Flow flow = served_.introduce(*before);
  const Pki renewed;
  served_.streams.set_tls(renewed.server(), nullptr);
  const auto after = Client::connect_tls(where, renewed.client(), "localhost");
  ASSERT_NE(after, nullptr);
  EXPECT_NE(after->server_serial(), before->server_serial());
  EXPECT_EQ(served_.introduce(*before, "still here").connection, flow.connection);
}

TEST_F(TlsStreams, WithoutACertificateNobodyIsAccepted) {
  Served served;
  EXPECT_EQ(Client::connect_tls(served.listen(Transport::tls), pki_.client(), "localhost"), nullptr);
}

/// A peer of ours that shows certificates of `Pki`s as a client.
class PeerCertificates : public TlsStreams {
 protected:
  using Names = std::vector<std::string>;
  void SetUp() override {
    auto server = tls::server_context(pki_.directory() + "/server.pem", pki_.directory() + "/server.key",
                                      {peers_.directory() + "/ca.pem"});
    ASSERT_TRUE(server.has_value()) << (server ? "" : server.error());
    served_.streams.set_tls(*server, nullptr);
    where_ = served_.listen(Transport::tls);
  }
  TlsContext showing(const std::string& chain, const std::string& key) {
    const TlsContext context = pki_.client();
    EXPECT_EQ(SSL_CTX_use_certificate_chain_file(context.get(), chain.c_str()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM), 1);
    return context;
  }
  TlsContext showing(const Pki& of) { return showing(of.directory() + "/server.pem", of.directory() + "/server.key"); }
  /// What the first message of such a peer brings along; it arrives in any case.
  Names names_of(const TlsContext& context) {
    const auto client = Client::connect_tls(where_, context, "localhost");
    EXPECT_NE(client, nullptr);
    if (!client) return {"nobody"};
    served_.introduce(*client);
    const Names names = served_.events.messages().back().peer_names;
    served_.introduce(*client, "again");
    EXPECT_EQ(served_.events.messages().back().peer_names, Names{}) << "told once";
    return names;
  }
  Pki peers_;
  Endpoint where_;
};

TEST_F(PeerCertificates, AreAskedForAndTheirNamesTold) {
  // The built-in authority writes addresses as names, too.
  const Names names{"localhost", "ringfence.test", "127.0.0.1"};
  EXPECT_EQ(names_of(showing(peers_)), names);
  const TlsContext older = showing(peers_);
  SSL_CTX_set_max_proto_version(older.get(), TLS1_2_VERSION);
  EXPECT_EQ(names_of(older), names);
}

TEST_F(PeerCertificates, OfNobodyProveNothingAndNobodyIsTurnedAway) {
  EXPECT_EQ(names_of(pki_.client()), Names{}) << "a phone has none";
  const Pki stranger;
  EXPECT_EQ(names_of(showing(stranger)), Names{}) << "an authority that is not known";
  EXPECT_EQ(names_of(showing(pki_)), Names{}) << "our own authority signs for servers, not for trunks";
}

TEST_F(PeerCertificates, OfThePastProveNothing) {
  const std::string old = peers_.directory() + "/old";
  std::filesystem::create_directory(old);
  for (const char* file : {"ca.pem", "ca.key"})
    std::filesystem::copy(peers_.directory() + "/" + file, old + "/" + file);
  std::filesystem::permissions(old, std::filesystem::perms::owner_all);
  tls::CertificateOptions options;
  options.wall_ms = static_cast<std::int64_t>(std::time(nullptr)) * 1'000;
  options.server_days = 0;
  options.renew_days = 0;
  const std::vector<std::string> names{"ringfence.test"};
  const auto made = tls::ensure_certificates(old, names, {}, options);
  ASSERT_TRUE(made.has_value()) << made.error();
  ASSERT_TRUE(eventually(
      [&] { return *tls::expiry(made->certificate) < static_cast<std::int64_t>(std::time(nullptr)) * 1'000; }));
  EXPECT_EQ(names_of(showing(old + "/server.pem", old + "/server.key")), Names{});
}

TEST_F(PeerCertificates, WithTheirNamesButWithoutTheKeyGetNoConnection) {
  // The certificate is public; what counts is the key.
  const TlsContext context = pki_.client();
  ASSERT_EQ(SSL_CTX_use_certificate_chain_file(context.get(), (peers_.directory() + "/server.pem").c_str()), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context.get(), (pki_.directory() + "/server.key").c_str(), SSL_FILETYPE_PEM),
            0);
  EXPECT_EQ(names_of(context), Names{});
}

TEST_F(TlsStreams, AsClientsAcceptTheRightNameOnly) {
  const Endpoint where = serve();
  EXPECT_TRUE(reaches(where, pki_, "ringfence.test"));
  EXPECT_FALSE(reaches(where, pki_, "other.test"));
  EXPECT_FALSE(reaches(where, pki_, "ringfence.test.other.test"));
}

TEST_F(TlsStreams, AsClientsAcceptTheRightAddressWhenThereIsNoName) {
  EXPECT_TRUE(reaches(serve(), pki_, ""));
  EXPECT_FALSE(reaches(served_.listen(Transport::tls, "127.0.0.3", 2), pki_, ""))
      << "the certificate does not name 127.0.0.3";
}

TEST_F(TlsStreams, AsClientsRefuseAnAuthorityTheyDoNotKnow) {
  const Pki stranger;
  EXPECT_FALSE(reaches(serve(), stranger, "ringfence.test"));
}

TEST_F(TlsStreams, AreNotReusedUnderAnotherName) {
  const Endpoint where = serve();
  Served client;
  client.streams.set_tls(nullptr, pki_.client());
  const Flow right{ListenerId{1}, Transport::tls, {}, {}, where, "ringfence.test"};
  Flow wrong = right;
  wrong.tls_name = "other.test";
  client.send(right, message("one"));
  ASSERT_TRUE(served_.events.wait_messages(1));
  client.send(wrong, message("two"));
  ASSERT_TRUE(client.events.wait_failed(1));
  client.send(right, message("three"));
  ASSERT_TRUE(served_.events.wait_messages(2));
  EXPECT_EQ(served_.events.messages()[1].bytes, message("three"));
  EXPECT_EQ(client.streams.counters().connected, 1u);
}

}  // namespace
}  // namespace rf::net
