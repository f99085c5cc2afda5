// Every bound of the system in one place: its name, its default, and what happens when it is reached. Rooms take their
// part of it; a test refuses bounds that are named elsewhere. docs/configuration.md lists them for operators.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

/// Bounds that the configuration file may change ([limits]); each that can be counted shows in `ringfence status`.
struct Limits {
  std::size_t calls_max = 20'000;            ///< further calls: 503 to an authenticated caller
  std::size_t transactions_max = 2'000'000;  ///< further requests: 503, stateless; BYE and CANCEL have the last part
  std::size_t bindings_max = 500'000;        ///< further registrations: 503
  std::size_t nonces_max = 1'000'000;        ///< proven nonces remembered; the oldest become stale
  std::size_t connections_max = 20'000;      ///< further ones: the idlest unauthenticated is closed, else refused
  std::size_t connections_per_source_max = 200;
  std::size_t unauthenticated_connections_max = 2'000;
  /// Of one extension, authenticated; room for twice the registrations it can have. Beyond it the oldest that serves no
  /// registration and no call is closed.
  std::size_t connections_per_extension_max = 40;
  std::size_t store_queue_max = 100'000;  ///< writes waiting for the disk; beyond it new calls are refused (503)
  std::size_t contacts_per_extension_max = 16;
  std::size_t forks_max = 16;
  std::size_t streams_max = 4;  ///< of one call; further ones are declined in its descriptions
  std::uint32_t call_duration_max_s = 10'800;
  std::uint32_t ring_max_s = 180;       ///< an INVITE without final answer is cancelled
  std::uint32_t store_wait_max_s = 10;  ///< a write that the disk has not confirmed by then has failed: 503
  /// Call attempts of one extension, three seconds' worth at once; further ones: 503 with Retry-After, stateless.
  std::uint32_t attempts_per_s = 10;
  /// Attempts of one extension that became no conversation and have a record each; the rest of the minute share one.
  std::uint32_t attempt_records_per_min = 20;
  /// REGISTERs of one extension, three seconds' worth at once; further ones: 503 with Retry-After, stateless.
  std::uint32_t registers_per_s = 10;
  /// All other requests of one extension but ACK, CANCEL and the BYE that ends a dialog, three seconds' worth at once;
  /// further ones: 503 with Retry-After, stateless. Times 32 s: what it may have in transactions over UDP.
  std::uint32_t requests_per_s = 50;
};

/// How much is kept on disk, so that nobody fills it from outside ([records] and [log] of the file).
struct DiskLimits {
  std::uint32_t record_days = 365;    ///< then a call record is deleted; 0: never
  std::uint32_t database_mb = 4'096;  ///< beyond it the oldest call records are deleted; 0: as much as there is room
  std::uint32_t lines_per_min = 600;  ///< log lines of one kind; the rest of the minute are summed up in one
  std::uint32_t log_file_mb = 64;     ///< then the file is put aside and begun anew
  std::uint32_t log_files = 8;        ///< put aside and kept; the oldest goes
  std::size_t bans = 131'072;         ///< rows; beyond it those that end soonest are deleted
  std::uint32_t ban_days = 400;       ///< after its end a ban is deleted at the latest
  static constexpr int journal_bytes = 64 << 20;  ///< of the database's write-ahead log, kept once they are copied
};

/// What one password, one connection or one stream may have of what no key of the file names. Fixed.
struct ShareLimits {
  static constexpr std::size_t changes_waiting = 16;  ///< REGISTERs of an extension that wait for the disk; then: 503
  static constexpr std::size_t users_per_connection = 64;  ///< who proved themselves over it; the earliest is forgotten
  static constexpr std::uint8_t probes_missed = 3;      ///< in a row; then a registration that answered before is ended
  static constexpr std::uint8_t session_refusals = 3;   ///< answers 422 to one request; then it fails
  static constexpr std::uint32_t stream_restarts = 16;  ///< changes of SSRC or sequence in a minute; then: dropped
};

/// What one call may become. Fixed.
struct CallLimits {
  static constexpr std::size_t redirections = 5;  ///< forwardings in a row; then nobody is available
  static constexpr std::size_t forks = 64;        ///< phones and trunks that one call has rung; then no further ones
  static constexpr std::uint32_t pin_rounds = 3;  ///< wrong PINs of one call; then it ends
  static constexpr std::uint32_t menu_s = 60;     ///< for which we talk to somebody; then the call ends
  static constexpr std::uint32_t join_tries = 10;  ///< half a second apart, for a phone that is busy with its session
};

