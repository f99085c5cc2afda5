// Call records as a file for spreadsheets: the columns of `ringfence cdr list --csv`.

import type { Schemas } from '../contract/contract';

type Record = Schemas['CallRecord'];

export interface Part {
  readonly cdrs: readonly Record[];
  readonly more: boolean;
}

export interface Taken {
  readonly csv: string;
  readonly count: number;
  /** There are more than one file takes. */
  readonly cut: boolean;
}

/** Of one question, so that the server has others meanwhile; and of one file, which the browser holds. */
export const recordsAtOnce = 2_000;
export const recordsMost = 100_000;

const columns = [
  'id', 'started', 'answered', 'ended', 'caller', 'dialled', 'callee', 'result', 'ended_by', 'talked_s', 'sip_status', 'reason',
  'caller_transport', 'callee_transport', 'caller_address', 'attempts', 'called', 'route', 'trunk_in', 'trunk_out', 'price', 'currency',
  'reserved', 'cost', 'payer', 'cut_reason', 'account', 'via', 'engine',
] as const satisfies readonly (keyof Record)[];

/** No spreadsheet takes it for a formula: names and numbers are those of whoever called. */
export function cellOf(text: string): string {
  return `"${/^[=+\-@\t\r]/.test(text) ? "'" : ''}${text.replaceAll('"', '""')}"`;
}

const lineOf = (cells: readonly string[]): string => `${cells.map(cellOf).join(',')}\r\n`;

function line(record: Record): string {
  const media = record.media.map(({ encryption, suite }) => (suite ? `${encryption} ${suite}` : encryption)).join('/');
  return lineOf([...columns.map((column) => String(record[column] ?? '')), media]);
}

/** Asks part by part, newest first, and tells how many there are so far. Calls that come meanwhile move the others on: no record twice. */
export async function takeAlong(ask: (limit: number, offset: number) => Promise<Part>, told: (count: number) => void): Promise<Taken> {
  const lines = new Map<string, string>();
  for (let offset = 0; ; offset += recordsAtOnce) {
    const { cdrs, more } = await ask(Math.min(recordsAtOnce, recordsMost - offset), offset);
    for (const record of cdrs) lines.set(record.id, line(record));
    told(lines.size);
    const full = offset + recordsAtOnce >= recordsMost;
    if (!more || cdrs.length === 0 || full) return { csv: lineOf([...columns, 'media']) + [...lines.values()].join(''), count: lines.size, cut: more && full };
  }
}
