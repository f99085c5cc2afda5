// The bounds of a running server and their use; what its limits ask of the host.
#include <fmt/format.h>

#include <algorithm>

#include "app/host.hpp"
#include "app/server.hpp"
#include "core/base/limits/events.hpp"

namespace rf::app {
namespace {

/// Listeners, clocks, the database, the log, the control socket: few, but not none.
constexpr std::size_t descriptors_of_our_own = 128;
/// RTP and RTCP, on each side of its stream.
constexpr std::size_t ports_per_call = 4;

}  // namespace

std::size_t warm_ports_max() {
  return std::min(QueueLimits::warm_ports, descriptors_allowed() / 4);
}

std::size_t descriptors_needed(const config::Settings& settings) {
  // Each port of the media range is a socket, whether a call uses it or it is kept for the next; a stream of four ports
  // has two more once it has settled.
  const std::size_t ports = std::size_t{settings.media.last_port} - settings.media.first_port + 1;
  const std::size_t clients = settings.web.enabled ? WebLimits::clients : 0;
  return ports + ports / 2 + settings.limits.connections_max + clients + descriptors_of_our_own;
}

void Server::watch_descriptors() {
  const std::size_t needed = descriptors_needed(settings_), allowed = descriptors_allowed();
  warnings_.erase("descriptors");
  if (needed <= allowed) return;
  warnings_["descriptors"] = fmt::format(
      "limits.connections_max and media.ports need up to {} descriptors, this process may have {}: calls and "
      "connections will fail before their limits; raise LimitNOFILE of the service (or ulimit -n), or lower them",
      needed, allowed);
}

std::map<std::string, std::string> media_port_warnings(const config::Settings& settings, const HostPorts& host) {
  std::map<std::string, std::string> out;
  const std::uint32_t first = settings.media.first_port, last = settings.media.last_port, ports = last - first + 1;
  const std::size_t calls = settings.limits.calls_max, needed = calls * ports_per_call;
  // Without a word about calls the ports are the bound, and that is as good.
  if (settings.names_calls_max && !settings.media.elsewhere && needed > ports)
    out["calls without ports"] = fmt::format(
        "limits.calls_max is {}, and media.ports {}-{} has room for {} calls of one stream: further ones get 503; "
        "widen media.ports to {} ports, or lower limits.calls_max",
        calls, first, last, ports / ports_per_call, needed);
  const bool is_kept = ports * host.addresses <= host.kept;
  if (!is_kept && host.ephemeral && last >= host.ephemeral->first && first <= host.ephemeral->second)
    out["ephemeral ports"] = fmt::format(
        "media.ports {}-{} meets the ports {}-{} that this host gives to any program, and is too large to be kept "
        "open: calls may find their port taken; run: sysctl net.ipv4.ip_local_reserved_ports={}-{}, or move "
        "media.ports",
        first, last, host.ephemeral->first, host.ephemeral->second, first, last);
  std::string held;
  for (const auto& [address, count] : host.held)
    held += fmt::format("{}{} on {}", held.empty() ? "" : ", ", count, address);
  if (!held.empty())
    out["media ports"] =
        fmt::format("other programs hold ports of {}-{} ({}); a call that draws one is refused: end them or change "
                    "media.ports",
                    first, last, held);
  return out;
}

std::vector<effect::Gauge> Server::bounds(const effect::Status* engine, const config::Settings& settings,
                                          const web::Counters& web) {
  std::vector<effect::Gauge> out;
  if (engine != nullptr) out = engine->gauges;
  const net::StreamCounters streams = loop_->streams().counters();
  const signalling::LoopCounters loop = loop_->counters();
  const dns::ResolverCounters dns = resolver_->counters();
  const relay::Totals relay = relay_->totals();
  const store::WriterStatistics writes = writer_->statistics();
  const Limits& limits = settings.limits;
  out.insert(out.end(), {{"connections", streams.connections, limits.connections_max},
                         {"unauthenticated_connections", streams.strangers, limits.unauthenticated_connections_max},
                         {"store_queue", writes.queued, limits.store_queue_max},
                         {"inputs", loop.inputs_waiting, QueueLimits::inputs},
                         {"stream_messages", loop.stream_packets_waiting, QueueLimits::stream_messages},
                         {"stream_bytes", loop.stream_bytes_waiting, QueueLimits::stream_bytes},
                         {"push_bytes", streams.push_bytes, QueueLimits::push_bytes},
                         {"dns_questions", dns.outstanding, QueueLimits::dns_questions},
                         {"dns_cache", dns.cached, QueueLimits::dns_cache},
                         {"relay_commands", relay.commands, QueueLimits::relay_commands},
                         {"media_handshakes", relay.handshakes, SecureMediaLimits::handshakes * settings.media.threads},
                         {"warm_ports", relay.warm_ports, warm_ports_max()},
                         {"database_mb", writes.bytes / 1'000'000, settings.records.keep_mb},
                         {"log_lines", log_->counters().waiting, QueueLimits::log_lines},
                         {"descriptors", descriptors_open(), descriptors_allowed()}});
  if (tracing_) {
    const trace::RecorderCounters trace = tracing_->recorder().counters();
    out.push_back({"trace_queue_bytes", trace.waiting_bytes, TraceLimits::queue_bytes});
    out.push_back({"trace_mb", trace.disk_bytes / 1'000'000,
                   std::uint64_t{settings.trace.keep.budget_mb} + settings.trace.keep.log_mb});
  }
  out.push_back({"events", events_->waiting(), 2 * EventLimits::incoming});
  out.push_back({"web_clients", web.clients, WebLimits::clients});
  out.push_back({"web_listeners", web.listeners, ApiLimits::listeners});
  return out;
}

}  // namespace rf::app
