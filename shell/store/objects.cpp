#include "shell/store/objects.hpp"

#include <fmt/format.h>

#include "core/base/limits/call.hpp"
#include "core/base/limits/toll.hpp"
#include "shell/seal/generate.hpp"
#include "shell/store/state.hpp"

namespace rf::store {
namespace {

constexpr const char* columns = "id, kind, name, position, body, token, secret, currency, revision";

struct Row {
  long long id = 0, revision = 0;
  int position = 0;
  std::string kind, name, body, token, secret, currency;

  void into(soci::statement& statement) {
    const auto bind = [&](auto&... field) { (statement.exchange(soci::into(field)), ...); };
    bind(id, kind, name, position, body, token, secret, currency, revision);
  }
  ObjectRow get() const {
    return {.id = static_cast<std::uint64_t>(id),
            .kind = kind,
            .name = name,
            .position = static_cast<std::uint32_t>(position),
            .body = body,
            .token = token,
            .currency = currency,
            .has_password = !secret.empty(),
            .revision = static_cast<std::uint64_t>(revision)};
  }
};

std::string context_of(std::uint64_t id) {
  return fmt::format("objects/{}/password", id);
}

std::optional<Row> find_row(soci::session& sql, long long tenant, const std::string& kind, const std::string& name) {
  Row row;
  soci::statement statement(sql);
  statement.alloc();
  row.into(statement);
  statement.exchange(soci::use(tenant));
  statement.exchange(soci::use(kind));
  statement.exchange(soci::use(name));
  statement.prepare(
      fmt::format("SELECT {} FROM objects WHERE tenant = :tenant AND kind = :kind AND name = :name", columns));
  statement.define_and_bind();
  if (!statement.execute(true)) return std::nullopt;
  return row;
}

/// Whoever registered as this trunk with the former password has to register again.
void drop_gateway(soci::session& sql, long long id) {
  sql << "DELETE FROM gateways WHERE trunk = :id", soci::use(id);
}

void drop_rows(soci::session& sql, long long id) {
  sql << "DELETE FROM deck_rates WHERE deck = :id", soci::use(id);
  sql << "DELETE FROM list_lines WHERE list = :id", soci::use(id);
}

void write_rates(soci::session& sql, long long deck, const std::vector<money::RateRow>& rates) {
  long long price = 0, fee = 0, from = 0, until = 0;
  int place = 0, price_s = 0, first_s = 0, next_s = 0;
  std::string prefix;
  soci::statement insert =
      (sql.prepare << "INSERT INTO deck_rates (deck, place, prefix, price, price_s, fee, first_s, next_s, from_wall_ms,"
                      " until_wall_ms) VALUES (:deck, :place, :prefix, :price, :price_s, :fee, :first, :next, :from,"
                      " :until)",
       soci::use(deck), soci::use(place), soci::use(prefix), soci::use(price), soci::use(price_s), soci::use(fee),
       soci::use(first_s), soci::use(next_s), soci::use(from), soci::use(until));
  for (const money::RateRow& row : rates) {
    const money::RateTerms terms = row.rate.terms();
    prefix = row.prefix.text();
    price = terms.price.micros();
    fee = terms.fee.micros();
    price_s = static_cast<int>(terms.price_s);
    first_s = static_cast<int>(terms.first_s);
    next_s = static_cast<int>(terms.next_s);
    from = row.from_ms;
    until = row.until_ms;
    insert.execute(true);
    ++place;
  }
}

void write_lines(soci::session& sql, long long list, const std::vector<std::string>& lines) {
  int place = 0;
  std::string line;
  soci::statement insert = (sql.prepare << "INSERT INTO list_lines (list, place, line) VALUES (:list, :place, :line)",
                            soci::use(list), soci::use(place), soci::use(line));
  for (const std::string& each : lines) {
    line = each;
    insert.execute(true);
    ++place;
  }
}

/// A contact that nobody guesses: letters and digits, as many as a registration's token has.
std::string new_token() {
  std::string out;
  while (out.size() < TrunkLimits::token_characters) out += seal::generate_password().reveal();
  return out.substr(0, TrunkLimits::token_characters);
}

}  // namespace

Expected<std::vector<ObjectRow>> Store::objects(TenantId tenant) {
  return guarded([&]() -> Expected<std::vector<ObjectRow>> {
    const auto tenant_id = static_cast<long long>(tenant.value);
    Row row;
    soci::statement rows(state_->sql());
    rows.alloc();
    row.into(rows);
    rows.exchange(soci::use(tenant_id));
    rows.prepare(fmt::format("SELECT {} FROM objects WHERE tenant = :tenant ORDER BY kind, position, name", columns));
    rows.define_and_bind();
    std::vector<ObjectRow> out;
    for (bool got = rows.execute(true); got; got = rows.fetch()) out.push_back(row.get());
    return out;
  });
}

Expected<ObjectRow> Store::put_object(const seal::Vault& vault, TenantId tenant, const ObjectWrite& write) {
  return guarded([&]() -> Expected<ObjectRow> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const auto tenant_id = static_cast<long long>(tenant.value);
    Row row;
    if (auto old = find_row(sql, tenant_id, write.kind, write.name)) {
      row = std::move(*old);
    } else {
      std::size_t count = 0;
      sql << "SELECT COUNT(*) FROM objects WHERE tenant = :tenant", soci::use(tenant_id), soci::into(count);
      if (count >= DocumentLimits::objects)
        return problem(Fault::invalid_value,
                       fmt::format("there are {} objects already, as many as there may be; remove some", count));
      row.id = static_cast<long long>(state_->next_id("objects"));
      row.kind = write.kind;
      row.name = write.name;
      row.token = new_token();
      sql << "SELECT COALESCE(MAX(position), 0) + 1 FROM objects WHERE tenant = :tenant AND kind = :kind",
          soci::use(tenant_id), soci::use(row.kind), soci::into(row.position);
    }
    row.revision = static_cast<long long>(state_->next_id("revisions"));
    if (write.body) row.body = *write.body;
    if (write.position) row.position = static_cast<int>(*write.position);
    if (write.password) {
      const std::string& text = write.password->reveal();
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
      drop_gateway(sql, row.id);
      row.secret = text.empty() ? "" : vault.seal({bytes, text.size()}, context_of(static_cast<std::uint64_t>(row.id)));
    }
    if (write.rates) row.currency = write.currency;
    sql << "DELETE FROM objects WHERE id = :id", soci::use(row.id);
    sql << "INSERT INTO objects (id, tenant, kind, name, position, body, token, secret, currency, revision)"
           " VALUES (:id, :tenant, :kind, :name, :position, :body, :token, :secret, :currency, :revision)",
        soci::use(row.id), soci::use(tenant_id), soci::use(row.kind), soci::use(row.name), soci::use(row.position),
        soci::use(row.body), soci::use(row.token), soci::use(row.secret), soci::use(row.currency),
        soci::use(row.revision);
    if (write.rates || write.lines) drop_rows(sql, row.id);
    if (write.rates) write_rates(sql, row.id, *write.rates);
    if (write.lines) write_lines(sql, row.id, *write.lines);
    transaction.commit();
    return row.get();
  });
}

