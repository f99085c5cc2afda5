#include "shell/relay/worker.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace rf::relay {

namespace {

constexpr int events_max = 256;
constexpr std::int64_t rate_window_us = 100'000;
constexpr std::uint32_t silence_timer = 0;  // others are of handshakes

void nap(std::uint32_t us) {
  const timespec t{us / 1'000'000, static_cast<long>(us % 1'000'000) * 1'000};
  ::nanosleep(&t, nullptr);
}

Endpoint local_of(const media::LegPlan& plan, bool rtcp) {
  return {plan.local, static_cast<std::uint16_t>(plan.local_port + (rtcp ? 1 : 0))};
}

/// Our voice, or a key of the leg that does not hear it.
transcode::Source source_of(const media::Spoken& spoken) {
  if (!spoken.is_key) return transcode::Source::voice;
  return spoken.leg == 1 ? transcode::Source::caller : transcode::Source::callee;
}

}  // namespace

std::int64_t monotonic_us() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1'000;
}

void count(std::atomic<std::uint64_t>& counter, std::uint64_t by) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

Worker::Worker(const Options& options, WarmPorts& warm, transcode::Pool& transcoders, const Deliver& deliver)
    : options_(options), warm_(warm), transcoders_(transcoders), deliver_(deliver), timers_(monotonic_us() / 1'000) {
  epoll_ = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "media thread: epoll_create1");
  wake_ = Descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wake_) throw std::system_error(errno, std::generic_category(), "media thread: eventfd");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_.get();
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0)
    throw std::system_error(errno, std::generic_category(), "media thread: epoll_ctl");
  ring_event_ = Descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!ring_event_) throw std::system_error(errno, std::generic_category(), "media thread: eventfd");
  // Edges: it need not be read, each further word of the ring is one.
  event.events = EPOLLIN | EPOLLET;
  event.data.fd = ring_event_.get();
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, ring_event_.get(), &event) != 0)
    throw std::system_error(errno, std::generic_category(), "media thread: epoll_ctl");
  if (options_.io_uring && options_.connect_after_packets > 0)
    ring_ = Ring::open(packet_bytes, media::packet_growth, ring_event_.get());
  thread_ = std::thread([this] { run(); });
}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake();
  thread_.join();
}

void Worker::wake() {
  const std::uint64_t one = 1;
  if (::write(wake_.get(), &one, sizeof one) < 0) {
    // Only a full counter refuses, and then the thread is awake anyway.
  }
}

bool Worker::post(WorkerCommand command, bool always) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.commands_max && !always) return false;
    first = queue_.empty();
    queue_.push_back(std::move(command));
  }
  // Whoever finds the queue empty wakes the thread; the others ride along.
  const std::uint64_t one = 1;
  return !first || ::write(wake_.get(), &one, sizeof one) == sizeof one || errno == EAGAIN;
}

