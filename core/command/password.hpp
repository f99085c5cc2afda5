// What a SIP password that a person chose must be, when one is not generated.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rf::command {

/// Nothing when `password` may protect extension `number`, else what is wrong with it, as a sentence that does not
/// repeat the password. Asked for: 12 to 64 printable ASCII characters without spaces, three of the four classes, no
/// run of four neighbours (1234, dcba), no four equal in a row, at least six different characters, not the number
/// itself. A leaked hash can be tried offline at full speed, so a SIP password has to be longer than one for a login
/// page.
std::optional<std::string> fault_of_password(std::string_view password, std::string_view number);

}  // namespace rf::command
