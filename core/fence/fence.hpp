// Firewall as code: what has to be open for a configuration, in the words of the firewalls that people have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"

namespace rf::fence {

enum class Format : std::uint8_t { nft, iptables, firewalld, ufw, aws, azure, gcloud };
inline constexpr std::size_t formats = 7;
/// "nft", "iptables" …: as on the command line.
std::string_view name_of(Format format);
std::optional<Format> parse_format(std::string_view text);

enum class Protocol : std::uint8_t { udp, tcp };

/// Ports that have to be reachable. Everything else stays as it is.
struct Opening {
  std::string purpose;  ///< "SIP over TLS"; what is no letter, digit, dot or hyphen is written as a space
  Protocol protocol = Protocol::udp;
  std::uint16_t first_port = 0;
  std::uint16_t last_port = 0;
  std::optional<Address> local;  ///< on this address of the host alone
  std::vector<Subnet> from;      ///< empty: from everywhere; else from nowhere else

  friend bool operator==(const Opening&, const Opening&) = default;
};

/// What the server has that somebody could want to reach.
struct Facts {
  struct Listener {
    Transport transport = Transport::tls;
    Endpoint bind;
    std::vector<Subnet> from;
  };
  struct Service {
    std::string purpose;
    Endpoint bind;
    std::vector<Subnet> from;
  };
  std::vector<Listener> listeners;
  std::vector<Service> services;  ///< over TCP: web, metrics
  std::uint16_t first_media_port = 0;
  std::uint16_t last_media_port = 0;  ///< 0: no media
};

/// Loopback needs no opening; the same port on the unspecified addresses of both families is one.
std::vector<Opening> openings_of(const Facts& facts);

/// The whole text, ready for use, with its own instructions in the first lines where the format has comments.
std::string write(Format format, const std::vector<Opening>& openings);

}  // namespace rf::fence
