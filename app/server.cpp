#include "app/server.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "app/enforcement.hpp"
#include "app/host.hpp"
#include "app/listeners.hpp"
#include "app/patterns.hpp"
#include "app/pins.hpp"
#include "app/settings.hpp"
#include "app/snapshot.hpp"
#include "app/web_reach.hpp"
#include "core/base/limits/events.hpp"
#include "shell/prompts/prompts.hpp"
#include "shell/store/desk.hpp"
#include "shell/tls/installed.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr std::uint32_t stream_grace_ms = 500;
constexpr std::uint32_t care_ms = 1'000;
constexpr std::uint32_t public_address_wait_ms = 3'000;

Now now() {
  timespec mono{};
  ::clock_gettime(CLOCK_MONOTONIC, &mono);
  return {static_cast<std::int64_t>(mono.tv_sec) * 1'000 + mono.tv_nsec / 1'000'000, wall_now_ms()};
}

std::unexpected<Error> fault(std::string message, std::string remedy) {
  return std::unexpected(Error{Code::failed, std::move(message), std::move(remedy)});
}

}  // namespace

log::Options log_options(const config::LogSettings& from) {
  log::Options out;
  out.format = from.format == config::LogFormat::json ? log::Format::json : log::Format::text;
  out.level = from.level;
  out.file = from.file;
  out.show_personal = from.show_personal;
  out.lines_per_min = from.lines_per_min;
  out.file_bytes = std::uint64_t{from.file_mb} * 1'000'000;
  out.files = from.files;
  return out;
}

store::Keep keep_of(const config::RecordSettings& from) {
  return {from.keep_days, std::uint64_t{from.keep_mb} * 1'000'000};
}

Server::Server(config::Settings settings, DataDir data_dir, Circumstances circumstances)
    : settings_(std::move(settings)),
      data_dir_(std::move(data_dir)),
      circumstances_(std::move(circumstances)),
      started_wall_ms_(wall_now_ms()) {
  if (circumstances_.json) settings_.log.format = config::LogFormat::json;
}

