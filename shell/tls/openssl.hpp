// What the files of this room share of OpenSSL: owners of its objects, making and reading certificates.
#pragma once

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/freed.hpp"

namespace rf::tls {

namespace fs = std::filesystem;

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Serial = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;
using Text = std::expected<void, std::string>;

/// Of what write_file() writes until it is whole.
inline constexpr std::string_view fresh_suffix = ".new";

/// Both end with OpenSSL's, or the system's, own reason.
std::unexpected<std::string> failed(const char* what);
std::unexpected<std::string> file_failed(const char* what, const fs::path& path);

std::int64_t wall_ms_of(const ASN1_TIME* time);
/// Null: there is none in it.
Certificate read_certificate(const fs::path& path);
Key read_key(const fs::path& path);
/// Of a text in PEM: its certificates in their order, one more than AcmeLimits::chain at most, and its first key.
std::vector<Certificate> read_chain(std::string_view pem);
Key read_key(std::string_view pem);
/// One file: a certificate without its key is worth nothing.
Text write_pair(const fs::path& path, std::span<const Certificate> chain, EVP_PKEY* key);
/// Writes beside `path` and renames, so that no reader ever sees half a file.
Text write_file(const fs::path& path, const Bio& content, mode_t mode);

struct Shape {
  std::string common_name;
  std::int64_t end_wall_ms = 0;
  std::vector<std::pair<int, std::string>> extensions;
};

/// A certificate for `key`, signed by `issuer`'s key; self-signed when `issuer` is null.
Certificate make_certificate(const Shape& shape, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                             std::int64_t wall_ms);
/// Whether it names all of them.
bool covers(X509* certificate, std::span<const std::string> names, std::span<const Address> addresses);

}  // namespace rf::tls
