// From the listeners that run to the listeners that are wanted, touching nothing that may stay. For shell/net and
// shell/signalling.
#pragma once

#include <algorithm>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/policy/policy.hpp"
#include "shell/net/listener.hpp"

namespace rf::net {

/// Makes `running` serve exactly `wanted` and says what came of each, in the order of `wanted`. `Running` has id(),
/// set_id(), transport(), asked() and local(); `open(listener)` gives a unique_ptr of one or a sentence. What already
/// listens on a wanted endpoint is kept, under another id if need be. New endpoints are opened before old ones are
/// closed; where the old one stands in the way (the same port on another address) it is closed first, and opened
/// again if the new one still fails.
template <class Running, class Open>
std::vector<ListenerState> reconcile(std::span<const policy::Listener> wanted,
                                     std::vector<std::unique_ptr<Running>>& running, Open&& open) {
  std::vector<std::unique_ptr<Running>> kept(wanted.size());
  std::vector<ListenerState> states(wanted.size());
  const auto take = [&](auto&& fits) -> std::unique_ptr<Running> {
    const auto found = std::find_if(running.begin(), running.end(), [&](const auto& one) { return one && fits(*one); });
    return found == running.end() ? nullptr : std::move(*found);
  };
  const auto serves = [](const Running& one, const policy::Listener& listener) {
    return one.transport() == listener.transport && one.asked() == listener.bind;
  };
  // Same id first: with port 0 two listeners can have asked for the same.
  for (const bool same_id : {true, false}) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (kept[i]) continue;
      kept[i] = take([&](const Running& one) {
        return serves(one, wanted[i]) && (!same_id || one.id() == wanted[i].id);
      });
    }
  }
  const auto try_open = [&](std::size_t i) {
    std::expected<std::unique_ptr<Running>, std::string> opened = open(wanted[i]);
    states[i].error = opened ? std::string{} : std::move(opened.error());
    if (opened) kept[i] = std::move(*opened);
  };
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (!kept[i]) try_open(i);
  for (auto& one : running) {
    if (!one) continue;
    const bool moving = std::any_of(wanted.begin(), wanted.end(), [&](const policy::Listener& listener) {
      return listener.id == one->id() && !kept[static_cast<std::size_t>(&listener - wanted.data())];
    });
    if (!moving) one.reset();
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (kept[i]) continue;
    std::unique_ptr<Running> old = take([&](const Running& one) { return one.id() == wanted[i].id; });
    if (!old) {
      try_open(i);  // what stood in the way may just have been closed
      continue;
    }
    policy::Listener before{old->id(), old->transport(), old->local(), {}};
    const Endpoint asked_before = old->asked();
    if (asked_before.port != 0) before.bind = asked_before;
    old.reset();
    try_open(i);
    if (kept[i]) continue;
    if (auto again = open(before)) kept[i] = std::move(*again);
  }
  running.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    states[i].id = wanted[i].id;
    states[i].transport = wanted[i].transport;
    if (!kept[i]) continue;
    kept[i]->set_id(wanted[i].id);
    states[i].bound = kept[i]->local();
    running.push_back(std::move(kept[i]));
  }
  return states;
}

}  // namespace rf::net
