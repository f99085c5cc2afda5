// What every message of RFC 4475 and RFC 5118 has to come to, in the words of those RFCs.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/sip/error.hpp"

namespace rf::conformance {

enum class Rfc : std::uint16_t { rfc4475 = 4475, rfc5118 = 5118 };

/// "rfc4475": the folder its messages are in.
constexpr std::string_view folder_of(Rfc rfc) { return rfc == Rfc::rfc4475 ? "rfc4475" : "rfc5118"; }

/// What a server that knows the user called (and registered) sends back.
enum class Answer : std::uint8_t {
  one_of,     ///< one of `statuses`
  processed,  ///< handled as any other request of its method: some answer, but not 400
  any,        ///< the RFC leaves the choice open: some answer
  silence,    ///< a response that has to be dropped
};

/// Among `statuses`: silence will do as well.
inline constexpr int no_answer = -1;

/// The verdict on one message. A server that authenticates may challenge (401, 407) before it comes to a verdict of
/// `one_of`, `processed` or `any`, but only when `fault` is empty: what does not parse is not challenged.
struct Verdict {
  Rfc rfc;
  std::string_view section;
  std::string_view name;                      ///< of the file, without ".dat"
  std::optional<sip::ParseErrorCode> fault;   ///< what parse() says; none when the parser has to take it
  Answer answer;
  std::array<int, 2> statuses;                ///< a zero is an unused place
  std::string_view why;
};

namespace detail {
using Code = sip::ParseErrorCode;
using enum Answer;
inline constexpr auto valid = std::optional<Code>{};
inline constexpr auto t = Rfc::rfc4475;
inline constexpr auto v6 = Rfc::rfc5118;

inline constexpr auto table = std::to_array<Verdict>({
    // 3.1.1 valid messages
    {t, "3.1.1.1", "wsinv", valid, processed, {}, "a short tortuous INVITE"},
    {t, "3.1.1.2", "intmeth", valid, processed, {}, "a wide range of valid characters"},
    {t, "3.1.1.3", "esc01", valid, processed, {}, "valid use of the % escaping mechanism"},
    {t, "3.1.1.4", "escnull", valid, processed, {}, "escaped nulls in URIs"},
    {t, "3.1.1.5", "esc02", valid, processed, {}, "% where it is no escape: the method is unknown, not REGISTER"},
    {t, "3.1.1.6", "lwsdisp", valid, processed, {}, "no white space between display name and <"},
    {t, "3.1.1.7", "longreq", valid, processed, {}, "long values in header fields"},
    {t, "3.1.1.8", "dblreq", valid, processed, {}, "the octets behind the first request are ignored"},
    {t, "3.1.1.9", "semiuri", valid, processed, {}, "semicolons in the user part"},
    {t, "3.1.1.10", "transports", valid, processed, {}, "varied and unknown transports"},
    {t, "3.1.1.11", "mpart01", valid, processed, {}, "a multipart body with binary parts"},
    {t, "3.1.1.12", "unreason", valid, silence, {}, "an unusual reason phrase"},
    {t, "3.1.1.13", "noreason", valid, silence, {}, "an empty reason phrase"},
    // 3.1.2 invalid messages
    {t, "3.1.2.1", "badinv01", Code::bad_via, one_of, {400}, "should respond with a 400"},
    {t, "3.1.2.2", "clerr", Code::body_too_short, one_of, {400}, "over UDP should respond with a 400"},
    {t, "3.1.2.3", "ncl", Code::bad_content_length, one_of, {400}, "should respond with an error; over TCP, close"},
    {t, "3.1.2.4", "scalar02", Code::bad_cseq, one_of, {400}, "should respond with a 400 due to the CSeq error"},
    {t, "3.1.2.5", "scalarlg", Code::bad_cseq, silence, {}, "will simply be discarded"},
    {t, "3.1.2.6", "quotbal", Code::bad_to, one_of, {400}, "should return a 400"},
    {t, "3.1.2.7", "ltgtruri", Code::bad_uri, one_of, {400}, "reasonable always to reject with a 400"},
    {t, "3.1.2.8", "lwsruri", Code::bad_start_line, one_of, {400}, "reasonable always to reject with a 400"},
    {t, "3.1.2.9", "lwsstart", Code::bad_start_line, one_of, {400}, "acceptable to reject as malformed"},
    {t, "3.1.2.10", "trws", Code::bad_start_line, one_of, {400}, "acceptable to reject as malformed"},
    {t, "3.1.2.11", "escruri", Code::bad_uri, one_of, {400}, "acceptable to reject with a 400"},
    {t, "3.1.2.12", "baddate", valid, processed, {}, "should not be rejected where the Date is not used"},
    {t, "3.1.2.13", "regbadct", Code::bad_contact, one_of, {400}, "reasonable to respond with a 400"},
    {t, "3.1.2.14", "badaspec", Code::bad_to, one_of, {400}, "reasonable to reject with a 400"},
    {t, "3.1.2.15", "baddn", Code::bad_from, one_of, {400}, "reasonable always to reject with a 400"},
    {t, "3.1.2.16", "badvers", Code::bad_version, one_of, {505}, "should respond with a 505"},
    {t, "3.1.2.17", "mismatch01", Code::cseq_method_mismatch, one_of, {400}, "will respond with a 400"},
    {t, "3.1.2.18", "mismatch02", Code::cseq_method_mismatch, one_of, {501, 400}, "should be a 501; 400 will do"},
    {t, "3.1.2.19", "bigcode", Code::bad_status, silence, {}, "should simply drop it"},
    // 3.2 transaction layer
    {t, "3.2.1", "badbranch", valid, any, {}, "could reject with 400, or match as RFC 2543 did"},
    // 3.3 application layer
    {t, "3.3.1", "insuf", Code::missing_header, one_of, {400, no_answer}, "must not break; ideally 400"},
    {t, "3.3.2", "unkscm", valid, one_of, {416}, "will reject it with a 416"},
    {t, "3.3.3", "novelsc", valid, one_of, {416, 404}, "416 when the scheme is never accepted"},
    {t, "3.3.4", "unksm2", valid, one_of, {400}, "a registrar rejects: To has to be a SIP or SIPS URI"},
    {t, "3.3.5", "bext01", valid, one_of, {420}, "with Unsupported listing the tags of Require or Proxy-Require"},
    {t, "3.3.6", "invut", valid, one_of, {415}, "with an Accept of the types that are understood"},
    {t, "3.3.7", "regaut01", valid, one_of, {401}, "a new challenge with a scheme that is understood"},
    {t, "3.3.8", "multi01", Code::duplicate_header, one_of, {400}, "would respond with a 400"},
    {t, "3.3.9", "mcl01", Code::duplicate_header, one_of, {400}, "should respond with an error; over TCP, close"},
    {t, "3.3.10", "bcast", valid, silence, {}, "an endpoint should simply discard it"},
    {t, "3.3.11", "zeromf", valid, any, {}, "a proxy answers 483, an endpoint processes it"},
    {t, "3.3.12", "cparam01", valid, one_of, {200}, "the parameter belongs to the header, not to the URI"},
    {t, "3.3.13", "cparam02", valid, one_of, {200}, "the parameter belongs to the URI and comes back in it"},
    {t, "3.3.14", "regescrt", valid, one_of, {200}, "the escaped header stays in the contact's URI"},
    {t, "3.3.15", "sdp01", valid, any, {}, "could respond with a 406; a 400 is appropriate too"},
    // 3.4 backward compatibility
    {t, "3.4.1", "inv2543", valid, processed, {}, "an INVITE of RFC 2543: no branch, no From tag, no Content-Length"},

    {v6, "4.1", "ipv6-good", valid, processed, {}, "well formed"},
    {v6, "4.2", "ipv6-bad", Code::bad_uri, one_of, {400}, "should respond with a 400"},
    {v6, "4.3", "port-ambiguous", valid, processed, {}, "well formed; the port is part of the address"},
    {v6, "4.4", "port-unambiguous", valid, processed, {}, "well formed"},
    {v6, "4.5", "via-received-param-with-delim", valid, processed, {}, "must be parsed all the same"},
    {v6, "4.5", "via-received-param-no-delim", valid, processed, {}, "valid by the grammar"},
    {v6, "4.6", "ipv6-in-sdp", valid, processed, {}, "well formed"},
    {v6, "4.7", "mult-ip-in-header", valid, processed, {}, "well formed"},
    {v6, "4.8", "mult-ip-in-sdp", valid, processed, {}, "well formed"},
    {v6, "4.9", "ipv4-mapped-ipv6", valid, processed, {}, "well formed"},
    {v6, "4.10", "ipv6-bug-abnf-3-colons", valid, processed, {}, "must tolerate both"},
    {v6, "4.10", "ipv6-correct-abnf-2-colons", valid, processed, {}, "must tolerate both"},
});
}  // namespace detail

/// All of them, in the order of their sections.
inline constexpr auto& verdicts = detail::table;

}  // namespace rf::conformance
