// The guard's part of a policy file: what commands have made of its lists and rules.
#pragma once

#include <optional>
#include <vector>

#include "app/guard_rules.hpp"
#include "core/command/catalog.hpp"
#include "core/document/object.hpp"

namespace rf::app {

/// What a command about a policy file needs of the guard, and may do with it. The guard is the system's: of another
/// tenant, and for whoever has no right to it, a file says nothing about it.
struct GuardSide {
  GuardDesk desk;
  bool reads = false, writes = false;
};
GuardSide guard_side(GuardDesk desk, const command::Checked& checked);

/// Without what ends by itself, bans, and what the configuration file says.
struct GuardLists {
  std::vector<guard::AccessEntry> access;
  std::vector<guard::DefenceRule> defence;
  guard::CountryRules countries;
};

/// What is configured now, over the comments of `kept`. Errors: what is in the database cannot be read.
std::expected<document::Object, command::Error> guard_object(store::Store& store, document::Object kept);
/// Whether it says nothing.
bool is_empty(const document::Object& guard);

/// The lists that an object says. Its rows become as guard_object() writes them.
/// Errors: lines that cannot be read, a block twice, countries both allowed and denied.
std::expected<GuardLists, document::Faults> guard_lists_of(document::Object& object, const document::Table& table);

/// In place of what commands made for good.
store::Expected<void> write_guard(store::Store& store, const GuardLists& lists, std::int64_t now_wall_ms);

}  // namespace rf::app
