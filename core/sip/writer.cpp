#include "core/sip/writer.hpp"

#include <charconv>

#include "core/sip/chars.hpp"

namespace rf::sip {
namespace {

constexpr bool ends_a_line(char c) { return c == '\r' || c == '\n' || c == '\0'; }

// Clean text, which is nearly all there is, is appended in one piece.
void append_clean(std::string& out, std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const odd = chars::skip_printable(at, end);
    out.append(at, static_cast<std::size_t>(odd - at));
    at = odd;
    if (at != end) out += ends_a_line(*at) ? ' ' : *at, ++at;
  }
}

void append_number(std::string& out, std::uint64_t value) {
  char digits[20];
  const auto result = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, static_cast<std::size_t>(result.ptr - digits));
}

// The topmost Via as RFC 3261 §18.2.1 and RFC 3581 §4 want it sent back: what the packet showed replaces what was
// claimed.
void append_top_via(std::string& out, const Message& request, const Endpoint& source) {
  const Via& via = request.via;
  const std::string_view params = via.params.raw();
  out.append(via.raw.substr(0, via.raw.size() - params.size()));
  Params rest = via.params;
  while (const auto param = rest.next()) {
    if (equal_nocase(param->name, "received") || equal_nocase(param->name, "rport")) continue;
    out += ';';
    out.append(param->name);
    if (param->has_value) {
      out += '=';
      out.append(param->value);
    }
  }
  bool received = via.rport;
  if (!received) {
    const auto claimed = Address::parse(via.host);
    received = !claimed || *claimed != source.address;
  }
  if (received) {
    out.append(";received=");
    source.address.append_to(out);
  }
  if (via.rport) {
    out.append(";rport=");
    append_number(out, source.port);
  }
}

}  // namespace

Writer& Writer::request_line(std::string_view method, std::string_view uri) {
  append_clean(out_, method);
  out_ += ' ';
  append_clean(out_, uri);
  out_.append(" SIP/2.0\r\n");
  return *this;
}

Writer& Writer::status_line(int status, std::string_view reason) {
  out_.append("SIP/2.0 ");
  append_number(out_, static_cast<std::uint64_t>(status));
  out_ += ' ';
  append_clean(out_, reason.empty() ? reason_phrase(status) : reason);
  out_.append("\r\n");
  return *this;
}

Writer& Writer::header(HeaderName name, std::string_view value) {
  begin(name);
  append_clean(out_, value);
  return end();
}

Writer& Writer::header(std::string_view name, std::string_view value) {
  append_clean(out_, name);
  out_.append(": ");
  append_clean(out_, value);
  return end();
}

Writer& Writer::header(HeaderName name, std::uint64_t value) {
  begin(name);
  append_number(out_, value);
  return end();
}

Writer& Writer::begin(HeaderName name) {
  out_.append(text_of(name));
  out_.append(": ");
  return *this;
}

Writer& Writer::text(std::string_view piece) {
  append_clean(out_, piece);
  return *this;
}

Writer& Writer::number(std::uint64_t value) {
  append_number(out_, value);
  return *this;
}

Writer& Writer::end() {
  out_.append("\r\n");
  return *this;
}

void Writer::body(std::string_view content_type, std::string_view content) {
  header(HeaderName::content_type, content_type);
  header(HeaderName::content_length, content.size());
  out_.append("\r\n");
  out_.append(content);
}

void Writer::no_body() { out_.append("Content-Length: 0\r\n\r\n"); }

Writer write_response_head(std::string& out, const Message& request, const Endpoint& source, int status,
                           std::string_view to_tag, std::string_view reason) {
  Writer writer(out);
  writer.status_line(status, reason);
  bool topmost = true;
  for (const Header& header : request.headers()) {
    if (header.id != HeaderName::via) continue;
    writer.begin(HeaderName::via);
    if (topmost) {
      append_top_via(out, request, source);
      const char* const behind = request.via.raw.data() + request.via.raw.size();
      const char* const end = header.value.data() + header.value.size();
      writer.text({behind, static_cast<std::size_t>(end - behind)});
      topmost = false;
    } else {
      writer.text(header.value);
    }
    writer.end();
  }
  writer.header(HeaderName::from, request.value(HeaderName::from));
  writer.begin(HeaderName::to).text(request.value(HeaderName::to));
  if (!to_tag.empty() && request.to.tag().empty()) writer.text(";tag=").text(to_tag);
  writer.end();
  writer.header(HeaderName::call_id, request.value(HeaderName::call_id));
  writer.header(HeaderName::cseq, request.value(HeaderName::cseq));
  if (const Header* const timestamp = request.find(HeaderName::timestamp))
    writer.header(HeaderName::timestamp, timestamp->value);
  return writer;
}

}  // namespace rf::sip
