// When answers that are old are asked for again: soon, and long ones seldom, however much happens.

/** Many changes in a second are one question. */
const gatherMs = 800;
/** Long answers, and what takes the server long: from one question to the next, at the least. */
const seldomMs: Readonly<Record<string, number>> = {
  'call.list': 2_000,
  'cdr.list': 5_000,
  'extension.list': 5_000,
  'guard.bans': 5_000,
  'pattern.list': 5_000,
  'registration.list': 5_000,
  'spend.list': 5_000,
  reach: 30_000,
  exposure: 30_000,
};

export class Again {
  readonly #due = new Map<string, number>();
  readonly #asked = new Map<string, number>();

  /** These answers are old. */
  note(names: Iterable<string>, now: number): void {
    for (const name of names) {
      const soonest = (this.#asked.get(name) ?? -Infinity) + (seldomMs[name] ?? 0);
      if (!this.#due.has(name)) this.#due.set(name, Math.max(now + gatherMs, soonest));
    }
  }

  /** When to ask next; null: nothing is old. */
  next(): number | null {
    return this.#due.size === 0 ? null : Math.min(...this.#due.values());
  }

  /** What is to be asked for now; it counts as asked. */
  take(now: number): ReadonlySet<string> {
    const names = new Set([...this.#due].filter(([, at]) => at <= now).map(([name]) => name));
    for (const name of names) {
      this.#due.delete(name);
      this.#asked.set(name, now);
    }
    return names;
  }
}
