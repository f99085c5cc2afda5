#include "app/pins.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/audit.hpp"
#include "app/plan_faults.hpp"
#include "core/base/limits/call.hpp"
#include "core/base/limits/toll.hpp"
#include "core/call/asked.hpp"
#include "shell/seal/generate.hpp"

namespace rf::app {
namespace {

using command::Code;
using command::Error;
using document::PinRow;
using toll::PinListTerms;
using toll::PlanFault;

/// What the schema lets `lock` of a list be.
constexpr std::int64_t longest_lock_ms = 86'400'000;

std::string context_of(std::string_view list, std::string_view account) {
  return fmt::format("pin-lists/{}/{}", list, account);
}

std::expected<std::vector<PinRow>, Error> rows_of(Records& records, const store::ObjectRow& list) {
  auto rows = pin_rows_of(records.store, list);
  if (!rows) return std::unexpected(error_of(records.store, rows.error()));
  return std::move(*rows);
}

std::expected<void, Error> write(Records& records, const std::string& list, const std::vector<PinRow>& rows) {
  std::vector<std::string> lines;
  for (const PinRow& row : rows) lines.push_back(row.line());
  store::ObjectWrite write{"pin-list", list};
  write.lines = &lines;
  if (const auto written = records.store.put_object(records.vault, records.tenant, write); !written)
    return std::unexpected(error_of(written.error()));
  return {};
}

bool holds(const std::vector<PinListTerms::Pin>& pins, const toll::PinDigest& digest) {
  return std::any_of(pins.begin(), pins.end(), [&](const PinListTerms::Pin& each) { return each.digest == digest; });
}

/// One that is neither trivial nor another account's.
Secret<std::string> new_pin(const toll::PinKey& key, const std::string& list,
                            const std::vector<PinListTerms::Pin>& pins) {
  for (;;) {
    Secret<std::string> pin = seal::generate_digits(PinLimits::given_digits);
    if (toll::fault_of_pin(pin.reveal()).empty() && !holds(pins, toll::pin_digest(key, list, pin.reveal()))) return pin;
  }
}

auto by_account(std::vector<PinRow>& rows, const std::string& account) {
  return std::find_if(rows.begin(), rows.end(), [&](const PinRow& row) { return row.account == account; });
}

}  // namespace

toll::PinKey pin_key_of(const seal::Vault& vault) {
  return vault.derive("digests of PINs");
}

PinRow sealed_pin(const seal::Vault& vault, std::string_view list, std::string account, const toll::PinDigest& digest) {
  std::string sealed = vault.seal(digest, context_of(list, account));
  return {std::move(account), std::move(sealed)};
}

std::expected<std::vector<PinListTerms::Pin>, std::vector<PlanFault>> opened_pins(const seal::Vault& vault,
                                                                                  const std::string& list,
                                                                                  const std::vector<PinRow>& rows) {
  std::vector<PlanFault> faults;
  std::vector<PinListTerms::Pin> out;
  for (const PinRow& row : rows) {
    const auto opened = vault.unseal(row.sealed, context_of(list, row.account));
    PinListTerms::Pin pin{row.account, {}};
    if (!opened || opened->reveal().size() != pin.digest.size()) {
      faults.push_back({"pin-list", list,
                        fmt::format("holds a PIN of {} that this system did not seal for this list", row.account),
                        "PINs open only with the key file that was there when they were made: remove the row, then "
                        "ringfence pin add"});
      continue;
    }
    std::copy(opened->reveal().begin(), opened->reveal().end(), pin.digest.begin());
    out.push_back(std::move(pin));
  }
  if (!faults.empty()) return std::unexpected(std::move(faults));
  return out;
}

std::expected<std::vector<PinRow>, std::vector<PlanFault>> pin_rows_of(store::Store& store,
                                                                       const store::ObjectRow& list) {
  auto lines = store.list_lines(list);
  if (!lines) return std::unexpected(std::vector<PlanFault>{{"database", "", lines.error().text, "see the log"}});
  document::Object object = document::new_object(document::Kind::pin_list, list.name);
  object.rows["sealed"] = std::move(*lines);
  auto rows = document::pin_rows_of(object);
  if (rows) return std::move(*rows);
  const document::Fault& first = rows.error().told.front();
  return std::unexpected(std::vector<PlanFault>{{"pin-list", list.name, first.text, first.remedy}});
}

namespace {

/// What callers are asked for.
PinListTerms::Asks asks_of(const store::ObjectRow& list) {
  const auto table = document::table_of(list.body);
  return table ? table->word<PinListTerms::Asks>("asks") : PinListTerms::Asks::pin;
}

/// An account code is entered as it stands in records.
std::optional<Error> fault_of_new_code(const command::AddPin& command) {
  if (const auto fault = toll::fault_of_code(command.account); !fault.empty())
    return Error{Code::invalid, fmt::format("{} cannot be an account code: {}", command.account, fault),
                 "give 2 to 16 digits; the list asks for account codes, not for PINs", "account"};
  if (command.pin)
    return Error{Code::invalid, "an account code is what is entered, and has no PIN",
                 "leave the PIN out, or use a list that asks for PINs", "pin"};
  return std::nullopt;
}

}  // namespace

std::expected<Json, Error> add_pin(Records& records, const store::ObjectRow& list, const command::AddPin& command) {
  const bool code = asks_of(list) == PinListTerms::Asks::account_code;
  auto rows = rows_of(records, list);
  if (!rows) return std::unexpected(rows.error());
  if (by_account(*rows, command.account) != rows->end())
    return std::unexpected(Error{Code::conflict, fmt::format("{} is in {} already", command.account, list.name),
                                 fmt::format("ringfence pin remove {} {}", list.name, command.account)});
  if (rows->size() >= PinLimits::pins)
    return std::unexpected(Error{Code::busy,
                                 fmt::format("{} has {} PINs, as many as there may be", list.name, rows->size()),
                                 "remove some, or make another list"});
  if (code) {
    if (auto fault = fault_of_new_code(command)) return std::unexpected(std::move(*fault));
  } else if (command.pin) {
    if (const auto fault = toll::fault_of_pin(command.pin->reveal()); !fault.empty())
      return std::unexpected(Error{Code::invalid, fmt::format("the PIN cannot be used: {}", fault),
                                   "leave it out, and one is made and shown once"});
  }
  const auto pins = opened_pins(records.vault, list.name, *rows);
  if (!pins) return std::unexpected(error_of(records.store, pins.error()));
  const toll::PinKey key = pin_key_of(records.vault);
  const Secret<std::string> pin = code          ? Secret<std::string>(command.account)
                                  : command.pin ? *command.pin
                                                : new_pin(key, list.name, *pins);
  rows->push_back(
      sealed_pin(records.vault, list.name, command.account, toll::pin_digest(key, list.name, pin.reveal())));
  if (auto done = write(records, list.name, *rows); !done) return std::unexpected(done.error());
  Json out{{"list", list.name},
           {"account", command.account},
           {"message", code ? fmt::format("{} is an account code of {}.", command.account, list.name)
                            : fmt::format("{} has a PIN in {}.", command.account, list.name)},
           {told_to_log, fmt::format("{} to {} PINs", rows->size() - 1, rows->size())}};
  if (!code && !command.pin) out["pin"] = pin.reveal();
  return out;
}

std::expected<Json, Error> remove_pin(Records& records, const store::ObjectRow& list,
                                      const command::RemovePin& command) {
  auto rows = rows_of(records, list);
  if (!rows) return std::unexpected(rows.error());
  const auto at = by_account(*rows, command.account);
  if (at == rows->end())
    return std::unexpected(Error{Code::not_found, fmt::format("{} is not in {}", command.account, list.name),
                                 fmt::format("see: ringfence pin list {}", list.name)});
  rows->erase(at);
  if (auto done = write(records, list.name, *rows); !done) return std::unexpected(done.error());
  return Json{{"message", fmt::format("{} is not in {} any more.", command.account, list.name)},
              {told_to_log, fmt::format("{} to {} PINs", rows->size() + 1, rows->size())}};
}

std::expected<Json, Error> list_pins(Records& records, const store::ObjectRow& list, const command::ListPins&) {
  const auto rows = rows_of(records, list);
  if (!rows) return std::unexpected(rows.error());
  Json accounts = Json::array();
  for (const PinRow& row : *rows) accounts.push_back(row.account);
  const bool code = asks_of(list) == PinListTerms::Asks::account_code;
  return Json{{"list", list.name}, {"asks", code ? "account_code" : "pin"}, {"accounts", std::move(accounts)}};
}

toll::PinTries recalled_pin_tries(store::Store& store, const toll::Plan& plan, Now now, std::string& note) {
  std::vector<record::Cdr> asked;
  store::CdrFilter filter;
  filter.from_wall_ms = now.wall_ms - longest_lock_ms;
  filter.limit = PatternLimits::replayed;
  const auto visited = store.visit_cdrs(filter, [&](const record::Cdr& cdr) {
    if (toll::parse_asked_pin(cdr.cut_reason)) asked.push_back(cdr);
    return true;
  });
  if (!visited) note = "wrong PINs could not be learned from the records: " + visited.error().text;
  toll::PinTries out;
  // The newest came first.
  for (auto each = asked.rbegin(); each != asked.rend(); ++each) out.recall(now, plan, call::past_asking(*each));
  return out;
}

}  // namespace rf::app
