#include "core/sdp/security.hpp"

#include <fmt/format.h>

#include <iterator>

#include "core/base/limits/media.hpp"
#include "core/sdp/base64.hpp"
#include "core/sdp/lines.hpp"

namespace rf::sdp {
namespace {

constexpr std::string_view profile_texts[] = {"RTP/AVP",   "RTP/AVPF",         "RTP/SAVP",
                                              "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"};
constexpr std::string_view setup_texts[] = {"active", "passive", "actpass", "holdconn"};

/// A key that may protect fewer packets than this could end before its call does: 2^20 is six hours of telephony.
constexpr std::uint64_t lifetime_least = std::uint64_t{1} << 20;

using Fault = SecurityFault;

/// "2^31" or a plain number, at most 2^48 (RFC 3711 §9.2).
std::optional<std::uint64_t> parse_lifetime(std::string_view text) {
  constexpr std::uint64_t most = std::uint64_t{1} << 48;
  if (text.starts_with("2^")) {
    const auto exponent = parse_digits<unsigned>(text.substr(2));
    return exponent && *exponent <= 48 ? std::optional(std::uint64_t{1} << *exponent) : std::nullopt;
  }
  const auto value = parse_digits<std::uint64_t>(text);
  return value && *value > 0 && *value <= most ? value : std::nullopt;
}

/// Whether the line stays valid with this session parameter (RFC 4568 §6.3): a hint for the replay window and what its
/// writer marks as optional does; what switches a protection off, or is unknown, does not.
bool is_harmless(std::string_view parameter) {
  return parameter.starts_with("-") || parameter.starts_with("WSH=");
}

enum class Line : std::uint8_t { usable, left_out, faulty };

/// What stands behind "inline:": the key, perhaps its lifetime.
Line read_inline(std::string_view text, srtp::Suite suite, srtp::MasterKey& out) {
  const std::size_t bar = text.find('|');
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  Secret<std::array<std::uint8_t, srtp::master_bytes_most>> bytes{};
  const auto exact = std::span(bytes.reveal()).first(std::size_t{facts.key} + facts.salt);
  if (!read_base64(text.substr(0, bar), exact)) return Line::faulty;
  auto key = srtp::MasterKey::make(suite, exact);
  if (!key) return Line::faulty;
  out = std::move(*key);
  if (bar == std::string_view::npos) return Line::usable;
  const std::string_view rest = text.substr(bar + 1);
  if (rest.find_first_of("|:") != std::string_view::npos) return Line::left_out;  // an MKI
  const auto lifetime = parse_lifetime(rest);
  if (!lifetime) return Line::faulty;
  return *lifetime >= lifetime_least ? Line::usable : Line::left_out;
}

/// The value of an a=crypto.
Line read_crypto(std::string_view rest, Crypto& out) {
  const std::string_view tag = cut_word(rest), suite_name = cut_word(rest), keys = cut_word(rest);
  const auto number = tag.size() <= 9 ? parse_digits<std::uint32_t>(tag) : std::nullopt;
  if (!number || !is_token(suite_name) || keys.empty()) return Line::faulty;
  out.tag = *number;
  const auto suite = srtp::suite_named(suite_name);
  if (!suite) return Line::left_out;
  constexpr std::string_view method = "inline:";
  if (keys.size() < method.size() || !equal_nocase(keys.substr(0, method.size()), method)) return Line::faulty;
  if (keys.find(';') != std::string_view::npos) return Line::left_out;  // several keys need MKIs
  const Line line = read_inline(keys.substr(method.size()), *suite, out.key);
  if (line != Line::usable) return line;
  while (!rest.empty())
    if (!is_harmless(cut_word(rest))) return Line::left_out;
  return Line::usable;
}

std::optional<Fault> take_crypto(std::string_view value, std::size_t& lines, Security& out) {
  if (++lines > SecureLimits::keys) {
    out.keys_left_out = true;
    return std::nullopt;
  }
  if (value.size() > SecureLimits::key_line_bytes) return Fault::bad_key;
  Crypto crypto;
  const Line line = read_crypto(value, crypto);
  if (line == Line::faulty) return Fault::bad_key;
  if (line == Line::left_out) {
    out.keys_left_out = true;
    return std::nullopt;
  }
  for (const Crypto& other : out.keys)
    if (other.tag == crypto.tag) return Fault::same_tag;
  out.keys.push_back(std::move(crypto));
  return std::nullopt;
}

std::optional<std::uint8_t> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  return std::nullopt;
}

/// "AB:CD:…", 32 of them.
std::optional<CertificateHash> parse_hash(std::string_view text) {
  CertificateHash hash{};
  if (text.size() != hash.size() * 3 - 1) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const auto high = hex_value(text[3 * i]), low = hex_value(text[3 * i + 1]);
    if (!high || !low || (i + 1 < hash.size() && text[3 * i + 2] != ':')) return std::nullopt;
    hash[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return hash;
}

bool is_ice_text(std::string_view text, std::size_t least) {
  return text.size() >= least && text.size() <= SecureLimits::ice_text_bytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return base64_letters.find(c) != std::string_view::npos; });
}

/// What may stand in the session part as well as in a media part, which counts alone then.
struct Common {
  std::optional<CertificateHash> certificate;
  std::size_t fingerprints = 0;
  std::optional<Setup> setup;
  std::string_view fragment, password;
};

