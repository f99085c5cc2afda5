// The entry of DTLS: what comes to an association before and after its keys, and to those who have none. The input is
// orders: a byte (0 to a greeter, 1 to an association, 2 both ends go on with each other, 3 one step of them, its
// datagram mixed with the bytes), a length, and bytes of a datagram. Nobody gets keys but who holds the certificate
// that was named.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "shell/dtls/greeter.hpp"
#include "shell/dtls/records.hpp"

namespace {

using namespace rf;
using dtls::Association;
using dtls::Datagram;

[[noreturn]] void broken() {
  std::abort();
}

const dtls::IdentityRef& ours() {
  static const dtls::IdentityRef one = dtls::Identity::make(1'700'000'000'000).value();
  return one;
}
const dtls::IdentityRef& peers() {
  static const dtls::IdentityRef one = dtls::Identity::make(1'700'000'000'000).value();
  return one;
}

void carry(Association& from, Association& to, std::span<const std::uint8_t> mix) {
  for (Datagram& each : from.take()) {
    for (std::size_t i = 0; i + 1 < mix.size(); i += 2) each[(mix[i] * 7u + i) % each.size()] ^= mix[i + 1];
    to.on_datagram(0, each);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::uint8_t> input(data, size);
  static dtls::Greeter greeter;
  const auto server = Association::passive(ours());
  const auto client = Association::active(peers(), ours()->fingerprint(), 0);
  const auto strangers = Association::passive(ours());
  server->begin(peers()->fingerprint(), 0);
  strangers->begin(peers()->fingerprint(), 0);
  const Endpoint source{Address::v4(0x0a000001), 4'000};
  while (input.size() >= 2) {
    const unsigned order = input[0] & 3;
    const auto bytes = input.subspan(2, std::min<std::size_t>(input[1], input.size() - 2));
    input = input.subspan(2 + bytes.size());
    std::vector<Datagram> answers;
    switch (order) {
      case 0:
        if (greeter.meet(0, ours(), source, peers()->fingerprint(), bytes, answers)) broken();
        for (const Datagram& each : answers)
          if (each.size() > bytes.size()) broken();
        break;
      case 1:
        strangers->on_datagram(0, bytes);
        server->on_datagram(0, bytes);
        break;
      default:
        carry(*client, *server, order == 2 ? std::span<const std::uint8_t>{} : bytes);
        carry(*server, *client, {});
    }
    if (dtls::Believable(bytes).bytes().size() > bytes.size()) broken();
    if (strangers->state() == Association::State::secured) broken();
    for (const Datagram& each : strangers->take())
      if (each.size() > SecureMediaLimits::datagram_bytes) broken();
  }
  const bool both = server->state() == Association::State::secured && client->state() == Association::State::secured;
  if (both && !(server->keys().ours == client->keys().theirs && server->keys().theirs == client->keys().ours)) broken();
  return 0;
}
