#include "shell/trace/segments.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>

#include "core/base/limits/trace.hpp"

namespace rf::trace {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::string_view ending = ".trace";

/// "calls-000000000017-1700000000000.trace"
std::optional<Segment> parse_name(std::string_view name, std::string_view kind) {
  if (!name.starts_with(kind) || !name.ends_with(ending)) return std::nullopt;
  name.remove_prefix(kind.size());
  name.remove_suffix(ending.size());
  Segment out;
  const auto number = [&](auto& value) {
    if (!name.starts_with('-')) return false;
    name.remove_prefix(1);
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
    name.remove_prefix(static_cast<std::size_t>(end - name.data()));
    return error == std::errc{};
  };
  if (!number(out.number) || !number(out.first_wall_ms) || !name.empty()) return std::nullopt;
  return out;
}

}  // namespace

std::vector<Segment> segments_in(const std::string& folder, std::string_view kind) {
  std::vector<Segment> out;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    auto segment = parse_name(at->path().filename().string(), kind);
    std::error_code of_size;
    if (!segment || !at->is_regular_file(of_size) || at->is_symlink(of_size)) continue;
    segment->path = at->path().string();
    segment->bytes = at->file_size(of_size);
    if (!of_size) out.push_back(std::move(*segment));
  }
  std::sort(out.begin(), out.end(), [](const Segment& a, const Segment& b) { return a.number < b.number; });
  return out;
}

Segments::Segments(Options options) : options_(std::move(options)) {
  const auto found = segments_in(options_.folder, options_.kind);
  segments_.assign(found.begin(), found.end());
  for (const Segment& segment : segments_) bytes_ += segment.bytes;
  if (!segments_.empty()) next_number_ = segments_.back().number + 1;
}

Segments::~Segments() { close(); }

void Segments::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

std::expected<void, std::string> Segments::begin(std::int64_t wall_ms) {
  Segment segment;
  segment.number = next_number_;
  segment.first_wall_ms = wall_ms;
  segment.path = fmt::format("{}/{}-{:012}-{}{}", options_.folder, options_.kind, segment.number, wall_ms, ending);
  file_ = ::open(segment.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file_ < 0) return std::unexpected(fmt::format("{} cannot be made: {}", segment.path, std::strerror(errno)));
  ++next_number_;
  segments_.push_back(std::move(segment));
  return {};
}

std::expected<void, std::string> Segments::append(std::string_view bytes, std::int64_t wall_ms) {
  // What is kept for so many days is deleted by the file, so none lasts much longer than a day.
  const bool full = file_ >= 0 && (segments_.back().bytes + bytes.size() > options_.segment_bytes ||
                                   wall_ms - segments_.back().first_wall_ms > day_ms);
  if (full) close();
  if (file_ < 0) {
    if (auto begun = begin(wall_ms); !begun) return begun;
    sweep(0);
  }
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      const std::string path = segments_.back().path, why = std::strerror(errno);
      close();
      return std::unexpected(fmt::format("{} cannot be written: {}", path, why));
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
    segments_.back().bytes += static_cast<std::uint64_t>(count);
    bytes_ += static_cast<std::uint64_t>(count);
  }
  return {};
}

void Segments::sweep(std::int64_t wall_ms) {
  const std::int64_t oldest_ms = wall_ms - std::int64_t{options_.days} * day_ms;
  // All of a file is older than what the next one begins with.
  const auto has_to_go = [&] {
    if (bytes_ > options_.budget_bytes || segments_.size() > TraceLimits::segments) return true;
    return segments_.size() > 1 ? segments_[1].first_wall_ms < oldest_ms
                                : segments_[0].first_wall_ms + day_ms < oldest_ms;
  };
  while (segments_.size() > (file_ >= 0 ? 1u : 0u) && has_to_go()) {
    if (::unlink(segments_.front().path.c_str()) != 0 && errno != ENOENT) return;
    bytes_ -= segments_.front().bytes;
    segments_.pop_front();
  }
}

}  // namespace rf::trace
