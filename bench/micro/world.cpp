#include "bench/micro/world.hpp"

#include <fmt/format.h>

#include "bench/load/phones.hpp"
#include "core/base/check.hpp"

namespace rf::bench {

policy::PolicyRef policy_of(std::uint32_t accounts) {
  auto made = std::make_shared<policy::Policy>();
  made->version = 1;
  made->realm = realm;
  made->local_networks.push_back(*Subnet::parse("127.0.0.0/8"));
  // Ports rest for two seconds after a call, and these benches make a thousand calls a second.
  made->media_ports = {10'000, 59'999};
  policy::Listener listener;
  listener.id = ListenerId{1};
  listener.bind = phone_flow(1).local;
  made->listeners.push_back(listener);
  // One phone places all the calls.
  made->limits.attempts_per_s = 1'000'000;
  made->limits.registers_per_s = made->limits.requests_per_s = 1'000'000;
  std::vector<policy::Extension> extensions(accounts);
  for (std::uint32_t i = 0; i < accounts; ++i) {
    const load::Account account = load::account_of(first_account + i);
    policy::Extension& extension = extensions[i];
    extension.id = ExtensionId{i + 1};
    extension.tenant = TenantId{1};
    extension.number = account.number;
    extension.auth_name = account.auth_name;
    for (std::size_t a = 0; a < policy::algorithm_count; ++a) {
      extension.credentials.ha1[a] = Secret(
          auth::ha1(static_cast<policy::Algorithm>(a), account.auth_name, realm, account.password));
    }
  }
  RF_CHECK(!made->compile(std::move(extensions)));
  return made;
}

Phone::Phone(std::uint32_t number, policy::Algorithm algorithm) : algorithm_(algorithm) {
  const load::Account account = load::account_of(number);
  auth_name_ = account.auth_name;
  ha1_ = auth::ha1(algorithm, account.auth_name, realm, account.password);
}

std::string Phone::answer(std::string_view response, std::string_view method, std::string_view uri) const {
  const std::string wanted = fmt::format("algorithm={}", auth::text_of(algorithm_));
  while (!response.empty()) {
    const std::size_t end = response.find('\n');
    std::string_view line = response.substr(0, end);
    response.remove_prefix(end == std::string_view::npos ? response.size() : end + 1);
    const bool proxy = line.starts_with("Proxy-Authenticate: ");
    if ((!proxy && !line.starts_with("WWW-Authenticate: ")) || line.find(wanted) == std::string_view::npos) continue;
    const std::string_view nonce = load::challenge_field(line, "nonce");
    const std::string digest = auth::response(algorithm_, ha1_, nonce, "00000001", "c", method, uri);
    return fmt::format(
        "{}: Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\", {}, cnonce=\"c\", qop=auth, "
        "nc=00000001\r\n",
        proxy ? "Proxy-Authorization" : "Authorization", auth_name_, realm, nonce, uri, digest, wanted);
  }
  RF_CHECK(false);
  return {};
}

engine::Engine::Defence World::defence() {
  // All of this comes from one address, as fast as it goes: the guard counts it and is told to let it live.
  guard::Surroundings around;
  around.keep.push_back({{phone_flow(1).remote.address, 128}, "the bench"});
  return {*guard::Compiled::compile(guard::Rules::defaults(), std::move(around)), {}};
}

World::World(std::uint32_t accounts) : engine_(now_, policy_of(accounts), engine::Engine::Seeds{{}, {}}, defence()) {}

void World::packet(std::string text, std::uint16_t port) {
  engine_.handle(now_, engine::PacketIn{phone_flow(port), std::span<char>(text.data(), text.size())}, effects_);
  carry_out();
}

void World::carry_out() {
  std::vector<engine::Input> answers;
  while (!effects_.list().empty()) {
    answers.clear();
    for (effect::Effect& effect : effects_.list()) {
      if (const auto* send = std::get_if<effect::Send>(&effect)) {
        ++dropped_;
        if (keep_) sent_.push_back({send->flow.remote.port, std::string(effects_.bytes_of(*send))});
      } else if (const auto* binding = std::get_if<effect::StoreBinding>(&effect)) {
        if (binding->ticket != 0) answers.emplace_back(engine::Stored{binding->ticket, true});
      } else if (const auto* cdr = std::get_if<effect::OpenCdr>(&effect)) {
        if (cdr->ticket != 0) answers.emplace_back(engine::Stored{cdr->ticket, true});
      } else if (const auto* start = std::get_if<effect::StartRelay>(&effect)) {
        relays_[start->plan.id] = start->plan.call;
      } else if (const auto* stop = std::get_if<effect::StopRelay>(&effect)) {
        media::RelayReport report;
        report.id = stop->relay;
        report.call = relays_[stop->relay];
        relays_.erase(stop->relay);
        answers.emplace_back(engine::RelayReported{report, true});
      }
    }
    effects_.clear();
    for (engine::Input& answer : answers) engine_.handle(now_, std::move(answer), effects_);
  }
}

std::vector<World::Sent> World::take() { return std::exchange(sent_, {}); }
std::size_t World::drop() { return std::exchange(dropped_, 0); }

void World::advance(std::int64_t ms) {
  now_.mono_ms += ms;
  now_.wall_ms += ms;
  if (engine_.next_deadline() <= now_.mono_ms) {
    engine_.handle(now_, engine::Tick{}, effects_);
    carry_out();
  }
}

}  // namespace rf::bench
