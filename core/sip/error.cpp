#include "core/sip/error.hpp"

namespace rf::sip {

std::string_view text_of(ParseErrorCode code) {
  switch (code) {
    case ParseErrorCode::too_long: return "Message Too Long";
    case ParseErrorCode::too_many_headers: return "Too Many Headers";
    case ParseErrorCode::too_many_elements: return "Too Many List Elements";
    case ParseErrorCode::too_many_params: return "Too Many Parameters";
    case ParseErrorCode::bad_start_line: return "Bad Start Line";
    case ParseErrorCode::bad_version: return "Bad SIP Version";
    case ParseErrorCode::bad_method: return "Bad Method";
    case ParseErrorCode::bad_uri: return "Bad URI";
    case ParseErrorCode::bad_status: return "Bad Status Code";
    case ParseErrorCode::bad_header: return "Bad Header";
    case ParseErrorCode::bad_via: return "Bad Via";
    case ParseErrorCode::bad_from: return "Bad From";
    case ParseErrorCode::bad_to: return "Bad To";
    case ParseErrorCode::bad_call_id: return "Bad Call-ID";
    case ParseErrorCode::bad_cseq: return "Bad CSeq";
    case ParseErrorCode::cseq_method_mismatch: return "CSeq Method Does Not Match";
    case ParseErrorCode::bad_max_forwards: return "Bad Max-Forwards";
    case ParseErrorCode::bad_contact: return "Bad Contact";
    case ParseErrorCode::bad_route: return "Bad Route";
    case ParseErrorCode::bad_content_length: return "Bad Content-Length";
    case ParseErrorCode::body_too_short: return "Body Shorter Than Content-Length";
    case ParseErrorCode::bad_expires: return "Bad Expires";
    case ParseErrorCode::bad_credentials: return "Bad Credentials";
    case ParseErrorCode::missing_header: return "Missing Mandatory Header";
    case ParseErrorCode::duplicate_header: return "Duplicate Header";
    case ParseErrorCode::bad_utf8: return "Bad UTF-8";
    case ParseErrorCode::truncated: return "Message Truncated";
    case ParseErrorCode::bad_content_type: return "Bad Content-Type";
  }
  return "Bad Request";
}

}  // namespace rf::sip
