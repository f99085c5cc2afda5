import { describe, expect, it } from 'vitest';
import { problemOf, requestOf } from '../../../src/admin/api/client';
import { readText } from '../../../src/admin/api/live';
import { isOperation, operation } from '../../../src/admin/contract/contract';
import { kinds, makerOf, of } from '../../../src/admin/kinds';
import { readBack, takeLink } from '../../../src/admin/link';
import { catalogues } from '../../../src/admin/messages';
import { everyPage } from '../../../src/admin/pages';
import { perHour } from '../../../src/admin/pages/hours';
import { stepsOf } from '../../../src/admin/pages/steps';
import { linkTo, readRoute } from '../../../src/admin/route';
import { changesOf, faultOf, typedOf, valueOf } from '../../../src/admin/view/form';
import { tenant } from '../../../src/admin/tenant';
import { search } from '../../../src/admin/view/search';
import { filtered, sorted } from '../../../src/admin/view/table';

const field = (name: string, command: Parameters<typeof operation>[0]) => {
  const found = operation(command).fields.find((each) => each.name === name);
  if (!found) throw new Error(name);
  return found;
};

describe('a request', () => {
  it('puts each value where the contract says, and no secret into an address', () => {
    expect(requestOf('extension.set', { number: '10/01', name: 'Ann' })).toEqual({ url: '/api/v1/extensions/10%2F01', body: '{"name":"Ann"}' });
    expect(requestOf('cdr.list', { number: '+49 30', limit: 5 }).url).toBe('/api/v1/cdrs?number=%2B49+30&limit=5');
    expect(requestOf('session.begin', { name: 'a', password: 'p' })).toEqual({ url: '/api/v1/session', body: '{"name":"a","password":"p"}' });
  });

  it('is about the tenant that was chosen, where it is about one', () => {
    tenant.set('acme');
    expect(requestOf('extension.set', { number: '1001', name: 'Ann' })).toEqual({ url: '/api/v1/extensions/1001?tenant=acme', body: '{"name":"Ann"}' });
    expect(requestOf('guard.bans', {}).url).toBe('/api/v1/guard/bans');
    tenant.set('');
    expect(requestOf('extension.list', {}).url).toBe('/api/v1/extensions');
  });

  it('that is refused tells field and remedy, whatever the answer looks like', () => {
    expect(problemOf(422, { detail: 'wrong', remedy: 'do so', field: 'calls' })).toMatchObject({ status: 422, message: 'wrong', remedy: 'do so', field: 'calls' });
    expect(problemOf(500, null).message).toBe('HTTP 500');
    expect(problemOf(400, { detail: 7, faults: 'none' })).toMatchObject({ message: 'HTTP 400', faults: [] });
  });
});

describe('a form', () => {
  const fields = operation('extension.set').fields.filter(({ name }) => name !== 'number');

  it('sends only what differs, in the types of the contract', () => {
    const before = { name: 'Ann', calls: '4', remote: 'false', permitted: '' };
    expect(changesOf(fields, before, { ...before, calls: '7', remote: 'true' })).toEqual({ calls: 7, remote: true });
    expect(changesOf(fields, before, before)).toEqual({});
  });

  it('gives emptied fields their standing values again', () => {
    const trunk = operation('trunk.set').fields;
    expect(changesOf(trunk, { deck: 'a', uri: 'sip:x' }, { deck: '', uri: 'sip:y' })).toEqual({ uri: 'sip:y', default: 'deck' });
  });

  it('holds numbers and texts against their bounds', () => {
    const calls = field('calls', 'extension.set');
    expect([faultOf(calls, '5'), faultOf(calls, 'x'), faultOf(calls, '0'), faultOf(calls, '')]).toEqual([null, 'number', { from: 1, to: 1000 }, null]);
    expect(faultOf(field('number', 'extension.add'), ' ')).toBe('required');
    expect(faultOf(field('number', 'extension.add'), '1')).toEqual({ letters: 2 });
  });

  it('shows opening hours a line each and sends them as one text', () => {
    const hours = field('hours', 'schedule.set');
    const typed = typedOf(hours, ['mon-fri 08:00-18:00', 'yearly 12-25 closed']);
    expect(typed).toBe('mon-fri 08:00-18:00\nyearly 12-25 closed');
    expect(valueOf(hours, typed)).toBe('mon-fri 08:00-18:00; yearly 12-25 closed');
  });
});

describe('a table', () => {
  it('sorts numbers in texts by their value and finds rows that have every word', () => {
    const rows = [{ name: '10' }, { name: '9' }, { name: '100 Ann' }];
    expect(sorted(rows, ({ name }) => name, false).map(({ name }) => name)).toEqual(['9', '10', '100 Ann']);
    expect(filtered(rows, [({ name }) => name], 'ann 10')).toEqual([{ name: '100 Ann' }]);
  });

  it('of everything finds first what begins so, and nothing for nothing', () => {
    const all = [
      { title: '2100', more: '', link: 'a' },
      { title: '1002', more: '', link: 'b' },
    ];
    expect(search(all, '100').map(({ link }) => link)).toEqual(['b', 'a']);
    expect(search(all, ' ')).toEqual([]);
  });
});

