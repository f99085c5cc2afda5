// From --config and --data to the settings that count.
#pragma once

#include <expected>
#include <string>

#include "cli/world.hpp"
#include "shell/config/load.hpp"

namespace rf::app {

inline constexpr const char* system_config = "/etc/ringfence/ringfence.toml";

/// Which file is read: --config, else ringfence.toml in --data, else the system's; empty when there is none of them.
std::string config_file_of(const cli::Place& place);

/// Reads that file, or takes the defaults, and puts --data over server.data_dir. Never looks into the working
/// directory: a command run as root must not believe a file that anybody left there. Errors: invalid, with every fault
/// of the file.
std::expected<config::Settings, command::Error> settings_of(const cli::Place& place);

}  // namespace rf::app
