// Threads that wait for providers and directories, so that nobody else waits for them: a bounded line, of which no
// provider and no source has more than its share.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/limits/people.hpp"

namespace rf::app {

class Errands {
 public:
  using Job = std::function<void(std::stop_token)>;

  Errands() = default;
  ~Errands() { stop(); }
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  /// False when the line is full, when this provider or source has its share of it, or after stop(). The threads begin
  /// with the first job.
  bool add(const Address& source, const std::string& provider, Job job);
  /// Asks those under way to end and waits for them; those behind are let go.
  void stop();

 private:
  struct Waiting {
    Address source;
    std::string provider;
    Job job;
  };
  void begin();
  void run();
  std::deque<Waiting>::iterator next();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> line_;
  std::map<Address, std::size_t> shares_;            ///< of the line, and of what runs
  std::map<std::string, std::size_t> waiting_, busy_;  ///< by provider
  std::stop_source stop_;
  std::vector<std::thread> threads_;
};

}  // namespace rf::app
