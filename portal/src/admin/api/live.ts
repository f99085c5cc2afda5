// What happens now, told by the server over a WebSocket: which answers are old, and the latest events.

import { Store } from '../../shared/store';
import { Again } from './again';
import { queries } from './queries';

export interface Event {
  readonly what: string;
  readonly at: string;
  readonly level: string;
  readonly text: string;
  readonly subject: string;
  readonly remote: string;
}

export const events = new Store<readonly Event[]>([]);
export const listening = new Store(false);

const eventsKept = 50;
const againMs = [1_000, 2_000, 5_000, 15_000, 30_000] as const;

const concerned: Readonly<Record<string, readonly string[]>> = {
  calls: ['call.list', 'cdr.list'],
  registrations: ['registration.list'],
  bans: ['guard.bans', 'guard.explain'],
  spend: ['spend.list', 'exposure'],
  events: ['status'],
};

export interface Heard {
  readonly topic: string;
  readonly event: Event | null;
}

/** A text of the server; null when it is none that we know. */
export function readText(text: string): Heard | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const said = value as Record<string, unknown>;
  const word = (key: string) => (typeof said[key] === 'string' ? said[key] : '');
  if (word('topic') === 'live') return { topic: word('what') === 'reload' ? 'reload' : 'live', event: null };
  const event =
    word('topic') === 'events'
      ? {
          what: word('what'),
          at: word('at'),
          level: word('level'),
          text: word('text'),
          subject: word('subject') || word('detail'),
          remote: word('remote'),
        }
      : null;
  return { topic: word('topic'), event };
}

/** Listens until the returned function is called; with a tenant, to what happens there alone. */
export function listen(tenant: string): () => void {
  let socket: WebSocket | null = null;
  let attempts = 0;
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  const again = new Again();

  const wait = () => {
    const at = again.next();
    if (at !== null) gathering ??= setTimeout(refresh, at - Date.now());
  };
  const refresh = () => {
    gathering = undefined;
    const names = again.take(Date.now());
    if (names.size > 0) void queries.invalidateQueries({ predicate: ({ queryKey }) => names.has(String(queryKey[0])) });
    wait();
  };
  const note = (names: readonly string[]) => {
    again.note(names, Date.now());
    // What was waited for may be due later than what is old now.
    clearTimeout(gathering);
    gathering = undefined;
    wait();
  };
  const everything = () => queries.getQueryCache().getAll().map(({ queryKey }) => String(queryKey[0]));
  const open = () => {
    const asked = tenant === '' ? '' : `?tenant=${encodeURIComponent(tenant)}`;
    socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/live${asked}`);
    socket.onopen = () => {
      // What happened while nobody listened is not told again.
      if (attempts > 0) note(everything());
      attempts = 0;
      listening.set(true);
    };
    socket.onmessage = ({ data }) => {
      const heard = readText(String(data));
      if (!heard) return;
      const { topic, event } = heard;
      if (event) events.update((before) => [event, ...before].slice(0, eventsKept));
      note(topic === 'reload' ? everything() : (concerned[topic] ?? []));
    };
    socket.onclose = () => {
      listening.set(false);
      if (over) return;
      timer = setTimeout(open, againMs[Math.min(attempts++, againMs.length - 1)]);
    };
  };
  open();
  return () => {
    over = true;
    clearTimeout(timer);
    clearTimeout(gathering);
    listening.set(false);
    events.set([]);
    socket?.close();
  };
}
