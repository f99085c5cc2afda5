#include "core/engine/notices.hpp"

namespace rf::engine {
namespace {

class Names {
 public:
  Names(const toll::Plan& plan, const policy::Policy& policy) : plan_(plan), policy_(policy) {}

  std::string operator()(const money::Warning& warning) const {
    constexpr toll::Level levels[] = {toll::Level::extension, toll::Level::department, toll::Level::tenant,
                                      toll::Level::trunk, toll::Level::system};
    static_assert(std::size(levels) == money::levels);
    return of(levels[static_cast<std::size_t>(warning.account.level)], warning.account.id);
  }
  std::string operator()(const toll::LineAlert& alert) const { return of(alert.subject.level, alert.subject.id); }
  std::string operator()(const toll::PaceAlert& alert) const { return of(alert.subject.level, alert.subject.id); }

 private:
  std::string of(toll::Level level, std::uint64_t id) const {
    switch (level) {
      case toll::Level::extension:
        if (const policy::Extension* const extension = policy_.by_id(ExtensionId{id})) return extension->number;
        break;
      case toll::Level::department:
        for (const toll::DepartmentTerms& department : plan_.terms().departments)
          if (department.id == id) return department.name;
        break;
      case toll::Level::tenant:
      case toll::Level::tenant_on_trunk:
        if (const toll::TenantTerms* const tenant = plan_.tenant(TenantId{id})) return tenant->name;
        break;
      case toll::Level::trunk:
        if (const toll::TrunkTerms* const trunk = plan_.trunk(TrunkId{id})) return trunk->line.name;
        break;
      case toll::Level::system:
        break;
    }
    return {};
  }

  const toll::Plan& plan_;
  const policy::Policy& policy_;
};

}  // namespace

std::string name_of(const toll::Notice& notice, const toll::Plan& plan, const policy::Policy& policy) {
  return std::visit(Names(plan, policy), notice);
}

}  // namespace rf::engine
