#include "shell/dtls/datagrams.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <climits>

namespace rf::dtls {

namespace {

constexpr long ip_and_udp_bytes = 48;  // of IPv6

Datagrams& of(BIO* bio) {
  return *static_cast<Datagrams*>(BIO_get_data(bio));
}

int read(BIO* bio, char* to, int room) {
  BIO_clear_retry_flags(bio);
  Datagrams& datagrams = of(bio);
  if (datagrams.in.empty() || room <= 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t size = std::min(datagrams.in.size(), static_cast<std::size_t>(room));
  std::copy_n(datagrams.in.begin(), size, reinterpret_cast<std::uint8_t*>(to));
  datagrams.in = {};
  return static_cast<int>(size);
}

int write(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  Datagrams& datagrams = of(bio);
  // What does not go out is lost on its way, as far as DTLS knows, and is sent again.
  if (size > 0 && datagrams.out.size() < SecureMediaLimits::handshake_answers)
    datagrams.out.emplace_back(reinterpret_cast<const std::uint8_t*>(from),
                               reinterpret_cast<const std::uint8_t*>(from) + size);
  return size;
}

long control(BIO*, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return static_cast<long>(SecureMediaLimits::datagram_bytes);
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
      return ip_and_udp_bytes;
    default:
      return 0;
  }
}

const BIO_METHOD* method() {
  // Never freed: it is one for the process.
  static const BIO_METHOD* const one = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
    if (made == nullptr) return made;
    BIO_meth_set_read(made, read);
    BIO_meth_set_write(made, write);
    BIO_meth_set_ctrl(made, control);
    return made;
  }();
  return one;
}

int place_in_ssl() {
  static const int place = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return place;
}

Datagrams* of(const SSL* ssl) {
  return static_cast<Datagrams*>(SSL_get_ex_data(ssl, place_in_ssl()));
}

/// Called once, with the whole chain; only its first certificate, whose key the peer holds, counts.
int check_certificate(X509_STORE_CTX* store, void*) {
  const auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  Datagrams* const datagrams = ssl == nullptr ? nullptr : of(ssl);
  X509* const certificate = X509_STORE_CTX_get0_cert(store);
  media::Fingerprint shown;
  unsigned int size = 0;
  const bool right = datagrams != nullptr && certificate != nullptr && datagrams->peer &&
                     X509_digest(certificate, EVP_sha256(), shown.sha256.data(), &size) == 1 &&
                     shown == datagrams->peer;
  if (datagrams != nullptr) datagrams->strange_certificate = !right;
  X509_STORE_CTX_set_error(store, right ? X509_V_OK : X509_V_ERR_CERT_UNTRUSTED);
  return right ? 1 : 0;
}

int write_cookie(SSL* ssl, unsigned char* to, unsigned int* size) {
  const Datagrams* const datagrams = of(ssl);
  if (datagrams == nullptr) return 0;
  std::copy(datagrams->cookie.begin(), datagrams->cookie.end(), to);
  *size = static_cast<unsigned int>(datagrams->cookie.size());
  return 1;
}

int check_cookie(SSL* ssl, const unsigned char* shown, unsigned int size) {
  const Datagrams* const datagrams = of(ssl);
  if (datagrams == nullptr || size != datagrams->cookie.size()) return 0;
  return CRYPTO_memcmp(shown, datagrams->cookie.data(), size) == 0 ||
                 CRYPTO_memcmp(shown, datagrams->former_cookie.data(), size) == 0
             ? 1
             : 0;
}

}  // namespace

bio_st* make_bio(Datagrams& datagrams) {
  const BIO_METHOD* const how = method();
  BIO* const bio = how == nullptr ? nullptr : BIO_new(how);
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, &datagrams);
  BIO_set_init(bio, 1);
  return bio;
}

bool attach(ssl_st* ssl, Datagrams& datagrams) {
  return SSL_set_ex_data(ssl, place_in_ssl(), &datagrams) == 1;
}

void set_proof_of_peer(ssl_ctx_st* context) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, check_certificate, nullptr);
  SSL_CTX_set_cookie_generate_cb(context, write_cookie);
  SSL_CTX_set_cookie_verify_cb(context, check_cookie);
}

}  // namespace rf::dtls