void Worker::add_totals(Totals& totals) const {
  totals.received += counters_.received.load(std::memory_order_relaxed);
  totals.forwarded += counters_.forwarded.load(std::memory_order_relaxed);
  totals.spoken += counters_.spoken.load(std::memory_order_relaxed);
  totals.answered += counters_.answered.load(std::memory_order_relaxed);
  totals.handshakes += counters_.handshakes.load(std::memory_order_relaxed);
  totals.secured += counters_.secured.load(std::memory_order_relaxed);
  totals.handshakes_dropped += counters_.handshakes_dropped.load(std::memory_order_relaxed);
  totals.send_failures += counters_.send_failures.load(std::memory_order_relaxed);
  totals.wakeups += counters_.wakeups.load(std::memory_order_relaxed);
  totals.streams += counters_.streams.load(std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  totals.commands = std::max<std::uint64_t>(totals.commands, queue_.size());
  totals.transcode_lost += coded_lost_;
}

void Worker::run() {
  // Signals belong to the main thread.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  ::pthread_setname_np(::pthread_self(), "rf-media");
  std::array<epoll_event, events_max> events;
  if (ring_ && !ring_->begin()) ring_.reset();
  rate_from_us_ = monotonic_us();
  bool rested = true, ring = false;
  for (;;) {
    const std::int64_t before_us = monotonic_us();
    // Sockets are looked at without waiting until all are empty; only then is there time to rest.
    const int ready = ::epoll_wait(epoll_.get(), events.data(), events_max, rested ? wait(before_us) : 0);
    const std::int64_t now_us = rested ? monotonic_us() : before_us;
    if (rested) count(counters_.wakeups);
    bool commands = false;
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == wake_.get())
        commands = true;
      else if (fd == ring_event_.get())
        ring = true;
      else
        on_event(fd, now_us);
    }
    if (ring) ring = look_at_ring(now_us);
    if (!waiting_.empty()) shake_hands();
    on_timers(now_us);
    if (now_us >= speaks_at_us_) speak(now_us);
    if (commands) {
      carry_out_commands(now_us);
      send_coded(now_us);
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    if (now_us - rate_from_us_ >= rate_window_us) {
      busy_ = rate_packets_ * 1'000'000 >
              options_.gather_above_packets_per_s * static_cast<std::uint64_t>(now_us - rate_from_us_);
      rate_from_us_ = now_us;
      rate_packets_ = 0;
    }
    rested = ready <= 0 && waiting_.empty() && !ring;
    if (rested && busy_ && options_.gather_us > 0) nap(options_.gather_us);
  }
  // A ring lets go of sockets some time after it is gone; a port has to be free at once.
  for (auto& [id, stream] : streams_)
    for (Leg& leg : stream->legs) leave_ring(leg.direct);
  ring_.reset();
}

/// How long to wait for packets, in milliseconds for epoll.
int Worker::wait(std::int64_t now_us) {
  const std::int64_t voice_ms = speaks_at_us_ == never_ms ? never_ms : (speaks_at_us_ + 999) / 1'000;
  const std::int64_t deadline_ms = std::min(timers_.next_deadline(), voice_ms);
  if (deadline_ms == never_ms) return -1;
  return static_cast<int>(std::clamp<std::int64_t>(deadline_ms - now_us / 1'000, 0, 60'000));
}

void Worker::on_event(int fd, std::int64_t now_us) {
  const Watched& watched = watched_[static_cast<std::size_t>(fd)];
  if (watched.socket != nullptr)
    serve(*watched.socket, now_us);
  else
    warm_.let_go(watched.local, fd, epoll_.get());
}

void Worker::serve(Socket& socket, std::int64_t now_us) {
  sockaddr_storage from;
  socklen_t from_size = sizeof from;
  const ssize_t size = ::recvfrom(socket.fd.get(), packet_.data(), packet_bytes, MSG_DONTWAIT | MSG_TRUNC,
                                  reinterpret_cast<sockaddr*>(&from), &from_size);
  // An error here is nothing waiting, or an ICMP message about an earlier packet, which proves nothing.
  if (size < 0) return;
  pass(socket, from_kernel(from), {packet_, static_cast<std::size_t>(size), {}}, now_us);
}

/// Whether something is left.
bool Worker::look_at_ring(std::int64_t now_us) {
  const Ring::Sent sent = ring_->look([&](const Ring::Packet& packet) {
    return pass(*static_cast<Socket*>(packet.owner), packet.source, {packet.room, packet.bytes, packet.buffer}, now_us);
  });
  count(counters_.forwarded, sent.packets);
  count(counters_.send_failures, sent.failures);
  return sent.more;
}

/// Whether the datagram's buffer leaves by the ring.
bool Worker::pass(Socket& socket, const Endpoint& source, const Datagram& datagram, std::int64_t now_us) {
  count(counters_.received);
  ++rate_packets_;
  if (datagram.size > packet_bytes) return false;
  Stream& stream = *socket.stream;
  const media::Decision decision =
      stream.session.on_packet(now_us, socket.leg, socket.rtcp, source, datagram.room, datagram.size);
  if (decision.digit != 0)
    deliver_(engine::DigitHeard{stream.session.plan().id, stream.session.plan().call, decision.digit,
                                decision.digit_leg});
  if (decision.handshake) await_handshake(socket, source, datagram.bytes());
  if (decision.answer_bytes > 0) {
    answer(socket, source, datagram.room.first(decision.answer_bytes));
    if (stream.handshakes) connect(stream, now_us);
  }
  if (!decision && !decision.to_transcode) return false;
  const unsigned other = socket.leg ^ 1u;
  bool leaves = false;
  if (decision.to_transcode) {
    transcode_from(socket, datagram.room.first(decision.bytes), now_us);
  } else if (datagram.buffer && goes_direct(stream, other, decision) && stream.legs[other].direct.watch) {
    ring_->send(stream.legs[other].direct.watch, *datagram.buffer, decision.bytes);
    leaves = true;
  } else if (send_on(stream, other, decision, datagram.room.data())) {
    count(counters_.forwarded);
  }
  if (!socket.rtcp) settle(stream, socket.leg, source);
  return leaves;
}

