#include <fmt/format.h>

#include <bitset>
#include <functional>
#include <iterator>

#include "core/sdp/lines.hpp"
#include "core/sdp/offer_answer.hpp"
#include "core/sdp/sdp.hpp"
#include "core/sdp/security.hpp"

namespace rf::sdp {
namespace {

/// How an attribute of the first leg gets into the second.
enum class Passage : std::uint8_t {
  no,
  whole,
  for_listed_format,  ///< its value begins with a format of the m= line, or "*"
};

Passage passage_of(std::string_view name) {
  if (name == "rtpmap" || name == "fmtp" || name == "rtcp-fb") return Passage::for_listed_format;
  for (const std::string_view whole : {"ptime", "maxptime", "framerate", "label", "content", "lang"})
    if (name == whole) return Passage::whole;
  return Passage::no;
}

/// The payload types of an m= line.
using Listed = std::bitset<256>;

Listed listed_in(const Media& media) {
  Listed listed;
  for (Formats formats = media.format_list(); const auto format = formats.next();)
    if (const auto type = parse_digits<std::uint8_t>(*format)) listed.set(*type);
  return listed;
}

bool is_listed(const Listed& listed, std::string_view format) {
  const auto type = parse_digits<std::uint8_t>(format);
  return type && listed.test(*type);
}

/// Those of them that the other leg is told.
Listed kept_of(const Media& media, const FormatRewrite& plan) {
  Listed listed = listed_in(media);
  for (std::size_t type = 0; plan.kept && type < listed.size(); ++type)
    if (type >= plan.kept->size() || !plan.kept->test(type)) listed.reset(type);
  return listed;
}

/// Whether an attribute of the stream says something about the writer's formats.
bool is_about_formats(std::string_view name) {
  return name == "ptime" || name == "maxptime" || name == "rtcp-fb";
}

/// Of an rtpmap what a reader takes of it: whatever else stands behind the encoding is nobody's.
Attribute as_read(Attribute attribute) {
  if (attribute.name != "rtpmap") return attribute;
  std::string_view rest = attribute.value;
  cut_word(rest);
  const std::string_view encoding = cut_word(rest);
  const char* const end = encoding.data() + encoding.size();
  attribute.value = attribute.value.substr(0, static_cast<std::size_t>(end - attribute.value.data()));
  return attribute;
}

bool passes(const Listed& listed, bool feedback, const Attribute& attribute) {
  const bool printable =
      std::all_of(attribute.value.begin(), attribute.value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (attribute.value.empty() || !printable) return false;
  if (attribute.name == "rtcp-fb" && !feedback) return false;  // RFC 4585 §4.2
  switch (passage_of(attribute.name)) {
    case Passage::no: return false;
    case Passage::whole: return true;
    case Passage::for_listed_format: {
      std::string_view rest = attribute.value;
      const std::string_view format = cut_word(rest);
      if (rest.empty()) return false;
      if (format == "*") return attribute.name == "rtcp-fb";
      return is_listed(listed, format);
    }
  }
  return false;
}

/// Only the registered bandwidth types: an experimental one can name anything.
void append_bandwidth(std::string& out, std::string_view lines) {
  while (!lines.empty()) {
    std::string_view line = cut_line(lines);
    if (!line.starts_with("b=")) continue;
    const std::size_t colon = line.find(':');
    const std::string_view type = line.substr(2, colon - 2);
    std::string_view rest = line.substr(colon + 1);
    const auto value = parse_digits<std::uint64_t>(cut_word(rest));
    const bool known = type == "AS" || type == "CT" || type == "TIAS" || type == "RS" || type == "RR";
    if (known && value) fmt::format_to(std::back_inserter(out), "b={}:{}\r\n", type, *value);
  }
}

std::string_view proto_of(const Media& media, const MediaRewrite& plan) {
  return plan.proto.empty() ? media.proto : plan.proto;
}

void append_declined(std::string& out, const Media& media, const MediaRewrite& plan) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "m={} 0 {} {}\r\n", media.kind, proto_of(media, plan), *media.format_list().next());
  if (!plan.mid.empty()) fmt::format_to(to, "a=mid:{}\r\n", plan.mid);
}

/// The highest priority there is for a candidate of the host (RFC 8445 §5.1.2.1): we have but this one.
constexpr std::uint32_t host_priority = (126u << 24) + (65'535u << 8) + 256;

void append_protection(std::string& out, const Address& address, const MediaRewrite& plan) {
  const MediaProtection& protection = plan.protection;
  auto to = std::back_inserter(out);
  for (const Crypto& crypto : protection.keys) append_crypto(out, crypto);
  if (protection.certificate) append_fingerprint(out, *protection.certificate);
  if (protection.setup) fmt::format_to(to, "a=setup:{}\r\n", text_of(*protection.setup));
  if (protection.mux) out += "a=rtcp-mux\r\n";
  if (protection.ice_fragment.empty()) return;
  fmt::format_to(to, "a=ice-ufrag:{}\r\na=ice-pwd:{}\r\n", protection.ice_fragment, protection.ice_password);
  const std::uint32_t rtcp_port = plan.rtcp_port != 0 ? plan.rtcp_port : plan.port + 1u;
  for (std::uint32_t component = 1; component <= (protection.mux ? 1u : 2u); ++component)
    fmt::format_to(to, "a=candidate:1 {} UDP {} {} {} typ host\r\n", component, host_priority - component,
                   address.text(), component == 1 ? plan.port : rtcp_port);
  out += "a=end-of-candidates\r\n";
}

void append_media(std::string& out, const Address& address, const Media& media, const MediaRewrite& plan) {
  auto to = std::back_inserter(out);
  const std::string_view proto = proto_of(media, plan);
  fmt::format_to(to, "m={} {} {}", media.kind, plan.port, proto);
  const Listed listed = kept_of(media, plan.formats);
  for (Formats formats = media.format_list(); const auto format = formats.next();)
    if (!plan.formats.kept || is_listed(listed, *format)) fmt::format_to(to, " {}", *format);
  if (!plan.formats.more.empty()) fmt::format_to(to, " {}", plan.formats.more);
  out += "\r\n";
  const auto profile = profile_of(proto);
  const bool feedback = profile && has_feedback(*profile);
  append_bandwidth(out, media.lines);
  if (!plan.mid.empty()) fmt::format_to(to, "a=mid:{}\r\n", plan.mid);
  if (plan.rtcp_port != 0 && plan.rtcp_port != plan.port + 1) fmt::format_to(to, "a=rtcp:{}\r\n", plan.rtcp_port);
  for (Attributes attributes = media.attributes(); const auto next = attributes.next();)
    if (const Attribute attribute = as_read(*next);
        passes(listed, feedback, attribute) && (listed.any() || !is_about_formats(attribute.name)))
      fmt::format_to(to, "a={}:{}\r\n", attribute.name, attribute.value);
  out += plan.formats.lines;
  const Direction direction = plan.answers ? legal_answer(*plan.answers, media.direction) : media.direction;
  fmt::format_to(to, "a={}\r\n", text_of(direction));
  append_protection(out, address, plan);
}

bool is_taken(const Session& session, const RewritePlan& plan, std::size_t i) {
  return plan.media[i].port != 0 && refusal_of(session.media()[i]) == Refusal::none;
}

void append_bundle(std::string& out, const Session& session, const RewritePlan& plan) {
  for (std::string_view names = plan.bundle; !names.empty();) {
    const std::string_view name = cut_word(names);
    for (std::size_t i = 0; i < session.media().size(); ++i)
      if (!name.empty() && plan.media[i].mid == name && plan.media[i].protection.mux && is_taken(session, plan, i))
        return void(out.append("a=group:BUNDLE ").append(name).append("\r\n"));
  }
}

}  // namespace

std::string rewrite(const Session& session, const RewritePlan& plan) {
  std::string out;
  out.reserve(session.text.size() + 128);
  const std::string_view family = plan.address.is_v4() ? "IP4" : "IP6";
  const std::string address = plan.address.text();
  fmt::format_to(std::back_inserter(out), "v=0\r\no=- {} {} IN {} {}\r\ns=-\r\nc=IN {} {}\r\n", plan.session_id,
                 plan.version, family, address, family, address);
  append_bandwidth(out, session.lines);
  out += "t=0 0\r\n";
  const bool ice = std::any_of(plan.media.begin(), plan.media.end(), [](const MediaRewrite& media) {
    return media.port != 0 && !media.protection.ice_fragment.empty();
  });
  if (ice) out += "a=ice-lite\r\n";
  append_bundle(out, session, plan);
  for (Attributes attributes = session.attributes(); const auto attribute = attributes.next();)
    if (attribute->name == "lang" && passes({}, false, *attribute))
      out.append("a=lang:").append(attribute->value).append("\r\n");
  const auto media = session.media();
  for (std::size_t i = 0; i < media.size(); ++i) {
    if (is_taken(session, plan, i))
      append_media(out, plan.address, media[i], plan.media[i]);
    else
      append_declined(out, media[i], plan.media[i]);
  }
  return out;
}

std::string LocalOrigin::describe(const Session& session, RewritePlan plan) {
  plan.session_id = session_id_;
  plan.version = version_;
  std::string text = rewrite(session, plan);
  const auto hash_behind_origin = [&] {
    return std::hash<std::string_view>{}(std::string_view(text).substr(text.find("\r\ns=")));
  };
  const std::uint64_t hash = hash_behind_origin();
  if (described_ && hash != last_hash_) {
    plan.version = ++version_;
    text = rewrite(session, plan);
  }
  described_ = true;
  last_hash_ = hash;
  return text;
}

}  // namespace rf::sdp
