#include "core/number/rewrite.hpp"

#include <algorithm>
#include <array>

#include "core/number/pattern.hpp"

namespace rf::number {
namespace {

using Form = Rewrite::Form;

/// The digits of a number without memory of their own.
struct Written {
  explicit Written(const E164& number) : size(number.size()) {
    for (std::size_t i = 0; i < size; ++i) symbols[i] = static_cast<char>('0' + number.digit(i));
  }
  std::string_view view() const { return {symbols.data(), size}; }
  std::array<char, E164::digits_most> symbols{};
  std::size_t size;
};

bool means(const Digits& text, const E164& number, Country home) {
  Context context;
  context.home = home;
  context.unlisted_national = false;
  const Dialled read = dial(text.view(), context);
  return read.kind == Dialled::Kind::global && read.number == number;
}

std::expected<Digits, RewriteFault> in_country(Form form, const E164& number, Country country) {
  const auto home = Home::of(country);
  if (!home) return std::unexpected(RewriteFault::unknown_home);
  const Written written(number);
  const Place place = place_of(number);
  Digits out;
  if (form == Form::national && place.calling_code == home->calling_code) {
    out.append(home->national_prefix);
    out.append(written.view().substr(place.code_digits));
  } else {
    if (home->international_prefix.empty()) return std::unexpected(RewriteFault::unknown_home);
    out.append(home->international_prefix);
    out.append(written.view());
  }
  if (!means(out, number, country)) return std::unexpected(RewriteFault::other_meaning);
  return out;
}

std::expected<Digits, RewriteFault> formed(Form form, const E164& number, Country home) {
  if (form == Form::national || form == Form::international) return in_country(form, number, home);
  Digits out;
  if (form == Form::plus) out.push('+');
  if (form == Form::zero_zero) out.append("00");
  out.append(Written(number).view());
  return out;
}

}  // namespace

std::string_view name_of(RewriteFault fault) {
  constexpr std::string_view names[] = {"unknown_home", "other_meaning", "nothing_left", "too_long", "strange_symbol"};
  return names[static_cast<std::size_t>(fault)];
}

std::expected<Digits, RewriteFault> rewrite(const Rewrite& how, std::string_view digits) {
  if (how.strip >= digits.size()) return std::unexpected(RewriteFault::nothing_left);
  if (!std::all_of(how.prepend.begin(), how.prepend.end(), [](char c) { return symbol_of(c) != symbol_count; }))
    return std::unexpected(RewriteFault::strange_symbol);
  Digits out;
  if (!out.append(how.prepend) || !out.append(digits.substr(how.strip))) return std::unexpected(RewriteFault::too_long);
  return out;
}

std::expected<Digits, RewriteFault> rewrite(const Rewrite& how, const E164& number, Country home) {
  const auto text = formed(how.form, number, home);
  if (!text) return std::unexpected(text.error());
  return rewrite(how, text->view());
}

}  // namespace rf::number
