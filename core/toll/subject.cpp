#include "core/toll/subject.hpp"

namespace rf::toll {

std::string_view name_of(Level level) {
  constexpr std::string_view names[] = {"extension", "department", "tenant", "trunk", "tenant on a trunk", "system"};
  return names[static_cast<std::size_t>(level)];
}

}  // namespace rf::toll
