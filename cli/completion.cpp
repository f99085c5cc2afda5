#include "cli/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace rf::cli {
namespace {

// One place in the tree: the words that lead there, and what may follow.
struct Node {
  std::string path;                                           ///< "extension add"
  std::vector<std::pair<std::string, std::string>> commands;  ///< name, description
  std::vector<std::pair<std::string, std::string>> options;
};

std::string first_line(std::string text) {
  text.erase(std::min(text.find('\n'), text.size()));
  return text;
}

void walk(const CLI::App& app, const std::string& path, std::vector<Node>& out) {
  Node node{path, {}, {}};
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    node.commands.emplace_back(sub->get_name(), first_line(sub->get_description()));
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames())
      node.options.emplace_back("--" + name, first_line(option->get_description()));
  }
  out.push_back(std::move(node));
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    walk(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), out);
}

std::string names_of(const std::vector<std::pair<std::string, std::string>>& list) {
  std::string out;
  for (const auto& [name, description] : list) out += (out.empty() ? "" : " ") + name;
  return out;
}

std::string bash(const std::vector<Node>& nodes) {
  std::string out =
      "# bash completion for ringfence\n"
      "_ringfence() {\n"
      "  local word path='' cur=${COMP_WORDS[COMP_CWORD]} i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    case \"$path/$word\" in\n";
  for (const Node& node : nodes)
    if (!node.path.empty()) {
      const std::size_t space = node.path.rfind(' ');
      const std::string parent = space == std::string::npos ? "" : node.path.substr(0, space);
      out += fmt::format("      '{}/{}') path='{}' ;;\n", parent, node.path.substr(space + 1), node.path);
    }
  out += "    esac\n  done\n  case \"$path\" in\n";
  for (const Node& node : nodes)
    out += fmt::format("    '{}') COMPREPLY=($(compgen -W '{} {}' -- \"$cur\")) ;;\n", node.path,
                       names_of(node.commands), names_of(node.options));
  return out + "  esac\n}\ncomplete -o default -F _ringfence ringfence\n";
}

// In single quotes for zsh and fish.
std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string zsh(const std::vector<Node>& nodes) {
  std::string out =
      "#compdef ringfence\n"
      "_ringfence() {\n"
      "  local path='' word i\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    word=$words[i]\n"
      "    case \"$path/$word\" in\n";
  for (const Node& node : nodes)
    if (!node.path.empty()) {
      const std::size_t space = node.path.rfind(' ');
      const std::string parent = space == std::string::npos ? "" : node.path.substr(0, space);
      out += fmt::format("      '{}/{}') path='{}' ;;\n", parent, node.path.substr(space + 1), node.path);
    }
  out += "    esac\n  done\n  local -a choices\n  case \"$path\" in\n";
  const auto choice = [](const std::pair<std::string, std::string>& one) {
    std::string description = one.second;
    for (char& c : description) c = c == ':' ? ',' : c;
    return " " + in_quotes(one.first + ":" + description);
  };
  for (const Node& node : nodes) {
    out += fmt::format("    '{}') choices=(", node.path);
    for (const auto& one : node.commands) out += choice(one);
    for (const auto& one : node.options) out += choice(one);
    out += ") ;;\n";
  }
  return out + "  esac\n  _describe 'ringfence' choices\n}\ncompdef _ringfence ringfence\n";
}

std::string fish(const std::vector<Node>& nodes) {
  std::string out =
      "# fish completion for ringfence\n"
      "function __ringfence_at\n"
      "  set -l path\n"
      "  for word in (commandline -opc)[2..]\n"
      "    string match -q -- '-*' $word; and continue\n"
      "    set path $path $word\n"
      "  end\n"
      "  test \"$path\" = \"$argv\"; or string match -q -- \"$argv *\" \"$path\"; and test (count $argv) -gt 1\n"
      "end\n";
  for (const Node& node : nodes) {
    const std::string where = fmt::format("complete -c ringfence -n '__ringfence_at {}'", node.path);
    for (const auto& [name, description] : node.commands)
      out += fmt::format("{} -f -a {} -d {}\n", where, name, in_quotes(description));
    for (const auto& [name, description] : node.options)
      out += fmt::format("{} -l {} -d {}\n", where, name.substr(2), in_quotes(description));
  }
  return out;
}

}  // namespace

std::string completion(const CLI::App& root, std::string_view shell) {
  std::vector<Node> nodes;
  walk(root, "", nodes);
  return shell == "bash" ? bash(nodes) : shell == "zsh" ? zsh(nodes) : fish(nodes);
}

}  // namespace rf::cli
