#include "core/rtpengine/questions.hpp"

#include <algorithm>
#include <charconv>

#include "core/rtpengine/bencode.hpp"
#include "core/sdp/sdp.hpp"
#include "core/sdp/security.hpp"

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

// An address that nobody has (RFC 5737): with 0.0.0.0 the server answers with 0.0.0.0, as for a call on hold.
const Endpoint nowhere{Address::v4(0xc0000201), 9};

bool is_known(const media::LegPlan& leg) {
  return leg.remote_rtp.port != 0 &&
         (leg.security.protection == media::Protection::plain || (leg.security.ours && leg.security.theirs));
}

/// How one leg is described.
struct Description {
  Endpoint rtp = nowhere, rtcp = {};
  std::string_view direction = "inactive";
  srtp::MasterKey key = {};  ///< that it would send with; not set: it is plain
  bool mux = false;
};

/// Who holds wants to hear nothing, and may be silent as long as he likes: the server is to wait for no sound then.
Description description_of(const media::LegPlan& leg, const media::LegPlan& other) {
  if (!is_known(leg) || !is_known(other)) return {};
  Description out{leg.remote_rtp, leg.remote_rtcp, "sendrecv", {}, leg.security.mux};
  if (leg.holds || other.holds) out.direction = !leg.holds ? "recvonly" : other.holds ? "inactive" : "sendonly";
  if (leg.security.protection == media::Protection::sdes) out.key = leg.security.theirs;
  return out;
}

std::string text_of(const Description& leg) {
  const std::string family = leg.rtp.address.is_v4() ? "IP4 " : "IP6 ", host = leg.rtp.address.text();
  std::string out = "v=0\r\no=- 1 1 IN " + family + host + "\r\ns=-\r\nc=IN " + family + host +
                    "\r\nt=0 0\r\nm=audio " + std::to_string(leg.rtp.port) + (leg.key ? " RTP/SAVP" : " RTP/AVP") +
                    formats() + "\r\n";
  if (leg.rtcp.port != 0) {
    out += "a=rtcp:" + std::to_string(leg.rtcp.port) + (leg.rtcp.address.is_v4() ? " IN IP4 " : " IN IP6 ") +
           leg.rtcp.address.text() + "\r\n";
  }
  if (leg.mux) out += "a=rtcp-mux\r\n";
  if (leg.key) sdp::append_crypto(out, {1, leg.key});
  return out.append("a=").append(leg.direction).append("\r\n");
}

/// The offer of leg `from` to the other one, or the answer of leg `from` 's partner to it.
std::string say(std::string_view command, std::string_view call, std::size_t from, const Description& leg,
                bool to_protected = false, bool to_mux = false) {
  Dictionary out;
  out.add("command", command).add("call-id", call).add("from-tag", tags[from]);
  if (command == "answer" || from != 0) out.add("to-tag", tags[1 - from]);
  if (command == "offer")
    out.add("transport-protocol", to_protected ? "RTP/SAVP" : "RTP/AVP")
        .add("rtcp-mux", std::vector<std::string_view>{to_mux ? "offer" : "demux"});
  // "port latching" keeps the ports when a leg's endpoint changes: we have told them to phones.
  const std::vector<std::string_view> flags{"port latching", "strict source", "asymmetric"};
  return out.add("sdp", text_of(leg))
      .add("ICE", "remove")
      .add("DTLS", "off")
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
  const auto media = tag["medias"][0];
  const auto rtp = media["streams"][0]["stats"], rtcp = media["streams"][1]["stats"];
  // Behind SRTP it counts what is authentic; of others also what it refuses, whose bytes it does not tell.
  const auto profile = sdp::profile_of(media["protocol"].text().value_or(std::string_view()));
  const bool is_protected = profile && !sdp::is_plain(*profile);
  const auto taken = [&](const Document::Value& stats) {
    return count(stats["packets"]) - (is_protected ? 0 : std::min(count(stats["errors"]), count(stats["packets"])));
  };
  (is_protected ? out.refused_proof : out.refused_source) = count(rtp["errors"]);
  out.packets = taken(rtp);
  out.bytes = count(rtp["bytes"]);
  out.rtcp_packets = taken(rtcp);
  return out;
}

