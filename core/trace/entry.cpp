#include "core/trace/entry.hpp"

#include <fmt/format.h>

#include <chrono>

#include "core/base/keyed_hash.hpp"
#include "core/base/limits/wire.hpp"
#include "core/base/plain.hpp"
#include "core/trace/redact.hpp"

namespace rf::trace {
namespace {

constexpr std::string_view magic = "RFT1";
constexpr std::size_t head_bytes = 4 + 4 + 8;
// A message grows by what stands in place of what is hidden: at most a few bytes for each line.
constexpr std::size_t entry_bytes = 8 * WireLimits::message_bytes;

template <class Number>
void put(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    out += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xff);
}

void put(std::string& out, const Endpoint& endpoint) {
  for (const std::uint8_t byte : endpoint.address.bytes()) out += static_cast<char>(byte);
  put(out, endpoint.port);
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

/// Reads what put() wrote; after the first fault everything is empty.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) {
      good_ = false;
      return {};
    }
    const std::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  template <class Number>
  Number number() {
    std::uint64_t out = 0;
    std::size_t shift = 0;
    for (const char c : take(sizeof(Number))) {
      out |= std::uint64_t{static_cast<unsigned char>(c)} << shift;
      shift += 8;
    }
    return static_cast<Number>(out);
  }
  Endpoint endpoint() {
    std::array<std::uint8_t, 16> bytes{};
    std::size_t i = 0;
    for (const char c : take(bytes.size())) bytes[i++] = static_cast<std::uint8_t>(c);
    Endpoint out{Address::from_bytes(bytes), 0};
    out.port = number<std::uint16_t>();
    return out;
  }
  std::string_view text() { return take(number<std::uint32_t>()); }
  bool whole() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::uint64_t checksum(std::string_view payload) {
  return KeyedHash(HashKey(0x7472616365)).add(payload).finish();
}

}  // namespace

std::string_view name_of(Direction direction) {
  constexpr std::string_view names[] = {"in", "out", "note"};
  return names[static_cast<std::size_t>(direction)];
}

Entry copy_of(const EntryView& v) {
  const auto own = [](std::string_view text) { return std::string(text); };
  return {v.wall_ms,    v.direction,   v.stranger,  v.transport, v.local,     v.remote,      own(v.call),
          own(v.label), own(v.call_id), own(v.cseq), own(v.from), own(v.to), own(v.target), own(v.text)};
}

void append_to(std::string& file, const Entry& e) {
  std::string payload;
  payload.reserve(e.text.size() + 256);
  put(payload, e.wall_ms);
  put(payload, static_cast<std::uint8_t>(e.direction));
  put(payload, static_cast<std::uint8_t>(e.stranger));
  put(payload, static_cast<std::uint8_t>(e.transport));
  put(payload, e.local);
  put(payload, e.remote);
  for (const std::string* text : {&e.call, &e.label, &e.call_id, &e.cseq, &e.from, &e.to, &e.target, &e.text})
    put_text(payload, *text);
  file += magic;
  put(file, static_cast<std::uint32_t>(payload.size()));
  put(file, checksum(payload));
  file += payload;
}

std::optional<EntryView> next_entry(std::string_view& rest) {
  if (rest.size() < head_bytes || !rest.starts_with(magic)) return std::nullopt;
  Reader head(rest.substr(magic.size(), head_bytes - magic.size()));
  const auto size = head.number<std::uint32_t>();
  const auto sum = head.number<std::uint64_t>();
  if (size > entry_bytes || size > rest.size() - head_bytes) return std::nullopt;
  const std::string_view payload = rest.substr(head_bytes, size);
  if (checksum(payload) != sum) return std::nullopt;
  Reader in(payload);
  EntryView out;
  out.wall_ms = in.number<std::int64_t>();
  const auto direction = in.number<std::uint8_t>();
  out.stranger = in.number<std::uint8_t>() != 0;
  const auto transport = in.number<std::uint8_t>();
  if (direction > static_cast<std::uint8_t>(Direction::note) || transport > static_cast<std::uint8_t>(Transport::wss))
    return std::nullopt;
  out.direction = static_cast<Direction>(direction);
  out.transport = static_cast<Transport>(transport);
  out.local = in.endpoint();
  out.remote = in.endpoint();
  for (std::string_view* text :
       {&out.call, &out.label, &out.call_id, &out.cseq, &out.from, &out.to, &out.target, &out.text})
    *text = in.text();
  if (!in.whole()) return std::nullopt;
  rest.remove_prefix(head_bytes + size);
  return out;
}

bool Filter::fits(const EntryView& e) const {
  if (e.wall_ms < from_ms || (to_ms != 0 && e.wall_ms >= to_ms)) return false;
  if (!call.empty() && e.call != call) return false;
  if (!number.empty() && e.from != number && e.to != number && e.target != number) return false;
  // What explains a call came from nobody.
  return !source || (e.direction != Direction::note && source->contains(e.remote.address));
}

std::string time_text(std::int64_t wall_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds(wall_ms)};
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss clock(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::string line_of(const Entry& e, bool numbers) {
  const auto user = [&](const std::string& text) {
    return text.empty() ? std::string("-") : plain(numbers ? text : hidden_number(text), 64);
  };
  std::string out = fmt::format("{} {:4} {:3} {} {}", time_text(e.wall_ms), name_of(e.direction),
                                name_of(e.transport), e.remote.text(), plain(e.label, 64));
  if (e.direction == Direction::note) {
    const std::string said = numbers ? e.text : hidden_numbers_in_words(e.text);
    out = fmt::format("{} note {}: {}", time_text(e.wall_ms), plain(e.label, 64), plain(said));
  } else {
    fmt::format_to(std::back_inserter(out), " {}>{} cseq={} call-id={}", user(e.from), user(e.to), plain(e.cseq, 32),
                   plain(e.call_id, 128));
  }
  if (!e.call.empty()) out += " call=" + plain(e.call, 64);
  if (e.stranger) out += " stranger";
  return out;
}

}  // namespace rf::trace
