// What people and foreign lists write about who may talk to us: whatever is read can be written and read again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/check.hpp"
#include "core/guard/agents.hpp"
#include "core/guard/compile.hpp"
#include "core/guard/lines.hpp"

using namespace rf::guard;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0: {
      Rules rules;
      rules.access = parse_access(text).entries;
      for (const AccessEntry& entry : rules.access) RF_CHECK(parse_access(text_of(entry)).entries.size() == 1);
      if (const auto compiled = Compiled::compile(rules, {}))
        for (const AccessEntry& entry : rules.access) RF_CHECK((*compiled)->access_of(entry.subnet.base, 0) != nullptr);
      break;
    }
    case 1: {
      Rules rules;
      rules.defence = parse_defence(text).entries;
      for (const DefenceRule& rule : rules.defence) RF_CHECK(parse_defence(text_of(rule)).entries.size() == 1);
      static_cast<void>(Compiled::compile(rules, {}));
      break;
    }
    case 2:
      static_cast<void>(parse_blocklist(text, {}));
      break;
    case 3:
      if (const auto rule = parse_behaviour("x", text)) RF_CHECK(parse_behaviour("x", text_of(*rule)).has_value());
      break;
    case 4:
      static_cast<void>(Agents(parse_agents(text).entries).match(text));
      break;
    case 5:
      for (const Fingerprint& print : parse_fingerprints(text).entries) static_cast<void>(fits(print.branch, text));
      break;
  }
  return 0;
}
