// Rows of the store and of the engine as the JSON that every command answers with.
#pragma once

#include <string>

#include "core/effect/command.hpp"
#include "shell/control/protocol.hpp"
#include "shell/store/store.hpp"

namespace rf::app {

using control::Json;

Json json_of(const store::ExtensionRow& extension);
/// `number` is the extension's; empty when it is gone.
Json json_of(const record::Binding& binding, const std::string& number, std::int64_t now_wall_ms);
/// `callee` is the number of the called extension; empty when there was none.
Json json_of(const record::Cdr& cdr, const std::string& callee);
/// Whoever does not read records is not told what they alone tell: what it costs, who pays, and from where it came.
Json json_of(const effect::RunningCall& call, const std::string& callee, std::int64_t now_wall_ms, bool reads_records);
/// {"health", "since", "answered", "registration", "registered_until", "trouble", "calls_in", "calls_out"}.
Json json_of(const effect::TrunkNow& trunk);

/// "2026-01-31T08:00:00.000Z"; empty for 0.
std::string timestamp(std::int64_t wall_ms);

}  // namespace rf::app
