// The grammar's pieces as prefix readers over one cursor; the public parsers are thin shells around them.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/base/limits/wire.hpp"
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

/// The parameter names seen so far, to refuse one that comes twice (RFC 3261 §7.3.1, §19.1.1): two of them would let
/// two readers see two dialogs. Nothing is written before it is used.
class ParamNames {
 public:
  /// False when the name was there already; asks full() first.
  bool add(const char* at, std::size_t size) {
    for (std::size_t i = 0; i < count_; ++i)
      if (sizes_[i] == size && equal_nocase({starts_[i], size}, {at, size})) return false;
    starts_[count_] = at;
    sizes_[count_++] = size;
    return true;
  }
  bool full() const { return count_ == starts_.size(); }

 private:
  std::array<const char*, WireLimits::params> starts_;
  std::array<std::size_t, WireLimits::params> sizes_;
  std::size_t count_ = 0;
};

/// Each reads its production from the cursor and stops behind it; false on a fault.
bool read_quoted(Cursor& in);
bool read_host(Cursor& in, std::string_view& host);
bool read_port(Cursor& in, std::optional<std::uint16_t>& port);
bool read_params(Cursor& in, Params& params);
bool read_name_addr(Cursor& in, NameAddr& out);
bool read_via(Cursor& in, Via& out);

/// These two read all that is left and fail when anything stays.
bool read_uri(Cursor& in, Uri& out);
bool read_cseq(Cursor& in, CSeq& out);
/// A Call-ID: word [ "@" word ].
bool is_call_id(std::string_view text);
/// The address that a host is, if it is one; the third colon that RFC 3261's grammar allowed is overlooked (RFC 5118
/// §4.10).
std::optional<Address> host_address(std::string_view host);

}  // namespace rf::sip::scan
