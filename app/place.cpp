#include "app/place.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace rf::app {

std::string config_file_of(const cli::Place& place) {
  if (!place.config.empty()) return place.config;
  std::error_code ignored;
  if (!place.data.empty()) {
    const std::string beside = place.data + "/ringfence.toml";
    return std::filesystem::exists(beside, ignored) ? beside : std::string();
  }
  return std::filesystem::exists(system_config, ignored) ? system_config : std::string();
}

config::Loaded loaded_of(const cli::Place& place, const std::vector<config::Above>& above, config::Reading* reading) {
  const std::string file = config_file_of(place);
  auto loaded = file.empty() ? config::parse("", "", above, reading) : config::load(file, above, reading);
  if (loaded && !place.data.empty())
    loaded->server.data_dir = std::filesystem::absolute(place.data).lexically_normal().string();
  return loaded;
}

std::expected<config::Settings, command::Error> settings_of(const cli::Place& place) {
  auto loaded = loaded_of(place);
  if (loaded) return std::move(*loaded);
  const auto& faults = loaded.error();
  std::string remedy = "ringfence config check names every fault";
  if (faults.size() > 1) remedy = fmt::format("and {} more; {}", faults.size() - 1, remedy);
  return std::unexpected(command::Error{command::Code::invalid, faults.front().text(), std::move(remedy)});
}

}  // namespace rf::app
