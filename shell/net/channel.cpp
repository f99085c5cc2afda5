#include "shell/net/channel.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace rf::net {
namespace {

class TcpChannel final : public Channel {
 public:
  explicit TcpChannel(int descriptor) : descriptor_(descriptor) {}

  IoResult handshake() override { return {}; }

  IoResult read(std::span<char> into) override {
    const ssize_t got = ::recv(descriptor_, into.data(), into.size(), 0);
    if (got > 0) return {IoStatus::done, static_cast<std::size_t>(got)};
    if (got == 0) return {IoStatus::closed};
    return {errno == EAGAIN || errno == EINTR ? IoStatus::want_read : IoStatus::failed};
  }

  IoResult write(std::span<const char> bytes) override {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return {IoStatus::done, static_cast<std::size_t>(sent)};
    return {errno == EAGAIN || errno == EINTR ? IoStatus::want_write : IoStatus::failed};
  }

  void say_goodbye() override { (void)::shutdown(descriptor_, SHUT_WR); }

 private:
  int descriptor_;
};

class TlsChannel final : public Channel {
 public:
  // The channel keeps the context too, so that a reload never frees it under a running connection.
  TlsChannel(SSL* ssl, TlsContext context) : ssl_(ssl), context_(std::move(context)) {}
  ~TlsChannel() override { SSL_free(ssl_); }

  IoResult handshake() override {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_);
    if (result == 1) established_ = true;
    return outcome(result, 0);
  }

  IoResult read(std::span<char> into) override {
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_, into.data(), into.size(), &got);
    return outcome(result, got);
  }

  IoResult write(std::span<const char> bytes) override {
    ERR_clear_error();
    std::size_t sent = 0;
    const int result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &sent);
    return outcome(result, sent);
  }

  void say_goodbye() override {
    if (!established_ || broken_) return;
    ERR_clear_error();
    (void)SSL_shutdown(ssl_);
  }

 private:
  IoResult outcome(int result, std::size_t bytes) {
    if (result == 1) return {IoStatus::done, bytes};
    switch (SSL_get_error(ssl_, result)) {
      case SSL_ERROR_WANT_READ: return {IoStatus::want_read};
      case SSL_ERROR_WANT_WRITE: return {IoStatus::want_write};
      case SSL_ERROR_ZERO_RETURN: return {IoStatus::closed};
      default:
        // OpenSSL forbids any further call, SSL_shutdown included, after a fatal error.
        broken_ = true;
        return {IoStatus::failed};
    }
  }

  SSL* ssl_;
  TlsContext context_;
  bool established_ = false;
  bool broken_ = false;
};

SSL* make_ssl(int descriptor, const TlsContext& context) {
  if (!context) return nullptr;
  SSL* ssl = SSL_new(context.get());
  if (ssl == nullptr) return nullptr;
  SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  if (SSL_set_fd(ssl, descriptor) == 1) return ssl;
  SSL_free(ssl);
  return nullptr;
}

/// Makes the handshake depend on the certificate naming `name`. Source: RFC 6125 §6; no partial wildcards.
bool expect_name(SSL* ssl, const std::string& name) {
  if (name.empty()) return false;
  X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
  SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  if (Address::parse(name)) return X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) == 1;
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return X509_VERIFY_PARAM_set1_host(rules, name.c_str(), name.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

}  // namespace

std::unique_ptr<Channel> make_tcp_channel(int descriptor) { return std::make_unique<TcpChannel>(descriptor); }

std::unique_ptr<Channel> make_tls_server_channel(int descriptor, const TlsContext& context) {
  SSL* const ssl = make_ssl(descriptor, context);
  if (ssl == nullptr) return nullptr;
  SSL_set_accept_state(ssl);
  return std::make_unique<TlsChannel>(ssl, context);
}

std::unique_ptr<Channel> make_tls_client_channel(int descriptor, const TlsContext& context,
                                                 std::string_view server_name) {
  SSL* const ssl = make_ssl(descriptor, context);
  if (ssl == nullptr) return nullptr;
  SSL_set_connect_state(ssl);
  if (expect_name(ssl, std::string(server_name))) return std::make_unique<TlsChannel>(ssl, context);
  SSL_free(ssl);
  return nullptr;
}

}  // namespace rf::net
