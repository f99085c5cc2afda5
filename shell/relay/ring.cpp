#include "shell/relay/ring.hpp"

#include <liburing.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/limits/media.hpp"
#include "shell/relay/ports.hpp"

namespace rf::relay {

namespace {

constexpr unsigned entries = 1'024;  // to hand over at once; when they are full, they are handed over
constexpr int buffer_group = 1;
constexpr std::size_t buffers_bytes = RelayLimits::ring_buffers * sizeof(io_uring_buf);

// What a completion is about stands in its 64 bits: a send with its buffer, or a place with the number of its watch.
constexpr std::uint64_t sending = 1ull << 63, cancelling = 1ull << 62;

std::uint64_t name_of(std::uint32_t place, std::uint32_t number) {
  return std::uint64_t{number} << 32 | place;
}

struct Place {
  int socket = -1;
  void* owner = nullptr;
  std::uint32_t number = 0;
};

struct Leaving {
  Ring::Watch by;
  std::size_t bytes = 0;
};

/// Of a request to receive that can never be answered. After all others (no buffer, an ICMP error) it is asked again.
bool is_final(int result) {
  return result == -ECANCELED || result == -EINVAL || result == -EBADF || result == -ENOTSOCK || result == -EOPNOTSUPP;
}

}  // namespace

struct Ring::State {
  io_uring ring{};
  bool made = false;
  io_uring_buf_ring* buffers = nullptr;
  std::vector<std::uint8_t> memory;
  std::size_t packet_bytes = 0, stride = 0;
  msghdr form{};  // of what is received: a name, then the packet
  std::vector<Place> places;
  std::vector<std::uint32_t> free_places;
  std::vector<Leaving> leaving = std::vector<Leaving>(RelayLimits::ring_buffers);
  std::uint32_t last_number = 0;

