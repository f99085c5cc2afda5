#include "core/access/password.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "core/access/common.hpp"
#include "core/base/limits/people.hpp"

namespace rf::access {
namespace {

constexpr std::string_view names[] = {"too_short",           "too_long", "unreadable", "no_letter", "no_digit",
                                      "no_upper_or_special", "run",      "repeated",   "own_data",  "common"};
static_assert(std::size(names) == password_fault_count);

/// Rows of keyboards that fingers run along.
constexpr std::string_view rows[] = {"qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "azertyuiop"};

/// Shorter parts of somebody's data are in every other word.
constexpr std::size_t own_part = 3;
/// Around a common password so many characters make it no less common.
constexpr std::size_t trimmings = 4;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_foreign(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

std::string folded(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// "p4$$w0rd" is "password" to everybody who guesses; a 1 is an l or an i.
std::string without_disguise(std::string text, char one) {
  constexpr std::string_view from = "034578@$!", to = "oeastbasi";
  for (char& c : text) {
    if (const std::size_t at = from.find(c); at != std::string_view::npos) c = to[at];
    if (c == '1') c = one;
  }
  return text;
}

/// How many characters, none when it is no UTF-8 (overlong forms and surrogates are none) or holds controls.
std::optional<std::size_t> characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x20 || first == 0x7f) return std::nullopt;
    const std::size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length == 0 || first > 0xf4 || i + length > text.size()) return std::nullopt;
    for (std::size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return std::nullopt;
    const auto second = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0x80;
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
        (first == 0xf4 && second > 0x8f))
      return std::nullopt;
    i += length;
  }
  return count;
}

/// How many in a row follow each other by `step`, at the longest; letters and digits alone make runs.
std::size_t longest(std::string_view text, int step) {
  std::size_t best = text.empty() ? 0 : 1, now = 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const bool both = (is_digit(text[i]) && is_digit(text[i - 1])) || (is_lower(text[i]) && is_lower(text[i - 1]));
    now = (step == 0 || both) && text[i] - text[i - 1] == step ? now + 1 : 1;
    best = std::max(best, now);
  }
  return best;
}

bool has_keyboard_run(std::string_view text, std::size_t length) {
  if (text.size() < length) return false;
  for (std::size_t i = 0; i + length <= text.size(); ++i) {
    const std::string part(text.substr(i, length));
    const std::string back(part.rbegin(), part.rend());
    for (const std::string_view row : rows)
      if (row.find(part) != std::string_view::npos || row.find(back) != std::string_view::npos) return true;
  }
  return false;
}

/// Calls `visit` for each word of somebody's data.
template <class Visit>
void each_part(std::string_view text, const Visit& visit) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && (is_digit(text[i]) || is_lower(text[i]) || is_foreign(text[i]))) continue;
    if (i - begin >= own_part) visit(text.substr(begin, i - begin));
    begin = i + 1;
  }
}

bool holds_own(const std::string& plain, std::span<const std::string_view> own) {
  const std::string read[] = {plain, without_disguise(plain, 'l'), without_disguise(plain, 'i')};
  bool found = false;
  for (const std::string_view each : own)
    each_part(folded(each.substr(0, AccessLimits::password_bytes)), [&](std::string_view part) {
      found = found || std::any_of(std::begin(read), std::end(read),
                                   [&](const std::string& text) { return text.find(part) != std::string::npos; });
    });
  return found;
}

/// What is left when digits and signs at both ends are taken away.
std::string_view core_of(std::string_view text) {
  while (!text.empty() && !is_lower(text.front()) && !is_foreign(text.front())) text.remove_prefix(1);
  while (!text.empty() && !is_lower(text.back()) && !is_foreign(text.back())) text.remove_suffix(1);
  return text;
}

bool holds_common(const std::string& plain) {
  const auto common = [&](std::string_view core) {
    return !core.empty() && plain.size() - core.size() <= trimmings && is_common(core);
  };
  // The trimmings are looked for before signs are read as letters, too: "password1!" ends in two of them.
  const std::string_view inner = core_of(plain);
  if (common(plain) || common(inner)) return true;
  for (const char one : {'l', 'i'}) {
    const std::string undisguised = without_disguise(plain, one);
    if (common(undisguised) || common(core_of(undisguised)) || common(without_disguise(std::string(inner), one)))
      return true;
  }
  return false;
}

}  // namespace

std::string_view name_of(PasswordFault fault) {
  return names[static_cast<std::size_t>(fault)];
}

std::vector<PasswordFault> faults_of(std::string_view password, const PasswordRules& rules,
                                     std::span<const std::string_view> own) {
  using enum PasswordFault;
  // Longer ones are not looked at: who types knows that they are.
  if (password.size() > AccessLimits::password_bytes) return {too_long};
  std::vector<PasswordFault> out;
  const std::optional<std::size_t> length = characters(password);
  if (length && *length < rules.shortest) out.push_back(too_short);
  if (length && *length > rules.longest) out.push_back(too_long);
  if (!length) out.push_back(unreadable);
  const auto any = [&](const auto& is) { return std::any_of(password.begin(), password.end(), is); };
  if (!any([](char c) { return is_lower(c) || is_upper(c) || is_foreign(c); })) out.push_back(no_letter);
  if (!any(is_digit)) out.push_back(no_digit);
  if (!any([](char c) { return !is_lower(c) && !is_digit(c); })) out.push_back(no_upper_or_special);
  const std::string plain = folded(password);
  if (longest(plain, 1) >= rules.run || longest(plain, -1) >= rules.run || has_keyboard_run(plain, rules.run))
    out.push_back(run);
  if (longest(plain, 0) >= rules.repeated) out.push_back(repeated);
  if (holds_own(plain, own)) out.push_back(own_data);
  if (holds_common(plain)) out.push_back(common);
  return out;
}

std::string text_of(PasswordFault fault, const PasswordRules& rules) {
  switch (fault) {
    case PasswordFault::too_short:
      return fmt::format("it is shorter than {} characters", rules.shortest);
    case PasswordFault::too_long:
      return fmt::format("it is longer than {} characters", rules.longest);
    case PasswordFault::unreadable:
      return "it holds characters that cannot be typed";
    case PasswordFault::no_letter:
      return "it has no letter";
    case PasswordFault::no_digit:
      return "it has no digit";
    case PasswordFault::no_upper_or_special:
      return "it has neither a capital letter nor a sign";
    case PasswordFault::run:
      return "it holds a run such as 1234, abcd or qwer";
    case PasswordFault::repeated:
      return fmt::format("it repeats a character {} times", rules.repeated);
    case PasswordFault::own_data:
      return "it holds a part of the account's own name, address or number";
    case PasswordFault::common:
      return "it is one that many people have, or nearly one";
  }
  return {};
}

}  // namespace rf::access
