// The browsers that one-time links signed in: how they leave, and what ends with them.
#include <fmt/format.h>

#include <algorithm>

#include "app/host.hpp"
#include "app/links.hpp"
#include "app/server.hpp"
#include "core/base/plain.hpp"

namespace rf::app {
namespace {

constexpr std::uint32_t engine_answer_ms = 5'000;

}  // namespace

web::Answer Server::sign_out(const web::Request& asked) {
  const config::Settings settings = current_settings();
  const auto device = prove_device(*policy(), asked.body);
  if (!device) {
    inlet_.offer(engine::Noticed{asked.remote, Transport::tls, settings.web.port, guard::Observation::auth_failed,
                                 plain(device.error(), WebLimits::device_name_bytes)});
    // What was given as its name may be a password.
    logins_->turned_away("stranger", asked.remote, "sign out a device");
    // One answer, whatever was wrong, also to the password of an extension itself: there is nothing to be tried here.
    return web::problem(403, "this is not the name and the password of a device that a link signed in");
  }
  audit::Event event{wall_now_ms(), "device " + device->auth_name, "login",
                     fmt::format("sign out of extension {} from {}", device->number, asked.remote.address.text()),
                     "asked"};
  {
    const std::lock_guard records_lock(records_mutex_);
    const auto asked_for = records_->store.append_audit(event);
    const auto removed = asked_for ? records_->store.drop_device(device->tenant, device->number, device->auth_name)
                                   : std::unexpected(asked_for.error());
    if (!removed) return web::problem(503, "the server could not write it down; try again");
    event.outcome = *removed ? "done" : "it was gone";
    if (const auto kept = records_->store.append_audit(std::move(event)); !kept)
      log_->say(effect::Level::error, "audit", kept.error().text);
    const std::lock_guard lock(mutex_);
    if (auto published = publish_policy(store::Store::Numbered(device->tenant, device->number)); !published)
      return web::problem(503, "the server could not take it over");
  }
  log_->audit(asked.remote.text(), "device signed out number=" + device->number + " device=" + device->auth_name,
              "done");
  return {200, {{"signed_out", true}}};
}

std::optional<Server::Running> Server::running_of(DeviceId device) {
  Questions& questions = carrier_->questions();
  const auto registrations = questions.ask(effect::ListRegistrations{}, engine_answer_ms);
  const auto calls = questions.ask(effect::ListCalls{}, engine_answer_ms);
  if (!registrations || !calls) return std::nullopt;
  const auto& bindings = std::get<effect::Registrations>(*registrations).bindings;
  const auto& running = std::get<effect::Calls>(*calls).calls;
  const auto count = [](const auto& all, const auto& is_its) {
    return static_cast<std::uint64_t>(std::count_if(all.begin(), all.end(), is_its));
  };
  return Running{count(bindings, [&](const record::Binding& each) { return each.device == device; }),
                 count(running, [&](const effect::RunningCall& each) {
                   return each.state != "ending" &&
                          std::find(each.devices.begin(), each.devices.end(), device) != each.devices.end();
                 })};
}

// The engine has ended them when it took the new policy; this only counts.
void Server::tell_what_ended(DeviceId device, const std::optional<Running>& before, Json& outcome) {
  const auto left = running_of(device);
  if (!before || !left) {
    outcome["warnings"] =
        Json::array({"the engine did not answer in time: what the device had running may not have ended yet; see: "
                     "ringfence call list"});
    return;
  }
  outcome["registrations_ended"] = before->registrations - std::min(before->registrations, left->registrations);
  outcome["calls_ended"] = before->calls - std::min(before->calls, left->calls);
}

}  // namespace rf::app
