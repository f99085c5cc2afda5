// Takes secrets out of messages before anything of them is kept, and numbers before they are shown.
#pragma once

#include <string>
#include <string_view>

namespace rf::trace {

/// A message of anybody's, well-formed or not, without what must never be on a disk: answers to challenges, passwords
/// in URIs, headers embedded in URIs, headers whose name speaks of a secret, keys and ICE passwords of descriptions,
/// and every body that is no description (digits in INFO, texts in MESSAGE). What shows is what is known to be
/// harmless: a line that is no header, and an attribute of no known name, are hidden, too. Content-Length is that of
/// what is left.
std::string redact_message(std::string_view wire);

/// A redacted message in which telephone numbers lack their last digits: users of URIs, names beside them, lines of
/// headers nobody knows.
std::string hide_numbers(std::string_view redacted);

/// "+493012345678" becomes "+49301234xxxx", "+49-30-1234567" too; up to five digits are an extension's and stay.
std::string hidden_number(std::string_view user);
/// The same for each number among words.
std::string hidden_numbers_in_words(std::string_view text);

}  // namespace rf::trace
