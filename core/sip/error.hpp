// What can be wrong with a message, and where.
#pragma once

#include <cstdint>
#include <string_view>

namespace rf::sip {

enum class ParseErrorCode : std::uint8_t {
  too_long, too_many_headers, too_many_elements, too_many_params, bad_start_line, bad_version, bad_method, bad_uri,
  bad_status, bad_header, bad_via, bad_from, bad_to, bad_call_id, bad_cseq, cseq_method_mismatch, bad_max_forwards,
  bad_contact, bad_route, bad_content_length, body_too_short, bad_expires, bad_credentials, missing_header,
  duplicate_header, bad_utf8, truncated, bad_content_type
};

/// A wire fault as a value: what, and at which byte.
struct ParseError {
  ParseErrorCode code;
  std::uint32_t offset = 0;
};

/// A short sentence for logs and for the reason phrase of a 400: "Bad CSeq".
std::string_view text_of(ParseErrorCode code);

}  // namespace rf::sip
