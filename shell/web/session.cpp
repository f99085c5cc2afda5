#include "shell/web/session.hpp"

#include <fmt/format.h>

#include <chrono>

namespace rf::web {
namespace {

constexpr std::uint32_t farewell_ms = 2'000;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

/// What was wrong with bytes that are no request; 0: nothing to answer, the connection is over.
unsigned status_of(const boost::system::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
  return error.category() == http::make_error_code(http::error::bad_method).category() ? 400 : 0;
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, Server::State& server, const Endpoint& remote, const Address& source,
                 std::uint16_t local_port)
    : server_(server),
      remote_(remote),
      source_(source),
      local_port_(local_port),
      stream_(std::move(socket), *server.tls) {
  ++server_.counts.clients;
  ++server_.sources[source_];
}

Session::~Session() {
  leave_line();
  --server_.counts.clients;
  const auto at = server_.sources.find(source_);
  if (--at->second == 0) server_.sources.erase(at);
}

void Session::expect_within(std::uint32_t ms) {
  beast::get_lowest_layer(stream_).expires_after(std::chrono::milliseconds(ms));
}

void Session::wait_in_line() {
  if (!in_line_) in_line_ = server_.waiting.insert(server_.waiting.end(), this);
}

void Session::leave_line() {
  if (in_line_) server_.waiting.erase(*in_line_);
  in_line_.reset();
}

void Session::give_way() {
  leave_line();
  beast::get_lowest_layer(stream_).close();
}

void Session::notice(Deed deed) {
  if (server_.options.noticed) server_.options.noticed(remote_, local_port_, deed);
}

void Session::start() {
  wait_in_line();
  expect_within(server_.options.handshake_ms);
  stream_.async_handshake(asio::ssl::stream_base::server,
                          [self = shared_from_this()](const boost::system::error_code& error) {
                            self->leave_line();
                            if (!error) return self->read();
                            ++self->server_.counts.handshake_failed;
                          });
}

void Session::read() {
  wait_in_line();
  parser_.emplace();
  parser_->header_limit(WebLimits::header_bytes);
  parser_->body_limit(WebLimits::body_bytes);
  // One deadline for the whole of it: a byte now and then does not move it.
  expect_within(server_.options.request_ms);
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t) { self->on_read(error); });
}

void Session::on_read(const boost::system::error_code& error) {
  leave_line();
  head_ = false;
  host_ = "invalid";
  if (!error) {
    ++server_.counts.requests;
    last_ = ++requests_ >= WebLimits::requests || !parser_->get().keep_alive();
    return serve(parser_->get());
  }
  last_ = true;
  const unsigned status = status_of(error);
  if (status == 0) return end();
  ++server_.counts.malformed;
  notice(Deed::malformed);
  refuse(status);
}

std::optional<unsigned> Session::fault_of(const Fields& request, std::string& detail) const {
  const auto count = [&](http::field field) { return request.count(field); };
  if (request.version() != 11) return 505;
  if (request.count(http::field::transfer_encoding) > 0) return 411;
  if (count(http::field::expect) > 0) return 417;
  for (const http::field once : {http::field::host, http::field::content_length, http::field::content_type,
                                 http::field::origin, http::field::upgrade})
    if (count(once) > 1) return 400;
  if (!parse_method(view(request.method_string()))) return 501;
  const std::string_view target = view(request.target());
  if (!target.starts_with('/')) return 400;
  if (request.method() != http::verb::post && !request.body().empty()) return 400;
  if (request.method() == http::verb::post && count(http::field::content_length) == 0) return 411;
  // Who may ask is decided by what he knows, never by which page he looks at.
  const std::string_view origin = view(request[http::field::origin]);
  const std::string_view site = view(request["Sec-Fetch-Site"]);
  const bool foreign = (!origin.empty() && origin != "https://" + std::string(view(request[http::field::host]))) ||
                       (request.method() == http::verb::post && !site.empty() && site != "same-origin");
  if (foreign) {
    detail = "ask from our own pages";
    return 403;
  }
  return std::nullopt;
}

void Session::serve(const Fields& request) {
  // Who was banned since he connected is not heard any longer.
  if (server_.options.welcome && !server_.options.welcome(remote_, local_port_)) return end();
  head_ = request.method() == http::verb::head;
  const auto host = host_of(view(request[http::field::host]));
  if (!host) {
    last_ = true;
    notice(Deed::malformed);
    return refuse(400, "Host is missing or no host");
  }
  host_ = *host;
  std::string detail;
  if (const auto status = fault_of(request, detail)) {
    last_ = true;
    notice(Deed::malformed);
    return refuse(*status, detail);
  }
  const std::string_view target = view(request.target());
  const Found found =
      server_.directory.find(*parse_method(view(request.method_string())), target.substr(0, target.find('?')));
  if (found.asset != nullptr) return serve_asset(request, *found.asset);
  notice(Deed::request);
  if (found.route != nullptr) return serve_route(request, *found.route);
  found.known ? refuse(405, {}, found.allow) : refuse(404);
}

