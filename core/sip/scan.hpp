// The grammar's pieces as prefix readers over one cursor; the public parsers are thin shells around them.
#pragma once

#include <string_view>

#include "core/sip/message.hpp"

namespace rf::sip::scan {

/// What is left to read. After a failure `at` is the offending byte and `limit` says which bound was passed, if any.
struct Cursor {
  const char* at;
  const char* end;
  std::optional<ParseErrorCode> limit{};

  explicit Cursor(std::string_view text) : at(text.data()), end(text.data() + text.size()) {}
  bool done() const { return at == end; }
  bool peek(char c) const { return at != end && *at == c; }
  bool take(char c) {
    if (!peek(c)) return false;
    ++at;
    return true;
  }
  void skip_space();
};

enum class ParamValues : bool { generic, via };  ///< a Via's may be a bare IPv6 address (RFC 5118 §4.5)

/// Each reads its production from the cursor and stops behind it; false on a fault.
bool read_quoted(Cursor& in);
bool read_host(Cursor& in, std::string_view& host);
bool read_port(Cursor& in, std::optional<std::uint16_t>& port);
bool read_params(Cursor& in, Params& params, ParamValues values = ParamValues::generic);
bool read_name_addr(Cursor& in, NameAddr& out);
bool read_via(Cursor& in, Via& out);

/// These two read all that is left and fail when anything stays.
bool read_uri(Cursor& in, Uri& out);
bool read_cseq(Cursor& in, CSeq& out);
/// A Call-ID: word [ "@" word ].
bool is_call_id(std::string_view text);
/// The address that a host is, if it is one; the third colon that RFC 3261's grammar allowed is overlooked (RFC 5118 §4.10).
std::optional<Address> host_address(std::string_view host);

}  // namespace rf::sip::scan
