#include "core/effect/effect.hpp"

namespace rf::effect {

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::registered:
      return "registered";
    case Reason::unregistered:
      return "unregistered";
    case Reason::registration_expired:
      return "registration_expired";
    case Reason::registration_refused_limit:
      return "registration_refused_limit";
    case Reason::registration_replaced:
      return "registration_replaced";
    case Reason::registration_removed:
      return "registration_removed";
    case Reason::registration_out_of_order:
      return "registration_out_of_order";
    case Reason::auth_failed:
      return "auth_failed";
    case Reason::remote_not_allowed:
      return "remote_not_allowed";
    case Reason::phone_not_permitted:
      return "phone_not_permitted";
    case Reason::malformed_message:
      return "malformed_message";
    case Reason::not_for_us:
      return "not_for_us";
    case Reason::other_tenant:
      return "other_tenant";
    case Reason::unknown_number:
      return "unknown_number";
    case Reason::callee_not_registered:
      return "callee_not_registered";
    case Reason::callee_busy:
      return "callee_busy";
    case Reason::call_limit_reached:
      return "call_limit_reached";
    case Reason::attempts_too_fast:
      return "attempts_too_fast";
    case Reason::requests_too_fast:
      return "requests_too_fast";
    case Reason::system_limit_reached:
      return "system_limit_reached";
    case Reason::call_started:
      return "call_started";
    case Reason::call_forwarded:
      return "call_forwarded";
    case Reason::call_transferred:
      return "call_transferred";
    case Reason::transfer_refused:
      return "transfer_refused";
    case Reason::pin_refused:
      return "pin_refused";
    case Reason::call_answered:
      return "call_answered";
    case Reason::call_ended:
      return "call_ended";
    case Reason::call_left_behind:
      return "call_left_behind";
    case Reason::in_dialog_forged:
      return "in_dialog_forged";
    case Reason::in_dialog_unknown:
      return "in_dialog_unknown";
    case Reason::redirect_refused:
      return "redirect_refused";
    case Reason::media_silent:
      return "media_silent";
    case Reason::session_expired:
      return "session_expired";
    case Reason::max_duration_reached:
      return "max_duration_reached";
    case Reason::bleed_detected:
      return "bleed_detected";
    case Reason::store_failed:
      return "store_failed";
    case Reason::loop_detected:
      return "loop_detected";
    case Reason::method_refused:
      return "method_refused";
    case Reason::offer_refused:
      return "offer_refused";
    case Reason::media_refused:
      return "media_refused";
    case Reason::media_distrusted:
      return "media_distrusted";
    case Reason::media_server_missing:
      return "media_server_missing";
    case Reason::media_server_lost:
      return "media_server_lost";
    case Reason::probe_failed:
      return "probe_failed";
    case Reason::stopping:
      return "stopping";
    case Reason::trunk_failed:
      return "trunk_failed";
    case Reason::trunk_challenge_refused:
      return "trunk_challenge_refused";
    case Reason::trunk_registered:
      return "trunk_registered";
    case Reason::trunk_not_registered:
      return "trunk_not_registered";
    case Reason::trunk_up:
      return "trunk_up";
    case Reason::trunk_down:
      return "trunk_down";
    case Reason::trunk_impostor:
      return "trunk_impostor";
    case Reason::toll_refused:
      return "toll_refused";
    case Reason::toll_refused_often:
      return "toll_refused_often";
    case Reason::toll_cut:
      return "toll_cut";
    case Reason::toll_warning:
      return "toll_warning";
    case Reason::pattern_alert:
      return "pattern_alert";
    case Reason::pattern_refused:
      return "pattern_refused";
    case Reason::emergency_called:
      return "emergency_called";
    case Reason::guard_banned:
      return "guard_banned";
    case Reason::guard_throttled:
      return "guard_throttled";
    case Reason::guard_port_blocked:
      return "guard_port_blocked";
    case Reason::guard_watched:
      return "guard_watched";
    case Reason::guard_account_locked:
      return "guard_account_locked";
    case Reason::guard_account_attacked:
      return "guard_account_attacked";
    case Reason::guard_released:
      return "guard_released";
    case Reason::guard_refused:
      return "guard_refused";
  }
  return "unknown";
}

