#include "shell/dtls/greeter.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "shell/dtls/records.hpp"

namespace rf::dtls {

namespace {

template <class Key>
Key fresh_key() {
  Key key{};
  RF_CHECK(RAND_bytes(key.data(), static_cast<int>(key.size())) == 1);
  return key;
}

template <class Key>
Cookie cookie_for(const Key& key, const Endpoint& source) {
  std::array<std::uint8_t, 18> text;
  std::copy(source.address.bytes().begin(), source.address.bytes().end(), text.begin());
  text[16] = static_cast<std::uint8_t>(source.port >> 8);
  text[17] = static_cast<std::uint8_t>(source.port);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> whole{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), text.data(), text.size(), whole.data(), &size);
  Cookie cookie;
  std::copy_n(whole.begin(), cookie.size(), cookie.begin());
  return cookie;
}

}  // namespace

Greeter::Greeter() : key_(fresh_key<Key>()), former_key_(fresh_key<Key>()) {}

void Greeter::renew(std::int64_t now_us) {
  if (now_us - key_from_us_ < SecureMediaLimits::cookie_us) return;
  former_key_ = std::move(key_);
  key_ = Secret(fresh_key<Key>());
  key_from_us_ = now_us;
}

std::unique_ptr<Association> Greeter::meet(std::int64_t now_us, const IdentityRef& identity, const Endpoint& source,
                                           const media::Fingerprint& peer, std::span<const std::uint8_t> datagram,
                                           std::vector<Datagram>& answer) {
  if (!is_client_hello(datagram)) return nullptr;
  renew(now_us);
  if (!next_ || next_->identity() != identity) next_ = Association::passive(identity);
  if (!next_) return nullptr;
  const bool proved =
      next_->greet(cookie_for(key_.reveal(), source), cookie_for(former_key_.reveal(), source), datagram);
  if (!proved) {
    answer = next_->take();
    return nullptr;
  }
  next_->begin(peer, now_us);
  return std::exchange(next_, nullptr);
}

}  // namespace rf::dtls
