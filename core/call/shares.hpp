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
    std::size_t running = 0;  ///< of these, not ending, and not given up by it
    std::size_t ending = 0;   ///< of these, ending and placed by it
  };
  /// The extensions of one call, as the call keeps them.
  struct Parts {
    ExtensionId placer;
    struct Part {
      ExtensionId extension;
      bool running = true;
    };
    std::vector<Part> others;
    bool placing = false;  ///< the placer's share runs
  };
  const Share& of(ExtensionId extension) const;
  /// Calls that count against what it may place: its own keep counting until nothing of them is left, else a flood of
  /// calls that are cancelled at once would have no limit. Those of others do not: who waits for their end is not it.
  std::size_t placing(ExtensionId extension) const { return of(extension).running + of(extension).ending; }

  void place(CallId call, ExtensionId placer, Parts& parts);
  /// Its phones ring, or it is talking. Once for each extension; the placer has its share already.
  void join(CallId call, ExtensionId extension, Parts& parts);
  /// It no longer has part, but messages of the call may still come from its phones.
  void leave(ExtensionId extension, Parts& parts);
  /// It has left a call that runs on without it, and that counts against it no longer, whoever placed it.
  void go(ExtensionId extension, Parts& parts);
  void end(Parts& parts);
  /// After end().
  void forget(CallId call, const Parts& parts);

 private:
  boost::unordered_flat_map<ExtensionId, Share, std::hash<ExtensionId>> by_extension_;
};

}  // namespace rf::call