void Session::serve_asset(const Fields& request, const Asset& asset) {
  const bool small = !asset.gzip.empty() && takes_gzip(view(request[http::field::accept_encoding]));
  const std::string tag = fmt::format("\"{}{}\"", asset.etag, small ? "-gz" : "");
  const bool known = names_tag(view(request[http::field::if_none_match]), tag);
  begin_answer(known ? 304 : 200, asset.type, asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response_.set(http::field::etag, tag);
  response_.set(http::field::vary, "Accept-Encoding");
  if (small) response_.set(http::field::content_encoding, "gzip");
  send(known ? std::string_view() : small ? asset.gzip : asset.bytes);
}

void Session::serve_route(const Fields& request, const Route& route) {
  Request typed{remote_, host_, Json::object()};
  if (const auto refusal = admit(request, route, typed)) return refuse(refusal->status, refusal->detail);
  if (route.method == Method::post) {
    const std::string_view type = view(request[http::field::content_type]);
    if (type.substr(0, type.find(';')) != "application/json") return refuse(415, "send application/json");
    typed.body = Json::parse(request.body(), nullptr, false);
    if (!typed.body.is_object()) return refuse(400, "the body is no JSON object");
  }
  // What is handed over goes back whole: a session ends on its own thread alone.
  const bool taken = server_.jobs.add([self = shared_from_this(), typed = std::move(typed), &route]() mutable {
    auto reply = std::make_shared<Reply>(std::move(self));
    const Respond respond = [reply](Answer answer) { reply->give(std::move(answer)); };
    route.slow ? route.slow(typed, respond) : respond(route.handle(typed));
  });
  if (!taken) refuse(503, "try again in a moment");
}

Session::Reply::~Reply() {
  if (self_) give(problem(503, "try again in a moment"));
}

void Session::Reply::give(Answer answer) {
  if (!self_) return;
  asio::io_context& io = self_->server_.io;
  asio::post(io, [self = std::exchange(self_, nullptr), answer = std::move(answer)]() mutable {
    self->answer(std::move(answer));
  });
}

void Session::refuse(unsigned status, std::string_view detail, std::string_view allow) {
  ++server_.counts.refused;
  text_ = problem(status, detail).body.dump() + "\n";
  begin_answer(status, "application/problem+json", "no-store");
  if (status == 401) response_.set(http::field::www_authenticate, "Bearer");
  if (!allow.empty()) response_.set(http::field::allow, beast::string_view(allow.data(), allow.size()));
  send(text_);
}

void Session::answer(Answer answer) {
  if (answer.status >= 400) ++server_.counts.refused;
  text_ = answer.body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  begin_answer(answer.status, answer.status >= 400 ? "application/problem+json" : "application/json", "no-store");
  if (answer.retry_after_s) response_.set(http::field::retry_after, std::to_string(*answer.retry_after_s));
  for (const auto& [name, value] : answer.headers)
    response_.insert(beast::string_view(name.data(), name.size()), value);
  send(text_);
}

void Session::begin_answer(unsigned status, std::string_view type, std::string_view caching) {
  response_ = {};
  response_.version(11);
  response_.result(status);
  const std::string_view reason = reason_of(status);
  response_.reason(beast::string_view(reason.data(), reason.size()));
  for (const auto& [name, value] : security_headers(host_, server_.site.phone_port))
    response_.set(beast::string_view(name.data(), name.size()), value);
  response_.set(http::field::content_type, beast::string_view(type.data(), type.size()));
  response_.set(http::field::cache_control, beast::string_view(caching.data(), caching.size()));
  response_.keep_alive(!last_);
}

void Session::send(std::string_view body) {
  if (response_.result() != http::status::not_modified) response_.content_length(body.size());
  if (!head_) response_.body() = boost::span<const char>(body.data(), body.size());
  serializer_.emplace(response_);
  expect_within(server_.options.answer_ms);
  const auto done = [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
    if (error) return;
    self->last_ ? self->end() : self->read();
  };
  http::async_write(stream_, *serializer_, done);
}

void Session::end() {
  expect_within(farewell_ms);
  stream_.async_shutdown([self = shared_from_this()](const boost::system::error_code&) {});
}

}  // namespace rf::web
