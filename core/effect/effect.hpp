// Everything the engine can want. The shell carries effects out in order and knows no reason to refuse one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/address.hpp"
#include "core/effect/command.hpp"
#include "core/guard/bans.hpp"
#include "core/media/plan.hpp"
#include "core/money/entry.hpp"
#include "core/record/records.hpp"
#include "core/txn/dns.hpp"
#include "core/txn/transactions.hpp"

namespace rf::effect {

/// Bytes out along a flow; they stand in Effects::bytes_of(send).
struct Send {
  Flow flow;
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};
struct CloseConnection {
  ConnectionId connection;
};
/// Somebody authenticated over this connection: it no longer counts as a stranger's.
struct TrustConnection {
  ConnectionId connection;
};
/// Nobody uses it any more: it counts as a stranger's again.
struct DistrustConnection {
  ConnectionId connection;
};
struct DnsAsk {
  QueryId query;
  txn::DnsQuestion question;
};
/// Write the binding (insert or replace by its key); answer with Stored when `ticket` is not zero.
struct StoreBinding {
  std::uint64_t ticket = 0;
  record::Binding binding;
};
/// Answer with Stored when `ticket` is not zero.
struct DropBinding {
  std::uint64_t ticket = 0;
  ExtensionId extension;
  std::string contact_key;
};
/// Insert the open CDR, and with it what it takes to end its dialogs; answer with Stored: the call is answered only
/// then.
struct OpenCdr {
  std::uint64_t ticket = 0;
  record::Cdr cdr;
  std::vector<record::OpenDialog> dialogs = {};
};
/// Its dialogs are over, and forgotten with it.
struct CloseCdr {
  record::Cdr cdr;
};
/// A dialog that a call of a former process left behind was ended, or cannot be.
struct ForgetDialog {
  std::string call;  ///< Cdr::id
  std::uint8_t side = 0;
};
/// Write where the gateway is (insert or replace by its trunk).
struct StoreGateway {
  record::GatewayBinding binding;
};
struct DropGateway {
  TrunkId trunk;
};
/// Write the ban (insert or replace by its block).
struct StoreBan {
  guard::Ban ban;
};
struct DropBan {
  Subnet subnet;
};
/// Slow this source down before its packets reach us: it floods, and nobody there has shown credentials that work.
struct Throttle {
  Address source;
  std::int64_t until_ms = 0;  ///< wall clock
};
/// End whatever slows down sources of this block.
struct EndThrottle {
  Subnet subnet;
};
struct StartRelay {
  media::RelayPlan plan;
};
/// New remote addresses or silence limit for a running relay; local ports stay. Relays of media servers
/// (media::is_elsewhere) are started, changed and stopped there.
struct UpdateRelay {
  media::RelayPlan plan;
};
/// Answer with RelayReported{stopped}.
struct StopRelay {
  RelayId relay;
};
/// One that a media server had ready is a call's from now on: another one can be opened.
struct TakeRelay {
  RelayId relay;
};
struct CommandDone {
  CommandId id;
  CommandResult result;
};

enum class Level : std::uint8_t { debug, info, notice, warning, error };

/// Why something happened: every refusal has one, with one text each.
enum class Reason : std::uint8_t {
  registered,
  unregistered,
  registration_expired,
  registration_refused_limit,
  registration_replaced,
  registration_removed,
  registration_out_of_order,
  auth_failed,
  remote_not_allowed,
  phone_not_permitted,
  malformed_message,
  not_for_us,
  other_tenant,
  unknown_number,
  callee_not_registered,
  callee_busy,
  call_limit_reached,
  attempts_too_fast,
  requests_too_fast,
  system_limit_reached,
  call_started,
  call_forwarded,
  call_transferred,
  transfer_refused,
  pin_refused,
  call_answered,
  call_ended,
  call_left_behind,
  in_dialog_forged,
  in_dialog_unknown,
  redirect_refused,
  media_silent,
  session_expired,
  max_duration_reached,
  bleed_detected,
  store_failed,
  loop_detected,
  method_refused,
  offer_refused,
  media_refused,
  media_distrusted,
  media_server_missing,
  media_server_lost,
  probe_failed,
  stopping,
  trunk_failed,
  trunk_challenge_refused,
  trunk_registered,
  trunk_not_registered,
  trunk_up,
  trunk_down,
  trunk_impostor,
  toll_refused,
  toll_refused_often,
  toll_cut,
  toll_warning,
  pattern_alert,
  pattern_refused,
  emergency_called,
  guard_banned,
  guard_throttled,
  guard_port_blocked,
  guard_watched,
  guard_account_locked,
  guard_account_attacked,
  guard_released,
  guard_refused,
};
inline constexpr std::size_t reasons = static_cast<std::size_t>(Reason::guard_refused) + 1;
std::string_view name_of(Reason reason);  ///< "auth_failed"
std::string_view text_of(Reason reason);  ///< one sentence for the operator

/// A line for the structured log (and, later, the audit log and events). Views into nothing: it owns its texts.
struct Report {
  Level level = Level::info;
  Reason reason = Reason::registered;
  Flow flow;            ///< remote port 0: not about a packet
  std::string subject;  ///< extension number or claimed registration name
  std::string call;     ///< CDR id
  std::string detail;   ///< evidence in a few words, already redacted
  TenantId tenant = {};  ///< whose business it is; none: of whoever runs the system alone
};

/// The clean stop is complete.
struct Stopped {};

/// Append to the ledger's journal, all or nothing; answer with Stored. Entries that are there already count as written;
/// entries that do not follow the last one there are refused (`ok` false): the journal has no gap.
struct WriteLedger {
  std::uint64_t ticket = 0;
  std::vector<money::LedgerEntry> entries;
};

using Effect = std::variant<Send, CloseConnection, TrustConnection, DistrustConnection, DnsAsk, StoreBinding,
                            DropBinding, OpenCdr, CloseCdr, StoreBan, DropBan, Throttle, EndThrottle, StartRelay,
                            UpdateRelay, StopRelay, TakeRelay, CommandDone, Report, Stopped, WriteLedger, ForgetDialog,
                            StoreGateway, DropGateway>;

/// The effects of one or more inputs, in order, with the bytes of all messages in one piece. Reused between batches:
/// clear() keeps the memory.
class Effects final : public txn::Outbox {
 public:
  void send(const Flow& flow, std::string_view bytes) override {
    list_.emplace_back(Send{flow, static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(bytes.size())});
    bytes_.append(bytes);
    ++sent_;
  }
  template <class T>
  void add(T effect) {
    list_.emplace_back(std::move(effect));
  }
  const std::vector<Effect>& list() const { return list_; }
  std::vector<Effect>& list() { return list_; }
  std::string_view bytes_of(const Send& send) const { return std::string_view(bytes_).substr(send.offset, send.size); }
  /// Messages so far, over all batches.
  std::uint64_t sent() const { return sent_; }
  /// Leaves nothing of the messages in memory: descriptions in them carry keys.
  void clear() {
    list_.clear();
    std::fill(bytes_.begin(), bytes_.end(), '\0');
    bytes_.clear();
  }

 private:
  std::vector<Effect> list_;
  std::string bytes_;
  std::uint64_t sent_ = 0;
};

}  // namespace rf::effect
