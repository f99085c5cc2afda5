#include "shell/store/answers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/limits/people.hpp"
#include "shell/store/state.hpp"

namespace rf::store {
namespace {

std::string hex(const seal::Vault::Key& key) {
  return fmt::format("{:02x}", fmt::join(key, ""));
}

std::uint64_t drop_old(soci::session& sql, std::int64_t now_wall_ms) {
  const long long before = now_wall_ms - std::int64_t{ApiLimits::answer_s} * 1'000;
  soci::statement drop = (sql.prepare << "DELETE FROM kept_answers WHERE begun_wall_ms < :before", soci::use(before));
  drop.execute(true);
  return static_cast<std::uint64_t>(drop.get_affected_rows());
}

/// Leaves room for one more: the oldest of the asker goes, or, when there are too many of all, of whoever has most, so
/// that nobody pushes out another's few. What has no answer yet goes last.
void make_room(soci::session& sql, long long asker) {
  const auto drop_oldest_of = [&](long long whose) {
    sql << "DELETE FROM kept_answers WHERE slot = (SELECT slot FROM kept_answers WHERE asker = :asker ORDER BY answer "
           "= '', begun_wall_ms, slot LIMIT 1)",
        soci::use(whose);
  };
  long long own = 0, all = 0;
  sql << "SELECT COUNT(*) FROM kept_answers WHERE asker = :asker", soci::use(asker), soci::into(own);
  if (own >= static_cast<long long>(ApiLimits::answers_of_one)) return drop_oldest_of(asker);
  sql << "SELECT COUNT(*) FROM kept_answers", soci::into(all);
  if (all < static_cast<long long>(ApiLimits::answers)) return;
  long long most = 0;
  sql << "SELECT asker FROM kept_answers GROUP BY asker ORDER BY COUNT(*) DESC, MIN(begun_wall_ms) LIMIT 1",
      soci::into(most);
  drop_oldest_of(most);
}

}  // namespace

std::string AnswerTables::slot_of(const KeyedRequest& request) const {
  return hex(vault_.derive(fmt::format("kept answer, its place: {} {}", request.asker, request.key)));
}

seal::Vault AnswerTables::vault_of(const KeyedRequest& request) const {
  return seal::Vault(vault_.derive(fmt::format("kept answer, its key: {} {}", request.asker, request.key)));
}

Expected<AnswerTables::Found> AnswerTables::begin(std::int64_t now_wall_ms, const KeyedRequest& request) {
  return guarded([&]() -> Expected<Found> {
    soci::session& sql = state_.sql();
    const std::string slot = slot_of(request);
    const std::string asked = hex(vault_.derive(fmt::format("kept answer, what was asked: {}", request.text)));
    const auto asker = static_cast<long long>(request.asker);
    const long long now_ms = now_wall_ms;
    Transaction transaction(sql);
    drop_old(sql, now_wall_ms);
    std::string before, sealed;
    long long begun_ms = 0;
    soci::statement row = (sql.prepare << "SELECT request, answer, begun_wall_ms FROM kept_answers WHERE slot = :slot",
                           soci::use(slot), soci::into(before), soci::into(sealed), soci::into(begun_ms));
    if (!row.execute(true)) {
      make_room(sql, asker);
      sql << "INSERT INTO kept_answers (slot, asker, request, begun_wall_ms, answer) VALUES (:slot, :asker, :request,"
             " :begun, '')",
          soci::use(slot, "slot"), soci::use(asker, "asker"), soci::use(asked, "request"), soci::use(now_ms, "begun");
      transaction.commit();
      return Found{};
    }
    if (before != asked) return Found{Verdict::other, {}, begun_ms};
    if (sealed.empty()) return Found{Verdict::unknown, {}, begun_ms};
    const auto opened = vault_of(request).unseal(sealed, slot);
    if (!opened) return problem(Fault::wrong_key, opened.error().text);
    const std::vector<std::uint8_t>& bytes = opened->reveal();
    const auto answer = http::parse_kept({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!answer) return Found{Verdict::unknown, {}, begun_ms};
    return Found{Verdict::replay, *answer, begun_ms};
  });
}

Expected<void> AnswerTables::keep(const KeyedRequest& request, const http::KeptAnswer& answer) {
  return guarded([&]() -> Expected<void> {
    const std::string slot = slot_of(request), text = http::text_of(answer);
    const std::string sealed =
        vault_of(request).seal({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, slot);
    state_.sql() << "UPDATE kept_answers SET answer = :answer WHERE slot = :slot", soci::use(sealed, "answer"),
        soci::use(slot, "slot");
    return {};
  });
}

Expected<void> AnswerTables::forget(const KeyedRequest& request) {
  return guarded([&]() -> Expected<void> {
    const std::string slot = slot_of(request);
    state_.sql() << "DELETE FROM kept_answers WHERE slot = :slot", soci::use(slot);
    return {};
  });
}

Expected<std::uint64_t> AnswerTables::sweep(std::int64_t now_wall_ms) {
  return guarded([&]() -> Expected<std::uint64_t> {
    Transaction transaction(state_.sql());
    const std::uint64_t gone = drop_old(state_.sql(), now_wall_ms);
    transaction.commit();
    return gone;
  });
}

}  // namespace rf::store
