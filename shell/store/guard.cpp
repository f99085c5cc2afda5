// What the guard remembers on disk: bans, sources, and what operators put on its access list.
#include "shell/store/guard.hpp"

#include <fmt/format.h>

#include "core/guard/sources.hpp"
#include "shell/store/rows.hpp"
#include "shell/store/state.hpp"

namespace rf::store {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t longest_period_days = 31;  ///< that a rule can have

template <class Row>
auto load(soci::session& sql, const std::string& query) {
  Row row;
  soci::statement rows(sql);
  rows.alloc();
  row.each_column([&](std::string_view, auto& field) { rows.exchange(soci::into(field)); });
  rows.prepare(query);
  rows.define_and_bind();
  std::vector<typename decltype(row.get())::value_type> out;
  for (bool got = rows.execute(true); got; got = rows.fetch())
    if (auto value = row.get()) out.push_back(std::move(*value));
  return out;
}

}  // namespace

void sweep_bans(soci::session& sql, std::int64_t now_wall_ms) {
  const DiskLimits limits;
  const long long before = now_wall_ms - limits.ban_days * day_ms;
  sql << "DELETE FROM bans WHERE until_wall_ms < :before", soci::use(before);
  long long count = 0;
  sql << "SELECT COUNT(*) FROM bans", soci::into(count);
  const long long surplus = count - static_cast<long long>(limits.bans);
  if (surplus > 0)
    sql << "DELETE FROM bans WHERE subnet IN (SELECT subnet FROM bans ORDER BY until_wall_ms LIMIT :surplus)",
        soci::use(surplus);
}

void sweep_sources(soci::session& sql, std::int64_t now_wall_ms) {
  const long long before = now_wall_ms - longest_period_days * day_ms;
  sql << "DELETE FROM guard_sources WHERE last_wall_ms < :before", soci::use(before);
  long long count = 0;
  sql << "SELECT COUNT(*) FROM guard_sources", soci::into(count);
  const long long surplus = count - static_cast<long long>(GuardLimits::kept_sources);
  if (surplus > 0)
    sql << "DELETE FROM guard_sources WHERE source IN (SELECT source FROM guard_sources ORDER BY offended, last_wall_ms"
           " LIMIT :surplus)",
        soci::use(surplus);
}

void drop_sources(soci::session& sql, const Subnet& subnet) {
  for (const guard::KeptSource& kept : load<SourceRow>(sql, select_sql<SourceRow>("guard_sources"))) {
    // Of IPv6 a source is a /64: it is meant, too, when the block is a part of it.
    const Subnet block = guard::source_block(kept.address);
    if (!subnet.contains(block.base) && !block.contains(subnet.base)) continue;
    const std::string text = kept.address.text();
    sql << "DELETE FROM guard_sources WHERE source = :source", soci::use(text);
  }
}

Expected<std::vector<guard::KeptSource>> Store::load_sources() {
  return guarded([&]() -> Expected<std::vector<guard::KeptSource>> {
    return load<SourceRow>(state_->sql(), select_sql<SourceRow>("guard_sources") + " ORDER BY last_wall_ms");
  });
}

Expected<std::vector<guard::Ban>> Store::load_bans() {
  // The longest last: where there is no room for all, they stay.
  return guarded([&]() -> Expected<std::vector<guard::Ban>> {
    return load<BanRow>(state_->sql(), select_sql<BanRow>("bans") + " ORDER BY until_wall_ms");
  });
}

Expected<std::uint64_t> Store::drop_bans(const Subnet& subnet) {
  return guarded([&]() -> Expected<std::uint64_t> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    std::uint64_t count = 0;
    for (const guard::Ban& ban : load<BanRow>(sql, select_sql<BanRow>("bans"))) {
      const bool inside = subnet.contains(ban.subnet.base) && ban.subnet.prefix >= subnet.prefix;
      if (!inside && !ban.subnet.contains(subnet.base)) continue;
      const std::string text = ban.subnet.text();
      sql << "DELETE FROM bans WHERE subnet = :subnet", soci::use(text);
      ++count;
    }
    drop_sources(sql, subnet);
    transaction.commit();
    return count;
  });
}

Expected<std::vector<guard::AccessEntry>> Store::access_list() {
  return guarded([&]() -> Expected<std::vector<guard::AccessEntry>> {
    return load<AccessRow>(state_->sql(), select_sql<AccessRow>("access_list") + " ORDER BY subnet");
  });
}

Expected<void> Store::set_access(std::span<const guard::AccessEntry> entries, std::int64_t now_wall_ms,
                                 bool instead) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const long long now_ms = now_wall_ms;
    sql << "DELETE FROM access_list WHERE until_wall_ms <> 0 AND until_wall_ms < :now", soci::use(now_ms);
    if (instead) sql << "DELETE FROM access_list WHERE until_wall_ms = 0";
    AccessRow row;
    row.since_wall_ms = now_ms;
    soci::statement insert(sql);
    insert.alloc();
    row.each_column([&](std::string_view, auto& field) { insert.exchange(soci::use(field)); });
    insert.prepare(upsert_sql<AccessRow>("access_list", "subnet", {"subnet"}));
    insert.define_and_bind();
    for (const guard::AccessEntry& entry : entries) {
      row.set(entry);
      insert.execute(true);
    }
    std::size_t count = 0;
    sql << "SELECT COUNT(*) FROM access_list", soci::into(count);
    if (count > GuardLimits::operator_entries)
      return problem(Fault::invalid_value,
                     fmt::format("the access list would hold {} entries, it may {}; remove some, or name a file in "
                                 "guard.blocklists",
                                 count, GuardLimits::operator_entries));
    transaction.commit();
    return {};
  });
}

Expected<bool> Store::drop_access(const Subnet& subnet) {
  return guarded([&]() -> Expected<bool> {
    const std::string text = subnet.text();
    soci::statement drop = (state_->sql().prepare << "DELETE FROM access_list WHERE subnet = :subnet", soci::use(text));
    drop.execute(true);
    return drop.get_affected_rows() > 0;
  });
}

}  // namespace rf::store
