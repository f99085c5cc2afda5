#include "app/feed.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/api.hpp"
#include "app/guard_commands.hpp"
#include "app/host.hpp"
#include "app/rows.hpp"
#include "app/tenants.hpp"

namespace rf::app {
namespace {

using access::Permission;
using effect::Reason;

enum Bit : std::uint32_t { calls = 1, registrations = 2, bans = 4, spend = 8, events = 16 };

constexpr Topic all_topics[] = {
    {calls, "calls", Permission::call_read, "calls that begin, are answered, forwarded, transferred, and end"},
    {registrations, "registrations", Permission::registration_read, "phones that register and go"},
    {bans, "bans", Permission::guard_read, "sources that are banned and released"},
    {spend, "spend", Permission::spend_read,
     "money that is reserved or spent, warnings, calls that were refused or cut"},
    {events, "events", Permission::system_read, "everything that the log says of notice level and above"},
};

/// Money moves with each step of each call: whoever listens hears of it so often.
constexpr std::int64_t spend_every_ms = 1'000;

std::uint32_t topic_of(Reason reason) {
  switch (reason) {
    case Reason::call_started:
    case Reason::call_answered:
    case Reason::call_forwarded:
    case Reason::call_transferred:
    case Reason::emergency_called:
      return calls;
    case Reason::registered:
    case Reason::unregistered:
    case Reason::registration_expired:
    case Reason::registration_refused_limit:
    case Reason::registration_replaced:
    case Reason::registration_removed:
      return registrations;
    case Reason::toll_refused:
    case Reason::toll_refused_often:
    case Reason::toll_cut:
    case Reason::toll_warning:
      return spend;
    default:
      return 0;
  }
}

constexpr std::string_view level_names[] = {"debug", "info", "notice", "warning", "error"};

web::Listening refused(unsigned status, std::string detail, std::string_view field) {
  web::Listening out;
  out.refusal = web::problem(status, detail);
  if (!field.empty()) out.refusal.body["field"] = field;
  return out;
}

}  // namespace

std::span<const Topic> topics() {
  return all_topics;
}

web::Listening listening_of(const web::Request& asked, std::span<const policy::Tenant> tenants) {
  std::string_view wanted;
  bool named = false;
  command::Checked place;
  place.spec = command::find("call.list");
  place.by = asked.asker;
  for (const http::Field& field : asked.query) {
    if (field.name == "tenant") {
      place.tenant = field.value;
      continue;
    }
    if (field.name != "topics") return refused(422, field.name + " is no field of this operation", field.name);
    wanted = field.value;
    named = true;
  }
  const auto placed = in_tenant(tenants, place);
  if (!placed) {
    web::Listening out;
    out.refusal = problem_of(placed.error());
    return out;
  }
  web::Listening out;
  const bool bounded = placed->by && placed->by->tenant;
  if (bounded || !place.tenant.empty()) out.audience = placed->acts_in.value;
  Json heard = Json::array();
  const auto add = [&](const Topic& topic) {
    out.topics |= topic.bit;
    heard.push_back(topic.name);
  };
  for (const Topic& topic : all_topics)
    if (!named && asked.asker && asked.asker->may(topic.permission)) add(topic);
  while (!wanted.empty()) {
    const std::string_view name = wanted.substr(0, wanted.find(','));
    wanted.remove_prefix(std::min(name.size() + 1, wanted.size()));
    const auto topic = std::find_if(std::begin(all_topics), std::end(all_topics),
                                    [&](const Topic& each) { return each.name == name; });
    if (topic == std::end(all_topics))
      return refused(422, "topics are calls, registrations, bans, spend and events", "topics");
    if (!asked.asker || !asked.asker->may(topic->permission))
      return refused(403, fmt::format("this needs the permission {}", access::info_of(topic->permission).name), "");
    add(*topic);
  }
  if (out.topics == 0) return refused(403, "there is no topic that you may hear", "");
  out.greeting = Json{{"topic", "live"}, {"what", "listening"}, {"topics", std::move(heard)}}.dump();
  return out;
}

void Feed::open(web::Server* server) {
  const std::lock_guard lock(mutex_);
  server_ = server;
}

void Feed::close() {
  open(nullptr);
}

bool Feed::heard(std::uint32_t topic) {
  const std::lock_guard lock(mutex_);
  return server_ != nullptr && server_->heard(topic);
}

void Feed::tell(std::uint32_t topic, std::string_view what, Json more, TenantId tenant) {
  for (const Topic& each : all_topics)
    if (each.bit == topic) more["topic"] = each.name;
  more["what"] = what;
  more["at"] = timestamp(wall_now_ms());
  std::string text = more.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::lock_guard lock(mutex_);
  if (server_ != nullptr) server_->tell(topic, tenant.value, std::move(text));
}

void Feed::on(const effect::Report& report) {
  const std::uint32_t topic = topic_of(report.reason);
  const bool event = report.level >= effect::Level::notice;
  const std::uint32_t wanted = topic | (event ? std::uint32_t{events} : 0);
  if (wanted == 0 || !heard(wanted)) return;
  Json more{{"level", level_names[static_cast<std::size_t>(report.level)]},
            {"text", text_of(report.reason)},
            {"subject", report.subject},
            {"call", report.call},
            {"detail", report.detail},
            {"remote", report.flow.remote.port == 0 ? std::string() : report.flow.remote.text()}};
  if (topic != 0 && heard(topic)) {
    Json told = more;
    // From where a call came stands in its record, which takes a permission of its own.
    if (topic == calls) told.erase("remote");
    tell(topic, name_of(report.reason), std::move(told), report.tenant);
  }
  if (event && heard(events)) tell(events, name_of(report.reason), std::move(more));
}

void Feed::on(const effect::CloseCdr& closed) {
  if (!heard(calls)) return;
  // What it cost and who pays stands there, too.
  tell(calls, "call_ended",
       {{"call", closed.cdr.id},
        {"caller", closed.cdr.caller_number},
        {"dialled", closed.cdr.dialled},
        {"result", record::text_of(closed.cdr.result)}},
       closed.cdr.tenant);
}

void Feed::on(const effect::StoreBan& ban) {
  if (heard(bans)) tell(bans, "banned", {{"ban", json_of(ban.ban, wall_now_ms())}});
}

void Feed::on(const effect::DropBan& ban) {
  if (heard(bans)) tell(bans, "released", {{"block", ban.subnet.text()}});
}

void Feed::on(const effect::WriteLedger&) {
  if (!heard(spend)) return;
  const std::int64_t now_ms = wall_now_ms();
  if (now_ms >= spend_told_ms_ && now_ms - spend_told_ms_ < spend_every_ms) return;
  spend_told_ms_ = now_ms;
  tell(spend, "changed", Json::object());
}

}  // namespace rf::app