void Worker::answer(const Socket& socket, const Endpoint& to, std::span<const std::uint8_t> bytes) {
  const KernelAddress kernel = to_kernel(to, family_of(socket.stream->session.plan().legs[socket.leg].local));
  const bool sent = ::sendto(socket.fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT, kernel.get(), kernel.size) >= 0;
  count(sent ? counters_.answered : counters_.send_failures);
}

bool Worker::goes_direct(const Stream& stream, unsigned leg_index, const media::Decision& decision) {
  const Leg& leg = stream.legs[leg_index];
  return !decision.by_rtcp_port && leg.direct.fd && leg.direct_peer == *decision.to;
}

bool Worker::send_on(Stream& stream, unsigned leg_index, const media::Decision& decision, const std::uint8_t* bytes) {
  const std::size_t size = decision.bytes;
  Leg& leg = stream.legs[leg_index];
  const unsigned kind = decision.by_rtcp_port ? 1 : 0;
  const bool direct = goes_direct(stream, leg_index, decision);
  ssize_t sent = -1;
  // The second try is for an ICMP error that an earlier packet left on the socket: it is told instead of sending.
  for (int attempt = 0; attempt < 2 && sent < 0; ++attempt) {
    if (direct) {
      sent = ::send(leg.direct.fd.get(), bytes, size, MSG_DONTWAIT);
    } else {
      Exit& exit = leg.exits[kind];
      if (exit.to != *decision.to)
        exit = {*decision.to, to_kernel(*decision.to, family_of(stream.session.plan().legs[leg_index].local))};
      if (exit.kernel.size == 0) break;
      sent = ::sendto(leg.ports[kind].fd.get(), bytes, size, MSG_DONTWAIT, exit.kernel.get(), exit.kernel.size);
    }
    if (sent < 0 && errno == EAGAIN) break;
  }
  if (sent < 0) count(counters_.send_failures);
  return sent >= 0;
}

/// Gives a steady peer its own connected socket, or points that socket at the peer's new place.
void Worker::settle(Stream& stream, unsigned leg_index, const Endpoint& source) {
  Leg& leg = stream.legs[leg_index];
  if (leg.steady_source != source) {
    leg.steady_source = source;
    leg.steady = 0;
  }
  if (options_.connect_after_packets == 0 || leg.steady > options_.connect_after_packets) return;
  if (++leg.steady <= options_.connect_after_packets) return;
  const Endpoint local = local_of(stream.session.plan().legs[leg_index], false);
  if (leg.direct.fd) {
    if (reconnect(leg.direct.fd.get(), local, source)) leg.direct_peer = source;
    return;
  }
  Descriptor second = connect_beside(leg.ports[0].fd.get(), local, source, warm_.options());
  if (!second) return;
  leg.direct.fd = std::move(second);
  leg.direct.stream = &stream;
  leg.direct.leg = static_cast<std::uint8_t>(leg_index);
  leg.direct_peer = source;
  if (ring_) leg.direct.watch = ring_->watch(leg.direct.fd.get(), &leg.direct);
  // Unwatched it would swallow the peer's packets.
  if (!leg.direct.watch && !watch(leg.direct, local, false)) leg.direct.fd = Descriptor();
}

void Worker::leave_ring(Socket& socket) {
  if (socket.watch) ring_->end(std::exchange(socket.watch, {}));
}

