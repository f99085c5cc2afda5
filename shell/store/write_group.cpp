#include "shell/store/write_group.hpp"

#include <utility>

#include "shell/store/schema.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

constexpr int writer_cache_kib = 32 << 10;

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

/// An upsert whose parameters are the fields of its own row.
template <class Row>
class Upsert {
 public:
  Upsert(soci::session& sql, const std::string& text) : statement_(sql) {
    statement_.alloc();
    row_.each_column([&](std::string_view, auto& field) { statement_.exchange(soci::use(field)); });
    statement_.prepare(text);
    statement_.define_and_bind();
  }
  template <class Record>
  void execute(const Record& record) {
    row_.set(record);
    statement_.execute(true);
  }

 private:
  Row row_;
  soci::statement statement_;
};

}  // namespace

struct GroupWriter::Statements {
  explicit Statements(soci::session& sql)
      : binding(sql, upsert_sql<BindingRow>("bindings", "extension, contact_key", {"extension", "contact_key"})),
        cdr(sql, upsert_sql<CdrRow>("cdrs", "started_wall_ms, id", {"id", "started_wall_ms"})),
        drop((sql.prepare << "DELETE FROM bindings WHERE extension = :extension AND contact_key = :contact_key",
              soci::use(drop_extension), soci::use(drop_key))) {}

  long long drop_extension = 0;
  std::string drop_key;
  Upsert<BindingRow> binding;
  Upsert<CdrRow> cdr;
  soci::statement drop;
};

std::uint64_t ticket_of(const Write& write) {
  return std::visit(
      Overloaded{[](const effect::StoreBinding& w) { return w.ticket; },
                 [](const effect::OpenCdr& w) { return w.ticket; }, [](const auto&) { return std::uint64_t{0}; }},
      write);
}

Expected<std::unique_ptr<GroupWriter>> GroupWriter::open(const Options& options) {
  std::unique_ptr<GroupWriter> writer(new GroupWriter(options));
  if (auto connected = writer->connect_anew(); !connected) return std::unexpected(connected.error());
  return writer;
}

void GroupWriter::execute(const Write& write) {
  std::visit(Overloaded{[&](const effect::StoreBinding& w) { statements_->binding.execute(w.binding); },
                        [&](const effect::OpenCdr& w) { statements_->cdr.execute(w.cdr); },
                        [&](const effect::CloseCdr& w) { statements_->cdr.execute(w.cdr); },
                        [&](const effect::DropBinding& w) {
                          statements_->drop_extension = static_cast<long long>(w.extension.value);
                          escape(w.contact_key, statements_->drop_key);
                          statements_->drop.execute(true);
                        }},
             write);
}

template <class Work>
std::optional<Trouble> GroupWriter::attempt(Work&& work) {
  try {
    if (!statements_) statements_ = std::make_shared<Statements>(*sql_);
    Transaction transaction(*sql_);
    work();
    transaction.commit();
    return std::nullopt;
  } catch (const std::exception& error) {
    last_problem_ = problem_of(error);
    // SOCI leaves a statement that failed in no state to be used again.
    statements_.reset();
    return trouble_of(error);
  }
}

std::optional<Trouble> GroupWriter::write_all(std::span<Queued> group) {
  return attempt([&] {
    for (const Queued& queued : group) execute(queued.write);
  });
}

std::optional<Trouble> GroupWriter::write_each(std::span<Queued> group, std::vector<bool>& refused) {
  refused.assign(group.size(), false);
  return attempt([&] {
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

Expected<void> GroupWriter::connect_anew() {
  statements_.reset();
  auto fresh = connect(options_, writer_cache_kib);
  if (!fresh) return std::unexpected(fresh.error());
  if (auto checked = check_schema(**fresh); !checked) return checked;
  sql_ = std::move(*fresh);
  return {};
}

bool GroupWriter::reconnect() {
  auto connected = connect_anew();
  if (!connected) last_problem_ = connected.error();
  return connected.has_value();
}

}  // namespace rf::store
