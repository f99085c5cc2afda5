// What happens now, told to those who listen to /api/v1/live.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "core/access/permission.hpp"
#include "core/effect/effect.hpp"
#include "core/policy/policy.hpp"
#include "shell/control/protocol.hpp"
#include "shell/web/server.hpp"

namespace rf::app {

/// What can be listened to, a bit each, and what it takes to be allowed to.
struct Topic {
  std::uint32_t bit = 0;
  std::string_view name;  ///< "calls"
  access::Permission permission = access::Permission::system_read;
  std::string_view summary;
};
std::span<const Topic> topics();

/// What somebody who asks for /api/v1/live?topics=calls,bans&tenant=acme is to hear; without `topics` all that he may.
/// Whoever is of a tenant hears of that alone. Refused are unknown topics and those that he may not hear, and tenants
/// that he does not reach.
web::Listening listening_of(const web::Request& asked, std::span<const policy::Tenant> tenants);

/// Turns effects into texts for listeners. As long as nobody listens to a topic, nothing is made for it. The texts are
/// JSON objects with "topic", "what" and "at". From any thread; never waits.
class Feed {
 public:
  void open(web::Server* server);
  void close();

  void on(const effect::Report& report);
  void on(const effect::CloseCdr& closed);
  void on(const effect::StoreBan& ban);
  void on(const effect::DropBan& ban);
  void on(const effect::WriteLedger& entries);

 private:
  bool heard(std::uint32_t topics);
  /// `tenant`: whose business it is; none: of nobody who is of a tenant.
  void tell(std::uint32_t topic, std::string_view what, control::Json more, TenantId tenant = {});

  std::mutex mutex_;  ///< over `server_`; held for moments
  web::Server* server_ = nullptr;
  std::int64_t spend_told_ms_ = 0;  ///< engine's thread
};

}  // namespace rf::app
