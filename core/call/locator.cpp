#include "core/call/locator.hpp"

namespace rf::call {
namespace {

txn::Reach reach_of(const policy::Policy& policy) {
  txn::Reach reach{false, false, false, false, false};
  for (const policy::Listener& l : policy.listeners) {
    reach.udp = reach.udp || l.transport == Transport::udp;
    reach.tcp = reach.tcp || l.transport == Transport::tcp;
    reach.tls = reach.tls || l.transport == Transport::tls;
    const bool any = l.bind.address.is_unspecified();
    reach.ipv4 = reach.ipv4 || any || l.bind.address.is_v4();
    reach.ipv6 = reach.ipv6 || !l.bind.address.is_v4();
  }
  return reach;
}

}  // namespace

std::optional<Locator::Found> Locator::locate(Context& ctx, std::string_view text, LegRef leg) {
  const auto uri = sip::parse_uri(text);
  if (!uri) return Found{leg, {}};
  const LookupId id = lookups_.emplace(*uri, reach_of(ctx.policy), leg);
  if (!id) return Found{leg, {}};
  return proceed(ctx, id);
}

std::optional<Locator::Found> Locator::on_answer(Context& ctx, QueryId query, const txn::DnsResult& result) {
  const auto found = questions_.find(query);
  if (found == questions_.end()) return std::nullopt;
  const Question question = found->second;
  questions_.erase(found);
  Lookup* lookup = lookups_.find(question.lookup);
  if (!lookup) return std::nullopt;
  lookup->machine.answer(question.number, result, ctx.random);
  return proceed(ctx, question.lookup);
}

std::optional<Locator::Found> Locator::proceed(Context& ctx, LookupId id) {
  Lookup& lookup = *lookups_.find(id);
  for (auto& ask : lookup.machine.take_questions()) {
    const QueryId query{next_query_++};
    questions_.emplace(query, Question{id, ask.number});
    ctx.out.add(effect::DnsAsk{query, std::move(ask.question)});
  }
  if (!lookup.machine.is_done()) return std::nullopt;
  Found found{lookup.leg, lookup.machine.targets()};
  lookups_.erase(id);
  return found;
}

Flow flow_towards(const policy::Policy& policy, const txn::Target& target, const Flow& like) {
  Flow flow = like;
  flow.connection = {};
  flow.transport = target.transport;
  flow.remote = target.endpoint;
  if (like.transport == target.transport && like.remote.address.is_v4() == target.endpoint.address.is_v4()) return flow;
  for (const policy::Listener& l : policy.listeners) {
    if (l.transport != target.transport) continue;
    flow.listener = l.id;
    flow.local = l.bind;
    break;
  }
  return flow;
}

}  // namespace rf::call
