// Who the generator plays: accounts by rule or from a file, and the digest answers they give.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/digest.hpp"
#include "bench/load/message.hpp"

namespace rf::load {

/// The rule that makes N accounts without a list: number = first + i; registration name = "u-" and the number's digits as
/// letters (0 = a), so that it does not contain the number; password = "password-" and the registration name.
/// bench/peers/kamailio.cfg and rf_bench_fill follow the same one.
struct AccountRule {
  std::uint32_t first = 100'000;
  std::uint32_t count = 1'000;
};

struct Account {
  std::string number;
  std::string auth_name;
  std::string password;
  Digest::Hex ha1;  ///< for the realm that the server named; empty until its first challenge
};

/// What the rule gives for one number; `ha1` stays empty.
Account account_of(std::uint32_t number);

class Phones {
 public:
  Phones(const AccountRule& rule, Algorithm algorithm);
  /// Lines of number,registration name,password. Errors: std::runtime_error with file and line.
  Phones(const std::string& csv_path, Algorithm algorithm);

  std::uint32_t count() const { return static_cast<std::uint32_t>(accounts_.size()); }
  const Account& operator[](std::uint32_t index) const { return accounts_[index]; }

  /// Picks the challenge with our algorithm out of a 401 or 407 and keeps what the answer needs: its realm (the same for
  /// all) and its nonce. False when the server does not offer the algorithm with qop=auth.
  bool take_challenge(const Scan& response, std::string& nonce);
  /// Writes an Authorization or Proxy-Authorization line. The cnonce is the same for all: nonces are not.
  void write_authorization(Text& out, bool for_proxy, std::uint32_t index, std::string_view nonce,
                           std::string_view method, std::string_view uri);

 private:
  Digest digest_;
  std::vector<Account> accounts_;
  std::string realm_;
};

}  // namespace rf::load
