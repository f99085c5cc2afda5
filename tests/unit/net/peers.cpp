#include "tests/unit/net/peers.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <thread>

#include "shell/net/sockets.hpp"
#include "shell/tls/certificates.hpp"
#include "shell/tls/context.hpp"

namespace rf::test {

Endpoint at(std::string_view address, std::uint16_t port) { return {Address::parse(address).value(), port}; }

std::string message(std::string_view mark, std::size_t body_bytes) {
  return fmt::format("OPTIONS sip:{} SIP/2.0\r\nCall-ID: {}\r\nContent-Length: {}\r\n\r\n{}", mark, mark, body_bytes,
                     std::string(body_bytes, 'x'));
}

policy::Listener listener(std::uint64_t id, Transport transport, const Endpoint& bind) {
  return {ListenerId{id}, transport, bind, {}};
}

// --- Client

std::unique_ptr<Client> Client::connect(const Endpoint& to, std::optional<Address> from) {
  const int descriptor = ::socket(net::family_of(to.address), SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::unique_ptr<Client> client(new Client(descriptor));
  const timeval patience{patience_ms / 1000, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_storage storage{};
  if (from) {
    const socklen_t length = net::to_kernel({*from, 0}, storage);
    if (::bind(descriptor, reinterpret_cast<sockaddr*>(&storage), length) != 0) return nullptr;
  }
  const socklen_t length = net::to_kernel(to, storage);
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&storage), length) != 0) return nullptr;
  return client;
}

std::unique_ptr<Client> Client::connect_tls(const Endpoint& to, const net::TlsContext& context, std::string_view name) {
  auto client = connect(to);
  if (!client) return nullptr;
  client->tls_ = SSL_new(context.get());
  SSL_set_fd(client->tls_, client->descriptor_);
  SSL_set1_host(client->tls_, std::string(name).c_str());
  if (SSL_connect(client->tls_) != 1) return nullptr;
  return client;
}

Client::~Client() {
  if (tls_ != nullptr) SSL_free(tls_);
  ::close(descriptor_);
}

bool Client::send(std::string_view bytes) {
  if (tls_ != nullptr) return SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) > 0;
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string Client::read(std::size_t bytes) {
  std::string got;
  std::array<char, 16'384> piece;
  while (got.size() < bytes) {
    const std::size_t wanted = std::min(piece.size(), bytes - got.size());
    const ssize_t count = tls_ != nullptr ? SSL_read(tls_, piece.data(), static_cast<int>(wanted))
                                          : ::recv(descriptor_, piece.data(), wanted, 0);
    if (count <= 0) break;
    got.append(piece.data(), static_cast<std::size_t>(count));
  }
  return got;
}

bool Client::closed(int wait_ms) {
  for (;;) {
    pollfd readable{descriptor_, POLLIN, 0};
    if (::poll(&readable, 1, wait_ms) == 0) return false;
    char piece[4096];
    // What was still on its way (a close_notify, session tickets) comes before the end.
    const ssize_t count = ::recv(descriptor_, piece, sizeof piece, 0);
    if (count == 0 || (count < 0 && errno != EINTR)) return true;
  }
}

Endpoint Client::local() const { return net::local_endpoint(descriptor_); }

std::string Client::server_serial() const {
  X509* const certificate = SSL_get1_peer_certificate(tls_);
  BIGNUM* const number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  char* const hex = BN_bn2hex(number);
  std::string text = hex;
  OPENSSL_free(hex);
  BN_free(number);
  X509_free(certificate);
  return text;
}

std::string Client::tls_version() const { return SSL_get_version(tls_); }

// --- Datagrams

Datagrams::Datagrams(const Address& address)
    : descriptor_(::socket(net::family_of(address), SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_storage storage{};
  const socklen_t length = net::to_kernel({address, 0}, storage);
  EXPECT_EQ(::bind(descriptor_, reinterpret_cast<sockaddr*>(&storage), length), 0);
  const int bytes = 4 << 20;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

Datagrams::~Datagrams() { ::close(descriptor_); }

bool Datagrams::send(const Endpoint& to, std::string_view bytes) {
  sockaddr_storage storage{};
  const socklen_t length = net::to_kernel(to, storage);
  return ::sendto(descriptor_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&storage), length) >= 0;
}

std::optional<Datagrams::Received> Datagrams::receive(int wait_ms) {
  pollfd readable{descriptor_, POLLIN, 0};
  if (::poll(&readable, 1, wait_ms) != 1) return std::nullopt;
  std::string bytes(65'536, '\0');
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  const ssize_t got =
      ::recvfrom(descriptor_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&storage), &length);
  if (got < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(got));
  return Received{std::move(bytes), net::from_kernel(storage)};
}

Endpoint Datagrams::local() const { return net::local_endpoint(descriptor_); }

// --- Collected

bool Collected::on_message(net::StreamPacket& packet) {
  const std::lock_guard lock(mutex_);
  if (!room_) return false;
  messages_.push_back(std::move(packet));
  changed_.notify_all();
  return true;
}

bool Collected::on_closed(ConnectionId connection) {
  const std::lock_guard lock(mutex_);
  if (!room_) return false;
  closed_.push_back(connection);
  changed_.notify_all();
  return true;
}

bool Collected::on_send_failed(const Flow& flow) {
  const std::lock_guard lock(mutex_);
  if (!room_) return false;
  failed_.push_back(flow);
  changed_.notify_all();
  return true;
}

void Collected::set_room(bool room) {
  const std::lock_guard lock(mutex_);
  room_ = room;
}

bool Collected::wait(const std::function<bool()>& done) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(patience_ms), done);
}

bool Collected::wait_messages(std::size_t count) {
  return wait([&] { return messages_.size() >= count; });
}
bool Collected::wait_closed(std::size_t count) {
  return wait([&] { return closed_.size() >= count; });
}
bool Collected::wait_failed(std::size_t count) {
  return wait([&] { return failed_.size() >= count; });
}

std::vector<net::StreamPacket> Collected::messages() {
  const std::lock_guard lock(mutex_);
  return messages_;
}
std::vector<ConnectionId> Collected::closed() {
  const std::lock_guard lock(mutex_);
  return closed_;
}
std::vector<Flow> Collected::failed() {
  const std::lock_guard lock(mutex_);
  return failed_;
}

bool eventually(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

// --- Pki

Pki::Pki() {
  std::string pattern = (std::filesystem::temp_directory_path() / "ringfence-pki-XXXXXX").string();
  directory_ = ::mkdtemp(pattern.data());
  const std::vector<std::string> names{"localhost", "ringfence.test"};
  const std::vector<Address> addresses{at("127.0.0.1").address, at("::1").address};
  tls::CertificateOptions options;
  options.wall_ms = static_cast<std::int64_t>(std::time(nullptr)) * 1000;
  const auto made = tls::ensure_certificates(directory_, names, addresses, options);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error());
}

Pki::~Pki() { std::filesystem::remove_all(directory_); }

net::TlsContext Pki::server() const {
  auto context = tls::server_context(directory_ + "/server.pem", directory_ + "/server.key");
  EXPECT_TRUE(context.has_value()) << (context ? "" : context.error());
  return context.value_or(nullptr);
}

net::TlsContext Pki::client() const {
  auto context = tls::client_context({directory_ + "/ca.pem"});
  EXPECT_TRUE(context.has_value()) << (context ? "" : context.error());
  return context.value_or(nullptr);
}

}  // namespace rf::test
