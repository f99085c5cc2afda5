// A SIP message as views over the packet it came in. Strict where RFC 3261 is, and nothing is allocated a header.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "core/base/limits/wire.hpp"
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
  /// True when a refusal can be addressed although parse() found a fault: the method and the topmost Via could be read
  /// (the other Vias may be faulty), and lines for From, To, Call-ID and CSeq are there to be copied back as they came
  /// (their views above may be unset). Always true of a request that parsed.
  bool answerable = false;

  std::span<const Header> headers() const { return headers_.all(); }
  /// The first header of that name; null when missing.
  const Header* find(HeaderName name) const;
  /// The first header with that text as its name (letter case ignored): for names not in HeaderName.
  const Header* find(std::string_view name) const;
  /// The value of the first header of that name, or empty.
  std::string_view value(HeaderName name) const;
  /// Whether a comma list of tokens (Supported, Require, Allow …) names `token` in any of its lines, letter case
  /// ignored.
  bool lists(HeaderName name, std::string_view token) const;
  /// The first Contact, parsed; null without one, for "*", and when it was faulty.
  const NameAddr* contact() const { return has_contact_ ? &contact_ : nullptr; }
  /// Whether the only Contact is "*" (RFC 3261 §10.2.2).
  bool contact_is_star() const { return contact_is_star_; }

 private:
  friend class MessageReader;

  // Room for headers that is written only as far as it is used: a fresh Message costs nothing for the unused rest.
  class HeaderList {
   public:
    HeaderList() = default;
    HeaderList(const HeaderList& other) : count_(other.count_) { copy(other); }
    HeaderList& operator=(const HeaderList& other) {
      count_ = other.count_;
      if (this != &other) copy(other);
      return *this;
    }
    std::span<const Header> all() const { return {std::launder(reinterpret_cast<const Header*>(room_)), count_}; }
    const Header& operator[](std::size_t i) const { return all()[i]; }
    std::size_t size() const { return count_; }
    void clear() { count_ = 0; }
    void push(const Header& header) { ::new (room_ + sizeof(Header) * count_++) Header(header); }

   private:
    void copy(const HeaderList& other) { std::memcpy(room_, other.room_, sizeof(Header) * count_); }
    alignas(Header) std::byte room_[sizeof(Header) * WireLimits::headers];
    std::size_t count_ = 0;
  };

  HeaderList headers_;
  std::array<std::uint8_t, static_cast<std::size_t>(HeaderName::other)> first_{};  // place in headers_ plus one
  NameAddr contact_;
  bool has_contact_ = false;
  bool contact_is_star_ = false;
};
static_assert(WireLimits::headers < 256 && std::is_trivially_copyable_v<Header>);

/// Parses one whole message (a datagram, or what the stream framer cut). `buffer` is written to only to turn folded
/// lines into spaces; a datagram's bytes behind Content-Length are ignored. On an error `message` holds what was read
/// so far: see `answerable`. Never throws, never allocates.
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
