#include "core/trunk/order.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace rf::trunk {
namespace {

struct Row {
  int status;
  After after;
  std::string_view why;
};

constexpr std::array rows{
    Row{no_response, After::next_target, "nobody answered there"},
    Row{401, After::next_trunk, "the provider refused our account"},
    Row{402, After::next_trunk, "the provider wants to be paid first"},
    Row{403, After::stop, "forbidden: what one provider refuses is not taken to another"},
    Row{404, After::stop, "there is no such number"},
    Row{407, After::next_trunk, "the provider refused our account"},
    Row{408, After::next_target, "the target's own server was silent"},
    Row{410, After::stop, "the number is no longer in use"},
    Row{415, After::next_trunk, "the provider does not take such a description"},
    Row{429, After::next_trunk, "the provider limits our rate"},
    Row{430, After::next_target, "the connection on the provider's side is gone"},
    Row{480, After::stop, "the callee cannot be reached"},
    Row{482, After::stop, "a loop: another way round would meet it again"},
    Row{483, After::stop, "too many hops: another way round would meet them again"},
    Row{484, After::stop, "the number is not complete"},
    Row{485, After::stop, "the number is ambiguous"},
    Row{486, After::stop, "the callee is busy"},
    Row{487, After::stop, "the call was cancelled"},
    Row{488, After::next_trunk, "the codecs do not fit there"},
    Row{500, After::next_target, "the target failed"},
    Row{501, After::next_trunk, "the provider does not know how"},
    Row{502, After::next_target, "the way behind the target failed"},
    Row{503, After::next_target, "the target does not serve now"},
    Row{504, After::next_target, "the way behind the target was silent"},
    Row{505, After::next_trunk, "the provider does not know how"},
    Row{513, After::next_trunk, "the message is too large for the provider"},
    Row{580, After::stop, "what the caller needs cannot be had"},
    Row{600, After::stop, "the callee is busy everywhere"},
    Row{603, After::stop, "the callee declined"},
    Row{604, After::stop, "there is no such number anywhere"},
    Row{606, After::next_trunk, "the codecs do not fit there"},
    Row{607, After::stop, "the callee does not want this call"},
    Row{608, After::stop, "the call was rejected on the callee's behalf"},
};
static_assert(std::is_sorted(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.status < b.status; }));

/// Unknown health counts as up.
int rank(HealthState health) {
  return health == HealthState::down ? 2 : health == HealthState::failing ? 1 : 0;
}

}  // namespace

Consequence after(int status, bool rang) {
  if (rang) return {After::stop, "it rang already"};
  const auto row =
      std::lower_bound(rows.begin(), rows.end(), status, [](const Row& r, int wanted) { return r.status < wanted; });
  if (row != rows.end() && row->status == status) return {row->after, row->why};
  if (status >= 500 && status < 600) return {After::next_target, "the target failed"};
  if (status >= 300 && status < 400) return {After::stop, "the provider sends us elsewhere, where nobody may"};
  return {After::stop, "the provider refused the call"};
}

bool Order::before(const Candidate& a, const Candidate& b, bool least_cost) {
  const auto key = [&](const Candidate& c) {
    const std::int64_t priority = c.priority;
    return least_cost ? std::tuple(rank(c.health), c.price_micro, priority)
                      : std::tuple(rank(c.health), priority, c.price_micro);
  };
  return key(a) < key(b);
}

Order::Order(Now now, std::span<const Candidate> candidates, const OrderRules& rules, Random& random)
    : size_(std::min(candidates.size(), candidates_.size())), rules_(rules), begun_ms_(now.mono_ms) {
  const auto end =
      std::partial_sort_copy(candidates.begin(), candidates.end(), candidates_.begin(),
                             candidates_.begin() + static_cast<std::ptrdiff_t>(size_),
                             [&](const Candidate& a, const Candidate& b) { return before(a, b, rules_.least_cost); });
  size_ = static_cast<std::size_t>(end - candidates_.begin());
  mix_equals(random);
}

void Order::mix_equals(Random& random) {
  for (std::size_t begin = 0; begin < size_; ++begin) {
    std::size_t end = begin;
    std::uint64_t sum = 0;
    // A weight of zero still has its one chance in 65,536 or so (RFC 2782).
    const auto share = [&](std::size_t i) { return std::uint64_t{candidates_[i].weight} * 65'536 + 1; };
    for (; end < size_ && !before(candidates_[begin], candidates_[end], rules_.least_cost); ++end) sum += share(end);
    std::uint64_t drawn = random.below(sum);
    std::size_t chosen = begin;
    while (drawn >= share(chosen)) drawn -= share(chosen++);
    std::swap(candidates_[begin], candidates_[chosen]);
  }
}

std::optional<Order::Try> Order::next(Now now) {
  if (at_ >= size_) return std::nullopt;
  if (tries_ == rules_.tries) {
    why_ended_ = "so many trunks failed that the caller is not kept waiting for more";
    return std::nullopt;
  }
  const std::int64_t ringing_by_ms = begun_ms_ + rules_.post_dial_ms;
  if (now.mono_ms >= ringing_by_ms) {
    why_ended_ = "the trunks took so long that the caller is not kept waiting for more";
    return std::nullopt;
  }
  ++tries_;
  return Try{candidates_[at_], std::min(now.mono_ms + rules_.silent_ms, ringing_by_ms), ringing_by_ms};
}

Consequence Order::failed(int status, bool rang) {
  const Consequence consequence = after(status, rang);
  why_ended_ = consequence.why;
  if (at_ >= size_) return consequence;
  const TrunkId trunk = candidates_[at_].trunk;
  if (consequence.after == After::stop) size_ = 0;
  if (consequence.after == After::next_target) ++at_;
  if (consequence.after == After::next_trunk) {
    // Its other targets would say the same.
    const auto begin = candidates_.begin();
    const auto rest =
        std::remove_if(begin + static_cast<std::ptrdiff_t>(at_), begin + static_cast<std::ptrdiff_t>(size_),
                       [&](const Candidate& c) { return c.trunk == trunk; });
    size_ = static_cast<std::size_t>(rest - begin);
  }
  return consequence;
}

}  // namespace rf::trunk
