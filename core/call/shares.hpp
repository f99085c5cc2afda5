// Who has part in which calls, and in how many.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <vector>

#include "core/base/ids.hpp"

namespace rf::call {

/// The calls of each extension, counted so that an INVITE is judged in constant time. Who is no extension is not
/// counted here.
class Shares {
 public:
  struct Share {
    std::vector<CallId> calls;
    std::size_t running = 0;  ///< of these, not ending
    std::size_t ending = 0;   ///< of these, ending and placed by it
  };
  const Share& of(ExtensionId extension) const;
  /// Calls that count against what it may place: its own keep counting until nothing of them is left, else a flood of
  /// calls that are cancelled at once would have no limit. Those of others do not: who waits for their end is not it.
  std::size_t placing(ExtensionId extension) const { return of(extension).running + of(extension).ending; }

  void begin(CallId call, ExtensionId caller, ExtensionId callee);
  void end(ExtensionId caller, ExtensionId callee);
  /// After end().
  void forget(CallId call, ExtensionId caller, ExtensionId callee);

 private:
  boost::unordered_flat_map<ExtensionId, Share, std::hash<ExtensionId>> by_extension_;
};

}  // namespace rf::call
