// Pieces of messages that set-up, modification and registration write alike.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/call/context.hpp"
#include "core/dialog/dialog.hpp"
#include "core/policy/trunk.hpp"
#include "core/sdp/offer_answer.hpp"
#include "core/sip/message.hpp"
#include "core/sip/writer.hpp"

namespace rf::call {

/// What every response to a request begins with, behind its status line: kept when the answer comes later.
std::string response_head(const sip::Message& request, const Flow& flow, std::string_view to_tag);

/// The Record-Route header fields of a request, as they came: a response that makes a dialog gives them back, or the
/// proxies that wrote them would be left out of the call (RFC 3261 §12.1.1).
std::string recorded_routes(const sip::Message& request);

/// Starts a response from such a head; the caller adds headers and finishes it.
sip::Writer begin_response(std::string& out, int status, std::string_view head);

/// The description in a message's body. None without a body. Errors: the status to refuse a request with (415, 488).
std::expected<std::optional<sdp::Session>, int> description_of(const sip::Message& message);

/// `<sip:user@host:port;transport=tls>` as our Contact towards the peer on `flow`.
std::string contact_value(const policy::Policy& policy, const Flow& flow, std::string_view user);

/// The host of the URIs that phones see us under: our first domain, else the address they reach.
std::string own_host(const policy::Policy& policy, const Flow& flow);

/// The host of the URIs that a trunk sees us and others under: its domain, else that of its URI.
std::string host_of(const policy::Trunk& trunk);

/// `"Display" <sip:user@host>`.
std::string party(std::string_view display_name, std::string_view user, std::string_view host);

/// Appends a request inside a dialog, ready for more headers; gives its branch and CSeq.
struct InDialog {
  std::string bytes;
  std::string branch;
  std::uint32_t cseq = 0;
};
InDialog begin_in_dialog(Context& ctx, dialog::Dialog& dialog, std::string_view method, std::string_view contact_user);

/// Shows a description that we wrote to the exchange. Ours are right by construction, so a fault gives false.
bool tell(sdp::OfferAnswer& exchange, sdp::Carrier carrier, std::string_view description);

}  // namespace rf::call
