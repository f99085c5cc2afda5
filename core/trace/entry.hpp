// One message, or one line of explanation, as it is recorded; and how it stands in a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/address.hpp"

namespace rf::trace {

enum class Direction : std::uint8_t { in, out, note };
std::string_view name_of(Direction direction);  ///< "in", "out", "note"

/// `Text` is a view into a file's bytes, or a text of its own.
template <class Text>
struct EntryOf {
  std::int64_t wall_ms = 0;
  Direction direction = Direction::in;
  bool stranger = false;  ///< of somebody who had not proved who he is
  Transport transport = Transport::udp;
  Endpoint local, remote;
  Text call{};     ///< record::Cdr::id; empty: no call's
  Text label{};    ///< "INVITE", "200 OK", "malformed"; of a note its reason
  Text call_id{};  ///< as it stands in the message
  Text cseq{};     ///< "1 INVITE"
  Text from{}, to{};    ///< users of these headers
  Text target{};        ///< user of the Request-URI
  Text text{};          ///< the message as redact() left it, or what the note says; empty in summaries
};
using Entry = EntryOf<std::string>;
using EntryView = EntryOf<std::string_view>;

Entry copy_of(const EntryView& view);

/// Appends an entry as files hold it: its length and a checksum in front, so that a torn end is seen.
void append_to(std::string& file, const Entry& entry);

/// Takes the first entry off what is left of a file. Nothing: the end, or something that no append_to() wrote; what is
/// behind that is not read.
std::optional<EntryView> next_entry(std::string_view& rest);

/// What is asked for; what is empty fits everything.
struct Filter {
  std::string call;
  std::string number;  ///< of From, To or the Request-URI
  std::optional<Subnet> source;
  std::int64_t from_ms = 0;  ///< inclusive
  std::int64_t to_ms = 0;    ///< exclusive; 0: no end

  bool fits(const EntryView& entry) const;
};

/// "2026-01-31T08:00:00.000Z".
std::string time_text(std::int64_t wall_ms);

/// "2026-01-31T08:00:00.000Z in udp 192.0.2.7:5060 INVITE 1001>1002 cseq=1 call-id=x call=y": one line whatever the
/// message held. `numbers`: in full.
std::string line_of(const Entry& entry, bool numbers);

}  // namespace rf::trace
