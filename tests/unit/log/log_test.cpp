#include "shell/log/log.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace rf::log {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LogFile : public ::testing::Test {
 protected:
  LogFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rf-log-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    options_.file = folder_ + "/log";
    options_.lines_per_min = 100'000;
  }
  ~LogFile() override { std::filesystem::remove_all(folder_); }

  static std::string content(const std::string& path) {
    std::ifstream in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }

  std::string folder_;
  Options options_;
};

TEST_F(LogFile, WritesWhatIsSaidAtOrAboveTheLevel) {
  options_.level = effect::Level::notice;
  auto log = *Log::open(options_);
  log->say(effect::Level::info, "quiet", "not this");
  log->say(effect::Level::notice, "loud", "but this");
  log->flush();
  EXPECT_THAT(content(options_.file), HasSubstr("loud: but this"));
  EXPECT_THAT(content(options_.file), Not(HasSubstr("quiet")));
}

TEST_F(LogFile, AuditLinesAreWrittenWhateverTheLevel) {
  options_.level = effect::Level::error;
  auto log = *Log::open(options_);
  log->audit("root", "extension.add number=\"1001\"", "done");
  log->flush();
  EXPECT_THAT(content(options_.file), HasSubstr("audit: extension.add number=\"1001\" by root: done"));
}

TEST_F(LogFile, WhatWaitsIsWrittenWhenTheLogEnds) {
  auto log = *Log::open(options_);
  for (int i = 0; i < 1000; ++i) log->say(effect::Level::info, "line", std::to_string(i));
  log.reset();
  EXPECT_THAT(content(options_.file), HasSubstr("line: 999"));
}

TEST_F(LogFile, RotationLosesNoLine) {
  auto log = *Log::open(options_);
  log->say(effect::Level::info, "before", "");
  log->flush();
  std::filesystem::rename(options_.file, options_.file + ".1");
  ASSERT_TRUE(log->reopen(options_).has_value());
  log->say(effect::Level::info, "after", "");
  log->flush();
  EXPECT_THAT(content(options_.file + ".1"), HasSubstr("before"));
  EXPECT_THAT(content(options_.file), HasSubstr("after"));
}

TEST_F(LogFile, AFileThatCannotBeOpenedLeavesTheOldOneInUse) {
  auto log = *Log::open(options_);
  Options broken = options_;
  broken.file = folder_ + "/no/such/folder/log";
  const auto result = log->reopen(broken);
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error(), HasSubstr("No such file or directory"));
  log->say(effect::Level::info, "still", "");
  log->flush();
  EXPECT_THAT(content(options_.file), HasSubstr("still"));
}

