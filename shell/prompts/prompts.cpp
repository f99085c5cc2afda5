#include "shell/prompts/prompts.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <expected>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/base/clip_name.hpp"
#include "core/base/limits/call.hpp"
#include "shell/prompts/wav.hpp"

namespace rf::prompts {
namespace {

namespace fs = std::filesystem;

using Bytes = std::vector<std::uint8_t>;

constexpr std::string_view ending = ".wav";

std::string reason() {
  return std::strerror(errno);
}

/// What lies in an open file. Errors: why it cannot be used.
std::expected<Bytes, std::string> read_from(int file) {
  struct stat facts {};
  if (::fstat(file, &facts) != 0) return std::unexpected(reason());
  if (!S_ISREG(facts.st_mode)) return std::unexpected("it is no regular file");
  if (facts.st_size > static_cast<off_t>(VoiceLimits::clip_file_bytes))
    return std::unexpected(fmt::format("it is larger than {} MiB", VoiceLimits::clip_file_bytes >> 20));
  Bytes out(static_cast<std::size_t>(facts.st_size));
  std::size_t size = 0;
  while (size < out.size()) {
    const ssize_t got = ::read(file, out.data() + size, out.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(reason());
    if (got == 0) break;  // it became shorter meanwhile
    size += static_cast<std::size_t>(got);
  }
  out.resize(size);
  return out;
}

std::expected<media::Clip, std::string> read_clip(const std::string& path) {
  // A pipe in its place must not keep us.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return std::unexpected(reason());
  const auto bytes = read_from(file);
  ::close(file);
  if (!bytes) return std::unexpected(bytes.error());
  return parse_wav(*bytes);
}

std::string_view fault_of(media::ClipBank::Added added) {
  switch (added) {
    case media::ClipBank::Added::yes:
      return {};
    case media::ClipBank::Added::bad_name:
      return "its name is not made of small letters, digits, '-' and '_' (32 at most); rename it";
    case media::ClipBank::Added::empty:
      return "there is no sound in it";
    case media::ClipBank::Added::too_long:
      return "it is too long";
    case media::ClipBank::Added::full:
      return "there is no room for further prompts; remove some";
  }
  return {};
}

/// A name as it may be shown: a folder may be anybody's.
std::string shown(const std::string& path) {
  std::string out = path;
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c == '\x7f'; }, '?');
  return out;
}

/// What is in a folder, by the alphabet: so that a bound is met by the same files each time.
std::expected<std::vector<fs::path>, std::string> list(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> out;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    if (out.size() == VoiceLimits::folder_entries)
      return std::unexpected(fmt::format("it holds more than {} files; keep fewer", VoiceLimits::folder_entries));
    out.push_back(at->path());
  }
  if (error) return std::unexpected(error.message());
  std::sort(out.begin(), out.end());
  return out;
}

class Reading {
 public:
  explicit Reading(Loaded& out) : out_(out) {}

  void read(const std::string& root) {
    const auto folders = list(root);
    if (!folders) return fault(root, folders.error(), "check the folder and its permissions");
    for (const fs::path& folder : *folders) {
      std::error_code ignored;
      if (!is_clip_name_part(folder.filename().string()) || !fs::is_directory(folder, ignored)) continue;
      read_folder(folder);
    }
  }
  void finish(const std::string& shipped) {
    std::string missing;
    for (const std::string_view language : languages())
      for (const std::string_view prompt : prompt_names())
        if (const std::string name = fmt::format("{}/{}", language, prompt); !bank_.find(name))
          missing += (missing.empty() ? "" : ", ") + name;
    if (!missing.empty())
      out_.faults.push_back(
          fmt::format("there are no prompts {} in {}, and callers hear nothing in their place; "
                      "install them again, or put them into voice.prompts",
                      missing, shipped));
    out_.clips = std::make_shared<const media::ClipBank>(std::move(bank_));
  }

 private:
  void read_folder(const fs::path& folder) {
    const auto files = list(folder);
    if (!files) return fault(folder.string(), files.error(), "check the folder and its permissions");
    for (const fs::path& file : *files)
      if (file.extension() == ending) read_file(folder.filename().string(), file);
  }
  void read_file(const std::string& folder, const fs::path& file) {
    auto clip = read_clip(file.string());
    if (!clip) return fault(file.string(), clip.error(), "replace or remove it");
    const auto added = bank_.add(folder + "/" + file.stem().string(), std::move(*clip));
    if (added != media::ClipBank::Added::yes) fault(file.string(), fault_of(added), "");
  }
  void fault(const std::string& path, std::string_view what, std::string_view remedy) {
    if (out_.faults.size() == VoiceLimits::faults) return;
    out_.faults.push_back(
        fmt::format("the prompt {} cannot be used: {}{}{}", shown(path), what, remedy.empty() ? "" : "; ", remedy));
  }

  Loaded& out_;
  media::ClipBank bank_;
};

}  // namespace

std::vector<std::string_view> prompt_names() {
  return {"enter-pin",
          "wrong-pin",
          "pin-locked",
          "not-allowed",
          "no-money",
          "time-over",
          "closed",
          "goodbye",
          "not-available",
          "number-unknown",
          "event-critical",
          "event-warning",
          "event-notice",
          "event-info",
          "event-about-call",
          "event-about-config",
          "event-about-event",
          "event-about-guard",
          "event-about-login",
          "event-about-media",
          "event-about-money",
          "event-about-phone",
          "event-about-system",
          "event-about-trunk",
          "event-about-many",
          "event-look",
          "event-test"};
}

std::vector<std::string_view> languages() {
  return {"en", "de"};
}

Loaded load_prompts(const std::string& shipped, const std::string& own) {
  Loaded out;
  Reading reading(out);
  std::error_code ignored;
  if (fs::exists(shipped, ignored)) reading.read(shipped);
  if (!own.empty()) reading.read(own);
  reading.finish(shipped);
  return out;
}

}  // namespace rf::prompts
