// Dealers.
#include <fmt/format.h>

#include <algorithm>

#include "shell/store/state.hpp"
#include "shell/store/store.hpp"
#include "shell/store/text.hpp"

namespace rf::store {

Expected<std::vector<Dealer>> Store::dealers() {
  return guarded([&]() -> Expected<std::vector<Dealer>> {
    soci::session& sql = state_->sql();
    std::vector<Dealer> out;
    std::string name, day, month;
    int tenants = 0, extensions = 0, calls = 0;
    soci::statement rows =
        (sql.prepare << "SELECT n.name, COALESCE(d.tenants_max, 0), COALESCE(d.extensions_max, 0),"
                        " COALESCE(d.calls_max, 0), COALESCE(d.day_max, '0'), COALESCE(d.month_max, '0')"
                        " FROM (SELECT name FROM dealers UNION SELECT dealer FROM tenants UNION SELECT dealer FROM"
                        " users) n LEFT JOIN dealers d ON d.name = n.name WHERE n.name <> '' ORDER BY n.name",
         soci::into(name), soci::into(tenants), soci::into(extensions), soci::into(calls), soci::into(day),
         soci::into(month));
    for (bool got = rows.execute(true); got; got = rows.fetch())
      out.push_back({name, static_cast<std::uint32_t>(tenants), static_cast<std::uint32_t>(extensions),
                     static_cast<std::uint32_t>(calls), day, month});
    return out;
  });
}

Expected<void> Store::set_dealer(const Dealer& dealer) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const int tenants = static_cast<int>(dealer.tenants_max), extensions = static_cast<int>(dealer.extensions_max),
              calls = static_cast<int>(dealer.calls_max);
    sql << "DELETE FROM dealers WHERE name = :name", soci::use(dealer.name);
    int count = 0;
    sql << "SELECT COUNT(*) FROM dealers", soci::into(count);
    if (static_cast<std::size_t>(count) >= TenantLimits::tenants)
      return problem(Fault::limit_reached, fmt::format("there are {} dealers, the most there may be", count));
    sql << "INSERT INTO dealers (name, tenants_max, extensions_max, calls_max, day_max, month_max)"
           " VALUES (:name, :tenants, :extensions, :calls, :day, :month)",
        soci::use(dealer.name, "name"), soci::use(tenants, "tenants"), soci::use(extensions, "extensions"),
        soci::use(calls, "calls"), soci::use(dealer.day_max, "day"), soci::use(dealer.month_max, "month");
    transaction.commit();
    return {};
  });
}

Expected<void> Store::drop_dealer(const std::string& name) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const auto all = dealers();
    if (!all) return std::unexpected(all.error());
    if (std::none_of(all->begin(), all->end(), [&](const Dealer& each) { return each.name == name; }))
      return problem(Fault::not_found, fmt::format("there is no dealer {}; see: ringfence dealer list", name));
    // Whoever is left would have the tenants of the next dealer of that name.
    int users = 0;
    sql << "SELECT COUNT(*) FROM users WHERE dealer = :name", soci::use(name), soci::into(users);
    if (users > 0)
      return problem(Fault::in_use,
                     fmt::format("the dealer has {} users; remove them first, see: ringfence user list", users));
    sql << "UPDATE tenants SET dealer = '' WHERE dealer = :name", soci::use(name);
    sql << "DELETE FROM dealers WHERE name = :name", soci::use(name);
    transaction.commit();
    return {};
  });
}

}  // namespace rf::store
