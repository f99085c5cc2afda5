// Any bytes as a file of objects: what is read is bounded and plain, is written back as it was, and reads the same
// again; every value that is changed in it is read as what it was changed to, and makes terms or faults, never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/check.hpp"
#include "core/base/limits/toll.hpp"
#include "core/base/plain.hpp"
#include "core/document/change.hpp"
#include "core/document/rows.hpp"
#include "core/document/terms.hpp"
#include "core/toll/pins.hpp"

using namespace rf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto objects = document::read_objects(input);
  if (!objects) {
    RF_CHECK(!objects.error().empty() && objects.error().told.size() <= DocumentLimits::faults);
    return 0;
  }
  const std::string written = document::text_of(*objects);
  const auto again = document::read_objects(written);
  RF_CHECK(again && document::text_of(*again) == written);
  std::vector<document::Placed> placed;
  for (const document::Object& object : *objects) {
    RF_CHECK(is_plain(object.name) && object.text.size() <= DocumentLimits::object_bytes + 1);
    const auto table = document::table_of(object);
    RF_CHECK(table.has_value());
    for (const document::Key& key : table->keys()) {
      if (key.apart || (key.required && key.list)) continue;
      const std::vector<std::string> values = table->list(key.name);
      if (values.empty() && !key.list) continue;
      const auto changed = document::table_of(document::with_value(object.text, key, values));
      RF_CHECK(changed && changed->list(key.name) == values);
      if (key.required) continue;
      const auto without = document::table_of(document::without_key(object.text, key.name));
      RF_CHECK(without && !without->given(key.name));
    }
    if (object.kind == document::Kind::deck)
      static_cast<void>(document::rates_of(object, *table, *money::Currency::parse("EUR")));
    if (object.kind == document::Kind::number_list)
      static_cast<void>(document::lines_of(object, *table, *Country::parse("DE")));
    placed.push_back({placed.size() + 1, *table});
    // Sealed by nobody: the account stands for the digest.
    if (const auto rows = document::pin_rows_of(object); rows && object.kind == document::Kind::pin_list)
      for (const document::PinRow& row : *rows)
        placed.back().pins.push_back({row.account, toll::pin_digest({}, object.name, row.account)});
    placed.back().token = "abcdefghijklmnopqrstuvwxyz";
  }
  const document::Around around{TenantId{1}, "default", {{TenantId{1}, "1001", ExtensionId{1}}}, [](std::string_view) {
                                  return std::make_shared<const schedule::Zone>(schedule::Zone::utc());
                                }};
  if (auto terms = document::terms_of(placed, around))
    static_cast<void>(toll::Plan::compile(std::move(*terms), around.extensions, 1));
  return 0;
}
