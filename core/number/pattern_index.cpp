#include "core/number/pattern_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
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
  IndexBuilder(std::span<const Pattern> patterns, const PatternRoom& room) : patterns_(patterns), room_(room) {
    nodes_.emplace_back();
  }

  std::expected<PatternIndex, std::string> build() {
    if (patterns_.size() > room_.patterns)
      return std::unexpected(fmt::format("{} patterns are more than {}", patterns_.size(), room_.patterns));
    for (std::uint32_t i = 0; i < patterns_.size(); ++i) insert(i);
    by_symbols_.clear();
    out_.answers_.emplace_back();
    wide_.emplace_back();
    sets_.push_back(nullptr);
    state_of({0});
    for (std::uint32_t state = 1; state < sets_.size(); ++state) {
      expand(state);
      if (sets_.size() > room_.states || steps_ > room_.steps)
        return std::unexpected(fmt::format(
            "{} patterns overlap in more ways than can be kept ({} states); make their sets of digits equal or apart",
            patterns_.size(), room_.states));
    }
    out_.taken_ = {patterns_.size(), sets_.size(), steps_};
    lay_out();
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
    wide_.emplace_back();
    wide_.back().answer = answer(at->first);
    return at->second;
  }

  std::uint32_t answer(const Set& set) {
    Set fitting;
    for (const std::uint32_t node : set)
      fitting.insert(fitting.end(), nodes_[node].patterns.begin(), nodes_[node].patterns.end());
    if (fitting.empty()) return 0;
    std::sort(fitting.begin(), fitting.end());
    const auto [at, is_new] = known_answers_.try_emplace(std::move(fitting), out_.answers_.size());
    if (!is_new) return at->second;
    const Set& listed = at->first;
    steps_ += listed.size();
    out_.answers_.push_back({static_cast<std::uint32_t>(out_.listed_.size()), static_cast<std::uint32_t>(listed.size()),
                             patterns_[listed.front()].early});
    out_.listed_.insert(out_.listed_.end(), listed.begin(), listed.end());
    return at->second;
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
      wide_[state].next[symbol] = next;
    }
  }

  /// The state that most symbols lead to, the other one if there is one more, and nothing when there are more than two.
  static std::optional<PatternIndex::Pair> as_pair(const PatternIndex::Branch& wide) {
    PatternIndex::Pair out;
    out.answer = wide.answer;
    out.in = wide.next[0];
    out.out = wide.next[0];
    for (std::size_t symbol = 0; symbol < symbol_count; ++symbol) {
      const std::uint32_t next = wide.next[symbol];
      if (next == out.in) {
        out.symbols = static_cast<SymbolSet>(out.symbols | 1u << symbol);
      } else if (out.out == out.in || out.out == next) {
        out.out = next;
      } else {
        return std::nullopt;
      }
    }
    return out;
  }

  /// Numbers the states anew, so that what follows one another lies together, and keeps each as small as it can be.
  void lay_out() {
    std::vector<PatternIndex::StateId> ids(wide_.size(), 0);
    std::vector<std::uint32_t> todo{1};
    out_.pairs_.emplace_back();
    while (!todo.empty()) {
      const std::uint32_t state = todo.back();
      todo.pop_back();
      if (state == 0 || ids[state] != 0) continue;
      if (const auto pair = as_pair(wide_[state])) {
        ids[state] = static_cast<std::uint32_t>(out_.pairs_.size());
        out_.pairs_.push_back(*pair);
        todo.push_back(pair->out);
        todo.push_back(pair->in);
      } else {
        ids[state] = static_cast<std::uint32_t>(out_.branches_.size()) | PatternIndex::is_branch;
        out_.branches_.push_back(wide_[state]);
        todo.insert(todo.end(), std::begin(wide_[state].next), std::end(wide_[state].next));
      }
    }
    for (PatternIndex::Pair& pair : out_.pairs_) {
      pair.in = ids[pair.in];
      pair.out = ids[pair.out];
    }
    for (PatternIndex::Branch& branch : out_.branches_)
      for (PatternIndex::StateId& next : branch.next) next = ids[next];
    out_.root_ = ids[1];
    out_.pairs_.shrink_to_fit();
    out_.branches_.shrink_to_fit();
    out_.answers_.shrink_to_fit();
    out_.listed_.shrink_to_fit();
  }

  static constexpr std::uint64_t loops = 0xffff;  ///< no set of symbols

  std::span<const Pattern> patterns_;
  PatternRoom room_;
  std::vector<Node> nodes_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_symbols_;
  std::unordered_map<Set, std::uint32_t, HashOfList> known_;
  std::unordered_map<Set, std::uint32_t, HashOfList> known_answers_;
  std::vector<const Set*> sets_;  ///< of each state; in `known_`
  std::vector<PatternIndex::Branch> wide_;
  std::size_t steps_ = 0;
  PatternIndex out_;
};

std::expected<PatternIndex, std::string> PatternIndex::build(std::span<const Pattern> patterns,
                                                             const PatternRoom& room) {
  return IndexBuilder(patterns, room).build();
}

PatternIndex::Match PatternIndex::find(std::string_view text) const {
  StateId state = root_;
  for (const char c : text) {
    const std::size_t symbol = symbol_of(c);
    if (symbol == symbol_count || state == 0) return {};
    if (state & is_branch) {
      state = branches_[state & ~is_branch].next[symbol];
    } else {
      const Pair& pair = pairs_[state];
      state = pair.symbols >> symbol & 1 ? pair.in : pair.out;
    }
  }
  if (state == 0) return {};
  // A branch leads somewhere, or it would be a pair.
  const bool branch = (state & is_branch) != 0;
  const bool more = branch || pairs_[state].in != 0 || pairs_[state].out != 0;
  const Answer& answer = answers_[branch ? branches_[state & ~is_branch].answer : pairs_[state].answer];
  return {{listed_.data() + answer.first, answer.count}, more, answer.early};
}

std::size_t PatternIndex::bytes() const {
  return pairs_.capacity() * sizeof(Pair) + branches_.capacity() * sizeof(Branch) +
         answers_.capacity() * sizeof(Answer) + listed_.capacity() * sizeof(std::uint32_t);
}

}  // namespace rf::number
