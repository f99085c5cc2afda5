// Answers that outlive the process for an Idempotency-Key: what was begun is on disk before it is done, and its answer
// before it is told, so that a repeat after a crash never does it twice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/http/kept.hpp"
#include "shell/seal/vault.hpp"
#include "shell/store/store.hpp"

namespace rf::store {

/// Whose key, which key, and all that was asked under it.
struct KeyedRequest {
  std::uint64_t asker = 0;
  std::string_view key;
  std::string_view text;
};

/// The table of an open store; lives no longer than it and `vault`. Neither keys nor requests stand in it, but keyed
/// hashes of them; an answer may show a password, and is sealed with a key that takes the key file and the
/// Idempotency-Key to make. Bounded by ApiLimits: the oldest go, and those older than `answer_s`.
class AnswerTables {
 public:
  enum class Verdict : std::uint8_t {
    fresh,    ///< it is written down now that it begins: do the work, then keep() or forget()
    replay,   ///< `answer` is what came of it
    unknown,  ///< it began, and nobody wrote down what came of it
    other,    ///< the key was used for another request
  };
  struct Found {
    Verdict verdict = Verdict::fresh;
    http::KeptAnswer answer = {};
    std::int64_t begun_wall_ms = 0;
  };

  AnswerTables(Store& store, const seal::Vault& vault) : state_(*store.state_), vault_(vault) {}

  Expected<Found> begin(std::int64_t now_wall_ms, const KeyedRequest& request);
  /// What came of a request that began.
  Expected<void> keep(const KeyedRequest& request, const http::KeptAnswer& answer);
  /// Nothing was done: the key is as if it had never been used.
  Expected<void> forget(const KeyedRequest& request);
  /// Takes out those whose time is over; gives how many.
  Expected<std::uint64_t> sweep(std::int64_t now_wall_ms);

 private:
  std::string slot_of(const KeyedRequest& request) const;
  seal::Vault vault_of(const KeyedRequest& request) const;

  Store::State& state_;
  const seal::Vault& vault_;
};

}  // namespace rf::store
