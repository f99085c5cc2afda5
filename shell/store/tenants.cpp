// Tenants.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "shell/store/state.hpp"
#include "shell/store/store.hpp"
#include "shell/store/text.hpp"

namespace rf::store {
namespace {

constexpr std::size_t tenant_name_max = 64;

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::unexpected<Problem> no_tenant() {
  return problem(Fault::not_found, "there is no such tenant; see: ringfence tenant list");
}

}  // namespace

Expected<std::vector<Tenant>> Store::tenants() {
  return guarded([&]() -> Expected<std::vector<Tenant>> {
    std::vector<Tenant> tenants;
    long long id = 0;
    int most = 0;
    std::string name, dealer, domains;
    soci::statement rows =
        (state_->sql().prepare << "SELECT id, name, dealer, domains, extensions_max FROM tenants ORDER BY id",
         soci::into(id), soci::into(name), soci::into(dealer), soci::into(domains), soci::into(most));
    for (bool got = rows.execute(true); got; got = rows.fetch())
      tenants.push_back({TenantId{static_cast<std::uint64_t>(id)}, name, dealer, words_of(domains),
                         static_cast<std::uint32_t>(most)});
    return tenants;
  });
}

Expected<TenantId> Store::add_tenant(const std::string& name) {
  if (name.empty() || name.size() > tenant_name_max || !is_plain_text(name))
    return problem(Fault::invalid_value,
                   fmt::format("a tenant's name is 1 to {} bytes of text without control characters", tenant_name_max));
  return guarded([&]() -> Expected<TenantId> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    int count = 0;
    sql << "SELECT COUNT(*) FROM tenants WHERE name = :name", soci::use(name), soci::into(count);
    if (count != 0)
      return problem(Fault::duplicate_name, fmt::format("there is a tenant \"{}\" already; see: ringfence tenant list",
                                                        name));
    sql << "SELECT COUNT(*) FROM tenants", soci::into(count);
    if (static_cast<std::size_t>(count) >= TenantLimits::tenants)
      return problem(Fault::limit_reached, fmt::format("there are {} tenants, the most there may be", count));
    const auto id = static_cast<long long>(state_->next_id("tenants"));
    sql << "INSERT INTO tenants (id, name) VALUES (:id, :name)", soci::use(id), soci::use(name);
    transaction.commit();
    return TenantId{static_cast<std::uint64_t>(id)};
  });
}

Expected<void> Store::set_tenant(const Tenant& tenant) {
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const auto all = tenants();
    if (!all) return std::unexpected(all.error());
    bool there = false;
    for (const Tenant& each : *all) {
      there = there || each.id == tenant.id;
      for (const std::string& domain : tenant.domains)
        if (each.id != tenant.id && std::find(each.domains.begin(), each.domains.end(), domain) != each.domains.end())
          return problem(Fault::duplicate_name,
                         fmt::format("the domain {} is that of {}; see: ringfence tenant list", domain, each.name));
    }
    if (!there) return no_tenant();
    const auto id = static_cast<long long>(tenant.id.value);
    const int most = static_cast<int>(tenant.extensions_max);
    const std::string domains = fmt::format("{}", fmt::join(tenant.domains, " "));
    sql << "UPDATE tenants SET dealer = :dealer, domains = :domains, extensions_max = :most WHERE id = :id",
        soci::use(tenant.dealer, "dealer"), soci::use(domains, "domains"), soci::use(most, "most"),
        soci::use(id, "id");
    transaction.commit();
    return {};
  });
}

Expected<void> Store::drop_tenant(TenantId tenant) {
  if (tenant == default_tenant) return problem(Fault::in_use, "the default tenant is always there");
  return guarded([&]() -> Expected<void> {
    soci::session& sql = state_->sql();
    Transaction transaction(sql);
    const auto id = static_cast<long long>(tenant.value);
    struct Kept {
      const char *table, *what, *see;
    };
    for (const auto& [table, what, see] :
         {Kept{"extensions", "extensions", "ringfence extension list --tenant NAME"},
          Kept{"users", "users", "ringfence user list --tenant NAME"},
          Kept{"providers", "ways to sign in of its own", "ringfence sign-in list"}}) {
      int count = 0;
      sql << "SELECT COUNT(*) FROM " << table << " WHERE tenant = :id", soci::use(id), soci::into(count);
      if (count > 0)
        return problem(Fault::in_use,
                       fmt::format("the tenant has {} {}; remove them first, see: {}", count, what, see));
    }
    for (const auto& [table, column] : {std::pair{"deck_rates", "deck"}, std::pair{"list_lines", "list"}})
      sql << "DELETE FROM " << table << " WHERE " << column << " IN (SELECT id FROM objects WHERE tenant = :id)",
          soci::use(id);
    sql << "DELETE FROM objects WHERE tenant = :id", soci::use(id);
    sql << "DELETE FROM tenants WHERE id = :id", soci::use(id);
    transaction.commit();
    return {};
  });
}

}  // namespace rf::store