TEST_F(LogFile, IsNotReadableByEverybody) {
  auto log = *Log::open(options_);
  struct stat facts{};
  ASSERT_EQ(::stat(options_.file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07, 0u);
}

TEST_F(LogFile, ALinkInThePlaceOfTheFileIsNotFollowed) {
  ASSERT_EQ(::symlink("/dev/null", options_.file.c_str()), 0);
  EXPECT_FALSE(Log::open(options_).has_value());
}

TEST_F(LogFile, AFullQueueDropsTheOldestAndCountsThem) {
  // A pipe that nobody reads stands for a disk that hangs.
  options_.queue_max = 4;
  const std::string pipe = folder_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  options_.file = pipe;
  std::unique_ptr<Log> log;
  std::thread opener([&] { log = *Log::open(options_); });
  std::ifstream reader(pipe);
  opener.join();
  const std::string line(500, 'x');
  for (int i = 0; i < 1'000; ++i) log->say(effect::Level::info, "flood", line);
  EXPECT_GT(log->counters().dropped, 0u);
  std::thread drain([&] {
    std::string rest;
    while (std::getline(reader, rest)) {
    }
  });
  log.reset();
  drain.join();
}

TEST_F(LogFile, AReportCarriesItsReasonAndItsText) {
  auto log = *Log::open(options_);
  effect::Report report;
  report.level = effect::Level::warning;
  report.reason = effect::Reason::auth_failed;
  report.subject = "alice";
  report.detail = "wrong_password";
  log->report(report);
  log->flush();
  EXPECT_THAT(content(options_.file),
              HasSubstr("auth_failed: " + std::string(effect::text_of(report.reason)) + " subject=al"));
  EXPECT_THAT(content(options_.file), HasSubstr("detail=wrong_password"));
}

TEST_F(LogFile, WhoListensHearsAlsoWhatIsNotWritten) {
  options_.level = effect::Level::error;
  options_.lines_per_min = 1;
  auto log = *Log::open(options_);
  std::vector<std::string> heard;
  log->listen([&](const Line& line) { heard.push_back(std::string(line.event) + " " + std::string(line.subject)); });
  effect::Report report;
  report.reason = effect::Reason::trunk_down;
  report.subject = "alice@example.com";
  log->report(report);
  log->say(effect::Level::debug, "quiet", "not written");
  log->say(effect::Level::error, "loud", "written");
  log->say(effect::Level::error, "loud", "summed up");
  log->audit("root", "stop", "done");
  EXPECT_THAT(heard, ::testing::ElementsAre("trunk_down alice@example.com", "quiet ", "loud ", "loud ", "audit "));
}

TEST_F(LogFile, AFloodOfOneKindIsSummedUpAndLeavesRoomForTheOthers) {
  options_.lines_per_min = 5;
  auto log = *Log::open(options_);
  effect::Report flood;
  flood.reason = effect::Reason::auth_failed;
  for (int i = 0; i < 10'000; ++i) log->report(flood);
  effect::Report other;
  other.reason = effect::Reason::call_started;
  log->report(other);
  log->flush();
  EXPECT_LT(log->counters().written, 100u);
  EXPECT_GT(log->counters().left_out, 9'900u);
  EXPECT_THAT(content(options_.file), HasSubstr("more of these within a minute"));
  EXPECT_EQ(log->counters().dropped, 0u);
  EXPECT_THAT(content(options_.file), HasSubstr("call_started"));
}

TEST_F(LogFile, WhatIsSaidTooOftenIsSummedUpTooAndSaysWhereTheLastCameFrom) {
  options_.lines_per_min = 3;
  auto log = *Log::open(options_);
  for (int i = 0; i < 1'000; ++i) log->say(effect::Level::error, "store_full", "no room");
  effect::Report flood;
  flood.reason = effect::Reason::auth_failed;
  for (int i = 0; i < 50; ++i) {
    flood.flow.remote = *Endpoint::parse(fmt::format("203.0.113.{}:5060", i + 1));
    log->report(flood);
  }
  log->flush();
  const std::string lines = content(options_.file);
  EXPECT_LT(lines.size(), 2'000u);
  EXPECT_THAT(lines, HasSubstr("store_full: 997 more"));
  EXPECT_THAT(lines, HasSubstr("auth_failed: 47 more"));
  EXPECT_THAT(lines, HasSubstr("203.0.113.50"));
  // What was told is not told again.
  log->flush();
  EXPECT_EQ(content(options_.file), lines);
}

TEST_F(LogFile, NeverHoldsMoreThanItMayAndKeepsTheNewestOfIt) {
  options_.file_bytes = 10'000;
  options_.files = 3;
  auto log = *Log::open(options_);
  for (int i = 0; i < 5'000; ++i) {
    log->audit("root", fmt::format("line {}", i), "done");
    if (i % 500 == 0) log->flush();
  }
  log->flush();
  std::uintmax_t bytes = 0;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    EXPECT_LE(entry.file_size(), options_.file_bytes);
    bytes += entry.file_size();
    ++files;
    struct stat facts{};
    ASSERT_EQ(::stat(entry.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07, 0u);
  }
  EXPECT_EQ(files, 4u);
  EXPECT_LE(bytes, 4 * options_.file_bytes);
  EXPECT_THAT(content(options_.file), HasSubstr("line 4999 "));
  EXPECT_EQ(log->counters().failed, 0u);
}

TEST_F(LogFile, ContinuesAtTheSizeItHasAfterARestart) {
  options_.file_bytes = 1'000;
  options_.files = 1;
  std::ofstream(options_.file) << std::string(990, 'x') << '\n';
  auto log = *Log::open(options_);
  log->say(effect::Level::info, "fresh", "start");
  log->flush();
  EXPECT_THAT(content(options_.file + ".1"), HasSubstr("xxx"));
  EXPECT_THAT(content(options_.file), Not(HasSubstr("xxx")));
}

TEST_F(LogFile, IsEmptiedWhereTheFolderDoesNotLetItBePutAside) {
  options_.file_bytes = 1'000;
  options_.files = 1;
  // A folder of that name cannot be replaced by a file, whoever asks for it.
  std::filesystem::create_directories(options_.file + ".1/in the way");
  auto log = *Log::open(options_);
  for (int i = 0; i < 200; ++i) log->audit("root", fmt::format("line {}", i), "done");
  log->flush();
  EXPECT_LE(std::filesystem::file_size(options_.file), options_.file_bytes);
  EXPECT_THAT(content(options_.file), HasSubstr("line 199 "));
}

TEST_F(LogFile, ThreadsMayWriteAtOnce) {
  auto log = *Log::open(options_);
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t)
    writers.emplace_back([&] {
      for (int i = 0; i < 200; ++i) log->say(effect::Level::info, "line", "from a thread");
    });
  for (auto& writer : writers) writer.join();
  log->flush();
  EXPECT_EQ(log->counters().written + log->counters().dropped, 800u);
}

}  // namespace
}  // namespace rf::log
