#include "core/media/coding.hpp"

namespace rf::media {

std::string_view name_of(Codec codec) {
  switch (codec) {
    case Codec::pcmu:
      return "PCMU";
    case Codec::pcma:
      return "PCMA";
    case Codec::g722:
      return "G722";
    case Codec::opus:
      return "opus";
  }
  return "";
}

}  // namespace rf::media
