#include "core/dialog/dialog.hpp"

#include <algorithm>
#include <vector>

#include "core/base/limits/wire.hpp"

namespace rf::dialog {
namespace {

constexpr std::uint32_t cseq_max = 0x7fffffff;

bool is_sip(const sip::Uri& uri) {
  return uri.scheme == sip::Uri::Scheme::sip || uri.scheme == sip::Uri::Scheme::sips;
}

/// A party of From or To: the display name as it came, the URI in brackets, no tag.
std::string party(const sip::NameAddr& address) {
  std::string out(address.display);
  if (!out.empty()) out += ' ';
  out += '<';
  out += address.uri.raw;
  out += '>';
  return out;
}

std::string in_brackets(std::string_view address) {
  if (address.find('>') != std::string_view::npos) return std::string(address);
  return "<" + std::string(address) + ">";
}

/// What may stand in a Request-URI: neither headers nor a method parameter (RFC 3261 §19.1.1, table 1).
std::string as_request_uri(const sip::Uri& uri) {
  std::string_view text = uri.raw;
  if (!uri.headers.empty()) text = text.substr(0, static_cast<std::size_t>(uri.headers.data() - text.data()) - 1);
  std::string out(text);
  if (const auto method = uri.params.find("method")) {
    const std::size_t name = static_cast<std::size_t>(method->name.data() - text.data());
    out.erase(name - 1, 1 + std::min(out.find(';', name), out.size()) - name);
  }
  return out;
}

/// The one Contact of a message as a target; empty without a Contact.
std::expected<std::string, Fault> read_target(const sip::Message& message, bool secure) {
  sip::Elements contacts(message, sip::HeaderName::contact);
  const auto element = contacts.next();
  if (!element) return std::string();
  const auto contact = sip::parse_name_addr(*element);
  if (!contact || !is_sip(contact->uri) || contacts.next()) return std::unexpected(Fault::bad_contact);
  if (secure && contact->uri.scheme != sip::Uri::Scheme::sips) return std::unexpected(Fault::bad_contact);
  std::string target = as_request_uri(contact->uri);
  if (target.size() > WireLimits::target_bytes) return std::unexpected(Fault::bad_contact);
  return target;
}

/// Collects routes and joins them to one header value.
class RouteList {
 public:
  std::expected<void, Fault> add(std::string_view element) {
    if (routes_.size() == WireLimits::routes) return std::unexpected(Fault::too_many_routes);
    const auto route = sip::parse_name_addr(element);
    if (!route || !is_sip(route->uri)) return std::unexpected(Fault::bad_route);
    bytes_ += route->uri.raw.size() + 4;
    if (bytes_ > WireLimits::routes_bytes) return std::unexpected(Fault::too_many_routes);
    routes_.push_back(route->uri.raw);
    return {};
  }
  std::string join() const {
    std::string out;
    for (const std::string_view uri : routes_) {
      if (!out.empty()) out += ", ";
      out += '<';
      out += uri;
      out += '>';
    }
    return out;
  }
  void reverse() { std::reverse(routes_.begin(), routes_.end()); }

