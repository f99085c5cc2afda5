#include "shell/tls/certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "shell/tls/context.hpp"
#include "tests/unit/net/peers.hpp"

namespace rf::tls {
namespace {

namespace fs = std::filesystem;
using test::at;

constexpr std::int64_t start_ms = 1'750'000'000'000;
constexpr std::int64_t day_ms = 86'400'000;

std::string content(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Certificates : public ::testing::Test {
 protected:
  Certificates() {
    std::string pattern = (fs::temp_directory_path() / "ringfence-tls-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~Certificates() override { fs::remove_all(root_); }

  std::expected<CertificateFiles, std::string> ensure(std::int64_t wall_ms = start_ms) {
    CertificateOptions options;
    options.wall_ms = wall_ms;
    return ensure_certificates(root_ / "tls", names_, addresses_, options);
  }
  X509* read(const fs::path& path) {
    std::FILE* const file = std::fopen(path.c_str(), "r");
    X509* const certificate = PEM_read_X509(file, nullptr, nullptr, nullptr);
    std::fclose(file);
    return certificate;
  }

  fs::path root_;
  std::vector<std::string> names_{"pbx.example.com"};
  std::vector<Address> addresses_{at("192.0.2.1").address, at("2001:db8::1").address};
};

TEST_F(Certificates, AreMadeOnceForAllNamesAndAddresses) {
  const auto files = ensure();
  ASSERT_TRUE(files.has_value()) << files.error();
  EXPECT_TRUE(files->renewed);
  X509* const server = read(files->certificate);
  X509* const authority = read(files->ca_certificate);
  EXPECT_EQ(X509_check_host(server, "pbx.example.com", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(server, "192.0.2.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(server, "2001:db8::1", 0), 1);
  EXPECT_NE(X509_check_host(server, "other.example.com", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ca(authority), 1);
  EXPECT_EQ(X509_check_ca(server), 0);
  EXPECT_EQ(X509_get_pathlen(authority), 0);
  EXPECT_EQ(X509_verify(server, X509_get0_pubkey(authority)), 1);
  X509_free(server);
  X509_free(authority);
  EXPECT_EQ(expiry(files->certificate), start_ms + 397 * day_ms);
  EXPECT_EQ(expiry(files->ca_certificate), start_ms + 3'650 * day_ms);
  const std::string before = content(files->certificate);
  const auto again = ensure(start_ms + 300 * day_ms);
  ASSERT_TRUE(again.has_value());
  EXPECT_FALSE(again->renewed);
  EXPECT_EQ(content(files->certificate), before);
}

TEST_F(Certificates, KeepTheirKeysToTheOwner) {
  const auto files = ensure();
  ASSERT_TRUE(files.has_value());
  const auto mode = [](const fs::path& path) {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0);
    return facts.st_mode & 0777;
  };
  EXPECT_EQ(mode(files->ca_key), 0600u);
  EXPECT_EQ(mode(files->key), 0600u);
  EXPECT_EQ(mode(root_ / "tls"), 0700u);
  ASSERT_EQ(::chmod(files->key.c_str(), 0644), 0);
  ASSERT_TRUE(ensure().has_value());
  EXPECT_EQ(mode(files->key), 0600u);
}

TEST_F(Certificates, AreRenewedBeforeTheyEndUnderTheSameAuthority) {
  const auto files = ensure();
  const std::string authority = content(files->ca_certificate);
  const auto later = ensure(start_ms + 370 * day_ms);
  ASSERT_TRUE(later.has_value());
  EXPECT_TRUE(later->renewed);
  EXPECT_EQ(content(files->ca_certificate), authority);
  EXPECT_EQ(expiry(files->certificate), start_ms + (370 + 397) * day_ms);
}

TEST_F(Certificates, AreMadeAgainWhenAnAddressIsMissing) {
  ASSERT_TRUE(ensure().has_value());
  addresses_.push_back(at("192.0.2.2").address);
  EXPECT_TRUE(ensure()->renewed);
  EXPECT_FALSE(ensure()->renewed);
}

TEST_F(Certificates, NameAnAddressAsTextTooForPhonesThatCompareNamesAlone) {
  const auto files = ensure();
  ASSERT_TRUE(files.has_value()) << files.error();
  X509* const server = read(files->certificate);
  EXPECT_EQ(X509_check_host(server, "192.0.2.1", 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr), 1);
  EXPECT_NE(X509_check_host(server, "192.0.2.2", 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr), 1);
  X509_free(server);
}

TEST_F(Certificates, AreMadeAgainWhenTheKeyIsAnotherOne) {
  const auto files = ensure();
  fs::copy_file(files->ca_key, files->key, fs::copy_options::overwrite_existing);
  EXPECT_FALSE(server_context(files->certificate, files->key).has_value());
  EXPECT_TRUE(ensure()->renewed);
  EXPECT_TRUE(server_context(files->certificate, files->key).has_value());
}

TEST_F(Certificates, ADamagedAuthorityIsNotReplacedSilently) {
  const auto files = ensure();
  std::ofstream(files->ca_key) << "nonsense";
  const auto again = ensure();
  ASSERT_FALSE(again.has_value());
  EXPECT_NE(again.error().find("ca.pem"), std::string::npos) << again.error();
}

TEST_F(Certificates, AnExpiredAuthorityIsAnErrorAndACertificateNeverOutlivesIt) {
  const auto files = ensure();
  const auto late = ensure(start_ms + 3'640 * day_ms);
  ASSERT_TRUE(late.has_value());
  EXPECT_EQ(expiry(files->certificate), expiry(files->ca_certificate));
  EXPECT_FALSE(ensure(start_ms + 3'641 * day_ms)->renewed);
  EXPECT_FALSE(ensure(start_ms + 3'651 * day_ms).has_value());
}

TEST_F(Certificates, NamesThatWouldSmuggleOtherEntriesAreRefused) {
  for (const char* name : {"a.example.com,IP:192.0.2.9", "", "a b", "exa\nmple", "DNS:x", "-x"}) {
    names_ = {name};
    const auto made = ensure();
    EXPECT_FALSE(made.has_value()) << name;
  }
}

/// Both ends in memory. Whether the server, which insists on a certificate, has taken the client's.
bool is_let_in(const Context& client, const Context& server) {
  SSL_CTX_set_verify(server.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_purpose(server.get(), X509_PURPOSE_SSL_CLIENT);
  SSL* const ends[] = {SSL_new(client.get()), SSL_new(server.get())};
  BIO* wires[2];
  BIO_new_bio_pair(&wires[0], 0, &wires[1], 0);
  for (int i = 0; i < 2; ++i) SSL_set_bio(ends[i], wires[i], wires[i]);
  SSL_set_connect_state(ends[0]);
  SSL_set_accept_state(ends[1]);
  for (int i = 0; i < 20; ++i) SSL_do_handshake(ends[i % 2]);
  const bool let_in = SSL_is_init_finished(ends[1]) == 1 && SSL_get0_peer_certificate(ends[1]) != nullptr;
  for (SSL* end : ends) SSL_free(end);
  return let_in;
}

TEST_F(Certificates, AreShownToAProviderThatInsistsOnOne) {
  const auto files = ensure(std::int64_t{std::time(nullptr)} * 1'000);
  const auto server = server_context(files->certificate, files->key, {files->ca_certificate});
  ASSERT_TRUE(server);
  EXPECT_TRUE(is_let_in(*client_context({files->ca_certificate}, files->certificate, files->key), *server));
  EXPECT_FALSE(is_let_in(*client_context({files->ca_certificate}), *server));
  EXPECT_NE(client_context({}, files->certificate, root_ / "none.key").error().find("none.key"), std::string::npos);
}

TEST_F(Certificates, ErrorsNameTheFile) {
  EXPECT_NE(expiry(root_ / "none.pem").error().find("none.pem"), std::string::npos);
  EXPECT_NE(server_context(root_ / "none.pem", root_ / "none.key").error().find("none.pem"), std::string::npos);
  EXPECT_NE(client_context({root_ / "none.pem"}).error().find("none.pem"), std::string::npos);
}

TEST(LocalAddresses, HoldLoopbackAndNoLinkLocalAddress) {
  const auto found = local_addresses();
  EXPECT_NE(std::find(found.begin(), found.end(), at("127.0.0.1").address), found.end());
  for (const Address& address : found) EXPECT_FALSE(address.bytes()[0] == 0xfe && address.bytes()[1] == 0x80);
}

}  // namespace
}  // namespace rf::tls
