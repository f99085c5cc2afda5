// From what the server decides to what the kernel enforces: bans, lists, media ports.
#pragma once

#include <array>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/guard/bans.hpp"
#include "core/guard/compile.hpp"
#include "core/media/plan.hpp"
#include "core/policy/policy.hpp"
#include "core/record/records.hpp"
#include "shell/config/settings.hpp"
#include "shell/firewall/firewall.hpp"

namespace rf::app {

/// Starts the enforcer; to be called on the main thread while the process has its rights, which it then gives up.
/// `why_not` says why there is none. Also where the kernel is to enforce nothing: listeners get their buffers by it.
std::unique_ptr<firewall::Firewall> start_firewall(std::string& why_not);

/// What is ours: the doors of listeners that others can reach, and the media ports when pinholes are wanted.
firewall::Begin ground_of(const config::Settings& settings, std::span<const policy::Listener> listeners);

/// A ban for the kernel; none for what is over, and none for a block wider than one source: phones may live in it.
std::vector<firewall::Ban> kernel_bans(std::span<const guard::Ban> bans, std::span<const record::Binding> phones,
                                       const guard::Compiled& rules, std::int64_t wall_ms);
bool is_single_source(const Subnet& subnet);

/// The media ports of a call's stream, each open for its peer alone. A peer that nobody knows yet has none.
std::vector<firewall::Pinhole> pinholes_of(const media::RelayPlan& plan);
std::array<std::uint16_t, 4> ports_of(const media::RelayPlan& plan);

}  // namespace rf::app
