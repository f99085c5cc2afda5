#include "shell/store/write_group.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "shell/store/audit.hpp"
#include "shell/store/guard.hpp"
#include "shell/store/schema.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

constexpr int writer_cache_kib = 32 << 10;

std::int64_t wall_now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

/// A statement whose parameters are the fields of its own row.
template <class Row>
class Prepared {
 public:
  Prepared(soci::session& sql, const std::string& text) : statement_(sql) {
    statement_.alloc();
    row.each_column([&](std::string_view, auto& field) { statement_.exchange(soci::use(field)); });
    statement_.prepare(text);
    statement_.define_and_bind();
  }
  void execute() { statement_.execute(true); }

  Row row;

 private:
  soci::statement statement_;
};

struct DialogsOfCall {
  std::string cdr;
  template <class Visit>
  void each_column(Visit&& visit) {
    visit("cdr", cdr);
  }
};

}  // namespace

struct GroupWriter::Statements {
  explicit Statements(soci::session& sql)
      : binding(sql, insert_sql<BindingRow>("bindings")),
        cdr(sql, upsert_sql<CdrRow>("cdrs", "started_wall_ms, id", {"id", "started_wall_ms"})),
        ban(sql, upsert_sql<BanRow>("bans", "subnet", {"subnet"})),
        source(sql, upsert_sql<SourceRow>("guard_sources", "source", {"source"})),
        ledger(sql, insert_sql<LedgerRow>("ledger")),
        dialog(sql, upsert_sql<DialogRow>("dialogs", "cdr, side", {"cdr", "side"})),
        dialogs_over(sql, "DELETE FROM dialogs WHERE cdr = :cdr"),
        gateway(sql, upsert_sql<GatewayRow>("gateways", "trunk", {"trunk"})) {}

  Prepared<BindingRow> binding;
  Prepared<CdrRow> cdr;
  Prepared<BanRow> ban;
  Prepared<SourceRow> source;
  Prepared<LedgerRow> ledger;
  Prepared<DialogRow> dialog;
  Prepared<DialogsOfCall> dialogs_over;
  Prepared<GatewayRow> gateway;
};

std::uint64_t ticket_of(const Write& write) {
  return std::visit(
      [](const auto& one) {
        if constexpr (requires { one.ticket; })
          return one.ticket;
        else
          return std::uint64_t{0};
      },
      write);
}

bool is_awaited(const Write& write) {
  return ticket_of(write) != 0 || std::holds_alternative<AppendAudit>(write);
}

Expected<std::unique_ptr<GroupWriter>> GroupWriter::open(const Options& options) {
  std::unique_ptr<GroupWriter> writer(new GroupWriter(options));
  if (auto connected = writer->connect_anew(); !connected) return std::unexpected(connected.error());
  return writer;
}

void GroupWriter::append_binding() {
  Prepared<BindingRow>& binding = statements_->binding;
  journal_->place(binding.row);
  binding.execute();
  journal_->appended(binding.row);
}

void GroupWriter::write_cdr(const record::Cdr& cdr) {
  statements_->cdr.row.set(cdr);
  statements_->cdr.execute();
}

