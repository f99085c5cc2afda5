// House rules that a reader would otherwise have to remember.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> all_sources() {
  std::vector<fs::path> out;
  for (const char* folder : {"core", "shell", "cli", "app", "sim", "tests", "fuzz"}) {
    if (!fs::exists(fs::path(SOURCE_DIR) / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SOURCE_DIR) / folder))
      if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp") out.push_back(entry.path());
  }
  return out;
}

template <class Fn>
void for_each_line(const fs::path& file, Fn&& fn) {
  std::ifstream in(file);
  int number = 0;
  for (std::string line; std::getline(in, line);) fn(line, ++number);
}

TEST(Style, LinesFitAndFilesAreReadInOneSitting) {
  for (const fs::path& file : all_sources()) {
    int lines = 0;
    for_each_line(file, [&](const std::string& line, int number) {
      lines = number;
      std::size_t columns = 0;
      for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
      EXPECT_LE(columns, 120u) << file << ":" << number;
    });
    EXPECT_LE(lines, 600) << file;
  }
}

TEST(Style, BannedCallsHaveReplacements) {
  const std::vector<std::pair<std::regex, std::string>> banned = {
      {std::regex(R"(\bstrcpy\(|\bstrcat\(|\bsprintf\(|\bgets\()"), "a std::string, or fmt"},
      {std::regex(R"(\batoi\(|\batol\(|\bstrtol\()"), "std::from_chars or sip::parse_number"},
      {std::regex(R"(\bstd::stoi\(|\bstd::stoul\()"), "std::from_chars: a remote byte must not throw"},
      {std::regex(R"(\bmemcmp\([^)]*(password|secret|response|mac)\b)"), "equal_in_constant_time"},
      {std::regex(R"(\b(TODO|FIXME|XXX)\b(?!.*\b[A-Z][0-9]+\b))"), "a row id beside it, or the work itself"},
  };
  for (const fs::path& file : all_sources()) {
    // Tests read nothing that a stranger wrote.
    if (fs::relative(file, SOURCE_DIR).begin()->string() == "tests") continue;
    for_each_line(file, [&](const std::string& line, int number) {
      for (const auto& [pattern, replacement] : banned)
        EXPECT_FALSE(std::regex_search(line, pattern)) << file << ":" << number << " wants " << replacement;
    });
  }
}

TEST(Style, BoundsAreNamedInOnePlace) {
  // A number of one's own for what can grow, whatever kind of integer it is.
  const std::regex bound(
      R"(\b(?:size_t|u?int(?:\d+_t)?|unsigned|long|short) (?:\w+ = [\d']+\w*, )?(\w+_(?:max|kept)) = \d)");
  const std::set<std::string> no_bounds = {// what a person may write into a name, and choose for an extension
                                           "number_max", "auth_name_max", "password_max", "display_name_max",
                                           "tenant_name_max", "registrations_max", "calls_max", "extensions_max",
                                           // how much is done at once
                                           "bytes_max", "datagrams_max", "joined_max", "events_max",
                                           // numbers of a protocol: RFC 3261 §8.1.1.5, RFC 3550 A.1
                                           "cseq_max", "dropout_max", "misorder_max"};
  for (const fs::path& file : all_sources()) {
    const std::string room = fs::relative(file, SOURCE_DIR).begin()->string();
    if ((room != "core" && room != "shell" && room != "app") || file.parent_path().filename() == "limits") continue;
    for_each_line(file, [&](const std::string& line, int number) {
      std::smatch found;
      const bool fits = !std::regex_search(line, found, bound) || no_bounds.contains(found[1]);
      EXPECT_TRUE(fits) << file << ":" << number << ": " << found[1] << " belongs into core/base/limits/";
    });
  }
}

TEST(Style, EveryHeaderSaysWhatItIsFor) {
  for (const fs::path& file : all_sources()) {
    if (file.extension() != ".hpp") continue;
    std::ifstream in(file);
    std::string first;
    std::getline(in, first);
    EXPECT_EQ(first.rfind("// ", 0), 0u) << file;
  }
}

}  // namespace
