// A phone that talks in one way: with keys, with a certificate and ICE, or in the clear.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/random.hpp"
#include "sim/phone.hpp"

namespace rf::traffic {

enum class Kind : std::uint8_t {
  desk,     ///< TLS, keys in its descriptions
  browser,  ///< WSS, a certificate and ICE; it names no address before its checks
  plain,    ///< UDP, nothing
};

/// What a phone says of its media is made here, as an offer or as the answer to one.
class Handset {
 public:
  /// Extension 1000 + `number` of sim::test_policy().
  Handset(sim::Exchange& exchange, unsigned number, Kind kind);

  std::string offer(Random& random, std::string_view direction = "sendrecv");
  /// To what `offered` holds out; empty when it is no description, or one of nothing that this phone knows.
  std::string answer(Random& random, const sim::Heard& offered);
  /// It comes along another connection, and has to register again.
  void reconnect(std::uint64_t connection);

  const Kind kind;
  sim::Phone phone;
  std::int64_t registered_ms = 0;  ///< when it did so last; 0: it has to

 private:
  std::string described(std::string_view proto, std::string_view lines, std::string_view direction);
  std::string certificate(Random& random, std::string_view setup) const;

  Endpoint rtp_;
  unsigned number_;
  int version_ = 0;
};

}  // namespace rf::traffic
