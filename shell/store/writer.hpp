// What the running engine writes: queued, grouped, and acknowledged when it is on disk.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/audit/chain.hpp"
#include "core/base/latency.hpp"
#include "core/base/limits/server.hpp"
#include "core/effect/effect.hpp"
#include "core/engine/input.hpp"
#include "shell/store/problem.hpp"
#include "shell/store/retention.hpp"
#include "shell/store/store.hpp"

namespace rf::store {

/// What the guard knows of some sources; each takes the place of what was known of it.
struct KeepSources {
  std::vector<guard::KeptSource> sources;
};
/// What is known of the sources in this block is to be forgotten.
struct DropSources {
  Subnet subnet;
};

/// An entry of the audit log. Whoever wrote it hears on the writer's thread whether it is on disk, and with it all that
/// other connections committed before it was pushed; as with a ticket, it is forgotten when the disk fails.
struct AppendAudit {
  audit::Event event;
  std::function<void(bool ok)> told;
};

/// The engine's effects that end on disk, as they come, and what was asked of it for the disk.
using Write = std::variant<effect::StoreBinding, effect::DropBinding, effect::OpenCdr, effect::CloseCdr,
                           effect::StoreBan, effect::DropBan, KeepSources, DropSources, effect::WriteLedger,
                           effect::ForgetDialog, effect::StoreGateway, effect::DropGateway, AppendAudit>;

struct WriterOptions {
  /// Writes waiting. Those with a ticket are refused beyond it. Those without end something that is on disk already (a
  /// call, a registration): they have as much room again, so new calls cannot crowd out the end of old ones.
  std::size_t queue_max = Limits{}.store_queue_max;
  /// Transactions start at least this far apart, so that writes under load share an fsync; an idle writer starts at
  /// once.
  std::uint32_t group_window_ms = 20;
  /// Writes in one transaction; a full group does not wait for the window.
  std::size_t group_max = QueueLimits::store_group;
  std::uint32_t retry_ms = 100;                ///< how often a failing disk is tried again
  std::uint32_t drain_limit_ms = 5'000;        ///< close() gives up after so long on a disk that fails
  std::uint32_t stuck_ms = Patience::disk_ms;  ///< a write under way for so long: the disk fails without saying so
  Keep keep = {};
  /// Records are deleted by age only so long after the start: by then a clock that was wrong at boot has been set.
  std::uint32_t age_trusted_after_ms = 3'600'000;
  std::uint32_t sweep_ms = 1'000;        ///< how often old records are looked for while there is something to write
  std::uint32_t sweep_idle_ms = 60'000;  ///< and while there is not
  std::size_t sweep_rows = 500;          ///< deleted in one transaction, between two groups of writes
};

/// Counted since start; `queued` and `failing` are as of now.
struct WriterStatistics {
  std::uint64_t written = 0;
  std::uint64_t groups = 0;
  std::uint64_t refused = 0;  ///< answered with ok=false, or given up at the end
  std::uint64_t queued = 0;
  std::uint64_t swept = 0;  ///< records deleted for their age or for room
  std::uint64_t bytes = 0;  ///< what the database holds, as of the last look
  bool failing = false;     ///< the disk is full, failing or not answering, or another process holds the lock
  std::int64_t cpu_us = 0;  ///< user and system time of the writer's thread
  Latencies took;           ///< of each group that there was something to write in, until the disk had it or refused it
};

/// Something the operator should see: the disk began to fail or works again, or a write was refused for good.
struct WriterNotice {
  effect::Level level = effect::Level::info;
  std::string text;
};

/// One thread with one connection. Writes are carried out in the order they were pushed.
///
/// When a group fails, its writes are tried one by one. A write that the database refuses (the extension of a binding
/// has been removed) is given up alone. When the disk is full or failing, all that carry a ticket are answered with
/// ok=false and forgotten; those without a ticket are kept and tried again every `retry_ms` until the disk takes them.
///
/// Between groups the records that are over `keep` are deleted, a few at a time.
class StoreWriter {
 public:
  /// Called on the writer's thread after each group, once for all tickets in it; tickets of zero are not reported.
  using OnStored = std::function<void(std::span<const engine::Stored>)>;
  /// Called on the writer's thread.
  using OnNotice = std::function<void(const WriterNotice&)>;

  /// Errors: not_migrated, not_a_database, disk.
  static Expected<std::unique_ptr<StoreWriter>> start(const Options& options, const WriterOptions& writer_options,
                                                      OnStored on_stored, OnNotice on_notice);
  /// Closes it.
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  /// Drains the queue and ends the thread; everything that carries a ticket is answered. False when something is not on
  /// disk: it fails, and drain_limit_ms have passed, or it does not answer at all. Then the thread is left behind, for
  /// nothing ends a thread that waits for a disk; it calls nobody any more.
  bool close();
  /// False when the queue is full: nothing was taken, and the caller tells the engine Stored{ticket, false}.
  /// From any thread; never waits for the disk.
  bool push(Write write);
  /// Waits until everything pushed before is on disk and answered, or was refused and answered. False when that took
  /// longer than `limit_ms`. Never from a callback.
  bool flush(std::uint32_t limit_ms = 5'000);
  /// Takes effect within sweep_idle_ms.
  void set_keep(const Keep& keep);
  WriterStatistics statistics() const;

 private:
  struct State;
  explicit StoreWriter(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  ///< shared with the thread
};

}  // namespace rf::store
