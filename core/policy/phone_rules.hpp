// What one extension's phone may be: rows E4 and E5, asked whenever it shows its password.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/country.hpp"

namespace rf::policy {

/// Rules of one extension, beside E5's that remote phones have to be allowed; the defaults say nothing.
struct PhoneRules {
  bool encrypted_when_remote = false;  ///< from outside the local networks over TLS only
  std::string agent_prefix;            ///< of the User-Agent, letters as they are; empty: any
  std::vector<Subnet> permitted;       ///< empty: anywhere; else nowhere but there (GuardLimits::permitted_blocks)
  CountrySet countries = {};           ///< none: any; else nowhere but there, or inside and in private networks

  friend bool operator==(const PhoneRules&, const PhoneRules&) = default;
};

/// Where a phone is and what it says it is.
struct PhoneFacts {
  Address address;
  Transport transport = Transport::udp;
  bool local = false;  ///< inside the local networks
  std::string_view user_agent;
  Country country = {};  ///< unknown too when there is no database
};

/// On the wire each of them looks like a wrong password; the operator is told which it was.
enum class PhoneRefusal : std::uint8_t { not_encrypted, other_agent, other_address, other_country };
std::string_view text_of(PhoneRefusal refusal);

/// The first rule that speaks against this phone; none when it may come.
std::optional<PhoneRefusal> judge(const PhoneRules& rules, const PhoneFacts& phone);

}  // namespace rf::policy
