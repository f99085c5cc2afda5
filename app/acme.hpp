// Our certificate from an authority elsewhere (ACME, RFC 8555): asked for in time, on a thread of its own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/records.hpp"
#include "core/acme/message.hpp"
#include "core/command/command.hpp"
#include "shell/config/acme.hpp"
#include "shell/fetch/fetch.hpp"
#include "shell/log/log.hpp"
#include "shell/tls/challenges.hpp"
#include "shell/tls/request.hpp"

namespace rf::app {

class Acme {
 public:
  struct Doors {
    log::Log& log;
    std::function<void(const std::function<void(Records&)>&)> records;  ///< with nobody else at the database
    std::function<std::expected<fetch::Answer, fetch::Fault>(const fetch::Request&, std::stop_token)> fetch;
    std::function<void()> take;  ///< the file is another: TLS shows it from now on
  };
  /// The certificate with its key lies at `file`.
  Acme(Doors doors, std::shared_ptr<tls::Challenges> challenges, std::filesystem::path file);
  ~Acme() { stop(); }
  Acme(const Acme&) = delete;
  Acme& operator=(const Acme&) = delete;

  /// What is configured by now; begins, goes on or ends. After a start the pauses of before hold.
  void use(const config::AcmeSettings& settings);
  void stop();
  /// Asks now. Errors: conflict, when there is no authority elsewhere or it is being asked.
  Outcome renew();
  /// {"directory", "next", "failures", "trouble"}; empty when nothing of it is configured.
  Json state() const;

 private:
  /// A sentence for the operator, without anything secret, and how long the authority wants to be left alone.
  struct Trouble {
    std::string what;
    std::uint32_t wait_s = 0;
  };
  template <class T>
  using Told = std::expected<T, Trouble>;
  /// One attempt: what it needs at each step.
  struct Attempt;

  void run(const std::stop_token& stop);
  /// When the certificate at hand, or the pause after failures, says that it is time.
  std::int64_t due_ms() const;
  Told<void> obtain(Attempt& attempt);
  Told<tls::SigningKey> account_key(const std::string& directory);
  Told<fetch::Answer> ask(Attempt& attempt, fetch::Request request);
  Told<fetch::Answer> post(Attempt& attempt, const std::string& url, std::string_view payload);
  Told<void> prove(Attempt& attempt, const std::string& url);
  Told<acme::Order> order_when(Attempt& attempt, const std::string& url, acme::State wanted);
  /// Waits before it looks again. False: there is no more time.
  bool pause(Attempt& attempt, const fetch::Answer& answer);

  Doors doors_;
  std::shared_ptr<tls::Challenges> challenges_;
  std::filesystem::path file_;
  mutable std::mutex mutex_;  ///< over all below
  std::condition_variable_any changed_;
  config::AcmeSettings settings_;
  bool woken_ = false, asked_ = false, under_way_ = false;
  std::uint32_t failures_ = 0;
  std::int64_t next_ms_ = 0;  ///< not before, after failures
  std::string trouble_;
  std::jthread thread_;
};

}  // namespace rf::app
