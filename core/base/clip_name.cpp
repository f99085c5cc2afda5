#include "core/base/clip_name.hpp"

#include <algorithm>

#include "core/base/limits/call.hpp"

namespace rf {

bool is_clip_name_part(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !text.empty() && text.size() <= VoiceLimits::clip_name_part_bytes &&
         std::all_of(text.begin(), text.end(), fits);
}

bool is_clip_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && is_clip_name_part(text.substr(0, slash)) &&
         is_clip_name_part(text.substr(slash + 1));
}

}  // namespace rf