  ~State() {
    if (made) ::io_uring_queue_exit(&ring);
    if (buffers != nullptr) ::munmap(buffers, buffers_bytes);
  }
  std::size_t header() const { return sizeof(io_uring_recvmsg_out) + form.msg_namelen; }
  std::uint8_t* at(std::uint16_t buffer) { return memory.data() + stride * buffer; }
  std::uint8_t* packet_at(std::uint16_t buffer) { return at(buffer) + header(); }
  void offer(std::uint16_t buffer) {
    ::io_uring_buf_ring_add(buffers, at(buffer), static_cast<unsigned>(header() + packet_bytes + 1), buffer,
                            ::io_uring_buf_ring_mask(RelayLimits::ring_buffers), 0);
    ::io_uring_buf_ring_advance(buffers, 1);
  }
  io_uring_sqe* entry() {
    io_uring_sqe* entry = ::io_uring_get_sqe(&ring);
    if (entry != nullptr) return entry;
    ::io_uring_submit(&ring);
    return ::io_uring_get_sqe(&ring);
  }
};

std::unique_ptr<Ring> Ring::open(std::size_t packet_bytes, std::size_t growth_bytes, int event) {
  auto state = std::make_unique<State>();
  io_uring_params params{};
  params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG |
                 IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
  params.cq_entries = entries * 4;
  if (::io_uring_queue_init_params(entries, &state->ring, &params) != 0) return nullptr;
  state->made = true;
  void* memory = ::mmap(nullptr, buffers_bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  state->buffers = static_cast<io_uring_buf_ring*>(memory);
  ::io_uring_buf_ring_init(state->buffers);
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
  registration.ring_entries = RelayLimits::ring_buffers;
  registration.bgid = buffer_group;
  if (::io_uring_register_buf_ring(&state->ring, &registration, 0) != 0) return nullptr;
  if (::io_uring_register_eventfd(&state->ring, event) != 0) return nullptr;
  state->form.msg_namelen = sizeof(sockaddr_storage);
  state->packet_bytes = packet_bytes;
  state->stride = state->header() + packet_bytes + growth_bytes;
  state->memory.resize(state->stride * RelayLimits::ring_buffers);
  for (std::uint16_t buffer = 0; buffer < RelayLimits::ring_buffers; ++buffer) state->offer(buffer);
  return std::unique_ptr<Ring>(new Ring(std::move(state)));
}

Ring::Ring(std::unique_ptr<State> state) : state_(std::move(state)) {}

Ring::~Ring() = default;

bool Ring::begin() {
  // io_uring_enable_rings() is declared in liburing 2.3, but not in its library.
  return ::syscall(__NR_io_uring_register, state_->ring.ring_fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0) == 0;
}

Ring::Watch Ring::watch(int socket, void* owner) {
  State& s = *state_;
  std::uint32_t place = static_cast<std::uint32_t>(s.places.size());
  if (!s.free_places.empty()) {
    place = s.free_places.back();
    s.free_places.pop_back();
  } else if (place >= RelayLimits::ring_sockets) {
    return {};
  } else {
    s.places.emplace_back();
  }
  // 29 bits: a number comes again after so many watches that nothing of the former one can be left.
  s.last_number = (s.last_number + 1) & 0x1fff'ffff;
  if (s.last_number == 0) s.last_number = 1;
  s.places[place] = {socket, owner, s.last_number};
  arm(place);
  ::io_uring_submit(&s.ring);
  return {place, s.last_number};
}

void Ring::arm(std::uint32_t place) {
  State& s = *state_;
  io_uring_sqe* entry = s.entry();
  if (entry == nullptr) return;
  ::io_uring_prep_recvmsg_multishot(entry, s.places[place].socket, &s.form, 0);
  entry->flags |= IOSQE_BUFFER_SELECT;
  entry->buf_group = buffer_group;
  entry->user_data = name_of(place, s.places[place].number);
}

void Ring::end(Watch watch) {
  State& s = *state_;
  if (!watch || s.places[watch.place].number != watch.number) return;
  s.places[watch.place] = {};
  s.free_places.push_back(watch.place);
  io_uring_sqe* entry = s.entry();
  if (entry == nullptr) return;
  ::io_uring_prep_cancel64(entry, name_of(watch.place, watch.number), 0);
  entry->user_data = cancelling;
  // What this brings is looked at by the next look(); the kernel is done with the socket when it returns.
  ::io_uring_submit_and_get_events(&s.ring);
}

void Ring::send(Watch watch, std::uint16_t buffer, std::size_t bytes) {
  State& s = *state_;
  s.leaving[buffer] = {watch, bytes};
  io_uring_sqe* entry = s.entry();
  if (entry == nullptr) return give_back(buffer);
  ::io_uring_prep_send(entry, s.places[watch.place].socket, s.packet_at(buffer), bytes, MSG_DONTWAIT);
  entry->user_data = sending | buffer;
}

void Ring::be_quiet(bool quiet) {
  ::io_uring_cq_eventfd_toggle(&state_->ring, !quiet);
  // Whatever the kernel has from here on, it either tells, or is_more() sees.
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

bool Ring::is_more() const {
  const io_uring& ring = state_->ring;
  return ::io_uring_sq_ready(&ring) > 0 || ::io_uring_cq_ready(&ring) > 0 ||
         (IO_URING_READ_ONCE(*ring.sq.kflags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
}

bool Ring::enter() {
  if (!is_more()) return false;
  ::io_uring_submit_and_get_events(&state_->ring);
  return ::io_uring_cq_ready(&state_->ring) > 0;
}

bool Ring::next(Packet& packet, Sent& sent) {
  State& s = *state_;
  io_uring_cqe* seen = nullptr;
  while (::io_uring_peek_cqe(&s.ring, &seen) == 0) {
    const io_uring_cqe got = *seen;
    ::io_uring_cqe_seen(&s.ring, seen);
    if ((got.user_data & sending) != 0) {
      on_sent(static_cast<std::uint16_t>(got.user_data), got.res, sent);
    } else if ((got.user_data & cancelling) == 0 && on_received(got.user_data, got.res, got.flags, packet)) {
      return true;
    }
  }
  return false;
}

void Ring::on_sent(std::uint16_t buffer, int result, Sent& sent) {
  const bool gone = result >= 0 || (result != -EAGAIN && send_again(buffer));
  ++(gone ? sent.packets : sent.failures);
  give_back(buffer);
}

/// For an ICMP error that an earlier packet left on the socket: it is told instead of sending. Another of those that
/// left together may have met the next one since.
bool Ring::send_again(std::uint16_t buffer) {
  State& s = *state_;
  const auto& [by, bytes] = s.leaving[buffer];
  const Place& place = s.places[by.place];
  if (place.number != by.number) return false;
  for (int attempt = 0; attempt < 2; ++attempt)
    if (::send(place.socket, s.packet_at(buffer), bytes, MSG_DONTWAIT) >= 0) return true;
  return false;
}

bool Ring::on_received(std::uint64_t name, int result, std::uint32_t flags, Packet& packet) {
  State& s = *state_;
  const auto place = static_cast<std::uint32_t>(name);
  const bool watched = place < s.places.size() && name == name_of(place, s.places[place].number);
  // Without buffers, or after an ICMP error, the kernel stops; nothing is lost of what waits in the socket.
  if ((flags & IORING_CQE_F_MORE) == 0 && watched && !is_final(result)) arm(place);
  if ((flags & IORING_CQE_F_BUFFER) == 0) return false;
  const auto buffer = static_cast<std::uint16_t>(flags >> IORING_CQE_BUFFER_SHIFT);
  const std::size_t size = result < 0 ? 0 : static_cast<std::size_t>(result);
  if (!watched || size < s.header()) {
    give_back(buffer);
    return false;
  }
  sockaddr_storage from;
  std::memcpy(&from, s.at(buffer) + sizeof(io_uring_recvmsg_out), sizeof from);
  packet = {s.places[place].owner,
            from_kernel(from),
            {s.packet_at(buffer), s.stride - s.header()},
            size - s.header(),
            buffer};
  return true;
}

void Ring::give_back(std::uint16_t buffer) {
  state_->offer(buffer);
}

}  // namespace rf::relay
