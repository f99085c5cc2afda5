// The country database of this host: where it lies, when it is read, what is wrong with it.
#pragma once

#include <cstdint>
#include <string>

#include "core/guard/countries.hpp"
#include "shell/config/settings.hpp"

namespace rf::app {

/// The file that the settings name, else the one that was installed beside this program.
std::string country_file_of(const config::Settings& settings);

/// What was read last. Whoever has rules about countries looks; without any the file is never opened.
class CountryBook {
 public:
  /// Reads the file unless it is the one that was read last. When it cannot be read, what was read before stays.
  void look(const config::Settings& settings);
  /// Null: there is none.
  const guard::CountriesRef& countries() const { return countries_; }
  /// Why the file could not be read; empty when it could.
  const std::string& problem() const { return problem_; }
  const std::string& file() const { return file_; }
  const std::string& type() const { return type_; }
  std::int64_t built_s() const { return built_s_; }

 private:
  guard::CountriesRef countries_;
  std::string identity_, file_, type_, problem_;
  std::int64_t built_s_ = 0;
};

}  // namespace rf::app
