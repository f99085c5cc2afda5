// Calls by trunks that ran when the former process died: the other end still counts them, so they are ended.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/auth/client.hpp"
#include "core/base/slots.hpp"
#include "core/call/call.hpp"
#include "core/call/context.hpp"
#include "core/call/locator.hpp"
#include "core/call/registrar.hpp"
#include "core/call/trunks.hpp"

namespace rf::call {

/// What the record of `call` keeps of this leg, so that it can be ended when we have died.
record::OpenDialog dialog_of(const Call& call, Side side, const Leg& leg);

/// Sends each such dialog a BYE, one after the other, with digest where it is asked for, and forgets it on disk when it
/// was answered or nobody answers. Trunks are sent to only as they are configured now: where their URI leads, or where
/// the dialog was if that is still an address of theirs; phones only where they are registered, by UDP.
/// A carrier that makes a new call of those tags has been told of its end once; nothing else is ever sent there.
class Partings {
 public:
  Partings(Trunks& trunks, const Registrar& registrar) : trunks_(trunks), registrar_(registrar) {}

  /// What was on disk at start. Over PartingLimits: the oldest are forgotten without a word to anybody.
  void restore(Context& ctx, std::vector<record::OpenDialog> dialogs);
  void on_timer(Context& ctx);
  /// Whether the answer was for one of our lookups.
  bool on_dns(Context& ctx, QueryId query, const txn::DnsResult& result);
  void handle_response(Context& ctx, std::uint64_t handle, txn::ClientId client, const sip::Message& response);
  /// Nobody answered, or it could not be sent.
  void on_failed(Context& ctx, std::uint64_t handle, txn::ClientId client);
  /// Dialogs that are not ended yet.
  std::size_t size() const { return waiting_.size() + leaving_.size(); }

 private:
  struct Leaving {
    record::OpenDialog row;
    std::optional<dialog::Dialog> dialog;
    std::vector<Flow> ways;  ///< the next one last
    auth::Rounds rounds;
    txn::ClientId client;
  };
  using Handle = Id<struct PartingTag>;

  void arm(Context& ctx, std::int64_t after_ms);
  void begin(Context& ctx, record::OpenDialog row);
  void end_at_phone(Context& ctx, Handle handle, Leaving& leaving);
  void located(Context& ctx, Handle handle, const std::vector<txn::Target>& targets);
  /// Sends it along the next way, or gives up.
  void go(Context& ctx, Handle handle, Leaving& leaving);
  void send(Context& ctx, Handle handle, Leaving& leaving, std::string_view credentials);
  void done(Context& ctx, Handle handle, Leaving& leaving, effect::Level level, std::string_view what);

  Trunks& trunks_;
  const Registrar& registrar_;
  std::deque<record::OpenDialog> waiting_;
  Slots<Leaving, Handle> leaving_{PartingLimits::dialogs};
  Locator locator_{2, 3};
};

}  // namespace rf::call
