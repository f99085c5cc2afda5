// An engine whose shell is played by hand: no socket, no disk, no clock but the one that is moved.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/engine.hpp"

namespace rf::sim {

/// One message on the wire; `flow` is the engine's view: remote is the phone.
struct Packet {
  Flow flow;
  std::string bytes;
};

/// Looks over an exchange's shoulder.
class Observer {
 public:
  virtual ~Observer() = default;
  /// An input, before the engine sees it.
  virtual void before(const engine::Input& input) = 0;
  /// What came of it, before it is carried out.
  virtual void after(const effect::Effects& effects) = 0;
  /// The process was killed and starts anew.
  virtual void restarted() = 0;
};

/// A guard that lets everything in: for stories about what lies behind it.
guard::CompiledRef open_gate();

/// A switch on the bench: feeds the engine, carries its effects out in memory, and shows what came of them.
class Exchange {
 public:
  explicit Exchange(policy::PolicyRef policy, std::uint64_t seed = 1);

  /// A packet from the wire.
  void receive(const Flow& flow, std::string bytes);
  void input(engine::Input input);
  /// Moves the clocks, stopping at every deadline of the engine on the way.
  void advance_ms(std::int64_t ms);
  /// Kills the process and starts it again with what is on disk.
  void crash_and_restart();
  void set_policy(policy::PolicyRef policy, ExtensionId only = {});
  void set_guard(guard::CompiledRef rules);
  void set_plan(toll::PlanRef plan);
  effect::CommandResult command(effect::Command command);
  /// Of a command that is answered later, once it was.
  const effect::CommandResult& last_result() const { return last_result_; }

  const policy::Policy& policy() const { return *policy_; }
  std::int64_t next_deadline() const { return engine_->next_deadline(); }
  Now now{1'000, 1'800'000'000'000};

  // --- the disk

  enum class Disk : std::uint8_t { works, full, holds };
  Disk disk = Disk::works;
  /// Lets the writes go that `holds` kept back.
  void release_disk();
  /// The disk turns out to be full for the writes that `holds` kept back.
  void refuse_held();
  std::map<std::string, record::Cdr> cdrs;
  std::uint64_t cdrs_opened = 0, cdrs_closed = 0, cdrs_closed_twice = 0;
  std::vector<money::LedgerEntry> ledger;  ///< its journal
  /// What that journal makes, were the process started now; nothing when it is damaged.
  std::optional<money::Ledger> ledger_on_disk() const;
  std::map<std::pair<std::uint64_t, std::string>, record::Binding> bindings;
  std::map<Subnet, guard::Ban> bans;
  std::map<std::pair<std::string, std::uint8_t>, record::OpenDialog> dialogs;
  std::map<std::uint64_t, record::GatewayBinding> gateways;

  // --- the relay and the log

  std::map<std::uint64_t, media::RelayPlan> relays;
  std::vector<std::uint64_t> taken_relays;  ///< of media servers
  bool relay_answers = true;
  bool voices_end = true;  ///< what a relay is told to say is said at once
  std::vector<effect::Report> reports;
  std::vector<effect::DnsAsk> questions;
  std::vector<std::uint64_t> trusted_connections, distrusted_connections, closed_connections;  ///< as they came
  bool stopped = false;
  bool has_report(effect::Reason reason) const;

  Observer* observer = nullptr;
  /// May change what receive() was given, on its way to the engine.
  std::function<void(Flow&, std::string&)> tamper;
  /// Where sent packets go; by default into `sent`.
  std::function<void(const Packet&)> wire;
  std::deque<Packet> sent;

 private:
  engine::Engine::Defence defence() const;
  toll::Desk::Options desk_options() const;
  std::unique_ptr<toll::Desk> desk() const;
  void take(engine::Input input);
  void carry_out();
  void write(std::uint64_t ticket, const std::function<void()>& change);

  policy::PolicyRef policy_;
  guard::CompiledRef guard_rules_;  ///< none: those that ship
  toll::PlanRef plan_;              ///< none: nothing leaves
  std::uint64_t seed_;
  std::unique_ptr<engine::Engine> engine_;
  effect::Effects effects_;
  std::deque<engine::Input> due_;
  std::vector<std::pair<std::uint64_t, std::function<void()>>> held_;
  effect::CommandResult last_result_;
  bool busy_ = false;
};

}  // namespace rf::sim
