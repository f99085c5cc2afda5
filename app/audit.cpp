#include "app/audit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "app/host.hpp"
#include "core/base/limits/people.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;

constexpr std::size_t differences_told = 32;

audit::Signer signer_of(const Records& records) {
  return audit::Signer(records.vault.derive("audit checkpoint"));
}

/// What the command is about, as its "….show" tells it; null when there is none, or nothing yet.
Json shown(const command::Checked& checked, const AuditDesk& desk) {
  if (checked.about.empty()) return {};
  const std::string name = std::string(checked.spec->name.substr(0, checked.spec->name.rfind('.'))) + ".show";
  auto show = command::check(name, checked.about);
  if (!show) return {};
  show->by = checked.by;
  show->on_machine = checked.on_machine;
  Outcome outcome = desk.execute(*show);
  return outcome ? std::move(*outcome) : Json();
}

/// ": remote false to true, calls 4 to 8"; empty when nothing that is shown is another.
std::string difference(const Json& before, const Json& after) {
  if (!before.is_object() || !after.is_object()) return {};
  const Json was = before.flatten(), is = after.flatten();
  std::vector<std::string> parts;
  const auto text = [](const Json& all, const std::string& key) { return all.contains(key) ? all[key].dump() : "-"; };
  const auto note = [&](const std::string& key) {
    // What only the moment says ("/now/health") was not changed by anybody.
    if (!key.starts_with("/now") && text(was, key) != text(is, key))
      parts.push_back(fmt::format("{} {} to {}", key.substr(1), text(was, key), text(is, key)));
  };
  for (const auto& [key, value] : was.items()) note(key);
  for (const auto& [key, value] : is.items())
    if (!was.contains(key)) note(key);
  const std::size_t more = parts.size() > differences_told ? parts.size() - differences_told : 0;
  parts.resize(parts.size() - more);
  if (more > 0) parts.push_back(fmt::format("and {} more", more));
  return parts.empty() ? std::string() : ": " + fmt::format("{}", fmt::join(parts, ", "));
}

/// What became another, as whoever carried it out has it; no answer holds it.
std::string taken_from(Json& answer) {
  const auto at = answer.is_object() ? answer.find(told_to_log) : answer.end();
  if (at == answer.end()) return {};
  std::string out = at->get<std::string>();
  answer.erase(at);
  return out;
}

Json json_of(const audit::Entry& entry) {
  return {{"number", entry.number},        {"at", timestamp(entry.event.wall_ms)}, {"actor", entry.event.actor},
          {"kind", entry.event.kind},      {"action", entry.event.action},         {"outcome", entry.event.outcome},
          {"hash", audit::hex(entry.hash)}};
}

Outcome list(Records& records, const command::ListAudit& c) {
  const auto entries = records.store.find_audit({c.from_ms, c.to_ms, c.actor, c.kind, c.limit, c.before});
  if (!entries) return std::unexpected(error_of(entries.error()));
  Json out = Json::array();
  for (const audit::Entry& entry : *entries) out.push_back(json_of(entry));
  return Json{{"entries", std::move(out)}};
}

store::Expected<std::string> exported(Records& records, std::uint64_t after, std::size_t most, bool& whole,
                                      audit::Head& end, std::int64_t now_wall_ms) {
  const auto part = records.store.audit_after(after, most);
  if (!part) return std::unexpected(part.error());
  const audit::Signer signer = signer_of(records);
  std::string text = audit::first_line(signer.public_key(), part->before);
  end = part->before;
  for (const audit::Entry& entry : part->entries) {
    text += audit::line_of(entry);
    end = {entry.number, entry.hash};
  }
  whole = end == part->head;
  return text + audit::line_of(signer.sign(end, now_wall_ms));
}

Outcome export_log(Records& records, const command::ExportAudit& c, std::int64_t now_wall_ms) {
  bool whole = true;
  audit::Head end;
  auto text = exported(records, c.after, AuditLimits::exported, whole, end, now_wall_ms);
  if (!text) return std::unexpected(error_of(text.error()));
  Json out{{"text", std::move(*text)}};
  if (!whole)
    out["notes"] = {fmt::format("there are more; the next part: ringfence audit-log export --after {}", end.number)};
  return out;
}

