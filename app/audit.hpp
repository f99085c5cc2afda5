// The audit log as commands meet it: nothing is changed that is not written down before (row L1).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/records.hpp"
#include "core/audit/chain.hpp"
#include "core/command/catalog.hpp"

namespace rf::app {

/// Of what a command gives: words for the log alone, without secrets, of what became another. carry_out() takes it out.
inline constexpr const char* told_to_log = "told_to_log";

/// How a command is carried out, and how the log is written before; the caller sees to locks.
struct AuditDesk {
  std::string actor;  ///< "uid 0"
  std::function<store::Expected<audit::Entry>(audit::Event)> append;
  std::function<Outcome(const command::Checked&)> execute;
};

/// What a command gave, and what the log has yet to say of it: whoever asked is answered when that is on disk.
struct Carried {
  Outcome outcome;
  std::optional<audit::Event> came = {};  ///< none of what changes nothing, or was not begun
};

/// Carries out a command. One that changes something stands in the log with all that was asked before it is carried
/// out; `came` says what came of it, and what of the thing it is about was another before. Errors: the command's own;
/// failed when the log cannot be written, and then nothing was done.
Carried carry_out(const command::Checked& checked, const AuditDesk& desk);
/// The answer to it; `kept`: the log has what came of it. What was refused stays refused, whatever the disk takes.
Outcome answer_of(Carried carried, bool kept);

/// Answers the commands that are about the log. Nothing for all others.
std::optional<Outcome> answer_audit(Records& records, const command::Command& command, std::int64_t now_wall_ms);
/// Whether it verifies a text, for which no system is needed; then its answer.
std::optional<Outcome> verify_text(const command::Command& command);

/// "entry 17 3f0a… signed 9c… by 41…": what a log line or a letter says, to hold exports against later.
std::string checkpoint_text(Records& records, std::int64_t now_wall_ms);

}  // namespace rf::app
