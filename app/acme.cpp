#include "app/acme.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>

#include "app/host.hpp"
#include "app/rows.hpp"
#include "core/base/limits/acme.hpp"
#include "shell/store/acme.hpp"

namespace rf::app {
namespace {

using acme::State;
using command::Code;
using command::Error;

constexpr auto look_time = std::chrono::seconds(30);

/// Seconds; 0: none were given. The other form of it, a date, is passed over.
std::uint32_t retry_after_s(const fetch::Answer& answer) {
  const std::string_view text = answer.header("retry-after");
  std::uint32_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() ? out : 0;
}

std::expected<std::string, std::string> read_authorities(const std::string& path) {
  std::string out(AcmeLimits::ca_bytes + 1, '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (out.empty() || out.size() > AcmeLimits::ca_bytes)
    return std::unexpected(fmt::format("{} cannot be read, is empty or too long; check acme.ca", path));
  return out;
}

}  // namespace

struct Acme::Attempt {
  config::AcmeSettings settings;
  tls::SigningKey key;
  std::stop_token stop;
  std::int64_t ends_ms = 0;
  std::string ca_pem = {};
  acme::Directory directory = {};
  std::string nonce = {};    ///< the one that was given last; empty: it has to be asked for
  std::string account = {};  ///< its URL; empty until there is one
  std::string went_to = {};  ///< what the last answer named as its place

