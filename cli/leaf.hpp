// One sub-command made from the catalogue: its options are the command's parameters.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/world.hpp"
#include "core/command/catalog.hpp"

namespace rf::cli {

/// What the options of one sub-command gathered.
struct Leaf {
  const command::Spec* spec = nullptr;
  CLI::App* app = nullptr;
  Json args = Json::object();
  bool json = false;
  bool csv = false;             ///< cdr list
  std::string secret;           ///< the name of a parameter that is never an argument
  bool secret_stdin = false;    ///< it is read
  std::string in_file;          ///< whose text is a parameter; "-": standard input
  std::string lines;            ///< the name of that parameter
  std::string out_file = "-";   ///< guard export; "-": standard output
  bool here = false;            ///< this one was asked for
};

/// Adds the sub-command for `spec` below `parent`. The leaf has to stay where it is while `parent` lives.
std::unique_ptr<Leaf> add_leaf(CLI::App& parent, const command::Spec& spec);

/// Sets the examples and the exit codes under a sub-command's help.
void teach(CLI::App& app, std::string_view command);

}  // namespace rf::cli
