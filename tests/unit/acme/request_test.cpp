// Certificates that an authority gives, and what is not taken of it.
#include "shell/tls/request.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "shell/tls/openssl.hpp"

namespace rf::tls {
namespace {

constexpr std::int64_t start_ms = 1'800'000'000'000, day_ms = 86'400'000;
const std::vector<std::string> names{"pbx.example.com"};

struct Given : ::testing::Test {
  Given() {
    std::string pattern = (fs::temp_directory_path() / "ringfence-acme-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~Given() override { fs::remove_all(folder); }

  Certificate issue(EVP_PKEY* its_key, const std::string& name, std::int64_t days = 90, X509* by = nullptr,
                    EVP_PKEY* by_key = nullptr) {
    return make_certificate({"leaf", start_ms + days * day_ms, {{NID_subject_alt_name, "DNS:" + name}}}, its_key,
                            by == nullptr ? root.get() : by, by_key == nullptr ? root_key.get() : by_key, start_ms);
  }
  static std::string pem(std::initializer_list<X509*> certificates) {
    const Bio out(BIO_new(BIO_s_mem()));
    for (X509* each : certificates) PEM_write_bio_X509(out.get(), each);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
  }
  std::string keep(const std::string& chain, std::int64_t now_ms = start_ms) {
    const auto kept = keep_certificate(folder / "acme.pem", chain, key, names, now_ms);
    return kept ? "" : kept.error();
  }

  fs::path folder;
  SigningKey key = *SigningKey::make();
  Key root_key{EVP_EC_gen("P-256")};
  Certificate root = make_certificate({"root", start_ms + 900 * day_ms, {{NID_basic_constraints, "critical,CA:TRUE"}}},
                                      root_key.get(), nullptr, root_key.get(), start_ms);
};

TEST_F(Given, AGoodOneIsKeptWithItsKeyForItsOwnerAlone) {
  const Certificate leaf = issue(key.get(), names[0]);
  EXPECT_EQ(keep(pem({leaf.get(), root.get()})), "");
  struct stat facts{};
  ASSERT_EQ(::stat((folder / "acme.pem").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_TRUE(serves(folder / "acme.pem", names, start_ms));
  EXPECT_FALSE(serves(folder / "acme.pem", names, start_ms + 90 * day_ms)) << "over";
  EXPECT_FALSE(serves(folder / "acme.pem", std::vector<std::string>{"other.example.com"}, start_ms));
  const auto read = facts_of(folder / "acme.pem");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->names, names);
  EXPECT_NE(read->issuer.find("root"), std::string::npos);
}

TEST_F(Given, LiesAreRefusedAndTheOneBeforeStays) {
  ASSERT_EQ(keep(pem({issue(key.get(), names[0]).get()})), "");
  const SigningKey other = *SigningKey::make();
  const Certificate good = issue(key.get(), names[0]);
  EXPECT_EQ(keep(pem({issue(other.get(), names[0]).get()})), "it is for another key");
  EXPECT_EQ(keep(pem({issue(key.get(), "evil.example.com").get()})), "it does not name all that was asked for");
  EXPECT_EQ(keep(pem({good.get()}), start_ms + 91 * day_ms), "it is not in force by the clock of this host");
  EXPECT_EQ(keep(pem({good.get()}), start_ms - day_ms), "it is not in force by the clock of this host");
  EXPECT_EQ(keep(pem({issue(key.get(), names[0], 0).get()}), start_ms - 1), "it ends too soon");
  EXPECT_EQ(keep(pem({good.get(), good.get()})), "its chain does not hold");
  std::string long_one;
  for (int i = 0; i < 12; ++i) long_one += pem({good.get()});
  EXPECT_EQ(keep(long_one), "its chain is too long");
  EXPECT_EQ(keep(""), "it is no certificate");
  EXPECT_EQ(keep("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "it is no certificate");
  EXPECT_EQ(keep(std::string(60'000, '\0')), "it is no certificate");
  EXPECT_TRUE(serves(folder / "acme.pem", names, start_ms));
}

TEST_F(Given, AKeyComesBackFromItsBytesAndSignsTheSame) {
  const auto again = SigningKey::read(key.der().reveal());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->point().x, key.point().x);
  EXPECT_EQ(again->point().y, key.point().y);
  EXPECT_EQ(key.sign("text").size(), 64u);
  EXPECT_FALSE(SigningKey::read(std::vector<std::uint8_t>{1, 2, 3}));
  const Key curve(EVP_EC_gen("P-384"));
  std::vector<std::uint8_t> der(static_cast<std::size_t>(i2d_PrivateKey(curve.get(), nullptr)));
  unsigned char* at = der.data();
  i2d_PrivateKey(curve.get(), &at);
  EXPECT_FALSE(SigningKey::read(der)) << "another curve";
}

TEST_F(Given, ARequestCarriesTheNamesAndProvesItsKey) {
  const std::vector<std::string> two{"pbx.example.com", "sip.example.com"};
  const auto request = certificate_request(key, two);
  ASSERT_TRUE(request);
  const unsigned char* at = request->data();
  X509_REQ* const read = d2i_X509_REQ(nullptr, &at, static_cast<long>(request->size()));
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(X509_REQ_verify(read, key.get()), 1);
  const std::string bytes(request->begin(), request->end());
  for (const std::string& name : two) EXPECT_NE(bytes.find(name), std::string::npos);
  X509_REQ_free(read);
}

}  // namespace
}  // namespace rf::tls
