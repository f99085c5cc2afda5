// Bounds of people and programs that administer: pages, the API, logins, the audit log.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

/// Bounds of the audit log. It is never refused for being full: the oldest entries go, and what goes is said.
struct AuditLimits {
  static constexpr std::size_t text_bytes = 4'096;      ///< of one field; what is longer is cut, and says so
  static constexpr std::size_t entries = 2'000'000;     ///< on disk, 300 bytes each
  static constexpr std::uint32_t keep_days = 400;       ///< older ones go
  static constexpr std::uint32_t bans_per_minute = 60;  ///< written singly; the rest of a minute as a number
  static constexpr std::size_t shown = 10'000;          ///< of one answer
  static constexpr std::size_t exported = 20'000;       ///< of one export; it says where the next begins
};

/// Bounds of what comes by HTTP: the WebSocket handshake, pages and their requests, one-time links and what they make.
/// Fixed.
struct WebLimits {
  // SIP over WebSocket
  static constexpr std::size_t handshake_bytes = 8'192;  ///< of an upgrade request; a longer one: 431, and closed
  static constexpr std::size_t handshake_headers = 64;
  static constexpr std::size_t origins = 64;        ///< that the file may name
  static constexpr std::uint32_t ping_ms = 25'000;  ///< between our pings to a trusted peer
  // Pages
  static constexpr std::size_t clients = 1'000;          ///< connections; further ones: the idlest is closed
  static constexpr std::size_t clients_per_source = 32;  ///< further ones are closed at once
  static constexpr std::size_t header_bytes = 8'192;    ///< of a request with its target; a larger one: 431, and closed
  static constexpr std::size_t body_bytes = 4'096;      ///< a larger one: 413, and closed
  static constexpr std::size_t linger_bytes = 262'144;  ///< of such a body, read and dropped while the answer leaves
  static constexpr std::uint32_t requests = 1'000;      ///< of one connection; then it is closed
  static constexpr std::uint32_t handshake_ms = 10'000;  ///< from accept to a finished TLS handshake
  static constexpr std::uint32_t request_ms = 10'000;    ///< from a request's first wait to its last byte
  static constexpr std::uint32_t answer_ms = 30'000;     ///< for the client to take an answer
  static constexpr std::size_t jobs = 256;               ///< requests that wait for the disk; further ones: 503
  // Links and devices
  static constexpr std::uint32_t link_s = 900;             ///< that a link is good for, unless told
  static constexpr std::uint32_t link_s_most = 604'800;    ///< more is refused
  static constexpr std::size_t links_per_extension = 8;    ///< unused ones; the oldest goes
  static constexpr std::size_t devices_per_extension = 8;  ///< further links are refused, and so is their use
  static constexpr std::uint32_t device_days = 30;         ///< unused for so long it is removed
  static constexpr std::size_t device_name_bytes = 64;
};

/// Bounds of the HTTP API: what one request may bring, how many may be asked at once and by whom, answers that are kept
/// for those who ask again, and what listeners are told while it happens.
struct ApiLimits {
  // One request
  static constexpr std::size_t body_bytes = 65'536;     ///< of an operation's body; a larger one: 413, and closed
  static constexpr std::size_t file_bytes = 64u << 20;  ///< of one that brings a file, as on the control socket
  static constexpr std::size_t files = 2;               ///< such bodies at once; further ones: 503
  static constexpr std::uint32_t file_ms = 120'000;     ///< for such a body to come
  static constexpr std::size_t path_value_bytes = 256;  ///< one value in a path, decoded; a longer one: 400
  static constexpr std::size_t query_fields = 32;       ///< more: 400
  static constexpr std::size_t json_depth = 8;          ///< of a body; deeper: 400
  static constexpr std::size_t json_members = 256;      ///< of one object or list in a body; more: 400
  static constexpr std::size_t rows = 1'000;            ///< of a list that is asked for without a limit
  static constexpr std::size_t rows_most = 10'000;      ///< of one answer; more is refused
  // Who asks
  static constexpr std::size_t waiting = 128;         ///< requests before the API's thread; further ones: 503
  static constexpr std::size_t waiting_of_one = 16;   ///< of one asker; further ones: 429
  static constexpr std::uint32_t reads_per_s = 50;    ///< of one asker, ten seconds' worth at once; more: 429
  static constexpr std::uint32_t changes_per_s = 10;  ///< the same of what changes something
  static constexpr std::size_t askers = 4'096;        ///< whose pace is known; the one unheard longest goes
  // Answers that are kept on disk for an Idempotency-Key
  static constexpr std::size_t key_bytes = 64;         ///< of a key; a longer one: 400
  static constexpr std::uint32_t answer_s = 3'600;     ///< that an answer is kept
  static constexpr std::size_t answers = 4'096;        ///< in all; the oldest goes
  static constexpr std::size_t answers_of_one = 256;   ///< of one asker; his oldest goes
  static constexpr std::size_t answer_bytes = 16'384;  ///< of one answer; a longer one is not kept, its key says so
  // Listeners of what happens now
  static constexpr std::size_t listeners = 64;         ///< further ones: 503
  static constexpr std::size_t listeners_of_one = 4;   ///< of one asker; further ones: 429
  static constexpr std::size_t listener_events = 256;  ///< unsent ones of a listener; one who is slower is dropped
  static constexpr std::size_t feed_events = 4'096;    ///< on their way to listeners; further ones are lost, and told
  static constexpr std::uint32_t listener_ping_ms = 20'000;  ///< between our pings; two unanswered, and it is closed
  static constexpr std::uint32_t listener_ms = 3'600'000;    ///< that one listens at most; then it comes again
};

