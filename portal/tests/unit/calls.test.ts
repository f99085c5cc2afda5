import { describe, expect, it } from 'vitest';
import {
  type CallEvent,
  type Calls,
  current,
  ending,
  melody,
  partners,
  running,
  step,
  waiting,
} from '../../src/phone/model/calls';

const play = (...events: CallEvent[]): Calls => events.reduce(step, [] as Calls);
const outgoing = (id = 'a'): CallEvent => ({
  type: 'began',
  id,
  direction: 'out',
  number: '1002',
  name: '',
  at: 1_000,
});
const incoming = (id = 'b'): CallEvent => ({
  type: 'began',
  id,
  direction: 'in',
  number: '1003',
  name: 'Bob',
  at: 2_000,
});
const answered = (id: string, at = 5_000): CallEvent => ({ type: 'answered', id, at });
const ended = (id: string): CallEvent => ({ type: 'ended', id, at: 9_000, ending: { why: 'hung_up' } });

describe('a call', () => {
  it('goes from dialling over ringing to talking and to its end', () => {
    const phases = ['dialling', 'ringing', 'talking', 'ended'];
    const events = [outgoing(), { type: 'rings', id: 'a', early: false } as CallEvent, answered('a'), ended('a')];
    const seen = events.map((_, index) => play(...events.slice(0, index + 1))[0]?.phase);
    expect(seen).toEqual(phases);
  });

  it('keeps when it was answered and when it ended', () => {
    expect(play(outgoing(), answered('a'), ended('a'))[0]).toMatchObject({
      answeredAt: 5_000,
      endedAt: 9_000,
      ending: { why: 'hung_up' },
    });
  });

  it('is not answered any more when it has ended', () => {
    const [call] = play(incoming(), { type: 'ended', id: 'b', at: 3_000, ending: { why: 'missed' } }, answered('b'));
    expect(call).toMatchObject({ phase: 'ended', answeredAt: null, ending: { why: 'missed' } });
  });

  it('keeps its first ending', () => {
    const [call] = play(outgoing(), { type: 'ended', id: 'a', at: 2_000, ending: { why: 'intercepted' } }, ended('a'));
    expect(call?.ending).toEqual({ why: 'intercepted' });
  });

  it('does not ring again after it was answered', () => {
    expect(play(outgoing(), answered('a'), { type: 'rings', id: 'a', early: false })[0]?.phase).toBe('talking');
  });

  it('takes tones only while it talks, and keeps the last 64', () => {
    const tone: CallEvent = { type: 'tone', id: 'a', tone: '7' };
    expect(play(outgoing(), tone)[0]?.tones).toBe('');
    expect(play(outgoing(), answered('a'), ...Array<CallEvent>(100).fill(tone))[0]?.tones).toBe('7'.repeat(64));
  });

  it('says nothing about a call that nobody knows', () => {
    expect(play(answered('z'), ended('z'))).toEqual([]);
  });

  it('is dismissed only when it has ended', () => {
    expect(play(outgoing(), { type: 'dismissed', id: 'a' })).toHaveLength(1);
    expect(play(outgoing(), ended('a'), { type: 'dismissed', id: 'a' })).toHaveLength(0);
  });
});

describe('several calls', () => {
  const two = () => play(outgoing(), answered('a'), { type: 'held', id: 'a', held: true }, incoming(), answered('b'));

  it('have one conversation that is heard', () => {
    expect(current(two())?.id).toBe('b');
  });

  it('can be connected with each other', () => {
    const calls = two();
    expect(partners(calls, calls[0]!).map((call) => call.id)).toEqual(['b']);
  });

  it('are answered in the order in which they ring', () => {
    expect(waiting(play(incoming('x'), incoming('y')))?.id).toBe('x');
  });

  it('end with the conversation first, then with what is dialled, then with what is held', () => {
    expect(ending(two())?.id).toBe('b');
    expect(ending(play(outgoing(), answered('a'), { type: 'held', id: 'a', held: true }))?.id).toBe('a');
    expect(ending(play(incoming()))).toBeUndefined();
  });

  it('forget what ended when somebody calls out anew, and keep it when somebody calls in', () => {
    expect(play(outgoing('a'), ended('a'), outgoing('c'))).toHaveLength(1);
    expect(play(outgoing('a'), ended('a'), incoming('b'))).toHaveLength(2);
  });

  it('count as running until they end', () => {
    expect(running(play(outgoing(), ended('a'), incoming())).map((call) => call.id)).toEqual(['b']);
  });
});

describe('the melody', () => {
  it('rings for a call, and knocks when somebody talks already', () => {
    expect(melody(play(incoming()))).toBe('ring');
    expect(melody(play(outgoing(), answered('a'), incoming()))).toBe('waiting');
  });

  it('is the ringing tone while it rings there, unless that side sends its own sound', () => {
    expect(melody(play(outgoing(), { type: 'rings', id: 'a', early: false }))).toBe('ringback');
    expect(melody(play(outgoing(), { type: 'rings', id: 'a', early: true }))).toBeNull();
    expect(
      melody(play(outgoing(), { type: 'rings', id: 'a', early: true }, { type: 'rings', id: 'a', early: false })),
    ).toBeNull();
  });

  it('is nothing in a conversation', () => {
    expect(melody(play(outgoing(), answered('a')))).toBeNull();
  });
});
