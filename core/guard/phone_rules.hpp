// What one extension's phone may be: rows E4 and E5, asked at REGISTER and at calls.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/guard/countries.hpp"

namespace rf::guard {

/// Rules of one extension; the defaults say nothing but E5's: no remote phones.
struct PhoneRules {
  bool remote_allowed = false;         ///< may come from outside the local networks (E5)
  bool encrypted_when_remote = false;  ///< then over TLS only
  std::string agent_prefix;            ///< of the User-Agent, letters as they are; empty: any
  std::vector<Subnet> permitted;       ///< empty: anywhere; else nowhere but there
  CountrySet countries;                ///< none: any; private addresses always pass
};

/// Where a phone is and what it says it is.
struct PhoneFacts {
  Address address;
  Transport transport = Transport::udp;
  bool local = false;  ///< inside the local networks
  Country country;
  std::string_view user_agent;
};

/// On the wire each of them looks like a wrong password; the operator is told which it was.
enum class PhoneRefusal : std::uint8_t { remote, not_encrypted, other_agent, other_address, other_country };
std::string_view text_of(PhoneRefusal refusal);

/// The first rule that speaks against this phone; none when it may come.
std::optional<PhoneRefusal> judge(const PhoneRules& rules, const PhoneFacts& phone);

}  // namespace rf::guard
