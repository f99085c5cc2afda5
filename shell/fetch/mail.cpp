#include "shell/fetch/mail.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "shell/fetch/curl.hpp"

namespace rf::fetch {
namespace {

bool could_be_more(std::string_view address) {
  return address.empty() || has_control(address) || address.find_first_of("<> ") != std::string_view::npos;
}

std::size_t give(char* out, std::size_t size, std::size_t count, void* with) {
  auto& rest = *static_cast<std::string_view*>(with);
  const std::size_t part = std::min(size * count, rest.size());
  std::memcpy(out, rest.data(), part);
  rest.remove_prefix(part);
  return part;
}

// What the server says stands nowhere: only its code counts.
std::size_t ignore(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

std::string url_of(const MailServer& server) {
  const bool v6 = server.host.find(':') != std::string::npos && !server.host.starts_with('[');
  return fmt::format("{}://{}{}{}:{}", server.tls == MailTls::tls ? "smtps" : "smtp", v6 ? "[" : "", server.host,
                     v6 ? "]" : "", server.port);
}

}  // namespace

std::expected<void, MailFault> send_mail(const MailServer& server, std::string_view to, std::string_view letter,
                                         std::stop_token stop, std::uint32_t whole_ms) {
  if (could_be_more(to) || could_be_more(server.from))
    return std::unexpected(MailFault{false, "the address of sender or receiver is none"});
  if (server.host.empty() || has_control(server.host) || server.host.find_first_of("/@ ?#") != std::string::npos)
    return std::unexpected(MailFault{false, "no mail server is named"});
  if (server.tls == MailTls::none && !server.user.empty())
    return std::unexpected(MailFault{false, "a password is not sent in the clear"});
  Door door{true, {}, std::move(stop)};
  const Easy easy = handle(door, server.ca_pem, whole_ms);
  if (!easy) return std::unexpected(MailFault{true, "libcurl cannot be used"});
  CURL* const h = easy.get();
  List receivers;
  append(receivers, fmt::format("<{}>", to));
  const std::string url = url_of(server), from = fmt::format("<{}>", server.from);
  std::string_view rest = letter;
  curl_easy_setopt(h, CURLOPT_URL, url.c_str());
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(h, CURLOPT_USE_SSL,
                   static_cast<long>(server.tls == MailTls::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  curl_easy_setopt(h, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(h, CURLOPT_MAIL_RCPT, receivers.get());
  curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(h, CURLOPT_READFUNCTION, give);
  curl_easy_setopt(h, CURLOPT_READDATA, &rest);
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, ignore);
  if (!server.user.empty()) {
    curl_easy_setopt(h, CURLOPT_USERNAME, server.user.c_str());
    curl_easy_setopt(h, CURLOPT_PASSWORD, server.password.reveal().c_str());
  }
  const CURLcode code = curl_easy_perform(h);
  if (code == CURLE_OK) return {};
  long said = 0;
  curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &said);
  if (said >= 400 && said < 600 && code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_OPERATION_TIMEDOUT) {
    const bool signing_in = code == CURLE_LOGIN_DENIED;
    return std::unexpected(MailFault{said < 500 || signing_in, fmt::format("{} {} ({})", server.host,
                                                                           signing_in   ? "does not let us sign in"
                                                                           : said < 500 ? "takes it later"
                                                                                        : "refuses it",
                                                                           said)});
  }
  if (code == CURLE_USE_SSL_FAILED)
    return std::unexpected(MailFault{true, fmt::format("{} does not encrypt (STARTTLS)", server.host)});
  return std::unexpected(MailFault{true, fault_of(code, door, server.host, whole_ms).what});
}

}  // namespace rf::fetch
