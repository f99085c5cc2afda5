// The calls of this phone, as values: what happened goes in, the next state comes out. Nothing here acts.

import type { OtherLeg, OwnLeg } from './security';

/** More calls than this at once are answered "busy". */
export const callsMax = 4;

export type Direction = 'in' | 'out';
export type Phase = 'dialling' | 'ringing' | 'incoming' | 'connecting' | 'talking' | 'ended';
export type Transfer = 'none' | 'asked' | 'failed';

/** Why a call ended, as far as a person wants to know. `code` is the SIP status where there was one. */
export type Why =
  | 'hung_up'
  | 'hung_up_there'
  | 'rejected'
  | 'missed'
  | 'elsewhere'
  | 'cancelled'
  | 'refused'
  | 'transferred'
  | 'intercepted'
  | 'media'
  | 'connection';

export interface Ending {
  readonly why: Why;
  readonly code?: number;
}

export interface Call {
  readonly id: string;
  readonly direction: Direction;
  readonly number: string;
  readonly name: string;
  readonly phase: Phase;
  /** While it rings there, the other side's network already sends sound of its own. */
  readonly early: boolean;
  /** Wall time in milliseconds, as all times here. */
  readonly beganAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly muted: boolean;
  readonly held: boolean;
  readonly heldThere: boolean;
  /** The keys that were pressed in this call. */
  readonly tones: string;
  readonly transfer: Transfer;
  readonly own: OwnLeg | null;
  readonly other: OtherLeg | null;
  readonly ending: Ending | null;
}

/** In the order in which they came. */
export type Calls = readonly Call[];

export type CallEvent =
  | { type: 'began'; id: string; direction: Direction; number: string; name: string; at: number }
  | { type: 'rings'; id: string; early: boolean }
  | { type: 'answering'; id: string }
  | { type: 'answered'; id: string; at: number }
  | { type: 'named'; id: string; number: string; name: string }
  | { type: 'held'; id: string; held: boolean }
  | { type: 'held_there'; id: string; held: boolean }
  | { type: 'muted'; id: string; muted: boolean }
  | { type: 'tone'; id: string; tone: string }
  | { type: 'transfer'; id: string; transfer: Transfer }
  | { type: 'own_leg'; id: string; own: OwnLeg }
  | { type: 'other_leg'; id: string; other: OtherLeg }
  | { type: 'ended'; id: string; at: number; ending: Ending }
  | { type: 'dismissed'; id: string };

/** What may follow what; an event that does not fit, because it came late, changes nothing. */
const follows: Record<Phase, readonly Phase[]> = {
  dialling: ['ringing', 'talking', 'ended'],
  ringing: ['talking', 'ended'],
  incoming: ['connecting', 'talking', 'ended'],
  connecting: ['talking', 'ended'],
  talking: ['ended'],
  ended: [],
};

const tonesKept = 64;

function begin(event: Extract<CallEvent, { type: 'began' }>): Call {
  return {
    id: event.id,
    direction: event.direction,
    number: event.number,
    name: event.name,
    phase: event.direction === 'in' ? 'incoming' : 'dialling',
    early: false,
    beganAt: event.at,
    answeredAt: null,
    endedAt: null,
    muted: false,
    held: false,
    heldThere: false,
    tones: '',
    transfer: 'none',
    own: null,
    other: null,
    ending: null,
  };
}

function enter(call: Call, phase: Phase, more: Partial<Call> = {}): Call {
  return follows[call.phase].includes(phase) ? { ...call, ...more, phase } : call;
}

/** What is true of a conversation is not told of a call that has ended. */
function alive(call: Call, more: Partial<Call>): Call {
  return call.phase === 'ended' ? call : { ...call, ...more };
}

function change(call: Call, event: CallEvent): Call {
  switch (event.type) {
    case 'rings':
      return call.phase === 'ringing'
        ? { ...call, early: call.early || event.early }
        : enter(call, 'ringing', { early: event.early });
    case 'answering':
      return enter(call, 'connecting');
    case 'answered':
      return enter(call, 'talking', { answeredAt: event.at });
    case 'named':
      return alive(call, { number: event.number, name: event.name });
    case 'held':
      return alive(call, { held: event.held });
    case 'held_there':
      return alive(call, { heldThere: event.held });
    case 'muted':
      return alive(call, { muted: event.muted });
    case 'tone':
      return call.phase === 'talking' ? { ...call, tones: (call.tones + event.tone).slice(-tonesKept) } : call;
    case 'transfer':
      return alive(call, { transfer: event.transfer });
    case 'own_leg':
      return alive(call, { own: event.own });
    case 'other_leg':
      return alive(call, { other: event.other });
    case 'ended':
      return enter(call, 'ended', { endedAt: event.at, ending: event.ending });
    case 'began':
    case 'dismissed':
      return call;
  }
}

export function step(calls: Calls, event: CallEvent): Calls {
  if (event.type === 'began') {
    if (calls.some((call) => call.id === event.id)) return calls;
    // Who calls anew has read how the call before ended.
    return [...calls.filter((call) => call.phase !== 'ended' || event.direction === 'in'), begin(event)];
  }
  if (event.type === 'dismissed') return calls.filter((call) => call.id !== event.id || call.phase !== 'ended');
  return calls.map((call) => (call.id === event.id ? change(call, event) : call));
}

export function running(calls: Calls): Calls {
  return calls.filter((call) => call.phase !== 'ended');
}

/** The one conversation that is heard: answered, and not held by us. */
export function current(calls: Calls): Call | undefined {
  return calls.find((call) => call.phase === 'talking' && !call.held);
}

/** Whom the answer key answers: who waits longest. */
export function waiting(calls: Calls): Call | undefined {
  return calls.find((call) => call.phase === 'incoming');
}

/** What the end key ends: the conversation, else what we dial, else what is on hold. */
export function ending(calls: Calls): Call | undefined {
  const live = running(calls);
  return (
    current(calls) ??
    live.find((call) => call.phase === 'dialling' || call.phase === 'ringing' || call.phase === 'connecting') ??
    live.find((call) => call.phase === 'talking')
  );
}

/** The calls that `call` could be connected with: others that have been answered. */
export function partners(calls: Calls, call: Call): Calls {
  return calls.filter((other) => other.id !== call.id && other.phase === 'talking');
}

export type Melody = 'ring' | 'waiting' | 'ringback';

/** What this phone plays by itself now. */
export function melody(calls: Calls): Melody | null {
  if (waiting(calls))
    return calls.some((call) => call.phase === 'talking' || call.phase === 'connecting') ? 'waiting' : 'ring';
  return calls.some((call) => call.phase === 'ringing' && !call.early) && !current(calls) ? 'ringback' : null;
}
