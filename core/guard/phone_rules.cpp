#include "core/guard/phone_rules.hpp"

#include <algorithm>

namespace rf::guard {

std::string_view text_of(PhoneRefusal refusal) {
  switch (refusal) {
    case PhoneRefusal::remote:
      return "the extension may not be used from outside";
    case PhoneRefusal::not_encrypted:
      return "from outside the extension may be used over TLS only";
    case PhoneRefusal::other_agent:
      return "the phone is of another kind than the extension's rule says";
    case PhoneRefusal::other_address:
      return "the address is not among those of the extension";
    case PhoneRefusal::other_country:
      return "the country is not among those of the extension";
  }
  return "";
}

std::optional<PhoneRefusal> judge(const PhoneRules& rules, const PhoneFacts& phone) {
  if (!phone.local && !rules.remote_allowed) return PhoneRefusal::remote;
  if (!phone.local && rules.encrypted_when_remote && !is_encrypted(phone.transport)) return PhoneRefusal::not_encrypted;
  if (!phone.user_agent.starts_with(rules.agent_prefix)) return PhoneRefusal::other_agent;
  const auto covers = [&](const Subnet& subnet) { return subnet.contains(phone.address); };
  if (!rules.permitted.empty() && std::none_of(rules.permitted.begin(), rules.permitted.end(), covers))
    return PhoneRefusal::other_address;
  if (rules.countries.any() && !phone.address.is_private() &&
      !(phone.country && rules.countries.test(phone.country.index)))
    return PhoneRefusal::other_country;
  return std::nullopt;
}

}  // namespace rf::guard
