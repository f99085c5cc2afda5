// Bounds of numbers, money, schedules, habits, and of what is configured about calls.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rf {

/// Bounds of telephone numbers, dial patterns and number rules. Fixed.
struct NumberLimits {
  static constexpr std::size_t dialled_chars = 128;  ///< of a dialled text; a longer one is refused
  static constexpr std::size_t dialled_digits = 32;  ///< and digits; more are refused
  static constexpr std::size_t pattern_symbols = 32;
  static constexpr std::size_t patterns = 200'000;          ///< of one index; more are a fault of the configuration
  static constexpr std::size_t pattern_states = 1'000'000;  ///< 16 to 64 bytes each; what needs more is refused
  static constexpr std::size_t pattern_steps = 8'000'000;   ///< members of all states, the time that building takes
  static constexpr std::size_t set_rules = 20'000'000;      ///< exact numbers and prefixes; further ones are refused
  static constexpr std::size_t set_patterns = 20'000;       ///< number rules with wildcards; further ones are refused
  static constexpr std::size_t set_sources = 256;           ///< pairs of a list and what it says of numbers
  static constexpr std::size_t list_faults = 1'000;         ///< told of one list; further ones are counted
  static constexpr std::size_t list_line_bytes = 512;
};

/// Bounds of amounts, rate decks and the ledger. Fixed; what is over them is refused, never cut short: a call that the
/// ledger has no room for does not leave.
struct MoneyLimits {
  static constexpr std::int64_t micros = 1'000'000'000'000'000'000;  ///< of one amount: 10^12 units; then overflow
  static constexpr std::int64_t micros_per_min = 1'000'000'000'000;  ///< of a rate and of a fee: 10^6 units
  static constexpr std::uint32_t call_s = 31'536'000;                ///< no rate is asked for a longer call
  static constexpr std::uint32_t increment_s = 3'600;                ///< first and next increment
  // A rate deck; a file that asks for more is refused whole
  static constexpr std::size_t deck_rows = 4'000'000;
  static constexpr std::size_t deck_line_bytes = 1'024;
  static constexpr std::size_t deck_columns = 32;
  static constexpr std::size_t deck_faults = 100;      ///< told in full; further ones are counted
  static constexpr std::size_t prefix_digits = 15;     ///< ITU-T E.164
  static constexpr std::size_t deck_generations = 64;  ///< rates of one prefix, one after the other
  // The ledger: memory is taken when it is made and given by the kernel page by page
  std::size_t accounts = 200'000;     ///< 260 bytes each; further ones: refused
  std::size_t reservations = 40'000;  ///< 310 bytes each, running calls and unclear ones; further ones: refused
  static constexpr std::size_t accounts_per_call = 8;
  static constexpr std::size_t thresholds = 4;                   ///< warnings of one limit
  static constexpr std::uint32_t extensions_per_call = 100'000;  ///< then the call is cut at the end of what it has
  // What the stated bound is computed from
  static constexpr std::size_t call_rates = 8;  ///< of one level
};

/// Bounds of time conditions. Fixed; what is over them is a fault of the configuration.
struct ScheduleLimits {
  static constexpr std::size_t text_bytes = 256u << 10;
  static constexpr std::size_t rules = 2'048;  ///< lines of one schedule
  static constexpr std::size_t spans = 8;      ///< of one day
  static constexpr std::size_t description_bytes = 128;
  static constexpr std::size_t faults = 16;          ///< told of one text; the rest is not looked for
  static constexpr std::size_t look_ahead_days = 400;  ///< for the next opening; what comes later is "not within"
  // A time zone: its file may be damaged or anybody's
  static constexpr std::size_t zone_name_bytes = 64;
  static constexpr std::size_t zone_file_bytes = 64u << 10;
  static constexpr std::size_t zone_changes = 4'096;
  static constexpr std::size_t zone_names = 4'096;  ///< looked through for a suggestion
};

