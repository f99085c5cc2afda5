// What callers ask to be hidden, and names as they may be shown.
#pragma once

#include <string>
#include <string_view>

namespace rf::trunk {

/// The values of a Privacy header. Source: RFC 3323 §4.2, RFC 3325 §9.3, RFC 7044 §10.1.
struct Privacy {
  bool id = false, user = false, header = false, session = false, history = false;
  bool none = false;      ///< asks that nothing be hidden
  bool critical = false;  ///< rather no call than one that shows it

  /// Whether the caller wants to be unknown to whom he calls.
  bool hides_caller() const { return !none && (id || user || header); }
};

/// Reads `id; critical`. What it does not know, it skips; a text that cannot be read hides the caller: who asks for
/// privacy in a strange way still asks for it. An empty one asks for nothing.
Privacy parse_privacy(std::string_view value);

/// A name for people's eyes: valid UTF-8 of at most `TrunkLimits::display_bytes`, never cut within a character, without
/// control characters, quotes, angle brackets or the marks that turn text around or hide in it (a name written
/// backwards could show another number). Spaces are single. A name that holds a number other than the caller's `number`
/// is no name at all: empty. Source of the marks: Unicode UAX #9, UTR #36.
std::string clean_display(std::string_view name, std::string_view number);

}  // namespace rf::trunk
