// The running system: its parts, the order in which they start and end, and what it is asked while it runs.
#pragma once

#include <atomic>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/acme.hpp"
#include "app/api.hpp"
#include "app/audit.hpp"
#include "app/carrier.hpp"
#include "app/data_dir.hpp"
#include "app/events.hpp"
#include "app/guard_rules.hpp"
#include "app/logins.hpp"
#include "app/media_servers.hpp"
#include "app/public_address.hpp"
#include "app/records.hpp"
#include "app/rounds.hpp"
#include "app/tracing.hpp"
#include "cli/world.hpp"
#include "core/engine/engine.hpp"
#include "core/guard/compile.hpp"
#include "shell/config/settings.hpp"
#include "shell/control/server.hpp"
#include "shell/firewall/firewall.hpp"
#include "shell/metrics/endpoint.hpp"
#include "shell/web/server.hpp"

namespace rf::app {

/// Everything of one running server. Starts in the order that safety asks for: nobody is heard before the database is
/// open, what a crash left behind is closed and the registrations are back.
class Server {
 public:
  /// What can only be known by whoever started the process.
  struct Circumstances {
    cli::Place place;                ///< where reload finds the configuration
    std::function<void()> ask_stop;  ///< called by the stop command, from any thread
    std::string version;
    bool json = false;  ///< log lines as JSON, whatever the file says
    std::unique_ptr<firewall::Firewall> firewall = nullptr;  ///< none: nothing is enforced in the kernel
    std::string why_no_firewall = {};
  };

  /// Errors: with a remedy; nothing is left running.
  static std::expected<std::unique_ptr<Server>, command::Error> start(config::Settings settings, DataDir data_dir,
                                                                      Circumstances circumstances);
  /// Ends calls with BYE, waits for it up to `limit_ms`, writes what is left and ends every thread.
  void stop(std::uint32_t limit_ms);
  ~Server();

  /// Reads the configuration again and takes over all that can change while calls run. On any fault everything stays as
  /// it was. Gives {"message", "notes": what only a restart changes}.
  /// `caller`: where whoever asks sits, who is not to lock himself out of the pages unless `force`.
  Outcome reload(const std::optional<Address>& caller = {}, bool force = false);
  /// The same as a command of nobody's, with its lines in the audit log. What was wrong is in the log.
  void reload_by_signal();
  /// Takes the certificate that counts now; the built-in one is made anew when it nears its end. Call it now and then.
  void refresh_certificate();
  /// Makes the certificate of encrypted media anew once a day; calls that were set up with the one before go on. Call
  /// it now and then.
  void renew_media_identities();

  log::Log& log() { return *log_; }

 private:
  Server(config::Settings settings, DataDir data_dir, Circumstances circumstances);

  std::expected<void, command::Error> open_records();
  std::expected<void, command::Error> open_logins();
  /// Tells whoever started us, on a terminal, how to become the first administrator while there is none.
  void greet_first();
  std::expected<void, command::Error> open_engine();
  std::expected<void, command::Error> open_listeners();
  void reserve_media_ports();
  /// What voices say; gives a sentence for each prompt that cannot be used.
  std::vector<std::string> load_prompts();
  std::expected<void, command::Error> open_doors();

