#include "core/document/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/base/limits/toll.hpp"
#include "core/base/plain.hpp"

namespace rf::document {
namespace {

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

void append_utf8(std::uint32_t code, std::string& out) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    tail(12), tail(6), tail(0);
  }
}

/// Walks over the text once. What fails notes its fault and gives false; the rest of that line is passed over.
class Reader {
 public:
  Reader(std::string_view text, const std::vector<std::string_view>& long_lists)
      : text_(text), long_lists_(long_lists) {}

  std::expected<std::vector<Section>, Faults> run() {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    for (began_ = at_; at_ < text_.size(); began_ = at_) {
      if (!statement()) pass_line();
    }
    close(text_.size());
    if (!faults_.empty()) return std::unexpected(std::move(faults_));
    return std::move(sections_);
  }

 private:
  char here() const { return at_ < text_.size() ? text_[at_] : '\n'; }
  bool fault(std::string what, std::string remedy) {
    faults_.add(line_, std::move(what), std::move(remedy));
    return false;
  }
  void pass_blanks() {
    while (here() == ' ' || here() == '\t') ++at_;
  }
  void pass_line() {
    at_ = std::min(text_.find('\n', at_), text_.size());
    if (at_ < text_.size()) ++at_;
    ++line_;
  }

  /// A header, an entry, a comment or nothing, and the end of its line.
  bool statement() {
    pass_blanks();
    const char c = here();
    if (c == '[') {
      if (header()) return true;
      // What follows is not the former section's.
      if (sections_.empty() || !sections_.back().path.empty()) sections_.emplace_back();
      return false;
    }
    if (c == '#' || c == '\n' || c == '\r') {
      const bool empty = c != '#';
      if (!end_of_line()) return false;
      if (empty) gap_ = at_, gap_line_ = line_;
      return true;
    }
    return entry();
  }

