// Bounds of the server as a whole: what the file may change, the disk, queues, waiting, the firewall.
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

}  // namespace rf
