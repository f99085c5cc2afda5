#include "core/engine/trunk_door.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/limits/call.hpp"
#include "core/engine/front.hpp"

namespace rf::engine {

using effect::Level;
using effect::Reason;

namespace {

constexpr std::int64_t impostors_every_ms = 1'000;

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The number as Match compares it: E.164 with +, where it can be one.
std::string called_of(const std::string& user) {
  if (user.starts_with('+') && is_digits(std::string_view(user).substr(1))) return user;
  return is_digits(user) && !user.starts_with('0') ? "+" + user : std::string();
}

}  // namespace

void TrunkDoor::adopt(const policy::Policy& policy, const toll::Plan& plan) {
  gateways_ = {};
  for (const toll::TrunkTerms& each : plan.terms().trunks)
    if (each.line.enabled && each.line.accepts && !each.line.password.reveal().empty())
      gateways_.add(each.line.id, each.line.user, policy.realm, each.line.password.reveal(), each.line.md5_allowed);
}

void TrunkDoor::on_proved(const policy::Policy& policy, ConnectionId connection, std::vector<std::string> names) {
  names.resize(std::min(names.size(), TrunkLimits::certificates));
  if (peers_.size() < policy.limits.connections_max) peers_[connection] = std::move(names);
}

trunk::Arrival TrunkDoor::arrival_of(const sip::Message& request, const Flow& flow) {
  user_ = sip::unescape(request.request_uri.user);
  called_ = called_of(user_);
  host_ = request.from.uri.host;
  for (char& c : host_) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  names_.clear();
  if (const auto peer = peers_.find(flow.connection); flow.connection && peer != peers_.end())
    names_.assign(peer->second.begin(), peer->second.end());
  return {flow.remote, flow.transport, names_, user_, called_, host_, trunks_.registered_at(flow), {}};
}

std::optional<trunk::Member> TrunkDoor::recognise(call::Context& ctx, const sip::Message& invite, const Flow& flow) {
  if (ctx.plan.terms().trunks.empty()) return std::nullopt;
  const trunk::Arrival arriving = arrival_of(invite, flow);
  const trunk::Origin origin = ctx.plan.match().find(arriving);
  if (const auto* member = std::get_if<trunk::Member>(&origin)) return *member;
  if (const auto* impostor = std::get_if<trunk::Impostor>(&origin)) {
    // A phone at the trunk's site comes from its address, too. It names us in From, and authenticates.
    const bool may_be_phone = impostor->only_implied && call::is_ours(ctx.policy, invite.from.uri, flow);
    if (!may_be_phone) tell(ctx, flow, *impostor, arriving);
  }
  return std::nullopt;
}

std::optional<trunk::Member> TrunkDoor::proven(const toll::Plan& plan, const sip::Message& request, const Flow& flow,
                                               TrunkId trunk) {
  trunk::Arrival arriving = arrival_of(request, flow);
  arriving.password = trunk;
  const trunk::Origin origin = plan.match().find(arriving);
  const auto* member = std::get_if<trunk::Member>(&origin);
  return member ? std::optional(*member) : std::nullopt;
}

void TrunkDoor::tell_misfit(call::Context& ctx, const sip::Message& request, const Flow& flow, std::string_view user) {
  const auth::Gateway* gateway = gateways_.find(user);
  if (!gateway) return;
  trunk::Arrival arriving = arrival_of(request, flow);
  arriving.password = gateway->trunk;
  const trunk::Origin origin = ctx.plan.match().find(arriving);
  if (const auto* impostor = std::get_if<trunk::Impostor>(&origin)) tell(ctx, flow, *impostor, arriving);
}

bool TrunkDoor::is_of(const toll::Plan& plan, const sip::Message& request, const Flow& flow, const Flow& path,
                      TrunkId trunk) {
  if (!trunk) return false;
  trunk::Arrival arriving = arrival_of(request, flow);
  arriving.request_user = {};
  arriving.called = {};
  const trunk::Origin origin = plan.match().find(arriving);
  const auto* member = std::get_if<trunk::Member>(&origin);
  if (member == nullptr || member->trunk() != trunk) return false;
  return member->proof() != trunk::Proof::address || is_stream(flow.transport) || flow.remote.port == path.remote.port;
}

void TrunkDoor::tell(call::Context& ctx, const Flow& flow, const trunk::Impostor& impostor,
                     const trunk::Arrival& arriving) {
  ++untold_;
  if (ctx.now.mono_ms - told_ms_ < impostors_every_ms) return;
  told_ms_ = ctx.now.mono_ms;
  std::string detail = ctx.plan.match().explain(impostor, arriving);
  if (untold_ > 1) detail += fmt::format(" ({} messages since the last line)", untold_);
  untold_ = 0;
  ctx.report(Level::warning, Reason::trunk_impostor, flow, {}, {}, detail);
}

int TrunkDoor::refusal(const call::Context& ctx, const sip::Message& request, const Flow& flow, TrunkId trunk) const {
  if (request.method == sip::Method::options) return 0;
  if (request.method != sip::Method::register_) return 405;
  if (!call::is_ours(ctx.policy, request.request_uri, flow)) return 404;
  const toll::TrunkTerms* terms = ctx.plan.trunk(trunk);
  return terms && sip::unescape(request.to.uri.user) == terms->line.user ? 0 : 403;
}

std::optional<std::uint32_t> TrunkDoor::turn_away(const call::Context& ctx, sip::Method method, TrunkId trunk) {
  const bool registers = method == sip::Method::register_;
  const std::uint32_t per_s = registers ? ctx.policy.limits.registers_per_s : ctx.policy.limits.requests_per_s;
  return (registers ? registers_ : calls_).turn_away(ctx.now.mono_ms, ExtensionId{trunk.value}, per_s);
}

}  // namespace rf::engine
