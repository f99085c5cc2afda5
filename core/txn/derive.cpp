#include "core/txn/derive.hpp"

#include <algorithm>

#include "core/sip/message.hpp"
#include "core/sip/method.hpp"
#include "core/sip/writer.hpp"

namespace rf::txn {
namespace {

constexpr std::string_view blanks = " \t";

/// Cuts the next line of the head off `rest`; empty at the blank line.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find("\r\n"), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 2, rest.size()));
  return line;
}

struct Line {
  sip::HeaderName name;
  std::string_view value;
};

Line split(std::string_view line) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  std::string_view name = line.substr(0, colon);
  if (const std::size_t last = name.find_last_not_of(blanks); last != std::string_view::npos)
    name = name.substr(0, last + 1);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  value.remove_prefix(std::min(value.find_first_not_of(blanks), value.size()));
  return {sip::parse_header_name(name), value};
}

std::string derive(std::string_view request, std::string_view method, const std::string_view* response_to) {
  std::string out;
  out.reserve(512);
  sip::Writer writer(out);
  const std::string_view start = take_line(request);
  const std::size_t from = std::min(start.find(' ') + 1, start.size());
  writer.request_line(method, start.substr(from, start.rfind(' ') - from));
  bool via_done = false;
  for (std::string_view line = take_line(request); !line.empty(); line = take_line(request)) {
    auto [name, value] = split(line);
    switch (name) {
      case sip::HeaderName::via:
        if (!via_done) writer.header(name, sip::next_element(value).value_or(std::string_view{}));
        via_done = true;
        break;
      case sip::HeaderName::to:
        writer.header(name, response_to != nullptr ? *response_to : value);
        break;
      case sip::HeaderName::cseq: {
        std::string cseq(value.substr(0, value.find_first_of(blanks)));
        cseq += ' ';
        cseq += method;
        writer.header(name, cseq);
        break;
      }
      case sip::HeaderName::route:
      case sip::HeaderName::from:
      case sip::HeaderName::call_id:
      case sip::HeaderName::max_forwards:
        writer.header(name, value);
        break;
      default:
        break;
    }
  }
  writer.no_body();
  return out;
}

}  // namespace

std::string write_cancel(std::string_view request) {
  return derive(request, "CANCEL", nullptr);
}

std::string write_ack(std::string_view request, std::string_view response_to) {
  return derive(request, "ACK", &response_to);
}

std::string_view written_to_tag(std::string_view message) {
  take_line(message);
  for (std::string_view line = take_line(message); !line.empty(); line = take_line(message)) {
    const auto [name, value] = split(line);
    if (name != sip::HeaderName::to) continue;
    const std::size_t address_end = value.rfind('>');
    std::string_view params = address_end == std::string_view::npos ? value : value.substr(address_end);
    const std::size_t tag = params.find(";tag=");
    if (tag == std::string_view::npos) return {};
    params.remove_prefix(tag + 5);
    return params.substr(0, params.find(';'));
  }
  return {};
}

}  // namespace rf::txn
