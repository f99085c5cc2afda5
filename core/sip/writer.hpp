// Writes messages. What goes in as a value cannot end a line: no header can be injected through it.
#pragma once

#include <string>
#include <string_view>

#include "core/sip/message.hpp"

namespace rf::sip {

/// Appends one message to `out`. Call a start line first, headers in order, and finish with body() or no_body().
/// Every CR, LF and NUL in a value is written as a space.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  Writer& request_line(std::string_view method, std::string_view uri);
  Writer& status_line(int status, std::string_view reason = {});  ///< the standard phrase when `reason` is empty
  Writer& header(HeaderName name, std::string_view value);
  Writer& header(std::string_view name, std::string_view value);
  Writer& header(HeaderName name, std::uint64_t value);
  /// Starts a header whose value is appended in pieces with text(), and ended with end().
  Writer& begin(HeaderName name);
  Writer& text(std::string_view piece);
  Writer& number(std::uint64_t value);
  Writer& end();
  /// Content-Type, Content-Length, blank line, body.
  void body(std::string_view content_type, std::string_view content);
  void no_body();

 private:
  std::string& out_;
};

/// Appends the response skeleton that RFC 3261 §8.2.6 asks for: status line, all Via (the topmost completed with
/// received and rport for `source`, RFC 3581), From, To (with `to_tag` unless it has one or the tag is empty), Call-ID,
/// CSeq, Timestamp. The caller adds headers and finishes it.
Writer write_response_head(std::string& out, const Message& request, const Endpoint& source, int status,
                           std::string_view to_tag, std::string_view reason = {});

}  // namespace rf::sip
