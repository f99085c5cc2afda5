// Any bytes as a datagram: parsing stays inside them, every accessor works on what was read, and what is written from a
// message that parsed parses to the same message.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "core/base/check.hpp"
#include "core/sip/message.hpp"
#include "core/sip/writer.hpp"

namespace {

using namespace rf;
using namespace rf::sip;

void walk(Params params) {
  std::size_t count = 0;
  while (const auto param = params.next()) {
    RF_CHECK(!param->name.empty());
    (void)params.value(param->name);
    RF_CHECK(++count <= WireLimits::params);
  }
}

void walk(const Uri& uri) {
  RF_CHECK(equivalent(uri, uri));
  RF_CHECK(unescape(uri.user).size() <= uri.user.size());
  (void)uri.address();
  (void)uri.transport();
  walk(uri.params);
  std::string escaped;
  append_escaped_user(escaped, unescape(uri.user));
  RF_CHECK(unescape(escaped) == unescape(uri.user));
}

void walk(const NameAddr& address) {
  (void)address.tag();
  walk(address.uri);
  walk(address.params);
}

void walk(const Message& message) {
  for (const Header& header : message.headers()) {
    (void)message.find(header.name);
    (void)message.lists(header.id, "100rel");
    Elements elements(message, header.id);
    for (int i = 0; i < 3; ++i) {
      const auto element = elements.next();
      if (!element) break;
      RF_CHECK(!element->empty());
      if (const auto parsed = parse_name_addr(*element)) walk(*parsed);
      if (const auto parsed = parse_via(*element)) walk(parsed->params);
      if (const auto parsed = parse_uri(*element)) walk(*parsed);
      (void)parse_number(*element);
    }
    (void)parse_cseq(header.value);
    (void)parse_rack(header.value);
  }
  if (message.contact() != nullptr) walk(*message.contact());
}

// The writer turns NUL into a space, so the two are the same here.
bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x == '\0' ? ' ' : x) == (y == '\0' ? ' ' : y); });
}

void write_and_read_again(const Message& message) {
  std::string out;
  Writer writer(out);
  if (message.is_request) {
    writer.request_line(message.method_text, message.request_uri.raw);
  } else {
    writer.status_line(message.status, message.reason.empty() ? " " : message.reason);
  }
  for (const Header& header : message.headers()) writer.header(header.name, header.value);
  out += "\r\n";
  if (out.size() > WireLimits::header_bytes || out.size() + message.body.size() > WireLimits::message_bytes) return;
  out += message.body;
  const auto again = std::make_unique<Message>();
  RF_CHECK(parse(out, *again));
  RF_CHECK(again->is_request == message.is_request && again->method == message.method);
  RF_CHECK(again->status == message.status && again->answerable == message.answerable);
  RF_CHECK(same(again->request_uri.raw, message.request_uri.raw) && same(again->via.raw, message.via.raw));
  RF_CHECK(same(again->via.branch, message.via.branch) && again->via.rport == message.via.rport);
  RF_CHECK(same(again->from.raw, message.from.raw) && same(again->from.tag(), message.from.tag()));
  RF_CHECK(same(again->to.raw, message.to.raw) && same(again->to.tag(), message.to.tag()));
  RF_CHECK(again->call_id == message.call_id && again->cseq.number == message.cseq.number);
  RF_CHECK(again->max_forwards == message.max_forwards && again->expires == message.expires);
  RF_CHECK(again->contact_is_star() == message.contact_is_star());
  RF_CHECK(again->body == message.body && again->headers().size() == message.headers().size());
  for (std::size_t i = 0; i < message.headers().size(); ++i) {
    RF_CHECK(again->headers()[i].id == message.headers()[i].id);
    RF_CHECK(same(again->headers()[i].value, message.headers()[i].value));
  }
}

void answer(const Message& message) {
  std::string out;
  write_response_head(out, message, Endpoint{Address::v4(0xc0000201), 5060}, 400, "tag").no_body();
  // However faulty the request, its answer has the lines it should have and no more.
  std::size_t lines = 0;
  for (std::size_t at = out.find("\r\n"); at != std::string::npos; at = out.find("\r\n", at + 2)) ++lines;
  std::size_t expected = 7;
  for (const Header& header : message.headers()) expected += header.id == HeaderName::via ? 1 : 0;
  expected += message.find(HeaderName::timestamp) != nullptr ? 1 : 0;
  RF_CHECK(lines == expected);
  RF_CHECK(static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n')) == lines);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A buffer of exactly this size on the heap, so that a byte read beyond it is seen.
  const std::unique_ptr<char[]> buffer(new char[size]);
  std::copy(data, data + size, buffer.get());
  const auto message = std::make_unique<Message>();
  const auto result = parse(std::span<char>(buffer.get(), size), *message);
  if (!result) RF_CHECK(result.error().offset <= size && !text_of(result.error().code).empty());
  for (const Header& header : message->headers()) {
    RF_CHECK(header.name.data() >= buffer.get() && header.name.data() + header.name.size() <= buffer.get() + size);
    RF_CHECK(header.value.data() >= buffer.get() && header.value.data() + header.value.size() <= buffer.get() + size);
  }
  walk(*message);
  if (message->answerable) answer(*message);
  if (result) write_and_read_again(*message);

  const std::string_view text(buffer.get(), size);
  if (const auto uri = parse_uri(text)) walk(*uri);
  if (const auto address = parse_name_addr(text)) walk(*address);
  if (const auto via = parse_via(text)) walk(via->params);
  std::size_t steps = 0;
  for (Params rest(text); rest.next();) RF_CHECK(++steps <= size);
  return 0;
}
