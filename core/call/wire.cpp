#include "core/call/wire.hpp"

namespace rf::call {

std::string response_head(const sip::Message& request, const Flow& flow, std::string_view to_tag) {
  std::string bytes;
  sip::write_response_head(bytes, request, flow.remote, 200, to_tag);
  return bytes.substr(bytes.find("\r\n") + 2);
}

std::string recorded_routes(const sip::Message& request) {
  std::string lines;
  sip::Writer writer(lines);
  for (const sip::Header& header : request.headers())
    if (header.id == sip::HeaderName::record_route) writer.header(sip::HeaderName::record_route, header.value);
  return lines;
}

sip::Writer begin_response(std::string& out, int status, std::string_view head) {
  sip::Writer writer(out);
  writer.status_line(status);
  out.append(head);
  return writer;
}

std::expected<std::optional<sdp::Session>, int> description_of(const sip::Message& message) {
  if (message.body.empty()) return std::nullopt;
  const std::string_view type = message.content_type.substr(0, message.content_type.find_first_of("; \t"));
  if (!sip::equal_nocase(type, "application/sdp")) return std::unexpected(415);
  const std::string_view encoding = message.value(sip::HeaderName::content_encoding);
  if (!encoding.empty() && !sip::equal_nocase(encoding, "identity")) return std::unexpected(415);
  const auto session = sdp::parse(message.body);
  if (!session) return std::unexpected(488);
  return *session;
}

std::string contact_value(const policy::Policy& policy, const Flow& flow, std::string_view user) {
  std::string value = "<";
  append_contact_uri(value, policy, flow, user);
  value += '>';
  return value;
}

std::string own_host(const policy::Policy& policy, const Flow& flow) {
  if (!policy.domains.empty()) return policy.domains.front();
  const Address address = public_endpoint(policy, flow).address;
  return address.is_v4() ? address.text() : "[" + address.text() + "]";
}

std::string host_of(const policy::Trunk& trunk) {
  if (!trunk.domain.empty()) return trunk.domain;
  const auto uri = sip::parse_uri(trunk.uri);
  return uri ? std::string(uri->host) : std::string();
}

std::string party(std::string_view display_name, std::string_view user, std::string_view host) {
  std::string out;
  if (!display_name.empty()) {
    out += '"';
    for (const char c : display_name) {
      if (c == '"' || c == '\\') out += '\\';
      out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
    out += "\" ";
  }
  out += "<sip:";
  sip::append_escaped_user(out, user);
  out += '@';
  out += host;
  out += '>';
  return out;
}

InDialog begin_in_dialog(Context& ctx, dialog::Dialog& dialog, std::string_view method, std::string_view contact_user) {
  InDialog request;
  request.branch = new_branch(ctx.random);
  request.cseq = dialog.next_cseq();
  const std::string sent_by = public_endpoint(ctx.policy, dialog.flow()).text();
  const std::string contact =
      contact_user.empty() ? std::string() : contact_value(ctx.policy, dialog.flow(), contact_user);
  request.bytes.reserve(1'024);
  dialog.write_request(request.bytes, {method, request.branch, sent_by, contact, request.cseq});
  return request;
}

bool tell(sdp::OfferAnswer& exchange, sdp::Carrier carrier, std::string_view description) {
  if (description.empty()) return exchange.sent(carrier, nullptr).has_value();
  return exchange.sent(carrier, description).has_value();
}

}  // namespace rf::call
