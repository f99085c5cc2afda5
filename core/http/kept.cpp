#include "core/http/kept.hpp"

#include <algorithm>

#include "core/base/limits/people.hpp"

namespace rf::http {

bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= ApiLimits::key_bytes && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == ':' || c == '~';
  });
}

void KeptAnswers::drop(ByAge::iterator at) {
  by_key_.erase({at->asker, at->key});
  const auto count = of_asker_.find(at->asker);
  if (--count->second == 0) of_asker_.erase(count);
  by_age_.erase(at);
}

void KeptAnswers::make_room(std::int64_t now_mono_ms, std::uint64_t asker) {
  while (!by_age_.empty() && now_mono_ms - by_age_.front().at_ms > std::int64_t{ApiLimits::answer_s} * 1'000)
    drop(by_age_.begin());
  const auto own = of_asker_.find(asker);
  if (own != of_asker_.end() && own->second >= ApiLimits::answers_of_one)
    drop(std::find_if(by_age_.begin(), by_age_.end(), [&](const Entry& each) { return each.asker == asker; }));
  if (by_age_.size() >= ApiLimits::answers) drop(by_age_.begin());
}

KeptAnswers::Found KeptAnswers::begin(std::int64_t now_mono_ms, std::uint64_t asker, std::string_view key,
                                      const Fingerprint& request) {
  make_room(now_mono_ms, asker);
  const auto known = by_key_.find({asker, std::string(key)});
  if (known == by_key_.end()) {
    const auto at = by_age_.insert(by_age_.end(), {asker, std::string(key), now_mono_ms, request, {}, false, false});
    by_key_.emplace(Key{asker, std::string(key)}, at);
    ++of_asker_[asker];
    return {};
  }
  const Entry& entry = *known->second;
  if (entry.request != request) return {Verdict::other};
  if (!entry.done) return {Verdict::working};
  if (entry.too_long) return {Verdict::gone};
  return {Verdict::replay, &entry.answer};
}

void KeptAnswers::keep(std::uint64_t asker, std::string_view key, KeptAnswer answer) {
  const auto at = by_key_.find({asker, std::string(key)});
  if (at == by_key_.end()) return;
  Entry& entry = *at->second;
  entry.done = true;
  entry.too_long = answer.body.size() > ApiLimits::answer_bytes;
  if (!entry.too_long) entry.answer = std::move(answer);
}

void KeptAnswers::forget(std::uint64_t asker, std::string_view key) {
  if (const auto at = by_key_.find({asker, std::string(key)}); at != by_key_.end()) drop(at->second);
}

}  // namespace rf::http
