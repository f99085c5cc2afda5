// One HTTPS connection. Internal to shell/web.
#pragma once

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "shell/web/state.hpp"

namespace rf::web {

namespace beast = boost::beast;
namespace http = boost::beast::http;

/// Handshake, then requests one after the other, each within its time. A short body is read before anything is looked
/// up; a longer one when it is known that whoever sends it may. Belongs to the I/O thread and keeps itself.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(asio::ip::tcp::socket socket, Server::State& server, const Endpoint& remote, const Address& source,
          std::uint16_t local_port);
  ~Session();
  void start();
  /// Ends it in favour of somebody else.
  void give_way();

 private:
  friend class Listener;
  using Fields = http::request<http::string_body>;
  /// What a handler owes: the first answer counts, and whoever lets go of it without one has refused. It goes back to
  /// the session's own thread, where alone sessions end.
  class Reply {
   public:
    explicit Reply(std::shared_ptr<Session> self);
    ~Reply();
    Reply(const Reply&) = delete;
    Reply& operator=(const Reply&) = delete;
    void give(Answer answer);

   private:
    std::shared_ptr<Session> self_;
    Server::State& server_;  ///< which waits for this
  };

  /// A status to refuse with, and why.
  struct Refusal {
    unsigned status = 403;
    std::string detail;
  };

  void expect_within(std::uint32_t ms);
  void wait_in_line();
  void leave_line();
  void read();
  void on_head(const boost::system::error_code& error);
  /// Reads a body of at most so many bytes, then serves again.
  void read_body(std::size_t most);
  void on_error(const boost::system::error_code& error);
  /// The status to refuse with, of what is wrong with the request as such. None: it may be looked at.
  std::optional<unsigned> fault_of(const Fields& request, std::string& detail) const;
  void serve(const Fields& request);
  void serve_asset(const Fields& request, const Asset& asset);
  void serve_route(const Fields& request, const Found& found);
  /// What is asked for besides path and body. Errors: a status and why.
  std::optional<Refusal> read_target(const Fields& request, const Found& found, Request& typed) const;
  /// Whether a body may be read that is longer than anybody's; else it was refused.
  bool takes_long_body(const Fields& request, const Route& route, const Request& typed);
  /// Gives the request to the thread that it is for, or refuses it.
  void hand_over(const Route& route, Request typed);
  /// Makes the connection a listener's.
  void listen(const Fields& request, const Route& route, Request typed);
  /// Finds out who asks and whether the route is for him; fills in what handlers are told of it.
  std::optional<Refusal> admit(const Fields& request, const Route& route, Request& typed);
  void refuse(unsigned status, std::string_view detail = {}, std::string_view allow = {});
  void answer(Answer answer);
  /// Gives back what the request held while it was worked on.
  void let_go();
  /// Of an answer that is about to leave.
  void count(unsigned status);
  void begin_answer(unsigned status, std::string_view type, std::string_view caching);
  void send(std::string_view body);
  void end();
  void linger(std::size_t left);
  void say_goodbye();
  void notice(Deed deed);

  Server::State& server_;
  const Endpoint remote_;
  const Address source_;
  const std::uint16_t local_port_;
  beast::ssl_stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_{WebLimits::header_bytes + WebLimits::body_bytes};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::span_body<const char>> response_;
  std::optional<http::response_serializer<http::span_body<const char>>> serializer_;
  std::string host_;  ///< of the request
  std::string text_;  ///< of an answer that is no asset
  bool head_ = false, last_ = false;
  std::uint32_t requests_ = 0;
  Kind kind_ = Kind::other;              ///< of the request
  std::chrono::steady_clock::time_point asked_{};  ///< when it was there, as far as it is looked at
  bool known_ = false;                   ///< who asks is no stranger
  bool holds_file_ = false;              ///< its body counts among State::files
  std::optional<std::uint64_t> asking_;  ///< counts among State::asking
  std::optional<std::list<Session*>::iterator> in_line_;
};

}  // namespace rf::web
