// rf_hostile: REGISTERs in the name of whom you like, as fast as a wire between two network namespaces takes them.
// Prints one JSON object about what left.
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/load/clock.hpp"
#include "bench/load/message.hpp"
#include "bench/load/udp.hpp"

namespace rf::load {
namespace {

struct Options {
  std::string interface = "wire", to, target = "198.51.100.1", first = "11.0.0.0";
  std::uint16_t port = 5060;
  double rate_per_s = 10'000, seconds = 3;
  std::uint64_t packets = 0;
  std::uint32_t sources = 256;
};

/// Ethernet, IPv4, UDP and a REGISTER without credentials. What differs from packet to packet has a fixed width: the
/// sender's address, and eight hexadecimal digits wherever a message has to be another one.
class Frames {
 public:
  static constexpr unsigned batch = 64;

  explicit Frames(const Options& options)
      : first_(ntohl(test_address(options.first, true).s_addr)), sources_(options.sources) {
    std::array<unsigned, 6> mac{};
    if (std::sscanf(options.to.c_str(), "%x:%x:%x:%x:%x:%x", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]) != 6)
      throw std::runtime_error("not an Ethernet address: " + options.to);
    const std::string_view to = options.target;
    const std::string via = options.first + ":5060";
    Text out(bytes_[0].data() + head);
    out << "REGISTER sip:" << to << " SIP/2.0\r\nVia: SIP/2.0/UDP " << via << ";rport;branch=z9hG4bK";
    varies(out) << "\r\nMax-Forwards: 70\r\nFrom: <sip:";
    varies(out) << "@" << to << ">;tag=";
    varies(out) << "\r\nTo: <sip:";
    varies(out) << "@" << to << ">\r\nCall-ID: ";
    varies(out) << "@" << via << "\r\nCSeq: 1 REGISTER\r\nContact: <sip:";
    varies(out) << "@" << via << ">\r\nExpires: 3600\r\nUser-Agent: Zoiper 5.6\r\nContent-Length: 0\r\n\r\n";
    size_ = head + out.size();

    unsigned char* at = reinterpret_cast<unsigned char*>(bytes_[0].data());
    for (const unsigned byte : mac) *at++ = static_cast<unsigned char>(byte);
    std::memcpy(at, "\x02\0\0\0\0\x01\x08\0", 8);
    at += 8;
    std::memcpy(at, "\x45\0\0\0\0\0\0\0\x40\x11\0\0", 12);
    put16(at + 2, size_ - 14);
    const in_addr target = test_address(options.target, false);
    std::memcpy(at + 16, &target, 4);
    put16(at + 20, 5'060);
    put16(at + 22, options.port);
    put16(at + 24, size_ - 34);
    for (unsigned i = 1; i < batch; ++i) bytes_[i] = bytes_[0];
  }

  std::size_t size() const { return size_; }
  char* bytes(unsigned index) { return bytes_[index].data(); }