  /// With mutex_ held, or before anybody else is there: serves the pages where they are configured to be.
  void open_web();
  web::Site site();
  web::Answer phone_facts(const web::Request& asked);
  web::Answer use_link(const web::Request& asked);
  /// Removes the device whose password the asker shows.
  web::Answer sign_out(const web::Request& asked);
  /// With records_mutex_ held: every hour, shuts out devices that nobody used for long.
  void age_devices(std::int64_t now_wall_ms);
  /// With records_mutex_ held: every minute, forgets answers whose time is over.
  void sweep_answers(std::int64_t now_wall_ms);
  void tell_of_websocket(const Flow& flow, websocket::Refusal refusal, std::string_view origin);
  std::expected<void, command::Error> load_certificates();
  void make_acme();
  std::filesystem::path acme_file() const;
  std::filesystem::path installed_file() const;
  /// Which certificate is shown, and how it is renewed.
  Json certificate_json();
  /// With mutex_ held: warns of one that is there and not shown.
  void tell_of_installed();
  /// Errors: conflict, while the configuration names a certificate; invalid, with what is wrong with it.
  Outcome install_certificate(const Secret<std::string>& pem);
  /// Of a change that is `done` and that what is shown did not follow.
  void not_taken_up(const command::Error& why, std::string_view done, Json& out);
  Outcome remove_certificate();
  Outcome authority_json();
  /// With both mutexes held: the engine takes over who is in the database; of `only`, when nothing else has changed.
  std::expected<void, std::string> publish_policy(const std::optional<store::Store::Numbered>& only = std::nullopt);
  /// With records_mutex_ held: reads what is configured about calls anew. Errors: every fault; the old plan stays.
  std::expected<void, command::Error> load_plan();
  /// One for each address, told outside as the address that we are seen at now.
  std::vector<policy::Listener> listeners_now();
  /// With records_mutex_ held: another address that we are seen at is told from now on.
  void take_public_address();
  /// With both mutexes held: an extension that has an emergency number is told of.
  void warn_of_numbers();
  /// With both mutexes held: the engine and the guard take over plan_.
  void publish_plan();
  /// As an extension of the first tenant.
  Delivery call_about_events(const event::CallTarget& target, std::vector<std::string> clips, std::stop_token stop);
  /// Events are told by the time of the first tenant, and by its name.
  void tell_house();
  Outcome execute(const command::Checked& checked);
  /// With both mutexes held: what `reload` does.
  Outcome take_over(const std::optional<Address>& caller, bool force);
  /// SetSetting and RemoveSetting.
  Outcome change_setting(const command::Command& command);
  /// Carries out a command for whoever it is, by whatever way it came, with its lines in the audit log. Of one that
  /// changes something `still` is asked first, and no other change comes between.
  Outcome carry_out_for(const command::Checked& checked, const std::string& actor,
                        const std::function<bool()>& still = [] { return true; });
  store::Expected<audit::Entry> append_audit(audit::Event event);
  /// Has the entry written beside what calls write. What it gives waits until the disk has that, and all that was
  /// changed before; false when it does not take it.
  std::function<bool()> keep_audit(const audit::Event& event);
  void tell_audit_head();
  std::optional<Outcome> execute_running(const command::Checked& checked);
  std::optional<Outcome> execute_guard(const command::Command& command);
  Outcome add_credit_running(const command::AddCredit& command, TenantId tenant);
  /// With records_mutex_ held.
  void add_trunk_states(const command::Command& command, Json& outcome);
  std::uint32_t disk_wait_ms();
  /// With records_mutex_ held. Errors: invalid, with what the rules would cut off.
  std::expected<guard::CompiledRef, command::Error> compile_guard(const config::Settings& settings,
                                                                  const policy::Policy& policy,
                                                                  std::vector<std::string>& notes);
  GuardDesk guard_desk(const config::Settings& settings, const policy::Policy& policy);
  void publish_guard(guard::CompiledRef rules);
  /// With records_mutex_ held: tells the kernel what is ours, and whom the access list blocks.
  void raise_firewall();
  /// With records_mutex_ held: whom the access list blocks now.
  void list_to_kernel();
  /// What enforces refusals now, and why nothing cheaper does.
  firewall::State enforcement() const;
  void add_guard_numbers(std::vector<metrics::Number>& out);
  /// Every second, on a thread of its own.
  void care();
  /// Ends servers of pages that a reload replaced: not at once, since the reload may have been asked of one of them.
  void end_former_web(std::int64_t now_wall_ms);
  /// Asks the engine for the next part of the guard's table and writes down what is worth it. Whether there is more.
  bool keep_some_sources();
  config::Settings current_settings();
  policy::PolicyRef policy();
  ExtensionId extension_of(TenantId tenant, const std::string& number);
  /// Ends the calls of an extension whose password is new, and says in `outcome` what came of it.
  void throw_out(ExtensionId extension, Json& outcome);
  /// What is there by a device's password; none: the engine does not answer.
  struct Running {
    std::uint64_t registrations = 0, calls = 0;
  };
  std::optional<Running> running_of(DeviceId device);
  /// Says in `outcome` what a device that was removed had `before`, and has no longer.
  void tell_what_ended(DeviceId device, const std::optional<Running>& before, Json& outcome);
  void watch_descriptors();
  /// Every bound that can be counted, with its use; without the engine's when it does not answer.
  std::vector<effect::Gauge> bounds(const effect::Status* engine, const config::Settings& settings,
                                    const web::Counters& web);
  /// With mutex_ held.
  web::Counters web_counters() const { return web_ ? web_->counters() : web::Counters{}; }
  Json status();
  Json ports();
  Json media_list();
  std::vector<metrics::Number> numbers();
  std::string not_ready();

  config::Settings settings_;
  DataDir data_dir_;
  Circumstances circumstances_;
  std::int64_t started_wall_ms_ = 0;

