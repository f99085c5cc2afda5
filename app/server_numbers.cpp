// What monitoring sees of a running server.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "app/host.hpp"
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

std::uint64_t used_of(const effect::Status& status, std::string_view name) {
  for (const effect::Gauge& each : status.gauges)
    if (each.name == name) return each.used;
  return 0;
}

/// The ledger is walked by the engine's thread: not more often, whoever asks.
constexpr std::int64_t spending_rest_ms = 10'000;

constexpr std::string_view level_names[] = {"extension", "department", "tenant", "trunk", "system"};

Number of(std::string name, std::string help, double value, bool counter,
          std::vector<std::pair<std::string, std::string>> labels) {
  return {"ringfence_" + std::move(name), std::move(help), value, counter, std::move(labels)};
}

void add_spending(const effect::Spending& spending, std::vector<Number>& out) {
  const std::string currency(spending.currency.text());
  out.push_back(of("spend_shut", "Whether no paid call leaves because the ledger could not be read",
                   spending.shut ? 1 : 0, false, {}));
  const auto add = [&](std::string name, std::string help, auto value_of) {
    for (std::size_t i = 0; i < money::levels; ++i)
      for (const bool month : {false, true}) {
        const money::LevelUse& use = spending.levels[i];
        out.push_back(of(name, help, static_cast<double>(value_of(month ? use.month : use.day)), false,
                         {{"level", std::string(level_names[i])}, {"period", month ? "month" : "day"}}));
      }
  };
  using Period = money::LevelUse::Period;
  for (std::size_t i = 0; i < money::levels; ++i) {
    const std::vector<std::pair<std::string, std::string>> level{{"level", std::string(level_names[i])}};
    out.push_back(of("spend_accounts", "Accounts of each level", static_cast<double>(spending.levels[i].accounts),
                     false, level));
    out.push_back(of("spend_locked_accounts", "Accounts that are locked, by level",
                     static_cast<double>(spending.levels[i].locked), false, level));
  }
  out.push_back(of("spend_currency_info", "The currency of all amounts; always 1", 1, false, {{"currency", currency}}));
  add("spend_settled_units", "What the accounts of each level have spent in this period, in units of the currency",
      [](const Period& p) { return static_cast<double>(p.settled) / 1e6; });
  add("spend_reserved_units", "What running calls have set aside, likewise",
      [](const Period& p) { return static_cast<double>(p.reserved) / 1e6; });
  add("spend_capped_accounts", "Accounts with a cap, by level and period", [](const Period& p) { return p.capped; });
  add("spend_exhausted_accounts", "Accounts with nothing left of a cap", [](const Period& p) { return p.exhausted; });
  add("spend_cap_used_ratio", "The highest share of a cap that any account of the level has used",
      [](const Period& p) { return p.most_used; });
}

void add_calls(const Carrier::Ended& ended, std::vector<Number>& out) {
  for (std::size_t i = 1; i < record::call_results; ++i)
    out.push_back(of("calls_ended_total", "Calls and attempts of known callers that are over, by their result",
                     static_cast<double>(ended.by_result[i]), true,
                     {{"result", std::string(text_of(static_cast<record::CallResult>(i)))}}));
  for (std::size_t i = 0; i < ended.cut.size(); ++i)
    out.push_back(of("calls_cut_total", "Running calls that we ended, by the limit that was reached",
                     static_cast<double>(ended.cut[i]), true, {{"limit", std::string(Carrier::cut_names()[i])}}));
  constexpr std::string_view why[] = {"source", "shape", "proof", "replay"};
  for (std::size_t i = 0; i < ended.media_refused.size(); ++i)
    out.push_back(of("media_packets_refused_total", "Packets of media that calls which are over refused, by reason",
                     static_cast<double>(ended.media_refused[i]), true, {{"reason", std::string(why[i])}}));
}

void add_events(const Events::Counters& events, std::size_t heard, std::vector<Number>& out) {
  for (std::size_t i = 0; i < event::levels; ++i)
    out.push_back(of("events_raised_total", "New events, by level", static_cast<double>(events.raised[i]), true,
                     {{"level", std::string(name_of(static_cast<event::Level>(i)))}}));
  out.push_back(of("events_waiting", "Events that wait: to be looked at, or to be told to a contact",
                   static_cast<double>(events.to_be_told), false, {{"for", "delivery"}}));
  out.push_back(of("events_waiting", {}, static_cast<double>(heard), false, {{"for", "gathering"}}));
  out.push_back(of("events_delivered_total", "Events that contacts took, counted for each contact",
                   static_cast<double>(events.told.delivered), true, {}));
  out.push_back(of("event_deliveries_failed_total", "Attempts to tell a contact that failed",
                   static_cast<double>(events.told.failed), true, {}));
  out.push_back(of("events_given_up_total", "Events that a contact was never told of, after every attempt",
                   static_cast<double>(events.told.given_up), true, {}));
  out.push_back(of("events_dropped_total", "Events that there was no room for", static_cast<double>(events.dropped),
                   true, {}));
}

