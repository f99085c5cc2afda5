#include "app/reach.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace rf::app {
namespace {

using command::Code;
using command::Error;

std::string amount_text(std::int64_t micros, const toll::Plan& plan) {
  const auto amount = money::Amount::of_micros(micros, plan.terms().currency);
  return amount ? amount->text() : std::string();
}

std::string trunk_name(TrunkId id, const toll::Plan& plan) {
  const toll::TrunkTerms* const trunk = plan.trunk(id);
  return trunk == nullptr ? std::string() : trunk->line.name;
}

std::string number_of(ExtensionId id, const Numbers& numbers) {
  const auto found = numbers.find(id);
  return found == numbers.end() ? std::string("?") : found->second;
}

/// What was asked for with --to.
class Wanted {
 public:
  explicit Wanted(const std::string& to) : country_(Country::parse(to)), kind_(number::parse_class(to)) {}
  bool fits(const toll::Destination& to) const {
    if (country_) return to.region == *country_;
    return !kind_ || to.kind == *kind_;
  }

 private:
  std::optional<Country> country_;
  std::optional<number::Class> kind_;
};

}  // namespace

Numbers numbers_of(const std::vector<toll::Plan::Known>& callers) {
  Numbers out;
  for (const toll::Plan::Known& each : callers) out.emplace(each.id, each.number);
  return out;
}

Json json_of(const toll::Destination& to) {
  return {{"country", to.region ? to.region.text() : std::string()}, {"class", number::name_of(to.kind)}};
}

std::string text_of(const toll::OpenPath& path, const toll::Plan& plan, const Numbers& numbers) {
  std::string who = path.from_outside() ? fmt::format("whoever calls in by the inbound route {}", path.inbound)
                                        : std::string("whoever is inside");
  if (!path.trunk_in.empty()) who += fmt::format(" on the trunk {}", path.trunk_in);
  std::string chain;
  for (const ExtensionId id : path.hops) chain += (chain.empty() ? "" : " to ") + number_of(id, numbers);
  return fmt::format(
      "{} reaches {} ({} {}) at the cost of extension {}: {} forwards there ({}), by the trunk {}, {} {} a "
      "minute",
      who, path.number.text(), path.to.region ? path.to.region.text() : "no country", number::name_of(path.to.kind),
      number_of(path.payer(), numbers), chain, path.when, trunk_name(path.way.trunk, plan),
      amount_text(path.way.rate.micros_per_min(), plan), plan.terms().currency.text());
}

Json json_of(const toll::OpenPath& path, const toll::Plan& plan, const Numbers& numbers) {
  Json out = json_of(path.to);
  Json hops = Json::array();
  for (const ExtensionId id : path.hops) hops.push_back(number_of(id, numbers));
  out["inbound"] = path.inbound;
  out["trunk_in"] = path.trunk_in;
  out["hops"] = std::move(hops);
  out["when"] = path.when;
  out["number"] = path.number.text();
  out["trunk"] = trunk_name(path.way.trunk, plan);
  out["per_min"] = amount_text(path.way.rate.micros_per_min(), plan);
  out["payer"] = number_of(path.payer(), numbers);
  out["text"] = text_of(path, plan, numbers);
  return out;
}

Outcome show_reach(Records& records, const toll::Plan& plan, const command::ShowReach& command,
                   std::int64_t now_wall_ms) {
  auto callers = callers_of(records.store);
  if (!callers) return std::unexpected(error_of(callers.error()));
  std::erase_if(*callers, [&](const toll::Plan::Known& each) { return each.tenant != records.tenant; });
  const Numbers numbers = numbers_of(*callers);
  const bool outside_only = command.from == "outside";
  const bool one = !command.from.empty() && !outside_only;
  const Wanted wanted(command.to);
  // Of one extension nobody else's rights are looked at.
  std::vector<toll::Plan::Known> asked = *callers;
  if (one) std::erase_if(asked, [&](const auto& each) { return each.number != command.from; });
  if (one && asked.empty())
    return std::unexpected(Error{Code::not_found,
                                 fmt::format("there is no extension {} that is switched on", command.from),
                                 "see: ringfence extension list"});
  Json groups = Json::array(), paths = Json::array();
  if (!outside_only)
    for (const toll::Callers& group : toll::paid_ways(plan, asked, now_wall_ms)) {
      Json names = Json::array(), ways = Json::array();
      for (const ExtensionId id : group.extensions) names.push_back(number_of(id, numbers));
      for (const auto& [to, way] : group.ways) {
        if (!wanted.fits(to)) continue;
        Json row = json_of(to);
        row["trunk"] = trunk_name(way.trunk, plan);
        row["prefix"] = "+" + way.prefix;
        row["per_min"] = amount_text(way.rate.micros_per_min(), plan);
        row["fee"] = amount_text(way.rate.fee(), plan);
        ways.push_back(std::move(row));
      }
      if (!ways.empty() || one) groups.push_back({{"extensions", std::move(names)}, {"ways", std::move(ways)}});
    }
  const toll::OpenPaths open = toll::open_paths(plan, *callers, now_wall_ms, records.tenant);
  for (const toll::OpenPath& path : open.paths)
    if (numbers.contains(path.payer()) && wanted.fits(path.to) &&
        (one ? !path.from_outside() : path.from_outside() || !outside_only))
      paths.push_back(json_of(path, plan, numbers));
  return Json{{"currency", plan.terms().currency.text()},
              {"callers", std::move(groups)},
              {"paths", std::move(paths)},
              {"cut", open.cut}};
}

}  // namespace rf::app
