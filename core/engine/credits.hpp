// Credit that operators give while calls run: answered when the ledger's entry is on disk.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/call/context.hpp"

namespace rf::engine {

class Credits {
 public:
  /// Nothing: it is answered by on_written().
  std::optional<effect::CommandResult> top_up(call::Context& ctx, CommandId id, const effect::TopUp& asked);
  /// All entries of the ledger up to this one are on disk. One that the disk did not take is given to it again.
  void on_written(call::Context& ctx, std::uint64_t entry);

 private:
  struct Credit {
    CommandId command;
    money::AccountId account;
    std::uint64_t entry = 0;
  };
  std::vector<Credit> waiting_;
};

}  // namespace rf::engine
