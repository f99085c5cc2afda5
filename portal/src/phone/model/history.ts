// The list of past calls: newest first, bounded, and the same person's calls in a row as one line.

import type { Call, Direction, Why } from './calls';

/** Older calls are forgotten. */
export const historyMax = 200;

export interface Entry {
  readonly id: string;
  readonly direction: Direction;
  readonly number: string;
  readonly name: string;
  readonly at: number;
  /** Seconds of conversation; 0 when there was none. */
  readonly seconds: number;
  readonly why: Why;
  readonly code: number | null;
  /** Somebody called and nobody here answered, and nobody has looked at it since. */
  readonly unseen: boolean;
}

export type History = readonly Entry[];

export function entryOf(call: Call): Entry | null {
  if (!call.ending || call.endedAt === null) return null;
  return {
    id: call.id,
    direction: call.direction,
    number: call.number,
    name: call.name,
    at: call.beganAt,
    seconds: call.answeredAt === null ? 0 : Math.max(0, Math.round((call.endedAt - call.answeredAt) / 1000)),
    why: call.ending.why,
    code: call.ending.code ?? null,
    unseen: call.ending.why === 'missed',
  };
}

export function remember(history: History, entry: Entry): History {
  const rest = history.filter((old) => old.id !== entry.id);
  return [entry, ...rest].sort((a, b) => b.at - a.at).slice(0, historyMax);
}

export function seen(history: History): History {
  return history.some((entry) => entry.unseen) ? history.map((entry) => ({ ...entry, unseen: false })) : history;
}

export function missed(history: History): number {
  return history.filter((entry) => entry.unseen).length;
}

/** Whom the redial key calls: whom we called last. */
export function redial(history: History): string {
  return history.find((entry) => entry.direction === 'out')?.number ?? '';
}

/** What a database of this or a former version holds; whatever is no entry is left out. */
export function readHistory(rows: unknown): History {
  if (!Array.isArray(rows)) return [];
  return rows.filter(isEntry).slice(0, historyMax);
}

function isEntry(row: unknown): row is Entry {
  const entry = row as Entry | null;
  return (
    typeof entry === 'object' &&
    entry !== null &&
    typeof entry.id === 'string' &&
    (entry.direction === 'in' || entry.direction === 'out') &&
    typeof entry.number === 'string' &&
    typeof entry.name === 'string' &&
    typeof entry.at === 'number' &&
    typeof entry.seconds === 'number' &&
    typeof entry.why === 'string' &&
    typeof entry.unseen === 'boolean'
  );
}
