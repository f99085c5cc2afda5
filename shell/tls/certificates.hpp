// The certificates of a system that has none yet: a local authority and a server certificate made with it (W1).
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/address.hpp"

namespace rf::tls {

/// PEM files; keys are readable by their owner only.
struct CertificateFiles {
  std::filesystem::path ca_certificate;  ///< ca.pem: what phones and browsers are told to trust
  std::filesystem::path ca_key;          ///< ca.key
  std::filesystem::path certificate;     ///< server.pem: the server's, then the authority's
  std::filesystem::path key;             ///< server.key
  bool renewed = false;                  ///< the server certificate was made by this call
};

struct CertificateOptions {
  std::int64_t wall_ms = 0;         ///< now
  std::uint32_t ca_days = 3'650;
  std::uint32_t server_days = 397;  ///< the most that browsers accept
  std::uint32_t renew_days = 30;    ///< a server certificate that ends sooner is made again
};

/// Makes sure that `directory` (made 0700 if missing) holds an authority and a server certificate for all `names` and
/// `addresses` (ECDSA P-256, subjectAltName). What is there, valid, matching and long enough is kept; the server
/// certificate is made again when it is near its end, does not name everybody, or does not belong to its key or
/// authority. A damaged or expired authority is an error, because replacing it silently would cut off every phone
/// that trusts it. Files are replaced whole (rename). Errors: a sentence naming the file.
std::expected<CertificateFiles, std::string> ensure_certificates(const std::filesystem::path& directory,
                                                                 std::span<const std::string> names,
                                                                 std::span<const Address> addresses,
                                                                 const CertificateOptions& options);

/// When the first certificate in a PEM file ends, in milliseconds since 1970. Errors: a sentence naming the file.
std::expected<std::int64_t, std::string> expiry(const std::filesystem::path& certificate);

/// Every address of this host's interfaces that a certificate can name: loopback included, link-local left out.
std::vector<Address> local_addresses();

}  // namespace rf::tls