void GroupWriter::write_ban(const guard::Ban& ban) {
  statements_->ban.row.set(ban);
  statements_->ban.execute();
  bans_written_ = true;
  note_ban(fmt::format("{} is banned for {} s, by rule {}: {}", ban.subnet.text(),
                       (ban.until_ms - ban.since_ms) / 1'000, ban.rule.view(), ban.evidence.view()));
}

void GroupWriter::note_ban(std::string action) {
  bursts_.write(*sql_, {wall_now_ms(), "guard", "ban", std::move(action), "done"});
}

void GroupWriter::execute(const Write& write) {
  std::visit(Overloaded{[&](const effect::StoreBinding& w) {
                          statements_->binding.row.set(w.binding);
                          append_binding();
                        },
                        [&](const effect::DropBinding& w) {
                          statements_->binding.row.set_dropped(w.extension, w.contact_key);
                          append_binding();
                        },
                        [&](const effect::OpenCdr& w) {
                          write_cdr(w.cdr);
                          for (const record::OpenDialog& each : w.dialogs) {
                            statements_->dialog.row.set(each);
                            statements_->dialog.execute();
                          }
                        },
                        [&](const effect::CloseCdr& w) {
                          write_cdr(w.cdr);
                          escape(w.cdr.id, statements_->dialogs_over.row.cdr);
                          statements_->dialogs_over.execute();
                          closed_.push_back(&w.cdr);
                        },
                        [&](const effect::ForgetDialog& w) {
                          const std::string cdr = escaped(w.call);
                          const int side = w.side;
                          *sql_ << "DELETE FROM dialogs WHERE cdr = :cdr AND side = :side", soci::use(cdr),
                              soci::use(side);
                        },
                        [&](const effect::StoreGateway& w) {
                          statements_->gateway.row.set(w.binding);
                          statements_->gateway.execute();
                        },
                        [&](const effect::DropGateway& w) {
                          const auto trunk = static_cast<long long>(w.trunk.value);
                          *sql_ << "DELETE FROM gateways WHERE trunk = :trunk", soci::use(trunk);
                        },
                        [&](const AppendAudit& w) { append_audit(*sql_, w.event); },
                        [&](const effect::StoreBan& w) { write_ban(w.ban); },
                        [&](const effect::DropBan& w) {
                          const std::string block = w.subnet.text();
                          *sql_ << "DELETE FROM bans WHERE subnet = :subnet", soci::use(block);
                          note_ban(block + " is released");
                        },
                        [&](const KeepSources& w) {
                          for (const guard::KeptSource& kept : w.sources) {
                            statements_->source.row.set(kept);
                            statements_->source.execute();
                          }
                          sources_written_ = true;
                        },
                        [&](const DropSources& w) { drop_sources(*sql_, w.subnet); },
                        [&](const effect::WriteLedger& w) {
                          for (const money::LedgerEntry& entry : ledger_.new_of(w.entries)) {
                            statements_->ledger.row.set(entry);
                            statements_->ledger.execute();
                          }
                          ledger_.appended(w.entries);
                        }},
             write);
}

template <class Work>
std::optional<Trouble> GroupWriter::attempt(std::size_t writes, Work&& work) {
  try {
    if (!statements_) statements_ = std::make_shared<Statements>(*sql_);
    Transaction transaction(*sql_);
    journal_->sweep(*sql_, writes);
    work();
    transaction.commit();
    journal_->committed();
    ledger_.committed();
    for (const record::Cdr* cdr : closed_) retention_.closed(*cdr);
    closed_.clear();
    return std::nullopt;
  } catch (const std::exception& error) {
    last_problem_ = problem_of(error);
    journal_->rolled_back();
    ledger_.rolled_back();
    closed_.clear();
    // SOCI leaves a statement that failed in no state to be used again.
    statements_.reset();
    return trouble_of(error);
  }
}

std::optional<Trouble> GroupWriter::write_all(std::span<Queued> group) {
  return attempt(group.size(), [&] {
    for (const Queued& queued : group) execute(queued.write);
  });
}

std::optional<Trouble> GroupWriter::write_each(std::span<Queued> group, std::vector<bool>& refused) {
  refused.assign(group.size(), false);
  return attempt(group.size(), [&] {
    for (std::size_t i = 0; i < group.size(); ++i) {
      *sql_ << "SAVEPOINT one";
      try {
        execute(group[i].write);
      } catch (const std::exception& error) {
        if (trouble_of(error) != Trouble::refused) throw;
        last_problem_ = problem_of(error);
        refused[i] = true;
        statements_.reset();
        *sql_ << "ROLLBACK TO SAVEPOINT one";
        statements_ = std::make_shared<Statements>(*sql_);
      }
      *sql_ << "RELEASE SAVEPOINT one";
    }
  });
}

std::optional<Swept> GroupWriter::sweep(const Keep& keep, bool by_age, std::size_t rows) {
  const std::int64_t now = wall_now_ms();
  try {
    Transaction transaction(*sql_);
    if (bans_written_) sweep_bans(*sql_, now);
    if (sources_written_) sweep_sources(*sql_, now);
    if (by_age) sweep_audit(*sql_, now, rows);
    const Swept swept = retention_.step(*sql_, keep, by_age, now, rows);
    transaction.commit();
    bans_written_ = sources_written_ = false;
    return swept;
  } catch (const std::exception&) {
    // The next write meets the same trouble, and tells of it.
    retention_.forget();
    return std::nullopt;
  }
}

Expected<void> GroupWriter::connect_anew() {
  statements_.reset();
  auto fresh = connect(options_, writer_cache_kib);
  if (!fresh) return std::unexpected(fresh.error());
  if (auto checked = check_schema(**fresh); !checked) return checked;
  return guarded([&]() -> Expected<void> {
    auto journal = std::make_unique<BindingJournal>(**fresh);
    journal_ = std::move(journal);
    ledger_ = LedgerJournal(last_ledger_entry(**fresh));
    sql_ = std::move(*fresh);
    return {};
  });
}

bool GroupWriter::reconnect() {
  auto connected = connect_anew();
  if (!connected) last_problem_ = connected.error();
  return connected.has_value();
}

}  // namespace rf::store
