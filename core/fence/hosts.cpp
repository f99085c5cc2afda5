// Firewalls of a host: nft, iptables, firewalld, ufw.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/fence/dialects.hpp"

namespace rf::fence {
namespace {

// Each family of an opening, with the words for it.
template <class Fn>
void for_each_family(const Opening& opening, Fn&& fn) {
  for (const bool v4 : {true, false})
    if (has_family(opening, v4)) fn(v4);
}

bool is_limited(const Opening& opening) {
  return !opening.from.empty();
}

// One opening in one family: whom to accept, and, where not everybody is, that all others are dropped.
void append_iptables(std::string& out, const Opening& opening, bool v4) {
  std::string match = fmt::format("-p {0} -m {0} --dport {1}", name_of(opening.protocol), ports_of(opening, ':'));
  if (opening.local) match = fmt::format("-d {} {}", opening.local->text(), match);
  const std::string comment = fmt::format("-m comment --comment \"{}\"", plain(opening.purpose));
  if (!is_limited(opening)) {
    out += fmt::format("-A RINGFENCE {} {} -j ACCEPT\n", match, comment);
    return;
  }
  for (const std::string& source : sources_of(opening, v4))
    out += fmt::format("-A RINGFENCE -s {} {} {} -j ACCEPT\n", source, match, comment);
  out += fmt::format("-A RINGFENCE {} {} -j DROP\n", match, comment);
}

// An opening that is for networks of the other family alone is shut in this one.
bool concerns(const Opening& opening, bool v4) {
  return !opening.local || opening.local->is_v4() == v4;
}

}  // namespace

std::string write_nft(const std::vector<Opening>& openings) {
  std::string out =
      "#!/usr/sbin/nft -f\n"
      "# Ports of this Ringfence. Load it with `nft -f`, take it out with `nft delete table inet ringfence_ports`.\n"
      "# A table of yours that drops by itself drops on: put the accepting lines there, too.\n"
      "table inet ringfence_ports\n"
      "delete table inet ringfence_ports\n"
      "table inet ringfence_ports {\n"
      "  chain input {\n"
      "    type filter hook input priority filter; policy accept;\n"
      "    iif \"lo\" accept\n";
  for (const Opening& opening : openings) {
    const std::string ports = fmt::format("{} dport {}", name_of(opening.protocol), ports_of(opening, '-'));
    const std::string comment = fmt::format("comment \"{}\"", plain(opening.purpose));
    std::string local;
    if (opening.local)
      local = fmt::format("{} daddr {} ", opening.local->is_v4() ? "ip" : "ip6", opening.local->text());
    if (!is_limited(opening)) {
      out += fmt::format("    {}{} accept {}\n", local, ports, comment);
      continue;
    }
    for_each_family(opening, [&](bool v4) {
      out += fmt::format("    {} saddr {{ {} }} {}{} accept {}\n", v4 ? "ip" : "ip6",
                         fmt::join(sources_of(opening, v4), ", "), local, ports, comment);
    });
    out += fmt::format("    {}{} drop {}\n", local, ports, comment);
  }
  return out + "  }\n}\n";
}

std::string write_iptables(const std::vector<Opening>& openings) {
  std::string out =
      "#!/bin/sh\n"
      "# Ports of this Ringfence, in a chain of their own. Take it out with\n"
      "#   for t in iptables ip6tables; do $t -D INPUT -j RINGFENCE; $t -F RINGFENCE; $t -X RINGFENCE; done\n"
      "set -e\n";
  for (const bool v4 : {true, false}) {
    const std::string_view tool = v4 ? "iptables" : "ip6tables";
    out += fmt::format("{}-restore --noflush <<'RULES'\n*filter\n:RINGFENCE - [0:0]\n", tool);
    for (const Opening& opening : openings)
      if (concerns(opening, v4)) append_iptables(out, opening, v4);
    out += fmt::format("COMMIT\nRULES\n{0} -C INPUT -j RINGFENCE 2>/dev/null || {0} -I INPUT -j RINGFENCE\n", tool);
  }
  return out;
}

std::string write_firewalld(const std::vector<Opening>& openings) {
  std::string out =
      "#!/bin/sh\n"
      "# Ports of this Ringfence, as a service of firewalld and, where not everybody may, as rich rules of the zone.\n"
      "set -e\n"
      "ZONE=${ZONE:-$(firewall-cmd --get-default-zone)}\n"
      "firewall-cmd --permanent --delete-service=ringfence >/dev/null 2>&1 || true\n"
      "firewall-cmd --permanent --new-service=ringfence\n";
  for (const Opening& opening : openings) {
    if (!is_limited(opening) && !opening.local) {
      out += fmt::format("firewall-cmd --permanent --service=ringfence --add-port={}/{}  # {}\n",
                         ports_of(opening, '-'), name_of(opening.protocol), plain(opening.purpose));
      continue;
    }
    for_each_family(opening, [&](bool v4) {
      std::vector<std::string> sources = sources_of(opening, v4);
      if (sources.empty()) sources.emplace_back();
      for (const std::string& source : sources)
        out += fmt::format(
            "firewall-cmd --permanent --zone=\"$ZONE\" --add-rich-rule='rule family=\"{}\"{}{} port port=\"{}\" "
            "protocol=\"{}\" accept'  # {}\n",
            v4 ? "ipv4" : "ipv6", source.empty() ? "" : fmt::format(" source address=\"{}\"", source),
            opening.local ? fmt::format(" destination address=\"{}\"", opening.local->text()) : "",
            ports_of(opening, '-'), name_of(opening.protocol), plain(opening.purpose));
    });
  }
  return out + "firewall-cmd --permanent --zone=\"$ZONE\" --add-service=ringfence\nfirewall-cmd --reload\n";
}

std::string write_ufw(const std::vector<Opening>& openings) {
  std::string out = "#!/bin/sh\n# Ports of this Ringfence.\nset -e\n";
  for (const Opening& opening : openings) {
    const std::string to = fmt::format("to {} port {} comment '{}'", opening.local ? opening.local->text() : "any",
                                       ports_of(opening, ':'), plain(opening.purpose));
    if (!is_limited(opening)) out += fmt::format("ufw allow proto {} from any {}\n", name_of(opening.protocol), to);
    for (const bool v4 : {true, false})
      for (const std::string& source : concerns(opening, v4) ? sources_of(opening, v4) : std::vector<std::string>{})
        out += fmt::format("ufw allow proto {} from {} {}\n", name_of(opening.protocol), source, to);
  }
  return out;
}

}  // namespace rf::fence
