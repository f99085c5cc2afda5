// Commands to a running server.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <memory>

#include "app/event_commands.hpp"
#include "app/fence_commands.hpp"
#include "app/host.hpp"
#include "app/links.hpp"
#include "app/listeners.hpp"
#include "app/object_commands.hpp"
#include "app/patterns.hpp"
#include "app/people_commands.hpp"
#include "app/plan_commands.hpp"
#include "app/server.hpp"
#include "app/settings.hpp"
#include "app/spending.hpp"
#include "app/tenants.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr std::uint32_t engine_answer_ms = 5'000;

std::unexpected<Error> no_answer() {
  return std::unexpected(Error{Code::busy, "the engine did not answer in time", "try again; see the log"});
}

/// The one extension that is another now.
std::optional<store::Store::Numbered> numbered(const command::Command& command, TenantId tenant) {
  const auto of = [&](const auto* c) {
    return c ? std::optional(store::Store::Numbered(tenant, c->number)) : std::nullopt;
  };
  for (const auto& found : {of(std::get_if<command::AddExtension>(&command)),
                            of(std::get_if<command::SetExtension>(&command)),
                            of(std::get_if<command::RemoveExtension>(&command)),
                            of(std::get_if<command::RemoveDevice>(&command)),
                            of(std::get_if<command::ResetPassword>(&command))})
    if (found) return found;
  return std::nullopt;
}

/// Whether extensions are others now, or whose domains are whose.
bool changes_policy(const command::Command& command) {
  return std::holds_alternative<command::TenantCommand>(command) ||
         std::holds_alternative<command::PolicyApply>(command) || numbered(command, {}).has_value();
}

Json port_row(std::string_view service, std::string_view protocol, std::string address, std::string port,
              std::string_view state) {
  return {{"service", service},
          {"protocol", protocol},
          {"address", std::move(address)},
          {"port", std::move(port)},
          {"state", state}};
}

std::string web_bind_text(const config::WebSettings& web) {
  if (web.reach == config::Reach::one) return web.address.text();
  return web.reach == config::Reach::any ? "any" : "local";
}

void add_other_ports(Json& list, const config::Settings& s, std::string_view state) {
  list.push_back(
      port_row("media", "udp", "per call", fmt::format("{}-{}", s.media.first_port, s.media.last_port), state));
  if (s.web.enabled) list.push_back(port_row("https", "tcp", web_bind_text(s.web), std::to_string(s.web.port), state));
  if (s.metrics.enabled)
    list.push_back(
        port_row("metrics", "tcp", s.metrics.bind.address.text(), std::to_string(s.metrics.bind.port), state));
  list.push_back(port_row("control", "unix", s.control_path(), "-", state));
}

std::string protocol_of(Transport transport) {
  return is_stream(transport) ? "tcp" : "udp";
}

}  // namespace

Json configured_ports(const config::Settings& settings) {
  Json list = Json::array();
  for (const policy::Listener& one : expand(settings.listeners, local_addresses_of_host(), has_ipv6()))
    list.push_back(port_row(fmt::format("sip {}", name_of(one.transport)), protocol_of(one.transport),
                            one.bind.address.text(), std::to_string(one.bind.port), "configured"));
  add_other_ports(list, settings, "configured");
  return {{"ports", std::move(list)}};
}

Json Server::ports() {
  const std::lock_guard lock(mutex_);
  Json list = Json::array();
  for (const net::ListenerState& state : listener_states_)
    list.push_back(port_row(fmt::format("sip {}", name_of(state.transport)), protocol_of(state.transport),
                            state.bound.address.text(), std::to_string(state.bound.port),
                            state.error.empty() ? "open" : state.error));
  add_other_ports(list, settings_, "open");
  if (const auto fault = warnings_.find("web"); fault != warnings_.end())
    for (Json& row : list)
      if (row["service"] == "https") row["state"] = fault->second;
  return {{"ports", std::move(list)}};
}

