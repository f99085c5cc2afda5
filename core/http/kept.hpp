// Answers that are kept for whoever asks again because he did not hear them: an Idempotency-Key makes a repeated POST
// do its work once. Source: draft-ietf-httpapi-idempotency-key-header.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rf::http {

/// Letters, digits and -_.:~ of at most ApiLimits::key_bytes.
bool is_key(std::string_view text);

struct KeptAnswer {
  unsigned status = 0;
  std::string body;
  std::string location;  ///< empty: there was none
  bool cut = false;      ///< it was longer than ApiLimits::answer_bytes, so body and location are not known any more

  friend bool operator==(const KeptAnswer&, const KeptAnswer&) = default;
};

/// As one text, to be sealed; cut when it is too long.
std::string text_of(const KeptAnswer& answer);
/// Nothing for what text_of() never wrote.
std::optional<KeptAnswer> parse_kept(std::string_view text);

}  // namespace rf::http
