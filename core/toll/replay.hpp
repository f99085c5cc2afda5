// Recorded calls, decided again: what another configuration would have made of them (row O11).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/toll/decide.hpp"

namespace rf::toll {

/// One record, as far as rules asked for it.
struct PastCall {
  std::string id;  ///< of the record
  TenantId tenant;
  ExtensionId payer;    ///< whose rights and money it took; none: a trunk brought it
  std::string who;      ///< how the payer, or else the trunk, is called
  std::string dialled;  ///< or what was forwarded to; of one that a trunk brought: the called number
  Question::For purpose = Question::For::call;
  std::string trunk;  ///< by which it left or came in; empty: it did neither
  std::string caller;
  bool anonymous = false;
  std::int64_t wall_ms = 0;     ///< of its start
  std::int64_t talked_ms = -1;  ///< -1: nobody answered
  std::uint32_t attempts = 1;   ///< that the record stands for
};

/// One configuration, and who exists and may call in it. Both have to outlive the replay.
struct World {
  const Plan* plan = nullptr;
  std::span<const Plan::Known> callers;
};

/// Calls of one extension, or of one trunk, that fare otherwise for one reason.
struct Finding {
  enum class What : std::uint8_t {
    refused,  ///< was let through, and is not any more
    allowed,  ///< the other way round
    moved,    ///< still comes in, and rings elsewhere
  } what = What::refused;
  std::string_view rule;  ///< that refuses now, or did before
  std::string who;
  std::uint64_t calls = 0;
  struct Example {
    std::string id, dialled, why;
    std::int64_t wall_ms = 0;
  };
  std::vector<Example> examples;
};

/// What calls come to by the price lists, in micro-units: as they were dialled, by the first trunk of each
/// configuration or by the one that carried them, if it has that one for them.
struct CostChange {
  std::int64_t before = 0, after = 0;
};

struct Replayed {
  std::uint64_t calls = 0;      ///< asked again
  std::uint64_t unchanged = 0;  ///< neither refused nor allowed nor moved
  std::uint64_t refused = 0, allowed = 0, moved = 0;
  std::vector<Finding> findings;  ///< the most calls first
  std::uint64_t further = 0;      ///< calls that are in no finding: there are too many
  CostChange cost;
  std::map<std::string, CostChange> by_who, by_trunk;  ///< only where something changes
};

/// Decides each call as it was dialled, when it was dialled, by both configurations. Pace, lines and money are not
/// played again: what they let through depends on all other calls. Exposures tell what those limits come to.
class Replay {
 public:
  Replay(const World& before, const World& after);
  void add(const PastCall& call);
  Replayed finish();

 private:
  struct Side {
    const Plan* plan = nullptr;
    std::set<ExtensionId> callers;
    std::set<std::pair<TenantId, std::string_view>, std::less<>> numbers;
  };
  /// What one configuration makes of a call.
  struct Fate {
    bool passes = false;
    std::string_view rule;
    std::string why, target;
    std::string_view trunk;
    std::int64_t cost = 0;
  };
  static Side side_of(const World& world);
  static Fate fate_of(const Side& side, const PastCall& call);
  static Fate arrival_of(const Side& side, const PastCall& call);
  void tell(Finding::What what, const Fate& refusal, const PastCall& call);

  Side before_, after_;
  Replayed out_;
  std::map<std::tuple<Finding::What, std::string_view, std::string>, Finding> findings_;
};

}  // namespace rf::toll