Json Server::media_list() {
  const bool elsewhere = media_servers_ != nullptr;
  Json out{{"engine", elsewhere ? "rtpengine" : "relay"},
           {"servers", elsewhere ? media_servers_->list() : Json::array()}};
  const std::lock_guard lock(mutex_);
  if (elsewhere) out["fallback"] = settings_.media.falls_back ? "relay" : "refuse";
  return out;
}

Json Server::status() {
  const auto answer = carrier_->questions().ask(effect::GetStatus{}, engine_answer_ms);
  const std::lock_guard lock(mutex_);
  Json out{{"version", circumstances_.version},
           {"pid", ::getpid()},
           {"started", timestamp(started_wall_ms_)},
           {"started_ms", started_wall_ms_},
           {"uptime_s", (wall_now_ms() - started_wall_ms_) / 1'000},
           {"realm", settings_.server.realm},
           {"data_dir", settings_.server.data_dir},
           {"config", settings_.file},
           {"extensions", policy_->extensions().size()}};
  Json listeners = Json::array(), limits = Json::array(), warnings = Json::array();
  const auto* s = answer ? &std::get<effect::Status>(*answer) : nullptr;
  for (const net::ListenerState& state : listener_states_)
    listeners.push_back({{"transport", name_of(state.transport)},
                         {"address", state.bound.text()},
                         {"state", state.error.empty() ? "open" : state.error}});
  for (const auto& [about, warning] : warnings_) warnings.push_back(warning);
  if (s != nullptr) {
    out["stopping"] = s->stopping;
    out["counters"] = {{"calls_started", s->calls_started}, {"calls_answered", s->calls_answered},
                       {"messages_in", s->messages_in},     {"messages_out", s->messages_out},
                       {"malformed", s->malformed},         {"challenges", s->challenges},
                       {"auth_failures", s->auth_failures}, {"refused_in_dialog", s->refused_in_dialog}};
  } else {
    warnings.push_back("the engine does not answer");
  }
  const firewall::State state = enforcement();
  Json dropped = Json::object();
  if (circumstances_.firewall) {
    const firewall::Counters kernel = circumstances_.firewall->counters();
    for (std::size_t i = 0; i < firewall::rules; ++i)
      dropped[std::string(name_of(static_cast<firewall::Rule>(i)))] = kernel.dropped[i].packets;
  }
  if (const PublicAddress::State seen = public_address_.state(); !seen.from.empty()) {
    out["public_address"] = {{"address", seen.address ? Json(seen.address->text()) : Json()},
                             {"from", seen.from},
                             {"asked_ms", seen.asked_wall_ms},
                             {"problem", seen.problem}};
    if (!seen.problem.empty())
      warnings.push_back(
          fmt::format("{} {}; {}", seen.from, seen.problem,
                      seen.address ? "what it said before is told on" : "peers outside cannot reach us"));
  }
  out["enforcement"] = {{"means", name_of(state.backend)}, {"why", state.why}, {"dropped", std::move(dropped)}};
  for (const effect::Gauge& gauge : bounds(s, settings_, web_counters()))
    limits.push_back({{"name", gauge.name}, {"used", gauge.used}, {"limit", gauge.limit}});
  if (media_servers_ && media_servers_->now().up == 0)
    warnings.push_back(fmt::format("no media server answers: {}; see: ringfence media list",
                                   settings_.media.falls_back ? "calls are relayed here" : "calls are refused"));
  if (writer_->statistics().failing) warnings.push_back("the disk does not take records");
  if (log_->counters().dropped > 0)
    warnings.push_back(fmt::format("{} log lines were dropped", log_->counters().dropped));
  out["listeners"] = std::move(listeners);
  out["limits"] = std::move(limits);
  out["warnings"] = std::move(warnings);
  return out;
}

config::Settings Server::current_settings() {
  const std::lock_guard lock(mutex_);
  return settings_;
}

policy::PolicyRef Server::policy() {
  const std::lock_guard lock(mutex_);
  return policy_;
}

ExtensionId Server::extension_of(TenantId tenant, const std::string& number) {
  const policy::PolicyRef policy = this->policy();
  const policy::Extension* extension = policy->by_number(tenant, number);
  return extension == nullptr ? ExtensionId{} : extension->id;
}

std::optional<Outcome> Server::execute_running(const command::Checked& checked) {
  const command::Command& command = checked.command;
  const TenantId tenant = checked.acts_in;
  const auto unknown = [](const std::string& number) {
    return std::unexpected(
        Error{Code::not_found, fmt::format("there is no extension {}", number), "see: ringfence extension list"});
  };
  const policy::PolicyRef policy = this->policy();
  const auto number_of = [&](ExtensionId id) {
    const policy::Extension* extension = policy->by_id(id);
    return extension == nullptr ? std::string() : extension->number;
  };
  const auto done = [](const std::optional<effect::CommandResult>& answer, std::string_view what,
                       std::string_view where) -> Outcome {
    if (!answer) return no_answer();
    if (const auto* missing = std::get_if<effect::NotFound>(&*answer))
      return std::unexpected(Error{Code::not_found, missing->what, fmt::format("see: {}", where)});
    if (std::holds_alternative<effect::NotStored>(*answer))
      return std::unexpected(Error{Code::failed, "the disk did not take it; nothing was changed", "see the log"});
    const std::uint64_t count = std::get<effect::Done>(*answer).count;
    return Json{{"count", count}, {"message", fmt::format("{} {}.", count, what)}};
  };
  Questions& questions = carrier_->questions();

  if (std::holds_alternative<command::GetStatus>(command)) return status();
  if (std::holds_alternative<command::ListPorts>(command)) return ports();
  if (std::holds_alternative<command::ListMedia>(command)) return media_list();
  if (const auto* c = std::get_if<command::ListRegistrations>(&command)) {
    const ExtensionId extension = extension_of(tenant, c->number);
    if (!c->number.empty() && !extension) return unknown(c->number);
    const auto answer = questions.ask(effect::ListRegistrations{extension}, engine_answer_ms);
    if (!answer) return no_answer();
    Json list = Json::array();
    for (const record::Binding& binding : std::get<effect::Registrations>(*answer).bindings)
      if (const policy::Extension* const whose = policy->by_id(binding.extension); whose && whose->tenant == tenant)
        list.push_back(json_of(binding, number_of(binding.extension), wall_now_ms()));
    return Json{{"registrations", std::move(list)}};
  }
  if (const auto* c = std::get_if<command::RemoveRegistrations>(&command)) {
    const ExtensionId extension = extension_of(tenant, c->number);
    if (!extension) return unknown(c->number);
    return done(questions.ask(effect::RemoveRegistrations{extension, c->contact}, disk_wait_ms()), "removed",
                "ringfence registration list");
  }
  const auto* habits = std::get_if<command::ShowPattern>(&command);
  if (habits || std::holds_alternative<command::ListPatterns>(command)) {
    const ExtensionId extension = habits ? extension_of(tenant, habits->number) : ExtensionId{};
    if (habits && !extension) return unknown(habits->number);
    std::unique_lock records_lock(records_mutex_);
    const toll::PlanRef plan = plan_;
    records_lock.unlock();
    return show_patterns(questions, *plan, *policy, {tenant, extension}, engine_answer_ms);
  }
  if (std::holds_alternative<command::ListCalls>(command)) {
    const auto answer = questions.ask(effect::ListCalls{}, engine_answer_ms);
    if (!answer) return no_answer();
    const bool reads_records = !checked.by || checked.by->may(access::Permission::cdr_read);
    Json list = Json::array();
    for (const effect::RunningCall& call : std::get<effect::Calls>(*answer).calls)
      if (call.cdr.tenant == tenant)
        list.push_back(json_of(call, number_of(call.cdr.callee), wall_now_ms(), reads_records));
    return Json{{"calls", std::move(list)}};
  }
  if (const auto* c = std::get_if<command::HangUp>(&command))
    return done(questions.ask(effect::HangUp{c->id, tenant}, engine_answer_ms), "ended", "ringfence call list");
  return std::nullopt;
}

Outcome Server::carry_out_for(const command::Checked& checked, const std::string& actor,
                              const std::function<bool()>& still) {
  std::unique_lock lock(changes_mutex_, std::defer_lock);
  if (checked.spec->changes) {
    lock.lock();
    if (!still()) return std::unexpected(Error{Code::conflict, "it has changed since", "look again"});
  }
  // What is done elsewhere than in the database is done when the disk has that it was asked for. The rest shares a
  // write of the disk with running calls, whose writer is kept waiting by nobody who waits for the disk.
  const bool with_next = checked.spec->changes && !checked.spec->needs_server;
  Carried carried = carry_out(checked, {actor,
                                        [&](audit::Event event) {
                                          const std::lock_guard records_lock(records_mutex_);
                                          std::optional<store::Store::WithNext> deferred;
                                          if (with_next) deferred.emplace(records_->store);
                                          return records_->store.append_audit(std::move(event));
                                        },
                                        [this](const command::Checked& each) { return execute(each); }});
  if (checked.spec->changes)
    log_->audit(actor, checked.audit, carried.outcome ? "done" : carried.outcome.error().message);
  if (!carried.came) return std::move(carried.outcome);
  const auto kept = keep_audit(*carried.came);
  // Whoever changes something next waits for the same write of the disk, not for another.
  lock.unlock();
  const bool on_disk = kept();
  if (!on_disk)
    log_->say(effect::Level::error, "audit", fmt::format("what came of a command of {} is not on disk", actor));
  return answer_of(std::move(carried), on_disk);
}

std::function<bool()> Server::keep_audit(const audit::Event& event) {
  const auto told = std::make_shared<std::promise<bool>>();
  if (!writer_ || !writer_->push(store::AppendAudit{event, [told](bool ok) { told->set_value(ok); }}))
    return [this, event] { return append_audit(event).has_value(); };
  return [this, event, told] {
    auto answer = told->get_future();
    if (answer.wait_for(std::chrono::milliseconds(Patience::disk_ms)) != std::future_status::ready) return false;
    return answer.get() || append_audit(event).has_value();
  };
}

Outcome Server::execute(const command::Checked& asked) {
  const auto placed = in_tenant(policy()->tenants, asked);
  if (!placed) return std::unexpected(placed.error());
  const command::Checked& checked = *placed;
  const command::Command& command = checked.command;
  if (const auto* c = std::get_if<command::Reload>(&command)) return reload(c->caller, c->force);
  if (const auto* c = std::get_if<command::ShowFirewall>(&command)) return fence_json(current_settings(), c->format);
  if (std::holds_alternative<command::ApplyFirewall>(command))
    return std::unexpected(Error{Code::denied, "the server may not change its host's packet filter",
                                 "on the host, as root: ringfence firewall apply; or load what firewall show writes"});
  if (std::holds_alternative<command::SetSetting>(command) || std::holds_alternative<command::RemoveSetting>(command))
    return change_setting(command);
  if (std::holds_alternative<command::ShowCertificate>(command)) return certificate_json();
  if (std::holds_alternative<command::RenewCertificate>(command)) return acme_->renew();
  if (const auto* c = std::get_if<command::InstallCertificate>(&command)) return install_certificate(c->pem);
  if (std::holds_alternative<command::RemoveCertificate>(command)) return remove_certificate();
  if (std::holds_alternative<command::ShowAuthority>(command)) return authority_json();
  if (std::holds_alternative<command::Stop>(command)) {
    circumstances_.ask_stop();
    return Json{{"message", "The server is stopping."}};
  }
  if (std::holds_alternative<command::ReadTrace>(command))
    return *answer_trace(current_settings(), tracing_ ? &tracing_->recorder() : nullptr, checked);
  // It waits for somebody elsewhere: not with a lock.
  if (const auto* events = std::get_if<command::EventCommand>(&command))
    if (const auto* test = std::get_if<command::TestContact>(events)) return events_->test(test->contact);
  if (auto outcome = execute_running(checked)) return std::move(*outcome);
  if (auto outcome = execute_guard(command)) return std::move(*outcome);
  // The journal has one writer, and that is the engine.
  if (const auto* credit = std::get_if<command::AddCredit>(&command))
    return add_credit_running(*credit, checked.acts_in);
  const std::lock_guard records_lock(records_mutex_);
  records_->tenant = checked.acts_in;
  records_->bounded = checked.by && checked.by->tenant;
  records_->dealer = checked.by ? checked.by->dealer : std::string();
  std::optional<store::Store::WithNext> with_next;
  if (checked.spec->changes) with_next.emplace(records_->store);
  const auto* reset = std::get_if<command::ResetPassword>(&command);
  const ExtensionId thrown_out = reset == nullptr ? ExtensionId{} : extension_of(checked.acts_in, reset->number);
  const auto* shut_out = std::get_if<command::RemoveDevice>(&command);
  const DeviceId device =
      shut_out == nullptr ? DeviceId{} : device_named(*policy(), checked.acts_in, shut_out->number, shut_out->name);
  const auto before = device ? running_of(device) : std::nullopt;
  if (auto answer = answer_audit(*records_, command, wall_now_ms())) return std::move(*answer);
  const config::Settings settings = current_settings();
  if (auto shown = show_settings({circumstances_.place, records_->store, &settings}, command))
    return std::move(*shown);
  if (auto outcome = show_tenants(*records_, checked)) return std::move(*outcome);
  if (auto outcome = change_people(*records_, logins_.get(), checked, wall_now_ms())) return std::move(*outcome);
  if (auto outcome = change_events(*records_, events_.get(), checked, wall_now_ms())) return std::move(*outcome);
  if (asks_plan(command)) return answer_by_plan(*records_, *plan_, command, wall_now_ms());
  std::optional<Outcome> outcome;
  const policy::PolicyRef policy_now = policy();
  const PolicySides sides{guard_side(guard_desk(settings, *policy_now), checked), event_side(events_.get(), checked)};
  if (auto changed = change_objects(*records_, command, wall_now_ms(), sides)) {
    if (changed->rules) publish_guard(std::move(changed->rules));
    if (changed->plan) {
      const std::lock_guard lock(mutex_);
      plan_before_ = std::exchange(plan_, std::move(changed->plan));
      publish_plan();
    }
    outcome = std::move(changed->outcome);
  } else {
    outcome = records_->execute(command, wall_now_ms());
  }
  if (outcome && *outcome) add_trunk_states(command, **outcome);
  if (!outcome) return std::unexpected(Error{Code::failed, "this command is not for a running server", ""});
  if (*outcome && changes_policy(command)) {
    std::unique_lock lock(mutex_);
    if (auto published = publish_policy(numbered(command, checked.acts_in)); !published)
      return std::unexpected(Error{Code::failed,
                                   "it is on disk, but the running server could not take it over: " + published.error(),
                                   "restart the server"});
    // A number that was made up as a decoy may be real from now on, and the first extensions show how decoys look.
    const std::vector<std::string>& decoys = guard_->rules.decoys;
    const bool outdated =
        decoys.size() < settings_.guard.decoys ||
        std::any_of(decoys.begin(), decoys.end(), [&](const std::string& number) { return policy_->knows(number); });
    const std::vector<policy::Extension>& extensions = policy_->extensions();
    const bool unknown_places =
        !guard_->around.countries && std::any_of(extensions.begin(), extensions.end(),
                                                 [](const auto& extension) { return extension.phone.countries.any(); });
    std::vector<std::string> notes;
    if (outdated || unknown_places)
      if (auto rules = compile_guard(settings_, *policy_, notes)) publish_guard(std::move(*rules));
    lock.unlock();
    if (thrown_out) throw_out(thrown_out, **outcome);
    if (device) tell_what_ended(device, before, **outcome);
  }
  return std::move(*outcome);
}

/// It is answered when the disk has it, or has had its time.
std::uint32_t Server::disk_wait_ms() {
  return std::min(policy()->limits.store_wait_max_s * 1'000 + engine_answer_ms, Patience::control_answer_ms - 1'000);
}

Outcome Server::add_credit_running(const command::AddCredit& command, TenantId tenant) {
  std::unique_lock lock(records_mutex_);
  const auto account = account_of(*records_, tenant, command.whom);
  if (!account) return std::unexpected(account.error());
  const money::Currency currency = plan_->terms().currency;
  const toll::Payer payer = toll::payer_of(*plan_, tenant, *account);
  const bool prepaid = payer.terms && payer.terms->money.prepaid;
  lock.unlock();
  if (!prepaid)
    return std::unexpected(Error{Code::conflict,
                                 fmt::format("{} does not pay in advance, so it has no credit", command.whom),
                                 fmt::format("ringfence limit set {} --prepaid", command.whom)});
  const auto amount = money::Amount::parse(command.amount, currency);
  if (!amount)
    return std::unexpected(Error{Code::invalid, fmt::format("\"{}\" is no amount", command.amount),
                                 std::string(money::text_of(amount.error()))});
  const auto answer = carrier_->questions().ask(effect::TopUp{tenant, *account, *amount}, disk_wait_ms());
  if (!answer)
    return std::unexpected(Error{Code::failed, "the disk has not taken it yet; it counts as soon as it has",
                                 "do not repeat it before you have seen: ringfence spend list"});
  if (const auto* refused = std::get_if<effect::Refused>(&*answer))
    return std::unexpected(Error{Code::failed, refused->why, "nothing was changed"});
  const money::Amount left = std::get<effect::Credited>(*answer).left;
  return credited_json(command.whom, *amount, left);
}

/// Of trunks, what only the engine knows.
void Server::add_trunk_states(const command::Command& command, Json& outcome) {
  const auto* list = std::get_if<command::ListObjects>(&command);
  const auto* show = std::get_if<command::ShowObject>(&command);
  if ((list == nullptr || list->kind != document::Kind::trunk) &&
      (show == nullptr || show->kind != document::Kind::trunk))
    return;
  const auto answer = carrier_->questions().ask(effect::ListTrunks{}, engine_answer_ms);
  if (!answer) return;
  const auto state_of = [&](const std::string& name) -> Json {
    for (const effect::TrunkNow& now : std::get<effect::Trunks>(*answer).trunks)
      if (const toll::TrunkTerms* const terms = plan_->trunk(now.id);
          terms != nullptr && terms->line.name == name && terms->line.tenant == records_->tenant)
        return json_of(now);
    return {{"health", "switched off"}};
  };
  if (show != nullptr) outcome["now"] = state_of(show->name);
  if (list != nullptr)
    for (Json& each : outcome["objects"]) each["now"] = state_of(each.value("name", ""));
}

// Whoever registered with the old password is gone with the new policy; what is left of them are calls, and writes from
// before that the disk still has to see.
void Server::throw_out(ExtensionId extension, Json& outcome) {
  Questions& questions = carrier_->questions();
  std::uint64_t ended = 0;
  const auto running = questions.ask(effect::ListCalls{}, engine_answer_ms);
  bool all = running.has_value();
  if (running)
    for (const effect::RunningCall& call : std::get<effect::Calls>(*running).calls) {
      if ((call.cdr.caller != extension && call.cdr.callee != extension) || !all) continue;
      const auto done = questions.ask(effect::HangUp{call.cdr.id}, engine_answer_ms);
      if (!done) all = false;
      if (done && std::holds_alternative<effect::Done>(*done)) ended += std::get<effect::Done>(*done).count;
    }
  outcome["calls_ended"] = ended;
  Json warnings = Json::array();
  if (!all)
    warnings.push_back(
        "the engine did not answer in time: calls of the old password may still run; see: ringfence call list");
  if (!writer_->flush(engine_answer_ms))
    warnings.push_back(
        "the disk does not take that the old registrations are gone: they do not ring, but a crash may bring them "
        "back; "
        "see the log, then: ringfence registration remove");
  if (!warnings.empty()) outcome["warnings"] = std::move(warnings);
}

}  // namespace rf::app
