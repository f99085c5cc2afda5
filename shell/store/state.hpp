// What the parts of Store share.
#pragma once

#include <memory>

#include "shell/store/connection.hpp"
#include "shell/store/store.hpp"

namespace rf::store {

struct Store::State {
  std::unique_ptr<soci::session> connection;
  bool synchronous = true;

  soci::session& sql() { return *connection; }
  /// The next id of that sequence; within a transaction.
  std::uint64_t next_id(const std::string& sequence);
};

}  // namespace rf::store
