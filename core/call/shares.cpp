#include "core/call/shares.hpp"

namespace rf::call {

const Shares::Share& Shares::of(ExtensionId extension) const {
  static const Share none;
  const auto found = by_extension_.find(extension);
  return found == by_extension_.end() ? none : found->second;
}

void Shares::begin(CallId call, ExtensionId caller, ExtensionId callee) {
  const auto add = [&](ExtensionId extension) {
    if (!extension) return;
    Share& share = by_extension_[extension];
    share.calls.push_back(call);
    ++share.running;
  };
  add(caller);
  if (callee != caller) add(callee);
}

void Shares::end(ExtensionId caller, ExtensionId callee) {
  if (caller) --by_extension_.at(caller).running, ++by_extension_.at(caller).ending;
  if (callee && callee != caller) --by_extension_.at(callee).running;
}

void Shares::forget(CallId call, ExtensionId caller, ExtensionId callee) {
  if (caller) --by_extension_.at(caller).ending;
  const auto remove = [&](ExtensionId extension) {
    const auto found = by_extension_.find(extension);
    if (found == by_extension_.end()) return;
    std::erase(found->second.calls, call);
    if (found->second.calls.empty()) by_extension_.erase(found);
  };
  remove(caller);
  remove(callee);
}

}  // namespace rf::call
