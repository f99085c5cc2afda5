#include "shell/dtls/association.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "shell/dtls/records.hpp"

namespace rf::dtls {

namespace {

/// RFC 5764 §4.2.
constexpr std::string_view exporter_label = "EXTRACTOR-dtls_srtp";
constexpr unsigned first_repeat_us = 200'000;
constexpr unsigned last_repeat_us = 1'600'000;
/// Records of one datagram that are read once the keys are there.
constexpr int reads_of_datagram = 16;

/// How long to wait before a flight is sent again: much shorter than RFC 6347's second, because somebody holds the
/// phone to his ear. 0 asks for the first wait.
unsigned next_repeat_us(SSL*, unsigned before_us) {
  return before_us == 0 ? first_repeat_us : std::min(before_us * 2, last_repeat_us);
}

struct AddressFreed {
  void operator()(BIO_ADDR* address) const { BIO_ADDR_free(address); }
};

}  // namespace

void Association::Freed::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

Association::Association(const IdentityRef& identity, bool we_connect) : identity_(identity), we_connect_(we_connect) {}

Association::~Association() = default;

bool Association::make() {
  ERR_clear_error();
  ssl_.reset(SSL_new(identity_->context()));
  BIO* const bio = ssl_ ? make_bio(datagrams_) : nullptr;
  if (bio == nullptr) return false;
  SSL_set_bio(ssl_.get(), bio, bio);
  if (!attach(ssl_.get(), datagrams_) || SSL_set_mtu(ssl_.get(), SecureMediaLimits::datagram_bytes) == 0) return false;
  DTLS_set_timer_cb(ssl_.get(), next_repeat_us);
  we_connect_ ? SSL_set_connect_state(ssl_.get()) : SSL_set_accept_state(ssl_.get());
  return true;
}

std::unique_ptr<Association> Association::passive(const IdentityRef& identity) {
  std::unique_ptr<Association> association(new Association(identity, false));
  return association->make() ? std::move(association) : nullptr;
}

std::unique_ptr<Association> Association::active(const IdentityRef& identity, const media::Fingerprint& peer,
                                                 std::int64_t now_us) {
  std::unique_ptr<Association> association(new Association(identity, true));
  if (!association->make()) return nullptr;
  association->begin(peer, now_us);
  association->step(now_us);
  return association;
}

bool Association::greet(const Cookie& cookie, const Cookie& former, std::span<const std::uint8_t> datagram) {
  if (state_ != State::greeting) return false;
  const std::unique_ptr<BIO_ADDR, AddressFreed> nobody(BIO_ADDR_new());
  if (!nobody) return false;
  ERR_clear_error();
  datagrams_.cookie = cookie;
  datagrams_.former_cookie = former;
  datagrams_.in = datagram;
  const bool proved = DTLSv1_listen(ssl_.get(), nobody.get()) == 1;
  datagrams_.in = {};
  if (proved) state_ = State::handshaking;
  return proved;
}

void Association::begin(const media::Fingerprint& peer, std::int64_t now_us) {
  const bool heard_already = state_ == State::handshaking;
  datagrams_.peer = peer;
  state_ = State::handshaking;
  until_us_ = now_us + SecureMediaLimits::handshake_us;
  set_due(now_us);
  // The ClientHello that greet() took is read now.
  if (heard_already) step(now_us);
}

void Association::on_datagram(std::int64_t now_us, std::span<const std::uint8_t> datagram) {
  if (state_ != State::handshaking && state_ != State::secured) return;
  if (state_ == State::handshaking) {
    ++datagrams_in_;
    bytes_in_ += datagram.size();
    if (datagrams_in_ > SecureMediaLimits::handshake_datagrams || bytes_in_ > SecureMediaLimits::handshake_bytes)
      return fail(media::MediaFault::handshake);
  }
  const Believable records(datagram);
  if (records.bytes().empty()) return;
  datagrams_.in = records.bytes();
  state_ == State::secured ? read_on() : step(now_us);
  datagrams_.in = {};
}

void Association::on_time(std::int64_t now_us) {
  if (now_us < due_us_) return;
  if (state_ == State::secured) {
    due_us_ = never_ms;
    ssl_.reset();
    return;
  }
  if (state_ != State::handshaking) return;
  if (now_us >= until_us_) return fail(media::MediaFault::handshake);
  ERR_clear_error();
  if (DTLSv1_handle_timeout(ssl_.get()) < 0) return fail(media::MediaFault::handshake);
  set_due(now_us);
}

std::vector<Datagram> Association::take() {
  return std::exchange(datagrams_.out, {});
}

void Association::step(std::int64_t now_us) {
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_.get());
  if (done == 1) return finish(now_us);
  const int why = SSL_get_error(ssl_.get(), done);
  if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
    return fail(datagrams_.strange_certificate ? media::MediaFault::fingerprint : media::MediaFault::handshake);
  set_due(now_us);
}

