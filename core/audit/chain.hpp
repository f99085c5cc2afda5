// The audit log as a chain: each entry carries a hash over itself and the entry before it, and signed checkpoints say
// how far it had come. Whoever changes, inserts or takes out an entry breaks it; who cuts off its end contradicts the
// checkpoints that were seen before (row L1).
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"

namespace rf::audit {

/// SHA-256.
using Hash = std::array<std::uint8_t, 32>;
/// 64 lower-case hexadecimal digits, and back.
std::string hex(std::span<const std::uint8_t> bytes);
std::optional<Hash> parse_hash(std::string_view hex);

/// What happened, before it has its place in the chain. Texts may hold anything; a secret is in none of them.
struct Event {
  std::int64_t wall_ms = 0;
  std::string actor;    ///< "uid 0", "guard"
  std::string kind;     ///< "command", "result", "ban", "system"
  std::string action;   ///< "extension.set number=\"1001\" remote=true"
  std::string outcome;  ///< "asked", "done: remote false to true", or the error
};

/// One place in the chain.
struct Entry {
  std::uint64_t number = 0;  ///< from 1, without a gap
  Event event;
  Hash hash{};  ///< hash_of(the hash before, number, event)

  friend bool operator==(const Entry& a, const Entry& b) { return a.number == b.number && a.hash == b.hash; }
};

/// How far a chain has come: the number and the hash of its last entry; the beginning is {0, all zero}.
struct Head {
  std::uint64_t number = 0;
  Hash hash{};

  friend bool operator==(const Head&, const Head&) = default;
};

/// SHA-256 over the hash before, the number, the time and the lengths and bytes of the texts: no two events give the
/// same bytes.
Hash hash_of(const Hash& before, std::uint64_t number, const Event& event);
/// The entry that follows `head`. Texts longer than AuditLimits::text_bytes are cut, and say so.
Entry follow(const Head& head, Event event);

/// A statement about a head, signed with Ed25519 (RFC 8032).
struct Checkpoint {
  Head head;
  std::int64_t wall_ms = 0;
  std::array<std::uint8_t, 64> signature{};
};

using PublicKey = std::array<std::uint8_t, 32>;

/// Signs checkpoints. Its seed is derived from the key file, so who has the database alone signs nothing.
class Signer {
 public:
  explicit Signer(const std::array<std::uint8_t, 32>& seed) : seed_(seed) {}
  PublicKey public_key() const;
  Checkpoint sign(const Head& head, std::int64_t wall_ms) const;

 private:
  Secret<std::array<std::uint8_t, 32>> seed_;
};
bool is_signed_by(const Checkpoint& checkpoint, const PublicKey& key);

/// An exported log is lines of text with tabs between their fields; a tab, line feed or backslash within a field is
/// written with a backslash.
///   ringfence-audit 1 <TAB> public key <TAB> number before the first <TAB> its hash
///   number <TAB> wall_ms <TAB> actor <TAB> kind <TAB> action <TAB> outcome <TAB> hash
///   checkpoint <TAB> number <TAB> hash <TAB> wall_ms <TAB> signature
std::string first_line(const PublicKey& key, const Head& before);
std::string line_of(const Entry& entry);
std::string line_of(const Checkpoint& checkpoint);

/// What an exported log should show, besides that it is whole.
struct Expected {
  std::optional<PublicKey> key;  ///< the one known from elsewhere; without it the file's own is taken at its word
  std::optional<Head> seen;      ///< a head that was seen before, in a log line or another export
};

/// What a whole log turned out to be.
struct Verified {
  PublicKey key{};
  std::uint64_t entries = 0, checkpoints = 0;
  std::uint64_t first = 0, last = 0;  ///< numbers; 0 without entries
  Head head;
  bool ends_signed = false;  ///< its last line is a checkpoint of its head
};

/// Where it is broken, and how.
struct Broken {
  std::uint64_t line = 0;    ///< of the text, from 1
  std::uint64_t number = 0;  ///< of the entry; 0 when it is none
  std::string what;
};

/// Reads an exported log. Errors: the first place where it is broken.
std::expected<Verified, Broken> verify(std::string_view text, const Expected& expected);

}  // namespace rf::audit
