#include "shell/seal/vault.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <type_traits>

namespace rf::seal {
namespace {

using ::testing::HasSubstr;

class KeyFile : public ::testing::Test {
 protected:
  KeyFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "seal-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    path_ = directory_ / "seal.key";
  }
  ~KeyFile() override { std::filesystem::remove_all(directory_); }

  void write(std::string_view bytes, mode_t mode) {
    std::ofstream(path_, std::ios::binary) << bytes;
    ::chmod(path_.c_str(), mode);
  }
  mode_t mode() const {
    struct stat status {};
    ::stat(path_.c_str(), &status);
    return status.st_mode & 07777;
  }

  std::filesystem::path directory_;
  std::filesystem::path path_;
};

std::vector<std::uint8_t> bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

Vault vault_of(std::uint8_t seed) {
  Vault::Key key{};
  key.fill(seed);
  return Vault(key);
}

TEST_F(KeyFile, IsMadeForItsOwnerAloneEvenUnderAnOpenUmask) {
  const mode_t before = ::umask(0);
  const auto vault = Vault::create(path_);
  ::umask(before);
  ASSERT_TRUE(vault) << vault.error().text;
  EXPECT_EQ(mode(), 0600u);
  EXPECT_EQ(std::filesystem::file_size(path_), 32u);
}

TEST_F(KeyFile, OpensToTheKeyThatWasMade) {
  const auto made = Vault::open_or_create(path_);
  const auto opened = Vault::open_or_create(path_);
  ASSERT_TRUE(made && opened);
  EXPECT_EQ(made->key_id(), opened->key_id());
  const auto value = opened->unseal(made->seal(bytes_of("secret"), "a"), "a");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->reveal(), bytes_of("secret"));
}

TEST_F(KeyFile, IsNeverOverwritten) {
  const auto made = Vault::create(path_);
  const auto again = Vault::create(path_);
  ASSERT_TRUE(made);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::exists);
  EXPECT_EQ(Vault::open(path_)->key_id(), made->key_id());
}

TEST_F(KeyFile, ThatOthersMayReadOrWriteIsRefusedWithTheRemedy) {
  for (const mode_t exposed : {0640, 0604, 0620, 0602, 0610, 0666}) {
    write(std::string(32, 'k'), exposed);
    const auto vault = Vault::open_or_create(path_);
    ASSERT_FALSE(vault) << exposed;
    EXPECT_EQ(vault.error().fault, Fault::exposed);
    EXPECT_THAT(vault.error().text, HasSubstr("chmod 600"));
  }
}

TEST_F(KeyFile, OfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  write(std::string(32, 'k'), 0600);
  ASSERT_EQ(::chown(path_.c_str(), 12345, 12345), 0);
  const auto vault = Vault::open(path_);
  ASSERT_FALSE(vault);
  EXPECT_EQ(vault.error().fault, Fault::exposed);
  EXPECT_THAT(vault.error().text, HasSubstr("chown"));
}

TEST_F(KeyFile, OfTheWrongSizeIsRefused) {
  for (const std::size_t size : {0u, 1u, 31u, 33u, 4096u}) {
    write(std::string(size, 'k'), 0600);
    const auto vault = Vault::open_or_create(path_);
    ASSERT_FALSE(vault) << size;
    EXPECT_EQ(vault.error().fault, Fault::wrong_size) << size;
  }
}

TEST_F(KeyFile, ThatIsMissingIsToldFromOneThatCannotBeRead) {
  EXPECT_EQ(Vault::open(path_).error().fault, Fault::missing);
  std::filesystem::create_directory(path_);
  EXPECT_EQ(Vault::open(path_).error().fault, Fault::wrong_size);
  std::filesystem::remove(path_);
  std::filesystem::create_symlink(directory_ / "elsewhere", path_);
  EXPECT_EQ(Vault::open(path_).error().fault, Fault::unreadable);
  EXPECT_EQ(Vault::create(directory_ / "none" / "seal.key").error().fault, Fault::unreadable);
}

TEST(SealedValue, OpensToAnyBytesInAnyContext) {
  const Vault vault = vault_of(1);
  EXPECT_TRUE(rc::check([&](const std::vector<std::uint8_t>& value, const std::string& context) {
    const auto opened = vault.unseal(vault.seal(value, context), context);
    RC_ASSERT(opened.has_value());
    RC_ASSERT(opened->reveal() == value);
  }));
}

TEST(SealedValue, DoesNotOpenInAnotherContextOrWithAnotherKey) {
  const std::string sealed = vault_of(1).seal(bytes_of("secret"), "extensions/1/md5");
  EXPECT_EQ(vault_of(1).unseal(sealed, "extensions/2/md5").error().fault, Fault::not_sealed_here);
  EXPECT_EQ(vault_of(1).unseal(sealed, "").error().fault, Fault::not_sealed_here);
  EXPECT_EQ(vault_of(2).unseal(sealed, "extensions/1/md5").error().fault, Fault::not_sealed_here);
  EXPECT_TRUE(vault_of(1).unseal(sealed, "extensions/1/md5"));
}

TEST(SealedValue, DoesNotOpenWithAnyCharacterChangedCutOrAdded) {
  const Vault vault = vault_of(3);
  const std::string sealed = vault.seal(bytes_of("secret"), "x");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(vault.unseal(changed, "x")) << i;
    EXPECT_FALSE(vault.unseal(sealed.substr(0, i), "x")) << i;
  }
  EXPECT_FALSE(vault.unseal(sealed + "A", "x"));
  EXPECT_FALSE(vault.unseal(sealed + std::string(1, '\0'), "x"));
}

TEST(SealedValue, LooksDifferentEachTimeAndShowsNothingOfTheValue) {
  const Vault vault = vault_of(4);
  const std::string first = vault.seal(bytes_of("secret"), "x");
  EXPECT_NE(first, vault.seal(bytes_of("secret"), "x"));
  EXPECT_THAT(first, ::testing::Not(HasSubstr("secret")));
}

TEST(KeyId, TellsKeysApartAndIsNotTheKey) {
  EXPECT_EQ(vault_of(1).key_id(), vault_of(1).key_id());
  EXPECT_NE(vault_of(1).key_id(), vault_of(2).key_id());
  EXPECT_EQ(vault_of(1).key_id().size(), 16u);
  EXPECT_NE(vault_of(1).key_id(), "0101010101010101");
}

TEST(DerivedKey, BelongsToOneKeyAndOnePurposeAndTellsNothingOfTheKey) {
  EXPECT_EQ(vault_of(1).derive("pins"), vault_of(1).derive("pins"));
  EXPECT_NE(vault_of(1).derive("pins"), vault_of(2).derive("pins"));
  EXPECT_NE(vault_of(1).derive("pins"), vault_of(1).derive("other"));
  EXPECT_NE(vault_of(1).derive("pins")[0], vault_of(1).derive("pins")[1]);
}

}  // namespace
}  // namespace rf::seal
