// Session descriptions as views over the text they came in, and the description that the other leg gets instead.
#pragma once

#include <array>
#include <bitset>
#include <concepts>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "core/base/limits/wire.hpp"

namespace rf::sdp {

enum class ParseErrorCode : std::uint8_t {
  too_long, too_many_media, too_many_attributes, too_many_formats, bad_line, bad_character, bad_version, bad_origin,
  bad_connection, bad_bandwidth, bad_timing, bad_media, bad_port, bad_format, bad_attribute, bad_rtcp,
  out_of_order, missing_line, missing_connection
};

/// A fault in a description as a value: what, and at which byte.
struct ParseError {
  ParseErrorCode code;
  std::uint32_t offset = 0;
};

/// A short sentence for logs and for the Warning of a 400 or 488: "Bad media port".
std::string_view text_of(ParseErrorCode code);

/// Who may send on a stream, seen from the side that wrote the description.
enum class Direction : std::uint8_t { sendrecv, sendonly, recvonly, inactive };
std::string_view text_of(Direction direction);
constexpr bool sends(Direction d) { return d == Direction::sendrecv || d == Direction::sendonly; }
constexpr bool receives(Direction d) { return d == Direction::sendrecv || d == Direction::recvonly; }
constexpr Direction make_direction(bool send, bool receive) {
  return send ? (receive ? Direction::sendrecv : Direction::sendonly)
              : (receive ? Direction::recvonly : Direction::inactive);
}
/// The same stream seen from the other side: sendonly is their recvonly.
constexpr Direction reversed(Direction d) { return make_direction(receives(d), sends(d)); }

/// One `a=name:value` or `a=name`.
struct Attribute {
  std::string_view name;
  std::string_view value;  ///< empty without one
};

/// The attributes of one section, split on demand: Attributes a = …; while (auto x = a.next()).
class Attributes {
 public:
  Attributes() = default;
  explicit Attributes(std::string_view checked_lines) : rest_(checked_lines) {}
  std::optional<Attribute> next();

 private:
  std::string_view rest_;
};

/// The formats of an m= line, one by one.
class Formats {
 public:
  Formats() = default;
  explicit Formats(std::string_view checked) : rest_(checked) {}
  std::optional<std::string_view> next();

 private:
  std::string_view rest_;
};

/// A c= line. `address` is there when it is an IP address; a host name is kept as text only.
struct Connection {
  std::string_view text;
  std::optional<Address> address;
  /// 0.0.0.0, :: or a name under .invalid: "do not send to me" (RFC 3264 §8.4, RFC 6157 §5.1).
  bool is_nowhere = false;
};

/// The o= line.
struct Origin {
  std::string_view username;
  std::uint64_t session_id = 0;
  std::uint64_t version = 0;
  std::string_view address;  ///< as it came; not trusted for anything
};

/// One m= section.
struct Media {
  std::string_view kind;    ///< "audio"
  std::uint16_t port = 0;   ///< 0: declined, or offered as not to be used
  std::uint16_t port_count = 1;
  std::string_view proto;   ///< "RTP/AVP"
  std::string_view formats; ///< "0 8 101"; see format_list()
  Connection connection;    ///< its own, or the session's; text is empty only for a port of 0
  /// Its own, or the session's, or sendrecv; without the receiving half when `connection.is_nowhere`.
  Direction direction = Direction::sendrecv;
  std::uint16_t rtcp_port = 0;          ///< of a=rtcp (RFC 3605), 0 without
  std::optional<Address> rtcp_address;  ///< of a=rtcp, when it names one
  std::string_view lines;               ///< everything behind the m= line, checked
  std::uint32_t clock = 8'000;          ///< see clock_hz()
  std::optional<std::uint8_t> events;   ///< see telephone_event()
  bool explained = false;               ///< some format has a codec: an rtpmap, or a static type of RFC 3551
  /// DTLS-SRTP with ICE, as browsers write it: where packets go is found out by checks, so address and port are no more
  /// than a hint, and may be a host name under .local, 0.0.0.0 or port 9 (RFC 8829 §5.2.1).
  bool by_ice = false;

  Formats format_list() const { return Formats(formats); }
  Attributes attributes() const { return Attributes(lines); }
};

/// A parsed description. Every view points into the text given to parse(). About 1.5 kB, nothing on the heap.
struct Session {
  Origin origin;
  std::string_view name;
  std::string_view lines;       ///< the session part behind o=, checked
  std::string_view text;        ///< all of it

  std::span<const Media> media() const { return {media_.data(), count_}; }
  Attributes attributes() const { return Attributes(lines); }

