#include "cli/run.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "cli/completion.hpp"
#include "cli/leaf.hpp"
#include "cli/render.hpp"
#include "cli/render_trace.hpp"
#include "core/api/contract.hpp"
#include "core/base/nearest.hpp"
#include "core/base/plain.hpp"

namespace rf::cli {
namespace {

constexpr std::string_view about =
    "Ringfence: a phone system whose first duty is that attackers get nowhere.\n"
    "Sub-commands that change or show settings work whether the server runs or not.";

constexpr std::string_view exit_codes =
    "First steps:\n"
    "  ringfence setup              certificate, two extensions, a configuration file\n"
    "  ringfence serve              run the server\n"
    "  ringfence status             see what it does\n"
    "\n"
    "Exit codes:\n"
    "  0 done  1 refused or failed  2 wrong command line, value or configuration  3 not found\n"
    "  4 the server is not running  5 exists already, or stands in the way  6 not permitted";

int complain(World& world, bool json, const command::Error& error) {
  if (json)
    fmt::print(
        *world.out, "{}\n",
        Json{{"error", {{"code", command::name_of(error.code)}, {"message", error.message}, {"remedy", error.remedy}}}}
            .dump(2, ' ', false, Json::error_handler_t::replace));
  fmt::print(*world.err, "ringfence: {}\n", plain(error.message));
  if (!error.remedy.empty()) fmt::print(*world.err, "  {}\n", plain(error.remedy));
  return exit_of(error.code);
}

void print_json(World& world, const Json& json) {
  fmt::print(*world.out, "{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

// The sub-command that the arguments got to: its help is the one to point at.
const CLI::App* deepest(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().back();
  return at;
}

std::string path_of(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : path_of(*parent) + " " + app.get_name();
}

// A wrong word where a sub-command should stand is answered with the right one.
std::string hint(const CLI::App& at, const std::vector<std::string>& words) {
  std::vector<std::string> known;
  for (const CLI::App* sub : at.get_subcommands([](const CLI::App*) { return true; })) known.push_back(sub->get_name());
  for (const CLI::Option* option : at.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  for (const std::string& word : words) {
    const std::string_view meant = nearest(word.substr(0, word.find('=')), known);
    if (!meant.empty() && meant != word) return fmt::format("did you mean \"{}\"? ", meant);
  }
  return {};
}

// CLI11's help, without the "{false}" that marks the second name of a switch.
class Help : public CLI::Formatter {
 public:
  std::string make_option_name(const CLI::Option* option, bool positional) const override {
    std::string name = CLI::Formatter::make_option_name(option, positional);
    if (const std::size_t at = name.find("{false}"); at != std::string::npos) name.erase(at);
    return name;
  }
};

int run_leaf(Leaf& leaf, const Place& place, World& world) {
  if (leaf.secret_stdin) {
    const auto secret = world.read_secret();
    if (!secret)
      return complain(
          world, leaf.json,
          {command::Code::invalid, fmt::format("no {} came on standard input", leaf.secret), "pipe one line into it"});
    leaf.args[leaf.secret] = *secret;
  }
  if (!leaf.lines.empty() && !leaf.in_file.empty()) {
    auto text = world.read_file(leaf.in_file);
    if (!text) return complain(world, leaf.json, {command::Code::failed, text.error(), "name another file"});
    leaf.args[leaf.lines] = std::move(*text);
  }
  const auto parameters = leaf.spec->parameters;
  const bool wants_caller =
      std::any_of(parameters.begin(), parameters.end(), [](const auto& each) { return each.name == "caller"; });
  if (wants_caller && !leaf.args.contains("caller") && !world.caller.empty()) leaf.args["caller"] = world.caller;
  // Checked here too, so that a wrong value is answered the same with and without a server.
  const auto arguments = control::arguments_of(leaf.args);
  if (!arguments) return complain(world, leaf.json, arguments.error());
  if (const auto checked = command::check(leaf.spec->name, *arguments); !checked)
    return complain(world, leaf.json, checked.error());
  const Outcome outcome = world.ask(place, leaf.spec->name, leaf.args);
  if (!outcome) return complain(world, leaf.json, outcome.error());
  if (leaf.out_file != "-") {
    if (const auto done_so = world.write_file(leaf.out_file, file_in(*outcome)); !done_so)
      return complain(world, leaf.json, {command::Code::failed, done_so.error(), "name another file"});
    return done;
  }
  if (leaf.csv)
    render_cdrs_csv(*outcome, *world.out);
  else if (leaf.json)
    print_json(world, *outcome);
  else
    render(leaf.spec->name, *outcome, *world.out);
  return done;
}

std::string_view group_text(std::string_view group) {
  if (group == "extension.device") return "Browsers that one-time links signed in";
  if (group == "extension") return "Accounts of phones: add, show, change, remove";
  if (group == "registration") return "Phones that are registered now";
  if (group == "call") return "Running calls";
  if (group == "trace") return "Recorded SIP messages: ladders, lists, files for Wireshark";
  if (group == "audit-log") return "Who did what, as a chain that shows whoever tampers with it";
  if (group == "firewall") return "Firewall rules for this configuration, in the language of seven firewalls";
  if (group == "telephony") return "How people here dial, their money and their time";
  if (group == "limit") return "What calls may cost, how many there may be, how long they last";
  if (group == "schedule") return "Opening hours and holidays";
  if (group == "department") return "Departments, whose limits hold for their extensions";
  if (group == "trunk") return "Providers and gateways: where calls leave and come in";
  if (group == "route") return "Which calls leave by which trunk; without a route no call leaves";
  if (group == "pin-list") return "Lists of PINs or account codes that routes and roles ask for";
  if (group == "pin") return "The PINs of a list, one for each account, or its account codes";
  if (group == "calling-role") return "What extensions may call, under names of their own";
  if (group == "country") return "Which countries may be called: for the system, a tenant, a department";
  if (group == "ring-group") return "Extensions that ring together, under a number of their own";
  if (group == "inbound") return "Where calls from outside go";
  if (group == "number-list") return "Numbers that may or may not be called, by the million";
  if (group == "deck") return "Prices: rate decks of the trunks";
  if (group == "emergency") return "Calls for help, which no rule stops";
  if (group == "policy") return "All that is configured about calls, the guard and events as one file";
  if (group == "user") return "Who may sign in to the pages and the API, and as what";
  if (group == "tenant") return "Who shares this system, and sees nothing of the others";
  if (group == "dealer") return "Who looks after tenants, and how much they may hand out to them";
  if (group == "role") return "Sets of permissions that users have";
  if (group == "permission") return "What there is to be allowed";
  if (group == "token") return "Tokens of programs that use the API";
  if (group == "session") return "Browsers that are signed in";
  if (group == "login") return "Addresses that have to wait after wrong passwords";
  if (group == "event") return "What happened that an operator may have to know";
  if (group == "event-contact") return "Who is told of events: e-mail addresses, webhooks, syslog receivers";
  if (group == "event-route") return "Which events go to whom";
  if (group == "event-template") return "Words of your own for messages about events";
  if (group == "certificate") return "The certificate that phones and browsers are shown";
  if (group == "setting") return "Keys of the configuration, set above the file: sign-in, certificate, keeping times";
  if (group == "mail") return "The server by which e-mails leave";
  if (group == "guard.country") return "Which countries may talk to us";
  if (group == "guard.rule") return "Detection rules one by one: on or off, watching only, their numbers";
  if (group == "guard") return "Who may talk to us: bans, their reasons, the access list, detection rules";
  if (group == "cdr") return "Call records";
  if (group == "media") return "The servers that relay media in place of our own relay";
  if (group == "spend") return "What calls cost, and what of the caps is left";
  if (group == "credit") return "Money of those who pay in advance";
  if (group == "pattern") return "How people usually call, and what was unusual";
  if (group == "sign-in") return "Providers and directories that people sign in with";
  return {};
}

}  // namespace

Exit exit_of(command::Code code) {
  switch (code) {
    case command::Code::invalid:
      return usage;
    case command::Code::not_found:
      return not_found;
    case command::Code::conflict:
      return conflict;
    case command::Code::not_running:
      return not_running;
    case command::Code::denied:
      return denied;
    case command::Code::busy:
    case command::Code::failed:
      break;
  }
  return failed;
}

int run(int argc, const char* const* argv, World& world) {
  CLI::App app{std::string(about), "ringfence"};
  app.require_subcommand(1);
  app.fallthrough();
  app.formatter(std::make_shared<Help>());
  app.footer(std::string(exit_codes));
  Place place;
  app.add_option("--config", place.config,
                 "Configuration file (else DATA/ringfence.toml, else /etc/ringfence/ringfence.toml)")
      ->envname("RINGFENCE_CONFIG")
      ->type_name("FILE");
  app.add_option("--data", place.data, "Data directory (else server.data_dir of the file)")
      ->envname("RINGFENCE_DATA")
      ->type_name("FOLDER");

  std::map<std::string, CLI::App*> groups;
  std::vector<std::unique_ptr<Leaf>> leaves;
  bool json = false;

  auto* const serve = app.add_subcommand("serve", "Runs the server in the foreground");
  serve->add_flag("--json", json, "log lines and faults as JSON");
  teach(*serve, "serve");
  SetupWish wish;
  wish.numbers = {"1001", "1002"};
  auto* const setup =
      app.add_subcommand("setup", "Makes what is missing for a first call: certificate, extensions, configuration");
  setup->add_option("--extensions", wish.numbers, "Extensions to make sure of")
      ->delimiter(',')
      ->type_name("NUMBER,...");
  setup->add_option("--sip-port", wish.sip_port, "UDP and TCP port on loopback and private addresses")
      ->check(CLI::Range(1, 65535));
  setup->add_option("--tls-port", wish.tls_port, "TLS port on every address")->check(CLI::Range(1, 65535));
  setup->add_option("--wss-port", wish.wss_port, "port of browsers' signalling on every address")
      ->check(CLI::Range(1, 65535));
  setup->add_option("--web-port", wish.web_port, "HTTPS port on every address")->check(CLI::Range(1, 65535));
  setup->add_flag("--json", json, "the result as JSON");
  teach(*setup, "setup");
  for (const command::Spec& spec : command::catalog()) {
    CLI::App* parent = &app;
    for (std::size_t dot = spec.name.find('.'); dot != std::string_view::npos; dot = spec.name.find('.', dot + 1)) {
      const std::string group(spec.name.substr(0, dot));
      CLI::App*& slot = groups[group];
      if (slot == nullptr) {
        slot = parent->add_subcommand(group.substr(group.rfind('.') + 1), std::string(group_text(group)));
        slot->require_subcommand(1);
        slot->footer("Each of them has examples: " + path_of(*slot) + " " +
                     std::string(spec.name.substr(spec.name.rfind('.') + 1)) + " --help");
      }
      parent = slot;
    }
    leaves.push_back(add_leaf(*parent, spec));
  }
  auto* const config = app.add_subcommand("config", "The configuration file");
  config->require_subcommand(1);
  config->footer("ringfence config check --help has examples");
  std::string checked_file;
  auto* const check = config->add_subcommand("check", "Checks it and names every fault with its line and remedy");
  check->add_option("file", checked_file, "the file, else the one that serve would read");
  check->add_flag("--json", json, "the result as JSON");
  teach(*check, "config check");
  std::string shell;
  auto* const complete = app.add_subcommand("completion", "Prints a completion script for your shell");
  complete->add_option("shell", shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  complete->add_flag("--json", json, "the script in JSON");
  teach(*complete, "completion");
  auto* const contract = app.add_subcommand("api-contract", "Prints the contract of the HTTP API (OpenAPI 3.1)");
  contract->add_flag("--json", json, "the text in JSON");
  teach(*contract, "api-contract");
  auto* const version = app.add_subcommand("version", "Prints the version");
  version->add_flag("--json", json, "the result as JSON");
  teach(*version, "version");

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    fmt::print(*world.out, "{}", app.help());  // the help of the sub-command that was reached
    return done;
  } catch (const CLI::ParseError& error) {
    const CLI::App* at = deepest(app);
    std::string what = error.what();
    what.erase(std::min(what.find('\n'), what.size()));
    const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    return complain(world, std::find(words.begin(), words.end(), "--json") != words.end(),
                    {command::Code::invalid, what, hint(*at, words) + "see: " + path_of(*at) + " --help"});
  }

  for (const auto& leaf : leaves)
    if (leaf->here) return run_leaf(*leaf, place, world);
  if (serve->parsed()) {
    const auto served = world.serve(place, json);
    return served ? done : complain(world, json, served.error());
  }
  if (setup->parsed()) {
    const Outcome outcome = world.setup(place, wish);
    if (!outcome) return complain(world, json, outcome.error());
    json ? print_json(world, *outcome) : render_setup(*outcome, *world.out);
    return done;
  }
  if (check->parsed()) {
    if (!checked_file.empty()) place.config = checked_file;
    const Outcome outcome = world.check_config(place);
    if (!outcome) return complain(world, json, outcome.error());
    if (json) print_json(world, *outcome);
    for (const Json& fault : (*outcome)["faults"])
      fmt::print(*world.err, "{}\n", plain(fault.get<std::string>(), 2'048));
    if (!json && (*outcome)["faults"].empty())
      fmt::print(*world.out, "{}: good\n", plain((*outcome)["file"].get<std::string>()));
    // As serve answers the same file.
    return (*outcome)["faults"].empty() ? done : exit_of(command::Code::invalid);
  }
  if (complete->parsed()) {
    const std::string script = completion(app, shell);
    json ? print_json(world, {{"shell", shell}, {"script", script}}) : fmt::print(*world.out, "{}", script);
    return done;
  }
  if (contract->parsed()) {
    const std::string text = api::contract();
    json ? print_json(world, {{"text", text}}) : fmt::print(*world.out, "{}", text);
    return done;
  }
  json ? print_json(world, {{"version", world.version}}) : fmt::print(*world.out, "ringfence {}\n", world.version);
  return done;
}

}  // namespace rf::cli
