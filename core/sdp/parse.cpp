#include <utility>

#include "core/sdp/lines.hpp"
#include "core/sdp/sdp.hpp"
#include "core/sdp/security.hpp"

namespace rf::sdp {
namespace {

using Code = ParseErrorCode;

std::optional<Connection> parse_connection(std::string_view value) {
  std::string_view rest = value;
  if (cut_word(rest) != "IN") return std::nullopt;
  const std::string_view type = cut_word(rest);
  std::string_view host = cut_word(rest);
  if (!rest.empty() || host.empty() || (type != "IP4" && type != "IP6")) return std::nullopt;
  Connection connection{.text = value, .address = {}, .is_nowhere = false};
  // A multicast address carries "/ttl" or "/count"; the address itself is refused later, with a reason of its own.
  if (const std::size_t slash = host.find('/'); slash != std::string_view::npos) {
    if (host.find_first_not_of("0123456789/", slash) != std::string_view::npos) return std::nullopt;
    host = host.substr(0, slash);
  }
  if (const auto address = Address::parse(host)) {
    const bool mapped = address->is_v4() && host.find(':') != std::string_view::npos;
    if (mapped || address->is_v4() != (type == "IP4")) return std::nullopt;
    connection.address = address;
    connection.is_nowhere = address->is_unspecified();
    return connection;
  }
  const bool is_name = std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' ||
           c == '_';
  });
  const bool has_letter = host.find_first_not_of("0123456789.") != std::string_view::npos;
  if (!is_name || !has_letter || host.size() > 253) return std::nullopt;  // 999.1.1.1 is no name either
  connection.is_nowhere = host.size() > 8 && equal_nocase(host.substr(host.size() - 8), ".invalid");
  return connection;
}

std::optional<Direction> parse_direction(std::string_view name) {
  for (const Direction d : {Direction::sendrecv, Direction::sendonly, Direction::recvonly, Direction::inactive})
    if (name == text_of(d)) return d;
  return std::nullopt;
}

std::optional<Origin> parse_origin(std::string_view rest) {
  Origin origin;
  origin.username = cut_word(rest);
  const auto id = parse_digits<std::uint64_t>(cut_word(rest));
  const auto version = parse_digits<std::uint64_t>(cut_word(rest));
  const std::string_view net = cut_word(rest), type = cut_word(rest);
  origin.address = cut_word(rest);
  if (!id || !version || !is_token(net) || !is_token(type) || origin.address.empty() || !rest.empty())
    return std::nullopt;
  origin.session_id = *id;
  origin.version = *version;
  return origin;
}

bool is_bandwidth(std::string_view value) {
  const std::size_t colon = value.find(':');
  return colon != std::string_view::npos && is_token(value.substr(0, colon)) &&
         parse_digits<std::uint64_t>(value.substr(colon + 1)).has_value();
}

bool is_timing(std::string_view rest) {
  const auto start = parse_digits<std::uint64_t>(cut_word(rest));
  const auto stop = parse_digits<std::uint64_t>(cut_word(rest));
  return start && stop && rest.empty();
}

}  // namespace

/// Reads line by line; what a line may be depends only on the part it stands in.
class Parser {
 public:
  struct Bounds {
    std::size_t bytes = WireLimits::sdp_bytes;
    std::size_t attributes = WireLimits::sdp_attributes;
  };
  Parser(std::string_view text, Bounds bounds) : bounds_(bounds), text_(text), rest_(text) {}

  std::expected<Session, ParseError> run() {
    session_.text = text_;
    if (text_.size() > bounds_.bytes) return fail(Code::too_long);
    while (!rest_.empty()) {
      line_begin_ = text_.size() - rest_.size();
      if (rest_.find_first_not_of("\r\n") == std::string_view::npos) break;
      const std::string_view line = cut_line(rest_);
      if (const auto fault = take(line)) return fail(*fault);
      ++lines_seen_;
    }
    line_begin_ = text_.size();
    end_part();
    if (lines_seen_ < 3 || !timing_seen_) return fail(Code::missing_line);
    for (std::size_t i = 0; i < session_.count_; ++i)
      if (const auto fault = complete(session_.media_[i])) {
        line_begin_ = static_cast<std::size_t>(session_.media_[i].kind.data() - text_.data());
        return fail(*fault);
      }
    return session_;
  }

 private:
  /// Lines that may stand once in a part.
  struct Part {
    std::optional<Connection> connection;
    std::optional<Direction> direction;
    bool has_rtcp = false;
    bool has_title = false, has_key = false, has_uri = false, has_zone = false;
  };

  std::unexpected<ParseError> fail(Code code) const {
    return std::unexpected(ParseError{code, static_cast<std::uint32_t>(line_begin_)});
  }

