// Refusals in a program that the network driver runs on each packet. The kernel detaches it with the process that holds
// it, so nothing outlives this one.
#pragma once

#include <array>
#include <expected>
#include <map>
#include <memory>
#include <string>

#include "shell/firewall/enforcer/filter.hpp"

struct bpf_object;

namespace rf::firewall {

/// The program in the kernel, not yet anywhere in use. Loading it needs rights (CAP_BPF, CAP_NET_ADMIN) that using it
/// does not.
class XdpProgram {
 public:
  enum Map { ports, counts, doors, bans4, bans6, throttles4, throttles6, networks4, networks6, maps };

  /// Errors: a sentence.
  static std::expected<std::unique_ptr<XdpProgram>, std::string> load();
  ~XdpProgram();
  XdpProgram(const XdpProgram&) = delete;
  XdpProgram& operator=(const XdpProgram&) = delete;

  int program() const { return program_; }
  int map(Map one) const { return maps_[one]; }
  /// Per-processor values come as so many.
  std::size_t processors() const { return processors_; }

 private:
  XdpProgram() = default;
  bpf_object* object_ = nullptr;
  int program_ = -1;
  std::array<int, maps> maps_{};
  std::size_t processors_ = 1;
};

class Xdp : public Filter {
 public:
  /// `program` outlives it and is nobody else's. With `native` only drivers that run it themselves will do; without,
  /// only the generic hook is asked.
  Xdp(XdpProgram& program, bool native, bool generic);
  ~Xdp() override;

  Backend backend() const override;
  bool stand_on(const Ground& ground) override;
  void ban(const Address& source, std::int64_t until_ns, bool again) override;
  void lift_ban(const Address& source) override;
  void block(const Subnet& network) override;
  void unblock(const Subnet& network) override;
  void throttle(const Throttle& throttle, std::int64_t until_ns, bool again) override;
  void lift_throttle(const Address& source) override;
  void open(const Pinhole& pinhole) override;
  void close(const Pinhole& pinhole) override;
  bool flush() override;
  std::array<Tally, rules> count() override;
  const std::string& why() const override { return why_; }

 private:
  struct Link {
    int fd = -1;
    bool native = false;
  };
  bool attach(const Interface& interface);
  void detach_from_others(const std::vector<Interface>& interfaces);
  void set(XdpProgram::Map map, const void* key, const void* value);
  void erase(XdpProgram::Map map, const void* key);
  void clear(XdpProgram::Map map, std::size_t key_bytes);
  void set_doors(const Ground& ground);
  void set_ports(const Ground& ground);
  static std::uint32_t door4_of(const Ground& ground, std::uint16_t port, std::uint8_t roles);
  void set_pinhole(std::uint16_t port, std::uint8_t kind, const Endpoint& peer);

  XdpProgram& program_;
  bool native_;
  bool generic_;
  bool fine_ = true;
  std::string why_;
  std::map<std::uint32_t, Link> links_;
  std::map<std::uint16_t, std::uint8_t> roles_;  // of every port that has had an entry
  std::array<Tally, rules> before_{};            // what the counters had when this began
};

}  // namespace rf::firewall
