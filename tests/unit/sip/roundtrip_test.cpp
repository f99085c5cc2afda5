// Whatever the grammar can make, the parser gives back; what is written from it parses to the same again.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/sip/writer.hpp"
#include "tests/unit/sip/read.hpp"

namespace rf::sip {
namespace {

std::string draw(std::string_view alphabet, int least, int most) {
  const auto length = *rc::gen::inRange(least, most + 1);
  return *rc::gen::container<std::string>(static_cast<std::size_t>(length), rc::gen::elementOf(std::string(alphabet)));
}

std::string draw_token() {
  return draw("abcXYZ019-.!%*_+`'~", 1, 12);
}

std::string draw_quoted() {
  const auto piece = rc::gen::element<std::string>("a", " ", "\\\"", "\\\\", ",", ";<>", "\xc3\xa9");
  std::string out = "\"";
  for (const auto& text : *rc::gen::container<std::vector<std::string>>(piece)) out += text;
  return out + '"';
}

std::string draw_host() {
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return std::to_string(*rc::gen::inRange(0, 256)) + ".0.2." + std::to_string(*rc::gen::inRange(0, 256));
    case 1:
      return "[2001:db8::" + draw("0123456789abcdef", 1, 4) + "]";
    case 2:
      return draw("abc019", 1, 5) + "-" + draw("abc019", 1, 3) + ".example.com";
    default:
      return draw("abcxyz", 1, 8);
  }
}

std::string draw_uri() {
  std::string out = *rc::gen::element<std::string>("sip:", "sips:", "SIP:");
  if (*rc::gen::arbitrary<bool>()) {
    out += draw("abc019-_.!~*'()&=+$,;?/", 1, 10) + *rc::gen::element<std::string>("", "%41", "%c3%A9");
    if (*rc::gen::arbitrary<bool>()) out += ":" + draw("abc019&=+$,", 0, 6);
    out += '@';
  }
  out += draw_host();
  if (*rc::gen::arbitrary<bool>()) out += ":" + std::to_string(*rc::gen::inRange(0, 65'536));
  const auto params = *rc::gen::inRange(0, 4);
  for (int i = 0; i < params; ++i) {
    out += ";p" + std::to_string(i) + draw("abc[]/:&+$", 0, 4);
    if (*rc::gen::arbitrary<bool>()) out += "=" + draw("abc[]/:&+$-_.", 1, 6);
  }
  return out;
}

std::string draw_params(std::string_view space) {
  std::string out;
  const auto params = *rc::gen::inRange(0, 4);
  for (int i = 0; i < params; ++i) {
    out += std::string(space) + ";" + std::string(space) + "n" + std::to_string(i) + draw("abc-.", 0, 4);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        break;
      case 1:
        out += std::string(space) + "=" + std::string(space) + draw_quoted();
        break;
      case 2:
        out += "=[2001:db8::1]";
        break;
      default:
        out += "=" + draw_token();
        break;
    }
  }
  return out;
}

struct Wanted {
  std::string uri, display, tag, branch, host, call_id, contact_uri, subject, body;
  std::uint32_t cseq = 0;
  std::string text;
};

// A request in one of its many spellings.
Wanted draw_request() {
  Wanted w;
  const std::string space = *rc::gen::element<std::string>("", " ", "\t", "\r\n ", "  \r\n\t  ");
  const auto name = [](std::string_view full, std::string_view compact) {
    return std::string(*rc::gen::arbitrary<bool>() ? full : compact) +
           *rc::gen::element<std::string>(":", " :", "\t: ");
  };
  w.uri = draw_uri();
  w.tag = draw_token();
  w.branch = "z9hG4bK" + draw_token();
  w.host = draw_host();
  w.display = *rc::gen::arbitrary<bool>() ? draw_quoted() : draw_token();
  w.call_id = draw("abc019()<>:\\\"/[]?{}", 1, 10) + *rc::gen::element<std::string>("", "@host");
  w.contact_uri = draw_uri();
  w.cseq = *rc::gen::inRange<std::uint32_t>(0, 1u << 31);
  w.subject = draw("abc \",;:<>", 0, 20);
  w.body = *rc::gen::arbitrary<std::string>();

  std::vector<std::string> lines = {
      name("Via", "v") + space + "SIP/2.0/UDP " + w.host + ";branch=" + w.branch + draw_params(space),
      name("From", "f") + space + w.display + " <" + draw_uri() + ">" + space + ";" + space + "tag=" + w.tag,
      name("TO", "t") + "<" + w.uri + ">" + draw_params(space),
      name("Call-Id", "i") + w.call_id,
      name("CSEQ", "cseq") + space + "0" + std::to_string(w.cseq) + " " + space + "MESSAGE",
      name("Contact", "m") + space + "<" + w.contact_uri + ">" + draw_params(space) + space + "," + space + "<" +
          draw_uri() + ">",
      name("Subject", "s") + w.subject,
      name("Content-Length", "l") + std::to_string(w.body.size())};
  for (std::size_t i = lines.size(); i > 1; --i) std::swap(lines[i - 1], lines[*rc::gen::inRange<std::size_t>(0, i)]);
  w.text = "MESSAGE " + w.uri + " SIP/2.0\r\n";
  for (const auto& line : lines) w.text += line + "\r\n";
  w.text += "\r\n" + w.body;
  return w;
}

std::string without_brackets(std::string_view host) {
  return std::string(host.starts_with('[') ? host.substr(1, host.size() - 2) : host);
}

RC_GTEST_PROP(RoundTrip, AnySpellingParsesToWhatItSays, ()) {
  const Wanted w = draw_request();
  const Read m(w.text);
  if (!m) RC_FAIL(std::string(text_of(m.code())) + " at " + std::to_string(m.offset()) + " of " + w.text);
  RC_ASSERT(m->method == Method::message);
  RC_ASSERT(m->request_uri.raw == w.uri);
  RC_ASSERT(m->from.display == w.display);
  RC_ASSERT(m->from.tag() == w.tag);
  RC_ASSERT(m->to.uri.raw == w.uri);
  RC_ASSERT(m->via.branch == w.branch);
  RC_ASSERT(m->via.host == without_brackets(w.host));
  RC_ASSERT(m->call_id == w.call_id);
  RC_ASSERT(m->cseq.number == w.cseq);
  RC_ASSERT(m->contact() != nullptr);
  RC_ASSERT(m->contact()->uri.raw == w.contact_uri);
  RC_ASSERT(m->body == w.body);
}

RC_GTEST_PROP(RoundTrip, WhatIsWrittenFromAMessageParsesToTheSame, ()) {
  const Wanted w = draw_request();
  const Read first(w.text);
  RC_ASSERT(static_cast<bool>(first));
  std::string out;
  Writer writer(out);
  writer.request_line(first->method_text, first->request_uri.raw);
  for (const Header& header : first->headers()) writer.header(header.name, header.value);
  out += "\r\n";
  out += first->body;
  const Read second(out);
  RC_ASSERT(static_cast<bool>(second));
  RC_ASSERT(second->headers().size() == first->headers().size());
  for (std::size_t i = 0; i < first->headers().size(); ++i) {
    RC_ASSERT(second->headers()[i].id == first->headers()[i].id);
    RC_ASSERT(second->headers()[i].value == first->headers()[i].value);
  }
  RC_ASSERT(second->via.raw == first->via.raw);
  RC_ASSERT(second->from.raw == first->from.raw);
  RC_ASSERT(equivalent(second->request_uri, first->request_uri));
  RC_ASSERT(second->body == first->body);
}

RC_GTEST_PROP(RoundTrip, OneWrongByteIsReadOrRefusedInsideTheMessage, ()) {
  Wanted w = draw_request();
  const auto at = *rc::gen::inRange<std::size_t>(0, w.text.size());
  w.text[at] = *rc::gen::arbitrary<char>();
  const Read m(w.text);
  if (!m) RC_ASSERT(m.offset() <= w.text.size());
  const char* const first = m.buffer.data();
  const char* const last = first + m.buffer.size();
  for (const Header& header : m->headers()) {
    RC_ASSERT(header.name.data() >= first && header.name.data() + header.name.size() <= last);
    RC_ASSERT(header.value.data() >= first && header.value.data() + header.value.size() <= last);
  }
}

RC_GTEST_PROP(RoundTrip, EveryPrefixOfAMessageIsRefused, ()) {
  const Wanted w = draw_request();
  const auto cut = *rc::gen::inRange<std::size_t>(0, w.text.size());
  RC_ASSERT(!Read(std::string_view(w.text).substr(0, cut)));
}

}  // namespace
}  // namespace rf::sip
