// Who asks: what a request carries to say so, and whether a route is for him. The one place where a page's or an API's
// need meets its asker.
#include <fmt/format.h>

#include "core/base/plain.hpp"
#include "shell/web/session.hpp"

namespace rf::web {
namespace {

constexpr std::size_t agent_bytes = 128;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string set_session(std::string_view token) {
  return fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Strict{}", session_cookie, token,
                     token.empty() ? "; Max-Age=0" : "");
}

std::string set_flow(std::string_view flow, std::int64_t seconds) {
  return fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={}", flow_cookie, flow,
                     flow.empty() ? 0 : seconds);
}

std::string_view cookie_in(std::string_view header, std::string_view name) {
  std::string_view found;
  bool seen = false;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = trim(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t equal = pair.find('=');
    if (equal == std::string_view::npos || pair.substr(0, equal) != name) continue;
    // Two of one name are one that somebody else planted.
    if (seen) return {};
    seen = true;
    found = pair.substr(equal + 1);
  }
  return found;
}

std::string_view bearer_in(std::string_view header) {
  constexpr std::string_view scheme = "Bearer ";
  if (header.size() <= scheme.size() || !beast::iequals(beast::string_view(header.data(), scheme.size()), "Bearer "))
    return {};
  return trim(header.substr(scheme.size()));
}

std::optional<Session::Refusal> Session::admit(const Fields& request, const Route& route, Request& typed) {
  const std::string_view cookies = view(request[http::field::cookie]);
  const std::string_view authorization = view(request[http::field::authorization]);
  const Credentials shown{remote_, cookie_in(cookies, session_cookie), bearer_in(authorization),
                          view(request[http::field::user_agent])};
  typed.agent = plain(shown.agent, agent_bytes);
  typed.flow = cookie_in(cookies, flow_cookie);
  if (request.count(http::field::cookie) > 1 || request.count(http::field::authorization) > 1)
    return Refusal{400, "Cookie or Authorization is there twice"};
  if (server_.site.recognise && (!shown.session.empty() || !shown.token.empty())) {
    Recognised who = server_.site.recognise(shown);
    if (who.wrong && !shown.token.empty()) return Refusal{401, "this token is not good: it has ended or was removed"};
    typed.asker = std::move(who.asker);
  }
  // A browser sends its cookie along with whatever a page asks. Only what says that it is our page may change anything.
  const bool reads = route.method == Method::get || route.method == Method::head;
  const bool ours = !view(request[http::field::origin]).empty() || view(request["Sec-Fetch-Site"]) == "same-origin";
  if (!reads && shown.token.empty() && !shown.session.empty() && !ours)
    return Refusal{403, "send Origin, as browsers do, or use a token"};
  switch (access::judge(typed.asker, route.need)) {
    case access::Verdict::yes:
      return std::nullopt;
    case access::Verdict::unknown:
      return Refusal{401, "sign in first, or send a token"};
    case access::Verdict::unfinished:
      return Refusal{403, typed.asker->step == access::Step::new_password ? "choose a new password first"
                                                                          : "add a second factor first"};
    case access::Verdict::lacking:
      break;
  }
  if (server_.site.refused) server_.site.refused(*typed.asker, remote_, view(request.method_string()), route.path);
  return Refusal{403, route.need.who == access::Need::Who::permitted
                          ? fmt::format("this needs the permission {}", access::info_of(route.need.permission).name)
                          : std::string("this is for somebody who is signed in, not for a token")};
}

}  // namespace rf::web
