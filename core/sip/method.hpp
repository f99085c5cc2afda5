// Method and header names as small numbers; whatever is not known is kept as text.
#pragma once

#include <cstdint>
#include <string_view>

namespace rf::sip {

enum class Method : std::uint8_t {
  ack, bye, cancel, info, invite, message, notify, options, prack, publish, refer, register_, subscribe, update, other
};

/// "INVITE" …; empty for `other` (its text is in the message).
std::string_view text_of(Method method);
/// Methods are case-sensitive (RFC 3261 §7.1).
Method parse_method(std::string_view text);

enum class HeaderName : std::uint8_t {
  accept, accept_encoding, accept_language, alert_info, allow, allow_events, authentication_info, authorization,
  call_id, call_info, contact, content_disposition, content_encoding, content_language, content_length, content_type,
  cseq, date, diversion, error_info, event, expires, from, history_info, identity, in_reply_to, max_forwards,
  min_expires, min_se, mime_version, p_asserted_identity, p_preferred_identity, path, priority, privacy,
  proxy_authenticate, proxy_authorization, proxy_require, rack, reason, record_route, refer_to, referred_by, replaces,
  reply_to, require, retry_after, route, rseq, server, service_route, session_expires, sip_etag, sip_if_match, subject,
  subscription_state, supported, timestamp, to, unsupported, user_agent, via, warning, www_authenticate, other
};

/// The canonical long form, "Call-ID"; empty for `other`.
std::string_view text_of(HeaderName name);
/// Any letter case, long or compact form (RFC 3261 §7.3.3, RFC 6665 "o" and "u", RFC 4028 "x", RFC 3515 "r", RFC 3892
/// "b").
HeaderName parse_header_name(std::string_view text);

}  // namespace rf::sip
