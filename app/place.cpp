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

std::expected<config::Settings, command::Error> settings_of(const cli::Place& place) {
  const std::string file = config_file_of(place);
  config::Settings settings = config::defaults();
  if (!file.empty()) {
    auto loaded = config::load(file);
    if (!loaded) {
      const auto& faults = loaded.error();
      std::string remedy = "ringfence config check names every fault";
      if (faults.size() > 1) remedy = fmt::format("and {} more; {}", faults.size() - 1, remedy);
      return std::unexpected(command::Error{command::Code::invalid, faults.front().text(), std::move(remedy)});
    }
    settings = std::move(*loaded);
  }
  if (!place.data.empty()) settings.server.data_dir = std::filesystem::absolute(place.data).lexically_normal().string();
  return settings;
}

}  // namespace rf::app
