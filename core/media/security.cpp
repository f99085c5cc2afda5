#include "core/media/security.hpp"

namespace rf::media {

std::string_view text_of(Protection protection) {
  switch (protection) {
    case Protection::plain:
      return "none";
    case Protection::sdes:
      return "sdes";
    case Protection::dtls:
      return "dtls";
  }
  return "none";
}

std::string_view text_of(MediaFault fault) {
  switch (fault) {
    case MediaFault::fingerprint:
      return "the certificate is not the one that signalling named: somebody is between";
    case MediaFault::handshake:
      return "the DTLS handshake failed";
    case MediaFault::no_common_suite:
      return "no crypto suite of ours was offered in the DTLS handshake";
  }
  return "the media cannot be believed";
}

}  // namespace rf::media
