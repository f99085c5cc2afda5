// What SRTP costs a packet of 172 bytes (20 ms of G.711): our transform, OpenSSL's primitives without anything around
// them (another IV, the cipher, the hash of a kept key), and libsrtp.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <srtp2/srtp.h>

#include <array>
#include <memory>
#include <string>

#include "core/srtp/stream.hpp"

namespace {

using namespace rf;
using srtp::Suite;

constexpr std::size_t packet_bytes = 172, head_bytes = 12;
using Packet = std::array<std::uint8_t, packet_bytes + SRTP_MAX_TRAILER_LEN>;

srtp::MasterKey key(Suite suite) {
  std::array<std::uint8_t, srtp::master_bytes_most> bytes;
  bytes.fill(0x5a);
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  return *srtp::MasterKey::make(suite, std::span(bytes).first(std::size_t{facts.key} + facts.salt));
}

/// The next packet of a stream; the payload is whatever is there.
void number(Packet& packet, std::uint32_t sequence) {
  packet[0] = 0x80;
  packet[1] = 8;
  packet[2] = static_cast<std::uint8_t>(sequence >> 8);
  packet[3] = static_cast<std::uint8_t>(sequence);
}

Suite suite_of(benchmark::State& state) {
  const auto suite = static_cast<Suite>(state.range(0));
  state.SetLabel(std::string(srtp::facts_of(suite).sdp_name));
  return suite;
}

void srtp_protects(benchmark::State& state) {
  srtp::Protector sender = *srtp::Protector::make(key(suite_of(state)));
  Packet packet{};
  std::uint32_t sequence = 0;
  std::uint64_t refused = 0;
  for (auto _ : state) {
    number(packet, sequence++);
    refused += !sender.protect_rtp(packet, packet_bytes);
  }
  if (refused) state.SkipWithError("a packet was refused");
}
BENCHMARK(srtp_protects)->DenseRange(0, 5);

/// Both ways together, since only what was protected can be opened.
void srtp_protects_and_opens(benchmark::State& state) {
  const srtp::MasterKey both = key(suite_of(state));
  srtp::Protector sender = *srtp::Protector::make(both);
  srtp::Unprotector receiver = *srtp::Unprotector::make(both);
  Packet packet{};
  std::uint32_t sequence = 0;
  std::uint64_t refused = 0;
  for (auto _ : state) {
    number(packet, sequence++);
    const std::size_t sealed = sender.protect_rtp(packet, packet_bytes).value_or(0);
    refused += !receiver.unprotect_rtp(std::span(packet).first(sealed));
  }
  if (refused) state.SkipWithError("a packet was refused");
}
BENCHMARK(srtp_protects_and_opens)->DenseRange(0, 5);

/// What a stranger's packet costs, who hit the right address.
void srtp_refuses_a_forgery(benchmark::State& state) {
  srtp::Unprotector receiver = *srtp::Unprotector::make(key(suite_of(state)));
  Packet packet{};
  std::uint32_t sequence = 0;
  std::uint64_t believed = 0;
  for (auto _ : state) {
    number(packet, sequence++);
    believed += receiver.unprotect_rtp(std::span(packet).first(packet_bytes)).has_value();
  }
  if (believed) state.SkipWithError("a forgery was believed");
}
BENCHMARK(srtp_refuses_a_forgery)->DenseRange(0, 5);

void srtp_derives_keys(benchmark::State& state) {
  const srtp::MasterKey master = key(suite_of(state));
  for (auto _ : state) benchmark::DoNotOptimize(srtp::Protector::make(master));
}
BENCHMARK(srtp_derives_keys)->DenseRange(0, 5);

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const EVP_CIPHER* primitive_of(const srtp::SuiteFacts& facts) {
  if (facts.aead) return facts.key == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
  return facts.key == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
}

/// As OpenSSL's manual has it: EVP for the cipher, EVP_MAC for the hash.
void bare_primitives(benchmark::State& state) {
  const srtp::SuiteFacts& facts = srtp::facts_of(suite_of(state));
  std::array<std::uint8_t, 32> bytes{}, tag;
  const Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  EVP_EncryptInit_ex(cipher.get(), primitive_of(facts), nullptr, bytes.data(), bytes.data());
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free);
  const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> hash(EVP_MAC_CTX_new(hmac.get()), EVP_MAC_CTX_free);
  std::string sha1 = "SHA1";
  const std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_utf8_string("digest", sha1.data(), 0),
                                             OSSL_PARAM_construct_end()};
  EVP_MAC_init(hash.get(), bytes.data(), 20, parameters.data());
  Packet packet{};
  int made = 0;
  std::size_t tag_bytes = 0;
  for (auto _ : state) {
    EVP_EncryptInit_ex(cipher.get(), nullptr, nullptr, nullptr, bytes.data());
    if (facts.aead) EVP_EncryptUpdate(cipher.get(), nullptr, &made, packet.data(), head_bytes);
    EVP_EncryptUpdate(cipher.get(), packet.data() + head_bytes, &made, packet.data() + head_bytes,
                      packet_bytes - head_bytes);
    if (facts.aead) {
      EVP_EncryptFinal_ex(cipher.get(), tag.data(), &made);
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, 16, tag.data());
    } else {
      EVP_MAC_init(hash.get(), nullptr, 0, nullptr);
      EVP_MAC_update(hash.get(), packet.data(), packet_bytes);
      EVP_MAC_update(hash.get(), bytes.data(), 4);
      EVP_MAC_final(hash.get(), tag.data(), &tag_bytes, tag.size());
    }
    benchmark::DoNotOptimize(tag);
  }
}
BENCHMARK(bare_primitives)->DenseRange(0, 5);

void set(Suite suite, srtp_crypto_policy_t* policy) {
  switch (suite) {
    case Suite::aead_aes_256_gcm:
      return srtp_crypto_policy_set_aes_gcm_256_16_auth(policy);
    case Suite::aead_aes_128_gcm:
      return srtp_crypto_policy_set_aes_gcm_128_16_auth(policy);
    case Suite::aes_cm_256_sha1_80:
      return srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(policy);
    case Suite::aes_cm_128_sha1_80:
      return srtp_crypto_policy_set_rtp_default(policy);
    case Suite::aes_cm_256_sha1_32:
      return srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(policy);
    case Suite::aes_cm_128_sha1_32:
      return srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(policy);
  }
}

void libsrtp_protects(benchmark::State& state) {
  static const srtp_err_status_t ready = srtp_init();
  if (ready != srtp_err_status_ok) return state.SkipWithError("libsrtp does not begin");
  std::array<std::uint8_t, srtp::master_bytes_most> bytes;
  bytes.fill(0x5a);
  srtp_policy_t policy{};
  set(suite_of(state), &policy.rtp);
  policy.rtcp = policy.rtp;
  policy.ssrc.type = ssrc_any_outbound;
  policy.key = bytes.data();
  srtp_t session = nullptr;
  if (srtp_create(&session, &policy) != srtp_err_status_ok) return state.SkipWithError("libsrtp takes no key");
  alignas(4) Packet packet{};
  std::uint32_t sequence = 0;
  std::uint64_t refused = 0;
  for (auto _ : state) {
    number(packet, sequence++);
    int length = packet_bytes;
    refused += srtp_protect(session, packet.data(), &length) != srtp_err_status_ok;
  }
  if (refused) state.SkipWithError("a packet was refused");
  srtp_dealloc(session);
}
BENCHMARK(libsrtp_protects)->DenseRange(0, 5);

}  // namespace
