// What is known of a provider, and when it is asked again: often enough for keys that change, seldom enough that nobody
// can make us ask by showing tokens.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/limits/people.hpp"
#include "core/oidc/discovery.hpp"
#include "core/oidc/keys.hpp"

namespace rf::oidc {

/// Times are of one clock, in ms, whichever it is.
class Book {
 public:
  /// Whether the document has to be fetched before it is used.
  bool wants_metadata(std::int64_t now_ms) const { return !metadata_ || is_old(metadata_ms_, now_ms); }
  /// Whether the keys have to be fetched before one is looked for.
  bool wants_keys(std::int64_t now_ms) const { return !keys_ || is_old(keys_ms_, now_ms); }
  /// A key was not found: whether new ones may be there. It counts as asked.
  bool may_ask_for_unknown(std::int64_t now_ms) {
    if (unknown_ms_ && now_ms - *unknown_ms_ < SignInLimits::unknown_key_ms && now_ms >= *unknown_ms_) return false;
    unknown_ms_ = now_ms;
    return true;
  }
  /// Whether a provider that failed may be asked again.
  bool may_ask(std::int64_t now_ms) const {
    return !failed_ms_ || now_ms - *failed_ms_ >= SignInLimits::again_ms || now_ms < *failed_ms_;
  }
  void failed(std::int64_t now_ms) { failed_ms_ = now_ms; }

  void take(Metadata metadata, std::int64_t now_ms) {
    metadata_ = std::move(metadata);
    metadata_ms_ = now_ms;
    failed_ms_.reset();
  }
  void take(Keys keys, std::int64_t now_ms) {
    keys_ = std::move(keys);
    keys_ms_ = now_ms;
    failed_ms_.reset();
  }
  const Metadata& metadata() const { return *metadata_; }
  const Keys& keys() const { return *keys_; }

 private:
  static bool is_old(std::int64_t since_ms, std::int64_t now_ms) {
    return now_ms < since_ms || now_ms - since_ms >= SignInLimits::keys_ms;
  }
  std::optional<Metadata> metadata_;
  std::optional<Keys> keys_;
  std::int64_t metadata_ms_ = 0, keys_ms_ = 0;
  std::optional<std::int64_t> unknown_ms_, failed_ms_;
};

}  // namespace rf::oidc
