#include "shell/fetch/fetch.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "core/base/reach.hpp"

namespace rf::fetch {
namespace {

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using List = std::unique_ptr<curl_slist, ListDeleter>;

constexpr std::string_view methods[] = {"GET", "POST", "PUT", "DELETE", "HEAD"};

void init() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(once);
}

/// What the callbacks know of one request.
struct Transfer {
  const Request& request;
  std::stop_token stop;
  Answer answer;
  std::size_t header_bytes = 0;
  bool too_long = false;
  std::string forbidden;  ///< the last address that was refused
};

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

std::optional<Address> address_of(const sockaddr& from) {
  if (from.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &from, sizeof v4);
    return Address::v4(ntohl(v4.sin_addr.s_addr));
  }
  if (from.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &from, sizeof v6);
  std::array<std::uint8_t, 16> bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return Address::from_bytes(bytes);
}

curl_socket_t open_socket(void* with, curlsocktype, curl_sockaddr* to) {
  Transfer& transfer = *static_cast<Transfer*>(with);
  const auto address = address_of(to->addr);
  if (!address || !may_connect(*address, transfer.request.allowed)) {
    transfer.forbidden = address ? address->text() : "an address of an unknown kind";
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

std::size_t take_body(const char* bytes, std::size_t size, std::size_t count, void* with) {
  Transfer& transfer = *static_cast<Transfer*>(with);
  const std::size_t all = size * count;
  if (transfer.answer.body.size() + all > transfer.request.answer_bytes) {
    transfer.too_long = true;
    return 0;
  }
  transfer.answer.body.append(bytes, all);
  return all;
}

std::size_t take_header(const char* bytes, std::size_t size, std::size_t count, void* with) {
  Transfer& transfer = *static_cast<Transfer*>(with);
  const std::string_view line(bytes, size * count);
  transfer.header_bytes += line.size();
  if (transfer.header_bytes > FetchLimits::header_bytes) {
    transfer.too_long = true;
    return 0;
  }
  // An interim answer (100 Continue) has headers of its own, which are not the answer's.
  if (line.starts_with("HTTP/")) transfer.answer.headers.clear();
  if (const std::size_t colon = line.find(':'); colon != std::string_view::npos)
    transfer.answer.headers.emplace_back(lower(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
  return line.size();
}

int still_wanted(void* with, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const Transfer*>(with)->stop.stop_requested() ? 1 : 0;
}

std::optional<std::string> fault_of(const Request& request) {
  if (std::find(std::begin(methods), std::end(methods), request.method) == std::end(methods))
    return "the method is none of GET, POST, PUT, DELETE, HEAD";
  if (request.headers.size() > FetchLimits::headers) return "there are too many headers";
  std::size_t bytes = 0;
  for (const auto& [name, value] : request.headers) {
    bytes += name.size() + value.size() + 4;
    if (!is_token(name)) return "the name of a header holds something else than letters, digits, - and _";
    if (has_control(value)) return fmt::format("the header {} holds control characters", name);
  }
  if (bytes > FetchLimits::header_bytes) return "the headers are too long";
  if (request.body.size() > FetchLimits::body_bytes) return "the body is too long";
  if (request.answer_bytes > FetchLimits::answer_bytes_most) return "a longer answer is asked for than may be";
  if (request.whole_ms == 0 || request.whole_ms > FetchLimits::whole_ms_most) return "its time is 0 or too long";
  if (request.allowed.size() > FetchLimits::networks) return "too many networks are allowed";
  if (request.basic && (has_control(request.basic->user) || request.basic->user.find(':') != std::string::npos ||
                        has_control(request.basic->password.reveal())))
    return "user or password holds control characters, or the user a colon";
  return std::nullopt;
}

Fault fault_after(CURLcode code, const Transfer& transfer, const std::string& host, std::uint32_t whole_ms) {
  if (transfer.too_long) return {Cause::too_long, fmt::format("{} answers more than is taken", host)};
  if (transfer.stop.stop_requested()) return {Cause::stopped, "nobody waits for it any more"};
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Cause::unresolved, fmt::format("there is no host {}", host)};
    case CURLE_OPERATION_TIMEDOUT:
      return {Cause::timed_out, fmt::format("{} did not answer within {} ms", host, whole_ms)};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
      return {code == CURLE_PEER_FAILED_VERIFICATION ? Cause::distrusted : Cause::unreachable,
              fmt::format("TLS with {}: {}", host,
                          code == CURLE_PEER_FAILED_VERIFICATION ? "its certificate is not to be trusted"
                                                                 : curl_easy_strerror(code))};
    case CURLE_SSL_CACERT_BADFILE:
      return {Cause::invalid, "the authority's certificate cannot be read"};
    default:
      break;
  }
  if (!transfer.forbidden.empty())
    return {Cause::forbidden,
            fmt::format("{} is at {}, which is not a public address and not allowed", host, transfer.forbidden)};
  const bool reached = code != CURLE_COULDNT_CONNECT && code != CURLE_RECV_ERROR && code != CURLE_SEND_ERROR &&
                       code != CURLE_GOT_NOTHING && code != CURLE_PARTIAL_FILE;
  return {reached ? Cause::failed : Cause::unreachable, fmt::format("{}: {}", host, curl_easy_strerror(code))};
}

List headers_of(const Request& request) {
  List out;
  const auto add = [&](const std::string& line) {
    if (curl_slist* longer = curl_slist_append(out.get(), line.c_str())) {
      static_cast<void>(out.release());
      out.reset(longer);
    }
  };
  // Waiting for "100 Continue" would be a second's silence before each longer body.
  add("Expect:");
  for (const auto& [name, value] : request.headers) add(value.empty() ? name + ";" : name + ": " + value);
  return out;
}

void set_method(CURL* easy, const Request& request) {
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.method != "GET") curl_easy_setopt(easy, CURLOPT_POST, 1L);
  if (request.method != "GET" || !request.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

}  // namespace

std::string_view name_of(Cause cause) {
  constexpr std::string_view names[] = {"invalid",   "forbidden", "unresolved", "unreachable", "distrusted",
                                        "timed_out", "too_long",  "stopped",    "failed"};
  return names[static_cast<std::size_t>(cause)];
}

std::string_view Answer::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& each) { return each.first == name; });
  return found == headers.end() ? std::string_view() : found->second;
}

