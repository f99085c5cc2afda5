#include "shell/fetch/fetch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "shell/fetch/curl.hpp"

namespace rf::fetch {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

constexpr std::string_view methods[] = {"GET", "POST", "PUT", "DELETE", "HEAD"};

/// What the callbacks know of one request.
struct Transfer {
  const Request& request;
  Answer answer = {};
  std::size_t header_bytes = 0;
  bool too_long = false;
};

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
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

std::optional<std::string> wrong_with(const Request& request) {
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

List headers_of(const Request& request) {
  List out;
  // Waiting for "100 Continue" would be a second's silence before each longer body.
  append(out, "Expect:");
  for (const auto& [name, value] : request.headers) append(out, value.empty() ? name + ";" : name + ": " + value);
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
  if (auto wrong = wrong_with(request)) return std::unexpected(Fault{Cause::invalid, std::move(*wrong)});
  Door door{false, request.allowed, std::move(stop)};
  const Easy easy = handle(door, request.ca_pem, request.whole_ms);
  if (!easy) return std::unexpected(Fault{Cause::failed, "libcurl cannot be used"});
  Transfer transfer{request};
  const List headers = headers_of(request);
  CURL* const h = easy.get();
  curl_easy_setopt(h, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, request.plain_allowed ? "https,http" : "https");
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(h, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(h, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers.get());
  set_method(h, request);
  if (request.basic) {
    curl_easy_setopt(h, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    curl_easy_setopt(h, CURLOPT_USERNAME, request.basic->user.c_str());
    curl_easy_setopt(h, CURLOPT_PASSWORD, request.basic->password.reveal().c_str());
  }
  if (const CURLcode code = curl_easy_perform(h); code != CURLE_OK) {
    if (transfer.too_long)
      return std::unexpected(Fault{Cause::too_long, fmt::format("{} answers more than is taken", *host)});
    return std::unexpected(fault_of(code, door, *host, request.whole_ms));
  }
  long status = 0;
  curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
  transfer.answer.status = static_cast<int>(status);
  return std::move(transfer.answer);
}

}  // namespace rf::fetch
