#include "app/enforcement.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "app/web_reach.hpp"


namespace rf::app {
namespace {

firewall::Wish wish_of(config::Enforcement wanted) {
  switch (wanted) {
    case config::Enforcement::automatic:
      return firewall::Wish::automatic;
    case config::Enforcement::xdp:
      return firewall::Wish::xdp_native;
    case config::Enforcement::xdp_generic:
      return firewall::Wish::xdp_generic;
    case config::Enforcement::nftables:
      return firewall::Wish::nftables;
    case config::Enforcement::user_space:
      return firewall::Wish::user_space;
  }
  return firewall::Wish::user_space;
}

// Beside this program, or where an installation has it.
std::string program_path() {
  std::error_code fault;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", fault);
  if (fault) return {};
  for (const std::filesystem::path& folder : {self.parent_path(), self.parent_path() / "../libexec"})
    if (std::filesystem::exists(folder / "ringfence-firewall", fault)) return folder / "ringfence-firewall";
  return {};
}

Endpoint rtcp_of(const media::LegPlan& leg) {
  if (leg.remote_rtcp.port != 0) return leg.remote_rtcp;
  return {leg.remote_rtp.address, static_cast<std::uint16_t>(leg.remote_rtp.port + 1)};
}

}  // namespace

std::unique_ptr<firewall::Firewall> start_firewall(std::string& why_not) {
  std::unique_ptr<firewall::Firewall> out;
  const std::string program = program_path();
  if (!firewall::may_administer_network()) {
    why_not = "packet filters are for root, and the server was not started by it";
  } else if (program.empty()) {
    why_not = "ringfence-firewall is not installed beside this program";
  } else if (auto started = firewall::Firewall::start(program)) {
    out = std::move(*started);
  } else {
    why_not = started.error();
  }
  if (auto given_up = firewall::give_up_rights(); !given_up && out) {
    // A process that reads strangers' packets and may change packet filters is what this is to prevent.
    why_not = given_up.error();
    out.reset();
  }
  return out;
}

firewall::Begin ground_of(const config::Settings& settings, std::span<const policy::Listener> listeners) {
  firewall::Begin out;
  out.wish = wish_of(settings.guard.enforcement);
  if (settings.media.pinholes) {
    out.first_media_port = settings.media.first_port;
    out.last_media_port = settings.media.last_port;
  }
  for (const policy::Listener& one : listeners) {
    if (one.bind.address.is_loopback()) continue;
    const firewall::Door door{one.bind, is_stream(one.transport) ? firewall::Protocol::tcp : firewall::Protocol::udp};
    if (std::find(out.doors.begin(), out.doors.end(), door) == out.doors.end()) out.doors.push_back(door);
  }
  for (const Endpoint& bind : web_binds(settings))
    if (!bind.address.is_loopback()) out.doors.push_back({bind, firewall::Protocol::tcp});
  // Nothing of ours can be reached from outside this host, so there is nothing for the kernel to do.
  if (out.doors.empty()) out.wish = firewall::Wish::user_space;
  return out;
}

bool is_single_source(const Subnet& subnet) {
  return subnet.base.is_v4() ? subnet.prefix == 128 : subnet.prefix >= 64;
}

std::vector<firewall::Ban> kernel_bans(std::span<const guard::Ban> bans, std::span<const record::Binding> phones,
                                       const guard::Compiled& rules, std::int64_t wall_ms) {
  std::vector<firewall::Ban> out;
  for (const guard::Ban& ban : bans) {
    if (!ban.active(wall_ms) || !is_single_source(ban.subnet) || rules.meets_protected(ban.subnet, wall_ms)) continue;
    const bool has_phones = std::any_of(phones.begin(), phones.end(), [&](const record::Binding& one) {
      return ban.subnet.contains(one.flow.remote.address);
    });
    if (!has_phones) out.push_back({ban.subnet, static_cast<std::uint64_t>(ban.until_ms - wall_ms)});
  }
  return out;
}

std::vector<firewall::Pinhole> pinholes_of(const media::RelayPlan& plan) {
  std::vector<firewall::Pinhole> out;
  for (const media::LegPlan& leg : plan.legs) {
    const bool by_ice = leg.security.ice.has_value();
    if (leg.local_port == 0 || (leg.remote_rtp.port == 0 && !by_ice)) continue;
    Endpoint rtp = leg.remote_rtp, rtcp = rtcp_of(leg);
    if (by_ice) {
      // Where its checks come from no description says: a symmetric NAT shows another address to each of us. The relay
      // answers who knows the password of this one call, and nobody else is heard.
      rtp = rtcp = {};
    } else if (leg.learn) {
      // Behind a NAT, or beside its proxy: it may come from either address, and the relay takes the first that fits.
      const bool unroutable = leg.remote_rtp.address.is_unspecified() ||
                              (leg.remote_rtp.address.is_private() && !leg.signalling.is_private());
      rtp = rtcp = {unroutable ? leg.signalling : Address{}, 0};
    }
    out.push_back({leg.local_port, rtp});
    if (!leg.security.mux) out.push_back({static_cast<std::uint16_t>(leg.local_port + 1), rtcp});
  }
  return out;
}

std::array<std::uint16_t, 4> ports_of(const media::RelayPlan& plan) {
  const auto next = [](std::uint16_t port) { return static_cast<std::uint16_t>(port + 1); };
  const auto& [caller, callee] = plan.legs;
  return {caller.local_port, next(caller.local_port), callee.local_port, next(callee.local_port)};
}

}  // namespace rf::app
