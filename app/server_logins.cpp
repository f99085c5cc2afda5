// Who signs in at a running server.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "app/host.hpp"
#include "app/people_commands.hpp"
#include "app/server.hpp"

namespace rf::app {

using command::Error;

std::expected<void, Error> Server::open_logins() {
  Logins::Doors doors{*log_,
                      [this](const std::function<void(Records&)>& work) {
                        const std::lock_guard lock(records_mutex_);
                        work(*records_);
                      },
                      [this](audit::Event event) {
                        if (const auto written = append_audit(std::move(event)); !written)
                          log_->say(effect::Level::error, "audit", written.error().text);
                      },
                      [this](const Endpoint& remote, std::string_view account) {
                        inlet_.offer(engine::Noticed{remote, Transport::tls, current_settings().web.port,
                                                     guard::Observation::auth_failed, std::string(account)});
                      },
                      [this](const Address& from) {
                        const policy::PolicyRef now = policy();
                        return from.is_loopback() ||
                               std::any_of(now->local_networks.begin(), now->local_networks.end(),
                                           [&](const Subnet& block) { return block.contains(from); });
                      },
                      [this] { return events_->has_mail(); },
                      [this](const std::string& to, const event::Filled& words, std::stop_token stop) {
                        return events_->post(words, to, std::move(stop)).trouble;
                      },
                      [this](const command::Checked& checked, const std::string& actor,
                             const std::function<bool()>& still) { return carry_out_for(checked, actor, still); }};
  std::uint64_t seed = 0;
  fill_from_kernel(&seed, sizeof seed);
  logins_ = std::make_unique<Logins>(std::move(doors), settings_.login, seed);
  if (const auto restored = logins_->restore(*records_); !restored) return std::unexpected(error_of(restored.error()));
  return {};
}

void Server::greet_first() {
  if (!web_ || logins_->people()->has_administrator()) return;
  log_->say(effect::Level::notice, "no_administrator", "nobody may sign in yet; on this machine: ringfence user first");
  // Never into a log: what stands there is read by others.
  if (::isatty(STDOUT_FILENO) == 0) return;
  const std::lock_guard lock(records_mutex_);
  const Outcome link = first_link(*records_, AccessLimits::invitation_s, wall_now_ms());
  if (!link) return;
  fmt::print("\nThe first administrator is made here, once, within a day:\n  {}\n\n",
             link->at("link").get<std::string>());
  std::fflush(stdout);
}

}  // namespace rf::app