  std::unique_ptr<log::Log> log_;
  std::unique_ptr<Events> events_;  ///< hears the log
  std::mutex changes_mutex_;  ///< one change after the other, with its lines in the audit log; taken before all others
  std::mutex records_mutex_;  ///< over what may wait for the disk; taken before the other one
  std::optional<Records> records_;
  CountryBook countries_;
  toll::PlanRef plan_, plan_before_;  ///< what is configured about calls, as it was compiled last, and before that
  Names names_;
  std::uint64_t names_version_ = 0;  ///< of what is in force
  std::int64_t names_used_ms_ = 0;
  PublicAddress public_address_;
  std::uint64_t public_address_version_ = 0;     ///< of what is in force
  std::atomic<bool> nothing_reachable_ = false;  ///< from outside this host
  std::int64_t audit_told_ms_ = 0;               ///< when the log was told how far the audit log had come
  std::int64_t devices_aged_ms_ = 0;
  std::int64_t answers_swept_ms_ = 0;
  std::int64_t list_ends_ms_ = INT64_MAX;     ///< when the kernel's list is no longer what is in force
  guard::CompiledRef guard_, guard_before_;  ///< the rules in force, and those before them

  std::mutex mutex_;  ///< over all else that commands and reloads touch, down to the next blank line; held for moments
  std::vector<policy::Listener> listeners_;
  std::vector<net::ListenerState> listener_states_;
  std::uint64_t policy_version_ = 0;
  bool policy_is_behind_ = false;  ///< the database says something else, which could not be taken over
  policy::PolicyRef policy_, policy_before_;
  std::filesystem::path certificate_;  ///< that is shown
  net::TlsContext web_tls_;  ///< that asks nobody for a certificate: browsers would ask their users
  /// Of encrypted media, never on disk: those that new calls name, and those before them, which running calls name.
  dtls::Identities media_identities_, media_identities_before_;
  std::int64_t media_identities_ms_ = 0;
  std::map<std::string, std::string> warnings_;  ///< what an operator should mend, by what it is about

  Inlet inlet_;
  Door door_;
  std::shared_ptr<tls::Challenges> challenges_ = std::make_shared<tls::Challenges>();
  std::unique_ptr<Acme> acme_;
  std::unique_ptr<Logins> logins_;
  std::unique_ptr<Tracing> tracing_;  ///< none: nothing of signalling is recorded
  std::unique_ptr<Carrier> carrier_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<signalling::HandlerOf<engine::Engine>> handler_;
  std::unique_ptr<signalling::SignallingLoop> loop_;
  std::unique_ptr<dns::Resolver> resolver_;
  std::unique_ptr<relay::Relay> relay_;
  std::unique_ptr<MediaServers> media_servers_;  ///< none: nothing but our own relay
  std::unique_ptr<store::StoreWriter> writer_;
  std::unique_ptr<control::Server> control_;
  std::optional<effect::Spending> spending_;  ///< as it was asked last; of the metrics thread
  std::int64_t spending_asked_ms_ = 0;
  std::unique_ptr<metrics::HttpEndpoint> metrics_;
  Api api_{{[this](const command::Checked& checked, const std::string& actor, const std::function<bool()>& still) {
              return carry_out_for(checked, actor, still);
            },
            [this](const command::Checked& checked) { return execute(checked); },
            [this](const std::function<void(store::AnswerTables)>& work) {
              const std::lock_guard lock(records_mutex_);
              work({records_->store, records_->vault});
            }}};
  std::unique_ptr<web::Server> web_;
  /// Servers of pages whose doors a reload closed, and since when: they answer who asked before.
  std::vector<std::pair<std::int64_t, std::unique_ptr<web::Server>>> former_web_;
  std::size_t keep_from_ = 0;                       ///< the part of the guard's table that is looked at next
  std::int64_t keep_since_ms_ = 0, keep_began_ms_ = 0;  ///< this round over the table, and the one before
  std::unique_ptr<Rounds> rounds_;
  bool stopped_ = false;
};

/// The port table of a configuration, for a system that does not run.
Json configured_ports(const config::Settings& settings);

/// How many descriptors a configuration needs when everything it allows is in use.
std::size_t descriptors_needed(const config::Settings& settings);
/// So many media sockets are kept between calls: they must leave descriptors to the others.
std::size_t warm_ports_max();

/// What the host does with ports.
struct HostPorts {
  std::size_t addresses = 1;  ///< that media comes and goes by
  std::size_t kept = 0;       ///< sockets that we keep open
  std::optional<std::pair<std::uint16_t, std::uint16_t>> ephemeral;  ///< given to any program
  std::vector<std::pair<std::string, std::size_t>> held;  ///< by address: media ports that other programs have
};
/// What has to be said about media.ports at the start: a name and a sentence each.
std::map<std::string, std::string> media_port_warnings(const config::Settings& settings, const HostPorts& host);

store::Keep keep_of(const config::RecordSettings& from);
log::Options log_options(const config::LogSettings& from);

}  // namespace rf::app
