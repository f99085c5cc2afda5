#include "cli/leaf.hpp"

#include <algorithm>

#include "cli/examples.hpp"
#include "cli/when.hpp"

namespace rf::cli {
namespace {

using command::Kind;
using command::Parameter;

// "new_auth_name" is --new-auth-name.
std::string option_name(std::string_view parameter) {
  std::string out = "--" + std::string(parameter);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

// What a command is about stands without an option name: extension show 1001.
bool is_positional(const command::Spec& spec, const Parameter& p) {
  return p.name == "id" || p.name == "address" || p.name == "block" || p.name == "whom" ||
         (p.name == "countries" && p.required) || (p.name == "name" && p.required) || p.name == "account" ||
         (p.name == "contact" && spec.name == "event.test") || (p.name == "note" && spec.name == "audit-log.note") ||
         (p.name == "value" && spec.name == "setting.set") ||
         (p.name == "number" && spec.name != "cdr.list" && !spec.name.starts_with("ring-group."));
}

void add_when(Leaf& leaf, const Parameter& p) {
  const std::string key(p.name);
  const std::string name = "--" + key.substr(0, key.find('_'));
  const bool recorded = leaf.spec->name.starts_with("trace.");
  const std::string help = std::string(recorded && p.name == "since_ms" ? "recorded at or after"
                                       : recorded                       ? "recorded before"
                                       : p.name == "from_ms"            ? "begun at or after"
                                       : p.name == "to_ms"              ? "begun before"
                                       : p.name == "since_ms" ? "asks the calls of the past again from then on"
                                                              : "as if it were then") +
                           ": 2026-01-31 or \"2026-01-31 08:00\"";
  leaf.app
      ->add_option_function<std::string>(
          name,
          [&leaf, key, name](const std::string& text) {
            const auto ms = parse_when(text);
            if (!ms) throw CLI::ValidationError(name, "is not a time such as 2026-01-31 or \"2026-01-31 08:00\"");
            leaf.args[key] = *ms;
          },
          help)
      ->type_name("TIME");
}

void add_parameter(Leaf& leaf, const Parameter& p) {
  const std::string key(p.name), help(p.help);
  if (p.name.ends_with("_ms")) return add_when(leaf, p);
  switch (p.kind) {
    case Kind::flag: {
      const std::string name = option_name(p.name);
      leaf.app->add_flag_function(
          name + ",!--no-" + name.substr(2), [&leaf, key](std::int64_t count) { leaf.args[key] = count > 0; }, help);
      return;
    }
    case Kind::secret:
      leaf.secret = key;
      leaf.secret_stdin = p.required;
      if (p.required) return;
      // Never an argument: other users of the host can read every process's command line.
      leaf.app->add_flag(p.name == "pin" ? "--stdin" : option_name(p.name) + "-stdin", leaf.secret_stdin,
                         "read it from standard input, " + help);
      return;
    case Kind::number:
      leaf.app
          ->add_option_function<std::int64_t>(
              option_name(p.name), [&leaf, key](const std::int64_t& value) { leaf.args[key] = value; }, help)
          ->type_name(std::to_string(p.min) + ".." + std::to_string(p.max));
      return;
    case Kind::lines:
      leaf.lines = key;
      leaf.app->add_option("file", leaf.in_file, help + "; - is standard input")->required(p.required);
      return;
    case Kind::text:
      break;
  }
  const bool positional = is_positional(*leaf.spec, p);
  auto* option = leaf.app->add_option_function<std::string>(
      positional ? key : option_name(p.name), [&leaf, key](const std::string& value) { leaf.args[key] = value; }, help);
  option->required(p.required);
  std::string words;
  for (const std::string_view word : p.words) words += (words.empty() ? "" : "|") + std::string(word);
  // A long list reads better as a sentence than as a type.
  const bool many = p.words.size() > 4;
  if (many) option->description(help + ": " + words);
  const std::string type = many ? "WORD" : words.empty() ? "TEXT" : words;
  option->type_name(positional ? "" : type);
}

}  // namespace

void teach(CLI::App& app, std::string_view command) {
  const std::string_view examples = examples_of(command);
  if (!examples.empty()) app.footer("Examples:\n" + std::string(examples) + "\nExit codes: ringfence --help");
}

std::unique_ptr<Leaf> add_leaf(CLI::App& parent, const command::Spec& spec) {
  auto leaf = std::make_unique<Leaf>();
  leaf->spec = &spec;
  const std::size_t dot = spec.name.rfind('.');
  const std::string word(dot == std::string_view::npos ? spec.name : spec.name.substr(dot + 1));
  leaf->app =
      parent.add_subcommand(word, std::string(spec.summary) + (spec.needs_server ? " (needs a running server)" : ""));
  for (const Parameter& p : spec.parameters) add_parameter(*leaf, p);
  leaf->app->add_flag("--json", leaf->json, "the result as JSON");
  if (spec.name == "cdr.list")
    leaf->app->add_flag("--csv", leaf->csv, "the result as CSV, safe to open in a spreadsheet");
  if (spec.name == "guard.export" || spec.name == "audit-log.export" || spec.name == "policy.export" ||
      spec.name == "trace.export" || spec.name == "event.export")
    leaf->app->add_option("file", leaf->out_file, "to write to; - is standard output");
  leaf->app->callback([raw = leaf.get()] { raw->here = true; });
  teach(*leaf->app, spec.name);
  return leaf;
}

}  // namespace rf::cli
