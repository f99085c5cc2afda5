#include "shell/store/audit.hpp"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

#include "core/base/limits/people.hpp"
#include "shell/store/state.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t minute_ms = 60'000;
/// "17 0af3…": the entry before the first that is there.
constexpr const char* base_setting = "audit_base";

/// What soci binds.
struct Row {
  long long number = 0, wall_ms = 0;
  std::string actor, kind, action, outcome, hash;

  void set(const audit::Entry& entry) {
    number = static_cast<long long>(entry.number);
    wall_ms = entry.event.wall_ms;
    actor = escaped(entry.event.actor);
    kind = escaped(entry.event.kind);
    action = escaped(entry.event.action);
    outcome = escaped(entry.event.outcome);
    hash = audit::hex(entry.hash);
  }
  /// A hash that is none becomes zero, which follows nothing: verification finds it.
  audit::Entry get() const {
    return {static_cast<std::uint64_t>(number),
            {wall_ms, unescaped(actor), unescaped(kind), unescaped(action), unescaped(outcome)},
            audit::parse_hash(hash).value_or(audit::Hash{})};
  }
  void bind_to(soci::statement& statement) {
    statement.exchange(soci::into(number));
    statement.exchange(soci::into(wall_ms));
    for (std::string* text : {&actor, &kind, &action, &outcome, &hash}) statement.exchange(soci::into(*text));
  }
};
constexpr const char* columns = "number, wall_ms, actor, kind, action, outcome, hash";

audit::Head base_of(soci::session& sql) {
  const std::string key = base_setting;
  std::string text;
  soci::indicator there = soci::i_null;
  sql << "SELECT MAX(value) FROM settings WHERE key = :key", soci::use(key, "key"), soci::into(text, there);
  if (there == soci::i_null) return {};
  audit::Head base;
  const std::size_t space = std::min(text.find(' '), text.size());
  std::from_chars(text.data(), text.data() + space, base.number);
  base.hash = audit::parse_hash(text.substr(std::min(space + 1, text.size()))).value_or(audit::Hash{});
  return base;
}

void set_base(soci::session& sql, const audit::Head& base) {
  const std::string key = base_setting, value = fmt::format("{} {}", base.number, audit::hex(base.hash));
  sql << "DELETE FROM settings WHERE key = :key", soci::use(key);
  sql << "INSERT INTO settings (key, value) VALUES (:key, :value)", soci::use(key), soci::use(value);
}

audit::Head head_of(soci::session& sql) {
  long long number = 0;
  std::string hash;
  soci::statement last(sql);
  last.alloc();
  last.exchange(soci::into(number));
  last.exchange(soci::into(hash));
  last.prepare("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1");
  last.define_and_bind();
  if (!last.execute(true)) return base_of(sql);
  return {static_cast<std::uint64_t>(number), audit::parse_hash(hash).value_or(audit::Hash{})};
}

std::vector<audit::Entry> entries_of(soci::session& sql, const std::string& rest, std::vector<long long> numbers,
                                     std::vector<std::string> texts) {
  Row row;
  soci::statement rows(sql);
  rows.alloc();
  row.bind_to(rows);
  for (long long& number : numbers) rows.exchange(soci::use(number));
  for (std::string& text : texts) rows.exchange(soci::use(text));
  rows.prepare(fmt::format("SELECT {} FROM audit {}", columns, rest));
  rows.define_and_bind();
  std::vector<audit::Entry> out;
  for (bool got = rows.execute(true); got; got = rows.fetch()) out.push_back(row.get());
  return out;
}

}  // namespace

audit::Entry append_audit(soci::session& sql, audit::Event event) {
  audit::Entry entry = audit::follow(head_of(sql), std::move(event));
  Row row;
  row.set(entry);
  sql << fmt::format("INSERT INTO audit ({}) VALUES (:number, :wall_ms, :actor, :kind, :action, :outcome, :hash)",
                     columns),
      soci::use(row.number), soci::use(row.wall_ms), soci::use(row.actor), soci::use(row.kind), soci::use(row.action),
      soci::use(row.outcome), soci::use(row.hash);
  return entry;
}

