// What opening or moving a listener came to: the same for datagrams and for streams.
#pragma once

#include <string>

#include "core/base/address.hpp"
#include "core/base/ids.hpp"

namespace rf::net {

/// The state of one configured listener after set_listeners(). `error` is empty when it listens where it was asked to.
/// Otherwise it is a sentence for the operator, and a listener that could not be moved goes on where it was: `bound`
/// says where, with port 0 when it listens nowhere.
struct ListenerState {
  ListenerId id;
  Transport transport = Transport::udp;
  Endpoint bound;
  std::string error;
};

}  // namespace rf::net