/// Once secured, only repetitions of the last flight matter: OpenSSL answers them. Whatever else comes is thrown away.
void Association::read_on() {
  if (!ssl_) return;
  ERR_clear_error();
  std::array<char, 2'048> nothing;
  for (int i = 0; i < reads_of_datagram && SSL_read(ssl_.get(), nothing.data(), nothing.size()) > 0; ++i) {
  }
  ERR_clear_error();
}

void Association::finish(std::int64_t now_us) {
  const SRTP_PROTECTION_PROFILE* const profile = SSL_get_selected_srtp_profile(ssl_.get());
  const auto suite =
      profile == nullptr ? std::nullopt : srtp::suite_of_profile(static_cast<std::uint16_t>(profile->id));
  if (!suite) return fail(media::MediaFault::no_common_suite);
  // Without it, keys of two handshakes can be made equal by somebody between (RFC 7627).
  if (SSL_get_extms_support(ssl_.get()) != 1 || datagrams_.strange_certificate)
    return fail(media::MediaFault::handshake);
  keys_ = export_keys(*suite);
  if (!keys_) return fail(media::MediaFault::handshake);
  state_ = State::secured;
  due_us_ = now_us + SecureMediaLimits::association_kept_us;
}

/// In the order of RFC 5764 §4.2: client's key, server's key, client's salt, server's salt.
std::optional<Keys> Association::export_keys(srtp::Suite suite) const {
  const srtp::SuiteFacts& facts = srtp::facts_of(suite);
  const std::size_t key = facts.key, salt = facts.salt;
  std::array<std::uint8_t, 2 * srtp::master_bytes_most> material;
  std::array<std::array<std::uint8_t, srtp::master_bytes_most>, 2> masters;
  std::array<std::optional<srtp::MasterKey>, 2> made;
  if (SSL_export_keying_material(ssl_.get(), material.data(), 2 * (key + salt), exporter_label.data(),
                                 exporter_label.size(), nullptr, 0, 0) == 1) {
    for (std::size_t side = 0; side < 2; ++side) {
      std::copy_n(material.begin() + static_cast<std::ptrdiff_t>(side * key), key, masters[side].begin());
      std::copy_n(material.begin() + static_cast<std::ptrdiff_t>(2 * key + side * salt), salt,
                  masters[side].begin() + static_cast<std::ptrdiff_t>(key));
      made[side] = srtp::MasterKey::make(suite, std::span(masters[side]).first(key + salt));
    }
  }
  OPENSSL_cleanse(material.data(), material.size());
  OPENSSL_cleanse(masters.data(), sizeof masters);
  if (!made[0] || !made[1]) return std::nullopt;
  return we_connect_ ? Keys{*made[0], *made[1]} : Keys{*made[1], *made[0]};
}

void Association::fail(media::MediaFault fault) {
  state_ = State::failed;
  fault_ = fault;
  due_us_ = never_ms;
}

void Association::set_due(std::int64_t now_us) {
  timeval left{};
  due_us_ = until_us_;
  if (DTLSv1_get_timeout(ssl_.get(), &left) == 1)
    due_us_ = std::min(due_us_, now_us + std::int64_t{left.tv_sec} * 1'000'000 + left.tv_usec);
}

}  // namespace rf::dtls
