#include <fmt/format.h>

#include <limits>
#include <list>
#include <string>

#include "shell/store/rows.hpp"
#include "shell/store/state.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

/// The conditions of a filter as SQL, with the values they compare with.
class Where {
 public:
  explicit Where(const CdrFilter& filter) {
    if (filter.from_wall_ms) add("started_wall_ms >= :from", *filter.from_wall_ms);
    if (filter.to_wall_ms) add("started_wall_ms < :to", *filter.to_wall_ms);
    if (filter.tenant) add("tenant = :tenant", static_cast<long long>(filter.tenant->value));
    if (filter.extension) {
      add("(caller = :caller", static_cast<long long>(filter.extension->value));
      add("callee = :callee)", static_cast<long long>(filter.extension->value), " OR ");
    }
    if (filter.result) add("result = :result", static_cast<long long>(*filter.result));
    if (!filter.number.empty()) {
      number_ = escaped(filter.number);
      text_ += text_.empty() ? " WHERE " : " AND ";
      text_ += "(caller_number = :caller_number OR dialled = :dialled)";
    }
  }

  const std::string& text() const { return text_; }
  void bind(soci::statement& statement) {
    for (long long& value : values_) statement.exchange(soci::use(value));
    if (number_.empty()) return;
    statement.exchange(soci::use(number_));
    statement.exchange(soci::use(number_));
  }

 private:
  void add(const char* condition, long long value, const char* joint = " AND ") {
    text_ += text_.empty() ? " WHERE " : joint;
    text_ += condition;
    values_.push_back(value);
  }

  std::string text_;
  std::list<long long> values_;  ///< soci keeps their addresses
  std::string number_;
};

}  // namespace

Expected<std::uint64_t> Store::close_interrupted_cdrs(std::int64_t now_wall_ms) {
  return guarded([&]() -> Expected<std::uint64_t> {
    const long long now = now_wall_ms;
    const int interrupted = static_cast<int>(record::CallResult::interrupted);
    const int system = static_cast<int>(record::EndedBy::system);
    const std::string reason = "the system stopped while the call ran";
    // "result = 0" as text, so that the index of open CDRs serves.
    soci::statement close =
        (state_->sql().prepare << "UPDATE cdrs SET result = :result, ended_by = :ended_by, ended_wall_ms = :now,"
                                  " reason = :reason WHERE result = 0",
         soci::use(interrupted), soci::use(system), soci::use(now), soci::use(reason));
    close.execute(true);
    return static_cast<std::uint64_t>(close.get_affected_rows());
  });
}

Expected<void> Store::visit_cdrs(const CdrFilter& filter, const std::function<bool(const record::Cdr&)>& take) {
  return guarded([&]() -> Expected<void> {
    Where where(filter);
    CdrRow row;
    soci::statement rows(state_->sql());
    rows.alloc();
    row.each_column([&](std::string_view, auto& field) { rows.exchange(soci::into(field)); });
    where.bind(rows);
    rows.prepare(select_sql<CdrRow>("cdrs INDEXED BY cdrs_search") + where.text() +
                 " ORDER BY started_wall_ms DESC, id DESC" +
                 fmt::format(" LIMIT {} OFFSET {}",
                             filter.limit == 0 ? std::numeric_limits<std::int64_t>::max() : std::int64_t{filter.limit},
                             filter.offset));
    rows.define_and_bind();
    for (bool got = rows.execute(true); got; got = rows.fetch())
      if (!take(row.get())) break;
    return {};
  });
}

Expected<std::vector<record::Cdr>> Store::find_cdrs(const CdrFilter& filter) {
  std::vector<record::Cdr> cdrs;
  auto visited = visit_cdrs(filter, [&](const record::Cdr& cdr) {
    cdrs.push_back(cdr);
    return true;
  });
  if (!visited) return std::unexpected(visited.error());
  return cdrs;
}

Expected<std::uint64_t> Store::count_cdrs(const CdrFilter& filter) {
  return guarded([&]() -> Expected<std::uint64_t> {
    Where where(filter);
    long long count = 0;
    soci::statement row(state_->sql());
    row.alloc();
    row.exchange(soci::into(count));
    where.bind(row);
    row.prepare("SELECT COUNT(*) FROM cdrs" + where.text());
    row.define_and_bind();
    row.execute(true);
    return static_cast<std::uint64_t>(count);
  });
}

Expected<record::Cdr> Store::find_cdr(const std::string& id) {
  return guarded([&]() -> Expected<record::Cdr> {
    const std::string key = escaped(id);
    CdrRow row;
    soci::statement rows(state_->sql());
    rows.alloc();
    row.each_column([&](std::string_view, auto& field) { rows.exchange(soci::into(field)); });
    rows.exchange(soci::use(key));
    // An index on random ids would double what a call costs to store; this walks an index from the newest call back.
    rows.prepare(select_sql<CdrRow>("cdrs") + " WHERE id = :id ORDER BY started_wall_ms DESC LIMIT 1");
    rows.define_and_bind();
    if (!rows.execute(true)) return problem(Fault::not_found, fmt::format("there is no call {}", key));
    return row.get();
  });
}

}  // namespace rf::store