  /// Makes the frame at `index` the n-th packet of all.
  void write(unsigned index, std::uint64_t n) {
    char* frame = bytes_[index].data();
    for (const std::size_t place : places_) Text(frame + place).hex(static_cast<std::uint32_t>(n) * 2'654'435'761U);
    auto* ip = reinterpret_cast<unsigned char*>(frame) + 14;
    const auto source = htonl(first_ + static_cast<std::uint32_t>(n % sources_));
    std::memcpy(ip + 12, &source, 4);
    ip[10] = ip[11] = 0;
    std::uint32_t sum = 0;
    for (unsigned i = 0; i < 20; i += 2) sum += static_cast<std::uint32_t>(ip[i] << 8 | ip[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    put16(ip + 10, 0xffff & ~(sum + (sum >> 16)));
  }

 private:
  static constexpr std::size_t head = 14 + 20 + 8;

  static void put16(unsigned char* at, std::size_t value) {
    at[0] = static_cast<unsigned char>(value >> 8);
    at[1] = static_cast<unsigned char>(value);
  }
  /// Networks that are nobody's: those of examples and of tests between machines (RFC 5737, RFC 2544). A sender may
  /// be anybody; the wire of a namespace leads nowhere.
  static in_addr test_address(const std::string& text, bool sender) {
    in_addr address{};
    if (inet_pton(AF_INET, text.c_str(), &address) != 1) throw std::runtime_error("not an IPv4 address: " + text);
    if (!sender && !is_test_address(address)) throw std::runtime_error("only test networks are allowed, not " + text);
    return address;
  }
  Text& varies(Text& out) {
    places_.push_back(head + out.size());
    return out.hex(0);
  }

  std::uint32_t first_, sources_;
  std::size_t size_ = 0;
  std::vector<std::size_t> places_;
  std::array<std::array<char, 1'024>, batch> bytes_{};
};

class Wire {
 public:
  explicit Wire(const std::string& interface) : descriptor_(socket(AF_PACKET, SOCK_RAW, 0)) {
    to_.sll_family = AF_PACKET;
    to_.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
    to_.sll_halen = 6;
    if (descriptor_ < 0 || to_.sll_ifindex == 0) {
      throw std::runtime_error("cannot send on " + interface + ": " + std::strerror(errno));
    }
    int on = 1;
    setsockopt(descriptor_, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
  }
  ~Wire() { close(descriptor_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// How many of the first `count` frames left.
  unsigned send(Frames& frames, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      pieces_[i] = {frames.bytes(i), frames.size()};
      messages_[i].msg_hdr = {&to_, sizeof to_, &pieces_[i], 1, nullptr, 0, 0};
    }
    unsigned done = 0;
    while (done < count) {
      const int sent = sendmmsg(descriptor_, messages_.data() + done, count - done, 0);
      if (sent <= 0) {
        if (errno == EINTR) continue;
        break;  // the wire is full: what did not leave is not sent again
      }
      done += static_cast<unsigned>(sent);
    }
    return done;
  }

 private:
  int descriptor_;
  sockaddr_ll to_{};
  std::array<iovec, Frames::batch> pieces_{};
  std::array<mmsghdr, Frames::batch> messages_{};
};

nlohmann::json run(const Options& options) {
  prctl(PR_SET_TIMERSLACK, 1UL);
  Frames frames(options);
  Wire wire(options.interface);
  const std::int64_t begin = now_ns();
  const std::int64_t end = begin + static_cast<std::int64_t>(options.seconds * 1e9);
  Pacer pacer(options.rate_per_s > 0 ? options.rate_per_s : 1e9, begin, end);
  std::uint64_t sent = 0, offered = 0;
  while (now_ns() < end && (options.packets == 0 || offered < options.packets)) {
    unsigned count = 0;
    const std::int64_t now = now_ns();
    for (; count < Frames::batch && pacer.due(now); ++count, pacer.take()) frames.write(count, offered++);
    if (count > 0) sent += wire.send(frames, count);
    if (count == Frames::batch || pacer.over()) continue;
    const std::int64_t left = std::min(pacer.next_ns() - now_ns(), ns_per_ms);
    if (left > 0) {
      const timespec pause{0, left};
      nanosleep(&pause, nullptr);
    }
  }
  const double seconds = static_cast<double>(now_ns() - begin) / 1e9;
  return {{"sent", sent}, {"offered", offered}, {"seconds", seconds}, {"rate", static_cast<double>(sent) / seconds}};
}

}  // namespace
}  // namespace rf::load

int main(int argc, char** argv) {
  rf::load::Options options;
  CLI::App app("REGISTERs under any sender's name, between network namespaces; prints JSON");
  app.add_option("--interface", options.interface, "what they leave by");
  app.add_option("--to", options.to, "Ethernet address at its other end")->required();
  app.add_option("--target", options.target, "address of the server, of a test network");
  app.add_option("--port", options.port, "UDP port of the server");
  app.add_option("--first", options.first, "address of the first sender");
  app.add_option("--sources", options.sources, "so many senders in turn")->check(CLI::Range(1U, 1U << 24));
  app.add_option("--rate", options.rate_per_s, "packets a second; 0: as fast as it goes");
  app.add_option("--packets", options.packets, "so many, if the time is enough");
  app.add_option("--seconds", options.seconds, "for so long at most");
  CLI11_PARSE(app, argc, argv);
  try {
    std::printf("%s\n", rf::load::run(options).dump().c_str());
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "rf_hostile: %s\n", problem.what());
    return 2;
  }
}
