#include "app/web_reach.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/listeners.hpp"

namespace rf::app {
namespace {

constexpr std::uint16_t https_port = 443;

std::string origin(const std::string& host, std::uint16_t port) {
  return port == https_port ? "https://" + host : fmt::format("https://{}:{}", host, port);
}

std::string host_text(const Address& address) {
  return address.is_v4() ? address.text() : "[" + address.text() + "]";
}

// An address as configured is written as in a URL.
std::string host_text(const std::string& host) {
  const auto address = Address::parse(host);
  return address ? host_text(*address) : host;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

const config::ListenerSettings* phone_listener(const config::Settings& settings) {
  const auto at = std::find_if(settings.listeners.begin(), settings.listeners.end(),
                               [](const auto& one) { return one.transport == Transport::wss; });
  return at == settings.listeners.end() ? nullptr : &*at;
}

}  // namespace

std::uint16_t phone_port(const config::Settings& settings) {
  const config::ListenerSettings* const listener = phone_listener(settings);
  if (listener == nullptr) return 0;
  return listener->advertised ? listener->advertised->port : listener->port;
}

std::vector<Endpoint> web_binds(const config::Settings& settings) {
  if (!settings.web.enabled) return {};
  const config::ListenerSettings pages{.transport = Transport::tls,
                                       .reach = settings.web.reach,
                                       .address = settings.web.address,
                                       .port = settings.web.port,
                                       .advertised = {},
                                       .place = {}};
  std::vector<Endpoint> out;
  for (const policy::Listener& one : expand({pages}, local_addresses_of_host(), has_ipv6())) out.push_back(one.bind);
  return out;
}

websocket::Origins origins_of(const config::Settings& settings) {
  websocket::Origins out{settings.web.origins, settings.web.enabled ? settings.web.port : std::uint16_t{0}};
  if (!settings.web.enabled) return out;
  const auto add = [&](const std::string& host) { out.allowed.push_back(origin(host, settings.web.port)); };
  if (!settings.web.host.empty()) add(host_text(settings.web.host));
  for (const std::string& domain : settings.server.domains) add(domain);
  for (const config::ListenerSettings& one : settings.listeners)
    if (one.advertised) add(host_text(one.advertised->address));
  return out;
}

std::string web_address(const config::Settings& settings) {
  const auto at = [&](const std::string& host) { return origin(host, settings.web.port); };
  if (!settings.web.host.empty()) return at(host_text(settings.web.host));
  if (!settings.server.domains.empty()) return at(settings.server.domains.front());
  if (const config::ListenerSettings* phone = phone_listener(settings); phone != nullptr && phone->advertised)
    return at(host_text(phone->advertised->address));
  if (settings.web.reach == config::Reach::one) return at(host_text(settings.web.address));
  const std::vector<Address> all = addresses_of_host();
  const auto outside = std::find_if(all.begin(), all.end(), [](const Address& one) { return !one.is_loopback(); });
  return at(outside == all.end() ? "localhost" : host_text(*outside));
}

bool is_permitted(std::span<const Subnet> permitted, const Address& from) {
  return permitted.empty() || from.is_loopback() ||
         std::any_of(permitted.begin(), permitted.end(), [&](const Subnet& block) { return block.contains(from); });
}

std::optional<command::Error> keeps_out(const config::Settings& before, const config::Settings& now,
                                        const std::optional<Address>& caller) {
  if (!caller || now.web.permitted == before.web.permitted || is_permitted(now.web.permitted, *caller))
    return std::nullopt;
  return command::Error{command::Code::conflict,
                        fmt::format("web.permitted would keep you out: you are at {}", caller->text()),
                        "add your address to it, or give --force"};
}

std::string sip_domain(const config::Settings& settings, const std::string& host) {
  if (!settings.server.domains.empty()) return settings.server.domains.front();
  return is_host_name(settings.server.realm) ? settings.server.realm : host;
}

}  // namespace rf::app