bool Worker::watch(Socket& socket, const Endpoint& local, bool already) {
  const int fd = socket.fd.get();
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (!already && ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return false;
  const auto place = static_cast<std::size_t>(fd);
  if (place >= watched_.size()) watched_.resize(place + 1);
  watched_[place] = {&socket, local};
  return true;
}

bool Worker::open_port(Socket& socket, const Endpoint& local) {
  WarmPorts::Taken taken = warm_.take(local, epoll_.get());
  if (!taken.socket) return false;
  socket.fd = std::move(taken.socket);
  if (watch(socket, local, taken.watched)) return true;
  socket.fd = Descriptor();
  return false;
}

void Worker::carry_out_commands(std::int64_t now_us) {
  std::uint64_t ignored = 0;
  if (::read(wake_.get(), &ignored, sizeof ignored) < 0) {
    // Nothing to take back: somebody's write is still on its way, and brings us here again.
  }
  {
    const std::lock_guard lock(mutex_);
    std::swap(queue_, taken_);
    std::swap(coded_, taken_coded_);
    coded_shares_.clear();
  }
  for (const WorkerCommand& command : taken_) std::visit([&](const auto& c) { carry_out(c, now_us); }, command);
  taken_.clear();
}

void Worker::carry_out(const StartStream& command, std::int64_t now_us) {
  const media::RelayPlan& plan = command.plan;
  auto stream = std::make_unique<Stream>(plan, now_us, speech_for(plan));
  bool ok = !streams_.contains(plan.id);
  for (unsigned i = 0; i < 2; ++i)
    for (unsigned kind = 0; kind < 2; ++kind) {
      Socket& socket = stream->legs[i].ports[kind];
      socket.stream = stream.get();
      socket.leg = static_cast<std::uint8_t>(i);
      socket.rtcp = kind == 1;
      ok = ok && open_port(socket, local_of(plan.legs[i], socket.rtcp));
    }
  if (!ok) {
    give_back_ports(*stream);
    deliver_(engine::RelayFailed{plan.id, plan.call});
    return;
  }
  watch_silence(*stream, now_us);
  watch_voice(*stream);
  watch_transcoding({}, plan);
  connect(*stream, now_us);
  streams_.emplace(plan.id, std::move(stream));
  counters_.streams.store(streams_.size(), std::memory_order_relaxed);
}

void Worker::carry_out(const UpdateStream& command, std::int64_t now_us) {
  const auto found = streams_.find(command.plan.id);
  if (found == streams_.end()) return;
  watch_transcoding(found->second->session.plan(), command.plan);
  found->second->session.update(command.plan, now_us, speech_for(command.plan));
  watch_silence(*found->second, now_us);
  watch_voice(*found->second);
  drop_former_handshakes(*found->second);
  connect(*found->second, now_us);
}

void Worker::carry_out(const StopStream& command, std::int64_t) {
  engine::RelayReported reported{{command.relay, {}, {}}, true};
  if (const auto found = streams_.find(command.relay); found != streams_.end()) {
    Stream& stream = *found->second;
    reported.report = stream.session.report();
    media::RelayPlan nothing;
    nothing.id = command.relay;
    watch_transcoding(stream.session.plan(), nothing);
    timers_.cancel(stream.silence);
    end_handshakes(stream);
    if (stream.speaks) std::erase(speaking_, &stream);
    if (speaking_.empty()) speaks_at_us_ = never_ms;
    give_back_ports(stream);
    streams_.erase(found);
    counters_.streams.store(streams_.size(), std::memory_order_relaxed);
  }
  deliver_(reported);
}

void Worker::carry_out(const AskStream& command, std::int64_t) {
  if (const auto found = streams_.find(command.relay); found != streams_.end())
    deliver_(engine::RelayReported{found->second->session.report(), false});
}

void Worker::carry_out(const UseIdentities& command, std::int64_t) {
  if (command.identities == identities_[0]) return;
  identities_[1] = std::exchange(identities_[0], command.identities);
}

void Worker::carry_out(const UseClips& command, std::int64_t) {
  clips_ = command.clips;
}

/// What a session may need for the plan's order. The numbers of a stream are not to be guessed (RFC 3550 §9).
media::Speech Worker::speech_for(const media::RelayPlan& plan) const {
  media::Speech speech{clips_.get(), {}};
  const bool needed = plan.voice.order != 0 || plan.press.order != 0;
  if (needed && ::getrandom(&speech.start, sizeof speech.start, GRND_NONBLOCK) < 0) speech.start = {};
  return speech;
}

void Worker::watch_voice(Stream& stream) {
  const std::int64_t at_us = stream.session.speaks_at_us();
  if (at_us == never_ms) return;  // if it was among the speaking, they are looked through at their next moment
  if (!stream.speaks) speaking_.push_back(&stream);
  stream.speaks = true;
  speaks_at_us_ = std::min(speaks_at_us_, at_us);
}

/// All voices speak at the same moments, so that a thread wakes up once for all of them, and for nobody not at all.
void Worker::speak(std::int64_t now_us) {
  speaks_at_us_ = never_ms;
  std::erase_if(speaking_, [&](Stream* stream) {
    say_what_is_due(*stream, now_us);
    const std::int64_t at_us = stream->session.speaks_at_us();
    stream->speaks = at_us != never_ms;
    speaks_at_us_ = std::min(speaks_at_us_, at_us);
    return !stream->speaks;
  });
}

void Worker::say_what_is_due(Stream& stream, std::int64_t now_us) {
  while (stream.session.speaks_at_us() <= now_us) {
    const media::Spoken spoken = stream.session.speak(now_us, packet_);
    if (spoken.to_transcode)
      transcoders_.code(stream.session.plan().id, source_of(spoken), now_us, std::span(packet_).first(spoken.bytes));
    if (spoken.to != nullptr && send_on(stream, spoken.leg, {spoken.to, spoken.bytes}, packet_.data()))
      count(counters_.spoken);
    if (spoken.over != 0)
      deliver_(engine::VoiceDone{stream.session.plan().id, stream.session.plan().call, spoken.over});
  }
}

void Worker::watch_silence(Stream& stream, std::int64_t now_us) {
  timers_.cancel(stream.silence);
  const std::int64_t silent_at_us = stream.session.silent_at_us();
  if (silent_at_us == never_ms) return;
  // Once reported, the next report is a whole limit away.
  const std::int64_t limit_us = std::int64_t{stream.session.plan().silence_limit_ms} * 1'000;
  const std::int64_t at_us = silent_at_us > now_us ? silent_at_us : now_us + limit_us;
  stream.silence = timers_.set(at_us / 1'000 + 1, stream.session.plan().id.value, silence_timer);
}

void Worker::on_timers(std::int64_t now_us) {
  if (timers_.next_deadline() > now_us / 1'000) return;
  fired_.clear();
  timers_.advance(now_us / 1'000, fired_);
  for (const Timers::Fired& fired : fired_) {
    const auto found = streams_.find(RelayId{fired.owner});
    if (found == streams_.end()) continue;
    if (fired.kind == silence_timer)
      on_silence(*found->second, now_us);
    else
      on_handshake_timer(*found->second, fired.kind, now_us);
  }
}

void Worker::on_silence(Stream& stream, std::int64_t now_us) {
  stream.silence = 0;
  if (stream.session.silent_at_us() <= now_us)
    deliver_(engine::RelaySilent{stream.session.plan().id, stream.session.plan().call,
                                 (now_us - stream.session.silent_since_us()) / 1'000});
  watch_silence(stream, now_us);
}

void Worker::give_back_ports(Stream& stream) {
  for (unsigned i = 0; i < 2; ++i) {
    Leg& leg = stream.legs[i];
    leave_ring(leg.direct);
    if (leg.direct.fd && static_cast<std::size_t>(leg.direct.fd.get()) < watched_.size())
      watched_[static_cast<std::size_t>(leg.direct.fd.get())] = {};
    for (Socket& socket : leg.ports) {
      if (!socket.fd) continue;
      watched_[static_cast<std::size_t>(socket.fd.get())].socket = nullptr;
      warm_.give_back(local_of(stream.session.plan().legs[i], socket.rtcp), std::move(socket.fd), epoll_.get());
    }
  }
}

}  // namespace rf::relay
