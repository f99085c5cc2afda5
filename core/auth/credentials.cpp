#include "core/auth/credentials.hpp"

#include <algorithm>
#include <charconv>

#include "core/auth/digest.hpp"
#include "core/base/limits.hpp"

namespace rf::auth {
namespace {


/// What a byte may be part of; one load a byte where a comparison chain would be a dozen.
enum : std::uint8_t { in_token = 1, in_text = 2 };
constexpr std::array<std::uint8_t, 256> classes = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (alnum) table[c] |= in_token;
    // UTF-8 passes in quoted strings, controls do not; quote and backslash have their own meaning there.
    if ((c >= 0x20 && c != 0x7f && c != '"' && c != '\\') || c == '\t') table[c] |= in_text;
  }
  for (const char c : {'-', '.', '!', '%', '*', '_', '+', '`', '\'', '~'}) table[static_cast<unsigned>(c)] |= in_token;
  return table;
}();

bool is_in(std::uint8_t wanted, char c) {
  return (classes[static_cast<unsigned char>(c)] & wanted) != 0;
}

bool equal_nocase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

void skip_space(std::string_view& rest) {
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
}

std::string_view cut_token(std::string_view& rest) {
  std::size_t size = 0;
  while (size < rest.size() && is_in(in_token, rest[size])) ++size;
  const std::string_view token = rest.substr(0, size);
  rest.remove_prefix(size);
  return token;
}

/// The content of the quoted string at the start of `rest`; none when it does not end or holds control characters.
std::optional<std::string_view> cut_quoted(std::string_view& rest) {
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (is_in(in_text, rest[i])) continue;
    if (rest[i] == '"') {
      const std::string_view content = rest.substr(1, i - 1);
      rest.remove_prefix(i + 1);
      return content;
    }
    const bool escapes = rest[i] == '\\' && i + 1 < rest.size() &&
                         (is_in(in_text, rest[i + 1]) || rest[i + 1] == '"' || rest[i + 1] == '\\');
    if (!escapes) return std::nullopt;
    ++i;
  }
  return std::nullopt;
}

/// What a parameter is, and the longest value that anybody honest gives it.
enum class Name : std::uint8_t { username, realm, nonce, uri, response, cnonce, nc, qop, algorithm, userhash, other };
struct Known {
  Name name;
  std::string_view text;
  std::size_t longest;
};
constexpr std::array<Known, 10> known{{{Name::username, "username", 128},
                                       {Name::realm, "realm", PlainText::max},
                                       {Name::nonce, "nonce", 256},
                                       {Name::uri, "uri", 1'024},
                                       {Name::response, "response", 64},
                                       {Name::cnonce, "cnonce", 256},
                                       {Name::nc, "nc", 8},
                                       {Name::qop, "qop", 4},
                                       {Name::algorithm, "algorithm", 16},
                                       {Name::userhash, "userhash", 8}}};

std::optional<policy::Algorithm> parse_algorithm(std::string_view text) {
  using enum policy::Algorithm;
  for (const auto algorithm : {sha512_256, sha256, md5})
    if (equal_nocase(text, text_of(algorithm))) return algorithm;
  return std::nullopt;
}

std::optional<std::uint32_t> parse_count(std::string_view nc) {
  std::uint32_t count = 0;
  if (nc.size() != 8) return std::nullopt;
  const auto [end, error] = std::from_chars(nc.data(), nc.data() + nc.size(), count, 16);
  if (error != std::errc{} || end != nc.data() + nc.size() || count == 0) return std::nullopt;
  return count;
}

class Reader {
 public:
  explicit Reader(Credentials& out) : out_(out) {}

  bool take(std::string_view name, std::string_view value) {
    const auto* found =
        std::find_if(known.begin(), known.end(), [&](const Known& k) { return equal_nocase(name, k.text); });
    if (found == known.end()) return true;
    const unsigned bit = 1u << static_cast<unsigned>(found->name);
    if (has(found->name) || value.size() > found->longest) return false;
    seen_ |= bit;
    return take_known(found->name, value);
  }

  bool has(Name name) const { return (seen_ & 1u << static_cast<unsigned>(name)) != 0; }

  bool unanswered() const {
    return has(Name::nonce) && has(Name::response) && out_.nonce.empty() && out_.response.empty();
  }

  bool complete() const {
    for (const Name name :
         {Name::username, Name::realm, Name::nonce, Name::uri, Name::response, Name::cnonce, Name::nc, Name::qop})
      if (!has(name)) return false;
    return true;
  }

 private:
  bool take_known(Name name, std::string_view value) {
    switch (name) {
      case Name::username: return !value.empty() && out_.username.assign(value);
      case Name::realm: return out_.realm.assign(value);
      case Name::nonce: return plain(out_.nonce, value);
      case Name::uri: return plain(out_.uri, value);
      case Name::response: return plain(out_.response, value);
      case Name::cnonce: return !value.empty() && plain(out_.cnonce, value);
      case Name::qop: return value == "auth";
      case Name::algorithm: out_.algorithm = parse_algorithm(value); return true;
      case Name::userhash: return equal_nocase(value, "false");
      case Name::nc: {
        const auto count = parse_count(value);
        out_.count = count.value_or(0);
        return count && plain(out_.nc, value);
      }
      case Name::other: return true;
    }
    return false;
  }

  static bool plain(std::string_view& out, std::string_view value) {
    out = value;
    return value.find('\\') == std::string_view::npos;
  }

  Credentials& out_;
  unsigned seen_ = 0;
};

}  // namespace

bool PlainText::assign(std::string_view content) {
  raw_ = content;
  escaped_ = content.find('\\') != std::string_view::npos;
  if (content.size() > max) return false;
  if (!escaped_) return true;
  size_ = 0;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] == '\\' && i + 1 < content.size()) ++i;
    text_[size_++] = content[i];
  }
  return true;
}

std::expected<void, CredentialsFault> parse_credentials(std::string_view value, Credentials& out) {
  const auto malformed = std::unexpected(CredentialsFault::malformed);
  if (value.size() > WireLimits::credentials_bytes) return malformed;
  out.algorithm = policy::Algorithm::md5;
  std::string_view rest = value;
  skip_space(rest);
  if (!equal_nocase(cut_token(rest), "Digest")) return std::unexpected(CredentialsFault::other_scheme);
  if (rest.empty() || (rest.front() != ' ' && rest.front() != '\t')) return malformed;
  Reader reader(out);
  for (std::size_t count = 0;; ++count) {
    skip_space(rest);
    const std::string_view name = cut_token(rest);
    skip_space(rest);
    if (name.empty() || count == WireLimits::params || !rest.starts_with('=')) return malformed;
    rest.remove_prefix(1);
    skip_space(rest);
    const bool quoted = rest.starts_with('"');
    const auto content = quoted ? cut_quoted(rest) : std::optional(cut_token(rest));
    if (!content || (!quoted && content->empty()) || !reader.take(name, *content)) return malformed;
    skip_space(rest);
    if (rest.empty()) break;
    if (rest.front() != ',') return malformed;
    rest.remove_prefix(1);
  }
  if (reader.unanswered()) return std::unexpected(CredentialsFault::unanswered);
  return reader.complete() ? std::expected<void, CredentialsFault>{} : malformed;
}

}  // namespace rf::auth