std::expected<std::string, std::string> host_of(std::string_view url, bool plain_allowed) {
  init();
  const auto wrong = [](const char* what) { return std::unexpected(std::string(what)); };
  if (url.size() > FetchLimits::url_bytes) return wrong("the URL is too long");
  if (has_control(url) || url.find(' ') != std::string_view::npos) return wrong("the URL holds spaces or worse");
  const bool plain = url.starts_with("http://");
  if (!url.starts_with("https://") && !(plain && plain_allowed)) return wrong("the URL does not begin with https://");
  const std::unique_ptr<CURLU, UrlDeleter> parsed(curl_url());
  const std::string text(url);
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK)
    return wrong("it is no URL, or names a user");
  char* part = nullptr;
  if (curl_url_get(parsed.get(), CURLUPART_FRAGMENT, &part, 0) == CURLUE_OK) {
    curl_free(part);
    return wrong("the URL has a fragment");
  }
  if (curl_url_get(parsed.get(), CURLUPART_HOST, &part, 0) != CURLUE_OK) return wrong("the URL names no host");
  std::string host(part);
  curl_free(part);
  if (host.empty()) return wrong("the URL names no host");
  return host;
}

std::expected<Answer, Fault> fetch(const Request& request, std::stop_token stop) {
  const auto host = host_of(request.url, request.plain_allowed);
  if (!host) return std::unexpected(Fault{Cause::invalid, host.error()});
  if (auto wrong = fault_of(request)) return std::unexpected(Fault{Cause::invalid, std::move(*wrong)});
  const Easy easy(curl_easy_init());
  if (!easy) return std::unexpected(Fault{Cause::failed, "libcurl cannot be used"});
  Transfer transfer{request, std::move(stop), {}, 0, false, {}};
  const List headers = headers_of(request);
  CURL* const h = easy.get();
  curl_easy_setopt(h, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, request.plain_allowed ? "https,http" : "https");
  curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(h, CURLOPT_PROXY, "");
  curl_easy_setopt(h, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(h, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(FetchLimits::connect_ms, request.whole_ms)));
  curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, static_cast<long>(request.whole_ms));
  curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, &transfer);
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(h, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(h, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, still_wanted);
  curl_easy_setopt(h, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers.get());
  set_method(h, request);
  if (request.basic) {
    curl_easy_setopt(h, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    curl_easy_setopt(h, CURLOPT_USERNAME, request.basic->user.c_str());
    curl_easy_setopt(h, CURLOPT_PASSWORD, request.basic->password.reveal().c_str());
  }
  if (!request.ca_pem.empty()) {
    // Copied by libcurl; never written to.
    curl_blob ca{const_cast<char*>(request.ca_pem.data()), request.ca_pem.size(), CURL_BLOB_COPY};
    curl_easy_setopt(h, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(h, CURLOPT_CAINFO, nullptr);
    curl_easy_setopt(h, CURLOPT_CAINFO_BLOB, &ca);
  }
  if (const CURLcode code = curl_easy_perform(h); code != CURLE_OK)
    return std::unexpected(fault_after(code, transfer, *host, request.whole_ms));
  long status = 0;
  curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
  transfer.answer.status = static_cast<int>(status);
  return std::move(transfer.answer);
}

}  // namespace rf::fetch
