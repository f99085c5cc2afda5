// What has to hold after every input of an engine, and what may be left when everybody has gone: the same for simulated
// worlds and for fuzzing.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/sip/message.hpp"
#include "sim/exchange.hpp"

namespace rf::sim {

/// Watches one exchange from its making on. What it holds against every input:
/// - every message that leaves parses strictly, is as long as it says, and describes media at our addresses only;
/// - no message shows a phone what only the other side of a call knows: Call-ID, tags, branches, addresses;
/// - whoever never proved a password gets at most one response, and changes nothing but his own welcome;
/// - no address where somebody proved a password is ever banned;
/// - requests go only where somebody proved a password, whatever messages say;
/// - a phone changes nothing of a call that is not its extension's;
/// - attempts that were not answered leave no more records of one extension a minute than the limit says;
/// - calls are answered and phones registered only when that is on disk; records are opened and closed once;
/// - what a call cost is no more than was reserved for it, and in the end the ledger agrees with itself and the
/// records;
/// - relays start once, change and stop while they run, and share no port;
/// - no leg whose media has to be encrypted is ever given a plain relay; no key passes over readable signalling, and
/// none is told in two dialogs;
/// - the next deadline lies ahead.
class Auditor final : public Observer {
 public:
  explicit Auditor(Exchange& exchange);
  ~Auditor() override { exchange_.observer = nullptr; }
  Auditor(const Auditor&) = delete;
  Auditor& operator=(const Auditor&) = delete;

  /// From now on somebody at `source` knows the password of the extension.
  void proved(ExtensionId extension, const Address& source);
  /// Holds every bound of the engine against its use.
  void audit_limits();
  /// For an exchange whose calls are over, whose registrations are gone and whose clock went on: nothing is left.
  void audit_rest();
  /// A ledger with no call in it adds up, by itself and with the records of what was charged.
  void audit_ledger();
  /// What was found wrong, oldest first.
  const std::vector<std::string>& faults() const { return faults_; }

  void before(const engine::Input& input) override;
  void after(const effect::Effects& effects) override;
  void restarted() override;

 private:
  struct Visitor;
  void fault(std::string text);
  bool is_home(const Address& address) const { return extensions_.contains(address); }
  bool is_home_of(const Address& address, ExtensionId extension) const;
  bool is_stranger() const;
  bool may_change(const record::Cdr& cdr) const;
  bool may_change(const media::RelayPlan& plan) const;

  void check_sent(const Flow& flow, std::string_view bytes);
  void check_description(const Flow& flow, std::string_view description);
  void check_keys(const Flow& flow, const sip::Message& message);
  bool must_protect(const Address& home) const;
  void check_answer(const sip::Message& response);
  void check_registered(const Address& to, const sip::Message& response);
  void check_relay(const media::RelayPlan& plan);
  void check_share(const record::Cdr& cdr);
  void check_ban(const guard::Ban& ban);

  // Who knows what: by the words that a message carries, and the address it went to or came from.
  Address party(Address address);
  void learn(const Address& address, std::string_view word);
  void learn(const Address& address, const sip::Message& message);
  void mention(const Address& by, std::string_view text);
  void check_word(const Address& to, std::string_view word, std::string_view what);
  void check_secrets(const Address& to, const sip::Message& message);

  Exchange& exchange_;
  std::vector<std::string> faults_;
  std::unordered_map<Address, std::set<ExtensionId>> extensions_;  ///< proved, by place
  std::map<std::uint64_t, media::RelayPlan> relays_;
  std::set<Endpoint> elsewhere_;  ///< where media servers have streams ready for us
  std::set<std::string> opened_, closed_;                     ///< records
  std::uint64_t ledger_last_ = 0;  ///< entry that was to be written
  toll::PlanRef plan_;             ///< none: the standing terms
  std::map<Address, std::set<Transport>> ways_;        ///< by which phones there speak to us
  std::unordered_map<std::string, std::string> keys_;  ///< that we gave, by dialog's Call-ID
  bool grouped_ = false;           ///< phones of several extensions may have rung for one call
  bool handed_over_ = false;       ///< a leg has gone over: relays hear of it when its phone has agreed
  bool was_killed_ = false;        ///< records since then may say less than the ledger
  std::set<std::string> answered_;                            ///< calls, by Call-ID and our tag
  std::map<ExtensionId, std::deque<std::int64_t>> attempts_;  ///< when a record of an attempt was written
  std::unordered_set<std::string> our_tags_;
  std::unordered_set<std::size_t> checked_;  ///< messages, by content and destination
  std::unordered_map<std::string, std::set<Address>> knowers_;
  std::unordered_map<Address, Address> same_party_;

  std::optional<Flow> source_;  ///< of the packet that is being handled
  bool well_formed_ = false;    ///< that packet
  bool alone_ = false;          ///< no timer was due with it
  std::size_t replies_ = 0;
};

}  // namespace rf::sim
