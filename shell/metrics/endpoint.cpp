#include "shell/metrics/endpoint.hpp"

#include <fmt/format.h>
#include <prometheus/text_serializer.h>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <thread>

namespace rf::metrics {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

/// After a connection that could not be taken, for want of a descriptor: it is still there, and would come at once,
/// again and again.
constexpr std::chrono::milliseconds accept_rest{100};

struct HttpEndpoint::State : std::enable_shared_from_this<HttpEndpoint::State> {
  State(const EndpointOptions& chosen, Sources from) : options(chosen), sources(std::move(from)) {}
  void accept();

  EndpointOptions options;
  Sources sources;
  std::size_t clients = 0;  ///< endpoint thread only; before io, whose end closes the last sessions
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::steady_timer rest{io};
  std::thread thread;
};

namespace {


asio::ip::address to_asio(const Address& address) {
  if (address.is_v4()) return asio::ip::address_v4(address.v4_host_order());
  return asio::ip::address_v6(address.bytes());
}

// An address literal or localhost, with or without a port.
bool host_is_ours(std::string_view host) {
  if (host.empty() || host == "localhost" || host.starts_with("localhost:")) return true;
  if (Endpoint::parse(host) || Address::parse(host)) return true;
  return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
         Address::parse(host.substr(1, host.size() - 2));
}

struct Answer {
  http::status status = http::status::ok;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

Answer answer_to(http::verb method, std::string_view target, std::string_view host, const Sources& sources) {
  if (method != http::verb::get && method != http::verb::head)
    return {http::status::method_not_allowed, "text/plain", "GET only\n"};
  if (!host_is_ours(host)) return {http::status::misdirected_request, "text/plain", "ask by address or as localhost\n"};
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/metrics")
    return {http::status::ok, "text/plain; version=0.0.4; charset=utf-8",
            prometheus::TextSerializer().Serialize(families(sources.numbers()))};
  if (path == "/live") return {http::status::ok, "text/plain", "alive\n"};
  if (path == "/ready") {
    const std::string why = sources.not_ready();
    return why.empty() ? Answer{http::status::ok, "text/plain", "ready\n"}
                       : Answer{http::status::service_unavailable, "text/plain", why + "\n"};
  }
  return {http::status::not_found, "text/plain", "/metrics /live /ready\n"};
}

}  // namespace

// One connection, one request.
class HttpEndpoint::Session : public std::enable_shared_from_this<HttpEndpoint::Session> {
 public:
  Session(tcp::socket socket, State& server) : server_(server), stream_(std::move(socket)) {
    ++server_.clients;
    parser_.header_limit(QueueLimits::metrics_header_bytes);
    parser_.body_limit(0);
  }
  ~Session() { --server_.clients; }

  void read() {
    stream_.expires_after(std::chrono::milliseconds(server_.options.timeout_ms));
    http::async_read(stream_, buffer_, parser_, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) self->answer();
    });
  }

 private:
  void answer() {
    const auto& request = parser_.get();
    const auto view = [](beast::string_view text) { return std::string_view(text.data(), text.size()); };
    Answer answer =
        answer_to(request.method(), view(request.target()), view(request[http::field::host]), server_.sources);
    response_.result(answer.status);
    response_.set(http::field::content_type, answer.type);
    response_.set(http::field::cache_control, "no-store");
    response_.keep_alive(false);
    response_.content_length(answer.body.size());
    if (request.method() != http::verb::head) response_.body() = std::move(answer.body);
    stream_.expires_after(std::chrono::milliseconds(server_.options.timeout_ms));
    serializer_.emplace(response_);
    http::async_write(stream_, *serializer_, [self = shared_from_this()](error_code, std::size_t) {
      error_code ignored;
      self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    });
  }

  State& server_;
  beast::tcp_stream stream_;
  beast::flat_static_buffer<8'192> buffer_;
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
};

void HttpEndpoint::State::accept() {
  acceptor.async_accept([this](error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (error) {
      rest.expires_after(accept_rest);
      return rest.async_wait([this](error_code stopped) {
        if (!stopped) accept();
      });
    }
    if (clients < options.clients_max) std::make_shared<Session>(std::move(socket), *this)->read();
    accept();
  });
}

std::expected<std::unique_ptr<HttpEndpoint>, std::string> HttpEndpoint::open(const EndpointOptions& options,
                                                                             Sources sources) {
  auto state = std::make_shared<State>(options, std::move(sources));
  const tcp::endpoint where(to_asio(options.bind.address), options.bind.port);
  error_code error;
  state->acceptor.open(where.protocol(), error);
  if (!error) state->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) state->acceptor.bind(where, error);
  if (!error) state->acceptor.listen(64, error);
  if (error)
    return std::unexpected(fmt::format("metrics cannot listen on {}: {}", options.bind.text(), error.message()));
  state->accept();
  state->thread = std::thread([raw = state.get()] { raw->io.run(); });
  return std::unique_ptr<HttpEndpoint>(new HttpEndpoint(std::move(state)));
}

HttpEndpoint::HttpEndpoint(std::shared_ptr<State> state) : state_(std::move(state)) {}

HttpEndpoint::~HttpEndpoint() {
  state_->io.stop();
  state_->thread.join();
}

Endpoint HttpEndpoint::local() const {
  error_code ignored;
  return {state_->options.bind.address, state_->acceptor.local_endpoint(ignored).port()};
}

}  // namespace rf::metrics
