#include "shell/web/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/http/json.hpp"
#include "core/http/kept.hpp"
#include "shell/web/listener.hpp"

namespace rf::web {
namespace {

constexpr std::uint32_t farewell_ms = 2'000;
constexpr const char* idempotency_header = "Idempotency-Key";

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

constexpr std::string_view json_type = "application/json";

/// "application/json; charset=utf-8" is application/json.
std::string_view media_type(std::string_view header) {
  return header.substr(0, header.find(';'));
}

/// By whom somebody's share is counted: a token has one of its own.
std::uint64_t key_of(const access::Asker& asker) {
  return asker.how == access::Asker::How::token ? 2 * asker.token.value + 1 : 2 * asker.user.value;
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
  // Each route has its own limit, which is held when it is known.
  parser_->body_limit(ApiLimits::file_bytes);
  // One deadline for the whole of it: a byte now and then does not move it.
  expect_within(server_.options.request_ms);
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t) { self->on_head(error); });
}

void Session::on_head(const boost::system::error_code& error) {
  head_ = false;
  known_ = false;
  kind_ = Kind::other;
  asked_ = std::chrono::steady_clock::now();
  host_ = "invalid";
  if (error) return on_error(error);
  ++server_.counts.requests;
  last_ = ++requests_ >= WebLimits::requests || !parser_->get().keep_alive();
  const std::uint64_t length = parser_->content_length().value_or(0);
  if (parser_->chunked() || length > WebLimits::body_bytes) return serve(parser_->get());
  read_body(WebLimits::body_bytes);
}

void Session::read_body(std::size_t most) {
  parser_->body_limit(most);
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                     error ? self->on_error(error) : self->serve(self->parser_->get());
                   });
}

void Session::on_error(const boost::system::error_code& error) {
  let_go();
  last_ = true;
  const unsigned status = status_of(error);
  if (status == 0) return say_goodbye();
  ++server_.counts.malformed;
  notice(Deed::malformed);
  refuse(status);
}

std::optional<unsigned> Session::fault_of(const Fields& request, std::string& detail) const {
  const auto count = [&](http::field field) { return request.count(field); };
  if (request.version() != 11) return 505;
  if (request.count(http::field::transfer_encoding) > 0) return 411;
  if (count(http::field::expect) > 0) return 417;
  for (const http::field once :
       {http::field::host, http::field::content_length, http::field::content_type, http::field::origin,
        http::field::upgrade, http::field::if_match, http::field::if_none_match})
    if (count(once) > 1) return 400;
  if (request.count(idempotency_header) > 1) return 400;
  if (!parse_method(view(request.method_string()))) return 501;
  const std::string_view target = view(request.target());
  if (!target.starts_with('/')) return 400;
  const Method method = *parse_method(view(request.method_string()));
  if (!has_body(method) && parser_->content_length().value_or(0) > 0) return 400;
  if (has_body(method) && count(http::field::content_length) == 0) return 411;
  // Who may ask is decided by what he knows, never by which page he looks at.
  const std::string_view origin = view(request[http::field::origin]);
  const std::string_view site = view(request["Sec-Fetch-Site"]);
  const bool foreign = (!origin.empty() && origin != "https://" + std::string(view(request[http::field::host]))) ||
                       (!reads(method) && !site.empty() && site != "same-origin");
  if (foreign) {
    detail = "ask from our own pages";
    return 403;
  }
  return std::nullopt;
}

void Session::serve(const Fields& request) {
  asked_ = std::chrono::steady_clock::now();
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
  if (found.route != nullptr) return serve_route(request, found);
  if (found.asset != nullptr) return serve_asset(request, *found.asset);
  notice(Deed::request);
  found.known ? refuse(405, {}, found.allow) : refuse(404);
}