Outcome verified(std::string_view text, const command::VerifyAudit& c) {
  audit::Expected expected;
  if (!c.key.empty()) {
    expected.key = audit::parse_hash(c.key);
    if (!expected.key) return std::unexpected(Error{Code::invalid, "key is not 64 hexadecimal digits", "see --help"});
  }
  if (!c.seen.empty()) {
    audit::Head head;
    const std::size_t colon = std::min(c.seen.find(':'), c.seen.size());
    const auto [end, fault] = std::from_chars(c.seen.data(), c.seen.data() + colon, head.number);
    const auto hash = audit::parse_hash(std::string_view(c.seen).substr(std::min(colon + 1, c.seen.size())));
    if (fault != std::errc{} || end != c.seen.data() + colon || !hash)
      return std::unexpected(Error{Code::invalid, "seen is not NUMBER:HASH",
                                   "take both from a line audit_checkpoint of the server's log"});
    head.hash = *hash;
    expected.seen = head;
  }
  const auto result = audit::verify(text, expected);
  if (!result)
    return std::unexpected(
        Error{Code::failed,
              fmt::format("the audit log is broken at line {}{}: {}", result.error().line,
                          result.error().number == 0 ? std::string() : fmt::format(", entry {}", result.error().number),
                          result.error().what),
              "what stands before it is whole; compare with an earlier export"});
  return Json{{"entries", result->entries},
              {"first", result->first},
              {"last", result->last},
              {"hash", audit::hex(result->head.hash)},
              {"key", audit::hex(result->key)},
              {"key_known", expected.key.has_value()},
              {"signed", result->ends_signed},
              {"message", fmt::format("Whole: {} entries, {} to {}, {}.", result->entries, result->first, result->last,
                                      !result->ends_signed ? "not signed at its end"
                                      : expected.key       ? "signed by the key that was expected"
                                                           : "signed by the key that it names itself")}};
}

/// All parts of the log on disk, one after the other.
Outcome verify_own(Records& records, command::VerifyAudit c, std::int64_t now_wall_ms) {
  std::uint64_t entries = 0, after = 0;
  for (bool whole = false;;) {
    audit::Head end;
    const auto text = exported(records, after, AuditLimits::exported, whole, end, now_wall_ms);
    if (!text) return std::unexpected(error_of(text.error()));
    command::VerifyAudit part = c;
    part.key = audit::hex(signer_of(records).public_key());
    // A head that was seen before is in one of the parts; the last one says if it was in none.
    Outcome outcome = verified(*text, part);
    if (!outcome && !whole && outcome.error().message.find("was seen before and is not in it") != std::string::npos) {
      part.seen.clear();
      outcome = verified(*text, part);
    } else if (outcome) {
      c.seen.clear();
    }
    if (!outcome) return outcome;
    entries += (*outcome)["entries"].get<std::uint64_t>();
    after = end.number;
    if (!whole) continue;
    (*outcome)["entries"] = entries;
    (*outcome)["message"] = fmt::format("Whole: {} entries, the last is {}.", entries, after);
    return outcome;
  }
}

}  // namespace

Carried carry_out(const command::Checked& checked, const AuditDesk& desk) {
  if (!checked.spec->changes && checked.audit.empty()) return {desk.execute(checked)};
  const Json before = checked.spec->changes ? shown(checked, desk) : Json();
  const auto asked = desk.append({wall_now_ms(), desk.actor, "command", checked.audit, "asked"});
  if (!asked)
    return {std::unexpected(Error{Code::failed,
                                  "the audit log cannot be written, so nothing was done: " + asked.error().text,
                                  "make room on the disk, or see why it fails"})};
  Outcome outcome = desk.execute(checked);
  if (!checked.spec->changes) return {std::move(outcome)};  // that it was shown is all there is to say
  std::string told = outcome ? taken_from(*outcome) : std::string();
  if (!told.empty()) told = ": " + told;
  std::string came = outcome ? "done" + told + difference(before, shown(checked, desk))
                             : fmt::format("{}: {}", name_of(outcome.error().code), outcome.error().message);
  return {std::move(outcome), audit::Event{wall_now_ms(), desk.actor, "result",
                                           fmt::format("of entry {}", asked->number), std::move(came)}};
}

Outcome answer_of(Carried carried, bool kept) {
  if (kept || !carried.outcome) return std::move(carried.outcome);
  return std::unexpected(Error{Code::failed, "it was carried out, and the disk did not take it: it may be as before",
                               "make room on the disk, or see why it fails; then look at what you changed"});
}

std::optional<Outcome> answer_audit(Records& records, const command::Command& command, std::int64_t now_wall_ms) {
  if (const auto* c = std::get_if<command::ListAudit>(&command)) return list(records, *c);
  if (const auto* c = std::get_if<command::ExportAudit>(&command)) return export_log(records, *c, now_wall_ms);
  if (const auto* c = std::get_if<command::VerifyAudit>(&command)) return verify_own(records, *c, now_wall_ms);
  if (std::holds_alternative<command::NoteAudit>(command)) return Json{{"message", "It is written down."}};
  return std::nullopt;
}

std::optional<Outcome> verify_text(const command::Command& command) {
  const auto* c = std::get_if<command::VerifyAudit>(&command);
  if (c == nullptr || c->text.empty()) return std::nullopt;
  return verified(c->text, *c);
}

std::string checkpoint_text(Records& records, std::int64_t now_wall_ms) {
  const auto part = records.store.audit_after(0, 0);
  if (!part) return {};
  const audit::Signer signer = signer_of(records);
  const audit::Checkpoint checkpoint = signer.sign(part->head, now_wall_ms);
  return fmt::format("seen={}:{} signature={} key={}", part->head.number, audit::hex(part->head.hash),
                     audit::hex(checkpoint.signature), audit::hex(signer.public_key()));
}

}  // namespace rf::app
