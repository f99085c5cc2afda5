// A refusal as one line for the operator.
#include <fmt/format.h>

#include "core/toll/desk.hpp"

namespace rf::toll {
namespace {

std::string who(std::string_view level, std::uint64_t id) {
  return id == 0 ? fmt::format("the {}", level) : fmt::format("{} {}", level, id);
}
std::string who(const Subject& subject) {
  const std::string out = who(name_of(subject.level), subject.id);
  return subject.trunk == 0 ? out : fmt::format("{} on trunk {}", out, subject.trunk);
}
std::string who(const money::AccountId& account) {
  constexpr std::string_view names[] = {"extension", "department", "tenant", "trunk", "system"};
  return who(names[static_cast<std::size_t>(account.level)], account.id);
}

struct Text {
  std::string operator()(const PaceRefusal& no) const {
    if (no.why == PaceRefusal::Why::no_room)
      return fmt::format("calls of {} cannot be counted: too many rules or callers", who(no.subject));
    return fmt::format("{}: {} {} in {} s, {} are allowed", who(no.subject), no.count,
                       no.why == PaceRefusal::Why::calls ? "calls" : "different numbers", no.rule.period_s,
                       no.rule.calls);
  }
  std::string operator()(const LineRefusal& no) const {
    if (no.why == LineRefusal::Why::no_room) return "the call cannot be counted: too many calls are running";
    return fmt::format("{}: {} calls at once, {} are allowed", who(no.subject), no.count, no.block_at);
  }
  std::string operator()(const money::Refused& no) const {
    return fmt::format("{}: {}, {} {} left", who(no.account), money::text_of(no.why), no.left.text(),
                       no.left.currency().text());
  }
  std::string operator()(Refused::Closed no) const {
    switch (no) {
      case Refused::Closed::damaged:
        return "the ledger could not be read at start; paid calls are refused until it is mended";
      case Refused::Closed::disk:
        return "what calls cost cannot be written to the disk; paid calls are refused until it can";
      case Refused::Closed::full:
        return "as many paid calls are running as there is room for";
      case Refused::Closed::not_known:
        break;
    }
    return "the call has no way out that is known";
  }
};

struct NoticeText {
  std::string operator()(const money::Warning& warning) const {
    constexpr std::string_view limits[] = {"day", "month", "credit"};
    return fmt::format("{} has used {} % of its {}: {} of {} {}", who(warning.account), warning.percent,
                       limits[static_cast<std::size_t>(warning.limit)], warning.used.text(), warning.of.text(),
                       warning.of.currency().text());
  }
  std::string operator()(const LineAlert& alert) const {
    return fmt::format("{} has {} calls at once, told from {} on", who(alert.subject), alert.count, alert.alert_at);
  }
  std::string operator()(const PaceAlert& alert) const {
    return fmt::format("{} has {} {} {} within {} s, told from so many on", who(alert.subject),
                       alert.subject.direction == Direction::inbound ? "brought" : "made", alert.rule.calls,
                       alert.rule.distinct ? "calls to different numbers" : "calls", alert.rule.period_s);
  }
};

}  // namespace

std::string text_of(const Notice& notice) {
  return std::visit(NoticeText{}, notice);
}

std::string text_of(const Refused& refused) {
  return std::visit(Text{}, refused.by);
}

}  // namespace rf::toll
