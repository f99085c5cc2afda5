// Answers that are kept for whoever asks again because he did not hear them: an Idempotency-Key makes a repeated POST
// do its work once. Source: draft-ietf-httpapi-idempotency-key-header.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rf::http {

/// What tells one request from another: a hash over operation, path, query and body.
using Fingerprint = std::array<std::uint8_t, 32>;

struct KeptAnswer {
  unsigned status = 0;
  std::string body;  ///< empty with status 0: it is being worked on
  std::string location;
};

/// Letters, digits and -_.:~ of at most ApiLimits::key_bytes.
bool is_key(std::string_view text);

/// Keys are each asker's own: nobody hears another's answers. Bounded by ApiLimits: the oldest answers go, and answers
/// older than `answer_s` say nothing. Not for several threads.
class KeptAnswers {
 public:
  enum class Verdict : std::uint8_t {
    fresh,    ///< do the work, then keep() or forget()
    replay,   ///< `answer` is what came of it
    working,  ///< 409: the first is still at work
    other,    ///< 422: the key was used for something else
    gone,     ///< 409: it was done, and its answer was too long to be kept
  };
  struct Found {
    Verdict verdict = Verdict::fresh;
    const KeptAnswer* answer = nullptr;  ///< valid until the next call
  };
  /// `asker` is the number of who asks, by which his keys are told from others'.
  Found begin(std::int64_t now_mono_ms, std::uint64_t asker, std::string_view key, const Fingerprint& request);
  /// The work is done. An answer longer than ApiLimits::answer_bytes is not kept, but its key is.
  void keep(std::uint64_t asker, std::string_view key, KeptAnswer answer);
  /// Nothing was done: the key is as if it had never been used.
  void forget(std::uint64_t asker, std::string_view key);

  std::size_t size() const { return by_age_.size(); }

 private:
  struct Entry {
    std::uint64_t asker = 0;
    std::string key;
    std::int64_t at_ms = 0;
    Fingerprint request{};
    KeptAnswer answer;
    bool done = false, too_long = false;
  };
  using ByAge = std::list<Entry>;
  using Key = std::pair<std::uint64_t, std::string>;
  void drop(ByAge::iterator at);
  void make_room(std::int64_t now_mono_ms, std::uint64_t asker);

  ByAge by_age_;  ///< the oldest first
  std::map<Key, ByAge::iterator> by_key_;
  std::unordered_map<std::uint64_t, std::size_t> of_asker_;
};

}  // namespace rf::http
