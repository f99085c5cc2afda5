// A number of writes as one transaction, with the statements prepared once.
#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "shell/store/audit.hpp"
#include "shell/store/binding_journal.hpp"
#include "shell/store/connection.hpp"
#include "shell/store/ledger.hpp"
#include "shell/store/retention.hpp"
#include "shell/store/rows.hpp"
#include "shell/store/writer.hpp"

namespace rf::store {

/// A write in the queue; `number` counts pushes.
struct Queued {
  std::uint64_t number = 0;
  Write write;
};

/// The ticket to answer; 0 when nobody waits for one.
std::uint64_t ticket_of(const Write& write);
/// Whether somebody waits to hear of it, who would rather hear that it failed.
bool is_awaited(const Write& write);

/// The writer's connection. Its statements die with any error and are made again.
class GroupWriter {
 public:
  /// Errors: not_migrated, newer_schema, not_a_database, busy, disk.
  static Expected<std::unique_ptr<GroupWriter>> open(const Options& options);

  /// One transaction; nothing at all of it on failure. Gives the kind of failure and keeps last_problem().
  std::optional<Trouble> write_all(std::span<Queued> group);
  /// One transaction in which a refused write falls out alone; `refused[i]` tells. Other failures: as write_all().
  std::optional<Trouble> write_each(std::span<Queued> group, std::vector<bool>& refused);
  /// One step of retention, a transaction of its own. None when it failed.
  std::optional<Swept> sweep(const Keep& keep, bool by_age, std::size_t rows);
  /// Opens the database anew after a failure, when the old connection may be beyond use. False when it cannot be
  /// opened.
  bool reconnect();
  const Problem& last_problem() const { return last_problem_; }

 private:
  struct Statements;
  explicit GroupWriter(const Options& options) : options_(options) {}
  Expected<void> connect_anew();
  void execute(const Write& write);
  void append_binding();
  void write_cdr(const record::Cdr& cdr);
  void write_ban(const guard::Ban& ban);
  void note_ban(std::string action);
  template <class Work>
  std::optional<Trouble> attempt(std::size_t writes, Work&& work);

  Options options_;
  std::unique_ptr<soci::session> sql_;
  std::unique_ptr<BindingJournal> journal_;
  LedgerJournal ledger_;
  Retention retention_;
  AuditBursts bursts_;
  std::vector<const record::Cdr*> closed_;  ///< by the running transaction
  std::shared_ptr<Statements> statements_;
  Problem last_problem_;
  bool bans_written_ = false, sources_written_ = false;  ///< since their tables were swept
};

}  // namespace rf::store