Expected<bool> Store::drop_object(TenantId tenant, const std::string& kind, const std::string& name) {
  return guarded([&]() -> Expected<bool> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const auto row = find_row(sql, static_cast<long long>(tenant.value), kind, name);
    if (!row) return false;
    drop_rows(sql, row->id);
    drop_gateway(sql, row->id);
    sql << "DELETE FROM objects WHERE id = :id", soci::use(row->id);
    transaction.commit();
    return true;
  });
}

Expected<Secret<std::string>> Store::object_password(const seal::Vault& vault, std::uint64_t object) {
  return guarded([&]() -> Expected<Secret<std::string>> {
    std::string sealed;
    const auto id = static_cast<long long>(object);
    state_->sql() << "SELECT secret FROM objects WHERE id = :id", soci::use(id), soci::into(sealed);
    if (sealed.empty()) return Secret<std::string>();
    const auto value = vault.unseal(sealed, context_of(object));
    if (!value)
      return problem(Fault::wrong_key,
                     fmt::format("the password of object {} was sealed with another key; set it again", object));
    return Secret<std::string>(std::string(value->reveal().begin(), value->reveal().end()));
  });
}

Expected<std::vector<money::RateRow>> Store::deck_rates(const ObjectRow& deck) {
  return guarded([&]() -> Expected<std::vector<money::RateRow>> {
    const auto id = static_cast<long long>(deck.id);
    const money::Currency currency = money::Currency::parse(deck.currency).value_or(money::Currency{});
    long long price = 0, fee = 0, from = 0, until = 0;
    int price_s = 0, first_s = 0, next_s = 0;
    std::string prefix;
    soci::statement rows =
        (state_->sql().prepare << "SELECT prefix, price, price_s, fee, first_s, next_s, from_wall_ms, until_wall_ms"
                                  " FROM deck_rates WHERE deck = :id ORDER BY place",
         soci::use(id), soci::into(prefix), soci::into(price), soci::into(price_s), soci::into(fee),
         soci::into(first_s), soci::into(next_s), soci::into(from), soci::into(until));
    std::vector<money::RateRow> out;
    for (bool got = rows.execute(true); got; got = rows.fetch()) {
      const auto parsed = money::Prefix::parse(prefix);
      const auto per = money::Amount::of_micros(price, currency), once = money::Amount::of_micros(fee, currency);
      const auto rate = parsed && per && once
                            ? money::Rate::of({*per, *once, static_cast<std::uint32_t>(price_s),
                                               static_cast<std::uint32_t>(first_s), static_cast<std::uint32_t>(next_s)})
                            : std::unexpected(money::RateFault::negative);
      // A rate that is lost would sell a number by a shorter prefix.
      if (!rate)
        return problem(Fault::invalid_value,
                       fmt::format("the deck {} holds a rate that none can be; import it again", deck.name));
      out.push_back({*parsed, *rate, from, until, 0});
    }
    return out;
  });
}

Expected<std::vector<std::string>> Store::list_lines(const ObjectRow& list) {
  return guarded([&]() -> Expected<std::vector<std::string>> {
    const auto id = static_cast<long long>(list.id);
    std::string line;
    soci::statement rows = (state_->sql().prepare << "SELECT line FROM list_lines WHERE list = :id ORDER BY place",
                            soci::use(id), soci::into(line));
    std::vector<std::string> out;
    for (bool got = rows.execute(true); got; got = rows.fetch()) out.push_back(line);
    return out;
  });
}

Expected<void> Store::together(const std::function<Expected<void>()>& work) {
  return guarded([&]() -> Expected<void> {
    Transaction transaction(state_->sql());
    if (auto done = work(); !done) return done;
    transaction.commit();
    return {};
  });
}

}  // namespace rf::store
