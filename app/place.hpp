// From --config and --data to the settings that count.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "cli/world.hpp"
#include "shell/config/load.hpp"

namespace rf::app {

inline constexpr const char* system_config = "/etc/ringfence/ringfence.toml";

/// Which file is read: --config, else ringfence.toml in --data, else the system's; empty when there is none of them.
std::string config_file_of(const cli::Place& place);

/// That file with what stands `above` it, or the defaults. Errors: every fault.
config::Loaded loaded_of(const cli::Place& place, const std::vector<config::Above>& above = {},
                         config::Reading* reading = nullptr);

/// Reads that file, or takes the defaults, and puts --data over server.data_dir. Never looks into the working
/// directory: a command run as root must not believe a file that anybody left there. Errors: invalid, with every fault
/// of the file.
std::expected<config::Settings, command::Error> settings_of(const cli::Place& place);

}  // namespace rf::app