  std::optional<Code> take(std::string_view line) {
    for (const char c : line)
      if (static_cast<unsigned char>(c) < 0x20 && c != '\t') return Code::bad_character;
    if (line.size() < 2 || line[1] != '=') return Code::bad_line;
    std::string_view value = line.substr(2);
    value.remove_suffix(value.size() - (value.find_last_not_of(' ') + 1));
    switch (lines_seen_) {
      case 0: return line[0] != 'v' ? Code::out_of_order : check(value == "0", Code::bad_version);
      case 1: return line[0] != 'o' ? std::optional(Code::out_of_order) : take_origin(value);
      case 2: session_.name = value; return check(line[0] == 's', Code::out_of_order);
      default: return session_.count_ == 0 ? take_session_line(line[0], value) : take_media_line(line[0], value);
    }
  }

  static std::optional<Code> check(bool good, Code code) { return good ? std::nullopt : std::optional(code); }
  static std::optional<Code> once(bool& seen, Code code) { return check(!std::exchange(seen, true), code); }

  std::optional<Code> take_origin(std::string_view value) {
    const auto origin = parse_origin(value);
    if (!origin) return Code::bad_origin;
    session_.origin = *origin;
    part_begin_ = text_.size() - rest_.size();
    return std::nullopt;
  }

  std::optional<Code> take_session_line(char type, std::string_view value) {
    switch (type) {
      case 'u': return once(part_.has_uri, Code::out_of_order);
      case 'e':
      case 'p': return std::nullopt;
      case 't': timing_seen_ = true; return check(is_timing(value), Code::bad_timing);
      case 'r': return check(timing_seen_, Code::out_of_order);
      case 'z': return once(part_.has_zone, Code::out_of_order);
      default: return take_common_line(type, value);
    }
  }

  std::optional<Code> take_media_line(char type, std::string_view value) {
    return std::string_view("ueptrz").find(type) != std::string_view::npos ? Code::out_of_order
                                                                           : take_common_line(type, value);
  }

  std::optional<Code> take_common_line(char type, std::string_view value) {
    switch (type) {
      case 'i': return once(part_.has_title, Code::out_of_order);
      case 'k': return once(part_.has_key, Code::out_of_order);
      case 'b':
        if (++attributes_ > bounds_.attributes) return Code::too_many_attributes;
        return check(is_bandwidth(value), Code::bad_bandwidth);
      case 'c':
        if (part_.connection) return Code::bad_connection;
        part_.connection = parse_connection(value);
        return check(part_.connection.has_value(), Code::bad_connection);
      case 'a': return take_attribute(value);
      case 'm': return take_media(value);
      case 'v':
      case 'o':
      case 's': return Code::out_of_order;
      default: return Code::bad_line;
    }
  }

  std::optional<Code> take_attribute(std::string_view value) {
    if (++attributes_ > bounds_.attributes) return Code::too_many_attributes;
    const std::size_t colon = value.find(':');
    const std::string_view name = value.substr(0, colon);
    if (!is_token(name)) return Code::bad_attribute;
    if (const auto direction = colon == std::string_view::npos ? parse_direction(name) : std::nullopt) {
      const bool contradicts = part_.direction && *part_.direction != *direction;
      part_.direction = direction;
      return check(!contradicts, Code::bad_attribute);
    }
    if (name == "rtcp" && colon != std::string_view::npos && session_.count_ > 0)
      return take_rtcp(value.substr(colon + 1));
    return std::nullopt;
  }

  /// RFC 3605 §2.1: port, and perhaps an address of its own.
  std::optional<Code> take_rtcp(std::string_view rest) {
    Media& media = session_.media_[session_.count_ - 1];
    const auto port = parse_digits<std::uint16_t>(cut_word(rest));
    if (!port || std::exchange(part_.has_rtcp, true)) return Code::bad_rtcp;
    media.rtcp_port = *port;
    if (rest.empty()) return std::nullopt;
    const auto connection = parse_connection(rest);
    if (!connection) return Code::bad_rtcp;
    if (!connection->is_nowhere) media.rtcp_address = connection->address;
    return std::nullopt;
  }

  std::optional<Code> take_media(std::string_view rest) {
    end_part();
    if (session_.count_ == WireLimits::sdp_media) return Code::too_many_media;
    Media media;
    media.kind = cut_word(rest);
    std::string_view ports = cut_word(rest);
    media.proto = cut_word(rest);
    media.formats = rest;
    if (!is_token(media.kind)) return Code::bad_media;
    if (const std::size_t slash = ports.find('/'); slash != std::string_view::npos) {
      const auto count = parse_digits<std::uint16_t>(ports.substr(slash + 1));
      if (!count || *count == 0) return Code::bad_port;
      media.port_count = *count;
      ports = ports.substr(0, slash);
    }
    const auto port = parse_digits<std::uint16_t>(ports);
    if (!port) return Code::bad_port;
    media.port = *port;
    if (const auto fault = check_proto_and_formats(media)) return fault;
    session_.media_[session_.count_++] = media;
    part_begin_ = text_.size() - rest_.size();
    return std::nullopt;
  }

