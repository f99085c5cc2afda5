#include "app/snapshot.hpp"

#include "app/host.hpp"
#include "app/listeners.hpp"

namespace rf::app {

std::expected<policy::PolicyRef, std::string> snapshot(const config::Settings& settings,
                                                       std::vector<policy::Listener> listeners,
                                                       std::vector<policy::Extension> extensions,
                                                       std::vector<policy::Tenant> tenants, std::uint64_t version,
                                                       const dtls::Identities& certificates) {
  auto policy = std::make_shared<policy::Policy>();
  policy->version = version;
  policy->realm = settings.server.realm;
  policy->domains = settings.server.domains;
  policy->tenants = std::move(tenants);
  policy->local_networks = settings.local_networks;
  policy->listeners = std::move(listeners);
  policy->proxies = settings.proxies;
  policy->source_v4 = source_address(true);
  policy->source_v6 = source_address(false);
  policy->times = settings.times;
  policy->limits = settings.limits;
  policy->transcode = settings.media.transcode;
  policy->media_elsewhere = settings.media.elsewhere;
  policy->media_falls_back = settings.media.falls_back;
  policy->media_ports = {settings.media.first_port, settings.media.last_port};
  policy->media_encryption = settings.media.encryption;
  if (!settings.media.interface.empty())
    for (const Address& address : addresses_of(settings.media.interface)) {
      Address& own = address.is_v4() ? policy->media_v4 : policy->media_v6;
      if (own.is_unspecified()) own = address;
    }
  policy->md5_allowed = settings.md5_allowed;
  policy->sha2_allowed = settings.sha2_allowed;
  for (std::size_t i = 0; i < certificates.size(); ++i)
    policy->media_fingerprints[i] = certificates[i]->fingerprint().sha256;
  policy->user_agent = settings.server.user_agent;
  if (auto clash = policy->compile(std::move(extensions))) return std::unexpected(std::move(*clash));
  return policy::PolicyRef(std::move(policy));
}

}  // namespace rf::app
