#include "core/call/shares.hpp"

#include <algorithm>

namespace rf::call {

const Shares::Share& Shares::of(ExtensionId extension) const {
  static const Share none;
  const auto found = by_extension_.find(extension);
  return found == by_extension_.end() ? none : found->second;
}

void Shares::place(CallId call, ExtensionId placer, Parts& parts) {
  if (!placer) return;
  parts.placer = placer;
  parts.placing = true;
  Share& share = by_extension_[placer];
  share.calls.push_back(call);
  ++share.running;
}

void Shares::join(CallId call, ExtensionId extension, Parts& parts) {
  if (!extension || extension == parts.placer) return;
  Share& share = by_extension_[extension];
  const auto known = std::find_if(parts.others.begin(), parts.others.end(),
                                  [&](const Parts::Part& part) { return part.extension == extension; });
  if (known != parts.others.end()) {
    if (!known->running) ++share.running;
    known->running = true;
    return;
  }
  parts.others.push_back({extension, true});
  share.calls.push_back(call);
  ++share.running;
}

void Shares::leave(ExtensionId extension, Parts& parts) {
  for (Parts::Part& part : parts.others) {
    if (part.extension != extension || !part.running) continue;
    part.running = false;
    --by_extension_.at(extension).running;
  }
}

void Shares::go(ExtensionId extension, Parts& parts) {
  if (extension != parts.placer || !parts.placing) return leave(extension, parts);
  --by_extension_.at(extension).running;
  parts.others.push_back({extension, false});
  parts.placer = {};
  parts.placing = false;
}

void Shares::end(Parts& parts) {
  if (parts.placing) {
    --by_extension_.at(parts.placer).running;
    ++by_extension_.at(parts.placer).ending;
  }
  parts.placing = false;
  for (Parts::Part& part : parts.others) leave(part.extension, parts);
}

void Shares::forget(CallId call, const Parts& parts) {
  const auto remove = [&](ExtensionId extension) {
    const auto found = by_extension_.find(extension);
    if (found == by_extension_.end()) return;
    std::erase(found->second.calls, call);
    if (found->second.calls.empty()) by_extension_.erase(found);
  };
  if (parts.placer) --by_extension_.at(parts.placer).ending;
  remove(parts.placer);
  for (const Parts::Part& part : parts.others) remove(part.extension);
}

}  // namespace rf::call
