// SIP, SIPS, TEL and other URIs as views over the text they were parsed from.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/address.hpp"
#include "core/sip/error.hpp"

namespace rf::sip {

/// One `;name=value` or `;name`. The value keeps its quotes and escapes as they came.
struct Param {
  std::string_view name;
  std::string_view value;
  bool has_value = false;
};

/// Parameters as the raw text behind the first ';', checked by the parser that made them and split on demand.
class Params {
 public:
  Params() = default;
  explicit Params(std::string_view checked) : rest_(checked) {}

  /// The first parameter of that name, letter case ignored.
  std::optional<Param> find(std::string_view name) const;
  /// The value of that parameter, without surrounding quotes; none when it is missing or has no value.
  std::optional<std::string_view> value(std::string_view name) const;
  bool has(std::string_view name) const { return find(name).has_value(); }
  bool empty() const { return rest_.empty(); }
  /// The text from the first ';' on.
  std::string_view raw() const { return rest_; }
  /// Takes the first parameter off `rest`; none at the end. For loops: Params p = …; while (auto q = p.next()).
  std::optional<Param> next();

 private:
  std::string_view rest_;
};

/// A URI; every view lives as long as the text it was parsed from.
struct Uri {
  enum class Scheme : std::uint8_t { sip, sips, tel, other };

  Scheme scheme = Scheme::other;
  std::string_view raw;       ///< the whole URI
  std::string_view scheme_text;
  std::string_view user;      ///< escaped, as it came; for tel the number
  std::string_view password;
  std::string_view host;      ///< without brackets
  std::optional<std::uint16_t> port;
  Params params;
  std::string_view headers;   ///< behind '?'

  /// The host as an address, when it is one.
  std::optional<Address> address() const;
  /// The transport parameter when it names one we speak; nothing otherwise.
  std::optional<Transport> transport() const;
};

/// Parses a whole URI strictly. Unknown schemes are kept: only their characters are checked.
/// Errors: bad_uri with the offset in `text`. Source: RFC 3261 §19.1 and §25.1, RFC 3966.
std::expected<Uri, ParseError> parse_uri(std::string_view text);

/// Whether two SIP URIs are the same by RFC 3261 §19.1.4 (escapes, case of host, parameters).
bool equivalent(const Uri& a, const Uri& b);

/// Undoes %XX escapes. Never grows the text.
std::string unescape(std::string_view escaped);
/// Appends `user` with everything outside the user part's grammar escaped.
void append_escaped_user(std::string& out, std::string_view user);

}  // namespace rf::sip
