#include "core/access/mail_codes.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/limits/mail_codes.hpp"

namespace rf::access {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

}  // namespace

MailCodes::Hash MailCodes::hash_of(SessionId session, std::string_view code) const {
  std::string content = fmt::format("{} ", session.value);
  std::remove_copy(code.begin(), code.end(), std::back_inserter(content), ' ');
  Hash out{};
  unsigned size = 0;
  RF_CHECK(HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                reinterpret_cast<const unsigned char*>(content.data()), content.size(), out.data(), &size) != nullptr);
  return out;
}

std::int64_t MailCodes::ask(UserId user, const Address& source, std::int64_t now_ms) {
  // A clock that was set back must not keep anybody waiting for what lies in its future.
  std::erase_if(letters_, [&](const Letter& each) { return each.at_ms > now_ms || now_ms - each.at_ms >= hour_ms; });
  std::size_t of_user = 0, of_source = 0;
  std::int64_t first_of_user = now_ms, first_of_source = now_ms;
  for (const Letter& each : letters_) {
    if (each.user == user && of_user++ == 0) first_of_user = each.at_ms;
    if (each.source == source && of_source++ == 0) first_of_source = each.at_ms;
  }
  if (of_user >= MailCodeLimits::of_user) return first_of_user + hour_ms - now_ms;
  if (of_source >= MailCodeLimits::of_source) return first_of_source + hour_ms - now_ms;
  if (letters_.size() >= MailCodeLimits::in_an_hour) return letters_.front().at_ms + hour_ms - now_ms;
  letters_.push_back({now_ms, user, source});
  return 0;
}

void MailCodes::take_back(UserId user) {
  const auto last =
      std::find_if(letters_.rbegin(), letters_.rend(), [&](const Letter& each) { return each.user == user; });
  if (last != letters_.rend()) letters_.erase(std::next(last).base());
}

void MailCodes::keep(SessionId session, std::string_view code, std::string address, std::int64_t now_ms) {
  Code& kept = codes_[session];
  kept.hash = hash_of(session, code);
  kept.address = std::move(address);
  kept.ends_ms = now_ms + std::int64_t{MailCodeLimits::good_s} * 1'000;
}

std::optional<std::string> MailCodes::accept(SessionId session, std::string_view code, std::int64_t now_ms) {
  const auto found = codes_.find(session);
  if (found == codes_.end() || found->second.ends_ms <= now_ms) return std::nullopt;
  const Hash shown = hash_of(session, code);
  if (CRYPTO_memcmp(shown.data(), found->second.hash.data(), shown.size()) != 0) {
    if (++found->second.tries >= MailCodeLimits::tries) codes_.erase(found);
    return std::nullopt;
  }
  std::string address = std::move(found->second.address);
  codes_.erase(found);
  return address;
}

void MailCodes::sweep(std::int64_t now_ms) {
  std::erase_if(codes_, [&](const auto& each) { return each.second.ends_ms <= now_ms; });
}

}  // namespace rf::access
