#include "core/rtpengine/questions.hpp"

#include <algorithm>
#include <charconv>

#include "core/rtpengine/bencode.hpp"
#include "core/sdp/sdp.hpp"

namespace rf::rtpengine {
namespace {

constexpr std::array<std::string_view, 2> tags{"caller", "callee"};

/// What phones use, so that the server passes each on as it is: the usual static types and all dynamic ones.
const std::string& formats() {
  static const std::string all = [] {
    std::string out = " 0 3 8 9 13 18";
    for (int type = 96; type < 128; ++type) out += " " + std::to_string(type);
    return out;
  }();
  return all;
}

std::string describe(const media::LegPlan& leg) {
  const bool known = leg.remote_rtp.port != 0;
  // An address that nobody has (RFC 5737): with 0.0.0.0 the server answers with 0.0.0.0, as for a call on hold.
  const Endpoint rtp = known ? leg.remote_rtp : Endpoint{Address::v4(0xc0000201), 9};
  const std::string family = rtp.address.is_v4() ? "IP4 " : "IP6 ", host = rtp.address.text();
  std::string out = "v=0\r\no=- 1 1 IN " + family + host + "\r\ns=-\r\nc=IN " + family + host +
                    "\r\nt=0 0\r\nm=audio " + std::to_string(rtp.port) + " RTP/AVP" + formats() + "\r\n";
  if (known && leg.remote_rtcp.port != 0) {
    const bool v4 = leg.remote_rtcp.address.is_v4();
    out += "a=rtcp:" + std::to_string(leg.remote_rtcp.port) + " IN IP" + (v4 ? "4 " : "6 ") +
           leg.remote_rtcp.address.text() + "\r\n";
  }
  return out + (known ? "a=sendrecv\r\n" : "a=inactive\r\n");
}

std::string tell(std::string_view command, std::string_view call, const media::LegPlan& leg) {
  Dictionary out;
  out.add("command", command).add("call-id", call).add("from-tag", tags[0]);
  if (command == "answer") out.add("to-tag", tags[1]);
  // "port latching" keeps the ports when a leg's endpoint changes: we have told them to phones.
  std::vector<std::string_view> flags{"port latching", "strict source"};
  if (!leg.learn) flags.emplace_back("asymmetric");
  return out.add("sdp", describe(leg))
      .add("ICE", "remove")
      .add("replace", std::vector<std::string_view>{"origin", "session connection"})
      .add("flags", flags)
      .finish();
}

/// What it says went well; otherwise its own words.
std::expected<Document, Fault> read_result(std::string_view answer, std::string_view result) {
  auto document = Document::parse(answer);
  if (!document) return std::unexpected("its answer is malformed");
  const auto root = document->root();
  if (root["result"].text() == result) return std::move(*document);
  const std::string_view reason = root["error-reason"].text().value_or("it says neither yes nor why not");
  std::string words;
  // Its bytes go into our log.
  for (const char c : reason.substr(0, 200)) words += c >= ' ' && c <= '~' ? c : '?';
  return std::unexpected(std::move(words));
}

std::uint64_t count(const Document::Value& value) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, value.number().value_or(0)));
}

media::LegStatistics read_leg(const Document::Value& tag) {
  media::LegStatistics out;
  const auto streams = tag["medias"][0]["streams"];
  const auto rtp = streams[0]["stats"], rtcp = streams[1]["stats"];
  // It counts what it refuses among the packets; how many bytes those had it does not say.
  out.refused_source = std::min(count(rtp["errors"]), count(rtp["packets"]));
  out.packets = count(rtp["packets"]) - out.refused_source;
  out.bytes = count(rtp["bytes"]);
  out.rtcp_packets = count(rtcp["packets"]) - std::min(count(rtcp["errors"]), count(rtcp["packets"]));
  return out;
}

}  // namespace

std::string ping() {
  return Dictionary().add("command", "ping").finish();
}

std::expected<void, Fault> read_pong(std::string_view answer) {
  if (auto read = read_result(answer, "pong"); !read) return std::unexpected(read.error());
  return {};
}

std::string offer(std::string_view call, const media::LegPlan& caller) {
  return tell("offer", call, caller);
}

std::string answer(std::string_view call, const media::LegPlan& callee) {
  return tell("answer", call, callee);
}

std::expected<Endpoint, Fault> read_endpoint(std::string_view answer) {
  const auto document = read_result(answer, "ok");
  if (!document) return std::unexpected(document.error());
  const auto text = document->root()["sdp"].text();
  const auto session = sdp::parse(text.value_or(std::string_view()));
  if (!session || session->media().size() != 1) return std::unexpected("its description is malformed");
  const auto endpoint = sdp::remote_rtp(session->media()[0]);
  if (!endpoint || endpoint->port == 0 || endpoint->address.is_unspecified())
    return std::unexpected("its description names no endpoint");
  return *endpoint;
}

std::string erase(std::string_view call) {
  // With a tag it answers with its numbers; without a delay they are the last ones, and the ports are free at once.
  return Dictionary()
      .add("command", "delete")
      .add("call-id", call)
      .add("from-tag", tags[0])
      .add("delete-delay", "0")
      .finish();
}

std::expected<std::array<media::LegStatistics, 2>, Fault> read_statistics(std::string_view answer) {
  const auto document = read_result(answer, "ok");
  if (!document) return std::unexpected(document.error());
  const auto all = document->root()["tags"];
  return std::array{read_leg(all[tags[0]]), read_leg(all[tags[1]])};
}

}  // namespace rf::rtpengine
