import { describe, expect, it } from 'vitest';
import { readPreferences } from '../../src/phone/keep/preferences';
import { type Call, type Calls, step } from '../../src/phone/model/calls';
import { connect, isWrongPassword } from '../../src/phone/model/connection';
import { explain } from '../../src/phone/model/ending';
import {
  type Entry,
  type History,
  entryOf,
  historyMax,
  missed,
  readHistory,
  redial,
  remember,
  seen,
} from '../../src/phone/model/history';
import { takeToken } from '../../src/phone/model/link';
import { dialable } from '../../src/phone/model/number';
import { refusal } from '../../src/phone/model/refusal';
import { levelOf } from '../../src/phone/sound/level';
import { clock } from '../../src/phone/view/words';

const entry = (id: string, at: number, more: Partial<Entry> = {}): Entry => ({
  id,
  at,
  direction: 'in',
  number: '1002',
  name: '',
  seconds: 0,
  why: 'missed',
  code: null,
  unseen: true,
  ...more,
});

describe('the list of calls', () => {
  it('is bounded, newest first', () => {
    let history: History = [];
    for (let index = 0; index < historyMax + 50; index++) history = remember(history, entry(`c${index}`, index));
    expect(history).toHaveLength(historyMax);
    expect(history[0]?.id).toBe(`c${historyMax + 49}`);
  });

  it('has each call once', () => {
    expect(remember([entry('a', 1)], entry('a', 1))).toHaveLength(1);
  });

  it('counts what was missed until it was seen', () => {
    const history = remember(remember([], entry('a', 1)), entry('b', 2, { why: 'hung_up', unseen: false }));
    expect([missed(history), missed(seen(history))]).toEqual([1, 0]);
  });

  it('redials whom we called last, not who called us', () => {
    const out = entry('a', 1, { direction: 'out', number: '1005' });
    expect(redial(remember([out], entry('b', 2)))).toBe('1005');
    expect(redial([])).toBe('');
  });

  it('leaves out what a database holds that is no call', () => {
    expect(readHistory([entry('a', 1), null, 7, { id: 'x' }, 'text'])).toEqual([entry('a', 1)]);
    expect(readHistory('nonsense')).toEqual([]);
  });

  it('says of a call how long it was spoken', () => {
    const calls = (
      [
        { type: 'began', id: 'a', direction: 'out', number: '1', name: '', at: 0 },
        { type: 'answered', id: 'a', at: 10_000 },
        { type: 'ended', id: 'a', at: 75_400, ending: { why: 'hung_up_there' } },
      ] as const
    ).reduce<Calls>(step, []);
    expect(entryOf(calls[0] as Call)).toMatchObject({ seconds: 65, why: 'hung_up_there', unseen: false });
    expect(entryOf({ ...(calls[0] as Call), ending: null })).toBeNull();
  });
});

describe('a number', () => {
  it('is dialled without the marks that people write', () => {
    expect(dialable(' +49 (0) 30 / 123-45 67 ')).toBe('+49301234567');
    expect(dialable('tel:+1 202 555 0123')).toBe('+12025550123');
    expect(dialable('sip:1002@example.org')).toBe('1002');
    expect(dialable('*97#')).toBe('*97#');
    expect(dialable('reception')).toBe('reception');
  });

  it('is nothing when it is not one', () => {
    for (const text of [
      '',
      '   ',
      'two words',
      '1002;transport=tcp',
      '<b>',
      '1'.repeat(65),
      '1002\r\nVia: x',
      'müller',
    ])
      expect(dialable(text)).toBe('');
  });
});