  static std::optional<Code> check_proto_and_formats(const Media& media) {
    std::string_view proto = media.proto;
    while (true) {
      const std::size_t slash = proto.find('/');
      if (!is_token(proto.substr(0, slash))) return Code::bad_media;
      if (slash == std::string_view::npos) break;
      proto.remove_prefix(slash + 1);
    }
    const bool is_rtp = profile_of(media.proto).has_value();
    std::size_t count = 0;
    for (Formats formats = media.format_list(); const auto format = formats.next();) {
      if (++count > WireLimits::sdp_formats) return Code::too_many_formats;
      if (!is_token(*format)) return Code::bad_format;
      if (is_rtp && parse_digits<std::uint8_t>(*format).value_or(255) > 127) return Code::bad_format;
    }
    return check(count > 0, Code::bad_media);
  }

  /// Closes the part that ends before the current line.
  void end_part() {
    const std::string_view lines = text_.substr(part_begin_, line_begin_ - part_begin_);
    if (session_.count_ == 0) {
      session_.lines = lines;
      session_part_ = part_;
    } else {
      Media& media = session_.media_[session_.count_ - 1];
      media.lines = lines;
      if (part_.connection) media.connection = *part_.connection;
      directions_[session_.count_ - 1] = part_.direction;
    }
    part_ = {};
  }

  std::optional<Code> complete(Media& media) {
    const auto& own = directions_[static_cast<std::size_t>(&media - session_.media_.data())];
    media.direction = own.value_or(session_part_.direction.value_or(Direction::sendrecv));
    if (media.connection.text.empty() && session_part_.connection) media.connection = *session_part_.connection;
    media.by_ice = is_found_by_ice(session_, media);
    if (media.connection.is_nowhere && !media.by_ice) media.direction = make_direction(sends(media.direction), false);
    note_codecs(media);
    return check(!media.connection.text.empty() || media.port == 0, Code::missing_connection);
  }

  Bounds bounds_;
  std::string_view text_, rest_;
  Session session_;
  Part part_, session_part_;
  std::array<std::optional<Direction>, WireLimits::sdp_media> directions_{};
  std::size_t line_begin_ = 0, part_begin_ = 0, lines_seen_ = 0, attributes_ = 0;
  bool timing_seen_ = false;
};

std::expected<Session, ParseError> parse(std::string_view text) {
  return Parser(text, {}).run();
}

std::expected<Session, ParseError> parse_own(std::string_view text) {
  return Parser(text, {2 * WireLimits::sdp_bytes, 2 * WireLimits::sdp_attributes}).run();
}

std::optional<Attribute> Attributes::next() {
  while (!rest_.empty()) {
    std::string_view line = cut_line(rest_);
    if (!line.starts_with("a=")) continue;
    line.remove_prefix(2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      line.remove_suffix(line.size() - (line.find_last_not_of(' ') + 1));
      return Attribute{line, {}};
    }
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    value.remove_suffix(value.size() - (value.find_last_not_of(' ') + 1));
    return Attribute{line.substr(0, colon), value};
  }
  return std::nullopt;
}

std::optional<std::string_view> Formats::next() {
  const std::string_view word = cut_word(rest_);
  return word.empty() ? std::nullopt : std::optional(word);
}

std::string_view text_of(Direction direction) {
  switch (direction) {
    case Direction::sendrecv: return "sendrecv";
    case Direction::sendonly: return "sendonly";
    case Direction::recvonly: return "recvonly";
    case Direction::inactive: return "inactive";
  }
  return "sendrecv";
}

std::string_view text_of(ParseErrorCode code) {
  switch (code) {
    case Code::too_long: return "Session description too long";
    case Code::too_many_media: return "Too many media lines";
    case Code::too_many_attributes: return "Too many attributes";
    case Code::too_many_formats: return "Too many formats";
    case Code::bad_line: return "Not a description line";
    case Code::bad_character: return "Control character in description";
    case Code::bad_version: return "Bad description version";
    case Code::bad_origin: return "Bad origin line";
    case Code::bad_connection: return "Bad connection line";
    case Code::bad_bandwidth: return "Bad bandwidth line";
    case Code::bad_timing: return "Bad timing line";
    case Code::bad_media: return "Bad media line";
    case Code::bad_port: return "Bad media port";
    case Code::bad_format: return "Bad media format";
    case Code::bad_attribute: return "Bad attribute";
    case Code::bad_rtcp: return "Bad rtcp attribute";
    case Code::out_of_order: return "Line out of place";
    case Code::missing_line: return "Required line missing";
    case Code::missing_connection: return "Connection line missing";
  }
  return "Bad session description";
}

}  // namespace rf::sdp
