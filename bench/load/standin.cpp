// rf_standin: the smallest server that rf_load can talk to. It keeps no state, checks no password, and can lose every
// n-th request on purpose: what is measured against it is the generator.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <cstdio>
#include <memory>

#include "bench/load/message.hpp"

namespace {

constexpr unsigned batch = 64;
constexpr std::size_t message_bytes = 4'096;

/// Challenges what carries no credentials, accepts the rest; false when nothing is to be answered.
bool answer(std::string_view request, rf::load::Text& out) {
  rf::load::Scan message;
  if (!rf::load::scan(request, message) || message.status != 0 || message.method == "ACK") return false;
  bool open = request.find("Authorization: ") == std::string_view::npos && message.method != "BYE";
  rf::load::write_response_head(out, message, open ? "401 Unauthorized" : "200 OK", "standin");
  if (open) {
    out << "WWW-Authenticate: Digest realm=\"standin\", nonce=\"0123456789abcdef\", algorithm=MD5, qop=\"auth\"\r\n";
  } else if (!message.contact.empty()) {
    out << "Contact: " << message.contact << "\r\n";
  }
  out << "Content-Length: 0\r\n\r\n";
  return true;
}

volatile std::sig_atomic_t stopping = 0;

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t port = 0;
  std::uint64_t lose_every = 0;
  CLI::App app("Answers every SIP request; prints its port");
  app.add_option("--port", port, "UDP port on 127.0.0.1; 0: any");
  app.add_option("--lose-every", lose_every, "drop every n-th request; 0: none");
  CLI11_PARSE(app, argc, argv);

  int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in bound{};
  bound.sin_family = AF_INET;
  bound.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bound.sin_port = htons(port);
  int bytes = 4 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  if (bind(fd, reinterpret_cast<sockaddr*>(&bound), sizeof bound) != 0) {
    std::perror("rf_standin: bind");
    return 2;
  }
  socklen_t size = sizeof bound;
  getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  std::printf("%u\n", ntohs(bound.sin_port));
  std::fflush(stdout);
  struct sigaction stop{};
  stop.sa_handler = [](int) { stopping = 1; };
  sigaction(SIGTERM, &stop, nullptr);

  auto in_bytes = std::make_unique<char[]>(batch * message_bytes);
  auto out_bytes = std::make_unique<char[]>(batch * message_bytes);
  std::array<sockaddr_in, batch> peers{};
  std::array<iovec, batch> in_pieces{}, out_pieces{};
  std::array<mmsghdr, batch> in{}, out{};
  std::uint64_t seen = 0;
  while (!stopping) {
    for (unsigned i = 0; i < batch; ++i) {
      in_pieces[i] = {in_bytes.get() + i * message_bytes, message_bytes};
      in[i].msg_hdr = {};
      in[i].msg_hdr.msg_iov = &in_pieces[i];
      in[i].msg_hdr.msg_iovlen = 1;
      in[i].msg_hdr.msg_name = &peers[i];
      in[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
    }
    int got = recvmmsg(fd, in.data(), batch, MSG_WAITFORONE, nullptr);
    unsigned count = 0;
    for (int i = 0; i < got; ++i) {
      auto m = static_cast<unsigned>(i);
      ++seen;
      if (lose_every != 0 && seen % lose_every == 0) continue;
      rf::load::Text text(out_bytes.get() + count * message_bytes);
      if (!answer({in_bytes.get() + m * message_bytes, in[m].msg_len}, text)) continue;
      out_pieces[count] = {out_bytes.get() + count * message_bytes, text.size()};
      out[count].msg_hdr = {};
      out[count].msg_hdr.msg_iov = &out_pieces[count];
      out[count].msg_hdr.msg_iovlen = 1;
      out[count].msg_hdr.msg_name = &peers[m];
      out[count].msg_hdr.msg_namelen = sizeof(sockaddr_in);
      ++count;
    }
    for (unsigned sent = 0; sent < count;) {
      int n = sendmmsg(fd, out.data() + sent, count - sent, 0);
      if (n <= 0) break;
      sent += static_cast<unsigned>(n);
    }
  }
  close(fd);
  return 0;
}