void Session::serve_asset(const Fields& request, const Asset& asset) {
  kind_ = Kind::page;
  const bool small = !asset.gzip.empty() && takes_gzip(view(request[http::field::accept_encoding]));
  const std::string tag = fmt::format("\"{}{}\"", asset.etag, small ? "-gz" : "");
  const bool known = names_tag(view(request[http::field::if_none_match]), tag);
  begin_answer(known ? 304 : 200, asset.type, asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response_.set(http::field::etag, tag);
  response_.set(http::field::vary, "Accept-Encoding");
  if (small) response_.set(http::field::content_encoding, "gzip");
  send(known ? std::string_view() : small ? asset.gzip : asset.bytes);
}

std::optional<Session::Refusal> Session::read_target(const Fields& request, const Found& found, Request& typed) const {
  for (const std::string_view value : found.values) {
    auto decoded = rf::http::decode_segment(value);
    if (!decoded) return Refusal{400, "the path holds a value that could be read in two ways"};
    typed.in_path.push_back(std::move(*decoded));
  }
  const std::string_view target = view(request.target());
  const std::size_t mark = target.find('?');
  if (mark != std::string_view::npos) {
    auto query = rf::http::parse_query(target.substr(mark + 1));
    if (!query) return Refusal{400, std::move(query.error())};
    typed.query = std::move(*query);
  }
  typed.if_match = view(request[http::field::if_match]);
  typed.if_none_match = view(request[http::field::if_none_match]);
  typed.idempotency_key = view(request[idempotency_header]);
  if (!typed.idempotency_key.empty() && !rf::http::is_key(typed.idempotency_key))
    return Refusal{400, "an Idempotency-Key has 1 to 64 letters, digits and -_.:~"};
  return std::nullopt;
}

bool Session::takes_long_body(const Fields& request, const Route& route, const Request& typed) {
  if (parser_->content_length().value_or(0) > route.body_bytes) {
    if (!typed.asker) {
      ++server_.counts.malformed;
      notice(Deed::malformed);
    }
    refuse(413);
    return false;
  }
  if (media_type(view(request[http::field::content_type])) != json_type) {
    refuse(415, "send application/json");
    return false;
  }
  if (route.body_bytes <= ApiLimits::body_bytes) return true;
  if (server_.files >= ApiLimits::files) {
    refuse(503, "others send files just now; try again in a moment");
    return false;
  }
  ++server_.files;
  holds_file_ = true;
  expect_within(ApiLimits::file_ms);
  return true;
}

void Session::serve_route(const Fields& request, const Found& found) {
  const Route& route = *found.route;
  kind_ = !route.unhurried ? Kind::account : reads(route.method) ? Kind::read : Kind::change;
  Request typed{remote_, host_, Json::object(), {}, {}, {}, {}, {}, {}, {}, {}, {}};
  typed.origin = "https://" + std::string(view(request[http::field::host]));
  const auto refusal = admit(request, route, typed);
  known_ = typed.asker.has_value();
  if (!parser_->is_done() && !refusal) {
    // What comes is not a stranger's any more, who would make room for others.
    if (known_) leave_line();
    if (takes_long_body(request, route, typed)) read_body(route.body_bytes);
    return;
  }
  if (!known_) notice(Deed::request);
  if (refusal) return refuse(refusal->status, refusal->detail);
  if (auto fault = read_target(request, found, typed)) return refuse(fault->status, fault->detail);
  if (has_body(route.method)) {
    if (media_type(view(request[http::field::content_type])) != json_type) return refuse(415, "send application/json");
    if (request.body().size() > route.body_bytes) return refuse(413);
  }
  if (route.listen) return listen(request, route, std::move(typed));
  hand_over(route, std::move(typed));
}

void Session::hand_over(const Route& route, Request typed) {
  const std::uint64_t asker = route.unhurried && typed.asker ? key_of(*typed.asker) : 0;
  if (asker != 0)
    if (auto later = server_.turn_away(asker, !reads(route.method))) return answer(std::move(*later));
  // What is handed over goes back whole: a session ends on its own thread alone. Long bodies are read there, too.
  std::string body = has_body(route.method) ? std::move(parser_->get().body()) : std::string();
  auto job = [self = shared_from_this(), typed = std::move(typed), body = std::move(body), &route]() mutable {
    auto reply = std::make_shared<Reply>(std::move(self));
    const Respond respond = [reply](Answer answer) { reply->give(std::move(answer)); };
    if (has_body(route.method)) {
      auto read = rf::http::read_object(body);
      if (!read) return respond(problem(400, read.error()));
      typed.body = std::move(*read);
    }
    route.slow ? route.slow(typed, respond) : respond(route.handle(typed));
  };
  if (!(route.unhurried ? server_.unhurried : server_.jobs).add(std::move(job)))
    return refuse(503, "try again in a moment");
  if (asker == 0) return;
  ++server_.asking[asker];
  asking_ = asker;
}

void Session::let_go() {
  if (std::exchange(holds_file_, false)) --server_.files;
  if (!asking_) return;
  const auto at = server_.asking.find(*std::exchange(asking_, std::nullopt));
  if (--at->second == 0) server_.asking.erase(at);
}

void Session::listen(const Fields& request, const Route& route, Request typed) {
  if (!beast::websocket::is_upgrade(request)) return refuse(426, "ask for a WebSocket: Upgrade: websocket");
  if (!typed.asker) return refuse(401, "sign in first, or send a token");
  const std::string_view token = bearer_in(view(request[http::field::authorization]));
  // A browser sends its cookie with whatever page asks, and no page of others is to listen: no Origin, no WebSocket.
  if (token.empty() && view(request[http::field::origin]).empty())
    return refuse(403, "send Origin, as browsers do, or use a token");
  const std::uint64_t asker = key_of(*typed.asker);
  const auto own = std::count_if(server_.listeners.begin(), server_.listeners.end(),
                                 [&](const Listener* each) { return each->asker() == asker; });
  if (static_cast<std::size_t>(own) >= ApiLimits::listeners_of_one)
    return refuse(429, "you listen often enough; end one of your listeners");
  if (server_.listeners.size() >= ApiLimits::listeners) return refuse(503, "too many listen; try again later");
  const Listening wish = route.listen(typed);
  if (wish.topics == 0) return answer(wish.refusal);
  if (buffer_.size() > 0) return refuse(400, "wait for the answer before you say more");
  Listener::Who who{std::string(cookie_in(view(request[http::field::cookie]), session_cookie)), std::string(token),
                    std::move(typed), asker};
  std::make_shared<Listener>(shared_from_this(), route, std::move(who), wish)->start(request, wish.greeting);
}

Session::Reply::Reply(std::shared_ptr<Session> self) : self_(std::move(self)), server_(self_->server_) {
  const std::lock_guard lock(server_.owed_mutex);
  ++server_.owed;
}

Session::Reply::~Reply() {
  if (self_) give(problem(503, "try again in a moment"));
  const std::lock_guard lock(server_.owed_mutex);
  if (--server_.owed == 0) server_.owed_changed.notify_all();
}

void Session::Reply::give(Answer answer) {
  if (!self_) return;
  asio::post(server_.io, [self = std::exchange(self_, nullptr), answer = std::move(answer)]() mutable {
    self->answer(std::move(answer));
  });
}

void Session::refuse(unsigned status, std::string_view detail, std::string_view allow) {
  let_go();
  ++server_.counts.refused;
  text_ = problem(status, detail).body.dump() + "\n";
  begin_answer(status, "application/problem+json", "no-store");
  if (status == 401) response_.set(http::field::www_authenticate, "Bearer");
  if (!allow.empty()) response_.set(http::field::allow, beast::string_view(allow.data(), allow.size()));
  send(text_);
}

void Session::answer(Answer answer) {
  let_go();
  if (answer.status >= 400) ++server_.counts.refused;
  const bool empty = answer.status == 204 || answer.status == 304;
  text_ = empty ? std::string() : answer.body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  begin_answer(answer.status, answer.status >= 400 ? "application/problem+json" : "application/json", "no-store");
  if (answer.retry_after_s) response_.set(http::field::retry_after, std::to_string(*answer.retry_after_s));
  for (const auto& [name, value] : answer.headers)
    response_.insert(beast::string_view(name.data(), name.size()), value);
  send(text_);
}

void Session::count(unsigned status) {
  const auto kind = static_cast<std::size_t>(kind_);
  ++server_.counts.statuses[kind][std::clamp(status / 100, 2u, 5u) - 2];
  const auto took = std::chrono::steady_clock::now() - asked_;
  server_.counts.took[kind].add(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
}

void Session::begin_answer(unsigned status, std::string_view type, std::string_view caching) {
  count(status);
  leave_line();
  // What is left of a body that nobody read must never be taken for another request.
  if (!parser_->is_done()) last_ = true;
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
  const bool bare = response_.result() == http::status::not_modified || response_.result() == http::status::no_content;
  if (!bare) response_.content_length(body.size());
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
  parser_ && !parser_->is_done() ? linger(WebLimits::linger_bytes) : say_goodbye();
}

/// Part of a body that is not wanted may be on its way still, and a connection that is closed over it takes the answer
/// with it: what comes is read and dropped, so much and for so long.
void Session::linger(std::size_t left) {
  buffer_.consume(buffer_.size());
  stream_.async_read_some(buffer_.prepare(WebLimits::body_bytes),
                          [self = shared_from_this(), left](const boost::system::error_code& error, std::size_t count) {
                            if (error) return;
                            count < left ? self->linger(left - count) : self->say_goodbye();
                          });
}

void Session::say_goodbye() {
  leave_line();
  expect_within(farewell_ms);
  stream_.async_shutdown([self = shared_from_this()](const boost::system::error_code&) {});
}

}  // namespace rf::web