/// Bounds of the guard. The memory of its tables is laid out when it is made and given by the kernel page by page; each
/// of the first row has a gauge in `ringfence status`.
struct GuardLimits {
  std::size_t sources = 262'144;    ///< 130 bytes each; full: the least dangerous of eight leaves (guard/sources.hpp)
  std::size_t endpoints = 262'144;  ///< registered or blocked ports, 50 bytes; full: the blocked and oldest leave
  std::size_t pairs = 131'072;      ///< a source and an account, 42 bytes; full: the unlocked and oldest leave
  std::size_t accounts = 65'536;    ///< claimed names, 42 bytes; full: those not under attack, oldest first
  std::size_t bans = 65'536;        ///< 330 bytes; full: ended ones, then first offences that end soonest
  std::size_t events = 256;         ///< waiting to be taken; further ones are counted only
  // What the rules may be; more is a fault of the configuration
  static constexpr std::size_t counters = 15;  ///< of one source
  static constexpr std::size_t access_entries = 4'000'000;
  static constexpr std::size_t operator_entries = 100'000;  ///< made and imported by command
  static constexpr std::size_t defence_rules = 1'024;
  static constexpr std::size_t counting_rules = 64;
  static constexpr std::size_t agents = 512;
  static constexpr std::size_t fingerprints = 64;
  static constexpr std::size_t decoys = 256;
  static constexpr std::size_t protected_blocks = 4'096;
  static constexpr std::size_t permitted_blocks = 64;  ///< of one extension
  static constexpr std::size_t list_lines = 4'000'000;  ///< of one text
  static constexpr std::size_t list_bytes = 256u << 20;  ///< of one file; a longer one is not used
  static constexpr std::size_t neighbours = 4'096;      ///< on the LAN, with their hardware addresses; others have none
  static constexpr std::size_t domains = 256;           ///< in static rules
  // The country database; a file that asks for more is refused
  static constexpr std::size_t country_file_bytes = 128u << 20;
  static constexpr std::size_t country_nodes = 16'000'000;
  static constexpr std::size_t country_ranges = 4'000'000;
  static constexpr std::size_t country_records = 4'096;  ///< different ones: there are 250 countries
  // What is written down for a restart
  static constexpr std::size_t kept_sources = 16'384;  ///< the most dangerous; others begin anew
  static constexpr std::uint32_t keep_sources_s = 30;  ///< as often: a kill loses at most so much
};

/// Bounds of what a message may hold; fixed, because a parser that can be talked into more is a parser that can be
/// attacked. What is over them is refused, or passed over where that is said.
struct WireLimits {
  // A SIP message
  static constexpr std::size_t message_bytes = 65'535;
  static constexpr std::size_t stream_pending_bytes = 2 * message_bytes;  ///< of a stream, not framed yet: it is closed
  static constexpr std::size_t header_bytes = 16'384;                     ///< start line and headers together
  static constexpr std::size_t headers = 128;
  static constexpr std::size_t list_elements = 64;  ///< elements of one comma list (Via, Route, Contact …)
  static constexpr std::size_t params = 32;         ///< parameters of one URI or header value
  // A session description
  static constexpr std::size_t sdp_bytes = 16'384;
  static constexpr std::size_t sdp_media = 8;
  static constexpr std::size_t sdp_attributes = 512;  ///< a browser that offers video writes 300
  static constexpr std::size_t sdp_formats = 64;  ///< of one m= line
  // Credentials
  static constexpr std::size_t credentials = 8;  ///< Authorization headers of one request; further ones are passed over
  static constexpr std::size_t credentials_bytes = 4'096;
  static constexpr std::size_t realm_bytes = 64;  ///< of our own realm: a nonce is bound to all of it
  // A registration
  static constexpr std::size_t contact_bytes = 512;
  static constexpr std::size_t path_elements = 8;
  static constexpr std::size_t path_bytes = 2'048;
  static constexpr std::size_t user_agent_bytes = 128;  ///< kept of it
  // A dialog
  static constexpr std::size_t routes = 16;
  static constexpr std::size_t routes_bytes = 4'096;
  static constexpr std::size_t target_bytes = 2'048;
  static constexpr std::size_t answers = 16;  ///< of one INVITE that forked on its way; further ones are passed over
  // A call
  static constexpr std::size_t info_bytes = 2'048;  ///< body of an INFO; a longer one: 413
  static constexpr std::size_t infos = 8;    ///< INFOs of one leg that wait for the other phone; further ones: 500
  static constexpr std::size_t pracks = 32;  ///< of one INVITE of ours; further reliable responses are passed over
  // A transaction
  static constexpr std::size_t kept_response_bytes = 8'192;  ///< a longer one (but a 2xx to INVITE) is sent only once
  static constexpr std::size_t ending_part = 16;  ///< of transactions_max, one in so many is left to BYE and CANCEL
  // Names to look up (RFC 3263); what is over them is passed over, the best priorities come first
  static constexpr std::size_t name_bytes = 253;
  static constexpr std::size_t dns_records = 64;  ///< of one answer
  static constexpr std::size_t srv_records = 32;
  static constexpr std::size_t srv_services = 4;
  static constexpr std::size_t srv_hosts = 8;
  static constexpr std::size_t addresses_per_host = 8;
  static constexpr std::size_t questions = 24;
  static constexpr std::size_t targets = 16;
};