describe('the end of a call', () => {
  const out = { direction: 'out', answered: false, originator: 'remote', cause: 'Rejected' } as const;
  const inward = { direction: 'in', answered: false, originator: 'remote', cause: 'Canceled' } as const;

  it('keeps the code of a refusal', () => {
    expect(explain({ ...out, code: 403 })).toEqual({ why: 'refused', code: 403 });
    expect(explain({ ...out, originator: 'system', cause: 'Request Timeout' })).toEqual({ why: 'refused', code: 408 });
  });

  it('tells a missed call from one that another phone took', () => {
    expect(explain(inward).why).toBe('missed');
    expect(explain({ ...inward, reason: 'SIP;cause=200;text="Call completed elsewhere"' }).why).toBe('elsewhere');
  });

  it('tells who hung up', () => {
    expect(explain({ ...out, answered: true, originator: 'local', cause: 'Terminated' }).why).toBe('hung_up');
    expect(explain({ ...out, answered: true, cause: 'Terminated' }).why).toBe('hung_up_there');
    expect(explain({ ...out, originator: 'local', cause: 'Canceled' }).why).toBe('cancelled');
    expect(explain({ ...inward, originator: 'local', cause: 'Rejected' }).why).toBe('rejected');
  });

  it('tells a lost connection and failed sound from both', () => {
    expect(explain({ ...out, originator: 'system', cause: 'Connection Error' }).why).toBe('connection');
    expect(explain({ ...out, originator: 'local', cause: 'Bad Media Description' }).why).toBe('media');
  });
});

describe('a refusal', () => {
  it('has a text for every code there is', () => {
    for (let code = 300; code < 700; code++) expect(refusal(code)).toMatch(/^[a-zA-Z]+$/);
    expect([refusal(403), refusal(488), refusal(503), refusal(599), refusal(499), refusal(undefined)]).toEqual([
      'forbidden',
      'media',
      'overloaded',
      'server',
      'other',
      'other',
    ]);
  });
});

describe('the connection', () => {
  it('is ready after registering, and connects again when it is lost', () => {
    let now = connect({ state: 'signed_out' }, { type: 'connecting', attempts: 0 });
    now = connect(connect(now, { type: 'connected' }), { type: 'registered' });
    expect(now).toEqual({ state: 'ready' });
    expect(connect(now, { type: 'disconnected' })).toEqual({ state: 'connecting', attempts: 0 });
  });

  it('keeps saying why it was refused, and counts the attempts', () => {
    const refused = connect({ state: 'registering' }, { type: 'registration_refused', code: 403 });
    expect(connect(refused, { type: 'disconnected' })).toEqual({ state: 'refused', code: 403 });
    expect(connect({ state: 'connecting', attempts: 3 }, { type: 'disconnected' })).toEqual({
      state: 'connecting',
      attempts: 3,
    });
  });

  it('knows which codes are about the password', () => {
    expect([401, 407, 503, 480].map(isWrongPassword)).toEqual([true, true, false, false]);
  });
});

describe('a one-time link', () => {
  const at = (hash: string) => ({ hash, pathname: '/phone', search: '' });
  it('gives its token and leaves the address bar', () => {
    const replaced: string[] = [];
    expect(takeToken(at(`#${'a'.repeat(43)}`), (address) => replaced.push(address))).toBe('a'.repeat(43));
    expect(replaced).toEqual(['/phone']);
  });

  it('that is none is removed as well, and an address without one is left alone', () => {
    const replaced: string[] = [];
    expect(takeToken(at('#<script>'), (address) => replaced.push(address))).toBeNull();
    expect(takeToken(at(''), (address) => replaced.push(address))).toBeNull();
    expect(replaced).toEqual(['/phone']);
  });
});

describe('preferences', () => {
  it('take the browser’s language, and what was kept only as far as it makes sense', () => {
    expect(readPreferences(null, ['de-AT', 'en']).language).toBe('de');
    expect(readPreferences(null, ['fr']).language).toBe('en');
    expect(
      readPreferences({ language: 'xx', scheme: 'pink', sound: { microphone: 7 }, letterKeys: 'no' }, ['en']),
    ).toEqual({
      language: 'en',
      scheme: 'auto',
      sound: { microphone: '', speaker: '', ringer: '', processing: true },
      letterKeys: true,
      notifications: false,
    });
  });
});

describe('what is shown', () => {
  it('writes durations as clocks do', () => {
    expect([0, 65, 600, 3_661].map(clock)).toEqual(['0:00', '1:05', '10:00', '1:01:01']);
  });

  it('shows silence as nothing and full scale as all', () => {
    expect(levelOf(new Float32Array(512))).toBe(0);
    expect(levelOf(new Float32Array(512).fill(1))).toBe(100);
    expect(levelOf(new Float32Array(512).fill(0.1))).toBe(67);
    expect(levelOf(new Float32Array(0))).toBe(0);
  });
});
