// One listener of what happens now, over a WebSocket. Internal to shell/web.
#pragma once

#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>
#include <memory>
#include <string>

#include "shell/web/session.hpp"

namespace rf::web {

/// Sends texts and hears nothing: whoever says anything is closed (1003). It is asked again and again whether he still
/// may listen; one who reads more slowly than things happen is told to load everything anew, and closed (1013). Belongs
/// to the I/O thread and keeps itself. Source: RFC 6455.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  struct Who {
    std::string session, token;  ///< what he showed, to be asked again
    Request asked;
    std::uint64_t asker = 0;
  };
  /// `session` is the connection that it was, whose place among the clients it keeps.
  Listener(std::shared_ptr<Session> session, const Route& route, Who who, const Listening& wish);
  ~Listener();
  /// Answers the upgrade, greets, and listens for the end.
  void start(const http::request<http::string_body>& request, std::string greeting);
  /// One text for those who hear of this topic.
  void tell(std::uint32_t topic, const std::shared_ptr<const std::string>& text);
  std::uint64_t asker() const { return who_.asker; }
  std::uint32_t topics() const { return topics_; }
  std::uint64_t audience() const { return audience_; }

 private:
  using Stream = beast::websocket::stream<beast::ssl_stream<beast::tcp_stream>>;
  void read();
  void write();
  void watch();
  bool still_may();
  void push(std::shared_ptr<const std::string> text);
  /// Says why, when what is being written is written or has had its time, and ends.
  void leave(beast::websocket::close_code why, bool reload);
  void close();

  std::shared_ptr<Session> session_;
  Server::State& server_;
  const Route& route_;
  Who who_;
  std::uint32_t topics_;
  std::uint64_t audience_;
  Stream stream_;
  asio::steady_timer timer_;
  beast::flat_buffer heard_{64};
  std::deque<std::shared_ptr<const std::string>> line_;
  std::uint32_t watched_ms_ = 0;
  bool open_ = false, writing_ = false, leaving_ = false, closing_ = false;
  beast::websocket::close_code why_ = beast::websocket::close_code::normal;
};

}  // namespace rf::web