 private:
  std::vector<std::string_view> routes_;
  std::size_t bytes_ = 0;
};

/// The route set out of Record-Route: as it came for the callee, the other way round for the caller (RFC 3261 §12.1).
std::expected<std::string, Fault> read_routes(const sip::Message& message, bool reversed) {
  if (message.find(sip::HeaderName::record_route) == nullptr) return std::string();
  RouteList list;
  sip::Elements elements(message, sip::HeaderName::record_route);
  while (const auto element = elements.next())
    if (const auto added = list.add(*element); !added) return std::unexpected(added.error());
  if (reversed) list.reverse();
  return list.join();
}

/// The URI of a route that we stored: between its brackets.
std::string_view uri_of(std::string_view route) {
  const std::size_t begin = route.find('<') + 1;
  return route.substr(begin, route.find('>', begin) - begin);
}

}  // namespace

Dialog::Texts Dialog::all_texts() const {
  Texts texts;
  for (std::size_t i = 0; i < parts; ++i) texts[i] = text(static_cast<Part>(i));
  return texts;
}

void Dialog::set_texts(const Texts& texts) {
  std::size_t size = 0;
  for (const std::string_view piece : texts) size += piece.size();
  std::string joined;
  joined.reserve(size);
  for (std::size_t i = 0; i < parts; ++i) {
    joined += texts[i];
    ends_[i] = static_cast<std::uint32_t>(joined.size());
  }
  texts_ = std::move(joined);
}

void Dialog::set_text(Part part, std::string_view value) {
  Texts texts = all_texts();
  texts[static_cast<std::size_t>(part)] = value;
  set_texts(texts);
}

std::expected<Dialog, Fault> Dialog::calling(const Outgoing& call) {
  const auto target = sip::parse_uri(call.target);
  if (!target) return std::unexpected(Fault::bad_contact);
  RouteList routes;
  std::vector<std::string> bracketed;
  bracketed.reserve(call.routes.size());
  for (const std::string& route : call.routes) {
    bracketed.push_back(in_brackets(route));
    if (const auto added = routes.add(bracketed.back()); !added) return std::unexpected(added.error());
  }
  Dialog dialog;
  const std::string local = in_brackets(call.from), remote = in_brackets(call.to), joined = routes.join();
  const std::string request_uri = as_request_uri(*target);
  dialog.set_texts({call.call_id, call.local_tag, {}, local, remote, request_uri, joined});
  dialog.flow_ = call.flow;
  dialog.local_cseq_ = call.cseq;
  dialog.secure_ = is_encrypted(call.flow.transport) && target->scheme == sip::Uri::Scheme::sips;
  dialog.caller_ = true;
  dialog.state_ = State::calling;
  return dialog;
}

std::expected<Dialog, Fault> Dialog::fork(const sip::Message& response, const Flow& flow) const {
  const std::string_view tag = response.to.tag();
  if (response.status < 200 && tag.empty()) return std::unexpected(Fault::no_tag);
  const auto target = read_target(response, secure_);
  if (!target) return std::unexpected(target.error());
  const auto routes = read_routes(response, true);
  if (!routes) return std::unexpected(routes.error());
  Dialog dialog;
  dialog.set_texts({call_id(), local_tag(), tag, local_party(), remote_party(),
                    target->empty() ? remote_target() : std::string_view(*target), *routes});
  dialog.flow_ = flow;
  dialog.local_cseq_ = local_cseq_;
  dialog.secure_ = secure_;
  dialog.caller_ = true;
  dialog.state_ = response.status < 200 ? State::early : State::confirmed;
  return dialog;
}

std::expected<Dialog, Fault> Dialog::incoming(const sip::Message& request, const Flow& flow,
                                              std::string_view local_tag) {
  Dialog dialog;
  dialog.secure_ = is_encrypted(flow.transport) && request.request_uri.scheme == sip::Uri::Scheme::sips;
  const auto target = read_target(request, dialog.secure_);
  if (!target) return std::unexpected(target.error());
  if (target->empty()) return std::unexpected(Fault::no_contact);
  const auto routes = read_routes(request, false);
  if (!routes) return std::unexpected(routes.error());
  const std::string local = party(request.to), remote = party(request.from);
  dialog.set_texts({request.call_id, local_tag, request.from.tag(), local, remote, *target, *routes});
  dialog.flow_ = flow;
  dialog.take_cseq(request);
  return dialog;
}

std::expected<Dialog, Fault> Dialog::kept(const Kept& kept) {
  const auto target = sip::parse_uri(kept.remote_target);
  if (!target || !is_sip(*target)) return std::unexpected(Fault::bad_contact);
  RouteList routes;
  std::string_view rest = kept.routes;
  while (!rest.empty()) {
    const auto element = sip::next_element(rest);
    if (!element) return std::unexpected(Fault::bad_route);
    if (const auto added = routes.add(*element); !added) return std::unexpected(added.error());
  }
  Dialog dialog;
  dialog.set_texts({kept.call_id, kept.local_tag, kept.remote_tag, kept.local_party, kept.remote_party,
                    kept.remote_target, kept.routes});
  dialog.flow_ = kept.flow;
  dialog.local_cseq_ = std::min(kept.local_cseq, cseq_max);
  dialog.secure_ = is_encrypted(kept.flow.transport) && target->scheme == sip::Uri::Scheme::sips;
  dialog.state_ = State::confirmed;
  return dialog;
}

bool Dialog::has_tags_of(const sip::Message& message) const {
  const std::string_view ours = message.is_request ? message.to.tag() : message.from.tag();
  const std::string_view theirs = message.is_request ? message.from.tag() : message.to.tag();
  return ours == local_tag() && theirs == remote_tag() && message.call_id == call_id();
}

Fit Dialog::fits(const sip::Message& request, const Flow& flow) const {
  if (!request.is_request || !has_tags_of(request)) return Fit::wrong_tags;
  if (!same_path(flow_, flow)) return Fit::wrong_path;
  if (request.method == sip::Method::ack || request.method == sip::Method::cancel)
    return remote_invite_known_ && request.cseq.number <= remote_invite_cseq_ ? Fit::ok : Fit::old_cseq;
  return remote_cseq_known_ && request.cseq.number <= remote_cseq_ ? Fit::old_cseq : Fit::ok;
}

void Dialog::take_cseq(const sip::Message& request) {
  if (request.method == sip::Method::ack || request.method == sip::Method::cancel) return;
  remote_cseq_ = request.cseq.number;
  remote_cseq_known_ = true;
  if (request.method != sip::Method::invite) return;
  remote_invite_cseq_ = request.cseq.number;
  remote_invite_known_ = true;
}

std::expected<void, Fault> Dialog::confirm(const sip::Message& response) {
  state_ = State::confirmed;
  const auto target = read_target(response, secure_);
  if (!target) return std::unexpected(target.error());
  const auto routes = read_routes(response, true);
  if (!routes) return std::unexpected(routes.error());
  Texts texts = all_texts();
  if (!target->empty()) texts[static_cast<std::size_t>(Part::remote_target)] = *target;
  texts[static_cast<std::size_t>(Part::routes)] = *routes;
  set_texts(texts);
  return {};
}

std::expected<void, Fault> Dialog::refresh_target(const sip::Message& message) {
  const auto target = read_target(message, secure_);
  if (!target) return std::unexpected(target.error());
  if (!target->empty() && *target != remote_target()) set_text(Part::remote_target, *target);
  return {};
}

std::uint32_t Dialog::next_cseq() {
  if (local_cseq_ < cseq_max) ++local_cseq_;
  return local_cseq_;
}

sip::Writer Dialog::write_request(std::string& out, const RequestHead& head) const {
  std::string_view request_uri = remote_target();
  std::string_view route = routes();
  std::string strict_route, strict_uri;
  if (!route.empty()) {
    std::string_view rest = route;
    const auto first = sip::parse_uri(uri_of(sip::next_element(rest).value_or(std::string_view{})));
    if (first && !first->params.has("lr")) {
      // A strict router: it becomes the Request-URI, and the target goes to the end of the list.
      strict_uri = as_request_uri(*first);
      strict_route = rest;
      if (!strict_route.empty()) strict_route += ", ";
      strict_route += "<";
      strict_route += remote_target();
      strict_route += ">";
      request_uri = strict_uri;
      route = strict_route;
    }
  }
  sip::Writer writer(out);
  writer.request_line(head.method, request_uri);
  writer.begin(sip::HeaderName::via)
      .text("SIP/2.0/")
      .text(via_name(flow_.transport))
      .text(" ")
      .text(head.sent_by)
      .text(";branch=")
      .text(head.branch);
  if (!is_stream(flow_.transport)) writer.text(";rport");
  writer.end();
  writer.header(sip::HeaderName::max_forwards, std::uint64_t{head.max_forwards});
  if (!route.empty()) writer.header(sip::HeaderName::route, route);
  writer.begin(sip::HeaderName::from).text(local_party()).text(";tag=").text(local_tag()).end();
  writer.begin(sip::HeaderName::to).text(remote_party());
  if (!remote_tag().empty()) writer.text(";tag=").text(remote_tag());
  writer.end();
  writer.header(sip::HeaderName::call_id, call_id());
  writer.begin(sip::HeaderName::cseq).number(head.cseq).text(" ").text(head.method).end();
  if (!head.contact.empty()) writer.header(sip::HeaderName::contact, head.contact);
  return writer;
}

std::string Dialog::request(const RequestHead& head) const {
  std::string out;
  write_request(out, head).no_body();
  return out;
}

std::string Dialog::ack(std::string_view branch, std::string_view sent_by, std::uint32_t invite_cseq,
                        std::string_view content_type, std::string_view body) const {
  std::string out;
  sip::Writer writer = write_request(out, {"ACK", branch, sent_by, {}, invite_cseq});
  if (body.empty())
    writer.no_body();
  else
    writer.body(content_type, body);
  return out;
}

std::string Dialog::prack(RequestHead head, std::uint32_t rseq, std::uint32_t invite_cseq,
                          std::string_view content_type, std::string_view body) const {
  std::string out;
  head.method = "PRACK";
  sip::Writer writer = write_request(out, head);
  writer.begin(sip::HeaderName::rack).number(rseq).text(" ").number(invite_cseq).text(" INVITE").end();
  if (body.empty())
    writer.no_body();
  else
    writer.body(content_type, body);
  return out;
}

}  // namespace rf::dialog
