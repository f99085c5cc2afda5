// Requests to HTTPS servers elsewhere: verified, bounded, and never to where whoever chose the address may not lead us.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/address.hpp"
#include "core/base/limits/events.hpp"
#include "core/base/secret.hpp"

namespace rf::fetch {

struct Basic {
  std::string user;
  Secret<std::string> password;
};

struct Request {
  std::string method = "GET";  ///< GET, POST, PUT, DELETE or HEAD
  std::string url;             ///< https://host[:port]/…, without user, password or fragment
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};  ///< wiped by whoever made it, when it holds secrets
  std::optional<Basic> basic = {};
  std::string ca_pem = {};           ///< who may vouch for the server instead of the system's authorities
  std::vector<Subnet> allowed = {};  ///< addresses besides public ones, see core/base/reach.hpp
  bool plain_allowed = false;        ///< http:// as well: only for what an operator runs on its own host
  std::size_t answer_bytes = FetchLimits::answer_bytes;
  std::uint32_t whole_ms = FetchLimits::whole_ms;
};

struct Answer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in small letters
  std::string body;

  /// The first of this name (small letters); empty: none.
  std::string_view header(std::string_view name) const;
};

enum class Cause : std::uint8_t {
  invalid,      ///< the request itself; trying again changes nothing
  forbidden,    ///< its address is not public and not allowed
  unresolved,   ///< no such host
  unreachable,  ///< no connection, or it broke
  distrusted,   ///< the certificate
  timed_out,
  too_long,  ///< the answer
  stopped,   ///< nobody waits for it any more
  failed,
};
std::string_view name_of(Cause cause);

/// `what` names the host, never path, query, headers or password.
struct Fault {
  Cause cause = Cause::failed;
  std::string what;
};

/// The host of such a URL, or a sentence that says what is wrong with it.
std::expected<std::string, std::string> host_of(std::string_view url, bool plain_allowed = false);

/// One request and its answer, whatever its status: redirects are an answer like any other and are never followed.
/// Blocks up to `whole_ms`, or until `stop`: for threads that may wait. No proxy, cookies or netrc of the environment.
/// The address is judged where the connection is made, after resolution, so a name cannot lead elsewhere meanwhile.
std::expected<Answer, Fault> fetch(const Request& request, std::stop_token stop = {});

}  // namespace rf::fetch
