// Passwords of people at rest: Argon2id, on a thread of its own, so that whoever asks for much of it takes it from
// nobody else.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "core/base/limits/people.hpp"
#include "core/base/address.hpp"
#include "core/base/secret.hpp"

namespace rf::seal {

/// What one hash costs: 64 MiB and two passes, libsodium's measure for logins (RFC 9106 §4 asks for no less of what
/// people wait for).
struct HashCost {
  std::uint64_t passes = 2;
  std::size_t memory_bytes = std::size_t{64} << 20;
};

/// Hashes and compares. Counts what it does, so that a test can tell that nobody is told apart by the work he causes.
class SlowHash {
 public:
  explicit SlowHash(const HashCost& cost = {});
  /// As libsodium writes it, with its salt and cost. Source: RFC 9106.
  Secret<std::string> make(std::string_view password);
  /// Whether that is the password; with an empty `hash` the same work is done, and the answer is no.
  bool fits(const std::string& hash, std::string_view password);
  std::uint64_t computed() const { return computed_; }

 private:
  HashCost cost_;
  Secret<std::string> nobodys_;  ///< of a password that nobody has
  std::atomic<std::uint64_t> computed_ = 0;
};

/// The thread: one hash at a time, so 64 MiB at most, with a priority below that of calls, and a bounded line.
class HashThread {
 public:
  using Job = std::function<void(SlowHash&)>;

  explicit HashThread(const HashCost& cost = {});
  ~HashThread() { stop(); }
  HashThread(const HashThread&) = delete;
  HashThread& operator=(const HashThread&) = delete;

  /// False when the line is full (AccessLimits::hash_jobs), when `source` has its share of it, or after stop().
  bool add(const Address& source, Job job);
  /// Waits for the one that is under way; those behind it are let go.
  void stop();
  std::size_t waiting();
  std::uint64_t computed() const { return hash_.computed(); }

 private:
  struct Waiting {
    Address source;
    Job job;
  };
  void run();

  SlowHash hash_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> line_;
  std::map<Address, std::size_t> shares_;  ///< of the line, and of what runs
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace rf::seal
