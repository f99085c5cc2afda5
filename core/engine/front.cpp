#include "core/engine/front.hpp"

#include <algorithm>
#include <array>

#include "core/base/ids.hpp"
#include "core/sip/writer.hpp"

namespace rf::engine {

using sip::HeaderName;
using sip::Method;

namespace {

std::uint64_t digest_of(std::string_view text, std::uint64_t seed) {
  for (const char c : text) seed = mix64(seed ^ static_cast<unsigned char>(c));
  return seed;
}

}  // namespace

void reply_statelessly(call::Context& ctx, const sip::Message& request, const Flow& flow, int status,
                       std::uint64_t seed, std::size_t bytes_max, std::string_view more_headers) {
  if (request.method == Method::ack) return;
  std::string bytes;
  bytes.reserve(1'024);
  std::uint64_t number = digest_of(request.via.branch, digest_of(request.call_id, seed));
  std::array<char, 12> tag;
  for (char& c : tag) {
    c = "abcdefghijklmnopqrstuvwxyz0123456789"[number % 36];
    number /= 36;
  }
  auto writer = sip::write_response_head(bytes, request, flow.remote, status, {tag.data(), tag.size()});
  if (status == 405 || status == 501) writer.header(HeaderName::allow, call::allowed_methods);
  constexpr std::size_t end_bytes = std::string_view("Content-Length: 0\r\n\r\n").size();
  bool complete = more_headers.empty();
  while (!more_headers.empty()) {
    const std::string_view line = more_headers.substr(0, more_headers.find("\r\n") + 2);
    more_headers.remove_prefix(line.size());
    if (bytes.size() + line.size() + end_bytes > bytes_max) continue;
    bytes += line;
    complete = true;
  }
  writer.no_body();
  if (complete && bytes.size() <= bytes_max) ctx.out.send(txn::response_flow(request, flow), bytes);
}

int status_for(const sip::ParseError& error) {
  switch (error.code) {
    case sip::ParseErrorCode::bad_version:
      return 505;
    case sip::ParseErrorCode::too_long:
    case sip::ParseErrorCode::too_many_headers:
      return 513;
    default:
      return 400;
  }
}

int refusal_before_authentication(const sip::Message& request) {
  if (request.method == Method::other) return 501;
  const auto scheme = request.request_uri.scheme;
  if (scheme != sip::Uri::Scheme::sip && scheme != sip::Uri::Scheme::sips && scheme != sip::Uri::Scheme::tel)
    return 416;
  if (request.max_forwards == 0u && request.method != Method::options && request.method != Method::register_ &&
      request.to.tag().empty())
    return 483;
  return 0;
}

bool needs_authentication(const sip::Message& request) {
  switch (request.method) {
    case Method::ack:
    case Method::cancel:
      return false;
    case Method::options:
      return !request.request_uri.user.empty();
    default:
      return true;
  }
}

std::string unsupported_options(const sip::Message& request) {
  std::string out;
  if (request.method == Method::ack || request.method == Method::cancel) return out;
  for (sip::Elements options(request, HeaderName::require); const auto option = options.next();) {
    const bool served = (request.method == Method::register_ && sip::equal_nocase(*option, "path")) ||
                        (request.method != Method::register_ &&
                         (sip::equal_nocase(*option, "100rel") || sip::equal_nocase(*option, "timer")));
    if (served) continue;
    if (!out.empty()) out += ", ";
    out += *option;
  }
  return out;
}

}  // namespace rf::engine
