#include "core/call/partings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/call/wire.hpp"

namespace rf::call {

using effect::Level;
using effect::Reason;

namespace {

/// Requests that the former process may have sent in a dialog after its record was written: the peer expects a CSeq
/// above all of them, and takes any that is.
constexpr std::uint32_t requests_since = 1 << 16;
constexpr std::uint32_t highest_cseq = 0x7fff'fff0;

}  // namespace

record::OpenDialog dialog_of(const Call& call, Side side, const Leg& leg) {
  const dialog::Dialog& dialog = *leg.dialog;
  record::OpenDialog out;
  out.call = call.cdr.id;
  out.side = static_cast<std::uint8_t>(index(side));
  out.trunk = leg.trunk;
  out.extension = leg.extension;
  out.call_id = dialog.call_id();
  out.local_tag = dialog.local_tag();
  out.remote_tag = dialog.remote_tag();
  out.local_party = dialog.local_party();
  out.remote_party = dialog.remote_party();
  out.remote_target = dialog.remote_target();
  out.routes = dialog.routes();
  out.local_cseq = dialog.local_cseq();
  out.flow = dialog.flow();
  out.began_wall_ms = call.cdr.started_wall_ms;
  return out;
}

void Partings::restore(Context& ctx, std::vector<record::OpenDialog> dialogs) {
  std::stable_sort(dialogs.begin(), dialogs.end(),
                   [](const auto& a, const auto& b) { return a.began_wall_ms > b.began_wall_ms; });
  std::size_t passed_over = 0;
  for (record::OpenDialog& each : dialogs) {
    const bool ended_long_ago = each.began_wall_ms < ctx.now.wall_ms - PartingLimits::age_ms;
    if (ended_long_ago || waiting_.size() >= PartingLimits::dialogs) {
      ctx.out.add(effect::ForgetDialog{each.call, each.side});
      ++passed_over;
    } else {
      waiting_.push_back(std::move(each));
    }
  }
  if (passed_over > 0)
    ctx.report(Level::warning, Reason::call_left_behind, {}, {}, {},
               fmt::format("{} more are too old or too many to be ended", passed_over));
  if (!waiting_.empty()) arm(ctx, PartingLimits::first_ms);
}

void Partings::arm(Context& ctx, std::int64_t after_ms) {
  ctx.timers.set(ctx.after_ms(after_ms), mark(Owner::parting, 0), 0);
}

void Partings::on_timer(Context& ctx) {
  if (waiting_.empty()) return;
  record::OpenDialog next = std::move(waiting_.front());
  waiting_.pop_front();
  if (!waiting_.empty()) arm(ctx, PartingLimits::between_ms);
  begin(ctx, std::move(next));
}

void Partings::begin(Context& ctx, record::OpenDialog row) {
  const Handle handle = leaving_.emplace();
  if (!handle) return;
  Leaving& leaving = *leaving_.find(handle);
  leaving.row = std::move(row);
  bring_back(ctx.policy, leaving.row.flow);
  const record::OpenDialog& kept = leaving.row;
  auto dialog = dialog::Dialog::kept(
      {kept.call_id, kept.local_tag, kept.remote_tag, kept.local_party, kept.remote_party, kept.remote_target,
       kept.routes, std::min(kept.local_cseq, highest_cseq - requests_since) + requests_since, kept.flow});
  if (!dialog) return done(ctx, handle, leaving, Level::warning, "what was kept of it is no dialog");
  leaving.dialog = std::move(*dialog);
  if (!kept.trunk) return end_at_phone(ctx, handle, leaving);
  const toll::TrunkTerms* terms = ctx.plan.trunk(kept.trunk);
  if (!terms || !terms->line.enabled)
    return done(ctx, handle, leaving, Level::warning, "its trunk is gone, and is told nothing");
  if (!terms->line.accepts) {
    if (const auto found = locator_.locate(ctx, terms->line.uri, {handle.value, 0}))
      located(ctx, handle, found->targets);
    return;
  }
  if (const Gateways::Binding* gateway = trunks_.registered(kept.trunk)) leaving.ways.push_back(gateway->flow);
  go(ctx, handle, leaving);
}

/// A phone whose connection ended with the process knows; one that is reached by datagrams talks to nobody.
void Partings::end_at_phone(Context& ctx, Handle handle, Leaving& leaving) {
  for (const Binding* binding : registrar_.reachable(ctx.policy, leaving.row.extension))
    if (!is_stream(binding->flow.transport) && !is_stream(leaving.row.flow.transport) &&
        binding->flow.remote == leaving.row.flow.remote)
      leaving.ways.assign(1, binding->flow);
  go(ctx, handle, leaving);
}

bool Partings::on_dns(Context& ctx, QueryId query, const txn::DnsResult& result) {
  if (!locator_.asked(query)) return false;
  if (const auto found = locator_.on_answer(ctx, query, result))
    located(ctx, Handle{found->asker.owner}, found->targets);
  return true;
}

void Partings::located(Context& ctx, Handle handle, const std::vector<txn::Target>& targets) {
  Leaving* leaving = leaving_.find(handle);
  if (!leaving) return;
  const Flow& was = leaving->row.flow;
  for (auto target = targets.rbegin(); target != targets.rend(); ++target)
    if (auto way = flow_towards(ctx.policy, *target, was)) leaving->ways.push_back(std::move(*way));
  // The node that has the call is asked first, if it is still the trunk's; of datagrams, where anybody can be one's
  // peer, an address of the configured ones will do as well.
  const auto same = std::find_if(leaving->ways.begin(), leaving->ways.end(), [&](const Flow& way) {
    return way.transport == was.transport && way.remote == was.remote;
  });
  if (same != leaving->ways.end()) {
    std::rotate(same, same + 1, leaving->ways.end());
  } else if (!is_stream(was.transport)) {
    const trunk::Origin origin = ctx.plan.match().find({.source = was.remote, .transport = was.transport});
    const auto* member = std::get_if<trunk::Member>(&origin);
    if (member && member->trunk() == leaving->row.trunk)
      if (auto way = flow_towards(ctx.policy, {was.transport, was.remote, {}}, was))
        leaving->ways.push_back(std::move(*way));
  }
  go(ctx, handle, *leaving);
}

void Partings::go(Context& ctx, Handle handle, Leaving& leaving) {
  while (!leaving.ways.empty()) {
    leaving.dialog->rebind(leaving.ways.back());
    leaving.ways.pop_back();
    leaving.rounds = {};
    std::string known;
    if (leaving.row.trunk) trunks_.append_known(leaving.row.trunk, "BYE", leaving.dialog->remote_target(), known);
    send(ctx, handle, leaving, known);
    if (leaving.client) return;
  }
  if (leaving.row.trunk)
    return done(ctx, handle, leaving, Level::warning, "nobody is there to be told; its carrier may count it on");
  done(ctx, handle, leaving, Level::info, "its phone is not there any more");
}

void Partings::send(Context& ctx, Handle handle, Leaving& leaving, std::string_view credentials) {
  auto request = begin_in_dialog(ctx, *leaving.dialog, "BYE", {});
  request.bytes += credentials;
  sip::Writer(request.bytes).no_body();
  leaving.client = ctx.txns.request(ctx.now, sip::Method::bye, leaving.dialog->flow(), std::move(request.bytes),
                                    request.branch, mark(Owner::parting, handle.value), ctx.out);
}

void Partings::handle_response(Context& ctx, std::uint64_t owner, txn::ClientId client, const sip::Message& response) {
  const Handle handle{owner};
  Leaving* leaving = leaving_.find(handle);
  if (!leaving || leaving->client != client || response.status < 200) return;
  if (leaving->row.trunk) {
    const auto credentials =
        trunks_.credentials_for(ctx, leaving->row.trunk, leaving->rounds, {"BYE", leaving->dialog->remote_target(), {}},
                                response, leaving->dialog->flow(), leaving->row.call);
    if (credentials) {
      send(ctx, handle, *leaving, *credentials);
      if (leaving->client) return;
    }
  }
  done(ctx, handle, *leaving, Level::info, fmt::format("BYE, answered {}", response.status));
}

void Partings::on_failed(Context& ctx, std::uint64_t owner, txn::ClientId client) {
  const Handle handle{owner};
  Leaving* leaving = leaving_.find(handle);
  if (leaving && leaving->client == client) go(ctx, handle, *leaving);
}

void Partings::done(Context& ctx, Handle handle, Leaving& leaving, Level level, std::string_view what) {
  const toll::TrunkTerms* terms = leaving.row.trunk ? ctx.plan.trunk(leaving.row.trunk) : nullptr;
  ctx.report(level, Reason::call_left_behind, leaving.dialog ? leaving.dialog->flow() : Flow{}, {}, leaving.row.call,
             terms ? fmt::format("{}: {}", terms->line.name, what) : std::string(what));
  ctx.out.add(effect::ForgetDialog{leaving.row.call, leaving.row.side});
  leaving_.erase(handle);
}

}  // namespace rf::call
