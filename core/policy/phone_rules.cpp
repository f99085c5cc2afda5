#include "core/policy/phone_rules.hpp"

#include <algorithm>

namespace rf::policy {

std::string_view text_of(PhoneRefusal refusal) {
  switch (refusal) {
    case PhoneRefusal::not_encrypted:
      return "right password, but from outside the extension may be used over TLS only";
    case PhoneRefusal::other_agent:
      return "right password, but the phone is of another kind than the extension's rule says";
    case PhoneRefusal::other_address:
      return "right password, but the address is not among those of the extension";
    case PhoneRefusal::other_country:
      return "right password, but the country is not among those of the extension";
  }
  return "";
}

std::optional<PhoneRefusal> judge(const PhoneRules& rules, const PhoneFacts& phone) {
  if (!phone.local && rules.encrypted_when_remote && !is_encrypted(phone.transport)) return PhoneRefusal::not_encrypted;
  if (!phone.user_agent.starts_with(rules.agent_prefix)) return PhoneRefusal::other_agent;
  const auto covers = [&](const Subnet& subnet) { return subnet.contains(phone.address); };
  if (!rules.permitted.empty() && std::none_of(rules.permitted.begin(), rules.permitted.end(), covers))
    return PhoneRefusal::other_address;
  const bool nobodys = phone.local || phone.address.is_private();
  if (rules.countries.any() && !nobodys && !rules.countries.test(phone.country.index))
    return PhoneRefusal::other_country;
  return std::nullopt;
}

}  // namespace rf::policy
