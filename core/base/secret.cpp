#include "core/base/secret.hpp"

namespace rf {

std::string redact(std::string_view personal) {
  if (personal.empty()) return {};
  return std::string(personal.substr(0, std::min<std::size_t>(2, personal.size() / 2))) + "…";
}

}  // namespace rf
