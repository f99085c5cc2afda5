#include "shell/geo/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <maxminddb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/limits/guard.hpp"
#include "core/base/limits/server.hpp"

namespace rf::geo {
namespace {

using Bits = std::array<std::uint8_t, 16>;

constexpr unsigned whole = 128;      ///< bits of an address
constexpr unsigned four_begin = 96;  ///< where those of IPv4 begin

/// An open descriptor.
class File {
 public:
  explicit File(int number) : number_(number) {}
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

std::unexpected<std::string> because(std::string_view what) {
  return std::unexpected(fmt::format("{}: {}", what, std::strerror(errno)));
}

/// The file's bytes where nobody else can cut them short while they are mapped.
std::expected<std::unique_ptr<File>, std::string> private_copy(const std::string& path) {
  // A pipe in its place must not keep us.
  const File from(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!from) return because("it cannot be opened");
  struct stat facts{};
  if (::fstat(from.get(), &facts) != 0) return because("it cannot be looked at");
  if (!S_ISREG(facts.st_mode)) return std::unexpected("it is no regular file");
  auto to = std::make_unique<File>(::memfd_create("countries", MFD_CLOEXEC));
  if (!*to) return because("there is no memory for a copy");
  std::vector<char> piece(1u << 20);
  std::size_t size = 0;
  for (;;) {
    const ssize_t got = ::read(from.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return because("it cannot be read");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size > GuardLimits::country_file_bytes)
      return std::unexpected(fmt::format("it has more than {} MB", GuardLimits::country_file_bytes >> 20));
    for (ssize_t at = 0; at < got;) {
      const ssize_t put = ::write(to->get(), piece.data() + at, static_cast<std::size_t>(got - at));
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return because("there is no memory for a copy");
      at += put;
    }
  }
  if (size == 0) return std::unexpected("it is empty");
  return to;
}

void set_bit(Bits& bits, unsigned depth) {
  bits[depth / 8] = static_cast<std::uint8_t>(bits[depth / 8] | 0x80u >> depth % 8);
}

/// The last address of a block.
Bits last_of(Bits bits, unsigned prefix) {
  for (unsigned depth = prefix; depth < whole; ++depth) set_bit(bits, depth);
  return bits;
}

bool begins_with(const Bits& bits, const Bits& with, unsigned prefix) {
  for (unsigned depth = 0; depth < prefix; ++depth)
    if ((bits[depth / 8] ^ with[depth / 8]) & 0x80u >> depth % 8) return false;
  return true;
}

Bits next_of(Bits bits) {
  for (std::size_t at = 16; at-- > 0;)
    if (++bits[at] != 0) break;
  return bits;
}

class Reader {
 public:
  explicit Reader(const MMDB_s& file) : file_(file) {}

  std::expected<guard::Countries, std::string> read();

 private:
  /// What one side of a node leads to.
  struct Branch {
    std::uint64_t record;
    std::uint8_t type;
    MMDB_entry_s entry;
    unsigned depth;
    Bits bits;
  };

  bool late() const { return std::chrono::steady_clock::now() >= until_; }
  /// What speaks against a branch that leads to a node; empty: nothing.
  std::string_view fault_of(const Branch& branch) const;
  bool is_alias(const Branch& branch) const;
  std::optional<std::string> take(const MMDB_entry_s& entry, unsigned prefix, const Bits& bits);
  std::expected<Country, std::string> country_at(const MMDB_entry_s& entry);
  Country country_by(MMDB_entry_s entry, const char* const* path);

