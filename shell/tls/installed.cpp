#include "shell/tls/installed.hpp"

#include <openssl/err.h>
#include <unistd.h>

#include <vector>

#include "core/base/limits/acme.hpp"
#include "shell/tls/context.hpp"
#include "shell/tls/openssl.hpp"

namespace rf::tls {
namespace {

/// Empty: there is nothing wrong with them.
std::string fault_of(std::span<const Certificate> chain, EVP_PKEY* key, std::int64_t now_wall_ms) {
  if (chain.empty()) return "it holds no certificate in PEM";
  if (chain.size() > AcmeLimits::chain) return "its chain is too long";
  X509* const leaf = chain.front().get();
  if (X509_check_private_key(leaf, key) != 1)
    return chain.size() > 1 ? "the key is not that of its first certificate, which has to be the server's"
                            : "the key is not that of the certificate";
  const std::int64_t begin = wall_ms_of(X509_get0_notBefore(leaf)), end = wall_ms_of(X509_get0_notAfter(leaf));
  if (end <= now_wall_ms) return "the certificate has ended";
  if (begin > now_wall_ms) return "the certificate is not in force yet, by the clock of this host";
  if (X509_check_purpose(leaf, X509_PURPOSE_SSL_SERVER, 0) != 1) return "the certificate is not for servers";
  const Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr)));
  if (!names || sk_GENERAL_NAME_num(names.get()) == 0)
    return "the certificate names no host (subjectAltName), so no phone and no browser would believe it";
  for (std::size_t i = 0; i + 1 < chain.size(); ++i)
    if (X509_verify(chain[i].get(), X509_get0_pubkey(chain[i + 1].get())) != 1)
      return "its chain does not hold: each certificate has to be followed by the one that signed it";
  return {};
}

constexpr std::string_view candidate_suffix = ".candidate";

}  // namespace

std::expected<void, std::string> install_certificate(const fs::path& file, std::string_view pem,
                                                     std::int64_t now_wall_ms) {
  ERR_clear_error();
  if (pem.size() > AcmeLimits::answer_bytes) return std::unexpected(std::string("it is too long"));
  const std::vector<Certificate> chain = read_chain(pem);
  const Key key = read_key(pem);
  if (!key)
    return std::unexpected(std::string(pem.find("ENCRYPTED") != std::string_view::npos
                                           ? "its key is locked with a password, which nobody could type at a start"
                                           : "it holds no private key in PEM"));
  if (std::string fault = fault_of(chain, key.get(), now_wall_ms); !fault.empty())
    return std::unexpected(std::move(fault));
  const fs::path candidate = file.string() + std::string(candidate_suffix);
  if (auto written = write_pair(candidate, chain, key.get()); !written) return written;
  // What TLS itself would refuse, such as a key that is too short, is found before anything depends on it.
  const auto context = server_context(candidate, candidate);
  Text kept;
  if (!context)
    kept = std::unexpected(std::string("TLS does not take it: ") + failed("using it").error());
  else if (::rename(candidate.c_str(), file.c_str()) != 0)
    kept = file_failed("cannot replace", file);
  if (!kept) (void)::unlink(candidate.c_str());
  return kept;
}

void drop_leftovers(const fs::path& directory) {
  std::error_code fault;
  std::vector<fs::path> left;
  for (fs::directory_iterator each(directory, fault); !fault && each != fs::directory_iterator();
       each.increment(fault)) {
    fs::path name = each->path().filename();
    if (name.extension() == fresh_suffix) name = name.stem();
    if (name.extension() == candidate_suffix) name = name.stem();
    const bool ours = name.extension() == ".pem" || name.extension() == ".key";
    if (ours && name != each->path().filename() && each->symlink_status(fault).type() == fs::file_type::regular)
      left.push_back(each->path());
  }
  for (const fs::path& each : left) (void)::unlink(each.c_str());
}

}  // namespace rf::tls