/// Bounds between the parts of the process: room for a burst far above what the bounds of `Limits` leave in use. Fixed;
/// each shows in `ringfence status`.
struct QueueLimits {
  static constexpr std::size_t inputs = 200'000;          ///< results waiting for the engine; who brings more waits
  static constexpr std::size_t stream_messages = 16'384;  ///< from TCP and TLS, waiting; no more are read meanwhile
  static constexpr std::size_t stream_bytes = 64u << 20;
  static constexpr std::size_t push_bytes = 64u << 20;            ///< to TCP and TLS, waiting; further sends fail
  static constexpr std::size_t stranger_write_bytes = 32u << 10;  ///< to a peer that does not read: it is closed
  static constexpr std::size_t trusted_write_bytes = 512u << 10;
  static constexpr std::size_t waiting_for_connection = 16;  ///< requests told of one that fails; others time out
  static constexpr std::size_t lookups = 10'000;         ///< RFC 3263 lookups under way; further calls find nobody: 480
  static constexpr std::size_t dns_questions = 1'000;    ///< on their way; further ones are answered "not found"
  static constexpr std::size_t dns_cache = 10'000;       ///< answers; the one used longest ago goes
  static constexpr std::size_t relay_commands = 65'536;  ///< for one media thread; the call of a further one is ended
  static constexpr std::size_t kernel_orders = 65'536;  ///< for the packet filter; more and it is given up, being stuck
  static constexpr std::size_t kernel_throttles = 65'536;  ///< sources that the kernel slows down; no further ones are
  static constexpr std::size_t warm_ports = 16'384;      ///< media sockets kept between calls; further ones are closed
  static constexpr int stale_packets = 512;  ///< read off a socket between calls; one that holds more is closed
  static constexpr std::size_t control_clients = 32;  ///< further ones are closed at once
  static constexpr std::size_t metrics_clients = 16;  ///< further ones are closed at once
  static constexpr std::size_t log_lines = 8'192;     ///< waiting to be written; the oldest are dropped and counted
  static constexpr std::size_t store_group = 4'000;   ///< writes in one transaction; the rest goes into the next
  static constexpr std::size_t binding_rows_surplus = 8'192;  ///< superseded rows above as many as count; swept away
  // What a request on the local doors may hold
  static constexpr std::size_t control_request_bytes = 64u << 20;  ///< an imported rate deck is one request
  static constexpr std::size_t control_response_bytes = 64u << 20;
  static constexpr std::size_t metrics_header_bytes = 4'096;
  static constexpr std::size_t config_bytes = 1u << 20;
  static constexpr std::size_t listeners = 64;
};

/// Bounds of the process that enforces refusals in the kernel, and of what it is asked.
struct FirewallLimits {
  static constexpr std::size_t bans = 131'072;  ///< of single sources; full: the one that ends soonest leaves
  static constexpr std::size_t networks = 2'000'000;  ///< banned or on the access list; further ones are refused
  static constexpr std::size_t throttles = 65'536;    ///< full: the one that ends soonest leaves
  static constexpr std::size_t doors = 40;            ///< more: each port is a door on every address
  static constexpr std::size_t interfaces = 16;
  static constexpr std::size_t waiting = 16'384;  ///< requests on their way to it; more and it is ended, being stuck
  static constexpr int tables = 8;                ///< of nftables on one host: one for each server
  static constexpr std::uint32_t packets_per_min = 6'000'000;  ///< of a throttle
  static constexpr std::uint32_t burst = 100'000;
};

