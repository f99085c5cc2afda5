#include "shell/tls/openssl.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>
#include <system_error>

#include "core/base/limits/acme.hpp"

namespace rf::tls {
namespace {

/// Clocks of phones are often a little behind.
constexpr std::int64_t backdate_ms = 3'600'000;

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

/// 159 random bits, positive: unguessable and, practically, unique (RFC 5280 §4.1.2.2).
bool set_serial(X509* certificate) {
  const Serial number(BN_new());
  return number && BN_rand(number.get(), 159, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_name(X509_NAME* name, const std::string& common_name) {
  const auto add = [&](const char* field, const std::string& value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
  };
  return add("O", "Ringfence") && add("CN", common_name);
}

Key key_in(const Bio& text) {
  // The empty password keeps OpenSSL from asking on the terminal for an encrypted key.
  return Key(text ? PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, const_cast<char*>("")) : nullptr);
}

Bio reader_of(std::string_view pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(std::min<std::size_t>(pem.size(), INT_MAX))));
}

}  // namespace

std::unexpected<std::string> failed(const char* what) {
  const char* const why = ERR_reason_error_string(ERR_peek_last_error());
  return std::unexpected(fmt::format("{} failed: {}", what, why != nullptr ? why : "unknown reason"));
}

std::unexpected<std::string> file_failed(const char* what, const fs::path& path) {
  return std::unexpected(fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(errno)));
}

std::int64_t wall_ms_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return static_cast<std::int64_t>(::timegm(&parts)) * 1000;
}

Certificate read_certificate(const fs::path& path) {
  const Bio file(BIO_new_file(path.c_str(), "r"));
  return Certificate(file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr) : nullptr);
}

Key read_key(const fs::path& path) {
  return key_in(Bio(BIO_new_file(path.c_str(), "r")));
}

std::vector<Certificate> read_chain(std::string_view pem) {
  const Bio text = reader_of(pem);
  std::vector<Certificate> out;
  while (text && out.size() <= AcmeLimits::chain) {
    Certificate next(PEM_read_bio_X509(text.get(), nullptr, nullptr, const_cast<char*>("")));
    if (!next) break;
    out.push_back(std::move(next));
  }
  return out;
}

Key read_key(std::string_view pem) {
  return key_in(reader_of(pem));
}

Text write_pair(const fs::path& path, std::span<const Certificate> chain, EVP_PKEY* key) {
  ERR_clear_error();
  // From OpenSSL's secure memory functions, so that the PEM text is wiped when freed.
  const Bio content(BIO_new(BIO_s_secmem()));
  for (const Certificate& each : chain)
    if (!content || PEM_write_bio_X509(content.get(), each.get()) != 1) return failed("writing a certificate");
  if (!content || PEM_write_bio_PKCS8PrivateKey(content.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return failed("writing a key");
  return write_file(path, content, 0600);
}

Text write_file(const fs::path& path, const Bio& content, mode_t mode) {
  char* bytes = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(content.get(), &bytes));
  const fs::path fresh = path.string() + std::string(fresh_suffix);
  (void)::unlink(fresh.c_str());
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (file < 0) return file_failed("cannot write", fresh);
  const auto fail = [&](const char* what, const fs::path& which, int error) {
    // It may hold a key, or a part of one.
    (void)::unlink(fresh.c_str());
    errno = error;
    return file_failed(what, which);
  };
  const bool written = ::write(file, bytes, size) == static_cast<ssize_t>(size) && ::fsync(file) == 0;
  const int error = errno;
  ::close(file);
  if (!written) return fail("cannot write", fresh, error);
  if (::rename(fresh.c_str(), path.c_str()) != 0) return fail("cannot replace", path, errno);
  return {};
}

Certificate make_certificate(const Shape& shape, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                             std::int64_t wall_ms) {
  Certificate certificate(X509_new());
  if (!certificate) return nullptr;
  X509* const raw = certificate.get();
  const std::int64_t begin_ms = wall_ms - backdate_ms;
  const auto seconds = [](std::int64_t ms) { return static_cast<std::time_t>(ms / 1000); };
  const bool filled = X509_set_version(raw, X509_VERSION_3) == 1 && set_serial(raw) &&
                      ASN1_TIME_set(X509_getm_notBefore(raw), seconds(begin_ms)) != nullptr &&
                      ASN1_TIME_set(X509_getm_notAfter(raw), seconds(shape.end_wall_ms)) != nullptr &&
                      set_name(X509_get_subject_name(raw), shape.common_name) &&
                      X509_set_issuer_name(raw, X509_get_subject_name(issuer != nullptr ? issuer : raw)) == 1 &&
                      X509_set_pubkey(raw, key) == 1;
  if (!filled) return nullptr;
  for (const auto& [kind, value] : shape.extensions)
    if (!add_extension(raw, issuer != nullptr ? issuer : raw, kind, value)) return nullptr;
  return X509_sign(raw, issuer_key, EVP_sha256()) > 0 ? std::move(certificate) : nullptr;
}

bool covers(X509* certificate, std::span<const std::string> names, std::span<const Address> addresses) {
  const auto covers_name = [&](const std::string& name) {
    return X509_check_host(certificate, name.data(), name.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1;
  };
  const auto covers_address = [&](const Address& address) {
    const auto& bytes = address.bytes();
    const std::size_t skip = address.is_v4() ? 12 : 0;
    return X509_check_ip(certificate, bytes.data() + skip, bytes.size() - skip, 0) == 1 &&
           (!address.is_v4() || covers_name(address.text()));
  };
  return std::all_of(names.begin(), names.end(), covers_name) &&
         std::all_of(addresses.begin(), addresses.end(), covers_address);
}

}  // namespace rf::tls