std::optional<Fault> take_fingerprint(std::string_view value, Common& out) {
  if (++out.fingerprints > SecureLimits::fingerprints) return Fault::bad_fingerprint;
  const std::string_view hash_name = cut_word(value);
  if (!is_token(hash_name) || value.empty()) return Fault::bad_fingerprint;
  if (!equal_nocase(hash_name, "sha-256")) return std::nullopt;
  const auto hash = parse_hash(value);
  if (!hash) return Fault::bad_fingerprint;
  if (out.certificate && out.certificate != hash) return Fault::two_certificates;
  out.certificate = hash;
  return std::nullopt;
}

std::optional<Fault> take_common(const Attribute& attribute, Common& out) {
  const auto once = [&](std::string_view& field, std::size_t least) -> std::optional<Fault> {
    if (!field.empty() || !is_ice_text(attribute.value, least)) return Fault::bad_ice;
    field = attribute.value;
    return std::nullopt;
  };
  if (attribute.name == "fingerprint") return take_fingerprint(attribute.value, out);
  if (attribute.name == "ice-ufrag") return once(out.fragment, 4);
  if (attribute.name == "ice-pwd") return once(out.password, 22);
  if (attribute.name != "setup") return std::nullopt;
  for (std::size_t i = 0; i < std::size(setup_texts); ++i) {
    if (attribute.value != setup_texts[i]) continue;
    if (out.setup) return Fault::bad_setup;
    out.setup = static_cast<Setup>(i);
    return std::nullopt;
  }
  return Fault::bad_setup;
}

void take_flag(const Attribute& attribute, Security& out) {
  if (attribute.name == "ice-lite") out.ice_lite = true;
  if (attribute.name == "rtcp-mux") out.mux = true;
}

}  // namespace

std::string_view text_of(Profile profile) {
  return profile_texts[static_cast<std::size_t>(profile)];
}

std::optional<Profile> profile_of(std::string_view proto) {
  for (std::size_t i = 0; i < std::size(profile_texts); ++i)
    if (proto == profile_texts[i]) return static_cast<Profile>(i);
  return std::nullopt;
}

std::string_view text_of(Setup setup) {
  return setup_texts[static_cast<std::size_t>(setup)];
}

std::string_view text_of(SecurityFault fault) {
  switch (fault) {
    case Fault::bad_key:
      return "an a=crypto line is malformed";
    case Fault::same_tag:
      return "two a=crypto lines have one tag";
    case Fault::bad_fingerprint:
      return "an a=fingerprint line is malformed";
    case Fault::two_certificates:
      return "two certificates are named for one stream";
    case Fault::bad_setup:
      return "an a=setup line is malformed";
    case Fault::bad_ice:
      return "the ICE credentials are malformed";
  }
  return "the stream's protection is malformed";
}

std::expected<Security, SecurityFault> read_security(const Session& session, const Media& media) {
  Security out;
  Common whole, own;
  for (Attributes attributes = session.attributes(); const auto attribute = attributes.next();) {
    if (const auto fault = take_common(*attribute, whole)) return std::unexpected(*fault);
    if (attribute->name == "ice-lite") out.ice_lite = true;
  }
  std::size_t lines = 0;
  for (Attributes attributes = media.attributes(); const auto attribute = attributes.next();) {
    auto fault = take_common(*attribute, own);
    if (attribute->name == "crypto") fault = take_crypto(attribute->value, lines, out);
    if (fault) return std::unexpected(*fault);
    take_flag(*attribute, out);
  }
  const Common& named = own.fingerprints > 0 ? own : whole;
  out.certificate = named.certificate;
  out.other_hash_only = named.fingerprints > 0 && !named.certificate;
  out.setup = own.setup ? own.setup : whole.setup;
  out.ice_fragment = own.fragment.empty() ? whole.fragment : own.fragment;
  out.ice_password = own.password.empty() ? whole.password : own.password;
  if (out.ice_fragment.empty() != out.ice_password.empty()) return std::unexpected(Fault::bad_ice);
  return out;
}

std::string_view mid_of(const Media& media) {
  for (Attributes attributes = media.attributes(); const auto attribute = attributes.next();)
    if (attribute->name == "mid" && is_token(attribute->value) && attribute->value.size() <= SecureLimits::mid_bytes)
      return attribute->value;
  return {};
}

std::string_view bundle_of(const Session& session) {
  for (Attributes attributes = session.attributes(); const auto attribute = attributes.next();) {
    std::string_view names = attribute->value;
    if (attribute->name == "group" && cut_word(names) == "BUNDLE") return names;
  }
  return {};
}

void append_crypto(std::string& out, const Crypto& crypto) {
  fmt::format_to(std::back_inserter(out), "a=crypto:{} {} inline:", crypto.tag,
                 srtp::facts_of(crypto.key.suite()).sdp_name);
  Secret<std::array<std::uint8_t, srtp::master_bytes_most>> bytes{};
  const auto key = crypto.key.key(), salt = crypto.key.salt();
  std::copy(salt.begin(), salt.end(), std::copy(key.begin(), key.end(), bytes.reveal().begin()));
  append_base64(out, std::span(bytes.reveal()).first(key.size() + salt.size()));
  out += "\r\n";
}

std::string text_of(const CertificateHash& certificate) {
  std::string out = "sha-256 ";
  for (std::size_t i = 0; i < certificate.size(); ++i)
    fmt::format_to(std::back_inserter(out), "{}{:02X}", i == 0 ? "" : ":", certificate[i]);
  return out;
}

void append_fingerprint(std::string& out, const CertificateHash& certificate) {
  out.append("a=fingerprint:").append(text_of(certificate)).append("\r\n");
}

}  // namespace rf::sdp