std::expected<std::unique_ptr<Server>, Error> Server::start(config::Settings settings, DataDir data_dir,
                                                            Circumstances circumstances) {
  std::unique_ptr<Server> server(new Server(std::move(settings), std::move(data_dir), std::move(circumstances)));
  auto log = log::Log::open(log_options(server->settings_.log));
  if (!log) return fault(log.error(), "check log.file");
  server->log_ = std::move(*log);
  const config::Settings& s = server->settings_;
  server->events_ = std::make_unique<Events>(
      Events::Options{{s.store_path(), s.store.synchronous, 5'000}, s.server.realm, s.log.show_personal});
  server->log_->listen([events = server->events_.get()](const log::Line& line) { events->hear(line); });
  for (const auto step : {&Server::open_records, &Server::open_logins, &Server::open_engine, &Server::open_listeners,
                          &Server::open_doors}) {
    if (auto done = (server.get()->*step)(); !done) {
      // Whoever started us reads it on standard error; a log file is read later.
      if (!server->settings_.log.file.empty())
        server->log_->say(effect::Level::error, "start_failed", done.error().message);
      return std::unexpected(done.error());
    }
  }
  return server;
}

std::expected<void, Error> Server::open_records() {
  auto records = Records::open({settings_.store_path(), settings_.store.synchronous, 5'000}, data_dir_.key_path(),
                               settings_.server.realm);
  if (!records) return std::unexpected(records.error());
  records_.emplace(std::move(*records));
  auto kept = settled(circumstances_.place, records_->store);
  if (!kept) return std::unexpected(kept.error());
  take_settable(settings_, kept->settings);
  for (const std::string& each : kept->passed_over) log_->say(effect::Level::warning, "setting", each);
  records_->limits = settings_.limits;
  records_->domains = settings_.server.domains;
  if (const auto started = append_audit({wall_now_ms(), "system", "system", "start " + circumstances_.version, "done"});
      !started)
    return std::unexpected(error_of(started.error()));
  if (auto opened = events_->open(records_->vault); !opened) return opened;
  if (settings_.web.enabled) records_->web = web_address(settings_);
  const auto interrupted = records_->store.close_interrupted_cdrs(wall_now_ms());
  if (!interrupted) return std::unexpected(error_of(interrupted.error()));
  if (*interrupted > 0)
    log_->say(effect::Level::warning, "calls_interrupted",
              fmt::format("{} calls were running when the server ended last; their records are closed", *interrupted));
  return {};
}

std::expected<void, Error> Server::open_engine() {
  public_address_.use(settings_.public_address, settings_.dns.servers);
  // Who registers with a provider at once tells it an address that it can reach.
  public_address_.wait(public_address_wait_ms);
  listeners_ = listeners_now();
  if (const std::string& interface = settings_.media.interface; !interface.empty() && addresses_of(interface).empty())
    return fault(fmt::format("media.interface {} is not there, not up, or has no address", interface),
                 "write a name that `ip address` shows with an address, or leave media.interface out");
  auto identities = dtls::make_identities(wall_now_ms());
  if (!identities) return fault(identities.error(), "check the OpenSSL of this host");
  media_identities_ = std::move(*identities);
  media_identities_ms_ = wall_now_ms();
  auto extensions = records_->store.load_extensions(records_->vault, settings_.server.realm);
  if (!extensions) return std::unexpected(error_of(extensions.error()));
  auto tenants = records_->store.tenants();
  if (!tenants) return std::unexpected(error_of(tenants.error()));
  auto policy = snapshot(settings_, listeners_, std::move(*extensions), std::move(*tenants), ++policy_version_,
                         media_identities_);
  if (!policy) return fault(policy.error(), "see: ringfence extension list");
  policy_ = std::move(*policy);
  if (auto plan = load_plan(); !plan) return plan;
  tell_house();
  warn_of_numbers();
  if (const auto swept = records_->store.sweep_bindings(wall_now_ms()); !swept)
    return std::unexpected(error_of(swept.error()));
  auto bindings = records_->store.load_bindings(wall_now_ms());
  if (!bindings) return std::unexpected(error_of(bindings.error()));

  auto bans = records_->store.load_bans();
  if (!bans) return std::unexpected(error_of(bans.error()));
  auto sources = records_->store.load_sources();
  if (!sources) return std::unexpected(error_of(sources.error()));
  names_.set_servers(settings_.dns.servers);
  std::vector<std::string> notes;
  auto rules = compile_guard(settings_, *policy_, notes);
  if (!rules) return std::unexpected(rules.error());
  guard_ = std::move(*rules);
  door_.use(guard_);
  for (const guard::Ban& ban : *bans) door_.ban(ban, now());
  for (const std::string& note : notes) log_->say(effect::Level::warning, "blocklist", note);

  engine::Engine::Seeds seeds;
  fill_from_kernel(seeds.random.data(), sizeof seeds.random);
  fill_from_kernel(seeds.auth.data(), sizeof seeds.auth);
  toll::Desk::Options desk_options;
  fill_from_kernel(&desk_options.seed, sizeof desk_options.seed);
  auto opened = store::open_desk(records_->store, desk_options, plan_->terms().currency, now());
  if (!opened.note.empty()) log_->say(effect::Level::warning, "ledger", opened.note);
  std::string pace_note;
  recall_pace(records_->store, *plan_, *opened.desk, now(), pace_note);
  if (!pace_note.empty()) log_->say(effect::Level::warning, "pace", pace_note);
  std::string habits_note;
  auto habits = learned_patterns(records_->store, *plan_, mix64(desk_options.seed), wall_now_ms(), habits_note);
  if (!habits_note.empty()) log_->say(effect::Level::warning, "patterns", habits_note);
  engine_ = std::make_unique<engine::Engine>(now(), policy_, seeds, engine::Engine::Defence{guard_, {}},
                                             std::move(opened.desk), std::move(habits));
  handler_ = std::make_unique<signalling::HandlerOf<engine::Engine>>(*engine_);
  carrier_ = std::make_unique<Carrier>(*log_, inlet_, door_);
  std::string trace_note;
  tracing_ = Tracing::start(settings_, *log_, trace_note);
  if (!trace_note.empty()) warnings_["trace"] = trace_note;
  carrier_->connect(tracing_.get());

  store::WriterOptions writer_options;
  writer_options.queue_max = settings_.limits.store_queue_max;
  writer_options.keep = keep_of(settings_.records);
  auto writer = store::StoreWriter::start(
      {settings_.store_path(), settings_.store.synchronous, 5'000}, writer_options,
      [this](std::span<const engine::Stored> stored) {
        std::vector<engine::Input> inputs(stored.begin(), stored.end());
        inlet_.post(inputs);
      },
      [this](const store::WriterNotice& notice) { log_->say(notice.level, "store", notice.text); });
  if (!writer) return std::unexpected(error_of(writer.error()));
  writer_ = std::move(*writer);
  relay::Options relay_options;
  relay_options.threads = settings_.media.threads;
  relay_options.transcode_threads = settings_.media.transcode_threads;
  relay_options.dscp = settings_.media.dscp;
  relay_options.interface = settings_.media.interface;
  relay_options.local_v4 = policy_->media_v4;
  relay_options.local_v6 = policy_->media_v6;
  relay_options.warm_ports_max = warm_ports_max();
  relay_ = std::make_unique<relay::Relay>(relay_options, [this](relay::Report report) {
    std::visit([this](auto& one) { inlet_.post(std::move(one)); }, report);
  });
  relay_->use(media_identities_);
  load_prompts();
  reserve_media_ports();
  dns::ResolverOptions resolver_options;
  resolver_options.servers = settings_.dns.servers;
  resolver_ = std::make_unique<dns::Resolver>(resolver_options, [this](QueryId id, txn::DnsResult result) {
    inlet_.post(engine::DnsAnswer{id, std::move(result)});
  });
  carrier_->connect(*writer_, *relay_, *resolver_, circumstances_.firewall.get());
  if (settings_.media.elsewhere) {
    media_servers_ = std::make_unique<MediaServers>(settings_.media.rtpengine, inlet_, *log_);
    carrier_->connect(media_servers_.get());
  }
  raise_firewall();
  if (circumstances_.firewall)
    circumstances_.firewall->ban(kernel_bans(*bans, *bindings, *guard_, wall_now_ms()));

  signalling::LoopOptions loop_options;
  loop_options.streams.limits = settings_.limits;
  loop_options.witness = tracing_.get();
  if (firewall::Firewall* const firewall = circumstances_.firewall.get())
    loop_options.udp.widen = [firewall](int socket) { firewall->widen(socket); };
  loop_options.streams.not_trusted = [this](const Flow& flow, std::string_view fault) {
    log_->say(effect::Level::warning, "certificate_refused",
              fmt::format("{} should show a certificate for {}: {}; nothing is sent there", flow.remote.text(),
                          flow.tls_name.empty() ? flow.remote.address.text() : flow.tls_name, fault));
  };
  loop_options.streams.no_websocket = [this](const Flow& flow, websocket::Refusal refusal, std::string_view origin) {
    tell_of_websocket(flow, refusal, origin);
  };
  loop_options.streams.welcome = [this](const Endpoint& remote, Transport transport, std::uint16_t local_port) {
    return door_.welcomes(remote, transport, local_port, now());
  };
  loop_ = std::make_unique<signalling::SignallingLoop>(loop_options, *handler_, *carrier_);
  inlet_.open(*loop_);
  log_->say(effect::Level::info, "restored",
            fmt::format("{} extensions, {} registrations", policy_->extensions().size(), bindings->size()));
  std::string tries_note;
  toll::PinTries pin_tries = recalled_pin_tries(records_->store, *plan_, now(), tries_note);
  if (!tries_note.empty()) log_->say(effect::Level::warning, "pins", tries_note);
  auto gateways = records_->store.load_gateways();
  if (!gateways) return std::unexpected(error_of(gateways.error()));
  auto dialogs = records_->store.load_dialogs(PartingLimits::dialogs);
  if (!dialogs) return std::unexpected(error_of(dialogs.error()));
  loop_->post(engine::PlanChanged{plan_});
  loop_->post(engine::Restored{std::move(*bindings), std::move(*bans), std::move(*sources), std::move(pin_tries),
                               std::move(*gateways), std::move(*dialogs)});
  loop_->start();
  events_->use_telephone([this](const event::CallTarget& target, std::vector<std::string> clips, std::stop_token stop) {
    return call_about_events(target, std::move(clips), std::move(stop));
  });
  return {};
}

Delivery Server::call_about_events(const event::CallTarget& target, std::vector<std::string> clips,
                                   std::stop_token stop) {
  const auto answer =
      carrier_->questions().ask(effect::Announce{store::default_tenant, target.caller, target.number, std::move(clips)},
                                EventLimits::call_ms, std::move(stop));
  if (!answer) return {event::Result::later, "the call came to no end"};
  if (const auto* refused = std::get_if<effect::Refused>(&*answer))
    return {event::Result::refused, fmt::format("{} may not call {}: {}", target.caller, target.number, refused->why)};
  const auto& called = std::get<effect::Announced>(*answer);
  if (called.answered) return {};
  return {event::Result::later, fmt::format("{} was not reached: {}", target.number, called.why)};
}

std::vector<std::string> Server::load_prompts() {
  prompts::Loaded loaded = prompts::load_prompts(installed("prompts"), settings_.voice.prompts);
  relay_->use(loaded.clips);
  std::erase_if(warnings_, [](const auto& each) { return each.first.starts_with("prompt "); });
  for (std::size_t i = 0; i < loaded.faults.size(); ++i)
    warnings_[fmt::format("prompt {:02}", i)] = loaded.faults[i];
  return std::move(loaded.faults);
}

void Server::reserve_media_ports() {
  const std::uint16_t first = settings_.media.first_port, last = settings_.media.last_port;
  const std::vector<Address> addresses = settings_.media.interface.empty() ? media_addresses(listeners_)
                                                                           : addresses_of(settings_.media.interface);
  HostPorts host{addresses.size(), warm_ports_max(), ephemeral_ports(), {}};
  for (const Address& address : addresses)
    if (const std::size_t count = relay_->reserve(address, first, last); count > 0)
      host.held.emplace_back(address.text(), count);
  for (const std::string_view name : {"calls without ports", "ephemeral ports", "media ports"})
    warnings_.erase(std::string(name));
  warnings_.merge(media_port_warnings(settings_, host));
}

std::expected<void, Error> Server::open_listeners() {
  tls::drop_leftovers(data_dir_.tls_path());
  if (auto certificates = load_certificates(); !certificates) return certificates;
  listener_states_ = loop_->set_listeners(listeners_);
  // Of a listener on several addresses some may be missing (an interface that is going down); the rest is worth
  // starting.
  for (const config::ListenerSettings& wanted : settings_.listeners) {
    std::string first_error;
    bool any = false;
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
      const policy::Listener& one = listeners_[i];
      const bool belongs = one.transport == wanted.transport && one.bind.port == wanted.port &&
                           (wanted.reach != config::Reach::one || one.bind.address == wanted.address);
      if (!belongs) continue;
      const auto state =
          std::find_if(listener_states_.begin(), listener_states_.end(), [&](const auto& s) { return s.id == one.id; });
      if (state != listener_states_.end() && state->error.empty())
        any = true;
      else if (state != listener_states_.end() && first_error.empty())
        first_error = state->error;
    }
    if (!any)
      return fault(first_error.empty() ? fmt::format("port {} has no address to listen on", wanted.port) : first_error,
                   "end the program that has the port, or give the listener another one");
    if (!first_error.empty()) warnings_[fmt::format("listener {}", wanted.port)] = first_error;
  }
  return {};
}

std::expected<void, Error> Server::open_doors() {
  watch_descriptors();
  if (::geteuid() == 0)
    warnings_["root"] = "the server runs as root; make an account for it and name it in server.user";
  make_acme();
  auto control = control::Server::open({settings_.control_path()}, [this](const command::Checked& checked,
                                                                          const std::string& actor,
                                                                          const control::Server::Reply& reply) {
    reply(carry_out_for(checked, actor));
  });
  if (!control) return fault(control.error(), "choose a shorter data directory, or remove what is in the way");
  control_ = std::move(*control);
  if (settings_.metrics.enabled) {
    auto metrics = metrics::HttpEndpoint::open({settings_.metrics.bind},
                                               {[this] { return numbers(); }, [this] { return not_ready(); }});
    // Phones come before monitoring: a taken port here is no reason to be silent there.
    if (metrics)
      metrics_ = std::move(*metrics);
    else
      warnings_["metrics"] = metrics.error() + "; give metrics.port another number";
  }
  open_web();
  acme_->use(settings_.acme);
  rounds_ = std::make_unique<Rounds>(care_ms, [this] { care(); });
  for (const auto& [about, warning] : warnings_) log_->say(effect::Level::warning, "warning", warning);
  std::vector<std::string> where;
  if (web_) where.push_back(fmt::format("https {}", settings_.web.port));
  for (const net::ListenerState& state : listener_states_)
    if (state.error.empty()) where.push_back(fmt::format("{} {}", name_of(state.transport), state.bound.text()));
  tell_audit_head();
  greet_first();
  log_->say(effect::Level::notice, "ready", fmt::format("listening on {}", fmt::join(where, ", ")));
  return {};
}

store::Expected<audit::Entry> Server::append_audit(audit::Event event) {
  const std::lock_guard lock(records_mutex_);
  return records_->store.append_audit(std::move(event));
}

/// So that whoever keeps the log elsewhere can tell later that the audit log's end was cut off.
void Server::tell_audit_head() {
  const std::lock_guard lock(records_mutex_);
  audit_told_ms_ = wall_now_ms();
  log_->say(effect::Level::notice, "audit_checkpoint", checkpoint_text(*records_, audit_told_ms_));
}

void Server::stop(std::uint32_t limit_ms) {
  if (std::exchange(stopped_, true)) return;
  rounds_.reset();
  if (loop_) {
    keep_from_ = 0;
    while (keep_some_sources()) {
    }
    log_->say(effect::Level::notice, "stopping", "calls are ended");
    if (media_servers_) media_servers_->wind_down();
    inlet_.post(engine::StopAsked{});
    if (!carrier_->wait_until_stopped(limit_ms))
      log_->say(effect::Level::warning, "stop_cut_short",
                fmt::format("some calls did not end within {} s", limit_ms / 1'000));
  }
  // First those who ask, then those who answer: nobody is left with a reference to something that is gone.
  control_.reset();
  if (acme_) acme_->stop();
  if (logins_) logins_->stop();
  if (carrier_) carrier_->feed().close();
  web_.reset();
  former_web_.clear();
  metrics_.reset();
  inlet_.close();
  events_->use_telephone({});
  if (loop_) loop_->stop(stream_grace_ms);
  if (carrier_) carrier_->connect(static_cast<Tracing*>(nullptr));
  tracing_.reset();
  circumstances_.firewall.reset();
  resolver_.reset();
  media_servers_.reset();
  relay_.reset();
  const bool written = !writer_ || writer_->close();
  writer_.reset();
  events_->close(EventLimits::farewell_ms);
  if (records_ && log_) {
    if (!append_audit({wall_now_ms(), "system", "system", "stop", "done"}))
      log_->say(effect::Level::error, "audit", "the stop could not be written into the audit log");
    tell_audit_head();
  }
  if (log_ && written) log_->say(effect::Level::notice, "stopped", "everything is on disk");
  if (log_ && !written) log_->say(effect::Level::error, "stopped", "the disk did not take everything");
  if (log_) log_->flush();
}

Server::~Server() {
  if (stopped_) return;
  // A start that failed half-way: no calls yet, so nothing to wait for.
  stopped_ = true;
  rounds_.reset();
  control_.reset();
  if (acme_) acme_->stop();
  if (logins_) logins_->stop();
  if (carrier_) carrier_->feed().close();
  web_.reset();
  former_web_.clear();
  metrics_.reset();
  inlet_.close();
  if (events_) events_->close(0);
  if (loop_) loop_->stop(0);
  circumstances_.firewall.reset();
  resolver_.reset();
  media_servers_.reset();
  relay_.reset();
  writer_.reset();
}

}  // namespace rf::app
