// What monitoring sees of a running server.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "app/server.hpp"

namespace rf::app {
namespace {

using metrics::Number;

constexpr std::uint32_t engine_answer_ms = 1'000;

double resident_bytes() {
  std::ifstream in("/proc/self/statm");
  double total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

std::vector<Number> Server::numbers() {
  std::vector<Number> out;
  const auto gauge = [&](std::string name, std::string help, auto value) {
    out.push_back({"ringfence_" + name, std::move(help), static_cast<double>(value)});
  };
  const auto count = [&](std::string name, std::string help, auto value) {
    out.push_back({"ringfence_" + name + "_total", std::move(help), static_cast<double>(value), true});
  };
  const config::Settings settings = current_settings();
  gauge("start_time_seconds", "When the server started, in seconds since 1970",
        static_cast<double>(started_wall_ms_) / 1e3);
  gauge("resident_memory_bytes", "Memory in use", resident_bytes());
  count("cpu_seconds", "User and system time of all threads", cpu_seconds());

  const auto answer = carrier_->questions().ask(effect::GetStatus{}, engine_answer_ms);
  gauge("engine_up", "Whether the engine answers", answer ? 1 : 0);
  std::unique_lock lock(mutex_);
  const web::Counters web = web_counters();
  lock.unlock();
  for (const effect::Gauge& each : bounds(answer ? &std::get<effect::Status>(*answer) : nullptr, settings, web)) {
    out.push_back(
        {"ringfence_used", "Use of each bound", static_cast<double>(each.used), false, {{"limit", each.name}}});
    out.push_back({"ringfence_limit", "Each bound", static_cast<double>(each.limit), false, {{"limit", each.name}}});
  }
  if (answer) {
    const auto& s = std::get<effect::Status>(*answer);
    count("calls_started", "Calls that were authenticated and set up", s.calls_started);
    count("calls_answered", "Calls that were answered", s.calls_answered);
    count("messages_in", "SIP messages received", s.messages_in);
    count("messages_out", "SIP messages sent", s.messages_out);
    count("malformed", "SIP messages that no grammar allows", s.malformed);
    count("challenges", "Challenges sent", s.challenges);
    count("auth_failures", "Wrong credentials", s.auth_failures);
    count("refused_in_dialog", "In-dialog requests that did not fit their dialog or its path", s.refused_in_dialog);
  }
  for (std::size_t i = 0; i < 256; ++i) {
    const std::uint64_t times = carrier_->reports(static_cast<std::uint8_t>(i));
    if (times > 0)
      out.push_back({"ringfence_events_total",
                     "What the engine reported, by reason",
                     static_cast<double>(times),
                     true,
                     {{"reason", std::string(effect::name_of(static_cast<effect::Reason>(i)))}}});
  }
  add_guard_numbers(out);
  const signalling::LoopCounters loop = loop_->counters();
  count("datagrams_in", "Datagrams received", loop.datagrams_in);
  count("datagrams_out", "Datagrams sent", loop.datagrams_out);
  count("datagrams_discarded", "Datagrams that cannot be SIP", loop.datagrams_discarded);
  count("datagrams_not_sent", "Datagrams that the kernel did not take", loop.sends_full + loop.sends_refused);
  count("inputs_refused", "Results that found the engine's queue full", loop.inputs_refused);
  const net::StreamCounters streams = loop_->streams().counters();
  count("connections_accepted", "Stream connections accepted", streams.accepted);
  count("connections_refused", "Stream connections refused or pushed out at a bound",
        streams.refused_source + streams.refused_full + streams.evicted);
  count("connections_unwelcome", "Stream connections of banned or blocked sources, closed before a byte was read",
        streams.unwelcome);
  count("connections_timed_out", "Stream connections closed for slowness or silence", streams.timed_out);
  count("tls_handshakes_failed", "TLS handshakes that failed", streams.handshake_failed);
  const relay::Totals relay = relay_->totals();
  gauge("relay_streams", "Media streams running", relay.streams);
  count("relay_packets_in", "Media packets read, honest or not", relay.received);
  count("relay_packets_out", "Media packets forwarded", relay.forwarded);
  count("relay_packets_spoken", "Media packets of prompts and tones", relay.spoken);
  gauge("relay_streams_transcoded", "Media streams whose sides share no codec", relay.transcode_streams);
  count("relay_packets_transcoded", "Media packets made of others in another codec", relay.transcoded);
  count("relay_packets_transcode_lost", "Media packets that the transcoder had no time for", relay.transcode_lost);
  count("relay_checks_answered", "Checks of ICE that were answered", relay.answered);
  gauge("media_handshakes", "DTLS handshakes of media under way", relay.handshakes);
  count("media_secured", "DTLS handshakes of media that made keys", relay.secured);
  count("media_handshakes_dropped", "Datagrams and beginnings of DTLS handshakes that there was no room for",
        relay.handshakes_dropped);
  const store::WriterStatistics writes = writer_->statistics();
  gauge("store_failing", "Whether the disk refuses records", writes.failing ? 1 : 0);
  count("store_written", "Records written", writes.written);
  count("store_refused", "Records that could not be written", writes.refused);
  count("store_swept", "Call records deleted for their age or for room", writes.swept);
  const dns::ResolverCounters dns = resolver_->counters();
  count("dns_asked", "Questions to the DNS", dns.asked);
  count("dns_timed_out", "Questions without an answer in time", dns.timed_out);
  const log::Counters lines = log_->counters();
  count("log_lines", "Log lines written", lines.written);
  count("log_lines_lost", "Log lines dropped, left out or refused by the disk",
        lines.dropped + lines.left_out + lines.failed);
  return out;
}

std::string Server::not_ready() {
  std::string why;
  const auto add = [&](std::string_view reason) { why += (why.empty() ? "" : "\n") + std::string(reason); };
  {
    const std::lock_guard lock(mutex_);
    for (const net::ListenerState& state : listener_states_)
      if (state.bound.port == 0) add(state.error);
  }
  if (writer_->statistics().failing) add("the disk does not take records");
  const auto answer = carrier_->questions().ask(effect::GetStatus{}, engine_answer_ms);
  if (!answer) add("the engine does not answer");
  if (answer && std::get<effect::Status>(*answer).stopping) add("the server is stopping");
  return why;
}

}  // namespace rf::app
