// libsrtp as the other end.
#pragma once

#include <srtp2/srtp.h>

#include <memory>
#include <optional>

#include "tests/unit/srtp/packets.hpp"

namespace rf::srtp {

class Oracle {
 public:
  enum class Way { sends, receives };
  Oracle(const MasterKey& key, Way way) {
    static const srtp_err_status_t ready = srtp_init();
    EXPECT_EQ(ready, srtp_err_status_ok);
    Packet bytes(key.key().begin(), key.key().end());
    bytes.insert(bytes.end(), key.salt().begin(), key.salt().end());
    srtp_policy_t policy{};
    set(key.suite(), policy);
    policy.ssrc.type = way == Way::sends ? ssrc_any_outbound : ssrc_any_inbound;
    policy.key = bytes.data();
    policy.window_size = 128;
    srtp_t made = nullptr;
    EXPECT_EQ(srtp_create(&made, &policy), srtp_err_status_ok);
    session_.reset(made);
  }

  std::optional<Packet> protected_rtp(Packet packet) { return run(srtp_protect, std::move(packet), growth_most); }
  std::optional<Packet> protected_rtcp(Packet packet) { return run(srtp_protect_rtcp, std::move(packet), growth_most); }
  std::optional<Packet> opened_rtp(Packet packet) { return run(srtp_unprotect, std::move(packet), 0); }
  std::optional<Packet> opened_rtcp(Packet packet) { return run(srtp_unprotect_rtcp, std::move(packet), 0); }

 private:
  using Step = srtp_err_status_t (*)(srtp_t, void*, int*);

  static void set(Suite suite, srtp_policy_t& policy) {
    switch (suite) {
      case Suite::aead_aes_256_gcm:
        return both(policy, srtp_crypto_policy_set_aes_gcm_256_16_auth);
      case Suite::aead_aes_128_gcm:
        return both(policy, srtp_crypto_policy_set_aes_gcm_128_16_auth);
      case Suite::aes_cm_256_sha1_80:
        return both(policy, srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80);
      case Suite::aes_cm_128_sha1_80:
        return both(policy, srtp_crypto_policy_set_rtp_default);
      // RTCP keeps its 80 bits, RFC 4568 §6.2.2.
      case Suite::aes_cm_256_sha1_32:
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&policy.rtp);
        return srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtcp);
      case Suite::aes_cm_128_sha1_32:
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
        return srtp_crypto_policy_set_rtp_default(&policy.rtcp);
    }
  }
  static void both(srtp_policy_t& policy, void (*fill)(srtp_crypto_policy_t*)) {
    fill(&policy.rtp);
    fill(&policy.rtcp);
  }
  std::optional<Packet> run(Step step, Packet packet, std::size_t room) {
    int bytes = static_cast<int>(packet.size());
    // libsrtp wants its packets aligned, and room for its longest trailer.
    packet.resize(packet.size() + room + SRTP_MAX_TRAILER_LEN);
    if (step(session_.get(), packet.data(), &bytes) != srtp_err_status_ok) return std::nullopt;
    packet.resize(static_cast<std::size_t>(bytes));
    return packet;
  }

  struct Ends {
    void operator()(srtp_t session) const { srtp_dealloc(session); }
  };
  std::unique_ptr<srtp_ctx_t, Ends> session_;
};

}  // namespace rf::srtp