/// How long somebody may take; fixed. Who takes longer is closed or given up.
struct Patience {
  static constexpr std::uint32_t handshake_ms = 10'000;        ///< from accept (or connect) to a finished TLS handshake
  static constexpr std::uint32_t connect_ms = 5'000;           ///< outbound, TCP only
  static constexpr std::uint32_t stranger_idle_ms = 30'000;    ///< from accept or a whole message to the next; no pings
  static constexpr std::uint32_t trusted_idle_ms = 7'200'000;  ///< without a byte from the peer; pings count
  static constexpr std::uint32_t message_ms = 15'000;          ///< from a message's first byte to its last
  static constexpr std::uint32_t write_stall_ms = 15'000;      ///< with bytes to write and a peer that takes none
  static constexpr std::uint32_t control_idle_ms = 60'000;     ///< without a whole request
  static constexpr std::uint32_t control_answer_ms = 15'000;   ///< for the command; then the client is told "busy"
  static constexpr std::uint32_t control_write_ms = 15'000;    ///< for the client to take the answer
  static constexpr std::uint32_t metrics_ms = 5'000;           ///< for a whole request, and for its answer to be taken
  static constexpr std::uint32_t disk_ms = 5'000;  ///< for a write under way; then the disk counts as failing
  static constexpr std::uint32_t dns_ms = 1'500;   ///< of the first attempt, of which each server gets two
  static constexpr std::uint32_t country_file_ms = 20'000;  ///< for reading the country database; then it is refused
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

/// Bounds of telephone numbers, dial patterns and number rules. Fixed.
struct NumberLimits {
  static constexpr std::size_t dialled_chars = 128;  ///< of a dialled text; a longer one is refused
  static constexpr std::size_t dialled_digits = 32;  ///< and digits; more are refused
  static constexpr std::size_t pattern_symbols = 32;
  static constexpr std::size_t patterns = 200'000;          ///< of one index; more are a fault of the configuration
  static constexpr std::size_t pattern_states = 1'000'000;  ///< 16 to 64 bytes each; what needs more is refused
  static constexpr std::size_t pattern_steps = 8'000'000;   ///< members of all states, the time that building takes
  static constexpr std::size_t set_rules = 20'000'000;      ///< exact numbers and prefixes; further ones are refused
  static constexpr std::size_t set_patterns = 20'000;       ///< number rules with wildcards; further ones are refused
  static constexpr std::size_t set_sources = 256;           ///< pairs of a list and what it says of numbers
  static constexpr std::size_t list_faults = 1'000;         ///< told of one list; further ones are counted
  static constexpr std::size_t list_line_bytes = 512;
};

/// Bounds of amounts, rate decks and the ledger. Fixed; what is over them is refused, never cut short: a call that the
/// ledger has no room for does not leave.
struct MoneyLimits {
  static constexpr std::int64_t micros = 1'000'000'000'000'000'000;  ///< of one amount: 10^12 units; then overflow
  static constexpr std::int64_t micros_per_min = 1'000'000'000'000;  ///< of a rate and of a fee: 10^6 units
  static constexpr std::uint32_t call_s = 31'536'000;                ///< no rate is asked for a longer call
  static constexpr std::uint32_t increment_s = 3'600;                ///< first and next increment
  // A rate deck; a file that asks for more is refused whole
  static constexpr std::size_t deck_rows = 4'000'000;
  static constexpr std::size_t deck_line_bytes = 1'024;
  static constexpr std::size_t deck_columns = 32;
  static constexpr std::size_t deck_faults = 100;      ///< told in full; further ones are counted
  static constexpr std::size_t prefix_digits = 15;     ///< ITU-T E.164
  static constexpr std::size_t deck_generations = 64;  ///< rates of one prefix, one after the other
  // The ledger: memory is taken when it is made and given by the kernel page by page
  std::size_t accounts = 200'000;     ///< 260 bytes each; further ones: refused
  std::size_t reservations = 40'000;  ///< 310 bytes each, running calls and unclear ones; further ones: refused
  static constexpr std::size_t accounts_per_call = 8;
  static constexpr std::size_t thresholds = 4;                   ///< warnings of one limit
  static constexpr std::uint32_t extensions_per_call = 100'000;  ///< then the call is cut at the end of what it has
  // What the stated bound is computed from
  static constexpr std::size_t call_rates = 8;  ///< of one level
};

/// Bounds of time conditions. Fixed; what is over them is a fault of the configuration.
struct ScheduleLimits {
  static constexpr std::size_t text_bytes = 256u << 10;
  static constexpr std::size_t rules = 2'048;  ///< lines of one schedule
  static constexpr std::size_t spans = 8;      ///< of one day
  static constexpr std::size_t description_bytes = 128;
  static constexpr std::size_t faults = 16;          ///< told of one text; the rest is not looked for
  static constexpr std::size_t look_ahead_days = 400;  ///< for the next opening; what comes later is "not within"
  // A time zone: its file may be damaged or anybody's
  static constexpr std::size_t zone_name_bytes = 64;
  static constexpr std::size_t zone_file_bytes = 64u << 10;
  static constexpr std::size_t zone_changes = 4'096;
  static constexpr std::size_t zone_names = 4'096;  ///< looked through for a suggestion
};

/// Bounds of what counts calls against theft. At the bound paid calls are refused: who cannot be counted does not call.
/// Emergency calls never ask for a pace, and are counted as running beyond every bound.
struct TollLimits {
  std::size_t pace_records = 131'072;       ///< a subject and a rule, 250 bytes; refused until one has run out
  std::size_t pace_destinations = 262'144;  ///< a number of a subject and a rule, 80 bytes; refused likewise
  std::size_t line_calls = 20'000;          ///< running calls, 400 bytes; further ones are refused
  static constexpr std::size_t pace_rules = 64;     ///< that one call may have to pass; with more it is refused
  static constexpr std::size_t line_subjects = 12;  ///< of one call; with more it is refused
  static constexpr std::uint32_t pace_calls = 1'000'000;     ///< N of a rule
  static constexpr std::uint32_t pace_period_s = 2'678'400;  ///< T of a rule: 31 days
};

/// Bounds of the ledger's way to the disk. At the bound no paid call leaves and none gets more money.
struct LedgerLimits {
  static constexpr std::size_t unstored_entries = 65'536;  ///< not on disk yet; ends of calls are taken beyond it
  static constexpr std::size_t journal_entries = 2'000'000;  ///< read at start; with more, paid calls are refused
  static constexpr std::size_t entries_before_snapshot = 1'024;  ///< of the journal; fewer are replayed at each start
  static constexpr std::size_t snapshot_part_bytes = 16u << 10;  ///< of one row
  static constexpr std::size_t notices = 4'096;  ///< waiting to be told; the rest is told as a number
};

/// Bounds of what operators write about trunks, routes, money and people. Fixed; what is over them is a fault of the
/// text, and nothing of it is taken.
struct DocumentLimits {
  static constexpr std::size_t file_bytes = 48u << 20;    ///< one export or import, with its rates and number lists
  static constexpr std::size_t object_bytes = 64u << 10;  ///< one object with its comments, without rates and lists
  static constexpr std::size_t objects = 50'000;          ///< of one tenant
  static constexpr std::size_t keys = 64;                 ///< of one object
  static constexpr std::size_t name_bytes = 64;           ///< of an object
  static constexpr std::size_t text_bytes = 1'024;        ///< one value
  static constexpr std::size_t elements = 1'000;          ///< of one list of values
  static constexpr std::size_t rows = 4'000'000;          ///< of rates or numbers, which stand in tables of their own
  static constexpr std::size_t faults = 100;              ///< told; further ones are counted
};

/// Bounds of PINs that routes ask for. At the bound of tries nobody who is not counted yet is asked: fail closed.
struct PinLimits {
  static constexpr std::size_t digits_least = 6;  ///< row E9's rule; fewer are refused
  static constexpr std::size_t digits = 16;       ///< more are refused, and entered ones are wrong
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
  /// What has nowhere to be sent yet waits for a leg's address; then its time passes unheard.
  static constexpr std::int64_t address_wait_ms = 10'000;
};

/// Bounds of what is remembered of how people call (core/pattern). A subject is an extension, a department or a tenant;
/// what it takes is fixed, however much it calls.
struct PatternLimits {
  std::size_t subjects = 20'000;                     ///< 2.0 KB each; full: of eight the least experienced leaves
  static constexpr std::size_t countries = 32;       ///< of one subject; full: the one called on fewest days leaves
  static constexpr std::size_t ranges = 32;          ///< of numbers, of one subject; likewise
  static constexpr std::size_t recent = 32;          ///< calls of one subject that are remembered singly; the newest
  static constexpr std::size_t findings = 8;         ///< told of one call and level
  static constexpr std::size_t judgements = 256;     ///< remembered for operators; the newest
  static constexpr std::uint16_t memory_days = 60;   ///< a country or range that was not called for so long is new
  static constexpr std::size_t replayed = 500'000;   ///< records that a start learns from; the newest
};

/// Bounds of what is asked about a configuration before it is in force. What is over them is counted, and that is said.
struct TryLimits {
  static constexpr std::size_t calls = 100'000;    ///< records asked again, the newest
  static constexpr std::size_t findings = 200;     ///< rows of one list: what changed for whom, by which rule
  static constexpr std::size_t examples = 3;       ///< calls told of one row
  static constexpr std::size_t paths = 10'000;     ///< from callers who proved nothing to what is paid for
  static constexpr std::size_t forwards = 16;      ///< one after the other on such a path; longer ones are cut
};

/// Bounds of what is told of many events in one line. At the bound those of further extensions are told one by one.
struct AlarmLimits {
  static constexpr std::size_t extensions = 4'096;  ///< whose refused calls are counted, 80 bytes each
  static constexpr std::uint32_t refusals = 5;      ///< of one extension: told together from here on
  static constexpr std::uint32_t refusals_period_s = 60;
};

/// Bounds of commands that wait for the disk. At the bound further ones are refused.
struct WaitingLimits {
  static constexpr std::size_t credits = 64;
};

/// Bounds of the audit log. It is never refused for being full: the oldest entries go, and what goes is said.
struct AuditLimits {
  static constexpr std::size_t text_bytes = 4'096;      ///< of one field; what is longer is cut, and says so
  static constexpr std::size_t entries = 2'000'000;     ///< on disk, 300 bytes each
  static constexpr std::uint32_t keep_days = 400;       ///< older ones go
  static constexpr std::uint32_t bans_per_minute = 60;  ///< written singly; the rest of a minute as a number
  static constexpr std::size_t shown = 10'000;          ///< of one answer
  static constexpr std::size_t exported = 20'000;       ///< of one export; it says where the next begins
};

/// Bounds of turning one codec into another, for legs that share none. Fixed.
struct TranscodeLimits {
  static constexpr std::size_t streams = 200;         ///< at a time; calls beyond it need a codec that both sides have
  static constexpr std::size_t queue_packets = 512;   ///< that wait for a thread, and as many behind it; more are lost
  static constexpr std::uint32_t packets_per_s = 200;  ///< of one leg; the rest of the second is lost
  static constexpr std::uint32_t ahead_ms = 500;      ///< of sound that may come before its time; the rest is ignored
  static constexpr std::size_t packet_bytes = 1'500;  ///< of RTP; a longer one is lost
  static constexpr std::size_t coded_bytes = 512;     ///< of one frame that we make
  static constexpr std::uint32_t conceal_ms = 60;     ///< of lost sound that is made up; the rest is silence
  static constexpr std::uint32_t pause_ms = 10'000;   ///< a longer jump of timestamps is not believed: our clock counts
  static constexpr std::uint32_t press_step_ms = 200;  ///< of a pressed key that one packet makes up for
  static constexpr std::uint32_t press_ms = 8'000;     ///< of one pressed key; the tone ends there
};

/// Bounds of what a description may say of how one stream is protected (core/sdp/security). Fixed.
struct SecureLimits {
  static constexpr std::size_t keys = 16;            ///< a=crypto lines that are read; further ones are passed over
  static constexpr std::size_t key_line_bytes = 512;  ///< a longer one is a fault
  static constexpr std::size_t fingerprints = 8;     ///< further ones are a fault
  static constexpr std::size_t ice_text_bytes = 256;  ///< of a user fragment or a password; longer ones are a fault
  static constexpr std::size_t mid_bytes = 32;       ///< a longer name of a stream is not repeated
};

/// Bounds of encrypted media; of each media thread where nothing else is said. Fixed.
struct SecureMediaLimits {
  static constexpr std::size_t handshakes = 1'024;  ///< DTLS, under way; to further ones nobody answers until one ends
  static constexpr std::size_t handshakes_waiting = 512;  ///< datagrams; further ones are dropped, and come again
  static constexpr std::int64_t handshakes_turn_us = 2'000;  ///< of one turn, after all media; the rest waits
  // One handshake; what needs more has failed
  static constexpr std::int64_t handshake_us = 10'000'000;
  static constexpr std::size_t handshake_datagrams = 256;
  static constexpr std::size_t handshake_bytes = 64u << 10;
  static constexpr std::size_t handshake_answers = 16;  ///< datagrams waiting to be sent; further ones are dropped
  static constexpr std::size_t certificates_bytes = 8u << 10;  ///< that a peer may show
  static constexpr std::size_t datagram_bytes = 1'200;         ///< that we make: fits every path that carries voice
  static constexpr std::int64_t association_kept_us = 30'000'000;  ///< after the keys are there, for repeated datagrams
  static constexpr std::int64_t cookie_us = 60'000'000;  ///< and as long again, in which a ClientHello may be repeated
  static constexpr std::uint8_t handshakes_refused = 8;  ///< of one leg, of neighbours of its peer; then none is begun
};

/// Bounds of SRTP. Fixed.
struct SrtpLimits {
  /// SSRCs under one key, up to 80 bytes each. None is forgotten while the key lives, or it could be replayed; further
  /// ones are refused. Several hours of a phone that takes a new one after each hold.
  static constexpr std::size_t streams = 128;
  /// Authentic packets under the key before, after a new one was agreed on: ten seconds of speech. Then it is gone.
  static constexpr std::uint32_t former_key_packets = 500;
};

/// Bounds of ICE on one media port, and of STUN messages. Fixed.
struct IceLimits {
  static constexpr std::size_t message_bytes = 1'280;    ///< of a STUN message; a longer one is malformed
  static constexpr std::size_t attributes = 32;          ///< of one message; with more it is malformed
  static constexpr std::size_t unknown_attributes = 16;  ///< named in one 420; further ones are not
  static constexpr std::size_t endpoints = 16;  ///< that passed a check; then the one that was checked longest ago goes
  static constexpr std::size_t transactions = 2'048;  ///< remembered against replays, 8 bytes each; the newest
  static constexpr std::int64_t consent_us = 30'000'000;       ///< for which a check counts (RFC 7675 §5.1)
  static constexpr std::int64_t consent_sign_us = 20'000'000;  ///< after the nomination; who checks then, consents
  static constexpr std::int64_t rival_us = 10'000'000;         ///< without a check; then any nomination moves it
  static constexpr std::size_t fragment_bytes = 256;      ///< of an ice-ufrag, and of a password (RFC 8839 §5.4)
};

/// Bounds of the question for our public address, which any host on the way may answer. Fixed.
struct PublicAddressLimits {
  static constexpr std::uint32_t first_wait_ms = 500;   ///< before the first repetition; then doubled (RFC 8489 §6.2.1)
  static constexpr std::uint32_t requests = 7;          ///< of one transaction; then it has failed
  static constexpr std::uint32_t last_wait_ms = 8'000;  ///< after the last one
  static constexpr std::uint32_t between_s = 300;       ///< from one question to the next
  static constexpr std::uint32_t after_failure_s = 60;  ///< likewise when nobody answered
};

/// Bounds of what comes by HTTP: the WebSocket handshake, pages and their requests, one-time links and what they make.
/// Fixed.
struct WebLimits {
  // SIP over WebSocket
  static constexpr std::size_t handshake_bytes = 8'192;  ///< of an upgrade request; a longer one: 431, and closed
  static constexpr std::size_t handshake_headers = 64;
  static constexpr std::size_t origins = 64;          ///< that the file may name
  static constexpr std::uint32_t ping_ms = 25'000;    ///< between our pings to a trusted peer
  // Pages
  static constexpr std::size_t clients = 1'000;       ///< connections; further ones: the idlest is closed
  static constexpr std::size_t clients_per_source = 32;  ///< further ones are closed at once
  static constexpr std::size_t header_bytes = 8'192;  ///< of a request with its target; a larger one: 431, and closed
  static constexpr std::size_t body_bytes = 4'096;    ///< a larger one: 413, and closed
  static constexpr std::uint32_t requests = 1'000;    ///< of one connection; then it is closed
  static constexpr std::uint32_t handshake_ms = 10'000;  ///< from accept to a finished TLS handshake
  static constexpr std::uint32_t request_ms = 10'000;    ///< from a request's first wait to its last byte
  static constexpr std::uint32_t answer_ms = 30'000;     ///< for the client to take an answer
  static constexpr std::size_t jobs = 256;  ///< requests that wait for the disk; further ones: 503
  // Links and devices
  static constexpr std::uint32_t link_s = 900;             ///< that a link is good for, unless told
  static constexpr std::uint32_t link_s_most = 604'800;    ///< more is refused
  static constexpr std::size_t links_per_extension = 8;    ///< unused ones; the oldest goes
  static constexpr std::size_t devices_per_extension = 8;  ///< further links are refused, and so is their use
  static constexpr std::uint32_t device_days = 30;         ///< unused for so long it is removed
  static constexpr std::size_t device_name_bytes = 64;
};

struct RelayLimits {
  /// Buffers of one media thread for what comes on the sockets of steady streams; a power of two. When all are full,
  /// packets wait in their sockets.
  static constexpr std::uint16_t ring_buffers = 1'024;
  static constexpr std::uint32_t ring_sockets = 65'536;  ///< watched by one media thread; further ones the slower way
};

/// Bounds of ending calls by trunks that ran when the process died. Fixed.
struct PartingLimits {
  static constexpr std::size_t dialogs = 4'096;    ///< of one start, those that began last; others are only forgotten
  static constexpr std::int64_t between_ms = 50;   ///< from one BYE to the next
  static constexpr std::int64_t first_ms = 1'000;  ///< after the start: trunks register first
  static constexpr std::int64_t age_ms = 86'400'000;  ///< of a call; an older one is only forgotten
};

/// Bounds of the HTTP API: what one request may bring, how many may be asked at once and by whom, answers that are kept
/// for those who ask again, and what listeners are told while it happens.
struct ApiLimits {
  // One request
  static constexpr std::size_t body_bytes = 65'536;        ///< of an operation's body; a larger one: 413, and closed
  static constexpr std::size_t file_bytes = 64u << 20;     ///< of one that brings a file, as on the control socket
  static constexpr std::size_t files = 2;                  ///< such bodies at once; further ones: 503
  static constexpr std::uint32_t file_ms = 120'000;        ///< for such a body to come
  static constexpr std::size_t path_value_bytes = 256;     ///< one value in a path, decoded; a longer one: 400
  static constexpr std::size_t query_fields = 32;          ///< more: 400
  static constexpr std::size_t json_depth = 8;             ///< of a body; deeper: 400
  static constexpr std::size_t json_members = 256;         ///< of one object or list in a body; more: 400
  static constexpr std::size_t rows = 1'000;               ///< of a list that is asked for without a limit
  static constexpr std::size_t rows_most = 10'000;         ///< of one answer; more is refused
  // Who asks
  static constexpr std::size_t waiting = 128;              ///< requests before the API's thread; further ones: 503
  static constexpr std::size_t waiting_of_one = 16;        ///< of one asker; further ones: 429
  static constexpr std::uint32_t reads_per_s = 50;         ///< of one asker, ten seconds' worth at once; more: 429
  static constexpr std::uint32_t changes_per_s = 10;       ///< the same of what changes something
  static constexpr std::size_t askers = 4'096;             ///< whose pace is known; the one unheard longest goes
  // Answers that are kept for an Idempotency-Key
  static constexpr std::size_t key_bytes = 64;             ///< of a key; a longer one: 400
  static constexpr std::uint32_t answer_s = 3'600;         ///< that an answer is kept
  static constexpr std::size_t answers = 4'096;            ///< in all; the oldest goes
  static constexpr std::size_t answers_of_one = 256;       ///< of one asker; his oldest goes
  static constexpr std::size_t answer_bytes = 16'384;      ///< of one answer; a longer one is not kept, its key says so
  // Listeners of what happens now
  static constexpr std::size_t listeners = 64;             ///< further ones: 503
  static constexpr std::size_t listeners_of_one = 4;       ///< of one asker; further ones: 429
  static constexpr std::size_t listener_events = 256;      ///< unsent ones of a listener; one who is slower is dropped
  static constexpr std::size_t feed_events = 4'096;  ///< on their way to listeners; further ones are lost, and told
  static constexpr std::uint32_t listener_ping_ms = 20'000;  ///< between our pings; two unanswered, and it is closed
  static constexpr std::uint32_t listener_ms = 3'600'000;  ///< that one listens at most; then it comes again
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
  static constexpr std::size_t hash_jobs_per_source = 2;  ///< likewise, of one source
  static constexpr std::uint32_t audited_per_min = 60;    ///< failed logins in the audit log; the rest are counted
};

/// Bounds of what we ask rtpengine servers. Fixed.
struct RtpengineLimits {
  static constexpr std::size_t servers = 16;            ///< configured; more are a fault of the file
  static constexpr std::size_t message_bytes = 65'507;  ///< of a question or an answer; a longer one is none
  static constexpr std::size_t depth = 8;               ///< of lists in each other; deeper is malformed
  static constexpr std::size_t elements = 4'096;        ///< of one answer; more are malformed
  static constexpr std::size_t questions = 8'192;       ///< of one server, under way; then streams go to others
  static constexpr std::uint32_t first_wait_ms = 250;   ///< before the first repetition; then doubled
  static constexpr std::uint32_t requests = 4;          ///< of one question; then the server counts as down
  static constexpr std::uint32_t ping_every_ms = 2'000;
  static constexpr std::size_t stock = 64;       ///< streams kept open for calls to come
  static constexpr std::size_t stock_most = 256; ///< of them in the engine; further ones are given back
  static constexpr std::int64_t stock_age_ms = 900'000;   ///< then given back: a server forgets what is silent
  static constexpr std::int64_t refill_wait_ms = 1'000;   ///< after no server took one
  static constexpr std::int64_t look_every_ms = 5'000;    ///< how often a stream of a call is looked after
  static constexpr std::int64_t look_at_stock_ms = 30'000;
  static constexpr std::int64_t lost_after_ms = 20'000;   ///< without an answer; then its call ends
};

}  // namespace rf
