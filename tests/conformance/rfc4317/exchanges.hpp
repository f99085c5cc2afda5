// The offer/answer exchanges of RFC 4317, section by section. What all their descriptions share (v=, s=, t= and the
// regular parts of o= and c=) is written once; what differs stands here as it stands in the RFC.
#pragma once

#include <string>
#include <vector>

namespace rf::sdp::rfc4317 {

enum class Party { alice, bob };

struct Description {
  Party by;
  int version;             ///< steps above the first: o=… 2890844526 is 0, …527 is 1
  std::string connection;  ///< host label in front of the party's domain, or a whole address
  std::string media;
};

struct Exchange {
  Description offer;
  Description answer;
};

struct Section {
  std::string number;
  std::vector<Exchange> exchanges;
};

inline const std::string pcmu = "a=rtpmap:0 PCMU/8000\r\n", pcma = "a=rtpmap:8 PCMA/8000\r\n",
                         ilbc = "a=rtpmap:97 iLBC/8000\r\n", h261 = "a=rtpmap:31 H261/90000\r\n",
                         mpv = "a=rtpmap:32 MPV/90000\r\n", tones = "a=rtpmap:98 telephone-event/8000\r\n";
inline const std::string wide_offer =
    "m=audio 49170 RTP/AVP 0 8 97\r\n" + pcmu + pcma + ilbc + "m=video 51372 RTP/AVP 31 32\r\n" + h261 + mpv;
inline const std::string narrow_offer = "m=audio 49170 RTP/AVP 97\r\n" + ilbc + "m=video 51372 RTP/AVP 31\r\n" + h261;
inline const std::string tone_offer =
    "m=audio 49170 RTP/AVP 0 97\r\n" + pcmu + ilbc + "m=audio 49172 RTP/AVP 98\r\n" + tones + "a=sendonly\r\n";
inline const std::string tone_answer =
    "m=audio 49172 RTP/AVP 97\r\n" + ilbc + "m=audio 49174 RTP/AVP 98\r\n" + tones + "a=recvonly\r\n";

inline Description alice(int version, std::string media, std::string connection = "host") {
  return {Party::alice, version, std::move(connection), std::move(media)};
}
inline Description bob(int version, std::string media, std::string connection = "host") {
  return {Party::bob, version, std::move(connection), std::move(media)};
}

inline std::vector<Section> sections() {
  const std::string no_video = "m=video 0 RTP/AVP 31\r\n" + h261;
  const std::string ilbc99 = "a=rtpmap:99 iLBC/8000\r\n";
  const std::string events101 = "a=rtpmap:101 telephone-event/8000\r\n";
  const std::string one_ilbc = "m=audio 49170 RTP/AVP 97\r\n" + ilbc;
  const std::string two_codecs = "m=audio 49170 RTP/AVP 0 97\r\n" + pcmu + ilbc;
  return {
      {"2.1",
       {{alice(0, wide_offer), bob(0, "m=audio 49174 RTP/AVP 0\r\n" + pcmu + "m=video 49170 RTP/AVP 32\r\n" + mpv)}}},
      {"2.2",
       {{alice(0, wide_offer), bob(0, "m=audio 49172 RTP/AVP 0 8\r\n" + pcmu + pcma + no_video)},
        {alice(1, "m=audio 51372 RTP/AVP 0\r\n" + pcmu + no_video),
         bob(1, "m=audio 49172 RTP/AVP 0\r\n" + pcmu + no_video)}}},
      {"2.3",
       {{alice(0, wide_offer),
         bob(0, "m=audio 49172 RTP/AVP 99\r\n" + ilbc99 + "m=video 51374 RTP/AVP 31\r\n" + h261)}}},
      {"2.4", {{alice(0, tone_offer), bob(0, tone_answer)}}},
      {"2.5",
       {{alice(0, narrow_offer), bob(0, "m=audio 49174 RTP/AVP 97\r\n" + ilbc + "m=video 49170 RTP/AVP 31\r\n" + h261)},
        {bob(1, "m=audio 49178 RTP/AVP 97\r\n" + ilbc + "m=video 49188 RTP/AVP 31\r\n" + h261, "newhost"),
         alice(0, narrow_offer)}}},
      {"2.6",
       {{alice(0, "m=audio 49170 RTP/AVP 0\r\n" + pcmu + "m=audio 51372 RTP/AVP 97 101\r\n" + ilbc + events101),
         bob(0, "m=audio 0 RTP/AVP 0\r\n" + pcmu + "m=audio 49170 RTP/AVP 97 101\r\n" + ilbc + events101)}}},
      {"2.7",
       {{alice(0, "m=audio 49170 RTP/AVP 99\r\n" + ilbc99 + "m=video 51372 RTP/AVP 31\r\n" + h261),
         bob(0, "m=audio 49172 RTP/AVP 99\r\n" + ilbc99 + "m=video 51374 RTP/AVP 31\r\n" + h261)},
        {alice(1, "m=audio 49170 RTP/AVP 99\r\n" + ilbc99 + "m=video 51372 RTP/AVP 31 32\r\n" + h261 + mpv),
         bob(1, "m=audio 49172 RTP/AVP 99\r\n" + ilbc99 + "m=video 51374 RTP/AVP 31 32\r\n" + h261 + mpv)}}},
      {"2.8",
       {{alice(0, wide_offer),
         bob(0, "m=audio 49174 RTP/AVP 0\r\n" + pcmu + "m=video 49172 RTP/AVP 32\r\nc=IN IP4 @otherhost\r\n" + mpv)}}},
      {"3.1",
       {{alice(0, two_codecs), bob(0, "m=audio 49172 RTP/AVP 97\r\n" + ilbc + "a=sendonly\r\n", "placeholder")},
        {bob(1, one_ilbc), alice(1, "m=audio 49178 RTP/AVP 97\r\n" + ilbc)}}},
      {"3.2",
       {{alice(0, tone_offer), bob(0, tone_answer)},
        {bob(1, "m=audio 49172 RTP/AVP 97\r\n" + ilbc + "a=sendonly\r\nm=audio 49174 RTP/AVP 98\r\n" + tones +
                    "a=recvonly\r\n"),
         alice(1, tone_offer)}}},
      {"4.1",
       {{alice(0, two_codecs), bob(0, one_ilbc)},
        {bob(1, one_ilbc + "m=audio 48282 RTP/AVP 98\r\nc=IN IP4 @mediaserver\r\n" + tones + "a=recvonly\r\n"),
         alice(1, one_ilbc + "m=audio 49172 RTP/AVP 98\r\nc=IN IP4 @host\r\n" + tones + "a=sendonly\r\n")}}},
      {"4.2",
       {{alice(0, "m=audio 49170 RTP/AVP 0\r\n" + pcmu), bob(0, "m=audio 49172 RTP/AVP 0\r\n" + pcmu)},
        {alice(1, "m=audio 49170 RTP/AVP 0\r\n" + pcmu + "m=video 49172 RTP/AVP 31\r\n" + h261),
         bob(1, "m=audio 49172 RTP/AVP 0\r\n" + pcmu + "m=video 49168 RTP/AVP 31\r\n" + h261)}}},
      {"4.3",
       {{alice(0, narrow_offer), bob(0, "m=audio 49174 RTP/AVP 97\r\n" + ilbc + "m=video 49170 RTP/AVP 31\r\n" + h261)},
        {bob(1, "m=audio 49174 RTP/AVP 97\r\n" + ilbc + no_video), alice(1, one_ilbc + no_video)}}},
      {"5.1", {{alice(0, ""), bob(0, "")}, {alice(1, one_ilbc), bob(1, "m=audio 49172 RTP/AVP 97\r\n" + ilbc)}}},
      {"5.2",
       {{alice(0, "m=audio 23442 RTP/AVP 97\r\n" + ilbc, "0.0.0.0"), bob(0, one_ilbc)},
        {alice(1, one_ilbc), bob(0, one_ilbc)}}},
      {"5.3",
       {{alice(0, one_ilbc), bob(0, "m=audio 9322 RTP/AVP 97\r\n" + ilbc, "0.0.0.0")},
        {bob(1, "m=audio 49172 RTP/AVP 97\r\n" + ilbc), alice(0, one_ilbc)}}},
  };
}

/// Where a host label of the RFC lives: a name as in the RFC, or an address so that media can be relayed.
enum class Hosts { named, numbered };

inline std::string host(Party party, const std::string& label, Hosts hosts) {
  if (label == "0.0.0.0") return label;
  if (hosts == Hosts::named) return label + (party == Party::alice ? ".atlanta.example.com" : ".biloxi.example.com");
  const std::string net = party == Party::alice ? "192.0.2." : "203.0.113.";
  return net + (label == "host" ? "1" : label == "newhost" ? "2" : label == "otherhost" ? "3" : "4");
}

inline std::string text_of(const Description& d, Hosts hosts) {
  const bool is_alice = d.by == Party::alice;
  const unsigned long id = is_alice ? 2890844526 : 2808844564;
  std::string media = d.media;
  if (const std::size_t at = media.find('@'); at != std::string::npos) {
    const std::size_t end = media.find('\r', at);
    media.replace(at, end - at, host(d.by, media.substr(at + 1, end - at - 1), hosts));
  }
  return "v=0\r\no=" + std::string(is_alice ? "alice " : "bob ") + std::to_string(id) + " " +
         std::to_string(id + static_cast<unsigned long>(d.version)) + " IN IP4 " + host(d.by, "host", hosts) +
         "\r\ns= \r\nc=IN IP4 " + host(d.by, d.connection, hosts) + "\r\nt=0 0\r\n" + media;
}

}  // namespace rf::sdp::rfc4317
