// The built-in authority's certificate for this server: who it names.
#pragma once

#include <expected>
#include <string>

#include "shell/config/settings.hpp"
#include "shell/tls/certificates.hpp"

namespace rf::app {

/// Certificates in `folder` for server.domains, the host's name and every address of the host.
std::expected<tls::CertificateFiles, std::string> ensure_own_certificates(const config::Settings& settings,
                                                                          const std::string& folder);

}  // namespace rf::app
