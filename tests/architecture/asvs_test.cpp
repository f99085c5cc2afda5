// docs/asvs.md says which test shows what: each of them exists, and no item says nothing.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Row {
  std::string item, state, shown;
};

std::vector<Row> rows() {
  std::vector<Row> out;
  const std::regex row(R"(\| (\d+\.\d+\.\d+) \| [^|]+ \| ([a-z ]+) \| (.*) \|)");
  std::ifstream in(fs::path(SOURCE_DIR) / "docs/asvs.md");
  for (std::string line; std::getline(in, line);)
    if (std::smatch found; std::regex_match(line, found, row)) out.push_back({found[1], found[2], found[3]});
  return out;
}

/// "Suite.Name" of gtest, "test_name" of Python.
bool has_test(const std::string& text, const std::string& name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return text.find("def " + name + "(") != std::string::npos;
  return text.find("(" + name.substr(0, dot) + ", " + name.substr(dot + 1) + ")") != std::string::npos;
}

TEST(Asvs, EveryTestThatIsNamedExists) {
  const std::regex reference(R"(`((?:unit|integration|architecture|simulation)/[\w/]+\.\w+):([\w.]+)`)");
  std::map<std::string, std::string> texts;
  std::size_t found = 0;
  for (const Row& row : rows())
    for (std::sregex_iterator at(row.shown.begin(), row.shown.end(), reference), end; at != end; ++at) {
      const std::string file = (*at)[1], name = (*at)[2];
      const auto [known, fresh] = texts.try_emplace(file);
      if (fresh) known->second = text_of(fs::path(SOURCE_DIR) / "tests" / file);
      EXPECT_TRUE(has_test(known->second, name)) << row.item << " names " << name << " of " << file;
      ++found;
    }
  EXPECT_GT(found, 200u);
}

TEST(Asvs, EveryItemIsThereOnceWithItsTestOrItsReason) {
  const std::set<std::string> states{"met", "partly", "not met", "by review", "does not apply"};
  std::set<std::string> items;
  for (const Row& row : rows()) {
    EXPECT_TRUE(items.insert(row.item).second) << row.item << " stands there twice";
    EXPECT_TRUE(states.contains(row.state)) << row.item << " is " << row.state;
    const bool has_a_test =
        row.shown.find(":test_") != std::string::npos || row.shown.find("_test.cpp:") != std::string::npos;
    if (row.state == "met") {
      EXPECT_TRUE(has_a_test) << row.item << " is met, and no test shows it";
    } else {
      EXPECT_FALSE(row.shown.starts_with('`') && has_a_test) << row.item << " says no reason";
    }
  }
  EXPECT_EQ(items.size(), 260u);
}

}  // namespace
