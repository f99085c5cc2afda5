// What the parts of Store share.
#pragma once

#include <memory>

#include "shell/store/connection.hpp"
#include "shell/store/store.hpp"

namespace rf::store {

struct Store::State {
  std::unique_ptr<soci::session> connection;
  bool synchronous = true;
  bool deferred = false;  ///< commits return before the disk has them
  bool late = false;      ///< they still do, and should not

  soci::session& sql() {
    if (late) set_synchronous(*connection, synchronous);
    late = false;
    return *connection;
  }
  /// The next id of that sequence; within a transaction.
  std::uint64_t next_id(const std::string& sequence);
};

}  // namespace rf::store
