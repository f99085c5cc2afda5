// Challenges of trunks to what we ask inside a call: providers may ask for the password again at any request.
#include <utility>

#include "core/call/calls.hpp"

namespace rf::call {

std::optional<std::string> Calls::credentials_for(Context& ctx, const Call& call, const Leg& leg, auth::Rounds& rounds,
                                                  std::string_view method, std::string_view body,
                                                  const sip::Message& response) {
  return trunks_.credentials_for(ctx, leg.trunk, rounds, {method, leg.dialog->remote_target(), body}, response,
                                 leg.dialog->flow(), call.cdr.id);
}

bool Calls::went_again(Context& ctx, Call& call, txn::ClientId client, const sip::Message& response) {
  if (response.status != 401 && response.status != 407) return false;
  for (const Side side : {Side::caller, Side::callee}) {
    Leg* leg = call.leg(side);
    if (!leg || !leg->trunk) continue;
    if (leg->ours.client == client) return modify_again(ctx, call, side, response);
    if (leg->farewell.client != client) continue;
    const auto credentials = credentials_for(ctx, call, *leg, leg->farewell.rounds, "BYE", {}, response);
    if (!credentials) return false;
    std::erase(call.byes, client);
    send_bye(ctx, call, *leg, *credentials);
    if (!leg->farewell.client) settle(ctx, call);
    return true;
  }
  for (Fork& fork : call.forks) {
    if (fork.prack.client != client || !fork.leg.trunk || fork.status != 0) continue;
    const auto credentials =
        credentials_for(ctx, call, fork.leg, fork.prack.rounds, "PRACK", fork.prack.answer.reveal(), response);
    if (!credentials) return false;
    const std::string answer = fork.prack.answer.reveal();
    send_prack(ctx, call, fork, fork.prack.rseq, answer, *credentials);
    return true;
  }
  return false;
}

bool Calls::modify_again(Context& ctx, Call& call, Side side, const sip::Message& response) {
  Leg& leg = *call.leg(side);
  if (call.state == CallState::ending) return false;
  const std::string_view method = sip::text_of(leg.ours.method);
  const auto credentials =
      credentials_for(ctx, call, leg, leg.ours.rounds, method, leg.ours.description.reveal(), response);
  if (!credentials) return false;
  const Leg::Ours ours = std::exchange(leg.ours, {});
  // What was offered is offered again, in a request of its own.
  leg.exchange.on_failed(ours.method == sip::Method::invite ? sdp::Carrier::invite : sdp::Carrier::update);
  if (!send_modify(ctx, call, side, ours.method, ours.description.reveal(), ours.for_peer, *credentials)) {
    leg.ours = ours;
    return false;
  }
  leg.ours.rounds = ours.rounds;
  leg.ours.joins = ours.joins;
  return true;
}

}  // namespace rf::call
