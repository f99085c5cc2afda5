// The configuration file as a value: every key with its default, so that no file is needed to start.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/limits/server.hpp"
#include "core/base/limits/trace.hpp"
#include "core/effect/effect.hpp"
#include "core/guard/rules.hpp"
#include "core/policy/policy.hpp"
#include "shell/config/acme.hpp"
#include "shell/config/login.hpp"

namespace rf::config {

/// A place in the file; line 0 when a value is a default.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// Which addresses a listener binds: one, all of the host, or loopback and every private address it has at start.
enum class Reach : std::uint8_t { one, any, local };

/// One [[listener]] as written; app expands `reach` to bound addresses when it starts.
struct ListenerSettings {
  Transport transport = Transport::tls;
  Reach reach = Reach::any;
  Address address;  ///< with Reach::one
  std::uint16_t port = 5061;
  std::optional<Endpoint> advertised;
  Place place;
};

struct ServerSettings {
  std::string data_dir = "/var/lib/ringfence";
  std::string realm = "ringfence";
  std::vector<std::string> domains;
  std::string user_agent;  ///< empty: none is sent
  std::string user;        ///< account to run as when started as root; empty: stay
};

/// Empty paths: the system's own certificate authority signs one.
struct TlsSettings {
  std::string certificate;
  std::string key;
  std::string client_ca;  ///< PEM: whose certificates trunks that connect to us may show, beside the system's
  std::string server_ca;  ///< PEM: whose certificates providers may show that we connect to, beside the system's
};

/// One [[media.rtpengine]]: a media server that is asked over NG.
struct RtpengineSettings {
  Endpoint address;  ///< where it listens for NG
  std::uint32_t weight = 1;

  friend bool operator==(const RtpengineSettings&, const RtpengineSettings&) = default;
};

struct MediaSettings {
  bool elsewhere = false;   ///< engine = "rtpengine"
  bool falls_back = true;   ///< to our own relay, when no server has room
  std::vector<RtpengineSettings> rtpengine;
  std::uint16_t first_port = 40'000;  ///< even
  std::uint16_t last_port = 40'999;   ///< odd
  std::uint16_t threads = 1;
  bool transcode = true;  ///< for calls whose sides share no codec
  std::uint16_t transcode_threads = 1;
  /// Of phones, by the transport of their signalling.
  decltype(policy::Policy::media_encryption) encryption = policy::Policy().media_encryption;
  std::uint8_t dscp = 46;          ///< of everything that the relay sends: EF (RFC 3246)
  std::string interface;           ///< that media comes and goes by; empty: as the signalling of its leg
  bool pinholes = true;  ///< the kernel lets only a call's peer to its ports, where the kernel enforces at all
};

struct VoiceSettings {
  std::string prompts;  ///< folder with an operator's own; empty: only those that were installed with us
};

struct StoreSettings {
  std::string path;         ///< empty: ringfence.db in the data directory
  bool synchronous = true;  ///< fsync every group of writes; off only survives a crash of the process, not of the host
};

enum class LogFormat : std::uint8_t { text, json };

struct LogSettings {
  LogFormat format = LogFormat::text;
  effect::Level level = effect::Level::info;
  std::string file;  ///< empty: standard error
  bool show_personal = false;
  std::uint32_t lines_per_min = DiskLimits{}.lines_per_min;  ///< of one kind
  std::uint32_t file_mb = DiskLimits{}.log_file_mb;
  std::uint32_t files = DiskLimits{}.log_files;
};

/// How long call records stay.
struct RecordSettings {
  std::uint32_t keep_days = DiskLimits{}.record_days;  ///< 0: for ever
  std::uint32_t keep_mb = DiskLimits{}.database_mb;    ///< of the database; 0: as many as fit the disk
};

/// What is recorded of signalling, and where it is sent.
struct TraceSettings {
  bool enabled = true;
  TraceKeep keep;
  Transport hep_transport = Transport::udp;
  std::string hep_host;  ///< empty: it is sent nowhere
  std::uint16_t hep_port = 9'060;
  std::uint32_t hep_agent = 2'001;  ///< our number among those that capture
  bool hep_numbers = false;         ///< with telephone numbers in full

  friend bool operator==(const TraceSettings&, const TraceSettings&) = default;
};

/// HTTPS: the browser phone.
struct WebSettings {
  bool enabled = true;
  Reach reach = Reach::any;
  Address address;  ///< with Reach::one
  std::uint16_t port = 8'443;
  std::string host;  ///< by which browsers reach us; empty: the first domain, else an address
  std::vector<std::string> origins;  ///< of other pages that may open a WebSocket: "https://intranet.example.com"
  std::vector<Subnet> permitted;     ///< from where pages and API may be asked; empty: from anywhere
  Place place;
};

struct MetricsSettings {
  bool enabled = true;
  Endpoint bind{Address::v4(0x7f000001), 9061};
};

/// Where we are seen from outside: an address, or a STUN server that is asked for it, or neither.
struct PublicAddressSettings {
  std::optional<Address> address;
  std::string stun_host;  ///< a name or an address; empty: nobody is asked
  std::uint16_t stun_port = 3'478;

  bool asks() const { return !stun_host.empty(); }
  std::string stun_text() const;  ///< "stun:stun.example.org:3478"; empty when nobody is asked
  friend bool operator==(const PublicAddressSettings&, const PublicAddressSettings&) = default;
};

struct DnsSettings {
  std::vector<Endpoint> servers;  ///< empty: those of the host
};

/// Where the kernel drops what was refused, the cheapest first.
enum class Enforcement : std::uint8_t { automatic, xdp, xdp_generic, nftables, user_space };

/// Who may talk to us; rules that name files or need addresses of this host are completed by app.
struct GuardSettings {
  guard::Rules rules = guard::Rules::defaults();
  Enforcement enforcement = Enforcement::automatic;
  std::vector<std::string> blocklists;  ///< files with addresses to block, one a line
  std::string country_database;         ///< a MaxMind DB file; empty: the one that was installed with us
  std::uint32_t decoys = 5;             ///< so many extensions that nobody has are made up
};

struct Settings {
  std::string file;  ///< empty: defaults only
  std::map<std::string, std::size_t> sections;  ///< hashes of what the file says, by name: "[web]", "[[listener]]"
  ServerSettings server;
  std::vector<ListenerSettings> listeners;
  TlsSettings tls;
  MediaSettings media;
  VoiceSettings voice;
  policy::SipTimes times;
  bool md5_allowed = true;
  bool sha2_allowed = true;
  Limits limits;
  bool names_calls_max = false;  ///< limits.calls_max stands in the file
  std::vector<Subnet> local_networks;
  std::vector<std::string> proxies;  ///< SIP URIs
  PublicAddressSettings public_address;
  StoreSettings store;
  RecordSettings records;
  LogSettings log;
  TraceSettings trace;
  WebSettings web;
  LoginSettings login;
  AcmeSettings acme;
  MetricsSettings metrics;
  DnsSettings dns;
  GuardSettings guard;

  std::string store_path() const { return store.path.empty() ? server.data_dir + "/ringfence.db" : store.path; }
  std::string control_path() const { return server.data_dir + "/control.sock"; }
};

/// The sections that say something else in one than in the other, comments and layout aside.
std::vector<std::string> sections_changed(const Settings& before, const Settings& after);

/// What is used without a file: TLS on 5061, WSS on 5065 and HTTPS on 8443 on every address, nothing unencrypted.
Settings defaults();

}  // namespace rf::config