/// What the receiver of a leg's stream said of it. The server keeps that under the SSRC of whoever reported, once it
/// has seen reports of both sides; without them nothing is known, and all of it stays zero.
void add_quality(const Document::Value& reports, const Document::Value& receiver, media::LegStatistics& leg) {
  constexpr std::int64_t worst = 10, best = 50;  // a MOS in tenths
  constexpr std::uint64_t negative = 1u << 23;   // RFC 3550 §6.4.1: more came than were sent
  const auto ssrc = receiver["medias"][0]["streams"][0]["SSRC"].number();
  if (!ssrc) return;
  const auto said = reports[std::to_string(*ssrc)];
  const auto average = said["average MOS"];
  const auto mos = average["MOS"].number();
  if (!mos || *mos < worst || *mos > best) return;
  leg.mos = static_cast<double>(*mos) / 10;
  leg.jitter_ms = static_cast<double>(count(average["jitter"]));
  const std::uint64_t lost = count(said["cumulative loss"]);
  leg.lost = lost < negative ? lost : 0;
}

}  // namespace

std::string ping() {
  return Dictionary().add("command", "ping").finish();
}

std::expected<void, Fault> read_pong(std::string_view answer) {
  if (auto read = read_result(answer, "pong"); !read) return std::unexpected(read.error());
  return {};
}

std::vector<Step> tell(std::string_view call, const std::array<media::LegPlan, 2>& legs, bool keeps_keys) {
  const bool both = is_known(legs[0]) && is_known(legs[1]);
  // Who is protected gets the offers, and in them our key.
  const std::uint8_t to = both && legs[0].security.ours ? 0 : 1, from = 1 - to;
  const srtp::MasterKey ours = both ? legs[to].security.ours : srtp::MasterKey{};
  std::vector<Step> out;
  const auto ask = [&](const Description& offer, const Description& answer) {
    out.push_back({say("offer", call, from, offer, static_cast<bool>(ours), answer.mux), to, ours});
    out.push_back({say("answer", call, from, answer), from});
  };
  if (ours && !keeps_keys) {
    Description stand_in, answer;
    stand_in.key = ours;
    answer.key = legs[to].security.theirs;
    ask(stand_in, answer);
  }
  ask(description_of(legs[from], legs[to]), description_of(legs[to], legs[from]));
  return out;
}

bool can_relay(const media::RelayPlan& plan) {
  const auto count = [&](media::Protection protection) {
    return std::count_if(plan.legs.begin(), plan.legs.end(),
                         [&](const media::LegPlan& leg) { return leg.security.protection == protection; });
  };
  return count(media::Protection::dtls) == 0 && count(media::Protection::sdes) <= 1 && plan.voice.order == 0 &&
         !plan.transcode;
}

std::expected<Described, Fault> read_described(std::string_view answer) {
  const auto document = read_result(answer, "ok");
  if (!document) return std::unexpected(document.error());
  const auto text = document->root()["sdp"].text();
  const auto session = sdp::parse(text.value_or(std::string_view()));
  if (!session || session->media().size() != 1) return std::unexpected("its description is malformed");
  const sdp::Media& media = session->media()[0];
  const auto endpoint = sdp::remote_rtp(media);
  if (!endpoint || endpoint->port == 0 || endpoint->address.is_unspecified())
    return std::unexpected("its description names no endpoint");
  const auto profile = sdp::profile_of(media.proto);
  const auto security = sdp::read_security(*session, media);
  if (!profile || !security) return std::unexpected("its description is malformed");
  Described out{*endpoint, {}};
  if (!sdp::is_plain(*profile))
    for (const sdp::Crypto& crypto : security->keys) out.keys.push_back(crypto.key);
  return out;
}

std::string query(std::string_view call) {
  return Dictionary().add("command", "query").add("call-id", call).finish();
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
  const auto all = document->root()["tags"], reports = document->root()["SSRC"];
  std::array out{read_leg(all[tags[0]]), read_leg(all[tags[1]])};
  for (std::size_t i = 0; i < out.size(); ++i) add_quality(reports, all[tags[1 - i]], out[i]);
  return out;
}

}  // namespace rf::rtpengine
