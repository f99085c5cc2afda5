#include "shell/seal/vault.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "core/base/check.hpp"

namespace rf::seal {
namespace {

constexpr std::string_view version = "1:";
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr int base64 = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
static_assert(std::tuple_size_v<Vault::Key> == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

/// A descriptor that closes itself.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Problem> problem(Fault fault, std::string text) {
  return std::unexpected(Problem{fault, std::move(text)});
}

std::unexpected<Problem> system_problem(std::string_view verb, const std::string& path, int error) {
  return problem(Fault::unreadable,
                 fmt::format("cannot {} the key file {}: {}; check the directory and its permissions", verb, path,
                             std::generic_category().message(error)));
}

std::unexpected<Problem> not_sealed_here() {
  return problem(Fault::not_sealed_here,
                 "a sealed value does not open: it was changed or moved, or the key file is another one; "
                 "restore the key file that belongs to this database");
}

void start_sodium() {
  static const int started = sodium_init();
  RF_CHECK(started >= 0);
}

bool write_all(int fd, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Vault::Vault(const Key& key) : key_(key) {
  start_sodium();
}

std::expected<Vault, Problem> Vault::open(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.fd() < 0) {
    const int error = errno;
    if (error == ENOENT)
      return problem(Fault::missing, fmt::format("there is no key file {}; restore it from the backup: without it the "
                                                 "stored passwords cannot be used",
                                                 path));
    return system_problem("open", path, error);
  }
  struct stat status {};
  if (::fstat(file.fd(), &status) != 0) return system_problem("examine", path, errno);
  if (!S_ISREG(status.st_mode)) return problem(Fault::wrong_size, fmt::format("{} is not a regular file", path));
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return problem(Fault::exposed, fmt::format("the key file {} can be used by others (mode {:04o}); run: chmod 600 {}",
                                               path, status.st_mode & 07777, path));
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    return problem(Fault::exposed, fmt::format("the key file {} belongs to user {}, who could read or replace it; "
                                               "run: chown {} {}",
                                               path, status.st_uid, ::geteuid(), path));
  Secret<Key> key;
  // One byte more than a key: a longer file is not one either.
  std::size_t filled = 0;
  std::uint8_t surplus = 0;
  for (;;) {
    const bool full = filled == key.reveal().size();
    const ssize_t got = full ? ::read(file.fd(), &surplus, 1)
                             : ::read(file.fd(), key.reveal().data() + filled, key.reveal().size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_problem("read", path, errno);
    if (full || got == 0) {
      if (full && got == 0) break;
      return problem(Fault::wrong_size,
                     fmt::format("{} is not a key file: it has {} than {} bytes; restore it from the "
                                 "backup",
                                 path, full ? "more" : "fewer", key.reveal().size()));
    }
    filled += static_cast<std::size_t>(got);
  }
  return Vault(key.reveal());
}

std::expected<Vault, Problem> Vault::create(const std::string& path) {
  start_sodium();
  Secret<Key> key;
  randombytes_buf(key.reveal().data(), key.reveal().size());
  {
    const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (file.fd() < 0) {
      const int error = errno;
      if (error == EEXIST)
        return problem(Fault::exists, fmt::format("there is a key file {} already; it is not replaced", path));
      return system_problem("create", path, error);
    }
    if (!write_all(file.fd(), key.reveal()) || ::fsync(file.fd()) != 0) {
      const int error = errno;
      ::unlink(path.c_str());
      return system_problem("write", path, error);
    }
  }
  // The name has to be as durable as the bytes: values sealed with a key that is gone after a power cut are lost.
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  const File folder(::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() < 0 || ::fsync(folder.fd()) != 0) return system_problem("make durable", path, errno);
  return Vault(key.reveal());
}

std::expected<Vault, Problem> Vault::open_or_create(const std::string& path) {
  auto opened = open(path);
  if (opened || opened.error().fault != Fault::missing) return opened;
  auto created = create(path);
  if (created || created.error().fault != Fault::exists) return created;
  return open(path);  // another process was faster
}

std::string Vault::seal(std::span<const std::uint8_t> value, std::string_view context) const {
  std::vector<std::uint8_t> box(nonce_bytes + value.size() + tag_bytes);
  randombytes_buf(box.data(), nonce_bytes);
  unsigned long long written = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(box.data() + nonce_bytes, &written, value.data(), value.size(),
                                             reinterpret_cast<const std::uint8_t*>(context.data()), context.size(),
                                             nullptr, box.data(), key_.reveal().data());
  std::string text(version);
  text.resize(version.size() + sodium_base64_encoded_len(box.size(), base64));
  sodium_bin2base64(text.data() + version.size(), text.size() - version.size(), box.data(), box.size(), base64);
  text.pop_back();  // the terminating zero that libsodium writes
  return text;
}

std::expected<Secret<std::vector<std::uint8_t>>, Problem> Vault::unseal(std::string_view sealed,
                                                                        std::string_view context) const {
  if (!sealed.starts_with(version) || sealed.size() == version.size()) return not_sealed_here();
  sealed.remove_prefix(version.size());
  std::vector<std::uint8_t> box(sealed.size());
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(box.data(), box.size(), sealed.data(), sealed.size(), nullptr, &size, &end, base64) != 0 ||
      end != sealed.data() + sealed.size() || size < nonce_bytes + tag_bytes)
    return not_sealed_here();
  Secret<std::vector<std::uint8_t>> value(std::vector<std::uint8_t>(size - nonce_bytes - tag_bytes));
  unsigned long long written = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          value.reveal().data(), &written, nullptr, box.data() + nonce_bytes, size - nonce_bytes,
          reinterpret_cast<const std::uint8_t*>(context.data()), context.size(), box.data(), key_.reveal().data()) != 0)
    return not_sealed_here();
  return value;
}

Vault::Key Vault::derive(std::string_view purpose) const {
  Key out{};
  crypto_generichash(out.data(), out.size(), reinterpret_cast<const std::uint8_t*>(purpose.data()), purpose.size(),
                     key_.reveal().data(), key_.reveal().size());
  return out;
}

std::string Vault::key_id() const {
  static constexpr std::string_view purpose = "ringfence key id";
  std::array<std::uint8_t, crypto_generichash_BYTES> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const std::uint8_t*>(purpose.data()), purpose.size(),
                     key_.reveal().data(), key_.reveal().size());
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) text += fmt::format("{:02x}", hash[i]);
  return text;
}

}  // namespace rf::seal
