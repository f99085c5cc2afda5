// What the HTTPS server serves: files that are part of the program, and routes with their handlers.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/access/asker.hpp"
#include "core/base/address.hpp"
#include "core/base/limits/people.hpp"
#include "core/http/paths.hpp"
#include "core/http/url.hpp"

namespace rf::web {

using Json = nlohmann::json;

/// One file in the program. There is no folder that a path could lead out of: paths are compared whole.
struct Asset {
  std::string_view path;  ///< "/phone"
  std::string_view type;
  std::string_view bytes;
  std::string_view gzip;   ///< the same, compressed; empty: not worth it
  std::string_view etag;   ///< without quotes
  bool immutable = false;  ///< its name changes with its content
};

enum class Method : std::uint8_t { get, head, post, put, patch, remove };
inline constexpr std::size_t method_count = 6;
std::optional<Method> parse_method(std::string_view text);
/// Whether a request of this method changes nothing.
constexpr bool reads(Method method) {
  return method == Method::get || method == Method::head;
}
/// Whether it has a body; of the others none is read.
constexpr bool has_body(Method method) {
  return method == Method::post || method == Method::put || method == Method::patch;
}

/// The cookie of a session. The prefix makes browsers insist on Secure, Path=/ and no Domain.
inline constexpr std::string_view session_cookie = "__Host-session";
/// As Set-Cookie takes it; an empty `token` takes the cookie away.
std::string set_session(std::string_view token);
/// The cookie of a sign-in that is on its way at a provider elsewhere.
inline constexpr std::string_view flow_cookie = "__Host-sign-in";
/// Likewise; it ends by itself after `seconds`.
std::string set_flow(std::string_view flow, std::int64_t seconds);
/// The value of one cookie in a Cookie header. Empty: it is not there, or more than once.
std::string_view cookie_in(std::string_view header, std::string_view name);
/// The token of an Authorization header. Empty: it has none.
std::string_view bearer_in(std::string_view header);

/// A request as a handler sees it, read strictly.
struct Request {
  Endpoint remote;
  std::string host;  ///< as the browser knows us, without port: "pbx.example.com", "192.0.2.1", "[2001:db8::1]"
  Json body;         ///< of a POST, PUT or PATCH, an object
  std::optional<access::Asker> asker = {};  ///< who asks; none: a stranger
  std::string agent = {};                   ///< what his browser calls itself, printable and bounded
  std::vector<std::string> in_path = {};    ///< what stands where the route's path has braces, decoded
  std::vector<http::Field> query = {};
  std::string origin = {};  ///< "https://pbx.example.com:8443": that of our own pages, by the Host that was asked for
  std::string flow = {};    ///< of a sign-in on its way, as set_flow() gave it
  std::string if_match = {}, if_none_match = {}, idempotency_key = {};  ///< these headers; empty: not there
};

struct Answer {
  unsigned status = 200;
  Json body;  ///< of 204 and 304 nothing is sent
  std::optional<std::uint32_t> retry_after_s = {};
  std::vector<std::pair<std::string_view, std::string>> headers = {};  ///< besides those that every answer has
};

/// What a request shows to say who asks; views that hold for the call.
struct Credentials {
  const Endpoint& remote;
  std::string_view session;  ///< of the cookie; empty: none
  std::string_view token;    ///< of `Authorization: Bearer`; empty: none
  std::string_view agent;
};
/// Who that is. `wrong`: something was shown, and it is nobody's (any longer).
struct Recognised {
  std::optional<access::Asker> asker;
  bool wrong = false;
};

/// `application/problem+json` (RFC 9457): `title` is the status's, `detail` says what to do about it.
Answer problem(unsigned status, std::string_view detail);

/// Runs on the thread for what may wait, one at a time.
using Handler = std::function<Answer(const Request&)>;
/// Begins there, too, and answers later, once, from any thread.
using Respond = std::function<void(Answer)>;
using SlowHandler = std::function<void(const Request&, Respond)>;

/// What a listener wants to hear of, a bit for each kind; or why he hears nothing.
struct Listening {
  std::uint32_t topics = 0;
  std::uint64_t audience = 0;  ///< hears only what is told to this one; 0: everything
  std::string greeting = {};  ///< the first text
  Answer refusal = {};        ///< when there are no topics
};

/// One thing that the API can do.
struct Route {
  Method method = Method::get;
  std::string_view path;  ///< "/api/v1/phone/link", "/api/v1/extensions/{number}"
  access::Need need;      ///< what is asked of whoever asks; judged before the handler hears of it
  Handler handle;
  SlowHandler slow = {};  ///< instead of `handle`
  /// Runs on the API's own thread, which gives way to all others, and at its asker's pace: what may take long.
  bool unhurried = false;
  std::size_t body_bytes = WebLimits::body_bytes;
  /// Instead of `handle`: whoever asks becomes a listener of Server::tell() by a WebSocket. Asked on the I/O thread, at
  /// the beginning and again and again: it ends with what he may.
  std::function<Listening(const Request&)> listen = {};
};

struct Site {
  std::vector<Route> routes;
  std::span<const Asset> assets;
  std::uint16_t phone_port = 0;  ///< of WSS, where pages may connect to besides us; 0: nowhere
  /// Asked on the I/O thread, for each request of a route: from memory, in constant time. Empty: all are strangers.
  std::function<Recognised(const Credentials&)> recognise = {};
  /// Told, there, of somebody known who lacks what a route needs. Empty: nobody is told.
  std::function<void(const access::Asker&, const Endpoint& remote, std::string_view method, std::string_view path)>
      refused = {};
};

/// What a path and a method lead to.
struct Found {
  const Asset* asset = nullptr;
  const Route* route = nullptr;
  bool known = false;                         ///< the path exists, though perhaps not for this method
  std::string_view allow;                     ///< methods that it exists for, as an Allow header lists them
  std::vector<std::string_view> values = {};  ///< of the path, still coded
};
/// In as many steps as a path has segments, however many assets and routes there are.
class Directory {
 public:
  explicit Directory(const Site& site);
  Found find(Method method, std::string_view path) const;

 private:
  struct Entry {
    const Asset* asset = nullptr;
    std::array<const Route*, method_count> routes{};
    std::string allow;
  };
  Entry& entry(std::string_view path);

  http::Paths paths_;
  std::vector<Entry> entries_;  ///< by the number of their path
};

/// The headers that every answer carries, for a page that was asked for at `host`.
std::vector<std::pair<std::string_view, std::string>> security_headers(std::string_view host, std::uint16_t phone_port);

/// "pbx.example.com:8443" gives "pbx.example.com". None: no host name or address with an optional port.
std::optional<std::string> host_of(std::string_view header);

/// Whether an Accept-Encoding takes gzip.
bool takes_gzip(std::string_view accept_encoding);
/// Whether an If-None-Match names this tag (quotes included), weakly or not.
bool names_tag(std::string_view if_none_match, std::string_view tag);

std::string_view reason_of(unsigned status);

}  // namespace rf::web