void sweep_audit(soci::session& sql, std::int64_t now_wall_ms, std::size_t rows) {
  const audit::Head base = base_of(sql), head = head_of(sql);
  const std::uint64_t count = head.number - base.number;
  const long long surplus = count > AuditLimits::entries ? static_cast<long long>(count - AuditLimits::entries) : 0;
  const long long before = now_wall_ms - AuditLimits::keep_days * day_ms;
  const auto first = static_cast<long long>(base.number);
  const auto gone = entries_of(sql,
                               "WHERE number > :first AND (number <= :surplus OR wall_ms < :before)"
                               " ORDER BY number LIMIT " +
                                   std::to_string(rows),
                               {first, first + surplus, before}, {});
  // Only from the beginning: a clock that was wrong once tears no hole.
  audit::Head end = base;
  for (const audit::Entry& entry : gone) {
    if (entry.number != end.number + 1) break;
    end = {entry.number, entry.hash};
  }
  if (end == base) return;
  const auto last = static_cast<long long>(end.number);
  sql << "DELETE FROM audit WHERE number <= :last", soci::use(last);
  set_base(sql, end);
  append_audit(
      sql, {now_wall_ms, "retention", "system",
            fmt::format("entries {} to {} are deleted for their age or number", base.number + 1, end.number), "done"});
}

void AuditBursts::write(soci::session& sql, audit::Event event) {
  const std::int64_t minute = event.wall_ms / minute_ms;
  if (minute != minute_) {
    if (left_out_ > 0)
      append_audit(sql, {event.wall_ms, event.actor, event.kind,
                         fmt::format("{} more within a minute are not written singly", left_out_), "done"});
    minute_ = minute;
    written_ = left_out_ = 0;
  }
  if (++written_ > AuditLimits::bans_per_minute)
    ++left_out_;
  else
    append_audit(sql, std::move(event));
}

Expected<audit::Entry> Store::append_audit(audit::Event event) {
  return guarded([&]() -> Expected<audit::Entry> {
    Transaction transaction(state_->sql());
    audit::Entry entry = store::append_audit(state_->sql(), std::move(event));
    transaction.commit();
    return entry;
  });
}

Expected<AuditPart> Store::audit_after(std::uint64_t number, std::size_t limit) {
  return guarded([&]() -> Expected<AuditPart> {
    soci::session& sql = state_->sql();
    AuditPart part;
    part.before = base_of(sql);
    part.head = head_of(sql);
    if (number > part.before.number) {
      const auto one = entries_of(sql, "WHERE number = :number", {static_cast<long long>(number)}, {});
      if (one.empty()) return problem(Fault::not_found, fmt::format("the audit log has no entry {}", number));
      part.before = {number, one.front().hash};
    }
    part.entries = entries_of(sql, "WHERE number > :number ORDER BY number LIMIT " + std::to_string(limit),
                              {static_cast<long long>(part.before.number)}, {});
    return part;
  });
}

Expected<std::vector<audit::Entry>> Store::find_audit(const AuditFilter& filter) {
  return guarded([&]() -> Expected<std::vector<audit::Entry>> {
    const long long from = filter.from_wall_ms, to = filter.to_wall_ms == 0 ? INT64_MAX : filter.to_wall_ms;
    std::string where = "WHERE wall_ms >= :from AND wall_ms < :to";
    std::vector<std::string> texts;
    const auto equals = [&](const char* column, const std::string& text) {
      if (text.empty()) return;
      where += fmt::format(" AND {0} = :{0}", column);
      texts.push_back(escaped(text));
    };
    equals("actor", filter.actor);
    equals("kind", filter.kind);
    if (filter.before != 0) where += fmt::format(" AND number < {}", filter.before);
    return entries_of(state_->sql(), where + " ORDER BY number DESC LIMIT " + std::to_string(filter.limit), {from, to},
                      std::move(texts));
  });
}

}  // namespace rf::store
