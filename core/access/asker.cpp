#include "core/access/asker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace rf::access {
namespace {

constexpr std::string_view class_names[] = {"system", "dealer", "tenant"};
constexpr std::string_view step_names[] = {"none", "second_factor", "new_password", "enrol_factor"};

}  // namespace

std::string_view name_of(Class of) {
  return class_names[static_cast<std::size_t>(of)];
}

std::optional<Class> parse_class(std::string_view name) {
  const auto found = std::find(std::begin(class_names), std::end(class_names), name);
  if (found == std::end(class_names)) return std::nullopt;
  return static_cast<Class>(found - std::begin(class_names));
}

std::string_view name_of(Step step) {
  return step_names[static_cast<std::size_t>(step)];
}

std::string Asker::actor() const {
  return how == How::token ? fmt::format("user {}, token {}", name, token.value) : fmt::format("user {}", name);
}

Verdict judge(const std::optional<Asker>& asker, const Need& need) {
  if (need.who == Need::Who::anybody) return Verdict::yes;
  if (!asker || asker->step == Step::second_factor) return Verdict::unknown;
  if (need.who == Need::Who::signed_in) return asker->how == Asker::How::session ? Verdict::yes : Verdict::lacking;
  if (asker->step != Step::none) return Verdict::unfinished;
  return asker->may(need.permission) ? Verdict::yes : Verdict::lacking;
}

}  // namespace rf::access
