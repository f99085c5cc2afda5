#include "core/base/secret.hpp"

namespace rf {

std::string redact(std::string_view personal) {
  if (personal.empty()) return {};
  std::size_t kept = std::min<std::size_t>(2, personal.size() / 2);
  while (kept > 0 && (static_cast<unsigned char>(personal[kept]) & 0xc0) == 0x80) --kept;
  return std::string(personal.substr(0, kept)) + "…";
}

}  // namespace rf
