#include "shell/seal/slow_hash.hpp"

#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "core/base/check.hpp"
#include "shell/seal/generate.hpp"

namespace rf::seal {
namespace {

/// Below everything that has to do with calls.
constexpr int niceness = 10;

}  // namespace

SlowHash::SlowHash(const HashCost& cost) : cost_(cost) {
  RF_CHECK(sodium_init() >= 0);
}

Secret<std::string> SlowHash::make(std::string_view password) {
  ++computed_;
  std::array<char, crypto_pwhash_STRBYTES> out{};
  // It fails for want of memory alone; then there is no password, and nobody signs in with it.
  if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), cost_.passes, cost_.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    return {};
  return Secret<std::string>(std::string(out.data()));
}

bool SlowHash::fits(const std::string& hash, std::string_view password) {
  if (nobodys_.reveal().empty()) {
    nobodys_ = make(generate_token().reveal());
    --computed_;
  }
  ++computed_;
  const std::string& held = hash.empty() ? nobodys_.reveal() : hash;
  const bool right = crypto_pwhash_str_verify(held.c_str(), password.data(), password.size()) == 0;
  return right && !hash.empty();
}

HashThread::HashThread(const HashCost& cost) : hash_(cost) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool HashThread::add(const Address& source, Job job) {
  const std::lock_guard lock(mutex_);
  if (ending_ || line_.size() >= AccessLimits::hash_jobs) return false;
  std::size_t& share = shares_[source];
  if (share >= AccessLimits::hash_jobs_per_source) return false;
  ++share;
  line_.push_back({source, std::move(job)});
  changed_.notify_one();
  return true;
}

std::size_t HashThread::waiting() {
  const std::lock_guard lock(mutex_);
  return line_.size();
}

void HashThread::stop() {
  std::deque<Waiting> left;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    left.swap(line_);
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void HashThread::run() {
  pthread_setname_np(pthread_self(), "rf-passwords");
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), niceness);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !line_.empty(); });
    if (ending_) return;
    Waiting next = std::move(line_.front());
    line_.pop_front();
    lock.unlock();
    next.job(hash_);
    next.job = nullptr;
    lock.lock();
    if (const auto share = shares_.find(next.source); --share->second == 0) shares_.erase(share);
  }
}

}  // namespace rf::seal
