// Values that must not be printed have a type that will not print.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rf {

/// Compares without leaking where the difference is. Lengths are not secret.
inline bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = static_cast<std::uint8_t>(difference | static_cast<std::uint8_t>(a[i] ^ b[i]));
  return difference == 0;
}

/// A value that does not print, is wiped when it dies or moves (byte-like containers) and has to be asked for by name.
/// Deliberately without stream, fmt or comparison operators: a test holds that.
template <class T>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe();  // the new value may need more room, and the old room would go back unwiped
      value_ = other.value_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      value_ = std::move(other.value_);
      other.wipe();
    }
    return *this;
  }
  ~Secret() { wipe(); }

  /// The value itself; the call is easy to grep for in a review.
  const T& reveal() const { return value_; }
  T& reveal() { return value_; }

 private:
  void wipe() noexcept {
    if constexpr (requires { value_.data(); value_.size(); }) {
      // A moved-from short string is empty but its characters are still there.
      if constexpr (requires { value_.resize(value_.capacity()); }) value_.resize(value_.capacity());
      volatile auto* bytes = reinterpret_cast<volatile unsigned char*>(value_.data());
      for (std::size_t i = 0; i < value_.size() * sizeof(*value_.data()); ++i) bytes[i] = 0;
      if constexpr (requires { value_.clear(); }) value_.clear();
    }
  }
  T value_{};
};

/// Personal data in logs: "alice@example.com" becomes "al…", "1001" becomes "10…". Never cuts a UTF-8 character in two.
std::string redact(std::string_view personal);

}  // namespace rf
