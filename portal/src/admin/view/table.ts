// What a table shows of its rows: those that have what is looked for, in an order, a part at a time.

export type Cell = string | number;

export interface Order {
  readonly column: string;
  readonly down: boolean;
}

/** Numbers in texts by their value: 9 before 10. */
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

export function sorted<Row>(rows: readonly Row[], cell: (row: Row) => Cell, down: boolean): Row[] {
  const sign = down ? -1 : 1;
  const compare = (a: Cell, b: Cell) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
  return rows
    .map((row) => ({ row, key: cell(row) }))
    .sort((a, b) => sign * compare(a.key, b.key))
    .map(({ row }) => row);
}

/** Rows in which every word occurs somewhere. */
export function filtered<Row>(rows: readonly Row[], cells: readonly ((row: Row) => Cell)[], wanted: string): readonly Row[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = cells.map((cell) => String(cell(row))).join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
