#include "core/auth/credentials.hpp"

#include <algorithm>
#include <charconv>

#include "core/auth/digest.hpp"
#include "core/auth/params.hpp"
#include "core/base/limits/wire.hpp"

namespace rf::auth {
namespace {

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
  const auto take = [&](std::string_view name, std::string_view content) { return reader.take(name, content); };
  if (!for_each_param(rest, take)) return malformed;
  if (reader.unanswered()) return std::unexpected(CredentialsFault::unanswered);
  return reader.complete() ? std::expected<void, CredentialsFault>{} : malformed;
}

}  // namespace rf::auth