  const MMDB_s& file_;
  std::chrono::steady_clock::time_point until_ =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(Patience::country_file_ms);
  std::vector<Branch> waiting_;
  std::vector<guard::Countries::Row> rows_;
  std::unordered_map<std::uint32_t, Country> records_;  ///< by their place in the file
};

Country Reader::country_by(MMDB_entry_s entry, const char* const* path) {
  MMDB_entry_data_s found{};
  if (MMDB_aget_value(&entry, &found, path) != MMDB_SUCCESS) return {};
  if (!found.has_data || found.type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  return Country::parse({found.utf8_string, found.data_size}).value_or(Country{});
}

std::expected<Country, std::string> Reader::country_at(const MMDB_entry_s& entry) {
  if (const auto known = records_.find(entry.offset); known != records_.end()) return known->second;
  if (records_.size() >= GuardLimits::country_records)
    return std::unexpected(
        fmt::format("it has more than {} different records, too many for countries", GuardLimits::country_records));
  constexpr const char* plain[] = {"country_code", nullptr};
  constexpr const char* nested[] = {"country", "iso_code", nullptr};
  Country country = country_by(entry, plain);
  if (!country) country = country_by(entry, nested);
  records_.emplace(entry.offset, country);
  if (late()) return std::unexpected("reading it takes too long");
  return country;
}

std::optional<std::string> Reader::take(const MMDB_entry_s& entry, unsigned prefix, const Bits& bits) {
  const auto country = country_at(entry);
  if (!country) return country.error();
  if (!*country) return std::nullopt;
  Bits first = bits, last = last_of(bits, prefix);
  constexpr Bits mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (prefix >= four_begin) {
    // What stands at the mapped form itself says again what stands at ::/96; ours have the mapped form.
    if (begins_with(bits, mapped, four_begin)) return std::nullopt;
    if (begins_with(bits, {}, four_begin)) first[10] = first[11] = last[10] = last[11] = 0xff;
  }
  guard::Countries::Row row{Address::from_bytes(first), Address::from_bytes(last), *country};
  if (!rows_.empty()) {
    guard::Countries::Row& before = rows_.back();
    if (before.country == row.country && before.last.is_v4() == row.first.is_v4() &&
        next_of(before.last.bytes()) == first) {
      before.last = row.last;
      return std::nullopt;
    }
  }
  if (rows_.size() >= GuardLimits::country_ranges)
    return fmt::format("it has more than {} ranges", GuardLimits::country_ranges);
  rows_.push_back(row);
  return std::nullopt;
}

std::string_view Reader::fault_of(const Branch& branch) const {
  if (branch.type != MMDB_RECORD_TYPE_SEARCH_NODE) return "its tree is damaged";
  return branch.depth >= whole ? "its tree is deeper than an address is long" : "";
}

bool Reader::is_alias(const Branch& branch) const {
  // Files of both families hang the tree of IPv4 under 2002::/16 and its like as well.
  const bool four = file_.ipv4_start_node.netmask == four_begin && branch.record == file_.ipv4_start_node.node_value;
  return four && file_.metadata.ip_version == 6 &&
         !(branch.depth == four_begin && begins_with(branch.bits, {}, four_begin));
}

std::expected<guard::Countries, std::string> Reader::read() {
  const std::uint32_t nodes = file_.metadata.node_count;
  if (nodes > GuardLimits::country_nodes)
    return std::unexpected(fmt::format("it has more than {} nodes", GuardLimits::country_nodes));
  const bool six = file_.metadata.ip_version == 6;
  waiting_.push_back({0, MMDB_RECORD_TYPE_SEARCH_NODE, {}, six ? 0 : four_begin, {}});
  std::uint32_t visited = 0;
  while (!waiting_.empty()) {
    const Branch at = waiting_.back();
    waiting_.pop_back();
    if (at.type == MMDB_RECORD_TYPE_EMPTY) continue;
    if (at.type == MMDB_RECORD_TYPE_DATA) {
      if (auto fault = take(at.entry, at.depth, at.bits)) return std::unexpected(std::move(*fault));
      continue;
    }
    if (const std::string_view fault = fault_of(at); !fault.empty()) return std::unexpected(std::string(fault));
    if (is_alias(at)) continue;
    // A tree meets each of its nodes once; whatever meets more goes in circles.
    if (visited++ >= nodes) return std::unexpected("its tree has a loop");
    if (visited % 4'096 == 0 && late()) return std::unexpected("reading it takes too long");
    MMDB_search_node_s node{};
    if (MMDB_read_node(&file_, static_cast<std::uint32_t>(at.record), &node) != MMDB_SUCCESS)
      return std::unexpected("its tree is damaged");
    // The last that is put down is the next to be taken up: addresses come in their order.
    Bits right = at.bits;
    set_bit(right, at.depth);
    waiting_.push_back({node.right_record, node.right_record_type, node.right_record_entry, at.depth + 1, right});
    waiting_.push_back({node.left_record, node.left_record_type, node.left_record_entry, at.depth + 1, at.bits});
  }
  if (rows_.empty()) return std::unexpected("it names no country");
  return guard::Countries::of(rows_);
}

}  // namespace

std::expected<Database, std::string> read_countries(const std::string& path) {
  const auto copy = private_copy(path);
  if (!copy) return std::unexpected(copy.error());
  MMDB_s file{};
  const int status = MMDB_open(fmt::format("/proc/self/fd/{}", (*copy)->get()).c_str(), MMDB_MODE_MMAP, &file);
  if (status != MMDB_SUCCESS) return std::unexpected(fmt::format("{}", MMDB_strerror(status)));
  struct Close {
    void operator()(MMDB_s* open) const { MMDB_close(open); }
  };
  const std::unique_ptr<MMDB_s, Close> closing(&file);
  auto countries = Reader(file).read();
  if (!countries) return std::unexpected(std::move(countries.error()));
  Database out;
  out.countries = std::make_shared<const guard::Countries>(std::move(*countries));
  out.type = std::string(file.metadata.database_type ? file.metadata.database_type : "").substr(0, 64);
  out.built_s = static_cast<std::int64_t>(std::min<std::uint64_t>(file.metadata.build_epoch, INT64_MAX / 1'000));
  return out;
}

}  // namespace rf::geo
