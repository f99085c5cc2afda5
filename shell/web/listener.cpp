#include "shell/web/listener.hpp"

#include <algorithm>
#include <chrono>

namespace rf::web {
namespace {

namespace websocket = beast::websocket;
using websocket::close_code;

constexpr std::uint32_t farewell_ms = 2'000;

const std::shared_ptr<const std::string>& reload_text() {
  static const auto text = std::make_shared<const std::string>(R"({"topic":"live","what":"reload"})");
  return text;
}

}  // namespace

Listener::Listener(std::shared_ptr<Session> session, const Route& route, Who who, const Listening& wish)
    : session_(std::move(session)),
      server_(session_->server_),
      route_(route),
      who_(std::move(who)),
      topics_(wish.topics),
      audience_(wish.audience),
      stream_(std::move(session_->stream_)),
      timer_(server_.io) {
  server_.listeners.push_back(this);
}

Listener::~Listener() {
  std::erase(server_.listeners, this);
  server_.count_topics();
}

void Listener::start(const http::request<http::string_body>& request, std::string greeting) {
  // From here on the WebSocket has its own clock.
  beast::get_lowest_layer(stream_).expires_never();
  websocket::stream_base::timeout timeout{};
  timeout.handshake_timeout = std::chrono::milliseconds(server_.options.handshake_ms);
  timeout.idle_timeout = std::chrono::milliseconds(2 * ApiLimits::listener_ping_ms);
  timeout.keep_alive_pings = true;
  stream_.set_option(timeout);
  stream_.read_message_max(64);
  stream_.text(true);
  push(std::make_shared<const std::string>(std::move(greeting)));
  stream_.async_accept(request, [self = shared_from_this()](const boost::system::error_code& error) {
    if (error) return;
    self->open_ = true;
    self->server_.count_topics();
    self->read();
    self->write();
    self->watch();
  });
}

bool Listener::still_may() {
  Request asked = who_.asked;
  if (server_.site.recognise)
    asked.asker = server_.site.recognise({asked.remote, who_.session, who_.token, asked.agent}).asker;
  if (access::judge(asked.asker, route_.need) != access::Verdict::yes) return false;
  const Listening may = route_.listen(asked);
  return (topics_ & ~may.topics) == 0 && may.audience == audience_;
}

// Reading is how pings are answered and an end is seen; nothing is to be said.
void Listener::read() {
  stream_.async_read(heard_, [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
    if (!error) return self->leave(close_code::unknown_data, false);
    self->leaving_ = true;
    self->timer_.cancel();
  });
}

void Listener::watch() {
  timer_.expires_after(std::chrono::milliseconds(ApiLimits::listener_ping_ms));
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error || self->leaving_) return;
    self->watched_ms_ += ApiLimits::listener_ping_ms;
    if (!self->still_may()) return self->leave(close_code::policy_error, false);
    if (self->watched_ms_ >= ApiLimits::listener_ms) return self->leave(close_code::try_again_later, true);
    self->watch();
  });
}

void Listener::tell(std::uint32_t topic, const std::shared_ptr<const std::string>& text) {
  if (!open_ || leaving_ || (topics_ & topic) == 0) return;
  if (!still_may()) return leave(close_code::policy_error, false);
  if (line_.size() >= ApiLimits::listener_events) return leave(close_code::try_again_later, true);
  push(text);
  write();
}

void Listener::push(std::shared_ptr<const std::string> text) {
  line_.push_back(std::move(text));
}

void Listener::write() {
  if (writing_) return;
  if (line_.empty()) {
    if (leaving_) close();
    return;
  }
  writing_ = true;
  const auto text = std::move(line_.front());
  line_.pop_front();
  stream_.async_write(asio::buffer(*text),
                      [self = shared_from_this(), text](const boost::system::error_code& error, std::size_t) {
                        self->writing_ = false;
                        if (!error) self->write();
                      });
}

void Listener::leave(close_code why, bool reload) {
  if (leaving_) return;
  leaving_ = true;
  why_ = why;
  line_.clear();
  if (reload) push(reload_text());
  timer_.expires_after(std::chrono::milliseconds(farewell_ms));
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error) beast::get_lowest_layer(self->stream_).close();
  });
  write();
}

void Listener::close() {
  if (std::exchange(closing_, true)) return;
  stream_.async_close(why_, [self = shared_from_this()](const boost::system::error_code&) {
    self->timer_.cancel();
    beast::get_lowest_layer(self->stream_).close();
  });
}

}  // namespace rf::web
