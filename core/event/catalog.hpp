// Every event there is: how much it matters, what it is called, and which words of the log it is made of.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rf::event {

/// How much it matters. Critical ones wait for no quiet hours and no digest.
enum class Level : std::uint8_t { info, notice, warning, critical };
inline constexpr std::size_t levels = 4;
std::string_view name_of(Level level);
std::optional<Level> parse_level(std::string_view text);

enum class Language : std::uint8_t { en, de };
inline constexpr std::size_t language_count = 2;
std::string_view name_of(Language language);
std::optional<Language> parse_language(std::string_view text);
/// For people: "warning", "Warnung".
std::string_view word_of(Level level, Language language);

struct Kind {
  std::string_view name;  ///< "trunk.down": what it is about, and what happened
  Level level = Level::info;
  std::string_view title[language_count];
  std::string_view meaning;  ///< what it means and what to do about it, in English; docs/events.md has the same
};

std::span<const Kind> catalog();
const Kind* find(std::string_view name);

/// What a line of the log is as an event; null: none. `word` is the line's ("guard_banned"), `severity` 0 (debug) to 4
/// (error): one word may stand for good and for bad news.
const Kind* of_line(std::string_view word, unsigned severity);

/// Whether a list such as "guard.*,trunk.down" or "*" means this kind.
bool selects(std::string_view patterns, std::string_view kind);
/// The first of such a list that means no kind at all; none: all mean one.
std::optional<std::string_view> unknown_in(std::string_view patterns);

}  // namespace rf::event
