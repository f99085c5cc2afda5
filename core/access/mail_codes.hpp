// The second factor by e-mail: codes that were sent, kept as hashes, each bound to the session that asked for it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/access/asker.hpp"
#include "core/base/address.hpp"

namespace rf::access {

/// Times are wall times in ms. A code is good for MailCodeLimits::good_s, once, in its session, until
/// MailCodeLimits::tries wrong ones were shown there.
class MailCodes {
 public:
  using Key = std::array<std::uint8_t, 32>;
  explicit MailCodes(const Key& key) : key_(key) {}

  /// Counts a letter to this user that somebody at `source` asks for. 0: it may be sent; else how long to wait, and it
  /// does not count. It counts alike whether there is a mailbox or not.
  std::int64_t ask(UserId user, const Address& source, std::int64_t now_ms);
  /// The last letter to this user did not leave for want of room: it does not count.
  void take_back(UserId user);
  /// The code that goes to `address`. One that was sent for this session before is good no longer; what was tried there
  /// stays counted.
  void keep(SessionId session, std::string_view code, std::string address, std::int64_t now_ms);
  /// The address that a right code proves; then the code is gone. Spaces are passed over.
  std::optional<std::string> accept(SessionId session, std::string_view code, std::int64_t now_ms);
  /// Forgets what is over.
  void sweep(std::int64_t now_ms);
  std::size_t size() const { return codes_.size(); }

 private:
  using Hash = std::array<std::uint8_t, 32>;
  struct Code {
    Hash hash{};
    std::string address;
    std::int64_t ends_ms = 0;
    std::uint32_t tries = 0;
  };
  struct Letter {
    std::int64_t at_ms = 0;
    UserId user;
    Address source;
  };
  Hash hash_of(SessionId session, std::string_view code) const;

  Key key_;
  std::map<SessionId, Code> codes_;
  std::deque<Letter> letters_;  ///< of the last hour, oldest first
};

}  // namespace rf::access
