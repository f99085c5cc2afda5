#include "core/guard/agents.hpp"

#include <algorithm>

namespace rf::guard {
namespace {

constexpr std::size_t looked_at = 128;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

bool begins_with(std::string_view text, std::string_view pattern) {
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (lower(text[i]) != pattern[i]) return false;
  return true;
}

}  // namespace

Agents::Agents(const std::vector<AgentPattern>& patterns) : patterns_(patterns) {
  std::erase_if(patterns_, [](const AgentPattern& pattern) { return pattern.text.empty(); });
  for (AgentPattern& pattern : patterns_)
    std::transform(pattern.text.begin(), pattern.text.end(), pattern.text.begin(), lower);
  const auto letter = [](const AgentPattern& pattern) { return static_cast<unsigned char>(pattern.text.front()); };
  std::sort(patterns_.begin(), patterns_.end(),
            [&](const AgentPattern& a, const AgentPattern& b) { return letter(a) < letter(b); });
  for (const AgentPattern& pattern : patterns_) ++first_[letter(pattern) + 1];
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] = static_cast<std::uint16_t>(first_[i] + first_[i - 1]);
}

std::string_view Agents::match(std::string_view user_agent) const {
  user_agent = user_agent.substr(0, looked_at);
  for (std::size_t at = 0; at < user_agent.size(); ++at) {
    const auto letter = static_cast<unsigned char>(lower(user_agent[at]));
    for (std::size_t i = first_[letter]; i < first_[letter + 1u]; ++i)
      if ((at == 0 || patterns_[i].anywhere) && begins_with(user_agent.substr(at), patterns_[i].text))
        return patterns_[i].text;
  }
  return {};
}

bool fits(std::string_view pattern, std::string_view text) {
  if (text.size() > looked_at) return false;
  while (!pattern.empty()) {
    const bool digits = pattern.starts_with("<digits>");
    const bool hex = pattern.starts_with("<hex>");
    const bool any = pattern.starts_with("<any>");
    if (digits || hex) {
      pattern.remove_prefix(digits ? 8 : 5);
      std::size_t run = 0;
      while (run < text.size() && (digits ? is_digit(text[run]) : is_hex(text[run]))) ++run;
      if (run == 0) return false;
      text.remove_prefix(run);
    } else if (any) {
      // The literal that follows decides; patterns have one <any>, or the first place that fits will do.
      pattern.remove_prefix(5);
      const std::string_view literal = pattern.substr(0, pattern.find('<'));
      if (literal.empty()) return true;
      const std::size_t at = text.find(literal);
      if (at == std::string_view::npos) return false;
      text.remove_prefix(at);
    } else {
      if (text.empty() || text.front() != pattern.front()) return false;
      text.remove_prefix(1);
      pattern.remove_prefix(1);
    }
  }
  return text.empty();
}

}  // namespace rf::guard
