#include "core/websocket/frames.hpp"

#include <array>
#include <utility>

#include "core/base/limits/wire.hpp"

namespace rf::websocket {
namespace {

constexpr std::size_t control_bytes = 125;
constexpr std::size_t mask_bytes = 4;
constexpr unsigned final_bit = 0x80, reserved_bits = 0x70, opcode_bits = 0x0f, mask_bit = 0x80, length_bits = 0x7f;
constexpr unsigned length_of_16_bits = 126, length_of_64_bits = 127;

bool is_control(unsigned opcode) {
  return opcode >= 8;
}

bool is_known(unsigned opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

}  // namespace

struct FrameReader::Header {
  bool final = false;
  unsigned opcode = 0;
  std::size_t header_bytes = 0;  ///< with the mask
  std::size_t bytes = 0;         ///< of what follows
};

std::expected<void, CloseCode> FrameReader::push(std::span<const char> bytes) {
  if (std::exchange(given_, false)) message_.clear();
  if (begin_ > 0) buffer_.erase(0, std::exchange(begin_, 0));
  if (buffer_.size() + bytes.size() > WireLimits::stream_pending_bytes) return std::unexpected(CloseCode::too_big);
  buffer_.append(bytes.data(), bytes.size());
  return {};
}

std::expected<std::optional<FrameReader::Header>, CloseCode> FrameReader::read_header() const {
  const std::string_view rest = std::string_view(buffer_).substr(begin_);
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(rest[at]); };
  constexpr std::unexpected wrong(CloseCode::protocol_error);
  if (rest.empty()) return std::nullopt;
  Header header;
  header.final = (byte(0) & final_bit) != 0;
  header.opcode = byte(0) & opcode_bits;
  if ((byte(0) & reserved_bits) != 0 || !is_known(header.opcode)) return wrong;
  const bool control = is_control(header.opcode);
  if (control && !header.final) return wrong;
  if (!control && (header.opcode == 0) != in_pieces_) return wrong;
  if (rest.size() < 2) return std::nullopt;
  if ((byte(1) & mask_bit) == 0) return wrong;
  const unsigned length = byte(1) & length_bits;
  if (control && length > control_bytes) return wrong;
  const std::size_t more = length == length_of_64_bits ? 8 : length == length_of_16_bits ? 2 : 0;
  if (rest.size() < 2 + more) return std::nullopt;
  std::uint64_t bytes = more == 0 ? length : 0;
  for (std::size_t i = 0; i < more; ++i) bytes = bytes << 8 | byte(2 + i);
  if (more == 8 && bytes <= 0xffff) return wrong;
  if (more == 2 && bytes < length_of_16_bits) return wrong;
  const std::size_t held = control ? 0 : given_ ? 0 : message_.size();
  if (bytes > WireLimits::message_bytes - held) return std::unexpected(CloseCode::too_big);
  header.bytes = static_cast<std::size_t>(bytes);
  header.header_bytes = 2 + more + mask_bytes;
  return rest.size() < header.header_bytes + header.bytes ? std::nullopt : std::optional(header);
}

std::span<char> FrameReader::unmask(const Header& header) {
  const std::size_t mask = begin_ + header.header_bytes - mask_bytes;
  const std::span<char> bytes(buffer_.data() + mask + mask_bytes, header.bytes);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(bytes[i] ^ buffer_[mask + i % mask_bytes]);
  begin_ += header.header_bytes + header.bytes;
  return bytes;
}

std::expected<std::optional<FrameReader::Frame>, CloseCode> FrameReader::next() {
  for (;;) {
    const auto read = read_header();
    if (!read) return std::unexpected(read.error());
    if (!*read) return std::nullopt;
    const Header& header = **read;
    if (std::exchange(given_, false)) message_.clear();
    const std::span<char> bytes = unmask(header);
    if (is_control(header.opcode)) {
      if (header.opcode == static_cast<unsigned>(Opcode::ping)) return Frame{Kind::ping, bytes};
      if (header.opcode == static_cast<unsigned>(Opcode::pong)) return Frame{Kind::pong, bytes};
      if (bytes.size() == 1) return std::unexpected(CloseCode::protocol_error);
      return Frame{Kind::close, bytes};
    }
    if (header.final && !in_pieces_) return Frame{Kind::message, bytes};
    message_.append(bytes.data(), bytes.size());
    in_pieces_ = !header.final;
    if (in_pieces_) continue;
    given_ = true;
    return Frame{Kind::message, message_};
  }
}

void append_frame(std::string& out, Opcode opcode, std::string_view bytes) {
  out += static_cast<char>(final_bit | static_cast<unsigned>(opcode));
  const auto number = [&](std::uint64_t value, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  };
  if (bytes.size() < length_of_16_bits) {
    out += static_cast<char>(bytes.size());
  } else if (bytes.size() <= 0xffff) {
    out += static_cast<char>(length_of_16_bits);
    number(bytes.size(), 2);
  } else {
    out += static_cast<char>(length_of_64_bits);
    number(bytes.size(), 8);
  }
  out.append(bytes);
}

void append_close(std::string& out, CloseCode code) {
  const auto number = static_cast<unsigned>(code);
  const std::array<char, 2> bytes{static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
  append_frame(out, Opcode::close, {bytes.data(), bytes.size()});
}

}  // namespace rf::websocket
