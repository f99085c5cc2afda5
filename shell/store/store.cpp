#include "shell/store/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "shell/store/binding_journal.hpp"
#include "shell/store/rows.hpp"
#include "shell/store/schema.hpp"
#include "shell/store/state.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

constexpr int cache_kib = 8 << 10;
/// Longer than a registration may ever hold.
constexpr std::int64_t binding_life_ms = 86'400'000;

template <class Row>
std::vector<Row> rows_of(soci::session& sql, const std::string& select) {
  Row row;
  soci::statement rows(sql);
  rows.alloc();
  row.each_column([&](std::string_view, auto& field) { rows.exchange(soci::into(field)); });
  rows.prepare(select);
  rows.define_and_bind();
  std::vector<Row> found;
  for (bool got = rows.execute(true); got; got = rows.fetch()) found.push_back(row);
  return found;
}

}  // namespace

std::uint64_t Store::State::next_id(const std::string& sequence) {
  long long id = 0;
  sql() << "UPDATE sequences SET next = next + 1 WHERE name = :name", soci::use(sequence);
  sql() << "SELECT next - 1 FROM sequences WHERE name = :name", soci::use(sequence), soci::into(id);
  return static_cast<std::uint64_t>(id);
}

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

Expected<Store> Store::open(const Options& options) {
  auto connection = connect(options, cache_kib);
  if (!connection) return std::unexpected(connection.error());
  if (auto migrated = migrate(**connection); !migrated) return std::unexpected(migrated.error());
  auto state = std::make_unique<State>();
  state->connection = std::move(*connection);
  state->synchronous = options.synchronous;
  return Store(std::move(state));
}

Store::WithNext::WithNext(Store& store) : store_(store) {
  try {
    set_synchronous(store_.state_->sql(), false);
    store_.state_->deferred = true;
  } catch (const std::exception&) {
    // Whoever waits for the disk each time only waits longer.
  }
}

Store::WithNext::~WithNext() {
  if (!std::exchange(store_.state_->deferred, false)) return;
  try {
    set_synchronous(*store_.state_->connection, store_.state_->synchronous);
  } catch (const std::exception&) {
    store_.state_->late = true;
  }
}

Expected<std::vector<record::Binding>> Store::load_bindings(std::int64_t now_wall_ms) {
  return guarded([&]() -> Expected<std::vector<record::Binding>> {
    std::vector<record::Binding> bindings;
    for (const BindingRow& row : counting_bindings(state_->sql(), 0))
      if (row.expires_wall_ms > now_wall_ms) bindings.push_back(row.get());
    return bindings;
  });
}

Expected<std::vector<record::GatewayBinding>> Store::load_gateways() {
  return guarded([&]() -> Expected<std::vector<record::GatewayBinding>> {
    std::vector<record::GatewayBinding> gateways;
    for (const GatewayRow& row : rows_of<GatewayRow>(state_->sql(), select_sql<GatewayRow>("gateways")))
      gateways.push_back(row.get());
    return gateways;
  });
}

Expected<std::vector<record::OpenDialog>> Store::load_dialogs(std::size_t most) {
  return guarded([&]() -> Expected<std::vector<record::OpenDialog>> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    std::vector<record::OpenDialog> dialogs;
    const std::string newest = fmt::format(" ORDER BY began_wall_ms DESC LIMIT {}", most);
    for (const DialogRow& row : rows_of<DialogRow>(sql, select_sql<DialogRow>("dialogs") + newest))
      dialogs.push_back(row.get());
    if (dialogs.size() == most && !dialogs.empty()) {
      const long long oldest = dialogs.back().began_wall_ms;
      sql << "DELETE FROM dialogs WHERE began_wall_ms < :oldest", soci::use(oldest);
    }
    transaction.commit();
    return dialogs;
  });
}

Expected<void> Store::sweep_bindings(std::int64_t now_wall_ms) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const auto rows = counting_bindings(sql, 0);
    long long proven_ms = 0;
    for (const BindingRow& row : rows)
      proven_ms = std::max({proven_ms, row.registered_wall_ms, row.expires_wall_ms - binding_life_ms});
    const long long expired_ms = std::min<long long>(now_wall_ms, proven_ms) - binding_life_ms;
    std::vector<long long> kept;
    for (const BindingRow& row : rows)
      if (row.expires_wall_ms > expired_ms) kept.push_back(row.seq);
    // Everything between two kept rows goes; an expired row alone would bring back the one that it replaced.
    long long from = 0, to = 0;
    soci::statement drop =
        (sql.prepare << "DELETE FROM bindings WHERE seq > :from AND seq < :to", soci::use(from), soci::use(to));
    kept.push_back(std::numeric_limits<long long>::max());
    for (const long long seq : kept) {
      to = seq;
      drop.execute(true);
      from = seq;
    }
    transaction.commit();
    return {};
  });
}

Expected<std::uint64_t> Store::drop_bindings(ExtensionId extension, const std::string& contact_key) {
  return guarded([&]() -> Expected<std::uint64_t> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const auto id = static_cast<long long>(extension.value);
    const std::string key = escaped(contact_key);
    std::uint64_t count = 0;
    for (const BindingRow& row : counting_bindings(sql, id)) count += contact_key.empty() || row.contact_key == key;
    if (contact_key.empty())
      sql << "DELETE FROM bindings WHERE extension = :extension", soci::use(id);
    else
      sql << "DELETE FROM bindings WHERE extension = :extension AND contact_key = :key", soci::use(id), soci::use(key);
    transaction.commit();
    return count;
  });
}

Expected<Counts> Store::counts() {
  return guarded([&]() -> Expected<Counts> {
    const auto count = [&](const char* what) {
      long long number = 0;
      state_->sql() << "SELECT COUNT(*) FROM " << what, soci::into(number);
      return static_cast<std::uint64_t>(number);
    };
    return Counts{.tenants = count("tenants"),
                  .extensions = count("extensions"),
                  .bindings = count("bindings WHERE dropped = 0 AND extension IN (SELECT id FROM extensions) AND"
                                    " seq IN (SELECT MAX(seq) FROM bindings GROUP BY extension, contact_key)"),
                  .cdrs = count("cdrs"),
                  .open_cdrs = count("cdrs WHERE result = 0")};
  });
}

Expected<std::optional<std::string>> Store::setting(const std::string& key) {
  return guarded([&]() -> Expected<std::optional<std::string>> {
    std::string value;
    soci::statement row =
        (state_->sql().prepare << "SELECT value FROM settings WHERE key = :key", soci::use(key), soci::into(value));
    if (!row.execute(true)) return std::nullopt;
    return unescaped(value);
  });
}

Expected<void> Store::set_setting(const std::string& key, const std::string& value) {
  return guarded([&]() -> Expected<void> {
    const std::string text = escaped(value);
    state_->sql() << "INSERT INTO settings (key, value) VALUES (:key, :value)"
                     " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        soci::use(key), soci::use(text);
    return {};
  });
}

}  // namespace rf::store
