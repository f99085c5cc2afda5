// Just enough SIP for a load generator: one pass over what came, text written straight into the send queue. It trusts
// the servers under test and is no parser for the wire; the product's is core/sip.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rf::load {

/// What one pass over a message finds; views into it. Lines and values are without their line end.
struct Scan {
  int status = 0;                    ///< 0 for a request
  std::string_view method;           ///< of the start line, or of CSeq for a response
  std::string_view request_uri;
  std::string_view branch;           ///< of the topmost Via
  std::string_view call_id, from, to, cseq, contact, body;
  std::uint32_t cseq_number = 0;
  std::array<std::string_view, 8> via_lines;     ///< whole header lines
  std::array<std::string_view, 4> route_values;  ///< Record-Route values, top to bottom, comma lists left whole
  std::array<std::string_view, 4> challenges;    ///< values of WWW- and Proxy-Authenticate
  unsigned vias = 0, routes = 0, challenge_count = 0;
  bool for_proxy = false;  ///< the challenges are Proxy-Authenticate
};

/// False when it is no SIP message.
bool scan(std::string_view bytes, Scan& out);

/// The value of `;name=` in a header value, empty when it has none.
std::string_view parameter(std::string_view value, std::string_view name);
/// The value of `name=` or `name="…"` in a challenge, without quotes.
std::string_view challenge_field(std::string_view challenge, std::string_view name);
/// What stands between < and >, or the value up to its first parameter.
std::string_view uri_of(std::string_view value);

/// Writes text forward from a place that is large enough for every message of this program (Sockets::message_bytes).
class Text {
 public:
  explicit Text(char* place) : begin_(place), at_(place) {}
  Text& operator<<(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
    return *this;
  }
  Text& operator<<(std::uint32_t number) {
    std::array<char, 10> digits;
    unsigned n = 0;
    do {
      digits[n++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (n != 0) *at_++ = digits[--n];
    return *this;
  }
  /// Eight lower-case hex digits.
  Text& hex(std::uint32_t number) {
    for (int shift = 28; shift >= 0; shift -= 4) *at_++ = "0123456789abcdef"[(number >> shift) & 15];
    return *this;
  }
  std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }
  std::string_view view() const { return {begin_, size()}; }

 private:
  char* begin_;
  char* at_;
};

/// Reads what Text::hex wrote; false when it is anything else.
bool read_hex(std::string_view text, std::uint32_t& out);

/// Writes a response to a request: status line, its Via lines, From, To with `to_tag` unless it has one, Call-ID, CSeq.
/// The caller adds headers and the end.
void write_response_head(Text& out, const Scan& request, std::string_view status_and_reason, std::string_view to_tag);

}  // namespace rf::load
