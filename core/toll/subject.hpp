// Whom a call is counted for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/keyed_hash.hpp"

namespace rf::toll {

enum class Level : std::uint8_t { extension, department, tenant, trunk, tenant_on_trunk, system };
/// Of a call, seen from us. Both: counted together.
enum class Direction : std::uint8_t { both, inbound, outbound };

std::string_view name_of(Level level);

/// Somebody or something whose calls are counted. Ids are ours; what a level has no use for is zero.
struct Subject {
  Level level = Level::extension;
  Direction direction = Direction::both;
  std::uint64_t id = 0;     ///< of the extension, the department, the tenant or the trunk
  std::uint64_t trunk = 0;  ///< of Level::tenant_on_trunk: on which, `id` being the tenant
  friend bool operator==(const Subject&, const Subject&) = default;
};

/// Hashes subjects, whose ids are all ours.
struct SubjectHash {
  using is_avalanching = void;
  HashKey key{0};

  /// `rule` of the subject, 0 without one.
  std::size_t of(const Subject& subject, std::uint32_t rule) const noexcept {
    const std::uint64_t kind = static_cast<std::uint64_t>(subject.level) << 8;
    return OwnHash(key)
        .add(std::uint64_t{rule} << 32 | kind | static_cast<std::uint64_t>(subject.direction))
        .add(subject.id)
        .add(subject.trunk)
        .finish();
  }
  std::size_t operator()(const Subject& subject) const noexcept { return of(subject, 0); }
};

}  // namespace rf::toll
