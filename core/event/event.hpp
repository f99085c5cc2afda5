// What happened, as it is kept and told; and who is told of what, by which way and when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/secret.hpp"
#include "core/event/catalog.hpp"

namespace rf::event {

/// One thing that happened, or many that are alike: `count` of them between the two times.
struct Event {
  std::uint64_t id = 0;
  std::string kind;  ///< its name in the catalogue; of a later program it may be an unknown one
  Level level = Level::info;
  std::string subject;  ///< whom it is about: an extension, an address, a trunk; may be empty
  std::string text;     ///< the evidence; one line, plain, bounded
  std::uint64_t count = 1;
  std::int64_t first_wall_ms = 0;
  std::int64_t last_wall_ms = 0;
  std::string acknowledged_by = {};  ///< empty: nobody yet
  std::int64_t acknowledged_wall_ms = 0;

  friend bool operator==(const Event&, const Event&) = default;
};

enum class Way : std::uint8_t { email, webhook, syslog, call };
std::string_view name_of(Way way);
std::optional<Way> parse_way(std::string_view text);

/// Minutes of the day by the clock on the wall, from the first to before the last; over midnight when that is earlier.
struct QuietHours {
  std::uint16_t from_min = 0, to_min = 0;
  bool contains(std::uint16_t minute) const {
    return from_min <= to_min ? minute >= from_min && minute < to_min : minute >= from_min || minute < to_min;
  }
  /// "22:00-06:00"; nothing for another text, and for hours without length.
  static std::optional<QuietHours> parse(std::string_view text);
  std::string text() const;
  friend bool operator==(const QuietHours&, const QuietHours&) = default;
};

/// Where a syslog receiver is: "tls:logs.example.com:6514", "udp:192.0.2.9:514".
struct SyslogTarget {
  bool tls = true;
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
};
/// Nothing for another text.
std::optional<SyslogTarget> parse_syslog_target(std::string_view text);

/// Who is called, and as whom: "1000:1001", "1000:+491701234567".
struct CallTarget {
  std::string caller;  ///< the extension whose rights and money count
  std::string number;  ///< as it would dial it
};
/// Nothing for another text.
std::optional<CallTarget> parse_call_target(std::string_view text);

/// Whether it may stand in an envelope and a header: one address, without comments, quotes or names.
bool is_mail_address(std::string_view text);

/// Somebody or something that is told.
struct Contact {
  std::string name;
  Way way = Way::email;
  std::string target;  ///< an e-mail address, a URL, or what parse_syslog_target() or parse_call_target() reads
  Language language = Language::en;
  bool enabled = true;
  std::uint32_t digest_min = 0;          ///< non-critical events are told together, as often; 0: at once
  std::optional<QuietHours> quiet = {};  ///< non-critical events wait until these end
  std::vector<Subnet> networks = {};     ///< addresses besides public ones that its target may be at
  std::string ca_pem = {};               ///< who may vouch for its target instead of the system's authorities
  Secret<std::string> secret = {};       ///< with which a webhook's messages are signed
};

/// Events of these kinds, from that level on, go to that contact.
struct Route {
  std::string name;
  std::string events = "*";  ///< "guard.*,trunk.down"
  Level level = Level::warning;
  std::string contact;
  bool enabled = true;
};

/// What an operator wrote in place of ours.
struct Template {
  std::string kind;
  Language language = Language::en;
  std::string subject, text;
};

}  // namespace rf::event
