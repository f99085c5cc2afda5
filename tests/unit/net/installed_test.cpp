#include "shell/tls/installed.hpp"

#include <gmock/gmock.h>
#include <openssl/pem.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/base/limits/acme.hpp"
#include "shell/tls/certificates.hpp"
#include "shell/tls/openssl.hpp"
#include "shell/tls/request.hpp"

namespace rf::tls {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t now = 1'750'000'000'000;
constexpr std::int64_t day_ms = 86'400'000;

std::string content(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string pem_of(X509* certificate) {
  const Bio text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(text.get(), certificate);
  char* bytes = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(text.get(), &bytes));
  return {bytes, size};
}

std::string pem_of(EVP_PKEY* key, const char* password = nullptr) {
  const Bio text(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(text.get(), key, password == nullptr ? nullptr : EVP_aes_256_cbc(), nullptr, 0, nullptr,
                                const_cast<char*>(password));
  char* bytes = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(text.get(), &bytes));
  return {bytes, size};
}

class Installed : public ::testing::Test {
 protected:
  Installed() {
    std::string pattern = (fs::temp_directory_path() / "ringfence-tls-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    file_ = root_ / "installed.pem";
    const std::vector<std::string> names{"pbx.example.com"};
    const auto made = ensure_certificates(root_ / "tls", names, {}, {.wall_ms = now});
    chain_ = content(made->certificate);
    key_ = content(made->key);
    authority_ = content(made->ca_certificate);
  }
  ~Installed() override { fs::remove_all(root_); }

  std::string fault(const std::string& pem, std::int64_t now_ms = now) {
    const auto done = install_certificate(file_, pem, now_ms);
    EXPECT_TRUE(done || !fs::exists(file_)) << "what was refused is not there";
    return done ? "" : done.error();
  }
  /// Self-signed, by default for pbx.example.com and for servers.
  static std::string own(EVP_PKEY* key, std::vector<std::pair<int, std::string>> extensions = {
                                            {NID_subject_alt_name, "DNS:pbx.example.com"}}) {
    return pem_of(make_certificate({"pbx", now + day_ms, std::move(extensions)}, key, nullptr, key, now).get());
  }

  fs::path root_, file_;
  std::string chain_, key_, authority_;
};

TEST_F(Installed, IsWrittenAsOneFileForItsOwnerAloneAndServes) {
  EXPECT_EQ(fault(chain_ + key_), "");
  struct stat facts{};
  ASSERT_EQ(::stat(file_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777u, 0600u);
  const std::string name = "pbx.example.com";
  EXPECT_TRUE(serves(file_, {&name, 1}, now));
  EXPECT_EQ(facts_of(file_)->names, std::vector{name});
  EXPECT_FALSE(fs::exists(root_ / "installed.pem.candidate"));
  fs::remove(file_);
  EXPECT_EQ(fault("a comment\n" + key_ + chain_), "") << "in any order of key and chain";
}

TEST_F(Installed, IsRefusedWithWhatIsWrongAboutIt) {
  EXPECT_THAT(fault(chain_), HasSubstr("no private key"));
  EXPECT_THAT(fault(key_), HasSubstr("no certificate"));
  EXPECT_THAT(fault(""), HasSubstr("no private key"));
  EXPECT_THAT(fault(authority_ + chain_ + key_), HasSubstr("first certificate"));
  EXPECT_THAT(fault(chain_ + key_, now + 1'000 * day_ms), HasSubstr("has ended"));
  EXPECT_THAT(fault(chain_ + key_, now - day_ms), HasSubstr("not in force yet"));
  const Key mine(EVP_EC_gen("P-256")), other(EVP_EC_gen("P-256"));
  EXPECT_EQ(fault(own(mine.get()) + pem_of(mine.get())), "") << "a self-signed one is its owner's affair";
  fs::remove(file_);
  EXPECT_THAT(fault(own(mine.get()) + pem_of(other.get())), HasSubstr("not that of the certificate"));
  EXPECT_THAT(fault(own(mine.get()) + authority_ + pem_of(mine.get())), HasSubstr("chain does not hold"));
  EXPECT_THAT(fault(own(mine.get(), {}) + pem_of(mine.get())), HasSubstr("names no host"));
  EXPECT_THAT(fault(own(mine.get(), {{NID_subject_alt_name, "DNS:a.example"}, {NID_ext_key_usage, "clientAuth"}}) +
                    pem_of(mine.get())),
              HasSubstr("not for servers"));
  const Key weak(EVP_RSA_gen(1'024));
  EXPECT_THAT(fault(own(weak.get()) + pem_of(weak.get())), HasSubstr("TLS does not take it"));
  std::string long_chain;
  for (std::size_t i = 0; i <= AcmeLimits::chain; ++i) long_chain += own(mine.get());
  EXPECT_THAT(fault(long_chain + pem_of(mine.get())), HasSubstr("too long"));
  EXPECT_THAT(fault(chain_ + key_ + std::string(AcmeLimits::answer_bytes, '\n')), HasSubstr("too long"));
}

TEST_F(Installed, WithALockedKeyAsksNobodyForItsPasswordAndSaysSo) {
  const Key mine(EVP_EC_gen("P-256"));
  EXPECT_THAT(fault(own(mine.get()) + pem_of(mine.get(), "hunter2")), HasSubstr("locked with a password"));
}

TEST_F(Installed, ThatIsRefusedLeavesTheOneBefore) {
  ASSERT_EQ(fault(chain_ + key_), "");
  const std::string before = content(file_);
  const Key weak(EVP_RSA_gen(1'024));
  for (const std::string& wrong : {chain_, own(weak.get()) + pem_of(weak.get())}) {
    const auto done = install_certificate(file_, wrong, now);
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error(), Not(HasSubstr("PRIVATE")));
    EXPECT_EQ(content(file_), before);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), fs::directory_iterator()), 2) << "no key is left anywhere";
}

/// What lies in a folder, by name.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& each : fs::directory_iterator(folder)) out.push_back(each.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

TEST_F(Installed, ThatFailsAgainAndAgainLeavesNoKeyAnywhere) {
  const Key weak(EVP_RSA_gen(1'024));
  const std::string refused = own(weak.get()) + pem_of(weak.get());
  const fs::path at = root_ / "at";
  const std::vector<std::string> nothing, in_the_way{"installed.pem"}, candidate{"installed.pem.candidate"};
  fs::create_directory(at);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(install_certificate(at / "installed.pem", refused, now));
  EXPECT_EQ(names_in(at), nothing) << "refused";
  // Folders that are not empty are in the way of the last step, then of the one before.
  fs::create_directories(at / "installed.pem" / "x");
  EXPECT_FALSE(install_certificate(at / "installed.pem", chain_ + key_, now));
  EXPECT_EQ(names_in(at), in_the_way);
  fs::rename(at / "installed.pem", at / "installed.pem.candidate");
  EXPECT_FALSE(install_certificate(at / "installed.pem", chain_ + key_, now));
  EXPECT_EQ(names_in(at), candidate);
}

TEST_F(Installed, ThatTheDiskTakesOnlyInPartLeavesNoKeyAnywhere) {
  const fs::path at = root_ / "at";
  fs::create_directory(at);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit little = before;
  little.rlim_cur = 100;
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  const auto done = install_certificate(at / "installed.pem", chain_ + key_, now);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, ignored);
  EXPECT_FALSE(done);
  EXPECT_EQ(names_in(at), std::vector<std::string>());
}

TEST_F(Installed, WhatAProcessThatDiedLeftIsGoneAfterTheNextStartAndNothingElseIs) {
  const fs::path at = root_ / "at";
  fs::create_directories(at / "folder.pem.new");
  const std::vector<std::string> kept{"acme.pem",       "ca.key",        "customer.new",
                                      "folder.pem.new", "installed.pem", "notes.candidate"};
  for (const std::string& name : kept)
    if (name != "folder.pem.new") std::ofstream(at / name) << name;
  for (const char* const left :
       {"installed.pem.candidate", "installed.pem.candidate.new", "acme.pem.new", "server.key.new", "ca.key.new"})
    std::ofstream(at / left) << key_;
  drop_leftovers(at);
  EXPECT_EQ(names_in(at), kept);
  drop_leftovers(root_ / "missing");
}

TEST_F(Installed, ShowsItsCertificateAndNeverItsKey) {
  ASSERT_EQ(fault(chain_ + key_), "");
  EXPECT_EQ(*certificate_text(file_), chain_.substr(0, chain_.find("-----BEGIN", 1)));
}

}  // namespace
}  // namespace rf::tls
