#include "core/call/locator.hpp"

#include <algorithm>

namespace rf::call {
namespace {

txn::Reach reach_of(const policy::Policy& policy) {
  txn::Reach reach{false, false, false, false, false};
  for (const policy::Listener& l : policy.listeners) {
    reach.udp = reach.udp || l.transport == Transport::udp;
    reach.tcp = reach.tcp || l.transport == Transport::tcp;
    reach.tls = reach.tls || l.transport == Transport::tls;
    reach.ipv4 = reach.ipv4 || l.bind.address.is_v4();
    reach.ipv6 = reach.ipv6 || !l.bind.address.is_v4();
  }
  return reach;
}

}  // namespace

std::optional<Locator::Found> Locator::locate(Context& ctx, std::string_view text, Asker asker) {
  const auto uri = sip::parse_uri(text);
  if (!uri) return Found{asker, {}};
  const LookupId id = lookups_.emplace(*uri, reach_of(ctx.policy), asker);
  if (!id) return Found{asker, {}};
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
    const QueryId query{next_query_};
    next_query_ += step_;
    questions_.emplace(query, Question{id, ask.number});
    ctx.out.add(effect::DnsAsk{query, std::move(ask.question)});
  }
  if (!lookup.machine.is_done()) return std::nullopt;
  Found found{lookup.asker, lookup.machine.targets()};
  lookups_.erase(id);
  return found;
}

const std::string* proxy_of(const policy::Policy& policy, const Binding& binding) {
  if (binding.path.empty() || policy.proxies.empty()) return nullptr;
  const auto named = sip::parse_uri(binding.path.front());
  if (!named) return nullptr;
  const auto same = [&](const std::string& text) {
    const auto uri = sip::parse_uri(text);
    return uri && uri->scheme == named->scheme && sip::equal_nocase(uri->host, named->host) &&
           uri->port == named->port && uri->transport() == named->transport();
  };
  const auto found = std::find_if(policy.proxies.begin(), policy.proxies.end(), same);
  return found == policy.proxies.end() ? nullptr : &*found;
}

bool bring_back(const policy::Policy& policy, Flow& flow) {
  flow.connection = {};
  bool found = false;
  for (const policy::Listener& l : policy.listeners) {
    if (l.transport != flow.transport || l.bind.address.is_v4() != flow.remote.address.is_v4()) continue;
    flow.listener = l.id;
    found = true;
    if (l.bind.port == flow.local.port) break;
  }
  return found;
}

std::optional<Flow> flow_towards(const policy::Policy& policy, const txn::Target& target, const Flow& like) {
  const bool v4 = target.endpoint.address.is_v4();
  const auto rank = [&](const policy::Listener& l) {
    if (l.transport != target.transport || l.bind.address.is_v4() != v4) return 3;
    return l.id == like.listener ? 0 : l.bind.address == like.local.address ? 1 : 2;
  };
  const auto best = std::min_element(policy.listeners.begin(), policy.listeners.end(),
                                     [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  if (best == policy.listeners.end() || rank(*best) == 3) return std::nullopt;
  Flow flow;
  flow.listener = best->id;
  flow.transport = target.transport;
  flow.local = best->bind;
  flow.remote = target.endpoint;
  flow.tls_name = target.tls_name;
  if (!best->bind.address.is_unspecified()) return flow;
  // Via, Contact and SDP need an address that packets can come to: of a wildcard, the one that the peer reached us at.
  const bool known = like.local.address.is_v4() == v4 && !like.local.address.is_unspecified();
  const Address& source = known ? like.local.address : v4 ? policy.source_v4 : policy.source_v6;
  if (source.is_unspecified()) return std::nullopt;
  flow.local.address = source;
  return flow;
}

}  // namespace rf::call
