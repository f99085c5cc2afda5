// How a message about events leaves: as a letter, a signed webhook, lines of syslog, or spoken in a call.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/rows.hpp"
#include "core/event/outbox.hpp"
#include "core/event/words.hpp"
#include "shell/store/events.hpp"

namespace rf::app {

struct Delivery {
  event::Result result = event::Result::taken;
  std::string trouble = {};  ///< one sentence without secrets
  /// Of a message that was taken: what its contact is not told in this way, for the reason in `trouble`.
  std::vector<event::Event> withheld = {};
};

/// Calls somebody and says these clips; blocks until he has answered, or nobody will.
using Telephone =
    std::function<Delivery(const event::CallTarget& target, std::vector<std::string> clips, std::stop_token stop)>;

/// One attempt. `system` is what this system is called. Blocks up to EventLimits::send_ms, or call_ms, or until
/// `stop`.
Delivery deliver(const event::Message& message, const event::Book& book, const event::Contact& contact,
                 const store::Mail& mail, const std::string& system, const Telephone& telephone,
                 std::int64_t now_wall_ms, std::stop_token stop);

/// The same of one letter by itself.
Delivery post(const event::Filled& words, const std::string& to, const store::Mail& mail, std::int64_t now_wall_ms,
              std::stop_token stop);

/// "t=1769846400,v1=5d41…": HMAC-SHA-256 over the time, a full stop and the body.
std::string signature_of(const Secret<std::string>& secret, std::int64_t now_s, const std::string& body);

Json json_of(const event::Event& event);

}  // namespace rf::app
