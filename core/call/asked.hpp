// What the record of a call that was asked for a PIN tells the next process.
#pragma once

#include "core/record/records.hpp"
#include "core/toll/pins.hpp"

namespace rf::call {

/// Views into `cdr`, of any call: of others nothing comes.
inline toll::PastAsking past_asking(const record::Cdr& cdr) {
  const bool torn = cdr.result == record::CallResult::interrupted || cdr.result == record::CallResult::open;
  return {.tenant = cdr.tenant,
          .who = cdr.payer ? cdr.payer : cdr.caller,
          .said = cdr.cut_reason,
          .right = !cdr.account.empty(),
          .torn = torn,
          .ended_wall_ms = cdr.ended_wall_ms != 0 ? cdr.ended_wall_ms : cdr.started_wall_ms};
}

}  // namespace rf::call
