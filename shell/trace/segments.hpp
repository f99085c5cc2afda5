// A ring of files: what is recorded goes to the end of the newest, and the oldest is deleted.
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace rf::trace {

/// One file of a ring. The newest has the highest number.
struct Segment {
  std::string path;
  std::uint64_t number = 0;
  std::int64_t first_wall_ms = 0;
  std::uint64_t bytes = 0;
};

/// The files of `kind` in a folder, the oldest first; empty when there is no such folder.
std::vector<Segment> segments_in(const std::string& folder, std::string_view kind);

/// One writer. Files are for their owner only, and begun anew by each process, so a torn end spoils nothing behind it.
class Segments {
 public:
  struct Options {
    std::string folder;
    std::string kind;  ///< letters; the beginning of the files' names
    std::uint64_t budget_bytes = 0;
    std::uint64_t segment_bytes = 0;
    std::uint32_t days = 0;
  };
  explicit Segments(Options options);
  ~Segments();
  Segments(const Segments&) = delete;
  Segments& operator=(const Segments&) = delete;

  /// Writes all of `bytes`. Errors: a sentence; the file is over then, and the next append() begins another one.
  std::expected<void, std::string> append(std::string_view bytes, std::int64_t wall_ms);
  /// Deletes what is too much, and what is too old at that time; append() does the former by itself.
  void sweep(std::int64_t wall_ms);
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::expected<void, std::string> begin(std::int64_t wall_ms);
  void close();

  Options options_;
  std::deque<Segment> segments_;
  std::uint64_t bytes_ = 0, next_number_ = 1;
  int file_ = -1;
};

}  // namespace rf::trace
