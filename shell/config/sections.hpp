// One function for each section of the file.
#pragma once

#include "shell/config/section.hpp"

namespace rf::config {

void read_server(Section section, ServerSettings& out);
void read_tls(Section section, TlsSettings& out);
void read_media(Section section, MediaSettings& out, policy::SipTimes& times);
/// [[media.rtpengine]]
void read_rtpengine(const toml::node* node, MediaSettings& out, Problems& problems);
/// [media.encryption]
void read_encryption(Section section, MediaSettings& out);
void read_voice(Section section, VoiceSettings& out);
void read_sip(Section section, policy::SipTimes& out, bool& md5_allowed, bool& sha2_allowed);
void read_limits(Section section, Limits& out, bool& names_calls_max);
void read_network(Section section, std::vector<Subnet>& local, std::vector<std::string>& proxies,
                  PublicAddressSettings& public_address);
void read_store(Section section, StoreSettings& out);
void read_records(Section section, const Limits& limits, RecordSettings& out);
void read_log(Section section, LogSettings& out);
void read_trace(Section section, TraceSettings& out);
void read_web(Section section, WebSettings& out);
void read_login(Section section, LoginSettings& out);
/// `domains`: what the certificate names when nothing else is said.
void read_acme(Section section, const std::vector<std::string>& domains, const TlsSettings& tls, AcmeSettings& out);
void read_metrics(Section section, MetricsSettings& out);
void read_dns(Section section, DnsSettings& out);
void read_guard(Section section, GuardSettings& out, Problems& problems);
/// The key "address": one address of this host, "any" or "local".
void read_reach(Section& section, Reach& reach, Address& address);
/// One [[listener]].
ListenerSettings read_listener(Section section);

/// What no single key shows: ports that meet, contradictions between sections.
void check_ports(const Settings& settings, Problems& problems);

}  // namespace rf::config
