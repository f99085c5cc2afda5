#include "app/tracing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "app/host.hpp"
#include "core/base/plain.hpp"
#include "core/sdp/base64.hpp"
#include "core/trace/hep.hpp"
#include "core/trace/ladder.hpp"
#include "core/trace/pcap.hpp"
#include "core/trace/redact.hpp"
#include "shell/trace/find.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using command::ReadTrace;

/// Records of calls and the database need what is left of the disk more than this does.
constexpr std::uint64_t disk_reserve_bytes = 128'000'000;

bool same_peer(const Flow& a, const Flow& b) {
  return a.transport == b.transport && a.connection == b.connection && a.remote == b.remote;
}

/// What is told of a call in passing, whatever packet is handled just then.
bool ends_a_call(effect::Reason reason) {
  using enum effect::Reason;
  return reason == call_ended || reason == call_left_behind || reason == media_silent || reason == session_expired ||
         reason == max_duration_reached || reason == bleed_detected || reason == toll_cut;
}

std::string whole_line(const std::string& text, bool numbers) {
  return plain(numbers ? text : trace::hidden_numbers_in_words(text));
}

/// A message as a person reads it: line by line, nothing in it that drives a terminal or a page.
std::string shown_message(const trace::Entry& entry, bool numbers) {
  if (entry.direction == trace::Direction::note) return whole_line(entry.text, numbers);
  const std::string text = numbers ? entry.text : trace::hide_numbers(entry.text);
  std::string out;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find("\r\n"), rest.size());
    out.append(plain(rest.substr(0, end), 4'096)).append("\n");
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return out;
}

std::string shown_user(const std::string& user, bool numbers) {
  return plain(numbers ? user : trace::hidden_number(user), 64);
}

Json ladder_json(const trace::Found& found, bool numbers) {
  const trace::Ladder ladder = trace::ladder_of(found.entries, numbers);
  Json participants = Json::array(), messages = Json::array();
  for (const trace::Participant& each : ladder.participants)
    participants.push_back({{"name", each.name}, {"address", each.address}, {"ours", each.ours}});
  for (const trace::Row& row : ladder.rows) {
    const trace::Entry& entry = found.entries[row.entry];
    messages.push_back({{"at", trace::time_text(entry.wall_ms)},
                        {"at_ms", entry.wall_ms},
                        {"direction", trace::name_of(entry.direction)},
                        {"transport", row.note ? std::string_view() : name_of(entry.transport)},
                        {"from", row.from},
                        {"to", row.to},
                        {"label", row.label},
                        {"stranger", entry.stranger},
                        {"call", plain(entry.call, 64)},
                        {"text", shown_message(entry, numbers)}});
  }
  return {{"numbers", numbers},
          {"more", found.more},
          {"participants", std::move(participants)},
          {"messages", std::move(messages)},
          {"ladder", trace::text_of(ladder, found.entries)}};
}

Json log_json(const trace::Found& found, bool numbers) {
  Json lines = Json::array();
  for (const trace::Entry& entry : found.entries)
    lines.push_back({{"at", trace::time_text(entry.wall_ms)},
                     {"at_ms", entry.wall_ms},
                     {"direction", trace::name_of(entry.direction)},
                     {"transport", name_of(entry.transport)},
                     {"remote", entry.direction == trace::Direction::note ? std::string() : entry.remote.text()},
                     {"label", plain(entry.label, 80)},
                     {"from", shown_user(entry.from, numbers)},
                     {"to", shown_user(entry.to, numbers)},
                     {"cseq", plain(entry.cseq, 64)},
                     {"call_id", plain(entry.call_id, 256)},
                     {"call", plain(entry.call, 64)},
                     {"stranger", entry.stranger},
                     {"line", trace::line_of(entry, numbers)}});
  return {{"numbers", numbers}, {"more", found.more}, {"lines", std::move(lines)}};
}

Json file_json(trace::Found found, const ReadTrace& asked) {
  Json out{{"more", found.more}, {"messages", found.entries.size()}};
  const std::string name = asked.call.empty() ? "signalling" : "call-" + asked.call;
  if (asked.as == ReadTrace::As::pcap) {
    if (!asked.numbers)
      for (trace::Entry& entry : found.entries) entry.text = trace::hide_numbers(entry.text);
    const std::string bytes = trace::pcap_of(found.entries);
    std::string text;
    sdp::append_base64(text, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    out.update({{"format", "pcap"}, {"name", name + ".pcap"}, {"base64", std::move(text)}});
    return out;
  }
  std::string text;
  for (const trace::Entry& entry : found.entries) {
    text += trace::line_of(entry, asked.numbers) + "\n";
    if (entry.direction != trace::Direction::note) text += "\n" + shown_message(entry, asked.numbers) + "\n";
  }
  out.update({{"format", "text"}, {"name", name + ".txt"}, {"text", std::move(text)}});
  return out;
}

}  // namespace

std::string trace_folder(const config::Settings& settings) {
  return settings.server.data_dir + "/trace";
}

std::unique_ptr<Tracing> Tracing::start(const config::Settings& settings, log::Log& log, std::string& note) {
  const config::TraceSettings& wish = settings.trace;
  if (!wish.enabled) return nullptr;
  std::unique_ptr<Tracing> out(new Tracing());
  const auto tell = [&log](std::string_view kind) {
    return [&log, kind](bool failing, const std::string& text) {
      log.say(failing ? effect::Level::warning : effect::Level::notice, kind, text);
    };
  };
  if (!wish.hep_host.empty()) {
    trace::HepSender::Options options;
    options.transport = wish.hep_transport;
    options.host = wish.hep_host;
    options.port = wish.hep_port;
    options.tell = tell("hep");
    bool ready = true;
    if (options.transport == Transport::tls) {
      tls::Authorities authorities;
      if (!settings.tls.server_ca.empty()) authorities.emplace_back(settings.tls.server_ca);
      const auto context = tls::client_context(authorities);
      ready = context.has_value();
      if (ready)
        options.tls = *context;
      else
        note = "nothing is sent to Homer: " + context.error() + "; check tls.server_ca";
    }
    if (ready) out->sender_ = std::make_unique<trace::HepSender>(std::move(options));
  }
  trace::Recorder::Options options;
  options.folder = trace_folder(settings);
  options.keep = wish.keep;
  options.disk_reserve_bytes = disk_reserve_bytes;
  fill_from_kernel(&options.seed, sizeof options.seed);
  options.tell = tell("trace");
  if (trace::HepSender* const sender = out->sender_.get())
    options.onward = [sender, agent = wish.hep_agent, numbers = wish.hep_numbers](const trace::Entry& entry) {
      sender->push(trace::hep_of(entry, agent, numbers ? entry.text : trace::hide_numbers(entry.text)));
    };
  auto recorder = trace::Recorder::start(std::move(options));
  if (!recorder) {
    note = "signalling is not recorded: " + recorder.error();
    return nullptr;
  }
  out->recorder_ = std::move(*recorder);
  return out;
}

void Tracing::received(Now now, const Flow& flow, std::string_view bytes, std::span<const effect::Effect> effects) {
  std::string_view began;
  const bool invites = bytes.starts_with("INVITE ");
  for (const effect::Effect& each : effects) {
    if (const auto* report = std::get_if<effect::Report>(&each)) {
      if (!invites || report->call.empty() || ends_a_call(report->reason) || !same_peer(report->flow, flow)) continue;
      // Also of one that was refused at once: it takes a proof to have a record.
      if (began.empty()) began = report->call;
      recorder_->prove(flow);
    } else if (const auto* stored = std::get_if<effect::StoreBinding>(&each)) {
      if (same_peer(stored->binding.flow, flow)) recorder_->prove(flow);
    } else if (const auto* gateway = std::get_if<effect::StoreGateway>(&each)) {
      if (same_peer(gateway->binding.flow, flow)) recorder_->prove(flow);
    } else if (const auto* trusted = std::get_if<effect::TrustConnection>(&each)) {
      if (trusted->connection == flow.connection) recorder_->prove(flow);
    }
  }
  recorder_->received(now, flow, bytes, began);
}

void Tracing::sent(Now now, const Flow& flow, std::string_view bytes) {
  recorder_->sent(now, flow, bytes);
}

void Tracing::on(const effect::Report& report) {
  if (report.call.empty()) return;
  std::string said(effect::text_of(report.reason));
  if (!report.detail.empty()) said += ": " + report.detail;
  recorder_->note(wall_now_ms(), report.call, name_of(report.reason), said);
}

void Tracing::on(const effect::CloseCdr& closed) {
  const record::Cdr& cdr = closed.cdr;
  std::string said = fmt::format("{}, ended by {}", text_of(cdr.result), text_of(cdr.ended_by));
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) fmt::format_to(std::back_inserter(said), ", {} {}", name, value);
  };
  if (cdr.sip_status != 0) add("status", std::to_string(cdr.sip_status));
  add("because", cdr.reason);
  add("route", cdr.route);
  add("trunk", cdr.trunk_out.empty() ? cdr.trunk_in : cdr.trunk_out);
  add("price", cdr.price);
  add("cut:", cdr.cut_reason);
  add("", cdr.via);
  recorder_->note(wall_now_ms(), cdr.id, "record", said);
}