/// Bounds of what counts calls against theft. At the bound paid calls are refused: who cannot be counted does not call.
/// Emergency calls never ask for a pace, and are counted as running beyond every bound.
struct TollLimits {
  std::size_t pace_records = 131'072;       ///< a subject and a rule, 250 bytes; refused until one has run out
  std::size_t pace_destinations = 262'144;  ///< a number of a subject and a rule, 80 bytes; refused likewise
  std::size_t line_calls = 20'000;          ///< running calls, 400 bytes; further ones are refused
  static constexpr std::size_t pace_rules = 64;     ///< that one call may have to pass; with more it is refused
  static constexpr std::size_t line_subjects = 12;  ///< of one call; with more it is refused
  static constexpr std::uint32_t pace_calls = 1'000'000;     ///< N of a rule
  static constexpr std::uint32_t pace_period_s = 2'678'400;  ///< T of a rule: 31 days
  static constexpr std::uint32_t pace_quiet_s = 60;  ///< a burst that was told is over no sooner
  static constexpr std::size_t trail_bytes = 1'024;  ///< the rules that a call passed, in its record; the first ones go
  static constexpr std::size_t trail_text_bytes = 160;  ///< what one of them said; the rest is cut off
};

/// Bounds of the ledger's way to the disk. At the bound no paid call leaves and none gets more money.
struct LedgerLimits {
  static constexpr std::size_t unstored_entries = 65'536;  ///< not on disk yet; ends of calls are taken beyond it
  static constexpr std::size_t journal_entries = 2'000'000;  ///< read at start; with more, paid calls are refused
  static constexpr std::size_t entries_before_snapshot = 1'024;  ///< of the journal; fewer are replayed at each start
  static constexpr std::size_t snapshot_part_bytes = 16u << 10;  ///< of one row
  static constexpr std::size_t notices = 4'096;  ///< waiting to be told; the rest is told as a number
};

/// Bounds of what operators write about trunks, routes, money and people. Fixed; what is over them is a fault of the
/// text, and nothing of it is taken.
struct DocumentLimits {
  static constexpr std::size_t file_bytes = 48u << 20;    ///< one export or import, with its rates and number lists
  static constexpr std::size_t object_bytes = 64u << 10;  ///< one object with its comments, without rates and lists
  static constexpr std::size_t objects = 50'000;          ///< of one tenant
  static constexpr std::size_t keys = 64;                 ///< of one object
  static constexpr std::size_t name_bytes = 64;           ///< of an object
  static constexpr std::size_t text_bytes = 1'024;        ///< one value
  static constexpr std::size_t elements = 1'000;          ///< of one list of values
  static constexpr std::size_t rows = 4'000'000;          ///< of rates or numbers, which stand in tables of their own
  static constexpr std::size_t faults = 100;              ///< told; further ones are counted
};

/// Bounds of what is remembered of how people call (core/pattern). A subject is an extension, a department or a tenant;
/// what it takes is fixed, however much it calls.
struct PatternLimits {
  std::size_t subjects = 20'000;                     ///< 2.0 KB each; full: of eight the least experienced leaves
  static constexpr std::size_t countries = 32;       ///< of one subject; full: the one called on fewest days leaves
  static constexpr std::size_t ranges = 32;          ///< of numbers, of one subject; likewise
  static constexpr std::size_t recent = 32;          ///< calls of one subject that are remembered singly; the newest
  static constexpr std::size_t findings = 8;         ///< told of one call and level
  static constexpr std::size_t judgements = 256;     ///< remembered for operators; the newest
  static constexpr std::uint16_t memory_days = 60;   ///< a country or range that was not called for so long is new
  static constexpr std::size_t replayed = 500'000;   ///< records that a start learns from; the newest
};

/// Bounds of what is asked about a configuration before it is in force. What is over them is counted, and that is said.
struct TryLimits {
  static constexpr std::size_t calls = 100'000;    ///< records asked again, the newest
  static constexpr std::size_t findings = 200;     ///< rows of one list: what changed for whom, by which rule
  static constexpr std::size_t examples = 3;       ///< calls told of one row
  static constexpr std::size_t paths = 10'000;     ///< from callers who proved nothing to what is paid for
  static constexpr std::size_t forwards = 16;      ///< one after the other on such a path; longer ones are cut
};

}  // namespace rf
