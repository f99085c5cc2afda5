#include "shell/fetch/curl.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/reach.hpp"

namespace rf::fetch {
namespace {

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
  Door& door = *static_cast<Door*>(with);
  const auto address = address_of(to->addr);
  if (!door.anywhere && (!address || !may_connect(*address, door.allowed))) {
    door.forbidden = address ? address->text() : "an address of an unknown kind";
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

int still_wanted(void* with, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const Door*>(with)->stop.stop_requested() ? 1 : 0;
}

}  // namespace

void append(List& list, const std::string& line) {
  if (curl_slist* const longer = curl_slist_append(list.get(), line.c_str())) {
    static_cast<void>(list.release());
    list.reset(longer);
  }
}

Easy handle(Door& door, const std::string& ca_pem, std::uint32_t whole_ms) {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  Easy easy(once == CURLE_OK ? curl_easy_init() : nullptr);
  if (!easy) return easy;
  CURL* const h = easy.get();
  curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(h, CURLOPT_PROXY, "");
  curl_easy_setopt(h, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(h, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(FetchLimits::connect_ms, whole_ms)));
  curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, static_cast<long>(whole_ms));
  curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, &door);
  curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, still_wanted);
  curl_easy_setopt(h, CURLOPT_XFERINFODATA, &door);
  curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
  if (ca_pem.empty()) return easy;
  // Copied by libcurl; never written to.
  curl_blob ca{const_cast<char*>(ca_pem.data()), ca_pem.size(), CURL_BLOB_COPY};
  curl_easy_setopt(h, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(h, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(h, CURLOPT_CAINFO_BLOB, &ca);
  return easy;
}

Fault fault_of(CURLcode code, const Door& door, const std::string& host, std::uint32_t whole_ms) {
  if (door.stop.stop_requested()) return {Cause::stopped, "nobody waits for it any more"};
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Cause::unresolved, fmt::format("there is no host {}", host)};
    case CURLE_OPERATION_TIMEDOUT:
      return {Cause::timed_out, fmt::format("{} did not answer within {} ms", host, whole_ms)};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {Cause::distrusted, fmt::format("the certificate of {} is not to be trusted", host)};
    case CURLE_SSL_CACERT_BADFILE:
      return {Cause::invalid, "the authority's certificate cannot be read"};
    default:
      break;
  }
  if (!door.forbidden.empty())
    return {Cause::forbidden,
            fmt::format("{} is at {}, which is not a public address and not allowed", host, door.forbidden)};
  const bool reached = code != CURLE_COULDNT_CONNECT && code != CURLE_RECV_ERROR && code != CURLE_SEND_ERROR &&
                       code != CURLE_GOT_NOTHING && code != CURLE_PARTIAL_FILE && code != CURLE_SSL_CONNECT_ERROR;
  return {reached ? Cause::failed : Cause::unreachable, fmt::format("{}: {}", host, curl_easy_strerror(code))};
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace rf::fetch
