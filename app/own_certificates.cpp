#include "app/own_certificates.hpp"

#include <unistd.h>

#include <chrono>

namespace rf::app {

std::expected<tls::CertificateFiles, std::string> ensure_own_certificates(const config::Settings& settings,
                                                                          const std::string& folder) {
  std::vector<std::string> names = settings.server.domains;
  char host[256]{};
  if (::gethostname(host, sizeof host - 1) == 0 && host[0] != '\0') names.emplace_back(host);
  names.emplace_back("localhost");
  tls::CertificateOptions options;
  options.wall_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  return tls::ensure_certificates(folder, names, tls::local_addresses(), options);
}

}  // namespace rf::app
