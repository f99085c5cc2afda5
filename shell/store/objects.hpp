// Objects of core/document as rows: texts with an id for good, and what is kept beside a text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/secret.hpp"
#include "core/money/deck.hpp"

namespace rf::store {

struct ObjectRow {
  std::uint64_t id = 0;  ///< never given to another one
  std::string kind, name;
  std::uint32_t position = 0;  ///< among those of its kind
  std::string body;
  std::string token;     ///< random, made with the object
  std::string currency;  ///< of a deck's rates
  bool has_password = false;
  std::uint64_t revision = 0;  ///< another one after each change
};

/// What becomes of an object; what is absent stays, or is empty when the object is new.
struct ObjectWrite {
  std::string kind, name;
  std::optional<std::string> body = {};
  std::optional<std::uint32_t> position = {};  ///< a new one: behind all others of its kind
  std::optional<Secret<std::string>> password = {};
  const std::vector<money::RateRow>* rates = nullptr;
  std::string currency = {};  ///< of these rates
  const std::vector<std::string>* lines = nullptr;
};

}  // namespace rf::store