  /// A comment, or nothing, until the line ends.
  bool end_of_line() {
    pass_blanks();
    if (here() == '#' && !comment()) return false;
    if (here() == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    if (here() != '\n') return fault("something follows where the line should end", "write it on a line of its own");
    if (at_ < text_.size()) ++at_;
    ++line_;
    return true;
  }
  bool comment() {
    const std::size_t end = std::min(text_.find_first_of("\r\n", at_), text_.size());
    std::string said(text_.substr(at_, end - at_));
    std::replace(said.begin(), said.end(), '\t', ' ');
    if (!is_plain(said)) return fault("a comment holds control characters or broken UTF-8", "write plain text");
    at_ = end;
    return true;
  }

  bool key(std::string& out) {
    out.clear();
    if (here() == '"' || here() == '\'') return quoted(out);
    const std::size_t from = at_;
    while (is_bare(here())) ++at_;
    out = text_.substr(from, at_ - from);
    return !out.empty() || fault("no name stands here", "write [kind.name] or key = value");
  }

  /// The end of one section's text: before the comments of the next one, without the empty lines behind it.
  void close(std::size_t at) {
    if (sections_.empty()) return;
    Section& last = sections_.back();
    while (at > last.begin &&
           (text_[at - 1] == '\n' || text_[at - 1] == '\r' || text_[at - 1] == ' ' || text_[at - 1] == '\t'))
      --at;
    last.end = at;
    if (last.end - last.begin > DocumentLimits::object_bytes && !long_)
      faults_.add(last.line, fmt::format("the object has {} bytes", last.end - last.begin),
                  fmt::format("keep it below {}", DocumentLimits::object_bytes));
    long_ = false;
  }

  bool header() {
    Section section;
    section.line = line_;
    ++at_;
    if (here() == '[') return fault("[[…]] is no object", "write [kind.name], with one bracket");
    do {
      pass_blanks();
      if (!key(section.path.emplace_back())) return false;
      pass_blanks();
    } while (here() == '.' && ++at_ && section.path.size() < 4);
    if (here() != ']') return fault("the header does not end", "write [kind.name]");
    ++at_;
    // Comments behind the last empty line belong to what follows.
    const bool apart = gap_ > entry_end_;
    section.begin = apart ? gap_ : sections_.empty() ? 0 : began_;
    section.first_line = apart ? gap_line_ : sections_.empty() ? 1 : line_;
    if (sections_.size() >= DocumentLimits::objects)
      return fault("too many objects", fmt::format("keep at most {}", DocumentLimits::objects));
    if (!end_of_line()) return false;
    close(section.begin);
    entry_end_ = at_;
    sections_.push_back(std::move(section));
    return true;
  }

  bool entry() {
    Entry out;
    out.line = line_;
    out.begin = began_;
    if (!key(out.key)) return false;
    pass_blanks();
    if (here() == '.') return fault("a key has a dot", "write the part before it as a header: [kind.name]");
    if (here() != '=') return fault(fmt::format("{} has no value", plain(out.key, 64)), "write key = value");
    ++at_;
    pass_blanks();
    const bool is_long = std::find(long_lists_.begin(), long_lists_.end(), out.key) != long_lists_.end();
    long_ |= is_long;
    if (!value(out.value, is_long ? DocumentLimits::rows : DocumentLimits::elements) || !end_of_line()) return false;
    out.end = entry_end_ = at_;
    if (sections_.empty()) {
      faults_.add(out.line, fmt::format("{} stands before any header", plain(out.key, 64)),
                  "begin with what it belongs to: [kind.name]");
      return true;
    }
    std::vector<Entry>& entries = sections_.back().entries;
    for (const Entry& each : entries)
      if (each.key == out.key)
        faults_.add(out.line, fmt::format("{} is given twice, first in line {}", plain(out.key, 64), each.line),
                    "keep one of them");
    if (entries.size() >= DocumentLimits::keys)
      faults_.add(out.line, "too many keys", fmt::format("keep at most {}", DocumentLimits::keys));
    else
      entries.push_back(std::move(out));
    return true;
  }

  bool value(Value& out, std::size_t elements) {
    out.begin = at_;
    if (here() != '[') {
      out.lines.push_back(line_);
      if (!scalar(out.texts.emplace_back(), out.shape)) return false;
      out.end = at_;
      return true;
    }
    out.shape = Value::Shape::list;
    ++at_;
    for (;;) {
      if (!pass_between()) return false;
      if (here() == ']') break;
      if (out.texts.size() >= elements)
        return fault(fmt::format("a list of more than {} values", elements), "keep fewer");
      Value::Shape shape;
      out.lines.push_back(line_);
      if (!scalar(out.texts.emplace_back(), shape)) return false;
      if (!pass_between()) return false;
      if (here() == ',') {
        ++at_;
      } else if (here() != ']') {
        return fault("a list does not go on with a comma or end with ]", "write [\"…\", \"…\"]");
      }
    }
    ++at_;
    out.end = at_;
    return true;
  }
  /// Blanks, line ends and comments between the values of a list.
  bool pass_between() {
    for (;;) {
      pass_blanks();
      if (at_ >= text_.size()) return fault("a list does not end", "end it with ]");
      if (here() == '#' || here() == '\n' || here() == '\r') {
        if (!end_of_line()) return false;
      } else {
        return true;
      }
    }
  }

  bool scalar(std::string& out, Value::Shape& shape) {
    const char c = here();
    if (c == '"' || c == '\'') {
      shape = Value::Shape::text;
      return quoted(out);
    }
    if (c == '[' || c == '{') return fault("a list or table stands within a value", "write a list of texts");
    const std::size_t from = at_;
    while (is_bare(here()) || here() == '.' || here() == ':' || here() == '+') ++at_;
    out = text_.substr(from, at_ - from);
    shape = Value::Shape::flag;
    if (out == "true" || out == "false") return true;
    shape = Value::Shape::number;
    const std::string_view digits = std::string_view(out).substr(out.starts_with('-') ? 1 : 0);
    const bool whole = !digits.empty() && digits.size() <= 18 &&
                       std::all_of(digits.begin(), digits.end(), [](char d) { return d >= '0' && d <= '9'; });
    if (whole && (digits.size() == 1 || digits[0] != '0')) return true;
    if (out.empty()) return fault("there is no value", "write true, a whole number, or a text in quotes");
    return fault(fmt::format("{} is neither true nor false nor a whole number", plain(out, 64)),
                 "put it in quotes, amounts of money and times as well: \"12.50\", \"10s\"");
  }

  bool quoted(std::string& out) {
    const char quote = here();
    out.clear();
    if (text_.substr(at_).starts_with(quote == '"' ? "\"\"\"" : "'''"))
      return fault("a text of several lines", "write a list with one text a line");
    for (++at_; here() != quote; ++at_) {
      if (at_ >= text_.size() || here() == '\n') return fault("a quote does not end in its line", "end it there");
      if (here() != '\\' || quote == '\'')
        out += here();
      else if (!escaped(out))
        return false;
      if (out.size() > DocumentLimits::text_bytes)
        return fault(fmt::format("a text of more than {} bytes", DocumentLimits::text_bytes), "write less");
    }
    ++at_;
    if (!is_plain(out)) return fault("a text holds control characters or broken UTF-8", "write plain text");
    return true;
  }
  bool escaped(std::string& out) {
    ++at_;
    const char c = here();
    if (c == '"' || c == '\\') {
      out += c;
      return true;
    }
    if (c != 'u' && c != 'U') return fault("an escape for a control character, or an unknown one", "write plain text");
    std::uint32_t code = 0;
    for (int left = c == 'u' ? 4 : 8; left > 0; --left) {
      ++at_;
      const char digit = here();
      const int value = digit >= '0' && digit <= '9'   ? digit - '0'
                        : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                        : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                                       : -1;
      if (value < 0) return fault("\\u without its digits", "write \\u00e9, or the character itself");
      code = code << 4 | static_cast<std::uint32_t>(value);
    }
    if (code > 0x10ffff) return fault("\\U beyond all characters", "write the character itself");
    append_utf8(code, out);
    return true;
  }

  std::string_view text_;
  const std::vector<std::string_view>& long_lists_;
  std::size_t at_ = 0, line_ = 1;
  std::size_t began_ = 0;               ///< of this statement
  std::size_t gap_ = 0, gap_line_ = 1;  ///< behind the last empty line
  std::size_t entry_end_ = 0;           ///< behind the last header or entry
  bool long_ = false;                   ///< this section has a long list
  std::vector<Section> sections_;
  Faults faults_;
};

}  // namespace

void Faults::add(std::size_t line, std::string text, std::string remedy) {
  if (told.size() < DocumentLimits::faults)
    told.push_back({line, std::move(text), std::move(remedy)});
  else
    ++further;
}

void Faults::add(Faults others, std::size_t lines_before) {
  for (Fault& each : others.told)
    add(each.line == 0 ? 0 : each.line + lines_before, std::move(each.text), std::move(each.remedy));
  further += others.further;
}

std::expected<std::vector<Section>, Faults> read(std::string_view text,
                                                 const std::vector<std::string_view>& long_lists) {
  if (text.size() > DocumentLimits::file_bytes) {
    Faults faults;
    faults.add(0, fmt::format("the text has {} bytes", text.size()),
               fmt::format("give at most {}; import large decks by themselves", DocumentLimits::file_bytes));
    return std::unexpected(std::move(faults));
  }
  return Reader(text, long_lists).run();
}

}  // namespace rf::document
