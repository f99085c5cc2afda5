// One connection through SOCI, and what differs from database to database: how to open, lock and name errors.
#pragma once

#include <soci/soci.h>

#include <exception>
#include <string_view>

#include "shell/store/problem.hpp"
#include "shell/store/store.hpp"

namespace rf::store {

/// Opens a session with the options applied (SQLite: WAL, foreign keys, busy timeout, fsync per transaction or not).
/// `cache_kib` is the page cache. Errors: not_a_database, busy, disk.
Expected<std::unique_ptr<soci::session>> connect(const Options& options, int cache_kib);

/// A transaction that takes the write lock at its beginning, where waiting for it is possible: SQLite refuses at once
/// when a reader wants to become a writer after somebody else wrote. Rolls back unless committed. Within another one it
/// is a part of that: it neither commits nor rolls back by itself.
class Transaction {
 public:
  explicit Transaction(soci::session& sql);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  soci::session& sql_;
  bool open_ = true;
};

/// Whether a commit returns when the disk has it, with all that was committed before. Throws within a transaction, and
/// when SQLite has to read the schema anew and cannot.
void set_synchronous(soci::session& sql, bool on);

/// What the database holds, without what is free in its file.
std::uint64_t bytes_held(soci::session& sql);

/// What kind of trouble an exception of SOCI means.
enum class Trouble : std::uint8_t {
  refused,  ///< this statement with these values: a constraint, a value too large
  busy,
  disk,
  damaged,  ///< the file is no database, or not any more
};
Trouble trouble_of(const std::exception& error);
Problem problem_of(const std::exception& error);

/// Runs `work` (which gives an Expected) and turns exceptions of the database into problems.
template <class Work>
auto guarded(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception& error) {
    return std::unexpected(problem_of(error));
  }
}

inline std::unexpected<Problem> problem(Fault fault, std::string text) {
  return std::unexpected(Problem{fault, std::move(text)});
}

}  // namespace rf::store
