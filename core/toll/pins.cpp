#include "core/toll/pins.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/keyed_hash.hpp"
#include "core/toll/plan.hpp"

namespace rf::toll {
namespace {

bool is_digits(std::string_view pin) {
  return std::all_of(pin.begin(), pin.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// How far each digit is from the one before, 0 to 9, around the end.
std::vector<int> steps_of(std::string_view pin) {
  std::vector<int> steps;
  for (std::size_t i = 1; i < pin.size(); ++i) steps.push_back((pin[i] - pin[i - 1] + 10) % 10);
  return steps;
}

bool is_repeated(std::string_view pin) {
  for (std::size_t part = 1; part <= pin.size() / 2; ++part)
    if (pin.size() % part == 0 && pin.substr(part) == pin.substr(0, pin.size() - part)) return true;
  return false;
}

bool is_trivial(std::string_view pin) {
  const std::vector<int> steps = steps_of(pin);
  const bool neighbours =
      std::all_of(steps.begin(), steps.end(), [](int step) { return step == 0 || step == 1 || step == 9; });
  const bool even = std::equal(steps.begin() + 1, steps.end(), steps.begin());
  return neighbours || even || is_repeated(pin) || std::set<char>(pin.begin(), pin.end()).size() < 3;
}

}  // namespace

PinDigest pin_digest(const PinKey& key, std::string_view list, std::string_view pin) {
  // The name's end is told by a byte that no name has.
  std::string text(list);
  text += '\0';
  text += pin;
  PinDigest out;
  unsigned size = 0;
  RF_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size) != nullptr &&
           size == out.size());
  OPENSSL_cleanse(text.data(), text.size());
  return out;
}

std::string_view fault_of_pin(std::string_view pin) {
  if (!is_digits(pin)) return "not of digits alone";
  if (pin.size() < PinLimits::digits_least) return "fewer than 6 digits";
  if (pin.size() > PinLimits::digits) return "more than 16 digits";
  if (is_trivial(pin)) return "trivial";
  return {};
}

std::string_view fault_of_code(std::string_view code) {
  if (!is_digits(code)) return "not of digits alone";
  if (code.size() < PinLimits::code_digits_least) return "fewer than 2 digits";
  if (code.size() > PinLimits::digits) return "more than 16 digits";
  return {};
}

std::string_view name_of(PinListTerms::Asks asks) {
  return asks == PinListTerms::Asks::pin ? "a PIN" : "an account code";
}

constexpr std::string_view asked_pin = "PIN of ", asked_code = "account code of ", asked_wrong = " wrong";

std::string text_of(const AskedPin& asked) {
  std::string out = std::string(asked.asks == PinListTerms::Asks::pin ? asked_pin : asked_code) + asked.list;
  if (asked.wrong != 0) out += ", " + std::to_string(asked.wrong) + std::string(asked_wrong);
  return out;
}

std::optional<AskedPin> parse_asked_pin(std::string_view text) {
  const bool code = text.starts_with(asked_code);
  if (!code && !text.starts_with(asked_pin)) return std::nullopt;
  const auto asks = code ? PinListTerms::Asks::account_code : PinListTerms::Asks::pin;
  text.remove_prefix(code ? asked_code.size() : asked_pin.size());
  const std::size_t comma = text.rfind(", ");
  if (comma == std::string_view::npos || !text.ends_with(asked_wrong)) return AskedPin{std::string(text), 0, asks};
  const std::string_view count = text.substr(comma + 2, text.size() - comma - 2 - asked_wrong.size());
  AskedPin out{std::string(text.substr(0, comma)), 0, asks};
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), out.wrong);
  if (error != std::errc{} || end != count.data() + count.size()) return AskedPin{std::string(text), 0, asks};
  return out;
}

bool PinTries::locked(Now now, ExtensionId who, const PinListTerms& list) const {
  const auto found = tries_.find(key_of(who, list));
  if (found == tries_.end() || found->second.until_mono_ms <= now.mono_ms) return is_full_of_locked(now);
  return found->second.locked;
}

PinVerdict PinTries::enter(Now now, ExtensionId who, const PinListTerms& list, const PinKey& key, std::string_view pin,
                           std::string& account) {
  forget_what_is_over(now);
  if (locked(now, who, list)) return PinVerdict::locked;
  const PinListTerms::Pin* right = nullptr;
  if (pin.size() <= PinLimits::digits && is_digits(pin)) {
    const PinDigest entered = pin_digest(key, list.name, pin);
    for (const PinListTerms::Pin& each : list.pins)
      if (CRYPTO_memcmp(each.digest.data(), entered.data(), entered.size()) == 0) right = &each;
  }
  if (right == nullptr) return count_wrong(now, key_of(who, list), list);
  account = right->account;
  return PinVerdict::right;
}

void PinTries::recall(Now now, const Plan& plan, const PastAsking& call) {
  auto asked = parse_asked_pin(call.said);
  const PinListTerms* const list = asked ? plan.pin_list(call.tenant, asked->list) : nullptr;
  if (list == nullptr) return;
  if (call.torn && !call.right) asked->wrong = std::max(asked->wrong, 1u);
  const std::int64_t ago_ms = std::max<std::int64_t>(0, now.wall_ms - call.ended_wall_ms);
  const Now then{now.mono_ms - ago_ms, now.wall_ms - ago_ms};
  forget_what_is_over(then);
  for (std::uint32_t i = 0; i < asked->wrong && !locked(then, call.who, *list); ++i)
    count_wrong(then, key_of(call.who, *list), *list);
}

PinVerdict PinTries::count_wrong(Now now, Key key, const PinListTerms& list) {
  const auto former = tries_.find(key);
  Tries tries = former == tries_.end() ? Tries{} : former->second;
  forget(key);
  if (tries_.size() >= room_ && !counted_.empty()) forget(counted_.begin()->second);
  ++tries.wrong;
  tries.locked = tries.wrong >= list.tries;
  tries.until_mono_ms = now.mono_ms + std::int64_t{list.lock_s} * 1000;
  tries_.insert_or_assign(key, tries);
  (tries.locked ? locked_ : counted_).emplace(tries.until_mono_ms, key);
  return tries.locked ? PinVerdict::locked : PinVerdict::wrong;
}

void PinTries::forget(Key key) {
  const auto found = tries_.find(key);
  if (found == tries_.end()) return;
  (found->second.locked ? locked_ : counted_).erase({found->second.until_mono_ms, key});
  tries_.erase(found);
}

void PinTries::forget_what_is_over(Now now) {
  for (ByEnd* each : {&counted_, &locked_})
    while (!each->empty() && each->begin()->first <= now.mono_ms) forget(each->begin()->second);
}

bool PinTries::is_full_of_locked(Now now) const {
  return tries_.size() >= room_ && counted_.empty() && locked_.begin()->first > now.mono_ms;
}

PinTries::Key PinTries::key_of(ExtensionId who, const PinListTerms& list) {
  return KeyedHash(HashKey(0)).add(who.value).add(list.tenant.value).add(list.name).finish();
}

}  // namespace rf::toll
