// Bounds of what we tell others: requests to servers elsewhere, events, and the messages that are made of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

/// Bounds of one request to a server elsewhere. Fixed.
struct FetchLimits {
  static constexpr std::size_t url_bytes = 2'048;              ///< a longer one is refused
  static constexpr std::size_t headers = 32;                   ///< of a request; more: refused
  static constexpr std::size_t header_bytes = 8'192;           ///< of all headers of a request, and of an answer
  static constexpr std::size_t body_bytes = 1u << 20;          ///< that a request may bring
  static constexpr std::size_t answer_bytes = 1u << 20;        ///< unless the request says less; a longer one: refused
  static constexpr std::size_t answer_bytes_most = 64u << 20;  ///< that a request may ask for
  static constexpr std::uint32_t connect_ms = 5'000;
  static constexpr std::uint32_t whole_ms = 15'000;  ///< unless the request says otherwise
  static constexpr std::uint32_t whole_ms_most = 300'000;
  static constexpr std::size_t networks = 64;  ///< blocks of addresses that are allowed besides public ones
};

/// Bounds of events: how many are kept and told, to whom, and in how many words. Fixed.
struct EventLimits {
  static constexpr std::size_t text_bytes = 1'024;   ///< of what an event says; what is longer is cut
  static constexpr std::size_t subject_bytes = 128;  ///< of whom it is about; what is longer is cut
  static constexpr std::size_t kept = 100'000;       ///< on disk; the oldest go
  static constexpr std::uint32_t keep_days = 90;     ///< older ones go
  static constexpr std::uint32_t same_s = 300;       ///< in which events of one kind about one subject are one
  static constexpr std::size_t open = 4'096;         ///< kinds with a subject that are counted; then by kind alone
  static constexpr std::size_t incoming =
      8'192;                                    ///< waiting, and as many critical ones; the oldest is dropped, and told
  static constexpr std::size_t shown = 10'000;  ///< of one answer
  static constexpr std::size_t exported = 100'000;      ///< of one export
  static constexpr std::size_t contacts = 256;          ///< further ones are refused
  static constexpr std::size_t routes = 1'024;          ///< further ones are refused
  static constexpr std::size_t templates = 1'024;       ///< further ones are refused
  static constexpr std::size_t template_bytes = 4'096;  ///< a longer one is refused
  static constexpr std::size_t message_bytes = 65'536;  ///< of one message; a digest says how many lines it left out
  static constexpr std::size_t digest_lines = 500;      ///< of one message; the rest is a number
  static constexpr std::uint32_t messages_per_hour =
      60;                                             ///< to one contact, then they wait to become one; critical: not
  static constexpr std::uint32_t calls_per_hour = 12;  ///< to one contact, critical ones too; the rest waits likewise
  static constexpr std::uint32_t call_ms = 90'000;     ///< for one attempt by telephone
  static constexpr std::uint32_t attempts = 8;        ///< of one message; then it is given up, and told
  static constexpr std::uint32_t first_retry_s = 10;  ///< doubled each time
  static constexpr std::uint32_t retry_s_most = 3'600;
  static constexpr std::uint32_t send_ms = 20'000;     ///< for one attempt
  static constexpr std::size_t senders = 3;            ///< attempts at once
  static constexpr std::uint32_t farewell_ms = 3'000;  ///< for what waits when the server stops; then it is forgotten
  static constexpr std::size_t reply_bytes = 65'536;   ///< of what a webhook answers; a longer one: not taken
};

}  // namespace rf
