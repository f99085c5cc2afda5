#include "core/toll/trail.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rf::toll {
namespace {

constexpr std::string_view cut_mark = "...";
constexpr std::size_t ways_told = 4;

/// In the order in which decide() asks.
constexpr Check asked[] = {Check::meaning, Check::reach, Check::country, Check::listed, Check::kind,
                           Check::hours,   Check::route, Check::pin,     Check::trunk,  Check::price};

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// One line of it, no longer than there is room for.
std::string_view fitting(std::string_view text) {
  if (text.size() <= TollLimits::trail_text_bytes) return text;
  std::size_t end = TollLimits::trail_text_bytes - cut_mark.size();
  while (end > 0 && continues_character(text[end])) --end;
  return text.substr(0, end);
}

/// Takes lines off the front until so much more fits.
void make_room(std::string& trail, std::size_t more) {
  const std::size_t needed = trail.size() + more;
  if (needed <= TollLimits::trail_bytes) return;
  const std::size_t end = trail.find('\n', std::min(needed - TollLimits::trail_bytes, trail.size()));
  trail.erase(0, end == std::string::npos ? trail.size() : end + 1);
}

void add(std::string& trail, bool passed, std::string_view rule, std::string_view text) {
  const std::string_view fits = fitting(text);
  make_room(trail, rule.size() + fits.size() + cut_mark.size() + 4);
  if (!trail.empty()) trail += '\n';
  if (!passed) trail += '!';
  trail += rule;
  if (text.empty()) return;
  trail += ": ";
  // What was dialled may hold anything.
  for (const char c : fits) trail += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  if (fits.size() != text.size()) trail += cut_mark;
}

std::string_view country_of(const Decision& decision) {
  return decision.country ? decision.country.text() : std::string_view("no country");
}

std::string meaning_of(const Decision& decision) {
  if (decision.emergency_test) return "it leaves as an emergency call does";
  if (decision.action == Decision::Action::emergency) return "an emergency number";
  if (!decision.number) return fmt::format("a short number of {}", country_of(decision));
  return fmt::format("{} of {}", number::name_of(decision.kind), country_of(decision));
}

std::string reach_of(const Plan& plan, const Question& question, const Decision& decision, const ExtensionTerms& who) {
  const TenantTerms* const tenant = plan.tenant(question.tenant);
  const bool home = !decision.number || (tenant && decision.country == tenant->home);
  const bool forwards = question.purpose == Question::For::forward && who.forward.reach < who.reach;
  return fmt::format("{}, and it may {} {}", name_of(home ? Reach::national : Reach::international),
                     forwards ? "forward" : "call", name_of(forwards ? who.forward.reach : who.reach));
}

/// The trunks of the route that cannot take it.
std::string without(const Plan& plan, const Decision& decision) {
  std::string out;
  std::size_t told = 0;
  for (const TrunkId id : plan.trunks_of(decision.route)) {
    const auto takes = [&](const Way& way) { return way.trunk == id; };
    if (std::any_of(decision.ways.begin(), decision.ways.end(), takes) || ++told > ways_told) continue;
    const TrunkTerms* const trunk = plan.trunk(id);
    out += fmt::format("{}{}", out.empty() ? "not by " : ", ", trunk ? std::string_view(trunk->line.name) : "?");
  }
  return out;
}

std::string prices_of(const Plan& plan, const Decision& decision) {
  std::string out;
  for (std::size_t i = 0; i < std::min(decision.ways.size(), ways_told); ++i) {
    const Way& way = decision.ways[i];
    const TrunkTerms* const trunk = plan.trunk(way.trunk);
    out += fmt::format("{}{} {}{}", out.empty() ? "" : ", then ", trunk ? std::string_view(trunk->line.name) : "?",
                       way.priced ? "at " : "", way.priced ? price_of(way.rate) : "free of charge");
  }
  return out;
}

}  // namespace

void add_passed(std::string& trail, std::string_view rule, std::string_view text) {
  add(trail, true, rule, text);
}

void add_refused(std::string& trail, std::string_view rule, std::string_view why) {
  add(trail, false, rule, why);
}

void add_decision(std::string& trail, const Plan& plan, const Question& question, const Decision& decision) {
  const ExtensionTerms& who = plan.extension(question.tenant, question.extension);
  const auto told = [&](Check check) -> std::string {
    switch (check) {
      case Check::meaning:
        return meaning_of(decision);
      case Check::reach:
        return reach_of(plan, question, decision, who);
      case Check::country:
        return fmt::format("{} is among its countries", country_of(decision));
      case Check::listed:
        return fmt::format("{} by the list {}", number::name_of(decision.listing), decision.list);
      case Check::kind:
        return fmt::format("{} numbers may be called", number::name_of(decision.kind));
      case Check::hours:
        return fmt::format("it may call in {}", who.hours);
      case Check::route:
        return fmt::format("by the route {}", plan.terms().routes[decision.route].name);
      case Check::pin:
        return fmt::format("one of {} is asked for", decision.pins);
      case Check::trunk:
        return decision.route == Plan::none ? fmt::format("{} to try", decision.ways.size()) : without(plan, decision);
      case Check::price:
        return prices_of(plan, decision);
      default:
        return {};
    }
  };
  for (const Check check : asked)
    if (decision.has_passed(check)) add_passed(trail, check, told(check));
  const bool leaves = decision.action == Decision::Action::leave || decision.action == Decision::Action::emergency;
  if (!leaves) add_refused(trail, decision.failed, decision.why);
}

void append(std::string& trail, std::string_view more) {
  if (more.empty()) return;
  make_room(trail, more.size() + 1);
  if (!trail.empty()) trail += '\n';
  trail += more;
}

std::vector<TrailStep> steps_of(std::string_view trail) {
  std::vector<TrailStep> out;
  while (!trail.empty()) {
    const std::size_t end = std::min(trail.find('\n'), trail.size());
    std::string_view line = trail.substr(0, end);
    trail.remove_prefix(std::min(end + 1, trail.size()));
    TrailStep step;
    step.passed = !line.starts_with('!');
    if (!step.passed) line.remove_prefix(1);
    const std::size_t colon = line.find(": ");
    step.rule = line.substr(0, std::min(colon, line.size()));
    if (colon != std::string_view::npos) step.text = line.substr(colon + 2);
    if (!step.rule.empty()) out.push_back(step);
  }
  return out;
}

}  // namespace rf::toll
