// The program: fills in what the command line needs and lets it run.
#include <termios.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/access.hpp"
#include "app/caller.hpp"
#include "app/place.hpp"
#include "app/serve.hpp"
#include "app/setup.hpp"
#include "cli/run.hpp"
#include "core/base/limits/server.hpp"

namespace {

// One line from standard input; without echo when a person types it.
std::optional<std::string> read_secret() {
  termios before{};
  const bool person = ::tcgetattr(STDIN_FILENO, &before) == 0;
  if (person) {
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::cerr << "Password: " << std::flush;
  }
  std::string line;
  const bool read = static_cast<bool>(std::getline(std::cin, line));
  if (person) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::cerr << '\n';
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (!read || line.empty()) return std::nullopt;
  return line;
}

std::expected<std::string, std::string> read_file(const std::string& path) {
  std::ifstream file;
  std::error_code unknown;
  if (path != "-" && std::filesystem::is_directory(path, unknown)) return std::unexpected(path + " is a folder");
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  std::string text(rf::QueueLimits::control_request_bytes, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad() || (path != "-" && !file.is_open())) return std::unexpected(path + " cannot be read");
  return text;
}

std::expected<void, std::string> write_file(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (out) return {};
  return std::unexpected(path + " cannot be written");
}

rf::control::Outcome check_config(const rf::cli::Place& place) {
  const std::string file = rf::app::config_file_of(place);
  rf::control::Json faults = rf::control::Json::array();
  if (!file.empty())
    if (const auto loaded = rf::config::load(file); !loaded)
      for (const rf::config::Problem& problem : loaded.error()) faults.push_back(problem.text());
  return rf::control::Json{{"file", file.empty() ? "no file, defaults" : file}, {"faults", std::move(faults)}};
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  rf::cli::World world;
  world.ask = rf::app::ask;
  world.serve = [&](const rf::cli::Place& place, bool json) { return rf::app::serve(place, json, world.version); };
  world.setup = rf::app::setup;
  world.check_config = check_config;
  world.read_secret = read_secret;
  world.read_file = read_file;
  world.write_file = write_file;
  world.version = RINGFENCE_VERSION;
  world.caller = rf::app::caller_address();
  world.out = &std::cout;
  world.err = &std::cerr;
  // Third-party code may throw (no memory, no threads); ours does not.
  try {
    return rf::cli::run(argc, argv, world);
  } catch (const std::exception& fault) {
    std::cerr << "ringfence: " << fault.what() << "\n  this is a fault of ours, please report it\n";
    return rf::cli::failed;
  }
}
