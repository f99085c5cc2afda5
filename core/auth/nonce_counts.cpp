#include "core/auth/nonce_counts.hpp"

#include <algorithm>
#include <utility>

namespace rf::auth {

std::size_t NonceCounts::Slice::place_of(std::uint64_t id) const {
  // The id is part of a MAC: nobody can aim many nonces at one place of the table.
  std::size_t place = id & (cells.size() - 1);
  while (cells[place].id != 0 && cells[place].id != id) place = (place + 1) & (cells.size() - 1);
  return place;
}

NonceCounts::Cell& NonceCounts::Slice::insert(std::uint64_t id) {
  if (4 * (used + 1) > 3 * cells.size()) {
    const std::vector<Cell> old = std::exchange(cells, std::vector<Cell>(std::max<std::size_t>(16, 2 * cells.size())));
    for (const Cell& cell : old)
      if (cell.id != 0) cells[place_of(cell.id)] = cell;
  }
  Cell& cell = cells[place_of(id)];
  cell.id = id;
  ++used;
  return cell;
}

const NonceCounts::Cell* NonceCounts::find(const Nonce& nonce) const {
  const std::int64_t index = nonce.issued_ms / slice_ms - first_;
  if (index < 0 || index >= static_cast<std::int64_t>(slices_.size())) return nullptr;
  const Slice& slice = slices_[static_cast<std::size_t>(index)];
  if (slice.cells.empty()) return nullptr;
  const Cell& cell = slice.cells[slice.place_of(nonce.id)];
  return cell.id != 0 ? &cell : nullptr;
}

NonceCounts::Verdict NonceCounts::look(const Nonce& nonce, std::uint32_t count) const {
  if (nonce.issued_ms < watermark_ms_) return Verdict::forgotten;
  const Cell* cell = find(nonce);
  if (!cell || count > cell->highest) return Verdict::unused;
  const std::uint32_t behind = cell->highest - count;
  return behind < 64 && (cell->seen >> behind & 1) == 0 ? Verdict::unused : Verdict::used;
}

void NonceCounts::drop_oldest(std::int64_t clock_ms) {
  const std::int64_t end_ms = (first_ + 1) * slice_ms;
  // Nonces of the running slice that are still to be issued must not be born forgotten.
  watermark_ms_ = std::max(watermark_ms_, std::min(end_ms, clock_ms + 1));
  size_ -= slices_.front().used;
  slices_.pop_front();
  ++first_;
}

void NonceCounts::store(std::int64_t clock_ms, std::int64_t age_ms, const Nonce& nonce, std::uint32_t count) {
  while (!slices_.empty() && (first_ + 1) * slice_ms + age_ms <= clock_ms) drop_oldest(clock_ms);
  Cell* cell = const_cast<Cell*>(find(nonce));
  if (!cell) return remember(clock_ms, nonce, count);
  if (count > cell->highest) {
    const std::uint32_t ahead = count - cell->highest;
    cell->seen = ahead < 64 ? cell->seen << ahead | 1 : 1;
    cell->highest = count;
  } else if (cell->highest - count < 64) {
    cell->seen |= std::uint64_t{1} << (cell->highest - count);
  }
}

void NonceCounts::remember(std::int64_t clock_ms, const Nonce& nonce, std::uint32_t count) {
  while (size_ >= limit_) drop_oldest(clock_ms);
  if (nonce.issued_ms < watermark_ms_) return;
  const std::int64_t number = nonce.issued_ms / slice_ms;
  if (slices_.empty()) first_ = number;
  for (; number < first_; --first_) slices_.emplace_front();
  while (number >= first_ + static_cast<std::int64_t>(slices_.size())) slices_.emplace_back();
  Cell& cell = slices_[static_cast<std::size_t>(number - first_)].insert(nonce.id);
  cell.highest = count;
  cell.seen = 1;
  ++size_;
}

}  // namespace rf::auth
