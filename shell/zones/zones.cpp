#include "shell/zones/zones.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/base/limits/toll.hpp"
#include "core/base/nearest.hpp"
#include "core/schedule/tzif.hpp"

namespace rf::zones {
namespace {

namespace fs = std::filesystem;

using Bytes = std::vector<std::uint8_t>;

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_of_name(char c) {
  return is_capital(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (is_capital(c)) c = static_cast<char>(c + 32);
  return out;
}

std::string reason() {
  return std::strerror(errno);
}

/// The file's first bytes, at most `most` and one.
std::expected<Bytes, std::string> read_from(int file, std::size_t most) {
  struct stat facts{};
  if (::fstat(file, &facts) != 0) return std::unexpected(reason());
  if (!S_ISREG(facts.st_mode)) return std::unexpected("it is no regular file");
  Bytes out(most + 1);
  std::size_t size = 0;
  while (size < out.size()) {
    const ssize_t got = ::read(file, out.data() + size, out.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(reason());
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  out.resize(size);
  return out;
}

/// Errors: empty when there is no such file, else what is wrong with it.
std::expected<Bytes, std::string> read_file(const std::string& path, std::size_t most) {
  // A pipe in its place must not keep us.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return std::unexpected(errno == ENOENT || errno == ENOTDIR ? std::string() : reason());
  auto bytes = read_from(file, most);
  ::close(file);
  return bytes;
}

/// "Berlin" of "Europe/Berlin".
std::string_view place_of(std::string_view name) {
  return name.substr(name.rfind('/') + 1);
}

std::string_view nearest_name(std::string_view typed, const std::vector<std::string>& names) {
  std::string wanted = lower(typed);
  std::replace(wanted.begin(), wanted.end(), ' ', '_');
  for (const std::string& name : names)
    if (lower(name) == wanted) return name;
  for (const std::string& name : names)
    if (lower(place_of(name)) == wanted) return name;
  std::vector<std::string> plain, places;
  for (const std::string& name : names) {
    plain.push_back(lower(name));
    places.push_back(lower(place_of(name)));
  }
  for (const auto& candidates : {plain, places})
    if (const std::string_view found = nearest(wanted, candidates); !found.empty())
      return names[static_cast<std::size_t>(std::find(candidates.begin(), candidates.end(), found) -
                                            candidates.begin())];
  return {};
}

std::string unknown(std::string_view name, const std::string& folder) {
  std::string shown(name.substr(0, ScheduleLimits::zone_name_bytes));
  std::erase_if(shown, [](char c) { return c < ' ' || c > '~'; });
  const std::vector<std::string> names = zone_names(folder);
  if (names.empty()) return fmt::format("there are no time zones in {}; install the package tzdata", folder);
  const std::string_view near = nearest_name(name.substr(0, ScheduleLimits::zone_name_bytes), names);
  if (!near.empty()) return fmt::format("there is no time zone '{}'; did you mean {}?", shown, near);
  return fmt::format("there is no time zone '{}'; names are like Europe/Berlin, see {}/tzdata.zi", shown, folder);
}

}  // namespace

bool is_zone_name(std::string_view text) {
  if (text.empty() || text.size() > ScheduleLimits::zone_name_bytes) return false;
  bool begins = true;
  for (const char c : text) {
    if (begins ? !is_capital(c) : c != '/' && !is_of_name(c)) return false;
    begins = c == '/';
  }
  return !begins;
}

std::expected<schedule::ZoneRef, std::string> load_zone(std::string_view name, const std::string& folder) {
  if (!is_zone_name(name)) return std::unexpected(unknown(name, folder));
  const auto bytes = read_file(fmt::format("{}/{}", folder, name), ScheduleLimits::zone_file_bytes);
  if (!bytes && bytes.error().empty()) return std::unexpected(unknown(name, folder));
  const auto failed = [&](const std::string& why) {
    return std::unexpected(fmt::format("the time zone {} cannot be used: {}", name, why));
  };
  // A part of a name, "Europe", is a folder.
  if (!bytes)
    return fs::is_directory(folder + "/" + std::string(name)) ? std::unexpected(unknown(name, folder))
                                                              : failed(bytes.error());
  auto zone = schedule::parse_tzif(std::string(name), *bytes);
  if (!zone) return failed(zone.error());
  return std::make_shared<const schedule::Zone>(std::move(*zone));
}

std::vector<std::string> zone_names(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  const std::size_t prefix = folder.size() + 1;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator() && out.size() < ScheduleLimits::zone_names;
       at.increment(error)) {
    const std::string path = at->path().string();
    if (path.size() <= prefix || !is_zone_name(std::string_view(path).substr(prefix))) {
      at.disable_recursion_pending();
      continue;
    }
    const auto magic = read_file(path, 4);
    if (magic && magic->size() == 5 && std::equal(magic->begin(), magic->begin() + 4, "TZif"))
      out.push_back(path.substr(prefix));
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace rf::zones
