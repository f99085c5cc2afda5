// A telephone with a will of its own: real transactions and dialogs, random behaviour, one seed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/timers.hpp"
#include "core/dialog/dialog.hpp"
#include "core/sip/message.hpp"
#include "core/txn/transactions.hpp"

namespace rf::sim {

/// How often a phone does what; chances in percent.
struct Habits {
  std::uint32_t call_every_ms = 20'000;  ///< on average, while idle
  std::uint32_t talk_max_ms = 30'000;
  unsigned answers = 75, busy = 8, declines = 5, redirects = 3;  ///< the rest rings until the caller gives up
  unsigned cancels = 15;                                         ///< of its own calls, while they ring
  unsigned holds = 20;                                           ///< of talks are put on hold once
  unsigned vanishes = 2;                                         ///< of talks end without a BYE
  unsigned dials_nobody = 5;
};

/// What the world counts over all phones.
struct Tally {
  std::uint64_t registered = 0, register_failed = 0, calls_placed = 0, calls_answered = 0, calls_refused = 0,
                byes_heard = 0, unavailable = 0;  ///< 503: a limit, or the disk
};

/// One phone: registers and refreshes, calls random numbers, answers or not, talks, holds, hangs up.
class UserAgent final : public txn::Outbox {
 public:
  struct Account {
    std::string number, auth_name, password;
  };
  using Transmit = std::function<void(const Flow&, std::string)>;

  UserAgent(Account account, Flow flow, const policy::SipTimes& times, Now now, std::uint64_t seed, Habits habits,
            std::vector<std::string> numbers, Tally& tally, Transmit transmit);

  void start(Now now);
  void receive(Now now, std::string bytes);
  void advance(Now now);
  std::int64_t next_deadline() const;
  /// No new calls; running ones are hung up.
  void retire(Now now);
  /// Called with the Call-ID when this phone's own call is answered: what a durable record must exist for.
  std::function<void()> on_answered;

  const Flow& flow() const { return flow_; }
  bool is_talking() const { return !talks_.empty(); }

  void send(const Flow& flow, std::string_view bytes) override { transmit_(flow, std::string(bytes)); }

 private:
  enum Kind : std::uint32_t { register_due, dial_due, cancel_due, answer_due, hang_up_due, hold_due };
  struct Dialling {
    std::string call_id, tag, uri;
    std::uint64_t id = 0;
    std::uint32_t cseq = 0;
    txn::ClientId client;
    bool challenged = false;
  };
  struct Ringing {
    txn::ServerId server;
    std::string head, tag;
    std::optional<dialog::Dialog> dialog;
  };
  struct Talk {
    std::optional<dialog::Dialog> dialog;
    txn::ServerId answered;  ///< our 2xx that waits for its ACK
    std::uint32_t invite_cseq = 0;
    int version = 1;
  };

  void on_request(const Flow& flow);
  void on_response(const Flow& flow);
  void on_timer(std::uint64_t owner, std::uint32_t kind);
  void register_(std::string_view credentials);
  void dial(std::string_view credentials);
  void in_dialog(std::uint64_t talk, sip::Method method, std::string_view sdp);
  void reply(txn::ServerId server, int status, std::string_view tag, std::string_view sdp = {});
  std::string credentials_for(std::string_view method, std::string_view uri);
  std::string description(int version, std::string_view direction) const;
  std::uint64_t begin_talk(dialog::Dialog dialog, txn::ServerId answered, std::uint32_t invite_cseq, bool hangs_up);
  void end_talk(std::uint64_t talk);
  bool chance(unsigned percent) { return random_.below(100) < percent; }
  std::int64_t in_ms(std::uint64_t ms) { return now_.mono_ms + static_cast<std::int64_t>(ms); }

  Account account_;
  Flow flow_;
  Habits habits_;
  std::vector<std::string> numbers_;
  Tally& tally_;
  Transmit transmit_;
  Random random_;
  Now now_;
  txn::Transactions txns_;
  Timers timers_;
  sip::Message message_;
  std::string bytes_;

  std::string register_call_id_;
  std::uint32_t register_cseq_ = 0;
  txn::ClientId register_client_;
  bool register_challenged_ = false;
  std::optional<Dialling> dialling_;
  std::map<std::uint64_t, Ringing> ringing_;  ///< by id
  std::map<std::uint64_t, Talk> talks_;
  std::uint64_t next_id_ = 1;
  bool retired_ = false;
};

}  // namespace rf::sim
