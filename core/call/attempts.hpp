// What the call attempts of one extension may cost: how many a second are served, how many have a record each.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "core/call/context.hpp"
#include "core/call/pace.hpp"

namespace rf::call {

/// One password must neither fill the disk nor take what others need. Attempts over Limits::attempts_per_s (three
/// seconds' worth may come at once) are turned away before they have cost anything. Of those that became no
/// conversation, Limits::attempt_records_per_min have a record each, the rest of that minute share one that counts
/// them, written at its end. A call that was answered always has its own. Knows extensions whose attempts failed
/// within the last minute, and nobody else.
class Attempts {
 public:
  /// Takes an attempt of that extension. None: it is served; else the seconds after which another would be.
  std::optional<std::uint32_t> turn_away(Context& ctx, ExtensionId caller);
  /// Takes one that was turned away after all, for it is a call for help. False: such calls come too fast as well.
  bool take_emergency(Context& ctx, ExtensionId caller);
  /// Writes the record of an attempt that is over, or adds it to the one that the rest of the minute share. Gives the
  /// id of the record that it stands in.
  std::string write(Context& ctx, Cdr attempt);
  /// Adds it to the shared record in any case.
  std::string add(Context& ctx, Cdr attempt);
  void on_timer(Context& ctx, std::uint64_t handle);
  /// Writes the shared records now: the system stops.
  void flush(Context& ctx);

 private:
  struct Use {
    std::uint32_t records = 0;
    std::optional<Cdr> shared;
  };
  Use& use_of(Context& ctx, ExtensionId caller);
  void write_shared(Context& ctx, Use& use);

  Pace pace_, emergencies_;
  std::unordered_map<ExtensionId, Use> uses_;
};

}  // namespace rf::call
