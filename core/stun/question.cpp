#include "core/stun/question.hpp"

#include "core/stun/writer.hpp"

namespace rf::stun {

std::size_t Question::send(std::int64_t now_ms, std::span<std::uint8_t> out) {
  const std::int64_t wait_ms = std::int64_t{PublicAddressLimits::first_wait_ms} << sent_;
  ++sent_;
  due_ms_ = now_ms + (sent_ == PublicAddressLimits::requests ? PublicAddressLimits::last_wait_ms : wait_ms);
  return Writer(out, Class::request, binding, id_).finish();
}

std::optional<std::expected<Endpoint, std::string>> Question::read(Bytes datagram) const {
  const auto m = Message::parse(datagram);
  if (!m || m->transaction() != id_ || m->method() != binding) return std::nullopt;
  if (m->kind() == Class::failure)
    return std::unexpected("refused with error " + std::to_string(m->error_code().value_or(0)));
  if (m->kind() != Class::success) return std::nullopt;
  if (!m->unknown().empty()) return std::unexpected("answered with what is not understood");
  const auto mapped = m->mapped_endpoint();
  if (!mapped) return std::unexpected("answered without an address");
  return *mapped;
}

}  // namespace rf::stun
