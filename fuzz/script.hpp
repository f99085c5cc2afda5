// The script that the engine target reads, and what it may do to a message on its way.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace rf::fuzz {

/// Reads arguments off the input; behind its end everything is zero.
class Script {
 public:
  Script(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
  bool at_end() const { return rest_.empty(); }
  char letter() {
    if (rest_.empty()) return '0';
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  unsigned number() { return static_cast<std::uint8_t>(letter() - '0'); }
  std::string text() {
    const std::string_view raw = rest_.substr(0, rest_.find('`'));
    rest_.remove_prefix(std::min(rest_.size(), raw.size() + 1));
    std::string out;
    for (const char c : raw) c == '|' ? out += "\r\n" : out += c;
    return out;
  }
  template <class T, std::size_t n>
  const T& choose(const std::array<T, n>& from) {
    return from[number() % n];
  }

 private:
  std::string_view rest_;
};

/// What is done to one message on its way in.
struct Edit {
  enum Kind : std::uint8_t {
    insert_line,
    replace_line,
    drop_line,
    repeat_line,
    flip_byte,
    replace_body,
    replace_start
  };
  unsigned skip = 0, kind = 0, place = 0;
  std::string text;

  void apply(std::string& bytes) const {
    const std::size_t head = std::min(bytes.find("\r\n\r\n"), bytes.size());
    std::size_t begin = 0, end = bytes.find("\r\n");
    for (unsigned i = 0; i <= place % 16 && end < head && kind != replace_start; ++i) {
      begin = end + 2;
      end = bytes.find("\r\n", begin);
    }
    if (end == std::string::npos) return;
    const std::string line = bytes.substr(begin, end - begin);
    switch (kind % 7) {
      case insert_line:
        bytes.insert(begin, text + "\r\n");
        return;
      case replace_line:
        bytes.replace(begin, end - begin, line.substr(0, line.find(':') + 1) + text);
        return;
      case drop_line:
        bytes.erase(begin, end + 2 - begin);
        return;
      case repeat_line:
        bytes.insert(begin, line + "\r\n");
        return;
      case flip_byte:
        if (!text.empty()) bytes[(place + std::size_t{7} * skip) % bytes.size()] = text.front();
        return;
      case replace_body: {
        bytes.resize(std::min(head + 4, bytes.size()));
        const std::size_t length = bytes.find("Content-Length: ");
        if (length == std::string::npos) return;
        const std::size_t digits = length + 16;
        bytes.replace(digits, bytes.find('\r', digits) - digits, std::to_string(text.size()));
        bytes += text;
        return;
      }
      default:
        bytes.replace(begin, end - begin, text);
        return;
    }
  }
};

}  // namespace rf::fuzz
