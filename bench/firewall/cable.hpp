// Two network namespaces with one cable, whose far end works in a kernel thread of its own: what that thread costs is
// what receiving costs.
#pragma once

#include <cstdint>
#include <string>

namespace rf::bench {

class Cable {
 public:
  /// Ends the program with a sentence when it cannot.
  Cable();
  ~Cable();
  Cable(const Cable&) = delete;
  Cable& operator=(const Cable&) = delete;

  /// Puts the calling thread there.
  void go_to_sender() const;
  void go_to_server() const;
  std::uint32_t sender_interface() const { return sender_interface_; }
  std::uint32_t server_interface() const { return server_interface_; }
  /// Destination of a frame: 6 bytes.
  const std::uint8_t* server_mac() const { return server_mac_; }

  struct Work {
    std::uint64_t nanoseconds = 0;
    std::uint64_t packets = 0;
  };
  /// What the receiving end has done so far. A change of XDP programs starts its threads anew, and this from zero.
  Work work() const;
  /// Receiving in a thread, by the same way with and without XDP. To be asked for after each change.
  void receive_in_a_thread() const;

 private:
  std::string name_;
  int home_ = -1, sender_ = -1, server_ = -1;
  std::uint32_t sender_interface_ = 0, server_interface_ = 0;
  std::uint8_t server_mac_[6]{};
};

/// Runs a command of the shell; ends the program when it fails.
void run(const std::string& command);

}  // namespace rf::bench
