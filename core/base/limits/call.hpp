// Bounds of calls and trunks: what one may become, what is said to callers and heard from them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

/// What one call may become. Fixed.
struct CallLimits {
  static constexpr std::size_t redirections = 5;    ///< forwardings in a row; then nobody is available
  static constexpr std::size_t forks = 64;          ///< phones and trunks that one call has rung; then no further ones
  static constexpr std::uint32_t pin_rounds = 3;    ///< wrong PINs of one call; then it ends
  static constexpr std::uint32_t menu_s = 60;       ///< for which we talk to somebody; then the call ends
  static constexpr std::size_t announcements = 16;  ///< calls of ours at once; further ones are made later
  static constexpr std::uint32_t announcement_ring_s = 45;  ///< that a call of ours rings; then nobody answered
  static constexpr std::uint32_t join_tries = 10;  ///< half a second apart, for a phone that is busy with its session
  // Calls for help, beyond what extensions and the system may have otherwise: who knows a password and calls for help
  // without end has no more than these
  static constexpr std::size_t emergency_calls = 4;     ///< of one extension, beyond its calls_max; further ones: 486
  static constexpr std::size_t emergency_reserve = 64;  ///< of all, beyond Limits::calls_max; further ones: 503
  /// Of one extension, beyond Limits::attempts_per_s, three seconds' worth at once; further ones: 503, stateless.
  static constexpr std::uint32_t emergency_attempts_per_s = 1;
  /// For which a trunk may say nothing to a call for help while others are left, however long it may otherwise.
  static constexpr std::uint32_t emergency_answer_wait_ms = 3'000;
};

/// Bounds of what trunks may be and what their providers can make us do or keep. Fixed.
struct TrunkLimits {
  // The configuration; more is a fault of it
  static constexpr std::size_t trunks = 10'000;
  static constexpr std::size_t sources = 64;       ///< addresses and blocks of one trunk
  static constexpr std::size_t certificates = 16;  ///< names of one trunk's peer
  static constexpr std::size_t called = 10'000;    ///< called numbers that tell one trunk from another at one address
  static constexpr std::size_t hosts = 16;         ///< domains that only this trunk speaks for
  static constexpr std::size_t numbers = 10'000;   ///< ranges that may be presented on one trunk
  // Authentication at the provider
  static constexpr std::size_t realms = 4;             ///< of one trunk; challenges for further ones are not answered
  static constexpr std::uint8_t challenge_rounds = 4;  ///< of one request; then it has failed
  static constexpr std::size_t opaque_bytes = 512;     ///< a challenge with more is not answered; so for the nonce
  // A registration
  static constexpr std::uint32_t expires_s = 86'400;        ///< more is neither asked for nor believed
  static constexpr std::uint32_t refresh_s = 20;            ///< more often no registration is refreshed
  static constexpr std::uint32_t retry_after_s = 3'600;     ///< of a provider; more is not waited
  static constexpr std::uint8_t interval_refusals = 3;      ///< answers 423 in a row; then the attempt has failed
  static constexpr std::uint8_t redirects = 2;              ///< in a row, where they are allowed; then it has failed
  static constexpr std::size_t associated = 32;             ///< P-Associated-URI; further ones are passed over
  static constexpr std::size_t bindings = 16;               ///< contacts of a 200 that are looked at
  static constexpr std::size_t token_characters = 26;       ///< of a contact's user part: 134 bits
  // A call that leaves
  static constexpr std::size_t candidates = 64;  ///< trunks and their addresses; further ones are not tried
  static constexpr std::size_t callers_blamed = 4;  ///< who called while a trunk failed, as far as it matters
  // Who calls
  static constexpr std::size_t display_bytes = 64;     ///< of a name that is shown; the rest is cut off
  static constexpr std::size_t number_characters = 32;  ///< of a caller's number; a longer one is nobody's
  static constexpr std::size_t diversions = 5;          ///< told to the next; the first and the last ones are kept
};

/// Bounds of PINs that routes ask for. At the bound of tries nobody who is not counted yet is asked: fail closed.
struct PinLimits {
  static constexpr std::size_t digits_least = 6;  ///< row E9's rule; fewer are refused
  static constexpr std::size_t digits = 16;       ///< more are refused, and entered ones are wrong
  static constexpr std::size_t code_digits_least = 2;  ///< of an account code, which may be simple; fewer are refused
  static constexpr std::size_t given_digits = 8;  ///< of a PIN that we make
  static constexpr std::size_t pins = 1'000;      ///< of one list, compared each time; further ones are refused
  /// An extension and a list, 200 bytes each; then the oldest that is not locked is forgotten.
  static constexpr std::size_t tries = 65'536;
};

/// Bounds of what people set up about calls that come in and go on. Fixed; what is over them is a fault of the text.
struct AnswerLimits {
  static constexpr std::size_t ring_members = 64;  ///< of one group
  static constexpr std::size_t callers = 65'536;   ///< whose pace is counted, 200 bytes each; then the oldest goes
};

/// Bounds of what we say to callers ourselves and hear them dial. Fixed.
struct VoiceLimits {
  static constexpr std::size_t clip_samples = 960'000;      ///< two minutes at 8 kHz; a longer file is not taken
  static constexpr std::size_t clip_file_bytes = 2u << 20;  ///< a WAV file with its other chunks; a larger one is not
  static constexpr std::size_t wav_chunks = 64;             ///< of one file; with more it is not taken
  static constexpr std::size_t clips = 500;                 ///< all there are; further files are not taken
  static constexpr std::size_t clips_bytes = 64u << 20;     ///< in memory; further files are not taken
  static constexpr std::size_t folder_entries = 4'096;      ///< of a folder of prompts; a larger one is not read
  static constexpr std::size_t faults = 16;                 ///< told of all prompts; the rest is not told
  static constexpr std::size_t clip_name_part_bytes = 32;   ///< on each side of the slash
  static constexpr std::size_t order_clips = 32;            ///< of one order; the rest is not played
  static constexpr std::uint32_t digits_per_s = 16;         ///< of one stream; the rest of the second is not told
  // Keys that are sent on by another way than they came; by INFO: 500 for more than digits_per_s
  static constexpr std::size_t keys_waiting = 16;     ///< for one leg, while others are being sent; more are lost
  static constexpr std::uint32_t press_least_ms = 80;  ///< of a key that came by INFO; a shorter one lasts so long
  static constexpr std::uint32_t press_most_ms = 400;  ///< a longer one is cut off
  /// What has nowhere to be sent yet waits for a leg's address; then its time passes unheard.
  static constexpr std::int64_t address_wait_ms = 10'000;
};

/// Bounds of ending calls by trunks that ran when the process died. Fixed.
struct PartingLimits {
  static constexpr std::size_t dialogs = 4'096;    ///< of one start, those that began last; others are only forgotten
  static constexpr std::int64_t between_ms = 50;   ///< from one BYE to the next
  static constexpr std::int64_t first_ms = 1'000;  ///< after the start: trunks register first
  static constexpr std::int64_t age_ms = 86'400'000;  ///< of a call; an older one is only forgotten
};

}  // namespace rf
