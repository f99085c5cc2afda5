#include "shell/prompts/prompts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/base/limits/call.hpp"

namespace rf::prompts {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string shipped = std::string(SOURCE_DIR) + "/prompts";

/// A folder of an operator's own, gone at the end.
class Folder {
 public:
  Folder() {
    std::string path = fs::temp_directory_path() / "prompts.XXXXXX";
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    path_ = path;
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path() const { return path_; }
  void write(const std::string& name, const std::string& bytes) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << bytes;
  }
  /// A good file with `samples` of mu-law.
  void sound(const std::string& name, std::size_t samples) const {
    std::ifstream in(shipped + "/en/goodbye.wav", std::ios::binary);
    std::string head(58, '\0');
    in.read(head.data(), 58);
    for (std::size_t i = 0; i < 4; ++i) head[54 + i] = static_cast<char>(samples >> (8 * i));
    write(name, head + std::string(samples, 'x'));
  }

 private:
  fs::path path_;
};

TEST(Prompts, EveryPromptIsShippedInEveryLanguageAndShort) {
  const Loaded loaded = load_prompts(shipped, "");
  EXPECT_THAT(loaded.faults, IsEmpty());
  std::size_t bytes = 0;
  for (const std::string_view language : languages())
    for (const std::string_view name : prompt_names()) {
      const media::ClipRef clip = loaded.clips->find(std::string(language) + "/" + std::string(name));
      ASSERT_NE(clip, nullptr) << language << "/" << name;
      EXPECT_GT(clip->samples(), 8'000u) << language << "/" << name;
      EXPECT_LT(clip->samples(), 80'000u) << language << "/" << name;
      bytes += clip->samples();
    }
  EXPECT_LT(bytes, 1'500'000u);
  EXPECT_NE(loaded.clips->find("tone/ringing"), nullptr);
}

TEST(Prompts, AnOperatorsFilesReplaceThoseOfTheSameNameAndAddOthers) {
  const Folder own;
  own.sound("en/goodbye.wav", 42);
  own.sound("custom/closed-today.wav", 43);
  own.sound("tone/ringing.wav", 44);
  own.write("custom/notes.txt", "not a sound");
  own.write("notes.txt", "nor this");
  const Loaded loaded = load_prompts(shipped, own.path());
  EXPECT_THAT(loaded.faults, IsEmpty());
  EXPECT_EQ(loaded.clips->find("en/goodbye")->samples(), 42u);
  EXPECT_EQ(loaded.clips->find("custom/closed-today")->samples(), 43u);
  EXPECT_EQ(loaded.clips->find("tone/ringing")->samples(), 44u);
  EXPECT_GT(loaded.clips->find("de/goodbye")->samples(), 8'000u);
}

TEST(Prompts, AFileThatCannotBeUsedIsToldAndTheShippedOneStays) {
  const Folder own;
  own.write("en/goodbye.wav", "RIFF, or so");
  own.write("custom/Big Name.wav", "x");
  own.sound("custom/UPPER.wav", 5);
  fs::create_directories(own.path() + "/custom/folder.wav");
  ASSERT_EQ(::mkfifo((own.path() + "/custom/pipe.wav").c_str(), 0600), 0);
  const Loaded loaded = load_prompts(shipped, own.path());
  EXPECT_THAT(loaded.faults, ElementsAre(AllOf(HasSubstr("Big Name.wav"), HasSubstr("no WAV file")),
                                         AllOf(HasSubstr("UPPER.wav"), HasSubstr("rename it")),
                                         AllOf(HasSubstr("folder.wav"), HasSubstr("no regular file")),
                                         AllOf(HasSubstr("pipe.wav"), HasSubstr("no regular file")),
                                         AllOf(HasSubstr(own.path() + "/en/goodbye.wav"), HasSubstr("no WAV file"),
                                               HasSubstr("replace"))));
  EXPECT_GT(loaded.clips->find("en/goodbye")->samples(), 8'000u);
}

TEST(Prompts, ALargeFileIsNotEvenRead) {
  const Folder own;
  own.sound("custom/large.wav", 10);
  fs::resize_file(own.path() + "/custom/large.wav", std::uintmax_t{1} << 40);
  EXPECT_THAT(load_prompts(shipped, own.path()).faults, ElementsAre(HasSubstr("larger than 2 MiB")));
}

TEST(Prompts, FoldersThatAreNotThereAreToldAndCallsGoOnWithTones) {
  const Loaded none = load_prompts("/nowhere", "");
  EXPECT_THAT(none.faults, ElementsAre(AllOf(HasSubstr("en/enter-pin, en/wrong-pin"), HasSubstr("/nowhere"))));
  EXPECT_EQ(none.clips->size(), 3u);
  const Loaded own = load_prompts(shipped, "/nowhere/prompts");
  EXPECT_THAT(own.faults, ElementsAre(AllOf(HasSubstr("/nowhere/prompts"), HasSubstr("check the folder"))));
  EXPECT_NE(own.clips->find("en/goodbye"), nullptr);
}

TEST(Prompts, AFolderOfManyBadFilesIsToldInFewSentences) {
  const Folder own;
  for (int i = 0; i < 100; ++i) own.write("custom/bad" + std::to_string(i) + ".wav", "x");
  EXPECT_EQ(load_prompts(shipped, own.path()).faults.size(), VoiceLimits::faults);
}

TEST(Prompts, NamesOfFilesCannotWriteToTheTerminalOrTheLog) {
  const Folder own;
  own.write("custom/\x1b[2J\nfake.wav", "x");
  const Loaded loaded = load_prompts(shipped, own.path());
  ASSERT_EQ(loaded.faults.size(), 1u);
  for (const char c : loaded.faults[0]) EXPECT_GE(c, ' ');
}

}  // namespace
}  // namespace rf::prompts
