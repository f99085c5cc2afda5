#include "core/record/records.hpp"

namespace rf::record {

std::string_view text_of(CallResult result) {
  switch (result) {
    case CallResult::open:
      return "open";
    case CallResult::answered:
      return "answered";
    case CallResult::cancelled:
      return "cancelled";
    case CallResult::busy:
      return "busy";
    case CallResult::rejected:
      return "rejected";
    case CallResult::no_answer:
      return "no answer";
    case CallResult::unreachable:
      return "unreachable";
    case CallResult::unknown_number:
      return "unknown number";
    case CallResult::refused:
      return "refused";
    case CallResult::failed:
      return "failed";
    case CallResult::interrupted:
      return "interrupted";
  }
  return "failed";
}

std::string_view text_of(EndedBy who) {
  switch (who) {
    case EndedBy::nobody:
      return "nobody";
    case EndedBy::caller:
      return "caller";
    case EndedBy::callee:
      return "callee";
    case EndedBy::system:
      return "system";
    case EndedBy::operator_:
      return "operator";
  }
  return "nobody";
}

}  // namespace rf::record
