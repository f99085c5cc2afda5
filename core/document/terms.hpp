// From checked objects to what calls are decided by: toll::Terms.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"
#include "core/document/object.hpp"
#include "core/toll/plan.hpp"

namespace rf::document {

/// One object with what is kept beside its text.
struct Placed {
  std::uint64_t id = 0;  ///< for good: money and pace are counted by it
  Table table;
  Secret<std::string> password = {};               ///< of a trunk
  std::string token = {};                          ///< of a trunk: random, its contact where it registers
  std::shared_ptr<const money::Deck> deck = {};    ///< of a deck: its rates
  std::vector<std::string> lines = {};             ///< of a number list
  std::vector<toll::PinListTerms::Pin> pins = {};  ///< of a list of PINs
};

/// What objects are about, but do not say.
struct Around {
  TenantId tenant;
  std::string tenant_name;
  std::vector<toll::Plan::Known> extensions;
  /// A time zone by its IANA name. Errors: a sentence with the nearest name.
  std::function<std::expected<schedule::ZoneRef, std::string>(std::string_view)> zone;
  std::array<std::uint8_t, 32> pin_key = {};  ///< what digests of PINs were made with
};

/// Makes terms of all objects of a tenant, routes and the like in the order of `objects`. Every extension has terms:
/// who has none of its own has those of a new one, with the limits that stand for all.
/// Errors: every fault: names of what is not there, kinds of trunks without what they need, schedules whose rules
/// clash, two paces over one time.
std::expected<toll::Terms, std::vector<toll::PlanFault>> terms_of(const std::vector<Placed>& objects,
                                                                  const Around& around);

/// A limit's value with where it comes from: its own text, what stands for all of its scope, or the standing value.
struct LimitValue {
  std::vector<std::string> values;
  std::string_view from;  ///< "own", "all", "standing"
};
/// `own`: the table of this name, `all`: that of its scope; null when there is none.
LimitValue limit_value(const Table* own, const Table* all, std::string_view name, const Key& key);

}  // namespace rf::document
