#include "app/errands.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <utility>

namespace rf::app {
namespace {

template <class Key>
void take_one(std::map<Key, std::size_t>& from, const Key& key) {
  if (const auto at = from.find(key); at != from.end() && --at->second == 0) from.erase(at);
}

}  // namespace

void Errands::begin() {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (threads_.size() < SignInLimits::threads) threads_.emplace_back([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool Errands::add(const Address& source, const std::string& provider, Job job) {
  const std::lock_guard lock(mutex_);
  const auto has = [](const auto& counts, const auto& key) {
    const auto at = counts.find(key);
    return at == counts.end() ? std::size_t{0} : at->second;
  };
  if (stop_.stop_requested() || line_.size() >= SignInLimits::waiting ||
      has(waiting_, provider) >= SignInLimits::waiting_for_one ||
      has(shares_, source) >= SignInLimits::waiting_of_source)
    return false;
  if (threads_.empty()) begin();
  ++shares_[source];
  ++waiting_[provider];
  line_.push_back({source, provider, std::move(job)});
  changed_.notify_one();
  return true;
}

void Errands::stop() {
  std::deque<Waiting> left;
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stop_.request_stop();
    left.swap(line_);
    threads.swap(threads_);
    changed_.notify_all();
  }
  for (std::thread& each : threads) each.join();
}

std::deque<Errands::Waiting>::iterator Errands::next() {
  return std::find_if(line_.begin(), line_.end(), [&](const Waiting& each) {
    const auto busy = busy_.find(each.provider);
    return busy == busy_.end() || busy->second < SignInLimits::busy_with_one;
  });
}

void Errands::run() {
  pthread_setname_np(pthread_self(), "rf-sign-in");
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_.stop_requested() || next() != line_.end(); });
    if (stop_.stop_requested()) return;
    const auto at = next();
    Waiting now = std::move(*at);
    line_.erase(at);
    take_one(waiting_, now.provider);
    ++busy_[now.provider];
    lock.unlock();
    now.job(stop_.get_token());
    now.job = nullptr;
    lock.lock();
    take_one(busy_, now.provider);
    take_one(shares_, now.source);
    changed_.notify_one();
  }
}

}  // namespace rf::app
