#include "cli/render_trace.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <cstdint>
#include <vector>

#include "cli/cells.hpp"
#include "core/base/plain.hpp"
#include "core/sdp/base64.hpp"

namespace rf::cli {

std::string file_in(const Json& r) {
  const std::string text = text_at(r, "base64");
  if (text.empty()) return r.value("text", "");
  std::size_t size = text.size() / 4 * 3;
  for (std::size_t i = text.size(); i-- > 0 && text[i] == '=';) --size;
  std::vector<std::uint8_t> bytes(size);
  if (!sdp::read_base64(text, bytes)) return {};
  return {bytes.begin(), bytes.end()};
}

void render_trace(std::string_view command, const Json& r, std::ostream& out) {
  if (command == "trace.export") {
    out << file_in(r);
    return;
  }
  if (command == "trace.log") {
    for (const Json& line : list_at(r, "lines")) fmt::print(out, "{}\n", plain(text_at(line, "line"), 2'048));
    if (list_at(r, "lines").empty()) fmt::print(out, "Nothing is recorded of that.\n");
  } else {
    // Its lines are plain, and their breaks are its own.
    out << r.value("ladder", "");
  }
  if (r.value("more", false)) fmt::print(out, "There are more, older ones: narrow it down with --since and --to.\n");
}

}  // namespace rf::cli