/// Bounds of users, passwords, logins, sessions and tokens. Fixed.
struct AccessLimits {
  static constexpr std::size_t users = 100'000;         ///< further ones are refused
  static constexpr std::size_t roles = 256;             ///< custom ones; further ones are refused
  static constexpr std::size_t name_bytes = 64;         ///< of a login name; of a role's 32
  static constexpr std::size_t text_bytes = 128;        ///< of what people are called, and of an e-mail address
  static constexpr std::size_t password_bytes = 256;    ///< a longer one is refused, before any work
  static constexpr std::size_t sessions = 20'000;       ///< the one that was idle longest goes
  static constexpr std::size_t sessions_per_user = 16;  ///< likewise
  static constexpr std::size_t tokens_per_user = 32;    ///< further ones are refused
  static constexpr std::uint32_t token_days = 366;      ///< that one may be good for
  static constexpr std::uint32_t tries = 5;             ///< wrong codes of one session; then it ends
  static constexpr std::size_t recovery_codes = 10;
  static constexpr std::uint32_t invitation_s = 86'400;        ///< that a one-time link of a user is good for
  static constexpr std::uint32_t invitation_s_most = 604'800;  ///< more is refused
  static constexpr std::size_t sources = 4'096;   ///< whose failures are counted; the least dangerous is forgotten
  static constexpr std::size_t accounts = 4'096;  ///< likewise, of names, whether there is such a user or not
  static constexpr std::size_t pairs = 8'192;     ///< likewise, of a source and a name
  static constexpr std::size_t hash_jobs = 16;    ///< passwords that wait for their turn; further ones: 503
  static constexpr std::size_t hash_jobs_per_source = 2;   ///< likewise, of one source
  static constexpr std::uint32_t audited_per_min = 60;     ///< failed logins in the audit log; the rest are counted
  static constexpr std::size_t passkeys_per_user = 16;     ///< further ones are refused
  static constexpr std::size_t passkey_id_bytes = 512;     ///< of what an authenticator calls it; a longer one: refused
  static constexpr std::size_t passkey_key_bytes = 1'024;  ///< of its public key; likewise
  static constexpr std::size_t passkey_answer_bytes = 2'048;  ///< of each part of what one shows; likewise
  static constexpr std::uint32_t passkey_s = 300;             ///< that a challenge is good for
  static constexpr std::size_t passkeys_used = 4'096;  ///< challenges that signed somebody in; further ones: refused
};

/// Bounds of tenants. Fixed.
struct TenantLimits {
  static constexpr std::size_t tenants = 1'000;             ///< further ones are refused
  static constexpr std::size_t domains = 16;                ///< of one; more are refused
  static constexpr std::size_t domain_bytes = 253;          ///< a longer one is refused
  static constexpr std::int64_t extensions_most = 100'000;  ///< that one may be limited to
  /// Where there are several, one gets no more than this part of what is bounded for all: 1/8. What is more is refused
  static constexpr std::size_t share = 8;
};

/// Bounds of signing in elsewhere: with a provider of OpenID Connect, or in a directory (LDAP). Fixed.
struct SignInLimits {
  // What is configured
  static constexpr std::size_t providers = 16;          ///< further ones are refused
  static constexpr std::size_t mapped = 128;            ///< groups of one provider that have a role; more are refused
  static constexpr std::size_t group_bytes = 512;       ///< of a group's name; a longer one is refused
  static constexpr std::size_t mapping_bytes = 16'384;  ///< of all that map to a role
  static constexpr std::size_t url_bytes = 512;         ///< of an address; a longer one is refused
  static constexpr std::size_t text_bytes = 512;        ///< of other texts, such as filters; likewise
  static constexpr std::size_t secret_bytes = 512;      ///< likewise
  static constexpr std::size_t ca_bytes = 65'536;       ///< of certificates to be trusted; likewise
  // What a provider or directory tells
  static constexpr std::size_t document_bytes = 262'144;  ///< of one answer of theirs; a longer one is refused
  static constexpr std::size_t token_bytes = 32'768;      ///< of an ID token; likewise
  static constexpr std::size_t keys = 64;                 ///< that it signs with; more: all are refused
  static constexpr std::size_t claim_bytes = 255;         ///< of a subject or a name; a longer one is refused
  static constexpr std::size_t groups = 1'024;            ///< of one person; further ones do not count
  static constexpr unsigned rsa_bits = 2'048, rsa_bits_most = 8'192;  ///< other keys are not used
  // Times
  static constexpr std::int64_t skew_s = 60;              ///< that clocks may differ
  static constexpr std::int64_t token_s = 600;            ///< that an ID token may be old, whatever it says
  static constexpr std::int64_t flow_s = 600;             ///< from leaving our page to being back
  static constexpr std::int64_t keys_ms = 3'600'000;      ///< that keys and addresses of a provider are used unasked
  static constexpr std::int64_t unknown_key_ms = 60'000;  ///< between two questions for keys that are not known
  static constexpr std::int64_t again_ms = 5'000;         ///< between two questions to a provider that failed
  static constexpr std::uint32_t fetch_ms = 8'000;        ///< for one answer of a provider
  static constexpr std::uint32_t directory_ms = 4'000;    ///< for one answer of a directory
  // Work
  static constexpr std::size_t threads = 4;            ///< that wait for them
  static constexpr std::size_t busy_with_one = 2;      ///< of those, for one provider
  static constexpr std::size_t waiting = 32;           ///< who sign in; further ones: 503
  static constexpr std::size_t waiting_for_one = 16;   ///< for one provider; likewise
  static constexpr std::size_t waiting_of_source = 2;  ///< of one source; likewise
  static constexpr std::size_t finished = 4'096;       ///< sign-ins that must not come twice; further ones: 503
};

}  // namespace rf