 private:
  friend class Parser;
  std::array<Media, WireLimits::sdp_media> media_;
  std::size_t count_ = 0;
};

/// Parses a whole description strictly: v=, o= and s= first, each line in the part it belongs to, single lines once,
/// numbers, tokens. Not insisted on, because honest phones break it and nothing hangs on it: the order of the lines
/// within a part, CRLF instead of LF, no blank line at the end, no space at a line's end, a name in s=.
/// Bounds: WireLimits::sdp_bytes, sdp_media, sdp_attributes (a= and b= lines of all parts together), sdp_formats a
/// media line.
/// Never throws, never allocates. Errors: every ParseErrorCode. Source: RFC 8866 §5 and §9.
std::expected<Session, ParseError> parse(std::string_view text);
/// The views would outlive a temporary string.
template <std::same_as<std::string> Temporary>
std::expected<Session, ParseError> parse(Temporary&& text) = delete;
/// The same for what rewrite() wrote, which may be a little longer than what came in: bounds twice as wide.
std::expected<Session, ParseError> parse_own(std::string_view text);

/// Why a media line is not relayed. The operator sees the sentence, the peer a port of 0.
enum class Refusal : std::uint8_t {
  none,
  port_zero,            ///< not wanted by the peer itself
  other_protocol,       ///< no RTP over UDP: TCP, udptl, SCTP …
  other_kind,           ///< RTP, but neither audio nor video
  port_count,           ///< a range of ports (layered coding)
  no_payload_type,      ///< no rtpmap and no static type explains any of its formats
  host_name,            ///< c= names a host; looking it up would let a stranger make us ask the DNS
  implausible_address,  ///< multicast, broadcast, "this network": see plausible_media_address()
  implausible_port,     ///< below 1024: a system service, never a phone
};
std::string_view text_of(Refusal refusal);

/// Whether this stream can be relayed. A stream on hold by address (0.0.0.0) can.
Refusal refusal_of(const Media& media);

/// Whether packets may be sent to this address because an SDP says so: no multicast, unspecified, 0/8, 240/4 (with the
/// broadcast address) or ::/96. Loopback passes: who knows where the signalling came from decides, see the second form.
bool plausible_media_address(const Address& address);
/// The same, and loopback or link-local only for signalling that came from such an address itself: otherwise a remote
/// caller could aim our RTP at this host's own services.
bool plausible_media_address(const Address& address, const Address& signalling);

/// Where to send RTP: none when refused, declined or nowhere, or when ICE has to find it and there is no hint.
std::optional<Endpoint> remote_rtp(const Media& media);
/// Where to send RTCP: a=rtcp, or the port above; none when remote_rtp() is, or when there is no such port.
std::optional<Endpoint> remote_rtcp(const Media& media);
/// The writer does not want to hear: sendonly, inactive, or 0.0.0.0.
inline bool is_held(const Media& media) { return !receives(media.direction); }

/// The RTP clock of the first format that is no telephone-event, from its rtpmap or RFC 3551; 8000 when unknown.
inline std::uint32_t clock_hz(const Media& media) { return media.clock; }
/// The payload type of telephone-event (RFC 4733).
inline std::optional<std::uint8_t> telephone_event(const Media& media) { return media.events; }

struct Crypto;  // security.hpp
enum class Setup : std::uint8_t;

/// How the other leg is told that one stream is protected; nothing of it is the first leg's. Views have to live until
/// the description is written.
struct MediaProtection {
  std::span<const Crypto> keys;
  std::optional<std::array<std::uint8_t, 32>> certificate;  ///< with `setup`
  std::optional<Setup> setup;
  std::string_view ice_fragment, ice_password;  ///< with them stands our one candidate for each port, and ice-lite
  bool mux = false;
};

/// What becomes of a stream's formats.
struct FormatRewrite {
  std::optional<std::bitset<128>> kept = {};  ///< of theirs, by payload type; without it all of them
  std::string_view more = {};                 ///< payload types of ours behind them: "9 96"
  std::string_view lines = {};                ///< what explains those: whole lines
};

/// What the other leg is told about one stream.
struct MediaRewrite {
  std::uint16_t port = 0;       ///< ours; 0 declines the stream
  std::uint16_t rtcp_port = 0;  ///< ours; 0: the port above, which needs no a=rtcp
  /// In an answer: the direction that its receiver offered. The answer's is narrowed to what is legal for it.
  std::optional<Direction> answers;
  std::string_view proto = {};  ///< "RTP/SAVP"; empty: as it came
  std::string_view mid = {};    ///< the stream's name on that leg; an answer has to repeat it (RFC 8843 §7.3)
  MediaProtection protection = {};
  FormatRewrite formats = {};
};

struct RewritePlan {
  std::uint64_t session_id = 0;  ///< below 2^63; see LocalOrigin in offer_answer.hpp
  std::uint64_t version = 0;
  Address address;               ///< ours, in o= and c=
  /// Names of streams. The first of them that is taken and has rtcp-mux is a bundle by itself (RFC 9143): each of our
  /// streams has a port of its own, so no other joins it.
  std::string_view bundle = {};
  std::array<MediaRewrite, WireLimits::sdp_media> media{};  ///< by index of Session::media()
};

/// Writes the description for the other leg. It shows nothing of the first: own o=, s=-, c=, t=, own ports, and of the
/// rest only kinds, protocols, formats, bandwidth, direction and the attributes rtpmap, fmtp, ptime, maxptime, rtcp-fb
/// (where the profile has feedback), framerate, label, content, lang. Whatever refusal_of() names is written with port
/// 0, whatever the plan says. rtcp-mux, candidate, ice-*, crypto, fingerprint and setup are the plan's, not passed.
/// Not written with reason: group (but for RewritePlan::bundle), ssrc, msid, extmap, and everything unknown.
/// Formats are as FormatRewrite says; where none of theirs is kept, packet times and feedback are not passed either.
/// At most 2 kB longer than `session`, and 2 kB more for each protected stream.
std::string rewrite(const Session& session, const RewritePlan& plan);

}  // namespace rf::sdp
