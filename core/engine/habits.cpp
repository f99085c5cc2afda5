#include "core/engine/habits.hpp"

#include "core/toll/unusual.hpp"

namespace rf::engine {

using pattern::Level;

effect::Habits habits_of(Now now, const toll::Plan& plan, const policy::Policy& policy,
                         const pattern::Patterns& patterns, const effect::ShowHabits& asked) {
  effect::Habits out;
  const toll::TenantTerms* const tenant = plan.tenant(asked.tenant);
  const schedule::Zone* const zone = tenant ? tenant->zone.get() : nullptr;
  const auto add = [&](Level level, std::uint64_t id) {
    const auto summary = patterns.summary(now, level, id, zone);
    if (!summary) return;
    out.subjects.push_back({std::string(name_of(level)), id, summary->baseline.days(), summary->today.calls, {}});
    if (asked.extension) out.subjects.back().lines = lines_of(*summary);
  };
  if (asked.extension) {
    const pattern::Asker asker = toll::asker_of(plan, asked.tenant, asked.extension);
    for (std::size_t i = 0; i < pattern::level_count; ++i) add(static_cast<Level>(i), asker.parties[i].id);
  } else {
    add(Level::tenant, asked.tenant.value);
    for (const toll::DepartmentTerms& department : plan.terms().departments)
      if (department.tenant == asked.tenant) add(Level::department, department.id);
    for (const policy::Extension& extension : policy.extensions())
      if (extension.tenant == asked.tenant) add(Level::extension, extension.id.value);
  }
  for (const pattern::Remembered& each : patterns.remembered(asked.extension.value)) {
    if (each.asker.parties.back().id != asked.tenant.value) continue;
    const ExtensionId id{each.asker.parties.front().id};
    const policy::Extension* const extension = policy.by_id(id);
    const std::string number = extension ? extension->number : "it";
    out.told.push_back({each.at_wall_ms, id, each.call.number ? each.call.number.text() : "a short number",
                        std::string(name_of(each.judgement.action)), each.judgement.score,
                        text_of(each.judgement, each.call, each.moment, number)});
  }
  return out;
}

}  // namespace rf::engine
