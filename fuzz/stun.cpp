// The STUN parser and the lite agent under hostile bytes: each datagram as it came, and once more as if its sender knew
// the password. A script is a row of them: a byte for the source, a byte for seconds, two for the length, the datagram.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "core/ice/lite.hpp"
#include "core/stun/writer.hpp"

using namespace rf;

namespace {

using Bytes = std::span<const std::uint8_t>;
using Buffer = std::array<std::uint8_t, IceLimits::message_bytes>;

const std::string password = "VOkJxbRl1RmTxUk/WvJxBt";

[[noreturn]] void broken() {
  std::abort();
}

void read_all(const stun::Message& m, Bytes datagram) {
  for (unsigned type = 0; type < 0x30; ++type)
    if (const auto value = m.find(static_cast<stun::Type>(type)))
      if (value->data() + value->size() > datagram.data() + datagram.size()) broken();
  if (m.unknown().size() > IceLimits::unknown_attributes) broken();
  if (const auto code = m.error_code(); code && (*code < 300 || *code > 699)) broken();
  if (const auto mapped = m.mapped_endpoint()) {
    Buffer out;
    const std::size_t bytes =
        stun::Writer(out, stun::Class::success, stun::binding, m.transaction()).add_mapped(*mapped).finish();
    if (stun::Message::parse(std::span(out).first(bytes))->mapped_endpoint() != mapped) broken();
  }
  if (m.is_signed_by("another password") && m.is_signed_by(password)) broken();
}

void hear(ice::Lite& lite, std::int64_t now_us, const Endpoint& source, Bytes datagram) {
  Buffer out;
  const bool was_selected = lite.selected(now_us) == source;
  const ice::Outcome outcome = lite.on_packet(now_us, source, datagram, out);
  if (outcome.bytes > datagram.size() || (outcome.kind == ice::Outcome::Kind::answered) != (outcome.bytes != 0))
    broken();
  if (outcome.nominated && (was_selected || lite.selected(now_us) != source)) broken();
  if (const auto selected = lite.selected(now_us); selected && !lite.is_valid(now_us, *selected)) broken();
  if (outcome.bytes == 0) return;
  const auto question = stun::Message::parse(datagram);
  const auto answer = stun::Message::parse(std::span(out).first(outcome.bytes));
  if (!question || !question->is_signed_by(password) || !answer || !answer->is_signed_by(password)) broken();
  if (answer->transaction() != question->transaction() || answer->kind() == stun::Class::request) broken();
}

/// The attributes of `body` behind a username of ours, signed; 0 bytes when that is too long.
std::size_t sign(Bytes body, std::span<std::uint8_t> out) {
  const stun::TransactionId id{body.empty() ? std::uint8_t{0} : body[0]};
  stun::Writer writer(out, stun::Class::request, stun::binding, id);
  writer.add(stun::Type::username, "evtj:h6vY");
  while (body.size() >= 3) {
    const auto type = static_cast<stun::Type>(body[0] << 8 | body[1]);
    const std::size_t length = std::min<std::size_t>(body[2], body.size() - 3);
    writer.add(type, body.subspan(3, length));
    body = body.subspan(3 + length);
  }
  return writer.sign(stun::Hash::sha1, password).fingerprint().finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes rest(data, size);
  ice::Lite lite({"evtj", "", Secret<std::string>(password)});
  std::int64_t now_us = 0;
  while (rest.size() >= 4) {
    const Endpoint source{Address::v4(0xc0000200u + rest[0] % 32), 4'000};
    now_us += rest[1] * std::int64_t{1'000'000};
    if (rest[0] == 255) lite.update({"evtj", "h6vY", Secret<std::string>(password)});
    const std::size_t length = std::min<std::size_t>(rest[2] << 8 | rest[3], rest.size() - 4);
    const Bytes datagram = rest.subspan(4, length);
    rest = rest.subspan(4 + length);
    if (const auto m = stun::Message::parse(datagram)) read_all(*m, datagram);
    hear(lite, now_us, source, datagram);
    Buffer out;
    if (const std::size_t bytes = sign(datagram, out)) hear(lite, now_us, source, std::span(out).first(bytes));
  }
  return 0;
}
