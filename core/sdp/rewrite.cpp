#include <fmt/format.h>

#include <bitset>
#include <functional>
#include <iterator>

#include "core/sdp/lines.hpp"
#include "core/sdp/offer_answer.hpp"
#include "core/sdp/sdp.hpp"

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

bool passes(const Listed& listed, const Attribute& attribute) {
  const bool printable =
      std::all_of(attribute.value.begin(), attribute.value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (attribute.value.empty() || !printable) return false;
  switch (passage_of(attribute.name)) {
    case Passage::no: return false;
    case Passage::whole: return true;
    case Passage::for_listed_format: {
      std::string_view rest = attribute.value;
      const std::string_view format = cut_word(rest);
      if (rest.empty()) return false;
      if (format == "*") return attribute.name == "rtcp-fb";
      const auto type = parse_digits<std::uint8_t>(format);
      return type && listed.test(*type);
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

void append_declined(std::string& out, const Media& media) {
  fmt::format_to(std::back_inserter(out), "m={} 0 {} {}\r\n", media.kind, media.proto, *media.format_list().next());
}

void append_media(std::string& out, const Media& media, const MediaRewrite& plan) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "m={} {} {}", media.kind, plan.port, media.proto);
  for (Formats formats = media.format_list(); const auto format = formats.next();) fmt::format_to(to, " {}", *format);
  out += "\r\n";
  const Listed listed = listed_in(media);
  append_bandwidth(out, media.lines);
  if (plan.rtcp_port != 0 && plan.rtcp_port != plan.port + 1) fmt::format_to(to, "a=rtcp:{}\r\n", plan.rtcp_port);
  for (Attributes attributes = media.attributes(); const auto next = attributes.next();)
    if (const Attribute attribute = as_read(*next); passes(listed, attribute))
      fmt::format_to(to, "a={}:{}\r\n", attribute.name, attribute.value);
  const Direction direction = plan.answers ? legal_answer(*plan.answers, media.direction) : media.direction;
  fmt::format_to(to, "a={}\r\n", text_of(direction));
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
  for (Attributes attributes = session.attributes(); const auto attribute = attributes.next();)
    if (attribute->name == "lang" && passes({}, *attribute))
      out.append("a=lang:").append(attribute->value).append("\r\n");
  const auto media = session.media();
  for (std::size_t i = 0; i < media.size(); ++i) {
    if (plan.media[i].port == 0 || refusal_of(media[i]) != Refusal::none)
      append_declined(out, media[i]);
    else
      append_media(out, media[i], plan.media[i]);
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
