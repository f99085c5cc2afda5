#include "shell/web/site.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/limits/wire.hpp"

namespace rf::web {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

template <class Visit>
void each_element(std::string_view list, Visit&& visit) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    visit(trim(list.substr(0, comma)));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= WireLimits::name_bytes && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

}  // namespace

std::optional<Method> parse_method(std::string_view text) {
  if (text == "GET") return Method::get;
  if (text == "HEAD") return Method::head;
  if (text == "POST") return Method::post;
  if (text == "PUT") return Method::put;
  if (text == "PATCH") return Method::patch;
  if (text == "DELETE") return Method::remove;
  return std::nullopt;
}

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Internal Server Error";
  }
}

Answer problem(unsigned status, std::string_view detail) {
  Json body{{"type", "about:blank"}, {"title", reason_of(status)}, {"status", status}};
  if (!detail.empty()) body["detail"] = detail;
  return {status, std::move(body)};
}

Directory::Entry& Directory::entry(std::string_view path) {
  const std::size_t number = paths_.add(path);
  if (number >= entries_.size()) entries_.resize(number + 1);
  return entries_[number];
}

Directory::Directory(const Site& site) {
  constexpr std::array<std::string_view, method_count> names = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
  for (const Asset& asset : site.assets) entry(asset.path).asset = &asset;
  for (const Route& route : site.routes) {
    entry(route.path).routes[static_cast<std::size_t>(route.method)] = &route;
    if (route.method == Method::get) entry(route.path).routes[static_cast<std::size_t>(Method::head)] = &route;
  }
  for (Entry& each : entries_)
    for (std::size_t i = 0; i < method_count; ++i)
      if (each.routes[i] != nullptr || (each.asset != nullptr && reads(static_cast<Method>(i))))
        each.allow += (each.allow.empty() ? "" : ", ") + std::string(names[i]);
}

Found Directory::find(Method method, std::string_view path) const {
  auto match = paths_.find(path);
  if (!match) return {};
  const Entry& at = entries_[match->number];
  Found found;
  found.known = true;
  found.allow = at.allow;
  if (at.asset != nullptr && reads(method))
    found.asset = at.asset;
  else
    found.route = at.routes[static_cast<std::size_t>(method)];
  found.values = std::move(match->values);
  return found;
}

std::vector<std::pair<std::string_view, std::string>> security_headers(std::string_view host,
                                                                       std::uint16_t phone_port) {
  const std::string phone = phone_port == 0 ? std::string() : fmt::format(" wss://{}:{}", host, phone_port);
  return {
      {"Content-Security-Policy",
       fmt::format("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
                   "connect-src 'self'{}; media-src 'self' blob: mediastream:; form-action 'none'; "
                   "base-uri 'none'; frame-ancestors 'none'",
                   phone)},
      {"Strict-Transport-Security", "max-age=31536000"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Permissions-Policy",
       "microphone=(self), speaker-selection=(self), camera=(), geolocation=(), display-capture=(), usb=()"}};
}

std::optional<std::string> host_of(std::string_view header) {
  if (header.starts_with('[')) {
    const std::size_t end = header.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto address = Address::parse(header.substr(1, end - 1));
    const std::string_view rest = header.substr(end + 1);
    if (!address || address->is_v4() || (!rest.empty() && (rest[0] != ':' || !is_port(rest.substr(1)))))
      return std::nullopt;
    return std::string(header.substr(0, end + 1));
  }
  const std::size_t colon = header.find(':');
  if (colon != std::string_view::npos && !is_port(header.substr(colon + 1))) return std::nullopt;
  const std::string_view name = header.substr(0, colon);
  return is_name(name) ? std::optional<std::string>(name) : std::nullopt;
}

bool takes_gzip(std::string_view accept_encoding) {
  bool takes = false;
  each_element(accept_encoding, [&](std::string_view element) {
    const std::size_t semicolon = element.find(';');
    const std::string_view coding = trim(element.substr(0, semicolon));
    if (coding != "gzip") return;
    const std::string_view weight = semicolon == std::string_view::npos ? "" : trim(element.substr(semicolon + 1));
    takes = !weight.starts_with("q=0") || weight.find_first_of("123456789") != std::string_view::npos;
  });
  return takes;
}

bool names_tag(std::string_view if_none_match, std::string_view tag) {
  bool named = false;
  each_element(if_none_match, [&](std::string_view element) {
    if (element.starts_with("W/")) element.remove_prefix(2);
    named = named || element == "*" || element == tag;
  });
  return named;
}

}  // namespace rf::web
