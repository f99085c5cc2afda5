// Where browsers find this server, and whose pages may speak to it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/command/command.hpp"
#include "core/policy/policy.hpp"
#include "core/websocket/handshake.hpp"
#include "shell/config/settings.hpp"

namespace rf::app {

/// The port of WSS that browsers connect to, as the outside sees it; 0: there is none.
std::uint16_t phone_port(const config::Settings& settings);
/// One endpoint for each address that the pages are served at.
std::vector<Endpoint> web_binds(const config::Settings& settings);
/// Origins of our own pages by every name of ours that is configured, and what web.origins adds.
websocket::Origins origins_of(const config::Settings& settings);
/// "https://pbx.example.com:8443": web.host, else the first domain, else an advertised address, else one of this host.
std::string web_address(const config::Settings& settings);
/// Whether pages and API may be asked from there; always from this host itself.
bool is_permitted(std::span<const Subnet> permitted, const Address& from);
/// Of new settings that would keep whoever asks out of the pages, from where he is; nothing while web.permitted stays.
std::optional<command::Error> keeps_out(const config::Settings& before, const config::Settings& now,
                                        const std::optional<Address>& caller);
/// What a phone writes behind the @: a name that is ours however it was reached.
std::string sip_domain(const config::Settings& settings, const std::string& host);

}  // namespace rf::app
