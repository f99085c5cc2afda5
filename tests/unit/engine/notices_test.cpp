#include "core/engine/notices.hpp"

#include "tests/unit/engine/carriers.hpp"

namespace rf {
namespace {

TEST(Notices, AreAboutWhomTheOperatorKnowsByName) {
  using toll::Direction;
  using toll::Level;
  toll::Terms terms = two_carriers();
  terms.tenants[0].name = "office";
  terms.departments.push_back({7, tenant, "sales", {}});
  const toll::PlanRef plan = plan_of(std::move(terms));
  const auto policy = sim::test_policy();
  const auto of = [&](Level level, std::uint64_t id) {
    const toll::Notice alert = toll::PaceAlert{{level, Direction::outbound, id, 0}, {}};
    return engine::name_of(alert, *plan, *policy);
  };
  EXPECT_EQ(of(Level::extension, 1), "1001");
  EXPECT_EQ(of(Level::department, 7), "sales");
  EXPECT_EQ(of(Level::tenant, 1), "office");
  EXPECT_EQ(of(Level::trunk, 2), "second");
  EXPECT_EQ(of(Level::system, 0), "");
  EXPECT_EQ(of(Level::extension, 99), "") << "it is gone";
  const toll::Notice lines = toll::LineAlert{{Level::tenant_on_trunk, Direction::both, 1, 2}, 5, 5};
  EXPECT_EQ(engine::name_of(lines, *plan, *policy), "office");
  money::Warning warning{};
  warning.account = {money::Level::trunk, 1};
  EXPECT_EQ(engine::name_of(warning, *plan, *policy), "first");
}

}  // namespace
}  // namespace rf
