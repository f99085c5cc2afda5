#include "core/number/pattern_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_map>

#include "core/base/ids.hpp"

namespace rf::number {
namespace {

/// Patterns with equal beginnings share the nodes of these.
struct Node {
  std::vector<std::pair<SymbolSet, std::uint32_t>> edges;
  std::vector<std::uint32_t> patterns;  ///< that fit here, ascending
};

struct HashOfList {
  std::size_t operator()(const std::vector<std::uint32_t>& list) const noexcept {
    std::uint64_t hash = list.size();
    for (const std::uint32_t value : list) hash = mix64(hash + value + 0x9e3779b97f4a7c15ULL);
    return hash;
  }
};

}  // namespace

/// Makes the automaton: a state is a set of nodes, every set once.
class IndexBuilder {
 public:
  explicit IndexBuilder(std::span<const Pattern> patterns) : patterns_(patterns) { nodes_.emplace_back(); }

  std::expected<PatternIndex, std::string> build() {
    if (patterns_.size() > NumberLimits::patterns)
      return std::unexpected(fmt::format("{} patterns are more than {}", patterns_.size(), NumberLimits::patterns));
    for (std::uint32_t i = 0; i < patterns_.size(); ++i) insert(i);
    by_symbols_.clear();
    out_.states_.emplace_back();
    sets_.push_back(nullptr);
    state_of({0});
    for (std::uint32_t state = 1; state < sets_.size(); ++state) {
      expand(state);
      if (sets_.size() > NumberLimits::pattern_states || steps_ > NumberLimits::pattern_steps)
        return std::unexpected(fmt::format(
            "{} patterns overlap in more ways than can be kept ({} states); make their sets of digits equal or apart",
            patterns_.size(), NumberLimits::pattern_states));
    }
    out_.states_.shrink_to_fit();
    out_.answers_.shrink_to_fit();
    return std::move(out_);
  }

 private:
  using Set = std::vector<std::uint32_t>;

  std::uint32_t child(std::uint32_t node, SymbolSet symbols) {
    const auto [at, is_new] = by_symbols_.try_emplace(std::uint64_t{node} << 16 | symbols, nodes_.size());
    if (is_new) {
      nodes_[node].edges.emplace_back(symbols, at->second);
      nodes_.emplace_back();
    }
    return at->second;
  }

  /// Where patterns without an end stay: they fit at `node` and whatever follows.
  std::uint32_t endless_child(std::uint32_t node) {
    const auto [at, is_new] = by_symbols_.try_emplace(std::uint64_t{node} << 16 | loops, nodes_.size());
    if (is_new) {
      nodes_[node].edges.emplace_back(every_symbol, at->second);
      nodes_.emplace_back();
      nodes_.back().edges.emplace_back(every_symbol, at->second);
    }
    return at->second;
  }

  void insert(std::uint32_t place) {
    const Pattern& pattern = patterns_[place];
    const bool endless = pattern.length_most == Pattern::endless;
    const std::size_t most = endless ? std::max<std::size_t>(pattern.length_least, pattern.sets.size())
                                     : std::min<std::size_t>(pattern.length_most, NumberLimits::dialled_digits);
    std::uint32_t node = 0;
    for (std::size_t length = 0;; ++length) {
      if (length >= pattern.length_least && length >= pattern.sets.size()) nodes_[node].patterns.push_back(place);
      if (length == most) break;
      node = child(node, length < pattern.sets.size() ? pattern.sets[length] : every_symbol);
    }
    if (endless) nodes_[endless_child(node)].patterns.push_back(place);
  }

  std::uint32_t state_of(Set set) {
    const auto [at, is_new] = known_.try_emplace(std::move(set), sets_.size());
    if (!is_new) return at->second;
    steps_ += at->first.size();
    sets_.push_back(&at->first);
    out_.states_.emplace_back();
    answer(at->first, out_.states_.back());
    return at->second;
  }

  void answer(const Set& set, PatternIndex::State& state) {
    Set fitting;
    for (const std::uint32_t node : set)
      fitting.insert(fitting.end(), nodes_[node].patterns.begin(), nodes_[node].patterns.end());
    if (fitting.empty()) return;
    std::sort(fitting.begin(), fitting.end());
    steps_ += fitting.size();
    state.early = patterns_[fitting.front()].early;
    state.count = static_cast<std::uint32_t>(fitting.size());
    const auto [at, is_new] = answers_.try_emplace(std::move(fitting), out_.answers_.size());
    if (is_new) out_.answers_.insert(out_.answers_.end(), at->first.begin(), at->first.end());
    state.first = at->second;
  }

  void expand(std::uint32_t state) {
    std::array<Set, symbol_count> to;
    for (const std::uint32_t node : *sets_[state])
      for (const auto& [symbols, next] : nodes_[node].edges)
        for (unsigned rest = symbols; rest != 0; rest &= rest - 1)
          to[static_cast<std::size_t>(std::countr_zero(rest))].push_back(next);
    for (std::size_t symbol = 0; symbol < symbol_count; ++symbol) {
      if (to[symbol].empty()) continue;
      std::sort(to[symbol].begin(), to[symbol].end());
      const std::uint32_t next = state_of(std::move(to[symbol]));
      out_.states_[state].next[symbol] = next;
    }
  }

  static constexpr std::uint64_t loops = 0xffff;  ///< no set of symbols

  std::span<const Pattern> patterns_;
  std::vector<Node> nodes_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_symbols_;
  std::unordered_map<Set, std::uint32_t, HashOfList> known_;
  std::unordered_map<Set, std::uint32_t, HashOfList> answers_;
  std::vector<const Set*> sets_;  ///< of each state; in `known_`
  std::size_t steps_ = 0;
  PatternIndex out_;
};

std::expected<PatternIndex, std::string> PatternIndex::build(std::span<const Pattern> patterns) {
  return IndexBuilder(patterns).build();
}

PatternIndex::Match PatternIndex::find(std::string_view text) const {
  if (states_.empty()) return {};
  std::uint32_t state = 1;
  for (const char c : text) {
    const std::size_t symbol = symbol_of(c);
    if (symbol == symbol_count) return {};
    state = states_[state].next[symbol];
    if (state == 0) return {};
  }
  const State& at = states_[state];
  const bool more = std::any_of(std::begin(at.next), std::end(at.next), [](std::uint32_t next) { return next != 0; });
  return {{answers_.data() + at.first, at.count}, more, at.early != 0};
}

std::size_t PatternIndex::bytes() const {
  return states_.capacity() * sizeof(State) + answers_.capacity() * sizeof(std::uint32_t);
}

}  // namespace rf::number
