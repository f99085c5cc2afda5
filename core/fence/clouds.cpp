// Firewalls of a cloud: AWS security groups, Azure network security groups, Google Cloud firewall rules. They know the
// machine, not its addresses, and a rule of theirs is for one family.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/fence/dialects.hpp"

namespace rf::fence {
namespace {

std::vector<std::string> sources_or_all(const Opening& opening, bool v4) {
  std::vector<std::string> out = sources_of(opening, v4);
  if (out.empty()) out.emplace_back(v4 ? "0.0.0.0/0" : "::/0");
  return out;
}

template <class Fn>
std::string joined(const std::vector<std::string>& parts, std::string_view between, Fn&& write) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += between;
    out += write(part);
  }
  return out;
}

// A name of its own for each opening and family.
std::string rule_name(const Opening& opening, bool v4) {
  return fmt::format("ringfence-{}-{}-{}{}", slug(opening.purpose), name_of(opening.protocol), opening.first_port,
                     v4 ? "" : "-v6");
}

// The same ports for the same sources, on another address of the host, are one opening to a cloud.
std::vector<Opening> without_addresses(const std::vector<Opening>& openings) {
  std::vector<Opening> out;
  for (Opening opening : openings) {
    // The family is all that the address still says.
    if (opening.local && opening.from.empty())
      opening.from = {{opening.local->is_v4() ? Address::v4(0) : Address{},
                       static_cast<std::uint8_t>(opening.local->is_v4() ? 96 : 0)}};
    opening.local.reset();
    bool known = false;
    for (const Opening& other : out) known = known || other == opening;
    if (!known) out.push_back(std::move(opening));
  }
  return out;
}

}  // namespace

// Source: AWS EC2 API, IpPermission, as `aws ec2 authorize-security-group-ingress --ip-permissions file://…` takes it.
std::string write_aws(const std::vector<Opening>& openings) {
  std::string out = "[";
  for (const Opening& opening : without_addresses(openings)) {
    const auto ranges = [&](bool v4) {
      if (!has_family(opening, v4)) return std::string();
      return joined(sources_or_all(opening, v4), ", ", [&](const std::string& source) {
        return fmt::format("{{\"{}\": \"{}\", \"Description\": \"{}\"}}", v4 ? "CidrIp" : "CidrIpv6", source,
                           plain(opening.purpose));
      });
    };
    out += fmt::format(
        "{}\n  {{\n    \"IpProtocol\": \"{}\",\n    \"FromPort\": {},\n    \"ToPort\": {},\n    \"IpRanges\": [{}],\n"
        "    \"Ipv6Ranges\": [{}]\n  }}",
        out.size() > 1 ? "," : "", name_of(opening.protocol), opening.first_port, opening.last_port, ranges(true),
        ranges(false));
  }
  return out + "\n]\n";
}

// Source: Azure Resource Manager, Microsoft.Network/networkSecurityGroups, securityRules.
std::string write_azure(const std::vector<Opening>& openings) {
  std::string out = "[";
  int priority = 1000;
  for (const Opening& opening : without_addresses(openings))
    for (const bool v4 : {true, false}) {
      if (!has_family(opening, v4)) continue;
      out += fmt::format(
          "{}\n  {{\n    \"name\": \"{}\",\n    \"properties\": {{\n      \"description\": \"{}\",\n"
          "      \"priority\": {},\n      \"direction\": \"Inbound\",\n      \"access\": \"Allow\",\n"
          "      \"protocol\": \"{}\",\n      \"sourceAddressPrefixes\": [{}],\n      \"sourcePortRange\": \"*\",\n"
          "      \"destinationAddressPrefix\": \"*\",\n      \"destinationPortRange\": \"{}\"\n    }}\n  }}",
          out.size() > 1 ? "," : "", rule_name(opening, v4), plain(opening.purpose), priority,
          opening.protocol == Protocol::udp ? "Udp" : "Tcp",
          joined(sources_or_all(opening, v4), ", ", [](const std::string& s) { return "\"" + s + "\""; }),
          ports_of(opening, '-'));
      ++priority;
    }
  return out + "\n]\n";
}

std::string write_gcloud(const std::vector<Opening>& openings) {
  std::string out =
      "#!/bin/sh\n"
      "# Ports of this Ringfence, for instances with the tag `ringfence`.\n"
      "set -e\n"
      "NETWORK=${NETWORK:-default}\n";
  for (const Opening& opening : without_addresses(openings))
    for (const bool v4 : {true, false})
      if (has_family(opening, v4))
        out += fmt::format(
            "gcloud compute firewall-rules create {} --network=\"$NETWORK\" --direction=INGRESS --action=ALLOW "
            "--rules={}:{} --source-ranges={} --target-tags=ringfence --description='{}'\n",
            rule_name(opening, v4), name_of(opening.protocol), ports_of(opening, '-'),
            fmt::join(sources_or_all(opening, v4), ","), plain(opening.purpose));
  return out;
}

}  // namespace rf::fence
