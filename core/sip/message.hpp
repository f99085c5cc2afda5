// A SIP message as views over the packet it came in. Strict where RFC 3261 is, and nothing is allocated a header.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/limits.hpp"
#include "core/sip/error.hpp"
#include "core/sip/method.hpp"
#include "core/sip/uri.hpp"

namespace rf::sip {

/// One header line, in the order it came. The value has no surrounding white space, and folds are single spaces.
struct Header {
  HeaderName id = HeaderName::other;
  std::string_view name;  ///< as it came
  std::string_view value;
};

/// `"Alice" <sip:alice@example.com>;tag=x` or the bare form: From, To, Contact, Route, Path, Refer-To …
struct NameAddr {
  std::string_view display;  ///< as it came, quotes included
  Uri uri;
  Params params;             ///< the header's own parameters
  std::string_view raw;      ///< the whole element
  std::string_view tag() const { return params.value("tag").value_or(std::string_view{}); }
};

/// One Via element (RFC 3261 §20.42, RFC 3581).
struct Via {
  std::string_view transport;   ///< "UDP", as it came
  std::string_view host;        ///< without brackets
  std::optional<std::uint16_t> port;
  Params params;
  std::string_view branch;
  bool rport = false;           ///< the parameter is there
  std::string_view raw;
};

struct CSeq {
  std::uint32_t number = 0;
  Method method = Method::other;
  std::string_view method_text;
};

/// RAck of RFC 3262 §7.2.
struct Rack {
  std::uint32_t rseq = 0;
  std::uint32_t cseq = 0;
  Method method = Method::other;
};

/// A parsed message. Every view points into the buffer given to parse(); keep that buffer alive and unmoved.
class Message {
 public:
  bool is_request = false;
  Method method = Method::other;   ///< of a request; of a response the CSeq's
  std::string_view method_text;
  Uri request_uri;
  std::uint16_t status = 0;
  std::string_view reason;

  Via via;  ///< the topmost
  NameAddr from;
  NameAddr to;
  std::string_view call_id;
  CSeq cseq;
  std::optional<std::uint32_t> max_forwards;
  std::optional<std::uint32_t> expires;
  std::string_view content_type;   ///< empty without one
  std::string_view body;
  /// True when start line, Via, From, To, Call-ID and CSeq could be read, even if parse() found a fault elsewhere: then a
  /// refusal can be addressed.
  bool answerable = false;

  std::span<const Header> headers() const { return {headers_.data(), count_}; }
  /// The first header of that name; null when missing.
  const Header* find(HeaderName name) const;
  /// The first header with that text as its name (letter case ignored): for names not in HeaderName.
  const Header* find(std::string_view name) const;
  /// The value of the first header of that name, or empty.
  std::string_view value(HeaderName name) const;
  /// Whether a comma list of tokens (Supported, Require, Allow …) names `token` in any of its lines, letter case ignored.
  bool lists(HeaderName name, std::string_view token) const;

 private:
  friend std::expected<void, ParseError> parse(std::span<char> buffer, Message& message);
  std::array<Header, WireLimits::headers> headers_;
  std::size_t count_ = 0;
};

/// Parses one whole message (a datagram, or what the stream framer cut). `buffer` is written to only to turn folded lines
/// into spaces; a datagram's bytes behind Content-Length are ignored. On an error `message` holds what was read so far:
/// see `answerable`. Never throws, never allocates.
/// Errors: every ParseErrorCode, offset in `buffer`. Source: RFC 3261 §7 and §25; limits: WireLimits.
std::expected<void, ParseError> parse(std::span<char> buffer, Message& message);

/// Walks the elements of a comma list over all lines of one header name, honouring quotes and angle brackets.
class Elements {
 public:
  Elements(const Message& message, HeaderName name) : headers_(message.headers()), name_(name) {}
  /// The next element without surrounding white space; none at the end.
  std::optional<std::string_view> next();

 private:
  std::span<const Header> headers_;
  HeaderName name_;
  std::string_view rest_;
};

/// Cuts the first element off a comma list (for values that are no message's header). Honours quotes and <>.
std::optional<std::string_view> next_element(std::string_view& rest);

std::expected<NameAddr, ParseError> parse_name_addr(std::string_view element);
std::expected<Via, ParseError> parse_via(std::string_view element);
std::expected<CSeq, ParseError> parse_cseq(std::string_view value);
std::expected<Rack, ParseError> parse_rack(std::string_view value);
/// A decimal number without sign, at most 2^32 - 1, nothing around it.
std::optional<std::uint32_t> parse_number(std::string_view text);

/// Letters compared without their case (ASCII only).
bool equal_nocase(std::string_view a, std::string_view b);
/// The standard phrase for a status code, "Not Found"; "Unknown" for one the RFCs do not name.
std::string_view reason_phrase(int status);

}  // namespace rf::sip
