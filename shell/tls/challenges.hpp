// Proofs for an authority that a name leads here, by TLS alone and on the port of the pages (RFC 8737, tls-alpn-01).
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "shell/tls/context.hpp"

namespace rf::tls {

/// Who asks for the protocol "acme-tls/1" alone and for one of these names is shown the certificate of its challenge;
/// nobody else ever is. Methods may be called from any thread.
class Challenges {
 public:
  /// `digest`: SHA-256 of the key authorization. Errors: a sentence.
  std::expected<void, std::string> set(const std::string& name, const std::array<std::uint8_t, 32>& digest,
                                       std::int64_t now_wall_ms);
  void clear();
  /// Null: none for this name.
  Context find(std::string_view name) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Context, std::less<>> contexts_;
};

/// Has connections of `context` answer with them. Whether that could be set up.
bool answer_challenges(const Context& context, const std::shared_ptr<Challenges>& challenges);

}  // namespace rf::tls
