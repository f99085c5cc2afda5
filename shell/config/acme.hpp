// [acme]: an authority elsewhere that gives our certificate.
#pragma once

#include <string>
#include <vector>

#include "core/base/address.hpp"

namespace rf::config {

struct AcmeSettings {
  bool enabled = false;  ///< there is such a section
  std::string directory = "https://acme-v02.api.letsencrypt.org/directory";
  std::vector<std::string> names;  ///< of the certificate; when none are given, server.domains
  std::string contact;             ///< an e-mail address; may be empty
  std::string ca;                  ///< PEM: who may vouch for the authority's own server, instead of the system's
  std::vector<Subnet> networks;    ///< where that server may be besides public addresses

  friend bool operator==(const AcmeSettings&, const AcmeSettings&) = default;
};

}  // namespace rf::config
