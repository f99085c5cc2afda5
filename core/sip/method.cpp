#include "core/sip/method.hpp"

#include <array>
#include <cstring>

#include "core/sip/chars.hpp"

namespace rf::sip {
namespace {

constexpr std::array<std::string_view, 14> method_texts = {
    "ACK",     "BYE",   "CANCEL",  "INFO",  "INVITE",   "MESSAGE",   "NOTIFY",
    "OPTIONS", "PRACK", "PUBLISH", "REFER", "REGISTER", "SUBSCRIBE", "UPDATE"};
static_assert(method_texts.size() == static_cast<std::size_t>(Method::other));

constexpr std::size_t name_count = static_cast<std::size_t>(HeaderName::other);
constexpr std::array<std::string_view, name_count> header_texts = {
    "Accept", "Accept-Encoding", "Accept-Language", "Alert-Info", "Allow", "Allow-Events", "Authentication-Info",
    "Authorization", "Call-ID", "Call-Info", "Contact", "Content-Disposition", "Content-Encoding", "Content-Language",
    "Content-Length", "Content-Type", "CSeq", "Date", "Diversion", "Error-Info", "Event", "Expires", "From",
    "History-Info", "Identity", "In-Reply-To", "Max-Forwards", "Min-Expires", "Min-SE", "MIME-Version",
    "P-Asserted-Identity", "P-Preferred-Identity", "Path", "Priority", "Privacy", "Proxy-Authenticate",
    "Proxy-Authorization", "Proxy-Require", "RAck", "Reason", "Record-Route", "Refer-To", "Referred-By", "Replaces",
    "Reply-To", "Require", "Retry-After", "Route", "RSeq", "Server", "Service-Route", "Session-Expires", "SIP-ETag",
    "SIP-If-Match", "Subject", "Subscription-State", "Supported", "Timestamp", "To", "Unsupported", "User-Agent",
    "Via", "Warning", "WWW-Authenticate"};
static_assert(header_texts.back() == "WWW-Authenticate");

// Each name in small letters, and beside it the bits that a letter's case may differ in: none for '-'.
constexpr std::size_t longest = 20;
struct Lowered {
  char text[longest] = {};
  char case_bits[longest] = {};
};
constexpr std::array<Lowered, name_count> lowered = [] {
  std::array<Lowered, name_count> out{};
  for (std::size_t i = 0; i < name_count; ++i) {
    for (std::size_t j = 0; j < header_texts[i].size(); ++j) {
      out[i].text[j] = chars::lower(header_texts[i][j]);
      out[i].case_bits[j] = header_texts[i][j] == '-' ? 0 : 0x20;
    }
  }
  return out;
}();

template <class Word>
bool same_word(const char* text, const Lowered& name, std::size_t at) {
  Word word, wanted, bits;
  std::memcpy(&word, text + at, sizeof word);
  std::memcpy(&wanted, name.text + at, sizeof wanted);
  std::memcpy(&bits, name.case_bits + at, sizeof bits);
  return static_cast<Word>(word | bits) == wanted;
}

// Whole words, the last one overlapping the one before it.
bool same_name(const char* text, const Lowered& name, std::size_t size) {
  if (size >= 8) {
    return same_word<std::uint64_t>(text, name, 0) && (size <= 16 || same_word<std::uint64_t>(text, name, 8)) &&
           same_word<std::uint64_t>(text, name, size - 8);
  }
  if (size >= 4) return same_word<std::uint32_t>(text, name, 0) && same_word<std::uint32_t>(text, name, size - 4);
  return same_word<std::uint16_t>(text, name, 0) && same_word<std::uint16_t>(text, name, size - 2);
}

constexpr std::array<HeaderName, 26> compact = [] {
  std::array<HeaderName, 26> out{};
  out.fill(HeaderName::other);
  const auto set = [&](char letter, HeaderName name) { out[static_cast<std::size_t>(letter - 'a')] = name; };
  set('b', HeaderName::referred_by);
  set('c', HeaderName::content_type);
  set('e', HeaderName::content_encoding);
  set('f', HeaderName::from);
  set('i', HeaderName::call_id);
  set('k', HeaderName::supported);
  set('l', HeaderName::content_length);
  set('m', HeaderName::contact);
  set('o', HeaderName::event);
  set('r', HeaderName::refer_to);
  set('s', HeaderName::subject);
  set('t', HeaderName::to);
  set('u', HeaderName::allow_events);
  set('v', HeaderName::via);
  set('x', HeaderName::session_expires);
  set('y', HeaderName::identity);
  return out;
}();

// Length, first, middle and last letter tell all names apart; the multiplier that spreads them over 512 places without
// a collision is searched for by the compiler, so a new name needs no new table.
constexpr std::uint32_t key_of(const char* text, std::size_t size) {
  const auto letter = [&](std::size_t i) -> std::uint32_t { return static_cast<unsigned char>(text[i]) | 0x20u; };
  return static_cast<std::uint32_t>(size) | letter(0) << 8 | letter(size / 2) << 16 | letter(size - 1) << 24;
}

struct Perfect {
  std::uint32_t multiplier = 0;
  std::array<std::uint8_t, 512> places{};
};
constexpr Perfect perfect = [] {
  std::uint32_t multiplier = 0x9e3779b1;
  for (;; multiplier += 0x61c88646) {
    Perfect out;
    out.multiplier = multiplier | 1;
    out.places.fill(static_cast<std::uint8_t>(name_count));
    bool clash = false;
    for (std::size_t i = 0; i < name_count && !clash; ++i) {
      auto& place = out.places[key_of(header_texts[i].data(), header_texts[i].size()) * out.multiplier >> 23];
      clash = place != name_count;
      place = static_cast<std::uint8_t>(i);
    }
    if (!clash) return out;
  }
}();

}  // namespace

std::string_view text_of(Method method) {
  return method == Method::other ? std::string_view{} : method_texts[static_cast<std::size_t>(method)];
}

Method parse_method(std::string_view text) {
  const auto is = [&](Method method) { return text == text_of(method) ? method : Method::other; };
  if (text.size() < 3 || text.size() > 9) return Method::other;
  switch (text[0]) {
    case 'A': return is(Method::ack);
    case 'B': return is(Method::bye);
    case 'C': return is(Method::cancel);
    case 'I': return text.size() == 6 ? is(Method::invite) : is(Method::info);
    case 'M': return is(Method::message);
    case 'N': return is(Method::notify);
    case 'O': return is(Method::options);
    case 'P': return text.size() == 5 ? is(Method::prack) : is(Method::publish);
    case 'R': return text.size() == 8 ? is(Method::register_) : is(Method::refer);
    case 'S': return is(Method::subscribe);
    case 'U': return is(Method::update);
    default: return Method::other;
  }
}

std::string_view text_of(HeaderName name) {
  return name == HeaderName::other ? std::string_view{} : header_texts[static_cast<std::size_t>(name)];
}

HeaderName parse_header_name(std::string_view text) {
  if (text.size() < 2) {
    if (text.empty() || !chars::is(text[0], chars::alpha)) return HeaderName::other;
    return compact[static_cast<std::size_t>((text[0] | 0x20) - 'a')];
  }
  if (text.size() > longest) return HeaderName::other;
  const std::size_t place = perfect.places[key_of(text.data(), text.size()) * perfect.multiplier >> 23];
  if (place == name_count || header_texts[place].size() != text.size()) return HeaderName::other;
  return same_name(text.data(), lowered[place], text.size()) ? static_cast<HeaderName>(place) : HeaderName::other;
}

}  // namespace rf::sip
