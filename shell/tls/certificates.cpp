#include "shell/tls/certificates.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "shell/tls/openssl.hpp"

namespace rf::tls {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

Text write_key(const fs::path& path, EVP_PKEY* key) {
  // From OpenSSL's secure memory functions, so that the PEM text is wiped when freed.
  const Bio content(BIO_new(BIO_s_secmem()));
  if (!content || PEM_write_bio_PKCS8PrivateKey(content.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return failed("writing a key");
  return write_file(path, content, 0600);
}

Text write_certificates(const fs::path& path, std::initializer_list<X509*> certificates) {
  const Bio content(BIO_new(BIO_s_mem()));
  for (X509* certificate : certificates)
    if (!content || PEM_write_bio_X509(content.get(), certificate) != 1) return failed("writing a certificate");
  return write_file(path, content, 0644);
}

/// Letters, digits, "-", "." and a leading "*.": what may stand in subjectAltName without meaning something else there.
bool is_host_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty() || name.size() > 253 || name.front() == '.' || name.front() == '-') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

struct Authority {
  Certificate certificate;
  Key key;
};

std::expected<Authority, std::string> make_authority(const CertificateFiles& files, const CertificateOptions& options) {
  Key key(EVP_EC_gen("P-256"));
  if (!key) return failed("making a key");
  std::array<unsigned char, 4> mark{};
  if (RAND_bytes(mark.data(), static_cast<int>(mark.size())) != 1) return failed("drawing random bytes");
  // Two systems' authorities have to be told apart in a phone's list.
  const Shape shape{fmt::format("Ringfence local authority {:02x}", fmt::join(mark, "")),
                    options.wall_ms + options.ca_days * day_ms,
                    {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                     {NID_key_usage, "critical,keyCertSign,cRLSign"},
                     {NID_subject_key_identifier, "hash"}}};
  Certificate certificate = make_certificate(shape, key.get(), nullptr, key.get(), options.wall_ms);
  if (!certificate) return failed("making the authority");
  if (auto done = write_key(files.ca_key, key.get()); !done) return std::unexpected(done.error());
  if (auto done = write_certificates(files.ca_certificate, {certificate.get()}); !done)
    return std::unexpected(done.error());
  return Authority{std::move(certificate), std::move(key)};
}

std::expected<Authority, std::string> read_authority(const CertificateFiles& files, const CertificateOptions& options) {
  Authority authority{read_certificate(files.ca_certificate), read_key(files.ca_key)};
  const auto broken = [&](std::string_view why) {
    return std::unexpected(
        fmt::format("{0} {1}; to have a new one made, which every phone must then be given, move {0} and {2} away",
                    files.ca_certificate.string(), why, files.ca_key.string()));
  };
  if (!authority.certificate) return broken("is no readable certificate");
  if (!authority.key) return broken("has no readable key beside it");
  if (X509_check_private_key(authority.certificate.get(), authority.key.get()) != 1)
    return broken("does not belong to the key beside it");
  if (wall_ms_of(X509_get0_notAfter(authority.certificate.get())) <= options.wall_ms) return broken("has expired");
  return authority;
}

bool is_good(const CertificateFiles& files, const Authority& authority, std::span<const std::string> names,
             std::span<const Address> addresses, const CertificateOptions& options) {
  const Certificate certificate = read_certificate(files.certificate);
  const Key key = read_key(files.key);
  if (!certificate || !key || X509_check_private_key(certificate.get(), key.get()) != 1) return false;
  if (X509_verify(certificate.get(), X509_get0_pubkey(authority.certificate.get())) != 1) return false;
  const std::int64_t end_ms = wall_ms_of(X509_get0_notAfter(certificate.get()));
  // One that ends with its authority cannot be made to last longer.
  const bool lasts = end_ms > options.wall_ms + options.renew_days * day_ms ||
                     end_ms == wall_ms_of(X509_get0_notAfter(authority.certificate.get()));
  return lasts && covers(certificate.get(), names, addresses);
}

Text make_server(const CertificateFiles& files, const Authority& authority, std::span<const std::string> names,
                 std::span<const Address> addresses, const CertificateOptions& options) {
  std::string alternatives;
  const auto add = [&](std::string_view kind, const std::string& value) {
    alternatives += fmt::format("{}{}:{}", alternatives.empty() ? "" : ",", kind, value);
  };
  for (const std::string& name : names) add("DNS", name);
  for (const Address& address : addresses) add("IP", address.text());
  // Phones whose TLS library compares names alone (Mbed TLS before 3.5: Linphone) look for the address among them.
  for (const Address& address : addresses)
    if (address.is_v4()) add("DNS", address.text());
  const std::int64_t end_ms = std::min(options.wall_ms + options.server_days * day_ms,
                                       wall_ms_of(X509_get0_notAfter(authority.certificate.get())));
  Shape shape{names.empty() ? (addresses.empty() ? "ringfence" : addresses.front().text()) : names.front(),
              end_ms,
              {{NID_basic_constraints, "critical,CA:FALSE"},
               {NID_key_usage, "critical,digitalSignature"},
               {NID_ext_key_usage, "serverAuth,clientAuth"},
               {NID_subject_key_identifier, "hash"},
               {NID_authority_key_identifier, "keyid:always"}}};
  if (!alternatives.empty()) shape.extensions.emplace_back(NID_subject_alt_name, alternatives);
  // RFC 5280 allows 64 characters of common name; the real names are in subjectAltName.
  if (shape.common_name.size() > 64) shape.common_name.resize(64);
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return failed("making a key");
  const Certificate certificate = make_certificate(shape, key.get(), authority.certificate.get(), authority.key.get(),
                                                   options.wall_ms);
  if (!certificate) return failed("making the server certificate");
  if (auto done = write_key(files.key, key.get()); !done) return done;
  return write_certificates(files.certificate, {certificate.get(), authority.certificate.get()});
}

}  // namespace

std::expected<CertificateFiles, std::string> ensure_certificates(const fs::path& directory,
                                                                 std::span<const std::string> names,
                                                                 std::span<const Address> addresses,
                                                                 const CertificateOptions& options) {
  ERR_clear_error();
  for (const std::string& name : names)
    if (!is_host_name(name)) return std::unexpected(fmt::format("\"{}\" is no host name for a certificate", name));
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return file_failed("cannot make", directory);
  CertificateFiles files;
  files.ca_certificate = directory / "ca.pem";
  files.ca_key = directory / "ca.key";
  files.certificate = directory / "server.pem";
  files.key = directory / "server.key";
  std::error_code ignored;
  const bool fresh = !fs::exists(files.ca_certificate, ignored);
  // The key is written first: a certificate beside no key would be taken for a damaged authority.
  const auto authority = fresh ? make_authority(files, options) : read_authority(files, options);
  if (!authority) return std::unexpected(authority.error());
  // Keys that were copied here by hand, with whatever rights.
  (void)::chmod(files.ca_key.c_str(), 0600);
  if (fs::exists(files.key, ignored)) (void)::chmod(files.key.c_str(), 0600);
  if (!fresh && is_good(files, *authority, names, addresses, options)) return files;
  if (auto done = make_server(files, *authority, names, addresses, options); !done)
    return std::unexpected(done.error());
  files.renewed = true;
  return files;
}

std::expected<std::int64_t, std::string> expiry(const fs::path& certificate) {
  ERR_clear_error();
  const Certificate read = read_certificate(certificate);
  if (!read) return std::unexpected(fmt::format("{} is no readable certificate", certificate.string()));
  return wall_ms_of(X509_get0_notAfter(read.get()));
}

std::vector<Address> local_addresses() {
  std::vector<Address> found;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return found;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr) continue;
    if (at->ifa_addr->sa_family == AF_INET) {
      sockaddr_in four;
      std::memcpy(&four, at->ifa_addr, sizeof four);
      found.push_back(Address::v4(ntohl(four.sin_addr.s_addr)));
    } else if (at->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 six;
      std::memcpy(&six, at->ifa_addr, sizeof six);
      if (IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr)) continue;
      std::array<std::uint8_t, 16> bytes;
      std::memcpy(bytes.data(), &six.sin6_addr, 16);
      found.push_back(Address::from_bytes(bytes));
    }
  }
  ::freeifaddrs(list);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace rf::tls
