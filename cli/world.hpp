// What the sub-commands need from the rest of the program; app fills it in, tests put their own there.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "shell/control/protocol.hpp"

namespace rf::cli {

using control::Json;
using control::Outcome;

/// Which system is meant: --config and --data, empty when not given.
struct Place {
  std::string config;
  std::string data;
};

/// What `setup` should see to.
struct SetupWish {
  std::vector<std::string> numbers;
  std::uint16_t sip_port = 5060;
  std::uint16_t tls_port = 5061;
  std::uint16_t wss_port = 5065;
  std::uint16_t web_port = 8443;
};

struct World {
  /// Carries out one command of the catalogue, in the running server or without it.
  std::function<Outcome(const Place&, std::string_view command, const Json& args)> ask;
  /// Runs the server until it is stopped; with `json` its log lines are JSON, whatever the file says.
  std::function<std::expected<void, command::Error>(const Place&, bool json)> serve;
  std::function<Outcome(const Place&, const SetupWish&)> setup;
  /// Checks the configuration file: {"file", "faults": [text …]}.
  std::function<Outcome(const Place&)> check_config;
  /// One line from standard input without echo; nothing at its end.
  std::function<std::optional<std::string>()> read_secret;
  /// The text of a file, "-" for standard input; at most as much as a command can carry. Errors: a sentence.
  std::function<std::expected<std::string, std::string>(const std::string&)> read_file;
  /// Errors: a sentence.
  std::function<std::expected<void, std::string>(const std::string& path, const std::string& text)> write_file;
  std::string version;
  std::string caller;  ///< the address that whoever runs us came from; empty: not known
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
};

}  // namespace rf::cli
