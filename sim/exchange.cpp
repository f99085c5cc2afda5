#include "sim/exchange.hpp"

#include <algorithm>

#include "core/call/asked.hpp"
#include "core/call/recalled.hpp"

namespace rf::sim {
namespace {

engine::Engine::Seeds seeds_from(std::uint64_t seed) {
  Random random(seed);
  engine::Engine::Seeds seeds;
  for (auto& word : seeds.random) word = static_cast<std::uint32_t>(random.next());
  random.fill(seeds.auth);
  return seeds;
}

}  // namespace

guard::CompiledRef open_gate() {
  guard::Rules rules;
  rules.enabled = false;
  return *guard::Compiled::compile(std::move(rules), {});
}

engine::Engine::Defence Exchange::defence() const {
  // Room for a town, not for the Internet: exchanges are made by the thousand.
  return {guard_rules_, {.sources = 4'096, .endpoints = 4'096, .pairs = 4'096, .accounts = 1'024, .bans = 1'024}};
}

toll::Desk::Options Exchange::desk_options() const {
  return {.money = {.accounts = 256, .reservations = 256}, .toll = {}, .seed = seed_};
}

std::optional<money::Ledger> Exchange::ledger_on_disk() const {
  money::Snapshot nothing;
  nothing.currency = *money::Currency::parse("EUR");
  auto restored = money::Ledger::restore(nothing, ledger, desk_options().money, HashKey(seed_));
  if (!restored) return std::nullopt;
  return std::move(*restored);
}

std::unique_ptr<toll::Desk> Exchange::desk() const {
  auto restored = ledger_on_disk();
  if (!restored) return nullptr;
  auto desk = std::make_unique<toll::Desk>(desk_options(), std::move(*restored));
  desk->settle_former_calls(now, {});
  return desk;
}

Exchange::Exchange(policy::PolicyRef policy, std::uint64_t seed) : policy_(std::move(policy)), seed_(seed) {
  engine_ = std::make_unique<engine::Engine>(now, policy_, seeds_from(seed_), defence(), desk());
  wire = [this](const Packet& packet) { sent.push_back(packet); };
}

void Exchange::receive(const Flow& from, std::string bytes) {
  Flow flow = from;
  if (tamper) tamper(flow, bytes);
  input(engine::PacketIn{flow, {bytes.data(), bytes.size()}});
}

void Exchange::input(engine::Input input) {
  // A packet's bytes are only valid during this call; everything else may wait for its turn.
  if (busy_) {
    due_.push_back(std::move(input));
    return;
  }
  busy_ = true;
  take(std::move(input));
  while (!due_.empty()) {
    engine::Input next = std::move(due_.front());
    due_.pop_front();
    take(std::move(next));
  }
  busy_ = false;
}

void Exchange::take(engine::Input input) {
  effects_.clear();
  if (observer) observer->before(input);
  engine_->handle(now, std::move(input), effects_);
  if (observer) observer->after(effects_);
  carry_out();
}

void Exchange::advance_ms(std::int64_t ms) {
  const std::int64_t until = now.mono_ms + ms;
  while (true) {
    const std::int64_t next = std::min(std::max(engine_->next_deadline(), now.mono_ms + 1), until);
    now.wall_ms += next - now.mono_ms;
    now.mono_ms = next;
    input(engine::Tick{});
    if (next == until) return;
  }
}

void Exchange::crash_and_restart() {
  held_.clear();
  due_.clear();
  relays.clear();
  for (auto& [id, cdr] : cdrs) {
    if (cdr.result != record::CallResult::open) continue;
    cdr.result = record::CallResult::interrupted;
    ++cdrs_closed;
  }
  if (observer) observer->restarted();
  std::unique_ptr<toll::Desk> restored_desk = desk();
  std::vector<call::Served> served;
  for (const auto& [id, cdr] : cdrs)
    if (auto one = call::served_of(cdr)) served.push_back(std::move(*one));
  if (plan_ && restored_desk) call::recall_pace(now, *plan_, *restored_desk, std::move(served));
  engine_ = std::make_unique<engine::Engine>(now, policy_, seeds_from(++seed_), defence(), std::move(restored_desk));
  engine::Restored restored;
  for (const auto& [block, ban] : bans) restored.bans.push_back(ban);
  for (const auto& [key, binding] : bindings) restored.bindings.push_back(binding);
  std::vector<const record::Cdr*> calls;
  for (const auto& [id, cdr] : cdrs) calls.push_back(&cdr);
  std::stable_sort(calls.begin(), calls.end(),
                   [](const auto* a, const auto* b) { return a->started_wall_ms < b->started_wall_ms; });
  if (plan_)
    for (const record::Cdr* call : calls) restored.pin_tries.recall(now, *plan_, call::past_asking(*call));
  for (const auto& [trunk, gateway] : gateways) restored.gateways.push_back(gateway);
  for (const auto& [key, dialog] : dialogs) restored.dialogs.push_back(dialog);
  if (plan_) input(engine::PlanChanged{plan_});
  input(std::move(restored));
}

void Exchange::set_policy(policy::PolicyRef policy, ExtensionId only) {
  policy_ = std::move(policy);
  input(engine::PolicyChanged{policy_, only});
}

void Exchange::set_plan(toll::PlanRef plan) {
  plan_ = std::move(plan);
  input(engine::PlanChanged{plan_});
}

void Exchange::set_guard(guard::CompiledRef rules) {
  guard_rules_ = std::move(rules);
  input(engine::GuardChanged{guard_rules_});
}

effect::CommandResult Exchange::command(effect::Command command) {
  last_result_ = {};
  input(engine::CommandIn{CommandId{1}, std::move(command)});
  return last_result_;
}

bool Exchange::has_report(effect::Reason reason) const {
  return std::any_of(reports.begin(), reports.end(), [&](const effect::Report& r) { return r.reason == reason; });
}

void Exchange::write(std::uint64_t ticket, const std::function<void()>& change) {
  // As the store does it: what carries a ticket is refused while the disk is full, the rest waits for space.
  if (disk == Disk::holds || (disk == Disk::full && ticket == 0)) {
    held_.emplace_back(ticket, change);
    return;
  }
  if (disk == Disk::works) change();
  if (ticket != 0) due_.push_back(engine::Stored{ticket, disk == Disk::works});
}

void Exchange::release_disk() {
  disk = Disk::works;
  for (auto& [ticket, change] : std::exchange(held_, {})) {
    change();
    if (ticket != 0) input(engine::Stored{ticket, true});
  }
}

void Exchange::refuse_held() {
  disk = Disk::full;
  for (auto& [ticket, change] : std::exchange(held_, {})) {
    if (ticket != 0)
      input(engine::Stored{ticket, false});
    else
      held_.emplace_back(0, std::move(change));
  }
}

void Exchange::carry_out() {
  std::vector<Packet> packets;
  struct Visitor {
    Exchange& x;
    std::vector<Packet>& packets;
    void operator()(const effect::Send& e) const { packets.push_back({e.flow, std::string(x.effects_.bytes_of(e))}); }
    void operator()(const effect::CloseConnection& e) const { x.closed_connections.push_back(e.connection.value); }
    void operator()(const effect::DistrustConnection& e) const {
      x.distrusted_connections.push_back(e.connection.value);
    }
    void operator()(const effect::TrustConnection& e) const { x.trusted_connections.push_back(e.connection.value); }
    void operator()(const effect::DnsAsk& e) const { x.questions.push_back(e); }
    void operator()(const effect::StoreBinding& e) const {
      x.write(e.ticket, [b = e.binding, &exchange = x] { exchange.bindings[{b.extension.value, b.contact_key}] = b; });
    }
    void operator()(const effect::DropBinding& e) const {
      x.write(e.ticket,
              [k = std::pair(e.extension.value, e.contact_key), &exchange = x] { exchange.bindings.erase(k); });
    }
    void operator()(const effect::OpenCdr& e) const {
      x.write(e.ticket, [c = e.cdr, dialogs = e.dialogs, &exchange = x] {
        ++exchange.cdrs_opened;
        exchange.cdrs[c.id] = c;
        for (const record::OpenDialog& each : dialogs) exchange.dialogs[{each.call, each.side}] = each;
      });
    }
    void operator()(const effect::CloseCdr& e) const {
      x.write(0, [c = e.cdr, &exchange = x] {
        const auto known = exchange.cdrs.find(c.id);
        if (known != exchange.cdrs.end() && known->second.result != record::CallResult::open)
          ++exchange.cdrs_closed_twice;
        ++exchange.cdrs_closed;
        exchange.cdrs[c.id] = c;
        std::erase_if(exchange.dialogs, [&](const auto& each) { return each.first.first == c.id; });
      });
    }
    void operator()(const effect::ForgetDialog& e) const {
      x.write(0, [key = std::pair(e.call, e.side), &exchange = x] { exchange.dialogs.erase(key); });
    }
    void operator()(const effect::StoreGateway& e) const {
      x.write(0, [b = e.binding, &exchange = x] { exchange.gateways[b.trunk.value] = b; });
    }
    void operator()(const effect::DropGateway& e) const {
      x.write(0, [trunk = e.trunk, &exchange = x] { exchange.gateways.erase(trunk.value); });
    }
    void operator()(const effect::WriteLedger& e) const {
      x.write(e.ticket, [entries = e.entries, &exchange = x] {
        for (const money::LedgerEntry& entry : entries)
          if (entry.number == exchange.ledger.size() + 1) exchange.ledger.push_back(entry);
      });
    }
    void operator()(const effect::StoreBan& e) const {
      x.write(0, [ban = e.ban, &exchange = x] { exchange.bans[ban.subnet] = ban; });
    }
    void operator()(const effect::DropBan& e) const {
      x.write(0, [subnet = e.subnet, &exchange = x] { exchange.bans.erase(subnet); });
    }
    // Who floods in a simulation does so unhindered: the guard has to hold without the kernel.
    void operator()(const effect::Throttle&) const {}
    void operator()(const effect::EndThrottle&) const {}
    void operator()(const effect::StartRelay& e) const { x.relays[e.plan.id.value] = e.plan; }
    void operator()(const effect::UpdateRelay& e) const {
      const media::VoicePlan &voice = e.plan.voice, &former = x.relays[e.plan.id.value].voice;
      if (x.voices_end && voice.order != 0 && voice.order != former.order && !voice.repeat)
        x.due_.push_back(engine::VoiceDone{e.plan.id, e.plan.call, voice.order});
      x.relays[e.plan.id.value] = e.plan;
    }
    void operator()(const effect::StopRelay& e) const {
      const auto found = x.relays.find(e.relay.value);
      if (found == x.relays.end()) return;
      if (x.relay_answers) x.due_.push_back(engine::RelayReported{{e.relay, found->second.call, {}}, true});
      x.relays.erase(found);
    }
    void operator()(const effect::TakeRelay& e) const { x.taken_relays.push_back(e.relay.value); }
    void operator()(const effect::CommandDone& e) const { x.last_result_ = e.result; }
    void operator()(const effect::Report& e) const { x.reports.push_back(e); }
    void operator()(const effect::Stopped&) const { x.stopped = true; }
  };
  for (const effect::Effect& effect : effects_.list()) std::visit(Visitor{*this, packets}, effect);
  for (const Packet& packet : packets) wire(packet);
}

}  // namespace rf::sim
