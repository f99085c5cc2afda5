#include "shell/control/server.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

namespace rf::control {

namespace asio = boost::asio;
using boost::system::error_code;
using Local = asio::local::stream_protocol;

/// After a connection that could not be taken, for want of a descriptor: it is still there, and would come at once,
/// again and again.
constexpr std::chrono::milliseconds accept_rest{100};

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(const ServerOptions& chosen, Execute run) : options(chosen), execute(std::move(run)) {}

  void accept();

  ServerOptions options;
  Execute execute;
  std::size_t clients = 0;  ///< control thread only; before io, whose end closes the last sessions
  asio::io_context io{1};
  Local::acceptor acceptor{io};
  asio::steady_timer rest{io};
  std::thread thread;
};

namespace {

// Who is at the other end; nothing when the kernel does not say, which counts as a stranger.
std::optional<ucred> peer_of(int descriptor) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return peer;
}

bool may_speak(const ucred& peer) {
  return peer.uid == 0 || peer.uid == ::geteuid();
}

}  // namespace

// One client: reads a line, has it executed, writes the answer, reads the next.
class Server::Session : public std::enable_shared_from_this<Server::Session> {
 public:
  Session(Local::socket socket, std::string actor, Server::State& server)
      : server_(server), socket_(std::move(socket)), timer_(server.io), actor_(std::move(actor)) {
    ++server_.clients;
  }
  ~Session() { --server_.clients; }

  void read() {
    close_after(server_.options.idle_ms);
    asio::async_read_until(
        socket_, asio::dynamic_buffer(in_, QueueLimits::control_request_bytes), '\n',
        [self = shared_from_this()](error_code error, std::size_t size) { self->on_line(error, size); });
  }

 private:
  void on_line(error_code error, std::size_t size) {
    if (error == asio::error::not_found)
      return answer(
          std::unexpected(command::Error{command::Code::invalid, "the request is longer than 64 KiB", "send less"}),
          false);
    if (error) return close();
    const auto checked = read_request(std::string_view(in_).substr(0, size));
    in_.erase(0, size);
    const std::uint64_t turn = ++turn_;
    if (!checked) return answer(std::unexpected(checked.error()), true);
    timer_.expires_after(std::chrono::milliseconds(server_.options.answer_ms));
    timer_.async_wait([self = shared_from_this(), turn](error_code stopped) {
      if (!stopped)
        self->take(turn, std::unexpected(command::Error{command::Code::busy, "the server did not answer in time",
                                                        "try again; see its log"}));
    });
    // Weak references: the reply may come when this client, or the whole server, is gone. The server is locked first,
    // because a session must not outlive its io_context.
    server_.execute(*checked, actor_,
                    [server = server_.weak_from_this(), weak = weak_from_this(), turn](Outcome outcome) {
                      const auto alive = server.lock();
                      if (!alive) return;
                      if (auto self = weak.lock())
                        asio::post(alive->io, [self = std::move(self), turn, outcome = std::move(outcome)]() mutable {
                          self->take(turn, std::move(outcome));
                        });
                    });
  }

  // Only the first answer to the request that is still open counts.
  void take(std::uint64_t turn, Outcome outcome) {
    if (turn != turn_ || answering_) return;
    answer(outcome, true);
  }

  void answer(const Outcome& outcome, bool go_on) {
    answering_ = true;
    out_ = write_response(outcome);
    close_after(server_.options.write_ms);
    asio::async_write(socket_, asio::buffer(out_), [self = shared_from_this(), go_on](error_code error, std::size_t) {
      self->answering_ = false;
      if (error || !go_on) return self->close();
      ++self->turn_;
      self->read();
    });
  }

  void close_after(std::uint32_t ms) {
    timer_.expires_after(std::chrono::milliseconds(ms));
    timer_.async_wait([self = shared_from_this()](error_code stopped) {
      if (!stopped) self->close();
    });
  }

  void close() {
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
  }

  Server::State& server_;
  Local::socket socket_;
  asio::steady_timer timer_;
  std::string actor_;
  std::string in_, out_;
  std::uint64_t turn_ = 0;
  bool answering_ = false;
};

void Server::State::accept() {
  acceptor.async_accept([this](error_code error, Local::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (error) {
      rest.expires_after(accept_rest);
      return rest.async_wait([this](error_code stopped) {
        if (!stopped) accept();
      });
    }
    if (clients < options.clients_max) {
      const auto peer = peer_of(socket.native_handle());
      if (peer && may_speak(*peer))
        std::make_shared<Session>(std::move(socket), fmt::format("uid {}", peer->uid), *this)->read();
    }
    accept();
  });
}

std::expected<std::unique_ptr<Server>, std::string> Server::open(const ServerOptions& options, Execute execute) {
  const auto fail = [&](std::string_view why) {
    return std::unexpected(fmt::format("the control socket {} cannot be opened: {}", options.path, why));
  };
  if (options.path.size() >= sizeof(sockaddr_un{}.sun_path)) return fail("its path is longer than 107 characters");
  struct stat facts{};
  if (::lstat(options.path.c_str(), &facts) == 0) {
    if (!S_ISSOCK(facts.st_mode)) return fail("something that is not a socket is in its place");
    ::unlink(options.path.c_str());
  }
  auto state = std::make_shared<State>(options, std::move(execute));
  error_code error;
  state->acceptor.open(Local(), error);
  // Without permissions from its first moment: fchmod on a socket is what bind() starts from.
  if (!error && ::fchmod(state->acceptor.native_handle(), 0600) != 0)
    error = error_code(errno, boost::system::system_category());
  if (!error) state->acceptor.bind(Local::endpoint(options.path), error);
  if (!error && ::chmod(options.path.c_str(), 0600) != 0) error = error_code(errno, boost::system::system_category());
  if (!error) state->acceptor.listen(64, error);
  if (error) return fail(error.message());
  state->accept();
  state->thread = std::thread([raw = state.get()] { raw->io.run(); });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::shared_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  // The marker runs after every answer that was posted before; a local client takes its answer in that moment.
  asio::post(state_->io, [raw = state_.get()] {
    error_code ignored;
    raw->acceptor.close(ignored);
    asio::post(raw->io, [raw] { raw->io.stop(); });
  });
  state_->thread.join();
  ::unlink(state_->options.path.c_str());
}

}  // namespace rf::control
