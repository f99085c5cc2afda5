#include "core/trunk/registration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/limits/wire.hpp"
#include "core/trunk/backoff.hpp"

namespace rf::trunk {
namespace {

using State = RegistrationState;

/// A transaction ends within 32 s and a lookup earlier; whoever owes an outcome after that has lost it.
constexpr std::int64_t outcome_ms = 60'000;
/// Somebody who loses many connections at once does not register on all in the same moment.
constexpr std::uint64_t path_lost_spread_ms = 2'000;

bool is_text(std::string_view text, std::size_t bytes) {
  return !text.empty() && text.size() <= bytes &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// What fits of a list that a provider sent.
std::vector<std::string> kept(std::span<const std::string_view> values, std::size_t count, std::size_t bytes) {
  std::vector<std::string> out;
  for (const std::string_view value : values.first(std::min(values.size(), count))) {
    if (!is_text(value, bytes)) continue;
    bytes -= value.size();
    out.emplace_back(value);
  }
  return out;
}

bool is_passing(int status) {
  return status == 408 || status == 429 || status == 480 || (status >= 500 && status < 600);
}

std::string status_line(int status) {
  return fmt::format("the provider answered {}", status);
}

}  // namespace

Registration::Registration(RegistrationTerms terms, std::string token, std::string call_id)
    : terms_(std::move(terms)),
      token_(std::move(token)),
      call_id_(std::move(call_id)),
      asked_s_(std::clamp(terms_.expires_s, TrunkLimits::refresh_s, TrunkLimits::expires_s)) {}

void Registration::start(Turn turn) {
  if (state_ == State::stopping || awaiting_ != Awaiting::nothing) return;
  if (state_ == State::registered)
    refresh(turn);
  else
    begin(turn);
}

void Registration::begin(Turn& turn) {
  uri_ = terms_.registrar;
  interval_refusals_ = redirects_ = 0;
  if (state_ == State::idle || state_ == State::stopped) settle(turn, State::trying, "registering");
  locate(turn);
}

void Registration::locate(Turn& turn) {
  refreshing_ = false;
  rounds_ = {};
  awaiting_ = Awaiting::addresses;
  deadline_ms_ = turn.now.mono_ms + outcome_ms;
  turn.out.push_back(Locate{uri_});
}

void Registration::located(Turn turn, std::size_t targets) {
  if (awaiting_ != Awaiting::addresses) return;
  targets_ = targets;
  target_ = 0;
  if (targets == 0) return wait(turn, {}, "no address found for the provider");
  send_known(turn);
}

void Registration::refresh(Turn& turn) {
  refreshing_ = true;
  rounds_ = {};
  interval_refusals_ = 0;
  send_known(turn);
}

void Registration::send_known(Turn& turn) {
  std::string credentials;
  turn.client.append_known(turn.means, {"REGISTER", uri_}, credentials);
  send(turn, std::move(credentials));
}

void Registration::send(Turn& turn, std::string credentials) {
  awaiting_ = Awaiting::reply;
  deadline_ms_ = turn.now.mono_ms + outcome_ms;
  const std::uint32_t expires_s = state_ == State::stopping ? 0 : asked_s_;
  turn.out.push_back(SendRegister{target_, uri_, ++cseq_, expires_s, std::move(credentials)});
}

void Registration::reply(Turn turn, const RegisterReply& reply) {
  if (awaiting_ != Awaiting::reply || reply.cseq != cseq_ || reply.status < 200) return;
  awaiting_ = Awaiting::nothing;
  if (reply.status == 401 || reply.status == 407) return challenged(turn, reply);
  if (state_ == State::stopping) return settle(turn, State::stopped, "no longer registered");
  if (reply.status < 300) return accepted(turn, reply);
  if (reply.status < 400) return redirected(turn, reply);
  if (reply.status == 423) return interval_too_brief(turn, reply);
  if (is_passing(reply.status)) return next_address(turn, reply.retry_after_s, status_line(reply.status));
  refuse(turn, status_line(reply.status));
}

void Registration::challenged(Turn& turn, const RegisterReply& reply) {
  std::string credentials;
  const auth::Asking asking{"REGISTER", uri_};
  const auto answered = turn.client.answer(turn.means, rounds_, reply.challenges, asking, credentials);
  if (answered) return send(turn, std::move(credentials));
  const std::string line(auth::text_of(answered.error()));
  if (state_ == State::stopping) return settle(turn, State::stopped, "stopped; not taken back: " + line);
  if (answered.error() == auth::Unanswered::too_often) return next_address(turn, {}, line);
  refuse(turn, line);
}

std::uint32_t Registration::granted_s(const RegisterReply& reply, bool& listed, std::size_t& others) const {
  std::optional<std::uint32_t> ours;
  for (const BindingFact& binding : reply.bindings.first(std::min(reply.bindings.size(), TrunkLimits::bindings))) {
    if (binding.user != token_) {
      ++others;
      continue;
    }
    listed = true;
    ours = binding.expires_s;
  }
  return std::min(ours.value_or(reply.expires_s.value_or(asked_s_)), asked_s_);
}

std::int64_t Registration::refresh_in_ms(std::uint32_t granted_s, Random& random) const {
  const std::int64_t granted_ms = std::int64_t{granted_s} * 1'000;
  // Room for two transactions of 32 s where there is so much.
  const std::int64_t latest_ms = granted_ms - std::max(granted_ms / 4, std::min<std::int64_t>(64'000, granted_ms / 2));
  const auto earlier_ms = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(latest_ms / 5) + 1));
  return std::max(latest_ms - earlier_ms, std::int64_t{TrunkLimits::refresh_s} * 1'000);
}

void Registration::accepted(Turn& turn, const RegisterReply& reply) {
  bool listed = false;
  std::size_t others = 0;
  const std::uint32_t granted = granted_s(reply, listed, others);
  if (granted == 0) return next_address(turn, reply.retry_after_s, "the provider accepted, and kept nothing");
  const bool proven = turn.client.take_info(reply.info_from_proxy, reply.authentication_info);
  failures_ = refusals_ = 0;
  accepted_ms_ = turn.now.mono_ms;
  bound_until_ms_ = turn.now.mono_ms + std::int64_t{granted} * 1'000;
  deadline_ms_ = turn.now.mono_ms + refresh_in_ms(granted, turn.means.random);
  service_routes_ = kept(reply.service_routes, WireLimits::routes, WireLimits::routes_bytes);
  associated_uris_ = kept(reply.associated_uris, TrunkLimits::associated, WireLimits::routes_bytes);
  paths_ = kept(reply.paths, WireLimits::path_elements, WireLimits::path_bytes);
  std::string line = "registered";
  if (others != 0) line += "; others are registered on this account, too";
  if (!listed && !reply.bindings.empty()) line += "; the provider does not list our contact as we wrote it";
  if (granted < 2 * TrunkLimits::refresh_s) line += "; for so brief a time that calls may be missed";
  if (!proven) line += "; whoever answered gives a wrong proof of the password";
  settle(turn, State::registered, std::move(line));
}

void Registration::interval_too_brief(Turn& turn, const RegisterReply& reply) {
  const std::uint32_t wanted = reply.min_expires_s.value_or(0);
  if (wanted <= asked_s_ || wanted > TrunkLimits::expires_s || ++interval_refusals_ > TrunkLimits::interval_refusals)
    return refuse(turn, "the provider refuses every interval (423)");
  asked_s_ = wanted;
  rounds_ = {};
  send_known(turn);
}

void Registration::redirected(Turn& turn, const RegisterReply& reply) {
  const auto& hosts = terms_.redirect_hosts;
  const bool allowed = std::find(hosts.begin(), hosts.end(), reply.redirect_host) != hosts.end();
  if (!allowed || !is_text(reply.redirect_uri, WireLimits::target_bytes))
    return refuse(turn,
                  fmt::format("the provider sends us elsewhere ({}), where we are not allowed to go", reply.status));
  if (++redirects_ > TrunkLimits::redirects) return refuse(turn, "the provider keeps on sending us elsewhere");
  uri_ = reply.redirect_uri;
  locate(turn);
}

void Registration::unanswered(Turn turn, std::uint32_t cseq) {
  if (awaiting_ != Awaiting::reply || cseq != cseq_) return;
  awaiting_ = Awaiting::nothing;
  if (state_ == State::stopping) return settle(turn, State::stopped, "stopped; the provider did not answer");
  next_address(turn, {}, "the provider does not answer");
}

void Registration::next_address(Turn& turn, std::optional<std::uint32_t> retry_after_s, std::string line) {
  if (refreshing_) return begin(turn);
  if (target_ + 1 >= targets_) return wait(turn, retry_after_s, std::move(line));
  ++target_;
  rounds_ = {};
  send_known(turn);
}

void Registration::wait(Turn& turn, std::optional<std::uint32_t> retry_after_s, std::string line) {
  awaiting_ = Awaiting::nothing;
  failures_ = std::min(failures_ + 1, 32u);
  const std::int64_t asked_ms = std::int64_t{std::min(retry_after_s.value_or(0), TrunkLimits::retry_after_s)} * 1'000;
  const std::int64_t own_ms = pause_ms(terms_.retry_base_s, terms_.retry_max_s, failures_, turn.means.random);
  deadline_ms_ = turn.now.mono_ms + std::max(asked_ms, own_ms);
  settle(turn, State::waiting, std::move(line));
}

void Registration::refuse(Turn& turn, std::string line) {
  awaiting_ = Awaiting::nothing;
  refreshing_ = false;
  deadline_ms_ = turn.now.mono_ms +
                 pause_ms(terms_.refused_retry_base_s, terms_.refused_retry_max_s, ++refusals_, turn.means.random);
  refusals_ = std::min(refusals_, 32u);
  settle(turn, State::refused, std::move(line));
}

void Registration::path_lost(Turn turn) {
  if (state_ != State::registered || awaiting_ != Awaiting::nothing) return;
  bound_until_ms_ = 0;
  // Who closes every connection at once does not make us register without a pause.
  const std::int64_t soonest_ms = accepted_ms_ + std::int64_t{TrunkLimits::refresh_s} * 1'000;
  const auto spread_ms = static_cast<std::int64_t>(turn.means.random.below(path_lost_spread_ms));
  deadline_ms_ = std::min(deadline_ms_, std::max(soonest_ms, turn.now.mono_ms) + spread_ms);
  settle(turn, State::registered, "registered, but the connection to the provider is gone");
}

void Registration::handle_timer(Turn turn) {
  if (turn.now.mono_ms < deadline_ms_) return;
  deadline_ms_ = never_ms;
  if (awaiting_ == Awaiting::reply) return unanswered(turn, cseq_);
  if (awaiting_ == Awaiting::addresses) return located(turn, 0);
  start(turn);
}

void Registration::stop(Turn turn) {
  if (state_ == State::stopping || state_ == State::stopped) return;
  const bool maybe_bound = is_bound(turn.now) || awaiting_ == Awaiting::reply;
  if (!maybe_bound || targets_ == 0) return settle(turn, State::stopped, "stopped");
  target_ = std::min(target_, targets_ - 1);
  settle(turn, State::stopping, "taking the registration back");
  rounds_ = {};
  send_known(turn);
}

void Registration::settle(Turn& turn, State state, std::string line) {
  if (state == State::stopped) {
    awaiting_ = Awaiting::nothing;
    deadline_ms_ = never_ms;
    bound_until_ms_ = 0;
    service_routes_.clear();
    associated_uris_.clear();
    paths_.clear();
  }
  if (std::exchange(state_, state) == state && told_ == line) return;
  told_ = line;
  turn.out.push_back(RegistrationChanged{state, std::move(line)});
}

std::string_view text_of(RegistrationState state) {
  switch (state) {
    case State::idle:
      return "idle";
    case State::trying:
      return "trying";
    case State::registered:
      return "registered";
    case State::waiting:
      return "waiting";
    case State::refused:
      return "refused";
    case State::stopping:
      return "stopping";
    case State::stopped:
      return "stopped";
  }
  return "idle";
}

}  // namespace rf::trunk
