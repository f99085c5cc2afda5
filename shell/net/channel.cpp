#include "shell/net/channel.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "core/base/limits/call.hpp"
#include "core/base/limits/wire.hpp"

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

/// What a certificate says about itself as text: strict, since a name decides who somebody is. Empty: unusable.
std::string name_of(const ASN1_STRING* text) {
  const auto* const bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
  std::string name(bytes, static_cast<std::size_t>(ASN1_STRING_length(text)));
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

bool is_host(std::string_view name) {
  return !name.empty() && name.size() <= WireLimits::name_bytes && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

std::vector<std::string> names_in(X509* certificate) {
  std::vector<std::string> names;
  auto* const all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all) && names.size() < TrunkLimits::certificates; ++i) {
    const GENERAL_NAME* const each = sk_GENERAL_NAME_value(all, i);
    std::string name;
    if (each->type == GEN_DNS) name = name_of(each->d.dNSName);
    // A URI with a user part names a person, not a domain.
    if (each->type == GEN_URI) name = name_of(each->d.uniformResourceIdentifier);
    if (each->type == GEN_URI && !name.starts_with("sip:")) continue;
    if (each->type == GEN_URI) name.erase(0, 4);
    if (is_host(name)) names.push_back(std::move(name));
  }
  GENERAL_NAMES_free(all);
  return names;
}

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

  std::vector<std::string> peer_names() const override {
    if (!established_ || SSL_get_verify_result(ssl_) != X509_V_OK) return {};
    X509* const certificate = SSL_get0_peer_certificate(ssl_);
    return certificate == nullptr ? std::vector<std::string>{} : names_in(certificate);
  }

  std::string certificate_fault() const override {
    const long result = SSL_get_verify_result(ssl_);
    return result == X509_V_OK ? std::string() : X509_verify_cert_error_string(result);
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
