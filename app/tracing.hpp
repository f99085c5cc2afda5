// The recorder between the loop that it listens to and the files that commands read (row L3).
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/access/asker.hpp"
#include "core/command/catalog.hpp"
#include "core/effect/effect.hpp"
#include "shell/config/settings.hpp"
#include "shell/control/protocol.hpp"
#include "shell/log/log.hpp"
#include "shell/signalling/loop.hpp"
#include "shell/trace/hep_sender.hpp"
#include "shell/trace/recorder.hpp"

namespace rf::app {

using control::Json;
using control::Outcome;

class Tracing final : public signalling::Witness {
 public:
  /// Nothing when the file switches it off, or when it cannot be: calls need it less than anything else. `note` says
  /// why, for the operator.
  static std::unique_ptr<Tracing> start(const config::Settings& settings, log::Log& log, std::string& note);

  void received(Now now, const Flow& flow, std::string_view bytes, std::span<const effect::Effect> effects) override;
  void sent(Now now, const Flow& flow, std::string_view bytes) override;
  /// Explanations of calls, on the signalling thread.
  void on(const effect::Report& report);
  void on(const effect::CloseCdr& closed);

  trace::Recorder& recorder() { return *recorder_; }
  /// None: nothing is sent to Homer.
  std::optional<trace::HepCounters> hep() const;

 private:
  Tracing() = default;

  std::unique_ptr<trace::HepSender> sender_;  ///< dies after the recorder, which calls it
  std::unique_ptr<trace::Recorder> recorder_;
};

/// Where what is recorded lies.
std::string trace_folder(const config::Settings& settings);

/// Answers commands about recorded signalling, with or without a running server; nothing for all others. `recorder`:
/// what it still holds is written first; none: nothing records.
std::optional<Outcome> answer_trace(const config::Settings& settings, trace::Recorder* recorder,
                                    const command::Checked& checked);

}  // namespace rf::app
