// A DTLS peer on OpenSSL itself, with a certificate of its own: honest by default, and as hostile as a test wants it.
#pragma once

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "shell/dtls/association.hpp"
#include "shell/dtls/datagrams.hpp"

namespace rf::dtls::testing {

struct PeerOptions {
  bool client = true;
  bool shows_certificate = true;
  std::string profiles = "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80:SRTP_AES128_CM_SHA1_32";
  std::string ciphers = "DEFAULT";
  std::uint64_t options = 0;
  int version = DTLS1_2_VERSION;
  long mtu = 1'200;
  int rsa_bits = 0;                     ///< 0: ECDSA P-256
  std::size_t certificate_padding = 0;  ///< bytes of a name that makes the certificate long
  bool hasty = false;
};

class Peer {
 public:
  explicit Peer(const PeerOptions& options = {})
      : options_(options), context_(SSL_CTX_new(DTLS_method()), SSL_CTX_free) {
    key_ = {options.rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(options.rsa_bits)) : EVP_EC_gen("P-256"),
            EVP_PKEY_free};
    certificate_ = {X509_new(), X509_free};
    X509_set_version(certificate_.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), -86'400);
    X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 86'400);
    X509_NAME* const name = X509_get_subject_name(certificate_.get());
    for (std::size_t left = options.certificate_padding; left > 0; left -= std::min<std::size_t>(left, 64))
      X509_NAME_add_entry_by_txt(name, "OU", MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>(std::string(64, 'x').data()), 64, -1, 0);
    X509_set_pubkey(certificate_.get(), key_.get());
    X509_sign(certificate_.get(), key_.get(), EVP_sha256());
    SSL_CTX* const context = context_.get();
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, options.version);
    SSL_CTX_set_max_proto_version(context, options.version);
    EXPECT_EQ(SSL_CTX_set_cipher_list(context, options.ciphers.c_str()), 1);
    SSL_CTX_set_options(context, options.options | SSL_OP_NO_QUERY_MTU);
    if (!options.profiles.empty()) {
      EXPECT_EQ(SSL_CTX_set_tlsext_use_srtp(context, options.profiles.c_str()), 0);
    }
    if (options.shows_certificate || !options.client) {
      EXPECT_EQ(SSL_CTX_use_certificate(context, certificate_.get()), 1);
      EXPECT_EQ(SSL_CTX_use_PrivateKey(context, key_.get()), 1);
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(context, [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
    begin();
  }

  /// A new association of the same certificate.
  void begin() {
    ssl_ = {SSL_new(context_.get()), SSL_free};
    BIO* const bio = make_bio(datagrams_);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_mtu(ssl_.get(), options_.mtu);
    DTLS_set_link_mtu(ssl_.get(), options_.mtu);
    // It repeats after a fifth of a second instead of a whole one.
    if (options_.hasty) DTLS_set_timer_cb(ssl_.get(), [](SSL*, unsigned) { return 200'000u; });
    options_.client ? SSL_set_connect_state(ssl_.get()) : SSL_set_accept_state(ssl_.get());
    result_ = 0;
  }

  /// Reads a datagram, or begins; gives what it says to that.
  std::vector<Datagram> say(std::span<const std::uint8_t> heard = {}) {
    ERR_clear_error();
    datagrams_.in = heard;
    result_ = SSL_do_handshake(ssl_.get());
    if (result_ == 1 && !heard.empty()) {
      std::array<char, 2'048> nothing;
      SSL_read(ssl_.get(), nothing.data(), nothing.size());
    }
    datagrams_.in = {};
    return std::exchange(datagrams_.out, {});
  }
  /// Its last flight once more, as soon as its time has come.
  std::vector<Datagram> repeat() {
    while (datagrams_.out.empty() && DTLSv1_handle_timeout(ssl_.get()) >= 0) {
    }
    return std::exchange(datagrams_.out, {});
  }
  /// What it has written otherwise: alerts, a renegotiation.
  std::vector<Datagram> take() { return std::exchange(datagrams_.out, {}); }

  bool done() const { return result_ == 1; }
  SSL* ssl() const { return ssl_.get(); }
  X509* certificate() const { return certificate_.get(); }
  media::Fingerprint fingerprint() const {
    media::Fingerprint out;
    unsigned int size = 0;
    X509_digest(certificate_.get(), EVP_sha256(), out.sha256.data(), &size);
    return out;
  }
  /// Of the certificate that it was shown.
  media::Fingerprint shown() const {
    media::Fingerprint out;
    unsigned int size = 0;
    X509* const other = SSL_get0_peer_certificate(ssl_.get());
    if (other != nullptr) X509_digest(other, EVP_sha256(), out.sha256.data(), &size);
    return out;
  }
  std::string profile() const {
    const SRTP_PROTECTION_PROFILE* const chosen = SSL_get_selected_srtp_profile(ssl_.get());
    return chosen == nullptr ? "" : chosen->name;
  }
  /// The exporter's bytes: client key, server key, client salt, server salt.
  std::vector<std::uint8_t> material(std::size_t bytes) const {
    std::vector<std::uint8_t> out(bytes);
    EXPECT_EQ(SSL_export_keying_material(ssl_.get(), out.data(), bytes, "EXTRACTOR-dtls_srtp", 19, nullptr, 0, 0), 1);
    return out;
  }

 private:
  PeerOptions options_;
  std::shared_ptr<SSL_CTX> context_;
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  Datagrams datagrams_;
  std::shared_ptr<SSL> ssl_;
  int result_ = 0;
};

}  // namespace rf::dtls::testing
