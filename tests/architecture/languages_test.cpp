// What the core says to people stands in every language of the portal.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(fs::path(SOURCE_DIR) / file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> found_in(const std::string& text, const std::regex& pattern, std::size_t group) {
  std::set<std::string> out;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) out.insert((*at)[group]);
  return out;
}

TEST(Languages, EveryReasonIsThereInGermanAndNoneIsLeftOver) {
  const std::string source = text_of("core/effect/reasons.cpp");
  const std::string spoken = source.substr(source.find("text_of(Reason"));
  const std::string german = text_of("portal/src/admin/messages/said.de.ts");
  const std::size_t begin = german.find("germanReasons"), end = german.find("\n};", begin);
  const auto said = found_in(spoken, std::regex(R"re(return "([^"]+)")re"), 1);
  const auto translated =
      found_in(german.substr(begin, end - begin), std::regex(R"re(\n  (['"]?)([A-Z][^\n]*?)\1:[ \n])re"), 2);
  EXPECT_GT(said.size(), 50u);
  EXPECT_EQ(said, translated);
}

}  // namespace
