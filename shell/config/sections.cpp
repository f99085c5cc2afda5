#include "core/base/limits/media.hpp"
#include "core/base/limits/people.hpp"
#include "core/base/limits/server.hpp"
#include "core/base/limits/wire.hpp"
#include "shell/config/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/guard/prefix.hpp"
#include "core/sip/uri.hpp"

namespace rf::config {
namespace {

constexpr std::int64_t day_s = 86'400;
constexpr std::size_t bindings_per_mb = 1'000;  ///< with their superseded rows

std::optional<std::string> not_an_absolute_path(std::string_view text) {
  if (text.starts_with('/') && text.find('\0') == std::string_view::npos) return std::nullopt;
  return fmt::format("is \"{}\", not an absolute path", text);
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::optional<std::string> not_a_host_name(std::string_view text) {
  if (!text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), is_host_character))
    return std::nullopt;
  return fmt::format("is \"{}\", not a host name", text);
}

// RFC 6454 §6.2, of pages that came encrypted.
bool is_origin(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  if (!text.starts_with(scheme)) return false;
  const std::string_view rest = text.substr(scheme.size());
  if (const auto endpoint = Endpoint::parse(rest)) return endpoint->port != 0 && endpoint->port != 443;
  const std::size_t colon = rest.rfind(':');
  if (Address::parse(rest) || !not_a_host_name(rest)) return true;
  if (rest.starts_with('[') && rest.ends_with(']')) return Address::parse(rest.substr(1, rest.size() - 2)).has_value();
  if (colon == std::string_view::npos || not_a_host_name(rest.substr(0, colon))) return false;
  std::uint32_t port = 0;
  const std::string_view digits = rest.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc{} && end == digits.data() + digits.size() && port > 0 && port < 65'536 && port != 443;
}

// The realm stands in a quoted string of every challenge and in every stored hash: only plain characters.
std::optional<std::string> not_a_realm(std::string_view text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (!text.empty() && text.size() <= WireLimits::realm_bytes && plain) return std::nullopt;
  return fmt::format("is \"{}\", not a realm", text);
}

std::optional<std::string> not_a_user_agent(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (plain && text.size() <= 128) return std::nullopt;
  return "holds characters that a header cannot carry, or is longer than 128";
}

std::optional<std::string> not_an_account(std::string_view text) {
  if (text.size() <= 32 && std::all_of(text.begin(), text.end(), is_host_character)) return std::nullopt;
  return fmt::format("is \"{}\", not an account name", text);
}

struct PortRange {
  std::uint16_t first = 0, last = 0;
};

std::optional<std::string> not_an_interface(std::string_view text) {
  constexpr std::size_t name_bytes = 15;  // IFNAMSIZ without its end
  const bool fits = !text.empty() && text.size() <= name_bytes && text.find_first_of("/ \t") == std::string_view::npos;
  return fits ? std::nullopt : std::optional(fmt::format("is \"{}\", not the name of an interface", text));
}

std::optional<std::string> fault_of_range(std::string_view text, PortRange& out) {
  const auto number = [](std::string_view digits) -> std::optional<std::uint32_t> {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
    return value;
  };
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return fmt::format("is \"{}\", not a range of ports", text);
  const auto first = number(text.substr(0, dash));
  const auto last = number(text.substr(dash + 1));
  if (!first || !last) return fmt::format("is \"{}\", not a range of ports", text);
  if (*first < 1024 || *last > 65'535) return fmt::format("is \"{}\": media ports are 1024 to 65535", text);
  if (*first > *last) return fmt::format("is \"{}\": it ends before it begins", text);
  if (*first % 2 != 0 || *last % 2 != 1)
    return fmt::format(
        "is \"{}\": RTP takes an even port and RTCP the odd one above, so the range begins even and ends odd", text);
  if (*last - *first + 1 < 4) return fmt::format("is \"{}\": one call needs four ports", text);
  out = {static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
  return std::nullopt;
}

/// "203.0.113.7", "stun:stun.example.org", "stun:192.0.2.1:3479" or "stun:[2001:db8::1]:3478".
std::optional<std::string> fault_of_public_address(std::string_view text, PublicAddressSettings& out) {
  if (!text.starts_with("stun:")) {
    const auto address = Address::parse(text);
    if (!address) return fmt::format("is \"{}\", neither an address nor a STUN server", text);
    if (address->is_unspecified() || address->is_multicast() || address->is_loopback())
      return fmt::format("is {}, which nobody outside can reach", text);
    out.address = address;
    return std::nullopt;
  }
  const std::string_view server = text.substr(5);
  if (const auto endpoint = Endpoint::parse(server); endpoint && endpoint->port != 0) {
    out.stun_host = endpoint->address.text();
    out.stun_port = endpoint->port;
    return std::nullopt;
  }
  const std::size_t colon = server.find(':');
  const std::string_view host = server.substr(0, colon);
  std::uint32_t port = out.stun_port;
  if (colon != std::string_view::npos && !Address::parse(server)) {
    const std::string_view digits = server.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size() || port == 0 || port > 65'535)
      return fmt::format("is \"{}\", whose port is none", text);
  }
  const auto literal = Address::parse(server);
  if (!literal && not_a_host_name(host)) return fmt::format("is \"{}\", whose server is no host name", text);
  out.stun_host = literal ? literal->text() : std::string(host);
  out.stun_port = static_cast<std::uint16_t>(port);
  return std::nullopt;
}

}  // namespace

void read_server(Section section, ServerSettings& out) {
  section.text("data_dir", out.data_dir, not_an_absolute_path, "write a path that begins with /");
  section.text(
      "realm", out.realm, not_a_realm,
      fmt::format("write 1 to {} printable characters without quotes and backslashes", WireLimits::realm_bytes));
  section.texts(
      "domains",
      [&](std::string_view text) {
        auto what = not_a_host_name(text);
        if (!what) out.domains.emplace_back(text);
        return what;
      },
      "write host names such as \"pbx.example.com\"");
  section.text("user_agent", out.user_agent, not_a_user_agent, "write plain printable characters, or nothing");
  section.text("user", out.user, not_an_account, "write the name of an account of this host, such as \"ringfence\"");
  section.finish();
}

void read_tls(Section section, TlsSettings& out) {
  section.text("certificate", out.certificate, not_an_absolute_path,
               "write the path of a PEM file with the whole chain");
  section.text("key", out.key, not_an_absolute_path, "write the path of a PEM file with the private key");
  section.text("client_ca", out.client_ca, not_an_absolute_path,
               "write the path of a PEM file with the authorities of trunks that show a certificate");
  section.text("server_ca", out.server_ca, not_an_absolute_path,
               "write the path of a PEM file with the authorities of providers");
  if (section.has("certificate") != section.has("key")) {
    section.fault(section.has("certificate") ? "certificate" : "key", "stands alone",
                  "give certificate and key together, or neither (then the built-in authority signs one)");
  }
  section.finish();
}

void read_media(Section section, MediaSettings& out, policy::SipTimes& times) {
  std::string text;
  PortRange range{out.first_port, out.last_port};
  section.text(
      "ports", text, [&](std::string_view value) { return fault_of_range(value, range); },
      "write a range such as \"40000-40999\"");
  out.first_port = range.first;
  out.last_port = range.last;
  section.number("threads", out.threads, 1, 64);
  section.flag("transcode", out.transcode);
  section.number("transcode_threads", out.transcode_threads, 1, 64);
  section.number("dscp", out.dscp, 0, 63);
  section.text("interface", out.interface, not_an_interface, "write the name that `ip link` shows, such as \"eth1\"");
  section.flag("pinholes", out.pinholes);
  (void)section.raw("encryption");  // a section of its own
  const toml::node* const servers = section.raw("rtpengine");
  if (const auto engine = section.word("engine", {"relay", "rtpengine"})) out.elsewhere = *engine == 1;
  if (const auto fallback = section.word("fallback", {"relay", "refuse"})) out.falls_back = *fallback == 0;
  if (out.elsewhere && servers == nullptr)
    section.fault("engine", "is \"rtpengine\", and no server is named",
                  "write [[media.rtpengine]] with address = \"192.0.2.9:2223\", or engine = \"relay\"");
  section.number("silence_s", times.media_silence_s, 5, day_s);
  section.finish();
}

void read_rtpengine(const toml::node* node, MediaSettings& out, Problems& problems) {
  if (node == nullptr) return;
  const toml::array* const list = node->as_array();
  if (list == nullptr || !list->is_array_of_tables())
    return problems.add(place_of(*node), "media.rtpengine is not a list of sections",
                        "write [[media.rtpengine]] with address = \"192.0.2.9:2223\" below it");
  if (list->size() > RtpengineLimits::servers)
    return problems.add(place_of(*node), fmt::format("media.rtpengine names more than {}", RtpengineLimits::servers),
                        "keep fewer");
  for (const toml::node& element : *list) {
    Section section(element.as_table(), "media.rtpengine", problems);
    RtpengineSettings server;
    constexpr std::string_view remedy = "write where it listens for NG: \"192.0.2.9:2223\"";
    std::string text;
    if (!section.has("address")) section.fault("address", "is missing", std::string(remedy));
    section.text(
        "address", text,
        [&](std::string_view value) -> std::optional<std::string> {
          const auto endpoint = Endpoint::parse(value);
          if (!endpoint || endpoint->port == 0 || endpoint->address.is_unspecified() ||
              endpoint->address.is_multicast())
            return fmt::format("is \"{}\", not an address with a port", value);
          for (const RtpengineSettings& other : out.rtpengine)
            if (other.address == *endpoint) return fmt::format("is \"{}\", which is named twice", value);
          server.address = *endpoint;
          return std::nullopt;
        },
        remedy);
    section.number("weight", server.weight, 0, 1'000);
    section.finish();
    out.rtpengine.push_back(server);
  }
}

void read_encryption(Section section, MediaSettings& out) {
  for (const Transport transport : {Transport::udp, Transport::tcp, Transport::tls, Transport::ws, Transport::wss}) {
    const std::string_view key = name_of(transport);
    const auto chosen =
        section.word(key, {policy::name_of(policy::Encryption::off), policy::name_of(policy::Encryption::optional),
                           policy::name_of(policy::Encryption::required)});
    if (!chosen) continue;
    const bool browsers = transport == Transport::ws || transport == Transport::wss;
    if (browsers && *chosen == static_cast<std::size_t>(policy::Encryption::off))
      section.fault(key, "is \"off\", and browsers know no other media than encrypted", "write \"required\"");
    out.encryption[static_cast<std::size_t>(transport)] = static_cast<policy::Encryption>(*chosen);
  }
  section.finish();
}

void read_voice(Section section, VoiceSettings& out) {
  section.text("prompts", out.prompts, not_an_absolute_path,
               "write the path of a folder that begins with /; in it en/enter-pin.wav and so on");
  section.finish();
}

void read_sip(Section section, policy::SipTimes& out, bool& md5_allowed, bool& sha2_allowed) {
  section.number("t1_ms", out.t1_ms, 50, 5'000);
  section.number("t2_ms", out.t2_ms, 100, 60'000);
  section.number("t4_ms", out.t4_ms, 100, 60'000);
  section.number("registration_min_s", out.registration_min_s, 10, day_s);
  section.number("registration_default_s", out.registration_default_s, 10, day_s);
  section.number("registration_max_s", out.registration_max_s, 10, day_s);
  section.number("session_expires_s", out.session_expires_s, 90, day_s);
  section.number("session_min_s", out.session_min_s, 90, day_s);
  section.number("nonce_age_s", out.nonce_age_s, 10, day_s);
  section.number("probe_interval_s", out.probe_interval_s, 0, 3'600);
  section.flag("md5_allowed", md5_allowed);
  section.flag("sha2_allowed", sha2_allowed);
  if (!md5_allowed && !sha2_allowed)
    section.fault("sha2_allowed", "leaves no digest algorithm, so that no phone could register",
                  "allow SHA-2, MD5, or both");
  const auto order = [&](std::string_view key, std::uint32_t low, std::uint32_t high, std::string_view above) {
    if (low > high)
      section.fault(section.has(key) ? key : above,
                    fmt::format("contradicts: {} is {}, {} is {}", key, low, above, high),
                    fmt::format("keep {} at or below {}", key, above));
  };
  order("t1_ms", out.t1_ms, out.t2_ms, "t2_ms");
  order("registration_min_s", out.registration_min_s, out.registration_default_s, "registration_default_s");
  order("registration_default_s", out.registration_default_s, out.registration_max_s, "registration_max_s");
  order("session_min_s", out.session_min_s, out.session_expires_s, "session_expires_s");
  section.finish();
}

void read_limits(Section section, Limits& out, bool& names_calls_max) {
  names_calls_max = section.has("calls_max");
  struct Bound {
    std::string_view key;
    std::size_t Limits::* field;
    std::int64_t max;
  };
  static constexpr Bound bounds[] = {
      {"calls_max", &Limits::calls_max, 1'000'000},
      {"transactions_max", &Limits::transactions_max, 50'000'000},
      {"bindings_max", &Limits::bindings_max, 10'000'000},
      {"nonces_max", &Limits::nonces_max, 50'000'000},
      {"connections_max", &Limits::connections_max, 1'000'000},
      {"connections_per_source_max", &Limits::connections_per_source_max, 100'000},
      {"unauthenticated_connections_max", &Limits::unauthenticated_connections_max, 1'000'000},
      {"connections_per_extension_max", &Limits::connections_per_extension_max, 100'000},
      {"store_queue_max", &Limits::store_queue_max, 10'000'000},
      {"contacts_per_extension_max", &Limits::contacts_per_extension_max, 64},
      {"forks_max", &Limits::forks_max, 64},
      {"streams_max", &Limits::streams_max, static_cast<std::int64_t>(WireLimits::sdp_media)},
  };
  for (const Bound& bound : bounds) section.number(bound.key, out.*bound.field, 1, bound.max);
  section.number("call_duration_max_s", out.call_duration_max_s, 10, 7 * day_s);
  section.number("ring_max_s", out.ring_max_s, 5, 3'600);
  section.number("store_wait_max_s", out.store_wait_max_s, 1, 60);
  section.number("attempts_per_s", out.attempts_per_s, 1, 1'000);
  section.number("attempt_records_per_min", out.attempt_records_per_min, 1, 100'000);
  section.number("registers_per_s", out.registers_per_s, 1, 1'000);
  section.number("requests_per_s", out.requests_per_s, 1, 10'000);
  if (out.unauthenticated_connections_max > out.connections_max) {
    section.fault(
        section.has("unauthenticated_connections_max") ? "unauthenticated_connections_max" : "connections_max",
        "contradicts: more strangers' connections than connections",
        "keep unauthenticated_connections_max at or below connections_max");
  }
  section.finish();
}

std::string PublicAddressSettings::stun_text() const {
  if (!asks()) return {};
  const auto literal = Address::parse(stun_host);
  return "stun:" + (literal ? Endpoint{*literal, stun_port}.text() : fmt::format("{}:{}", stun_host, stun_port));
}

void read_network(Section section, std::vector<Subnet>& local, std::vector<std::string>& proxies,
                  PublicAddressSettings& public_address) {
  if (section.has("local")) local.clear();
  section.texts(
      "local",
      [&](std::string_view text) -> std::optional<std::string> {
        const auto subnet = Subnet::parse(text);
        if (!subnet) return fmt::format("holds \"{}\", not an address block", text);
        local.push_back(*subnet);
        return std::nullopt;
      },
      "write blocks such as \"192.168.0.0/16\" or \"fd00::/8\"");
  section.texts(
      "proxies",
      [&](std::string_view text) -> std::optional<std::string> {
        const auto uri = sip::parse_uri(text);
        const bool known = uri && uri->transport() != Transport::ws && uri->transport() != Transport::wss &&
                           (uri->transport() || !uri->params.has("transport"));
        if (!known || (uri->scheme != sip::Uri::Scheme::sip && uri->scheme != sip::Uri::Scheme::sips) ||
            !uri->user.empty())
          return fmt::format("holds \"{}\", not the SIP URI of a proxy", text);
        proxies.emplace_back(text);
        return std::nullopt;
      },
      "write URIs such as \"sip:edge.example.com;transport=tls\" or \"sip:192.0.2.7:5060;transport=tcp\"");
  std::string text;
  section.text(
      "public_address", text, [&](std::string_view value) { return fault_of_public_address(value, public_address); },
      "write the address that we have outside, such as \"203.0.113.7\", or a server that tells it, such as "
      "\"stun:stun.example.org:3478\"");
  section.finish();
}

void read_store(Section section, StoreSettings& out) {
  section.text("path", out.path, not_an_absolute_path, "write a path that begins with /");
  if (const auto chosen = section.word("synchronous", {"full", "normal"})) out.synchronous = *chosen == 0;
  section.finish();
}

void read_records(Section section, const Limits& limits, RecordSettings& out) {
  section.number("keep_days", out.keep_days, 0, 36'500);
  section.number("keep_mb", out.keep_mb, 0, 100'000'000);
  // What the registrations need must never be taken from the records.
  if (out.keep_mb != 0 && std::uint64_t{out.keep_mb} * bindings_per_mb < limits.bindings_max)
    section.fault("keep_mb",
                  fmt::format("is {}: the registrations of limits.bindings_max could fill it alone", out.keep_mb),
                  fmt::format("write at least {}, or 0 for no bound", limits.bindings_max / bindings_per_mb + 1));
  section.finish();
}

void read_log(Section section, LogSettings& out) {
  if (const auto format = section.word("format", {"text", "json"})) out.format = static_cast<LogFormat>(*format);
  if (const auto level = section.word("level", {"debug", "info", "notice", "warning", "error"}))
    out.level = static_cast<effect::Level>(*level);
  section.text("file", out.file, not_an_absolute_path, "write a path that begins with /");
  if (const auto personal = section.word("personal", {"redact", "show"})) out.show_personal = *personal == 1;
  section.number("lines_per_min", out.lines_per_min, 1, 10'000'000);
  section.number("file_mb", out.file_mb, 1, 1'000'000);
  section.number("files", out.files, 0, 1'000);
  section.finish();
}

void read_web(Section section, WebSettings& out) {
  out.place = section.place("port");
  section.flag("enabled", out.enabled);
  read_reach(section, out.reach, out.address);
  section.number("port", out.port, 1, 65'535);
  section.text(
      "host", out.host,
      [](std::string_view text) { return Address::parse(text) ? std::nullopt : not_a_host_name(text); },
      "write the name or address that browsers reach this server by, such as \"pbx.example.com\"");
  section.texts(
      "origins",
      [&](std::string_view text) -> std::optional<std::string> {
        if (out.origins.size() == WebLimits::origins) return fmt::format("holds more than {}", WebLimits::origins);
        if (!is_origin(text)) return fmt::format("holds \"{}\", not the origin of a page", text);
        out.origins.emplace_back(text);
        return std::nullopt;
      },
      "write what browsers send: \"https://intranet.example.com\", with its port when it is not 443, and no path");
  section.texts(
      "permitted",
      [&](std::string_view text) -> std::optional<std::string> {
        const auto block = guard::parse_prefix(text);
        if (!block) return fmt::format("holds \"{}\": {}", text, block.error());
        if (out.permitted.size() == WebLimits::origins) return fmt::format("holds more than {}", WebLimits::origins);
        out.permitted.push_back(*block);
        return std::nullopt;
      },
      "write from where pages and API may be asked, such as \"192.0.2.0/24\" or \"198.51.100.7\"");
  section.finish();
}

void read_metrics(Section section, MetricsSettings& out) {
  section.flag("enabled", out.enabled);
  std::string text;
  section.text(
      "address", text,
      [&](std::string_view value) -> std::optional<std::string> {
        const auto address = Address::parse(value);
        if (!address) return fmt::format("is \"{}\", not an address", value);
        if (!address->is_loopback()) return fmt::format("is {}: the numbers tell an attacker what works", value);
        out.bind.address = *address;
        return std::nullopt;
      },
      "write 127.0.0.1 or ::1 and let a local agent or a tunnel carry the numbers");
  section.number("port", out.bind.port, 1, 65'535);
  section.finish();
}

void read_dns(Section section, DnsSettings& out) {
  section.texts(
      "servers",
      [&](std::string_view text) -> std::optional<std::string> {
        if (const auto address = Address::parse(text)) {
          out.servers.push_back({*address, 53});
          return std::nullopt;
        }
        const auto endpoint = Endpoint::parse(text);
        if (!endpoint || endpoint->port == 0) return fmt::format("holds \"{}\", not the address of a server", text);
        out.servers.push_back(*endpoint);
        return std::nullopt;
      },
      "write addresses such as \"192.0.2.53\" or \"[2001:db8::53]:53\"");
  section.finish();
}

}  // namespace rf::config
