// Calls one after the other, as many as one likes, and what is there of them when they are over.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "sim/exchange.hpp"
#include "sim/traffic/conversation.hpp"
#include "sim/traffic/handset.hpp"

namespace rf::traffic {

/// How many of everything that calls are made of there are: what the engine counts, and what its shell holds for it.
struct Holdings {
  std::uint64_t calls = 0, registrations = 0, transactions = 0, media_ports = 0, lookups = 0, transcoded = 0;
  std::uint64_t waiting_for_disk = 0;
  std::uint64_t relays = 0;         ///< ordered and not stopped
  std::uint64_t conversations = 0;  ///< media steps with their keys

  friend bool operator==(const Holdings&, const Holdings&) = default;
};

/// What became of the calls.
struct Tally {
  std::uint64_t calls = 0, talked = 0, refused = 0, cancelled = 0, transferred = 0, rekeyed = 0, distrusted = 0,
                vanished = 0, broken_off = 0, killed = 0;
  std::uint64_t encrypted_legs = 0, words = 0;
  std::vector<std::string> faults;  ///< what should not have happened, the first few
};

/// An engine, nine phones of three kinds, and one call at a time between two of them, at least one of which encrypts:
/// answered, refused, cancelled, handed over, with new keys, cut off by the media, by a connection, by silence. The
/// same seed gives the same calls.
class Traffic final : private sim::Observer {
 public:
  explicit Traffic(std::uint64_t seed);
  ~Traffic() override { exchange_.observer = nullptr; }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  void call(std::uint64_t times);
  /// The process is killed in the middle of a call and starts anew.
  void kill();
  /// Time goes on until everything has had its time; phones stay registered.
  void rest();
  /// The phones leave, too.
  void leave();

  Holdings holdings();
  const Tally& tally() const { return tally_; }
  /// Keys that were in use in the last calls, youngest last.
  const std::deque<srtp::MasterKey>& keys() const { return keys_; }
  void forget_keys() { keys_.clear(); }

 private:
  enum class End : std::uint8_t { talk, rekey, cancel, refuse, hand_over, consult, distrust, vanish, break_off };

  void before(const engine::Input&) override {}
  void after(const effect::Effects& effects) override;
  void restarted() override;

  End choose();
  Handset& someone(const Handset* but, const Handset* and_but = nullptr);
  void welcome(Handset& handset);
  void one_call(End end);
  bool establish(Handset& caller, Handset& callee);
  bool offer_again(Handset& by, sim::Line& line, Handset& to, std::string_view direction);
  void hand_over(Handset& by, sim::Line& line, Handset& target);
  void consult(Handset& by, sim::Line& line, Handset& target);
  void distrust();
  void vanish(Handset& one, Handset& other);
  void talk();
  void hang_up(Handset& by, sim::Line& line);
  /// Everybody answers what comes, as phones do by themselves: yes.
  void attend();
  bool attend(Handset& handset);
  void pass(std::int64_t ms);
  void wait(std::int64_t ms);
  void note_keys(const Conversation& conversation);
  void fault(std::string text);
  std::int64_t media_us();

  Random random_;
  sim::Exchange exchange_;
  std::vector<std::unique_ptr<Handset>> phones_;
  std::map<std::uint64_t, Conversation> conversations_;
  sim::Line of_caller_, of_callee_;
  std::deque<srtp::MasterKey> keys_;
  Tally tally_;
  std::uint64_t connection_ = 100;
  std::int64_t media_us_ = 0;
};

}  // namespace rf::traffic
