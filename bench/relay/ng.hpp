// Enough of rtpengine's NG control protocol to set up calls: bencoded dictionaries over UDP.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/address.hpp"
#include "core/srtp/suite.hpp"
#include "shell/relay/ports.hpp"

namespace rf::bench {

/// A client of one rtpengine. Every request waits up to a second for its answer.
class NgClient {
 public:
  explicit NgClient(const Endpoint& server);

  bool ping();
  /// Tells it that `tag` of `call` speaks at `media`; gives the address it opened for the other side.
  /// `answer_to` empty: an offer by `tag`, in SRTP when there is a `key`; the other side is to have it in the clear.
  /// Otherwise `tag` answers the offer of `answer_to`.
  std::optional<Endpoint> describe(const std::string& call, const std::string& tag, const std::string& answer_to,
                                   const Endpoint& media, const srtp::MasterKey& key = {});

 private:
  using Fields = std::vector<std::pair<std::string, std::string>>;
  std::optional<std::string> ask(const Fields& fields);

  relay::Descriptor socket_;
  std::uint64_t cookie_ = 0;
};

}  // namespace rf::bench
