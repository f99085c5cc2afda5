#include "core/audit/chain.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cstddef>
#include <memory>

#include "core/base/limits/people.hpp"

namespace rf::audit {
namespace {

struct KeyEnd {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct ContextEnd {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyEnd>;
using Context = std::unique_ptr<EVP_MD_CTX, ContextEnd>;

void append_number(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

void append_bytes(std::string& out, std::span<const std::uint8_t> bytes) {
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// What a signature is over; its first words keep it from being taken for a signature of anything else.
std::string statement_of(const Head& head, std::int64_t wall_ms) {
  std::string out = "ringfence audit checkpoint 1";
  append_number(out, head.number);
  append_bytes(out, head.hash);
  append_number(out, static_cast<std::uint64_t>(wall_ms));
  return out;
}

void cut(std::string& text) {
  if (text.size() <= AuditLimits::text_bytes) return;
  const std::size_t whole = text.size();
  text.resize(AuditLimits::text_bytes);
  text += fmt::format("… ({} bytes)", whole);
}

}  // namespace

std::string hex(std::span<const std::uint8_t> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

Hash hash_of(const Hash& before, std::uint64_t number, const Event& event) {
  std::string bytes;
  append_bytes(bytes, before);
  append_number(bytes, number);
  append_number(bytes, static_cast<std::uint64_t>(event.wall_ms));
  for (const std::string* text : {&event.actor, &event.kind, &event.action, &event.outcome}) append_text(bytes, *text);
  Hash hash{};
  EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  return hash;
}

Entry follow(const Head& head, Event event) {
  for (std::string* text : {&event.actor, &event.kind, &event.action, &event.outcome}) cut(*text);
  const Hash hash = hash_of(head.hash, head.number + 1, event);
  return {head.number + 1, std::move(event), hash};
}

PublicKey Signer::public_key() const {
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed_.reveal().data(), seed_.reveal().size()));
  PublicKey out{};
  std::size_t size = out.size();
  EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size);
  return out;
}

Checkpoint Signer::sign(const Head& head, std::int64_t wall_ms) const {
  Checkpoint out{head, wall_ms, {}};
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed_.reveal().data(), seed_.reveal().size()));
  const Context context(EVP_MD_CTX_new());
  const std::string statement = statement_of(head, wall_ms);
  std::size_t size = out.signature.size();
  EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get());
  EVP_DigestSign(context.get(), out.signature.data(), &size, bytes_of(statement), statement.size());
  return out;
}

bool is_signed_by(const Checkpoint& checkpoint, const PublicKey& public_key) {
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  const Context context(EVP_MD_CTX_new());
  const std::string statement = statement_of(checkpoint.head, checkpoint.wall_ms);
  return key && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), checkpoint.signature.data(), checkpoint.signature.size(), bytes_of(statement),
                          statement.size()) == 1;
}

}  // namespace rf::audit
