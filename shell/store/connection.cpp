#include "shell/store/connection.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "core/base/limits/server.hpp"

namespace rf::store {
namespace {

/// Pages gathered in the write-ahead log before they are copied into the database: a page that changes often is copied
/// once in so many, and 16 MiB are read back quickly after a crash.
constexpr int checkpoint_pages = 4'000;

/// Makes the file ourselves: SQLite would give it the umask's permissions, and its log files take over those of the
/// file.
std::expected<void, Problem> make_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) {
    const int error = errno;
    return problem(Fault::disk,
                   fmt::format("cannot open the database {}: {}; check that the directory exists and may be "
                               "written",
                               path, std::generic_category().message(error)));
  }
  ::close(fd);
  return {};
}

/// A connection of ours is one thread's at a time, and nobody asks SQLite for its memory use: without its own locks for
/// the first and its counters for the second a write costs a sixth less. Too late is no error, only slower.
void configure_sqlite() {
  static const bool once = [] {
    sqlite_api::sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite_api::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    return true;
  }();
  static_cast<void>(once);
}

/// Waits for another connection's transaction, looking every millisecond: SQLite's own waiting looks ten times a second
/// in the end, and a command line that writes row after row would keep the server out for its whole patience.
int wait_for_lock(void* timeout_ms, int looked) {
  thread_local std::chrono::steady_clock::time_point started;
  const auto now = std::chrono::steady_clock::now();
  if (looked == 0) started = now;
  if (now - started >= std::chrono::milliseconds(reinterpret_cast<std::uintptr_t>(timeout_ms))) return 0;
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return 1;
}

void set_patience(soci::session& sql, std::uint32_t timeout_ms) {
  auto& backend = static_cast<soci::sqlite3_session_backend&>(*sql.get_backend());
  sqlite_api::sqlite3_busy_handler(backend.conn_, wait_for_lock,
                                   reinterpret_cast<void*>(static_cast<std::uintptr_t>(timeout_ms)));
}

}  // namespace

Trouble trouble_of(const std::exception& error) {
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
  if (!sqlite) return Trouble::refused;
  switch (sqlite->result() & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Trouble::busy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Trouble::damaged;
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
      return Trouble::refused;
    default:
      return Trouble::disk;
  }
}

Problem problem_of(const std::exception& error) {
  switch (trouble_of(error)) {
    case Trouble::busy:
      return {Fault::busy,
              fmt::format("the database is locked by another process ({}); end it or try again", error.what())};
    case Trouble::damaged:
      return {Fault::not_a_database,
              fmt::format("the file is not a database, or is damaged ({}); restore a backup", error.what())};
    case Trouble::refused:
      return {Fault::invalid_value, fmt::format("the database refused a value ({})", error.what())};
    case Trouble::disk:
      break;
  }
  return {Fault::disk,
          fmt::format("the database cannot be read or written ({}); check space and permissions", error.what())};
}

Expected<std::unique_ptr<soci::session>> connect(const Options& options, int cache_kib) {
  // SOCI's connection string has no way to write a quote.
  if (options.path.empty() || options.path.find('"') != std::string::npos)
    return problem(Fault::invalid_value, fmt::format("\"{}\" cannot be the path of a database", options.path));
  if (auto made = make_private(options.path); !made) return std::unexpected(made.error());
  configure_sqlite();
  return guarded([&]() -> Expected<std::unique_ptr<soci::session>> {
    auto sql = std::make_unique<soci::session>(soci::sqlite3, fmt::format("db=\"{}\"", options.path));
    set_patience(*sql, options.busy_timeout_ms);
    std::string mode;
    *sql << "PRAGMA journal_mode = WAL", soci::into(mode);
    if (mode != "wal")
      return problem(Fault::disk, fmt::format("the file system of {} cannot hold a write-ahead log; use a local disk",
                                              options.path));
    set_synchronous(*sql, options.synchronous);
    *sql << "PRAGMA foreign_keys = ON";
    *sql << fmt::format("PRAGMA cache_size = -{}", cache_kib);
    *sql << fmt::format("PRAGMA wal_autocheckpoint = {}", checkpoint_pages);
    *sql << fmt::format("PRAGMA journal_size_limit = {}", DiskLimits::journal_bytes);
    return sql;
  });
}

void set_synchronous(soci::session& sql, bool on) {
  sql << fmt::format("PRAGMA synchronous = {}", on ? "FULL" : "NORMAL");
}

std::uint64_t bytes_held(soci::session& sql) {
  long long pages = 0, free = 0, size = 0;
  sql << "PRAGMA page_count", soci::into(pages);
  sql << "PRAGMA freelist_count", soci::into(free);
  sql << "PRAGMA page_size", soci::into(size);
  return static_cast<std::uint64_t>((pages - free) * size);
}

Transaction::Transaction(soci::session& sql) : sql_(sql) {
  auto& backend = static_cast<soci::sqlite3_session_backend&>(*sql.get_backend());
  open_ = sqlite_api::sqlite3_get_autocommit(backend.conn_) != 0;
  if (open_) sql_ << "BEGIN IMMEDIATE";
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    sql_ << "ROLLBACK";
  } catch (const std::exception&) {
    // A full or failing disk has made SQLite roll back by itself: nothing is left to undo.
  }
}

void Transaction::commit() {
  if (!open_) return;
  sql_ << "COMMIT";
  open_ = false;
}

}  // namespace rf::store
