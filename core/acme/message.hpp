// ACME, the words: what is said to an authority, signed, and what it answers, read strictly (RFC 8555).
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rf::acme {

/// Where things are asked for. All are https.
struct Directory {
  std::string new_nonce, new_account, new_order;
  bool external_account = false;  ///< it takes only accounts that were made elsewhere before
};

enum class State : std::uint8_t {
  pending,
  ready,
  processing,
  valid,
  invalid,  ///< or deactivated, expired, revoked: it comes to nothing
};

struct Order {
  State state = State::pending;
  std::vector<std::string> authorizations;
  std::string finalize, certificate;
  std::string trouble;  ///< why it is invalid, in the authority's words
};

struct Challenge {
  std::string url, token;
};

struct Authorization {
  std::string name;
  State state = State::pending;
  std::optional<Challenge> tls_alpn;  ///< the one kind that we answer
  std::string trouble;
};

/// A refusal.
struct Problem {
  std::string type;    ///< "badNonce"; empty: it is no problem document
  std::string detail;  ///< plain and bounded
};

/// Errors: a sentence that says what is wrong with the answer. Source: RFC 8555 §7.1.
std::expected<Directory, std::string> read_directory(std::string_view text);
std::expected<Order, std::string> read_order(std::string_view text);
std::expected<Authorization, std::string> read_authorization(std::string_view text);
/// Of whatever text. Source: RFC 8555 §6.7.
Problem read_problem(std::string_view text);

bool is_nonce(std::string_view text);
/// What an authority may name for us to go on with: https, bounded, without spaces.
bool is_url(std::string_view text);

/// A point on P-256.
struct PublicKey {
  std::array<std::uint8_t, 32> x{}, y{};
};
/// Source: RFC 7638.
std::string thumbprint(const PublicKey& key);
/// SHA-256 of "token.thumbprint". Source: RFC 8737 §3.
std::array<std::uint8_t, 32> answer_to(std::string_view token, const PublicKey& key);

/// Of one request.
struct Header {
  std::string url, nonce;
  std::string account;  ///< the account's URL; empty: the key itself is shown
};
/// ECDSA with SHA-256, as the two numbers of 32 bytes each; empty: it failed.
using Sign = std::function<std::string(std::string_view)>;
/// A whole body. `payload` is JSON, or nothing to read what is at the URL. None: it could not be signed.
/// Source: RFC 8555 §6.2, RFC 7515 §7.2.2.
std::optional<std::string> signed_body(const Header& header, const PublicKey& key, std::string_view payload,
                                       const Sign& sign);

std::string account_payload(std::string_view contact);
std::string order_payload(std::span<const std::string> names);
std::string finalize_payload(std::span<const std::uint8_t> request);

/// When a certificate is renewed: after two thirds of its time.
std::int64_t due_ms(std::int64_t begin_ms, std::int64_t end_ms);
/// How long nothing is asked after so many failures in a row.
std::int64_t pause_ms(std::uint32_t failures);

}  // namespace rf::acme
