// Calling patterns as the simulated switchboard asks them.
#pragma once

#include "core/toll/unusual.hpp"
#include "sim/fraud/switchboard.hpp"

namespace rf::fraud {

/// The office has to outlive it. One for each run: it learns.
class PatternScreen final : public Screen {
 public:
  explicit PatternScreen(const Office& office) : office_(office), patterns_({.limits = {}, .seed = 1}) {}

  Opinion judge(Now now, const Call& call) override;
  bool note(Now now, const Call& call, bool refused) override;
  void ended(const Call& call, std::int64_t left_wall_ms, std::optional<std::int64_t> talked_ms,
             std::uint8_t score) override;

 private:
  pattern::Asker asker(const Call& call) const;
  static pattern::Call facts(const Call& call);

  const Office& office_;
  pattern::Patterns patterns_;
  toll::Unusual last_;  ///< of the call that is noted next
};

}  // namespace rf::fraud
