// PINs and account codes that routes ask for (row O2): only digests are kept, and who guesses is locked out.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/ids.hpp"
#include "core/base/limits/call.hpp"
#include "core/base/time.hpp"
#include "core/toll/terms.hpp"

namespace rf::toll {

class Plan;

/// 32 bytes that belong to this system and stand in no export: whoever has a list's digests alone can try no PIN.
using PinKey = std::array<std::uint8_t, 32>;
using PinDigest = std::array<std::uint8_t, 32>;

/// HMAC-SHA-256 over the list's name and the PIN: the same PIN looks different in another list.
PinDigest pin_digest(const PinKey& key, std::string_view list, std::string_view pin);

/// Why a PIN may not be used: "fewer than 6 digits", "trivial"; empty: it may (row E9's rule for PINs). Trivial is what
/// people try first: runs (123456, 864208, 112233), repeats (111111, 121212, 739739), two digits only.
std::string_view fault_of_pin(std::string_view pin);

/// Why an account code may not be used: "not of digits alone"; empty: it may. It is no secret, so it may be simple.
std::string_view fault_of_code(std::string_view code);

/// What the record of a call that asked for a PIN says of it, in Cdr::cut_reason: "PIN of abroad, 2 wrong", "account
/// code of clients".
struct AskedPin {
  std::string list;
  std::uint32_t wrong = 0;
  PinListTerms::Asks asks = PinListTerms::Asks::pin;
};
std::string text_of(const AskedPin& asked);
std::optional<AskedPin> parse_asked_pin(std::string_view text);

/// A call of a former process.
struct PastAsking {
  TenantId tenant;
  ExtensionId who;
  std::string_view said;  ///< text_of(AskedPin); anything else: it was not asked for a PIN
  bool right = false;     ///< in the end: then it was over when the process ended, and every wrong one was written
  bool torn = false;      ///< the process ended meanwhile
  std::int64_t ended_wall_ms = 0;
};

enum class PinVerdict : std::uint8_t { right, wrong, locked };

/// Wrong tries of extensions, bounded; what was counted is forgotten when its lock is over. The full table forgets the
/// oldest that is not locked; when all are, nobody else is asked: fail closed. A start learns them again from the
/// records of the last day, oldest first (recall): a restart opens no lock.
class PinTries {
 public:
  explicit PinTries(std::size_t room = PinLimits::tries) : room_(room) {}

  /// Whether the extension is locked out of this list now.
  bool locked(Now now, ExtensionId who, const PinListTerms& list) const;
  /// A PIN was entered. `account` gets its name when it is right. All PINs of the list are compared, each in constant
  /// time. A right one leaves the count: who has one PIN of a list searches for no other. Who is locked hears so
  /// whatever was entered.
  PinVerdict enter(Now now, ExtensionId who, const PinListTerms& list, const PinKey& key, std::string_view pin,
                   std::string& account);
  std::size_t size() const { return tries_.size(); }

  /// Calls of former processes, oldest first. One during which the process ended counts as a wrong try: how many there
  /// were nobody wrote down.
  void recall(Now now, const Plan& plan, const PastAsking& call);

 private:
  using Key = std::uint64_t;
  struct Tries {
    std::uint32_t wrong = 0;
    bool locked = false;
    std::int64_t until_mono_ms = 0;  ///< counted, or locked, until then
  };
  using ByEnd = std::set<std::pair<std::int64_t, Key>>;

  static Key key_of(ExtensionId who, const PinListTerms& list);
  bool is_full_of_locked(Now now) const;
  void forget(Key key);
  void forget_what_is_over(Now now);
  PinVerdict count_wrong(Now now, Key key, const PinListTerms& list);

  std::size_t room_;
  boost::unordered_flat_map<Key, Tries> tries_;
  ByEnd counted_, locked_;  ///< the same, the one that ends first in front
};

}  // namespace rf::toll
