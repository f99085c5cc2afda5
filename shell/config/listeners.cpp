#include <fmt/format.h>

#include "shell/config/sections.hpp"

namespace rf::config {
namespace {

bool share_addresses(const ListenerSettings& a, const ListenerSettings& b) {
  if (a.reach == Reach::any || b.reach == Reach::any) return true;
  if (a.reach == Reach::local && b.reach == Reach::local) return true;
  if (a.reach == Reach::local) return b.address.is_private();
  if (b.reach == Reach::local) return a.address.is_private();
  return a.address == b.address;
}

std::string name_of(const ListenerSettings& listener) {
  return fmt::format("{} on port {}", rf::name_of(listener.transport), listener.port);
}

std::uint16_t usual_port(Transport transport) {
  switch (transport) {
    case Transport::tls: return 5'061;
    case Transport::wss: return 5'065;
    case Transport::ws: return 5'066;
    default: return 5'060;
  }
}

}  // namespace

void read_reach(Section& section, Reach& reach, Address& address) {
  std::string text;
  section.text(
      "address", text,
      [&](std::string_view value) -> std::optional<std::string> {
        if (value == "any" || value == "local") {
          reach = value == "any" ? Reach::any : Reach::local;
          return std::nullopt;
        }
        const auto one = Address::parse(value);
        if (!one || one->is_multicast()) return fmt::format("is \"{}\", not an address", value);
        reach = one->is_unspecified() ? Reach::any : Reach::one;
        address = *one;
        return std::nullopt;
      },
      "write an address of this host, \"any\", or \"local\" (loopback and every private address)");
}

ListenerSettings read_listener(Section section) {
  ListenerSettings out;
  out.place = section.place("port");
  std::string text;
  if (!section.has("transport")) section.fault("transport", "is missing", "write \"udp\", \"tcp\", \"tls\" or \"wss\"");
  section.text(
      "transport", text,
      [&](std::string_view value) -> std::optional<std::string> {
        const auto transport = parse_transport(value);
        if (!transport) return fmt::format("is \"{}\", which is not known", value);
        out.transport = *transport;
        return std::nullopt;
      },
      "write \"udp\", \"tcp\", \"tls\" or \"wss\"");
  out.port = usual_port(out.transport);
  read_reach(section, out.reach, out.address);
  // Browsers send passwords' answers and calls over it in the clear.
  if (out.transport == Transport::ws && (out.reach != Reach::one || !out.address.is_loopback()))
    section.fault("transport", "is \"ws\", which is not encrypted, on an address that others reach",
                  "write \"wss\", or give it the address 127.0.0.1 for a proxy on this host");
  section.number("port", out.port, 1, 65'535);
  section.text(
      "advertised", text,
      [&](std::string_view value) -> std::optional<std::string> {
        std::optional<Endpoint> endpoint = Endpoint::parse(value);
        if (const auto address = Address::parse(value)) endpoint = Endpoint{*address, out.port};
        if (!endpoint || endpoint->port == 0 || endpoint->address.is_unspecified())
          return fmt::format("is \"{}\", not an address", value);
        out.advertised = endpoint;
        return std::nullopt;
      },
      "write the public address, with its port when it differs: \"203.0.113.7\" or \"203.0.113.7:15061\"");
  section.finish();
  return out;
}

void check_ports(const Settings& settings, Problems& problems) {
  const auto& all = settings.listeners;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const ListenerSettings& a = all[i];
    for (std::size_t j = 0; j < i; ++j) {
      const ListenerSettings& b = all[j];
      if (a.port == b.port && is_stream(a.transport) == is_stream(b.transport) && share_addresses(a, b))
        problems.add(a.place, fmt::format("{} meets the listener {}", name_of(a), name_of(b)),
                     "give one of them another port or another address");
    }
    if (a.transport == Transport::udp && a.port >= settings.media.first_port && a.port <= settings.media.last_port)
      problems.add(a.place,
                   fmt::format("{} lies in the media range {}-{}", name_of(a), settings.media.first_port,
                               settings.media.last_port),
                   "move the listener, or media.ports");
    const WebSettings& web = settings.web;
    const ListenerSettings pages{.transport = Transport::tls, .reach = web.reach, .address = web.address,
                                 .port = web.port, .advertised = {}, .place = {}};
    if (web.enabled && is_stream(a.transport) && a.port == web.port && share_addresses(a, pages))
      problems.add(a.place, fmt::format("{} meets the pages", name_of(a)), "move one of them: web.port");
    if (settings.metrics.enabled && is_stream(a.transport) && a.port == settings.metrics.bind.port &&
        (a.reach != Reach::one || a.address == settings.metrics.bind.address))
      problems.add(a.place, fmt::format("{} meets the metrics endpoint", name_of(a)), "move one of them: metrics.port");
  }
}

}  // namespace rf::config