std::string_view text_of(Reason reason) {
  switch (reason) {
    case Reason::registered:
      return "A phone registered";
    case Reason::unregistered:
      return "A phone unregistered";
    case Reason::registration_expired:
      return "A registration expired without a refresh";
    case Reason::registration_refused_limit:
      return "The extension already has all the registrations it may have";
    case Reason::registration_replaced:
      return "A newer registration took the place of this one";
    case Reason::registration_removed:
      return "An operator removed the registration";
    case Reason::registration_out_of_order:
      return "A REGISTER came out of order";
    case Reason::auth_failed:
      return "Wrong credentials";
    case Reason::remote_not_allowed:
      return "Right credentials, but this extension may not register from outside";
    case Reason::phone_not_permitted:
      return "Right credentials, but not from a phone that this extension permits";
    case Reason::malformed_message:
      return "The message breaks the grammar of SIP";
    case Reason::not_for_us:
      return "The request names a domain that is not ours";
    case Reason::other_tenant:
      return "The request names a domain of another tenant";
    case Reason::unknown_number:
      return "No such number";
    case Reason::callee_not_registered:
      return "No phone of the called extension can be reached";
    case Reason::callee_busy:
      return "The called extension is busy";
    case Reason::call_limit_reached:
      return "The caller has as many calls as it may have";
    case Reason::attempts_too_fast:
      return "The caller tries to call more often than it may";
    case Reason::requests_too_fast:
      return "The extension sends requests faster than it may";
    case Reason::system_limit_reached:
      return "A system limit is reached";
    case Reason::call_forwarded:
      return "The call goes on to where the called extension forwards it";
    case Reason::call_transferred:
      return "An extension connected the two it was talking to";
    case Reason::transfer_refused:
      return "A transfer was asked for that may not be or cannot be";
    case Reason::pin_refused:
      return "The PIN that the call's route asks for was not entered";
    case Reason::call_started:
      return "A call was placed";
    case Reason::call_answered:
      return "The call was answered";
    case Reason::call_ended:
      return "The call ended";
    case Reason::call_left_behind:
      return "A call that ran when the system died was ended at the other side";
    case Reason::in_dialog_forged:
      return "A request for a running call came from somewhere else than the phone in it";
    case Reason::in_dialog_unknown:
      return "A request named a call that does not exist";
    case Reason::redirect_refused:
      return "The phone wanted to redirect the call, which is not allowed";
    case Reason::media_silent:
      return "No media from either side";
    case Reason::session_expired:
      return "The session timer ran out";
    case Reason::max_duration_reached:
      return "The longest allowed duration is reached";
    case Reason::bleed_detected:
      return "Media from strangers was refused on the ports of a call";
    case Reason::store_failed:
      return "The record could not be written to disk";
    case Reason::loop_detected:
      return "The request came back to us";
    case Reason::method_refused:
      return "This method is not served here";
    case Reason::offer_refused:
      return "The session description cannot be served";
    case Reason::media_refused:
      return "The media would not be encrypted as the rule asks for";
    case Reason::media_distrusted:
      return "The media's other end could not prove to be whom signalling named";
    case Reason::media_server_missing:
      return "No media server could take the call";
    case Reason::media_server_lost:
      return "The media server of the call no longer relays it";
    case Reason::probe_failed:
      return "The phone no longer answers";
    case Reason::stopping:
      return "The system is stopping";
    case Reason::trunk_failed:
      return "A trunk did not take the call";
    case Reason::trunk_challenge_refused:
      return "A trunk asks for a password in a way that is not answered";
    case Reason::trunk_registered:
      return "Registered with a provider";
    case Reason::trunk_not_registered:
      return "Not registered with a provider";
    case Reason::trunk_up:
      return "A trunk answers";
    case Reason::trunk_down:
      return "A trunk does not answer";
    case Reason::trunk_impostor:
      return "Something claims to be a trunk, and is not";
    case Reason::toll_refused:
      return "A call may not leave";
    case Reason::toll_refused_often:
      return "Many calls of one extension or trunk were refused";
    case Reason::toll_cut:
      return "A call was cut";
    case Reason::toll_warning:
      return "A limit is nearly used up";
    case Reason::pattern_alert:
      return "A call does not fit the habits of who calls";
    case Reason::pattern_refused:
      return "A call that fits no habit may not leave";
    case Reason::emergency_called:
      return "Somebody calls for help";
    case Reason::guard_banned:
      return "A source is banned";
    case Reason::guard_throttled:
      return "A source that has not proved itself, or sends too much, gets a trickle";
    case Reason::guard_port_blocked:
      return "A port is blocked; phones with working credentials share its address";
    case Reason::guard_watched:
      return "A detection rule fired; nothing was done";
    case Reason::guard_account_locked:
      return "An account is locked for a source that guesses its password";
    case Reason::guard_account_attacked:
      return "An account is being guessed from many sources";
    case Reason::guard_released:
      return "Right credentials came from a throttled source";
    case Reason::guard_refused:
      return "The guard's configuration refused a message";
  }
  return "Unknown";
}

}  // namespace rf::effect