describe('the pages', () => {
  it('ask for operations that there are, by letters of their own', () => {
    for (const { needs } of everyPage) if (needs) expect(isOperation(needs), needs).toBe(true);
    for (const kind of kinds)
      for (const name of [makerOf(kind), of(kind, 'list'), of(kind, 'show'), of(kind, 'set'), of(kind, 'remove'), ...(kind.ordered ? [of(kind, 'move')] : [])])
        expect(isOperation(name), name).toBe(true);
    const letters = everyPage.flatMap(({ letter }) => letter ?? []);
    expect(new Set(letters).size).toBe(letters.length);
  });

  it('name fields that their forms have', () => {
    for (const kind of kinds) {
      const names = operation(makerOf(kind)).fields.map(({ name }) => name);
      for (const name of kind.first) expect(names, `${kind.kind} ${name}`).toContain(name);
    }
  });

  it('have addresses that lead back to where they came from, whatever a name holds', () => {
    for (const id of ['1001', 'a/b?c#d', 'über', '%'])
      expect(readRoute(linkTo('trunks', id, { at: '5' }))).toMatchObject({ page: 'trunks', id });
    expect(readRoute('#/x/%E0%A4')).toMatchObject({ page: 'x', id: '' });
  });

  it('take the one-time link out of the address, and only from its own page', () => {
    const seen: string[] = [];
    expect(takeLink({ pathname: '/login', hash: `#${'x'.repeat(43)}` }, (to) => seen.push(to))).toBe('x'.repeat(43));
    expect(takeLink({ pathname: '/login', hash: '#<script>' }, (to) => seen.push(to))).toBe(null);
    expect(takeLink({ pathname: '/', hash: `#${'x'.repeat(43)}` }, (to) => seen.push(to))).toBe(null);
    expect(seen).toEqual(['/', '/']);
  });

  it('take what a provider sent back from their own page alone', () => {
    expect(readBack({ pathname: '/login', search: '?code=c&state=s&iss=https%3A%2F%2Fa' })).toEqual({ code: 'c', state: 's', issuer: 'https://a' });
    expect(readBack({ pathname: '/login', search: '?error=access_denied&state=s' })).toEqual({ error: 'access_denied', state: 's' });
    expect(readBack({ pathname: '/login', search: '?code=c' })).toBe(null);
    expect(readBack({ pathname: '/', search: '?code=c&state=s' })).toBe(null);
  });

  it('have the same texts in both languages, none of them empty', () => {
    const paths = (tree: object, before = ''): string[] =>
      Object.entries(tree).flatMap(([key, value]) => {
        expect(value, before + key).not.toBe('');
        return typeof value === 'object' ? paths(value as object, `${before}${key}.`) : [before + key];
      });
    expect(paths(catalogues.de)).toEqual(paths(catalogues.en));
  });
});

describe('what happens', () => {
  it('is read only when it is what we know', () => {
    expect(readText('{')).toBe(null);
    expect(readText('[]')?.event).toBe(null);
    expect(readText('{"topic":"live","what":"reload"}')).toEqual({ topic: 'reload', event: null });
    expect(readText('{"topic":"events","what":"x","text":"y","level":7}')?.event).toMatchObject({ what: 'x', text: 'y', level: '' });
  });

  it('is counted by the hour, and what lies outside of the day is not', () => {
    const hour = 3_600_000;
    const now = 100 * hour;
    const counts = perHour([now, now - hour / 2, now - 23.5 * hour, now - 24 * hour, now + hour], now);
    expect([counts.length, counts[23], counts[0], counts.reduce((a, b) => a + b)]).toEqual([24, 2, 1, 3]);
  });

  it('to the first call has one next step; what may wait can be put off, an extension and its phone cannot', () => {
    const empty = { factor: false, home: '', extensions: 0, phones: 0, calls: 0, passed: [] };
    const next = (there: object) => stepsOf({ ...empty, ...there }).find((step) => step.next)?.name;
    expect(next({})).toBe('self');
    expect(next({ factor: true })).toBe('house');
    expect(next({ factor: true, home: 'DE' })).toBe('extension');
    expect(next({ passed: ['self', 'house', 'extension', 'phone', 'call'] })).toBe('extension');
    expect(next({ passed: ['self'], home: 'DE', extensions: 1 })).toBe('phone');
    expect(next({ passed: ['self'], home: 'DE', extensions: 1, phones: 1 })).toBe('emergency');
    expect(next({ passed: ['self', 'emergency'], home: 'DE', extensions: 1, phones: 1 })).toBe('call');
    expect(next({ passed: ['self', 'emergency'], home: 'DE', extensions: 2, phones: 2, calls: 1 })).toBeUndefined();
  });
});
