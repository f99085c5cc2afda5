#include "app/countries.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "app/host.hpp"
#include "shell/geo/database.hpp"

namespace rf::app {
namespace {

/// Changes whenever the file does.
std::string identity_of(const std::string& file) {
  struct stat facts{};
  if (::stat(file.c_str(), &facts) != 0) return {};
  return fmt::format("{} {} {} {} {}.{}", file, facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtim.tv_sec,
                     facts.st_mtim.tv_nsec);
}

}  // namespace

std::string country_file_of(const config::Settings& settings) {
  if (!settings.guard.country_database.empty()) return settings.guard.country_database;
  return installed("countries.mmdb");
}

void CountryBook::look(const config::Settings& settings) {
  const std::string file = country_file_of(settings);
  const std::string identity = identity_of(file);
  if (!identity.empty() && identity == identity_ && problem_.empty()) return;
  auto read = geo::read_countries(file);
  if (!read) {
    problem_ = fmt::format("the country database {} cannot be used: {}", file, read.error());
    return;
  }
  countries_ = std::move(read->countries);
  type_ = std::move(read->type);
  built_s_ = read->built_s;
  file_ = file;
  identity_ = identity;
  problem_.clear();
}

}  // namespace rf::app
