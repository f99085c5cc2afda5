#include "bench/relay/ng.hpp"

#include <netinet/in.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>

namespace rf::bench {

namespace {

std::string bencoded(std::string_view text) {
  return std::to_string(text.size()) + ":" + std::string(text);
}

/// The value of a string field in a flat bencoded dictionary; its keys are found as they are written.
std::optional<std::string> string_field(std::string_view dictionary, std::string_view key) {
  const std::size_t at = dictionary.find(bencoded(key));
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = dictionary.substr(at + bencoded(key).size());
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
  const auto digits = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc() || digits >= rest.size() || rest[digits] != ':') return std::nullopt;
  return std::string(rest.substr(digits + 1, size));
}

std::string base64_of(const srtp::MasterKey& key) {
  std::vector<unsigned char> bytes(key.key().begin(), key.key().end());
  bytes.insert(bytes.end(), key.salt().begin(), key.salt().end());
  std::vector<unsigned char> text(bytes.size() * 2);
  const int size = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
  return {text.begin(), text.begin() + size};
}

std::string sdp_of(const Endpoint& media, const srtp::MasterKey& key) {
  const std::string host = media.address.text();
  return "v=0\r\no=- 1 1 IN IP4 " + host + "\r\ns=-\r\nc=IN IP4 " + host + "\r\nt=0 0\r\nm=audio " +
         std::to_string(media.port) + (key ? " RTP/SAVP" : " RTP/AVP") +
         " 8\r\na=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n" +
         (key ? "a=crypto:1 " + std::string(srtp::facts_of(key.suite()).sdp_name) + " inline:" + base64_of(key) + "\r\n"
              : "");
}

std::optional<std::string> between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t from = text.find(before);
  if (from == std::string_view::npos) return std::nullopt;
  const std::size_t to = text.find(after, from + before.size());
  if (to == std::string_view::npos) return std::nullopt;
  return std::string(text.substr(from + before.size(), to - from - before.size()));
}

}  // namespace

NgClient::NgClient(const Endpoint& server) : socket_(relay::bind_port({Address::v4(INADDR_LOOPBACK), 0}, {0, 0})) {
  if (!socket_ || !relay::reconnect(socket_.get(), server, server))
    throw std::system_error(errno, std::generic_category(), "NG socket");
}

std::optional<std::string> NgClient::ask(const Fields& fields) {
  const std::string cookie = std::to_string(++cookie_);
  std::string request = cookie + " d";
  for (const auto& [key, value] : fields) request += bencoded(key) + (value[0] == 'l' ? value : bencoded(value));
  request += "e";
  if (::send(socket_.get(), request.data(), request.size(), 0) < 0) return std::nullopt;
  std::array<char, 8'192> buffer;
  for (;;) {
    pollfd wait{socket_.get(), POLLIN, 0};
    if (::poll(&wait, 1, 1'000) <= 0) return std::nullopt;
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size <= 0) return std::nullopt;
    const std::string_view reply(buffer.data(), static_cast<std::size_t>(size));
    if (reply.starts_with(cookie + " ")) return std::string(reply.substr(cookie.size() + 1));
  }
}

bool NgClient::ping() {
  const auto reply = ask({{"command", "ping"}});
  return reply && string_field(*reply, "result") == "pong";
}

std::optional<Endpoint> NgClient::describe(const std::string& call, const std::string& tag,
                                           const std::string& answer_to, const Endpoint& media,
                                           const srtp::MasterKey& key) {
  const bool offer = answer_to.empty();
  Fields fields{{"command", offer ? "offer" : "answer"},
                {"call-id", call},
                {"from-tag", offer ? tag : answer_to},
                {"ICE", "remove"},
                {"replace", "l" + bencoded("origin") + bencoded("session-connection") + "e"},
                {"sdp", sdp_of(media, key)}};
  if (key) fields.emplace_back("transport-protocol", "RTP/AVP");
  if (!offer) fields.emplace_back("to-tag", tag);
  const auto reply = ask(fields);
  if (!reply || string_field(*reply, "result") != "ok") return std::nullopt;
  const auto sdp = string_field(*reply, "sdp");
  if (!sdp) return std::nullopt;
  const auto host = between(*sdp, "c=IN IP4 ", "\r\n");
  const auto port = between(*sdp, "m=audio ", " ");
  if (!host || !port) return std::nullopt;
  return Endpoint::parse(*host + ":" + *port);
}

}  // namespace rf::bench
