// One who knows passwords and follows a script, or searches for what costs most.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "sim/fraud/losses.hpp"
#include "sim/fraud/scripts.hpp"
#include "sim/fraud/switchboard.hpp"

namespace rf::fraud {

class Thief {
 public:
  struct Password {
    std::uint32_t person = 0;
    bool changed = false;  ///< by the operator
    std::int64_t next_ms = 0;
    std::uint64_t tried = 0;
    std::int64_t today = 0;  ///< micro-units
    Losses losses;
  };

  /// `number` from 1: its name in Ask::thief.
  Thief(const Script& script, std::uint32_t number, const Office& office, std::uint64_t seed);

  const Script& script() const { return script_; }
  std::vector<Password>& passwords() { return passwords_; }
  const std::vector<Password>& passwords() const { return passwords_; }
  Password* password_of(std::uint32_t person);
  std::int64_t stolen() const;

  /// Dials with every password that may dial now. Gives when it wants the next turn; wall time.
  std::int64_t act(Switchboard& switchboard, std::int64_t wall_ms);
  void refused(const Ask& ask, const No& no, std::int64_t wall_ms);
  void owes(const Ask& ask, std::int64_t since_ms, std::int64_t wall_ms, std::int64_t micros);
  /// A new day of the office.
  void day();
  /// An hour of it: one who searches changes his manner now and then.
  void hour(unsigned hour);

 private:
  /// What one who searches does for some hours.
  struct Manner {
    std::size_t target = 0, talk = 0;
    bool together = false;  ///< lets calls ring, and answers them at once: their fees fall into one window
    friend auto operator<=>(const Manner&, const Manner&) = default;
  };
  /// And when, each password for itself.
  enum class When : std::uint8_t { always, over_midnight, over_the_months_end };
  When when(const Password& password) const {
    return script_.searches ? static_cast<When>((&password - passwords_.data()) % 3) : When::always;
  }
  bool awake(const Password& password, const schedule::Local& local) const;
  Ask ask_of(Password& password, std::int64_t wall_ms);
  const Script& script_;
  std::uint32_t number_;
  const Office& office_;
  Random random_;
  std::vector<Password> passwords_;
  std::map<Manner, std::int64_t> known_;  ///< the most that each has paid
  std::vector<Manner> untried_;
  Manner manner_;
  std::int64_t before_ = 0;  ///< stolen until this manner began
};

}  // namespace rf::fraud
