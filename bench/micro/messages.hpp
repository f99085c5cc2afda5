// The messages that the small benches chew on: what a desk phone sends.
#pragma once

#include <string>
#include <string_view>

#include "core/base/address.hpp"

namespace rf::bench {

/// The path of a phone at 127.0.0.1:`port` to the one UDP listener of these benches.
Flow phone_flow(std::uint16_t port);

/// `credentials` is a whole Authorization line with its line end, or empty.
std::string register_text(std::uint32_t account, std::uint32_t call, std::uint32_t cseq, std::string_view credentials);
std::string invite_text(std::uint32_t account, std::uint32_t callee, std::uint32_t call, std::uint32_t cseq,
                        std::string_view credentials);
/// An ACK or BYE inside a dialog, to `target`.
std::string in_dialog_text(std::string_view method, std::string_view target, std::uint32_t account, std::string_view to,
                           std::uint32_t call, std::uint32_t cseq);
std::string_view session_text();

inline constexpr std::string_view realm = "ringfence";
inline constexpr std::string_view server = "127.0.0.1:5060";
inline constexpr std::uint32_t first_account = 100'000;

}  // namespace rf::bench
