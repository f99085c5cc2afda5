// Any bytes as a message to be recorded and as a file of recorded ones: no line that can hold a secret stays as it is,
// and what is read is written again as it was.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"
#include "core/trace/entry.hpp"
#include "core/trace/ladder.hpp"
#include "core/trace/redact.hpp"
#include "core/trace/summary.hpp"

using namespace rf::trace;

namespace {

void holds_no_secret(std::string_view redacted) {
  while (!redacted.empty()) {
    const std::size_t end = std::min(redacted.find("\r\n"), redacted.size());
    std::string line(redacted.substr(0, end));
    for (char& c : line)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (const std::string_view word : {"authorization:", "proxy-authorization:", "authentication-info:", "a=ice-pwd:",
                                        "a=crypto:", "k="})
      RF_CHECK(!line.starts_with(word) || line.ends_with("[hidden]"));
    redacted.remove_prefix(std::min(end + 2, redacted.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string redacted = redact_message(bytes);
  holds_no_secret(redacted);
  holds_no_secret(hide_numbers(redacted));

  std::vector<Entry> entries(1);
  entries[0].text = redacted;
  summarise(bytes, entries[0]);
  std::string file;
  append_to(file, entries[0]);
  std::string_view whole = file;
  RF_CHECK(next_entry(whole) && whole.empty());
  for (const char c : text_of(ladder_of(entries, true), entries) + line_of(entries[0], false))
    RF_CHECK(c == '\n' || static_cast<unsigned char>(c) >= 0x20);

  std::string_view rest = bytes;
  while (const auto view = next_entry(rest)) {
    std::string again;
    append_to(again, copy_of(*view));
    RF_CHECK(bytes.find(again) != std::string_view::npos);
  }
  return 0;
}
