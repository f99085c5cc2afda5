#include "shell/log/log.hpp"

namespace rf::log {

void Log::report(const engine::Report& report) {
  if (!wanted(report.level)) return;
  write({report.level, engine::name_of(report.reason), engine::text_of(report.reason), report.flow, report.subject,
         report.call, report.detail});
}

}  // namespace rf::log
