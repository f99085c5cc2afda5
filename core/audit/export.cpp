// The exported form: written here, and read again by whoever doubts it.
#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "core/audit/chain.hpp"

namespace rf::audit {
namespace {

constexpr std::string_view title = "ringfence-audit 1";
constexpr std::string_view checkpoint_word = "checkpoint";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += c;
    }
  return out;
}

/// None when a backslash stands before something that escaped() does not write.
std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    switch (text[i]) {
      case '\\':
        out += '\\';
        break;
      case 't':
        out += '\t';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      default:
        return std::nullopt;
    }
  }
  return out;
}

template <std::size_t Size>
std::optional<std::array<std::uint8_t, Size>> parse_hex(std::string_view text) {
  std::array<std::uint8_t, Size> out{};
  if (text.size() != 2 * Size) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return std::nullopt;
    out[i / 2] = static_cast<std::uint8_t>(out[i / 2] << 4 | digit);
  }
  return out;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number out{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t tab = line.find('\t');
    out.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return out;
    line.remove_prefix(tab + 1);
  }
}

/// Reads line after line; what is wrong is said by the first that is.
class Reader {
 public:
  explicit Reader(const Expected& expected) : expected_(expected) {}

  std::optional<std::string> take(std::string_view line) {
    const auto fields = fields_of(line);
    out.ends_signed = false;
    if (!begun_) return begin(fields);
    if (fields.front() == checkpoint_word) return take_checkpoint(fields);
    return take_entry(fields);
  }
  std::optional<std::string> end() const {
    if (!begun_) return "it is empty";
    if (expected_.seen && !seen_)
      return fmt::format("entry {} was seen before and is not in it: its end was cut off, or it is another log",
                         expected_.seen->number);
    return std::nullopt;
  }

  Verified out;
  std::uint64_t number = 0;  ///< of the entry that was read last

 private:
  std::optional<std::string> begin(const std::vector<std::string_view>& fields) {
    const auto key = fields.size() == 4 ? parse_hex<32>(fields[1]) : std::nullopt;
    const auto before = fields.size() == 4 ? parse_number<std::uint64_t>(fields[2]) : std::nullopt;
    const auto hash = fields.size() == 4 ? parse_hash(fields[3]) : std::nullopt;
    if (fields.front() != title || !key || !before || !hash) return "it is no exported audit log";
    if (expected_.key && *expected_.key != *key) return "it was written with another key than the one expected";
    if (*before == 0 && *hash != Hash{}) return "it begins with an entry before the first";
    out.key = *key;
    out.head = {*before, *hash};
    begun_ = true;
    return note_seen();
  }
  std::optional<std::string> take_entry(const std::vector<std::string_view>& fields) {
    if (fields.size() != 7) return "it is neither an entry nor a checkpoint";
    const auto n = parse_number<std::uint64_t>(fields[0]);
    const auto wall_ms = parse_number<std::int64_t>(fields[1]);
    std::array<std::optional<std::string>, 4> texts;
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = unescaped(fields[i + 2]);
    const auto hash = parse_hash(fields[6]);
    if (!n || !wall_ms || !texts[0] || !texts[1] || !texts[2] || !texts[3] || !hash) return "the entry cannot be read";
    number = *n;
    if (*n != out.head.number + 1)
      return fmt::format("entry {} is followed by {}: entries were taken out or put in", out.head.number, *n);
    if (hash_of(out.head.hash, *n, {*wall_ms, *texts[0], *texts[1], *texts[2], *texts[3]}) != *hash)
      return "the entry was changed, or the one before it";
    if (out.entries++ == 0) out.first = *n;
    out.last = *n;
    out.head = {*n, *hash};
    return note_seen();
  }
  std::optional<std::string> take_checkpoint(const std::vector<std::string_view>& fields) {
    if (fields.size() != 5) return "the checkpoint cannot be read";
    const auto n = parse_number<std::uint64_t>(fields[1]);
    const auto hash = parse_hash(fields[2]);
    const auto wall_ms = parse_number<std::int64_t>(fields[3]);
    const auto signature = parse_hex<64>(fields[4]);
    if (!n || !hash || !wall_ms || !signature) return "the checkpoint cannot be read";
    if (Head{*n, *hash} != out.head) return "the checkpoint is about another log";
    if (!is_signed_by({out.head, *wall_ms, *signature}, out.key)) return "the checkpoint's signature is false";
    ++out.checkpoints;
    out.ends_signed = true;
    return std::nullopt;
  }
  std::optional<std::string> note_seen() {
    if (!expected_.seen || expected_.seen->number != out.head.number) return std::nullopt;
    if (expected_.seen->hash != out.head.hash) return "it is another entry than the one that was seen before";
    seen_ = true;
    return std::nullopt;
  }

  const Expected& expected_;
  bool begun_ = false, seen_ = false;
};

}  // namespace

std::optional<Hash> parse_hash(std::string_view text) {
  return parse_hex<32>(text);
}

std::string first_line(const PublicKey& key, const Head& before) {
  return fmt::format("{}\t{}\t{}\t{}\n", title, hex(key), before.number, hex(before.hash));
}

std::string line_of(const Entry& entry) {
  const Event& e = entry.event;
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", entry.number, e.wall_ms, escaped(e.actor), escaped(e.kind),
                     escaped(e.action), escaped(e.outcome), hex(entry.hash));
}

std::string line_of(const Checkpoint& checkpoint) {
  return fmt::format("{}\t{}\t{}\t{}\t{}\n", checkpoint_word, checkpoint.head.number, hex(checkpoint.head.hash),
                     checkpoint.wall_ms, hex(checkpoint.signature));
}

std::expected<Verified, Broken> verify(std::string_view text, const Expected& expected) {
  Reader reader(expected);
  std::uint64_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::unexpected(Broken{line, 0, "its last line is torn"});
    if (auto fault = reader.take(text.substr(0, end))) return std::unexpected(Broken{line, reader.number, *fault});
    text.remove_prefix(end + 1);
  }
  if (auto fault = reader.end()) return std::unexpected(Broken{line, 0, *fault});
  return reader.out;
}

}  // namespace rf::audit