std::optional<trace::HepCounters> Tracing::hep() const {
  return sender_ ? std::optional(sender_->counters()) : std::nullopt;
}

std::optional<Outcome> answer_trace(const config::Settings& settings, trace::Recorder* recorder,
                                    const command::Checked& checked) {
  const auto* asked = std::get_if<ReadTrace>(&checked.command);
  if (asked == nullptr) return std::nullopt;
  const bool may = checked.on_machine || (checked.by && checked.by->may(access::Permission::trace_number_read));
  if (asked->numbers && !may)
    return std::unexpected(Error{Code::denied, "numbers in full take the permission trace-number.read",
                                 "leave numbers out, or ask an administrator for that permission", "numbers"});
  if (recorder != nullptr) recorder->settle(TraceLimits::settle_ms);
  const trace::Filter filter{asked->call, asked->number, asked->source, asked->from_ms, asked->to_ms};
  const std::string folder = trace_folder(settings);
  const std::size_t limit = asked->limit == 0 ? TraceLimits::shown : asked->limit;
  trace::Found found = asked->as == ReadTrace::As::log ? trace::find_summaries(folder, filter, limit)
                                                       : trace::find_messages(folder, filter, limit);
  if (found.entries.empty() && asked->as != ReadTrace::As::log)
    return std::unexpected(
        Error{Code::not_found, "nothing is recorded of that",
              settings.trace.enabled ? "older messages are gone, see [trace] of the file; try: ringfence trace log"
                                     : "set trace.enabled in the file and start again"});
  if (asked->as == ReadTrace::As::log) return log_json(found, asked->numbers);
  if (asked->as != ReadTrace::As::ladder) return file_json(std::move(found), *asked);
  return ladder_json(found, asked->numbers);
}

}  // namespace rf::app
