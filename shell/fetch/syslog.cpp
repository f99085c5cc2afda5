#include "shell/fetch/syslog.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>

#include "core/base/reach.hpp"
#include "shell/fetch/curl.hpp"

namespace rf::fetch {
namespace {

using Clock = std::chrono::steady_clock;

std::optional<Address> address_of(const addrinfo& from) {
  std::array<std::uint8_t, 16> bytes;
  if (from.ai_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, from.ai_addr, sizeof v4);
    return Address::v4(ntohl(v4.sin_addr.s_addr));
  }
  if (from.ai_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, from.ai_addr, sizeof v6);
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return Address::from_bytes(bytes);
}

std::expected<void, Fault> send_udp(const SyslogServer& server, std::span<const std::string> lines) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(server.host.c_str(), std::to_string(server.port).c_str(), &hints, &found) != 0)
    return std::unexpected(Fault{Cause::unresolved, fmt::format("there is no host {}", server.host)});
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
  const auto address = address_of(*found);
  if (!address || !may_connect(*address, server.allowed))
    return std::unexpected(
        Fault{Cause::forbidden, fmt::format("{} is at {}, which is not a public address and not allowed", server.host,
                                            address ? address->text() : "an address of an unknown kind")});
  const int socket = ::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool fine = socket >= 0;
  for (const std::string& line : lines)
    fine = fine && ::sendto(socket, line.data(), line.size(), MSG_DONTWAIT, found->ai_addr, found->ai_addrlen) ==
                       static_cast<ssize_t>(line.size());
  if (socket >= 0) ::close(socket);
  if (fine) return {};
  return std::unexpected(Fault{Cause::unreachable, fmt::format("{} cannot be sent to", server.host)});
}

bool wait_for(curl_socket_t socket, short what, Clock::time_point until, const std::stop_token& stop) {
  while (!stop.stop_requested() && Clock::now() < until) {
    pollfd one{socket, what, 0};
    if (::poll(&one, 1, 100) > 0) return true;
  }
  return false;
}

}  // namespace

std::expected<void, Fault> send_syslog(const SyslogServer& server, std::span<const std::string> lines,
                                       std::stop_token stop, std::uint32_t whole_ms) {
  if (server.host.empty() || has_control(server.host) || server.host.find_first_of("/@ ?#[]") != std::string::npos)
    return std::unexpected(Fault{Cause::invalid, "no receiver is named"});
  if (!server.tls) return send_udp(server, lines);
  const auto until = Clock::now() + std::chrono::milliseconds(whole_ms);
  Door door{false, server.allowed, stop};
  const Easy easy = handle(door, server.ca_pem, whole_ms);
  if (!easy) return std::unexpected(Fault{Cause::failed, "libcurl cannot be used"});
  CURL* const h = easy.get();
  const bool v6 = server.host.find(':') != std::string::npos;
  const std::string url = fmt::format("https://{}{}{}:{}/", v6 ? "[" : "", server.host, v6 ? "]" : "", server.port);
  // libcurl resolves, connects, verifies and encrypts; what is said is not HTTP.
  curl_easy_setopt(h, CURLOPT_URL, url.c_str());
  curl_easy_setopt(h, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(h, CURLOPT_SSL_ENABLE_ALPN, 0L);
  if (const CURLcode code = curl_easy_perform(h); code != CURLE_OK)
    return std::unexpected(fault_of(code, door, server.host, whole_ms));
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(h, CURLINFO_ACTIVESOCKET, &socket);
  std::string frames;
  for (const std::string& line : lines) frames += fmt::format("{} {}", line.size(), line);
  std::string_view rest = frames;
  while (!rest.empty()) {
    std::size_t sent = 0;
    const CURLcode code = curl_easy_send(h, rest.data(), rest.size(), &sent);
    if (code == CURLE_OK) {
      rest.remove_prefix(sent);
    } else if (code != CURLE_AGAIN) {
      return std::unexpected(fault_of(code, door, server.host, whole_ms));
    } else if (!wait_for(socket, POLLOUT, until, stop)) {
      return std::unexpected(fault_of(CURLE_OPERATION_TIMEDOUT, door, server.host, whole_ms));
    }
  }
  // One that closed at once, or refused us in TLS, has not taken it.
  char byte = 0;
  std::size_t got = 0;
  const CURLcode after = curl_easy_recv(h, &byte, 1, &got);
  if (after != CURLE_AGAIN && !(after == CURLE_OK && got > 0))
    return std::unexpected(Fault{Cause::unreachable, fmt::format("{} closed the connection", server.host)});
  return {};
}

}  // namespace rf::fetch