void add_web(const web::Counters& web, std::vector<Number>& out) {
  constexpr std::string_view statuses[] = {"2xx", "3xx", "4xx", "5xx"};
  for (std::size_t kind = 0; kind < web::kind_count; ++kind)
    for (std::size_t i = 0; i < std::size(statuses); ++i)
      out.push_back(of("http_requests_total", "Requests to pages and API that were answered, by kind and status",
                       static_cast<double>(web.answered[kind].statuses[i]), true,
                       {{"kind", std::string(name_of(static_cast<web::Kind>(kind)))},
                        {"status", std::string(statuses[i])}}));
  for (std::size_t kind = 0; kind < web::kind_count; ++kind) {
    Number latency = of("http_request_duration_seconds", "From the whole request to its answer, by kind", 0, false,
                        {{"kind", std::string(name_of(static_cast<web::Kind>(kind)))}});
    latency.latencies = web.answered[kind].took;
    out.push_back(std::move(latency));
  }
  const auto count = [&](std::string name, std::string help, std::uint64_t value) {
    out.push_back(of(std::move(name), std::move(help), static_cast<double>(value), true, {}));
  };
  count("http_connections_accepted_total", "HTTPS connections accepted", web.accepted);
  count("http_connections_refused_total", "HTTPS connections refused or pushed out at a bound",
        web.refused_source + web.refused_full + web.evicted);
  count("http_connections_unwelcome_total", "HTTPS connections of banned or blocked sources", web.unwelcome);
  count("http_handshakes_failed_total", "TLS handshakes of HTTPS that failed", web.handshake_failed);
  count("http_malformed_total", "Bytes over HTTPS that are no request", web.malformed);
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
    gauge("calls", "Calls that run or are being set up", used_of(s, "calls"));
    gauge("registrations", "Registrations that count", used_of(s, "registrations"));
    gauge("guard_bans", "Bans that are in force", used_of(s, "guard_bans"));
    count("calls_started", "Calls that were authenticated and set up", s.calls_started);
    count("calls_answered", "Calls that were answered", s.calls_answered);
    count("messages_in", "SIP messages received", s.messages_in);
    count("messages_out", "SIP messages sent", s.messages_out);
    count("malformed", "SIP messages that no grammar allows", s.malformed);
    count("challenges", "Challenges sent", s.challenges);
    count("auth_failures", "Wrong credentials", s.auth_failures);
    count("refused_in_dialog", "In-dialog requests that did not fit their dialog or its path", s.refused_in_dialog);
  }
  for (std::size_t i = 0; i < effect::reasons; ++i)
    out.push_back(of("reports_total", "What the engine reported, by reason",
                     static_cast<double>(carrier_->reports(static_cast<std::uint8_t>(i))), true,
                     {{"reason", std::string(effect::name_of(static_cast<effect::Reason>(i)))}}));
  add_calls(carrier_->ended(), out);
  add_guard_numbers(out);
  if (const std::int64_t now_ms = wall_now_ms(); std::abs(now_ms - spending_asked_ms_) >= spending_rest_ms) {
    spending_asked_ms_ = now_ms;
    spending_.reset();
    if (auto asked = carrier_->questions().ask(effect::GetSpending{}, engine_answer_ms))
      spending_ = std::get<effect::Spending>(std::move(*asked));
  }
  if (spending_) add_spending(*spending_, out);
  add_events(events_->counters(), events_->waiting(), out);
  add_web(web, out);
  const Logins::Counters logins = logins_->counters();
  count("sign_ins", "People who signed in, with every factor asked of them", logins.succeeded);
  count("sign_ins_failed", "Wrong passwords, codes and passkeys", logins.failed);
  count("sign_ins_held", "Attempts that were not looked at, after too many that failed", logins.held);
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
  Number write_latency =
      of("store_write_duration_seconds", "From a group of writes to their answer by the disk", 0, false, {});
  write_latency.latencies = writes.took;
  out.push_back(std::move(write_latency));
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
