#include "shell/store/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <sstream>

#include "shell/store/text.hpp"

namespace rf::store {
namespace {

// These numbers are on disk: values are only ever added, at the end.
static_assert(static_cast<int>(Transport::udp) == 0 && static_cast<int>(Transport::wss) == 4);
static_assert(static_cast<int>(record::CallResult::open) == 0 && static_cast<int>(record::CallResult::answered) == 1 &&
              static_cast<int>(record::CallResult::cancelled) == 2 && static_cast<int>(record::CallResult::busy) == 3 &&
              static_cast<int>(record::CallResult::rejected) == 4 &&
              static_cast<int>(record::CallResult::no_answer) == 5 &&
              static_cast<int>(record::CallResult::unreachable) == 6 &&
              static_cast<int>(record::CallResult::unknown_number) == 7 &&
              static_cast<int>(record::CallResult::refused) == 8 && static_cast<int>(record::CallResult::failed) == 9 &&
              static_cast<int>(record::CallResult::interrupted) == 10);
static_assert(static_cast<int>(record::EndedBy::nobody) == 0 && static_cast<int>(record::EndedBy::caller) == 1 &&
              static_cast<int>(record::EndedBy::callee) == 2 && static_cast<int>(record::EndedBy::system) == 3 &&
              static_cast<int>(record::EndedBy::operator_) == 4);

/// A number of the file back into its enumeration; what no version of ours wrote becomes `fallback`.
template <class Enum>
Enum from_disk(int value, Enum last, Enum fallback) {
  return value < 0 || value > static_cast<int>(last) ? fallback : static_cast<Enum>(value);
}

Transport transport_from_disk(int value) {
  return from_disk(value, Transport::wss, Transport::udp);
}

/// SQLite keeps a NaN as NULL, which the columns do not take.
double finite(double value) {
  return std::isfinite(value) ? value : 0;
}

void set_leg(CdrRow::Leg& row, const media::LegStatistics& leg) {
  row.packets = static_cast<long long>(leg.packets);
  row.bytes = static_cast<long long>(leg.bytes);
  row.lost = static_cast<long long>(leg.lost);
  row.rtcp_packets = static_cast<long long>(leg.rtcp_packets);
  row.events = static_cast<long long>(leg.events);
  row.jitter_ms = finite(leg.jitter_ms);
  row.mos = finite(leg.mos);
  row.refused_source = static_cast<long long>(leg.refused_source);
  row.refused_shape = static_cast<long long>(leg.refused_shape);
  row.refused_proof = static_cast<long long>(leg.refused_proof);
  row.refused_replay = static_cast<long long>(leg.refused_replay);
  row.protection = media::text_of(leg.protection);
  row.suite = leg.suite ? srtp::facts_of(*leg.suite).sdp_name : std::string_view();
  if (leg.last_refused == Address{})
    row.last_refused.clear();
  else
    row.last_refused = leg.last_refused.text();
}

media::LegStatistics get_leg(const CdrRow::Leg& row) {
  media::LegStatistics leg;
  leg.packets = static_cast<std::uint64_t>(row.packets);
  leg.bytes = static_cast<std::uint64_t>(row.bytes);
  leg.lost = static_cast<std::uint64_t>(row.lost);
  leg.rtcp_packets = static_cast<std::uint64_t>(row.rtcp_packets);
  leg.events = static_cast<std::uint64_t>(row.events);
  leg.jitter_ms = row.jitter_ms;
  leg.mos = row.mos;
  leg.refused_source = static_cast<std::uint64_t>(row.refused_source);
  leg.refused_shape = static_cast<std::uint64_t>(row.refused_shape);
  leg.refused_proof = static_cast<std::uint64_t>(row.refused_proof);
  leg.refused_replay = static_cast<std::uint64_t>(row.refused_replay);
  for (const auto each : {media::Protection::sdes, media::Protection::dtls})
    if (row.protection == media::text_of(each)) leg.protection = each;
  leg.suite = srtp::suite_named(row.suite);
  leg.last_refused = Address::parse(row.last_refused).value_or(Address{});
  return leg;
}

}  // namespace

void BindingRow::set(const record::Binding& binding) {
  dropped = 0;
  extension = static_cast<long long>(binding.extension.value);
  escape(binding.contact_key, contact_key);
  escape(binding.contact, contact);
  escape_list(binding.path, path);
  flow_listener = static_cast<long long>(binding.flow.listener.value);
  flow_transport = static_cast<int>(binding.flow.transport);
  flow_connection = static_cast<long long>(binding.flow.connection.value);
  flow_local = binding.flow.local.text();
  flow_remote = binding.flow.remote.text();
  escape(binding.call_id, call_id);
  cseq = binding.cseq;
  escape(binding.user_agent, user_agent);
  registered_wall_ms = binding.registered_wall_ms;
  expires_wall_ms = binding.expires_wall_ms;
  device = static_cast<long long>(binding.device.value);
}

void BindingRow::set_dropped(ExtensionId of, std::string_view key) {
  set(record::Binding{});
  dropped = 1;
  extension = static_cast<long long>(of.value);
  escape(key, contact_key);
}

record::Binding BindingRow::get() const {
  record::Binding binding;
  binding.extension = ExtensionId{static_cast<std::uint64_t>(extension)};
  binding.contact_key = unescaped(contact_key);
  binding.contact = unescaped(contact);
  binding.path = unescaped_list(path);
  binding.flow.listener = ListenerId{static_cast<std::uint64_t>(flow_listener)};
  binding.flow.transport = transport_from_disk(flow_transport);
  binding.flow.connection = ConnectionId{static_cast<std::uint64_t>(flow_connection)};
  binding.flow.local = Endpoint::parse(flow_local).value_or(Endpoint{});
  binding.flow.remote = Endpoint::parse(flow_remote).value_or(Endpoint{});
  binding.call_id = unescaped(call_id);
  binding.cseq = static_cast<std::uint32_t>(cseq);
  binding.user_agent = unescaped(user_agent);
  binding.registered_wall_ms = registered_wall_ms;
  binding.expires_wall_ms = expires_wall_ms;
  binding.device = DeviceId{static_cast<std::uint64_t>(device)};
  return binding;
}

void FlowColumns::set(const Flow& flow) {
  listener = static_cast<long long>(flow.listener.value);
  transport = static_cast<int>(flow.transport);
  local = flow.local.text();
  remote = flow.remote.text();
}

Flow FlowColumns::get() const {
  Flow flow;
  flow.listener = ListenerId{static_cast<std::uint64_t>(listener)};
  flow.transport = transport_from_disk(transport);
  flow.local = Endpoint::parse(local).value_or(Endpoint{});
  flow.remote = Endpoint::parse(remote).value_or(Endpoint{});
  return flow;
}

void GatewayRow::set(const record::GatewayBinding& binding) {
  trunk = static_cast<long long>(binding.trunk.value);
  escape(binding.user, account);
  escape(binding.contact, contact);
  flow.set(binding.flow);
  escape(binding.call_id, call_id);
  cseq = binding.cseq;
  expires_wall_ms = binding.expires_wall_ms;
}

record::GatewayBinding GatewayRow::get() const {
  return {TrunkId{static_cast<std::uint64_t>(trunk)},
          unescaped(account),
          unescaped(contact),
          flow.get(),
          unescaped(call_id),
          static_cast<std::uint32_t>(cseq),
          expires_wall_ms};
}

void DialogRow::set(const record::OpenDialog& dialog) {
  escape(dialog.call, cdr);
  side = dialog.side;
  trunk = static_cast<long long>(dialog.trunk.value);
  extension = static_cast<long long>(dialog.extension.value);
  escape(dialog.call_id, call_id);
  escape(dialog.local_tag, local_tag);
  escape(dialog.remote_tag, remote_tag);
  escape(dialog.local_party, local_party);
  escape(dialog.remote_party, remote_party);
  escape(dialog.remote_target, remote_target);
  escape(dialog.routes, routes);
  local_cseq = dialog.local_cseq;
  flow.set(dialog.flow);
  began_wall_ms = dialog.began_wall_ms;
}

record::OpenDialog DialogRow::get() const {
  record::OpenDialog out;
  out.call = unescaped(cdr);
  out.side = static_cast<std::uint8_t>(side);
  out.trunk = TrunkId{static_cast<std::uint64_t>(trunk)};
  out.extension = ExtensionId{static_cast<std::uint64_t>(extension)};
  out.call_id = unescaped(call_id);
  out.local_tag = unescaped(local_tag);
  out.remote_tag = unescaped(remote_tag);
  out.local_party = unescaped(local_party);
  out.remote_party = unescaped(remote_party);
  out.remote_target = unescaped(remote_target);
  out.routes = unescaped(routes);
  out.local_cseq = static_cast<std::uint32_t>(local_cseq);
  out.flow = flow.get();
  out.began_wall_ms = began_wall_ms;
  return out;
}

void CdrRow::set(const record::Cdr& cdr) {
  escape(cdr.id, id);
  tenant = static_cast<long long>(cdr.tenant.value);
  caller = static_cast<long long>(cdr.caller.value);
  escape(cdr.caller_number, caller_number);
  escape(cdr.dialled, dialled);
  callee = static_cast<long long>(cdr.callee.value);
  caller_transport = static_cast<int>(cdr.caller_transport);
  callee_transport = static_cast<int>(cdr.callee_transport);
  caller_address = cdr.caller_address.text();
  started_wall_ms = cdr.started_wall_ms;
  answered_wall_ms = cdr.answered_wall_ms;
  ended_wall_ms = cdr.ended_wall_ms;
  result = static_cast<int>(cdr.result);
  ended_by = static_cast<int>(cdr.ended_by);
  sip_status = cdr.sip_status;
  escape(cdr.reason, reason);
  attempts = static_cast<int>(std::min<std::uint32_t>(cdr.attempts, std::numeric_limits<int>::max()));
  for (std::size_t i = 0; i < legs.size(); ++i) set_leg(legs[i], cdr.media[i]);
  escape(cdr.route, route);
  escape(cdr.trunk_in, trunk_in);
  escape(cdr.trunk_out, trunk_out);
  escape(cdr.called, called);
  escape(cdr.price, price);
  escape(cdr.currency, currency);
  escape(cdr.cut_reason, cut_reason);
  escape(cdr.account, account);
  escape(cdr.via, via);
  escape(cdr.engine, engine);
  escape(cdr.decision, decision);
  reserved_micro = cdr.reserved_micro;
  cost_micro = cdr.cost_micro;
  payer = static_cast<long long>(cdr.payer.value);
  money_key = static_cast<long long>(cdr.money_key);
}

record::Cdr CdrRow::get() const {
  record::Cdr cdr;
  cdr.id = unescaped(id);
  cdr.tenant = TenantId{static_cast<std::uint64_t>(tenant)};
  cdr.caller = ExtensionId{static_cast<std::uint64_t>(caller)};
  cdr.caller_number = unescaped(caller_number);
  cdr.dialled = unescaped(dialled);
  cdr.callee = ExtensionId{static_cast<std::uint64_t>(callee)};
  cdr.caller_transport = transport_from_disk(caller_transport);
  cdr.callee_transport = transport_from_disk(callee_transport);
  cdr.caller_address = Address::parse(caller_address).value_or(Address{});
  cdr.started_wall_ms = started_wall_ms;
  cdr.answered_wall_ms = answered_wall_ms;
  cdr.ended_wall_ms = ended_wall_ms;
  cdr.result = from_disk(result, record::CallResult::interrupted, record::CallResult::failed);
  cdr.ended_by = from_disk(ended_by, record::EndedBy::operator_, record::EndedBy::nobody);
  cdr.sip_status = static_cast<std::uint16_t>(sip_status);
  cdr.reason = unescaped(reason);
  cdr.attempts = static_cast<std::uint32_t>(std::max(attempts, 1));
  for (std::size_t i = 0; i < legs.size(); ++i) cdr.media[i] = get_leg(legs[i]);
  cdr.route = unescaped(route);
  cdr.trunk_in = unescaped(trunk_in);
  cdr.trunk_out = unescaped(trunk_out);
  cdr.called = unescaped(called);
  cdr.price = unescaped(price);
  cdr.currency = unescaped(currency);
  cdr.cut_reason = unescaped(cut_reason);
  cdr.account = unescaped(account);
  cdr.via = unescaped(via);
  cdr.engine = unescaped(engine);
  cdr.decision = unescaped(decision);
  cdr.reserved_micro = reserved_micro;
  cdr.cost_micro = cost_micro;
  cdr.payer = ExtensionId{static_cast<std::uint64_t>(payer)};
  cdr.money_key = static_cast<std::uint64_t>(money_key);
  return cdr;
}

std::string move_sql() {
  std::string columns;
  BindingRow row;
  row.each_column([&](std::string_view name, auto&) {
    if (name != "seq") columns.append(", ").append(name);
  });
  return "INSERT INTO bindings (seq" + columns + ") SELECT CAST(:to AS BIGINT)" + columns +
         " FROM bindings WHERE seq = :from";
}

void BanRow::set(const guard::Ban& ban) {
  subnet = ban.subnet.text();
  rule = ban.rule.view();
  escape(ban.evidence.view(), evidence);
  since_wall_ms = ban.since_ms;
  until_wall_ms = ban.until_ms;
  repeats = ban.repeats;
  proven = ban.proven;
}

std::optional<guard::Ban> BanRow::get() const {
  const auto block = Subnet::parse(subnet);
  if (!block) return std::nullopt;
  guard::Ban ban;
  ban.subnet = *block;
  ban.rule.assign(rule);
  ban.evidence.assign(unescaped(evidence));
  ban.since_ms = since_wall_ms;
  ban.until_ms = until_wall_ms;
  ban.repeats = static_cast<std::uint16_t>(std::clamp(repeats, 0, 65'535));
  ban.proven = proven != 0;
  return ban;
}

void SourceRow::set(const guard::KeptSource& kept) {
  source = kept.address.text();
  last_wall_ms = kept.last_ms;
  caught_wall_ms = kept.caught_ms;
  throttle_until_wall_ms = kept.throttle_until_ms;
  good_until_wall_ms = kept.good_until_ms;
  proof_until_wall_ms = kept.proof_until_ms;
  proof_port = kept.proof_port;
  guessing = kept.guessing;
  offended = kept.offended;
  rule = kept.rule.view();
  counts.clear();
  for (std::size_t i = 0; i < kept.count; ++i) {
    const guard::KeptCount& each = kept.counts[i];
    fmt::format_to(std::back_inserter(counts), "{} {} {} {}\n", each.rule.view(), each.since_ms, each.now, each.before);
  }
}

std::optional<guard::KeptSource> SourceRow::get() const {
  const auto address = Address::parse(source);
  if (!address) return std::nullopt;
  guard::KeptSource kept;
  kept.address = *address;
  kept.last_ms = last_wall_ms;
  kept.caught_ms = caught_wall_ms;
  kept.throttle_until_ms = throttle_until_wall_ms;
  kept.good_until_ms = good_until_wall_ms;
  kept.proof_until_ms = proof_until_wall_ms;
  kept.proof_port = static_cast<std::uint16_t>(std::clamp(proof_port, 0, 65'535));
  kept.guessing = guessing != 0;
  kept.offended = offended != 0;
  kept.rule.assign(rule);
  std::istringstream words(counts);
  std::string name;
  long long since = 0;
  unsigned now = 0, before = 0;
  while (kept.count < kept.counts.size() && words >> name >> since >> now >> before) {
    guard::KeptCount& each = kept.counts[kept.count++];
    each.rule.assign(name);
    each.since_ms = since;
    each.now = static_cast<std::uint16_t>(std::min(now, 65'535u));
    each.before = static_cast<std::uint16_t>(std::min(before, 65'535u));
  }
  return kept;
}

void AccessRow::set(const guard::AccessEntry& entry) {
  subnet = entry.subnet.text();
  allow = entry.allow;
  forced = entry.forced;
  escape(entry.description, description);
  until_wall_ms = entry.until_ms;
}

std::optional<guard::AccessEntry> AccessRow::get() const {
  const auto block = Subnet::parse(subnet);
  if (!block) return std::nullopt;
  return guard::AccessEntry{*block, allow != 0, forced != 0, unescaped(description), until_wall_ms};
}

}  // namespace rf::store