  acme::PublicKey public_key() const {
    const tls::SigningKey::Point point = key.point();
    return {point.x, point.y};
  }
};

Acme::Acme(Doors doors, std::shared_ptr<tls::Challenges> challenges, std::filesystem::path file)
    : doors_(std::move(doors)), challenges_(std::move(challenges)), file_(std::move(file)) {}

void Acme::use(const config::AcmeSettings& settings) {
  const std::lock_guard lock(mutex_);
  if (settings == settings_) return;
  // What did not work before may work with other settings.
  failures_ = 0;
  next_ms_ = 0;
  trouble_.clear();
  settings_ = settings;
  if (settings.enabled && !thread_.joinable())
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  woken_ = true;
  changed_.notify_all();
}

void Acme::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

Outcome Acme::renew() {
  const std::lock_guard lock(mutex_);
  if (!settings_.enabled)
    return std::unexpected(Error{Code::conflict, "no authority elsewhere gives our certificate",
                                 "name one under [acme] in the configuration"});
  if (under_way_ || asked_)
    return std::unexpected(Error{Code::busy, "the authority is being asked", "see: ringfence certificate show"});
  asked_ = woken_ = true;
  changed_.notify_all();
  return Json{{"message", "The authority is asked now; see: ringfence certificate show"}};
}

Json Acme::state() const {
  const std::lock_guard lock(mutex_);
  if (!settings_.enabled) return Json::object();
  const std::int64_t due = std::max(due_ms(), next_ms_);
  return {{"directory", settings_.directory},
          {"next", timestamp(std::max(due, wall_now_ms()))},
          {"failures", failures_},
          {"trouble", trouble_}};
}

std::int64_t Acme::due_ms() const {
  if (!tls::serves(file_, settings_.names, wall_now_ms())) return 0;
  const auto facts = tls::facts_of(file_);
  return facts ? acme::due_ms(facts->begin_wall_ms, facts->end_wall_ms) : 0;
}

void Acme::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "rf-acme");
  std::unique_lock lock(mutex_);
  // A program that starts again and again must not ask each time.
  std::string recalled;
  while (!stop.stop_requested()) {
    woken_ = false;
    if (settings_.enabled && recalled != settings_.directory) {
      const std::string directory = recalled = settings_.directory;
      store::AcmePause pause;
      lock.unlock();
      doors_.records([&](Records& records) {
        pause = store::AcmeTables(records.store).pause(directory).value_or(store::AcmePause());
      });
      lock.lock();
      failures_ = pause.failures;
      next_ms_ = pause.next_wall_ms;
    }
    const std::int64_t now_ms = wall_now_ms();
    // A clock that was set back must not make a pause longer than it was meant.
    next_ms_ = std::min(next_ms_, now_ms + std::int64_t{AcmeLimits::again_s_most} * 1'000);
    const bool due = settings_.enabled && (asked_ || (now_ms >= next_ms_ && now_ms >= due_ms()));
    if (!due) {
      changed_.wait_for(lock, stop, look_time, [this] { return woken_; });
      continue;
    }
    asked_ = false;
    under_way_ = true;
    const config::AcmeSettings settings = settings_;
    lock.unlock();
    Told<void> done;
    if (auto key = account_key(settings.directory); !key) {
      done = std::unexpected(key.error());
    } else {
      Attempt attempt{settings, std::move(*key), stop, wall_now_ms() + AcmeLimits::attempt_ms};
      done = obtain(attempt);
      challenges_->clear();
    }
    const std::string host = fetch::host_of(settings.directory).value_or("the authority");
    if (done) {
      doors_.log.say(effect::Level::notice, "certificate",
                     fmt::format("{} gave a certificate for {}", host, fmt::join(settings.names, ", ")));
      doors_.take();
    } else if (!stop.stop_requested()) {
      doors_.log.say(effect::Level::warning, "certificate_not_given",
                     fmt::format("{}: {}; it is asked again", host, done.error().what));
    }
    lock.lock();
    under_way_ = false;
    if (stop.stop_requested() || settings != settings_) continue;
    failures_ = done ? 0 : failures_ + 1;
    trouble_ = done ? std::string() : done.error().what;
    const std::int64_t wanted_ms =
        done ? 0 : std::int64_t{std::min(done.error().wait_s, AcmeLimits::again_s_most)} * 1'000;
    next_ms_ = done ? 0 : wall_now_ms() + std::max(acme::pause_ms(failures_), wanted_ms);
    const store::AcmePause pause{failures_, next_ms_};
    lock.unlock();
    doors_.records([&](Records& records) {
      if (const auto kept = store::AcmeTables(records.store).keep_pause(settings.directory, pause); !kept)
        doors_.log.say(effect::Level::warning, "certificate_not_given", kept.error().text);
    });
    lock.lock();
  }
}

Acme::Told<tls::SigningKey> Acme::account_key(const std::string& directory) {
  Told<tls::SigningKey> out = std::unexpected(Trouble{"the database does not take the key of the account"});
  doors_.records([&](Records& records) {
    store::AcmeTables tables(records.store);
    const auto kept = tables.account_key(records.vault, directory);
    if (!kept) {
      out = std::unexpected(Trouble{kept.error().text});
      return;
    }
    auto key = *kept ? tls::SigningKey::read((*kept)->reveal()) : tls::SigningKey::make();
    if (!key)
      out = std::unexpected(Trouble{key.error()});
    else if (*kept || tables.keep_account_key(records.vault, directory, key->der()))
      out = std::move(*key);
  });
  return out;
}

bool Acme::pause(Attempt& attempt, const fetch::Answer& answer) {
  const std::uint32_t wait_ms =
      std::clamp(std::min(retry_after_s(answer), AcmeLimits::poll_ms_most / 1'000) * 1'000, AcmeLimits::poll_ms,
                 AcmeLimits::poll_ms_most);
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, attempt.stop, std::chrono::milliseconds(wait_ms), [] { return false; });
  return !attempt.stop.stop_requested() && wall_now_ms() < attempt.ends_ms;
}

Acme::Told<fetch::Answer> Acme::ask(Attempt& attempt, fetch::Request request) {
  if (attempt.stop.stop_requested() || wall_now_ms() >= attempt.ends_ms)
    return std::unexpected(Trouble{"it took too long"});
  // Who asks has to say so (RFC 8555 §6.1).
  request.headers.emplace_back("User-Agent", "Ringfence");
  request.ca_pem = attempt.ca_pem;
  request.allowed = attempt.settings.networks;
  request.answer_bytes = AcmeLimits::answer_bytes;
  request.whole_ms = AcmeLimits::answer_ms;
  auto answer = fetch::Answer();
  if (auto got = doors_.fetch(request, attempt.stop))
    answer = std::move(*got);
  else
    return std::unexpected(
        Trouble{got.error().what + (got.error().cause == fetch::Cause::forbidden ? "; see acme.networks" : "")});
  if (const std::string_view nonce = answer.header("replay-nonce"); acme::is_nonce(nonce)) attempt.nonce = nonce;
  return answer;
}

Acme::Told<fetch::Answer> Acme::post(Attempt& attempt, const std::string& url, std::string_view payload) {
  acme::Problem problem;
  for (std::uint32_t i = 0; i < AcmeLimits::nonces; ++i) {
    if (attempt.nonce.empty()) {
      fetch::Request request;
      request.method = "HEAD";
      request.url = attempt.directory.new_nonce;
      if (auto got = ask(attempt, std::move(request)); !got) return got;
    }
    if (attempt.nonce.empty()) return std::unexpected(Trouble{"it gives no nonce"});
    const auto body = acme::signed_body({url, std::exchange(attempt.nonce, {}), attempt.account}, attempt.public_key(),
                                        payload, [&](std::string_view text) { return attempt.key.sign(text); });
    if (!body) return std::unexpected(Trouble{"the key of the account cannot sign"});
    fetch::Request request;
    request.method = "POST";
    request.url = url;
    request.body = *body;
    request.headers = {{"Content-Type", "application/jose+json"}};
    auto answer = ask(attempt, std::move(request));
    if (!answer) return answer;
    if (answer->status >= 200 && answer->status < 300) {
      attempt.went_to = answer->header("location");
      return answer;
    }
    problem = acme::read_problem(answer->body);
    if (problem.type == "badNonce") continue;
    std::string what = fmt::format("it answers {}", answer->status);
    if (!problem.type.empty()) what += fmt::format(": {} ({})", problem.detail, problem.type);
    return std::unexpected(Trouble{std::move(what), retry_after_s(*answer)});
  }
  return std::unexpected(Trouble{"it takes none of the nonces that it gives"});
}

Acme::Told<void> Acme::prove(Attempt& attempt, const std::string& url) {
  bool answered = false;
  for (;;) {
    const auto answer = post(attempt, url, "");
    if (!answer) return std::unexpected(answer.error());
    const auto authorization = acme::read_authorization(answer->body);
    if (!authorization) return std::unexpected(Trouble{authorization.error()});
    const std::vector<std::string>& names = attempt.settings.names;
    if (std::find(names.begin(), names.end(), authorization->name) == names.end())
      return std::unexpected(Trouble{"it wants proof of a name that nobody asked for"});
    if (authorization->state == State::valid) return {};
    if (authorization->state != State::pending)
      return std::unexpected(Trouble{fmt::format(
          "{} is not proved: {}", authorization->name,
          authorization->trouble.empty() ? "it does not say why" : authorization->trouble)});
    if (!answered) {
      if (!authorization->tls_alpn)
        return std::unexpected(Trouble{"it takes no proof by TLS (tls-alpn-01) for " + authorization->name});
      const acme::Challenge& challenge = *authorization->tls_alpn;
      const auto answer_digest = acme::answer_to(challenge.token, attempt.public_key());
      if (auto set = challenges_->set(authorization->name, answer_digest, wall_now_ms()); !set)
        return std::unexpected(Trouble{set.error()});
      if (auto told = post(attempt, challenge.url, "{}"); !told) return std::unexpected(told.error());
      answered = true;
    }
    if (!pause(attempt, *answer))
      return std::unexpected(Trouble{fmt::format("{} was not proved in time", authorization->name)});
  }
}

Acme::Told<acme::Order> Acme::order_when(Attempt& attempt, const std::string& url, State wanted) {
  for (;;) {
    const auto answer = post(attempt, url, "");
    if (!answer) return std::unexpected(answer.error());
    auto order = acme::read_order(answer->body);
    if (!order) return std::unexpected(Trouble{order.error()});
    if (order->state == wanted || order->state == State::valid) return std::move(*order);
    if (order->state == State::invalid)
      return std::unexpected(
          Trouble{"the order came to nothing: " + (order->trouble.empty() ? "it does not say why" : order->trouble)});
    if (!pause(attempt, *answer)) return std::unexpected(Trouble{"the order was not ready in time"});
  }
}

Acme::Told<void> Acme::obtain(Attempt& attempt) {
  const config::AcmeSettings& settings = attempt.settings;
  if (!settings.ca.empty()) {
    auto pem = read_authorities(settings.ca);
    if (!pem) return std::unexpected(Trouble{pem.error()});
    attempt.ca_pem = std::move(*pem);
  }
  fetch::Request request;
  request.url = settings.directory;
  const auto first = ask(attempt, std::move(request));
  if (!first) return std::unexpected(first.error());
  if (first->status != 200) return std::unexpected(Trouble{fmt::format("its directory answers {}", first->status)});
  auto directory = acme::read_directory(first->body);
  if (!directory) return std::unexpected(Trouble{directory.error()});
  if (directory->external_account)
    return std::unexpected(Trouble{"it takes none but accounts that were made elsewhere before"});
  attempt.directory = std::move(*directory);

  // The account is made, or found by its key.
  if (auto made = post(attempt, attempt.directory.new_account, acme::account_payload(settings.contact)); !made)
    return std::unexpected(made.error());
  if (!acme::is_url(attempt.went_to)) return std::unexpected(Trouble{"it does not say where the account is"});
  attempt.account = attempt.went_to;

  const auto placed = post(attempt, attempt.directory.new_order, acme::order_payload(settings.names));
  if (!placed) return std::unexpected(placed.error());
  const std::string place = attempt.went_to;
  if (!acme::is_url(place)) return std::unexpected(Trouble{"it does not say where the order is"});
  const auto order = acme::read_order(placed->body);
  if (!order) return std::unexpected(Trouble{order.error()});
  for (const std::string& authorization : order->authorizations)
    if (auto proved = prove(attempt, authorization); !proved) return proved;

  auto ready = order_when(attempt, place, State::ready);
  if (!ready) return std::unexpected(ready.error());
  auto key = tls::SigningKey::make();
  if (!key) return std::unexpected(Trouble{key.error()});
  const auto wish = tls::certificate_request(*key, settings.names);
  if (!wish) return std::unexpected(Trouble{wish.error()});
  if (auto taken = post(attempt, ready->finalize, acme::finalize_payload(*wish)); !taken)
    return std::unexpected(taken.error());
  const auto done = order_when(attempt, place, State::valid);
  if (!done) return std::unexpected(done.error());
  const auto chain = post(attempt, done->certificate, "");
  if (!chain) return std::unexpected(chain.error());
  if (auto kept = tls::keep_certificate(file_, chain->body, *key, settings.names, wall_now_ms()); !kept)
    return std::unexpected(Trouble{"the certificate that it gave is refused: " + kept.error()});
  return {};
}

}  // namespace rf::app
