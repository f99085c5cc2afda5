// From the database to what calls are decided by: the objects that operators configured, as toll::Terms and as a plan.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "core/document/terms.hpp"
#include "core/toll/plan.hpp"
#include "shell/seal/vault.hpp"
#include "shell/store/store.hpp"

namespace rf::app {

/// Of telephony, what only whoever runs the system says, for all tenants: the money and how it is reserved.
inline constexpr std::string_view keys_of_the_system[] = {"currency", "reserve_ahead", "assumed_call"};

/// Decks and lists that were read before: a million rates are compiled again only when they were changed.
class Shelf {
 public:
  store::Expected<std::shared_ptr<const money::Deck>> deck(store::Store& store, const store::ObjectRow& row);
  store::Expected<std::shared_ptr<const std::vector<std::string>>> lines(store::Store& store,
                                                                         const store::ObjectRow& row);
  /// Forgets what is of no row any more, or of another revision than is on disk.
  void keep_only(const std::vector<store::ObjectRow>& rows);

 private:
  template <class T>
  struct Kept {
    std::uint64_t revision = 0;
    std::shared_ptr<const T> value;
  };
  std::map<std::uint64_t, Kept<money::Deck>> decks_;
  std::map<std::uint64_t, Kept<std::vector<std::string>>> lists_;
};

/// Everything that is configured, tenant by tenant, routes in their order. What the database itself cannot give
/// (a foreign key, a damaged rate) is a fault, too.
/// Errors: every fault, with the object it is about.
std::expected<toll::Terms, std::vector<toll::PlanFault>> terms_of(store::Store& store, const seal::Vault& vault,
                                                                  Shelf& shelf);
/// The same, compiled.
std::expected<toll::PlanRef, std::vector<toll::PlanFault>> plan_of(store::Store& store, const seal::Vault& vault,
                                                                   Shelf& shelf);

/// The system's, in which every deck and limit is.
store::Expected<money::Currency> currency_of(store::Store& store);

/// Extensions that exist and are switched on.
store::Expected<std::vector<toll::Plan::Known>> callers_of(store::Store& store);
/// After a transaction that was taken back: its revisions come again, and may be of other rates then.
void forget_undone(store::Store& store, Shelf& shelf);

/// The kind of a row that this program wrote.
document::Kind kind_of(const store::ObjectRow& row);

}  // namespace rf::app
