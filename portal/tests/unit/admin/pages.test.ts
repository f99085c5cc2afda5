import { describe, expect, it } from 'vitest';
import { en } from '../../../src/admin/messages/en';
import { byCountry, levelOf } from '../../../src/admin/pages/attacks';
import { consequencesOf } from '../../../src/admin/pages/plan';
import { undoOf } from '../../../src/admin/pages/undo';
import { chosenIn, codes, inOrder, nameOf, toggled } from '../../../src/admin/view/countries';
import world from '../../../src/admin/contract/world.json';

describe('countries', () => {
  it('typed by hand and chosen from the list are the same list', () => {
    expect([...chosenIn(' de, at,,CH ')]).toEqual(['DE', 'AT', 'CH']);
    expect(toggled('de, AT', 'CH')).toBe('DE, AT, CH');
    expect(toggled('DE, AT, CH', 'AT')).toBe('DE, CH');
    expect(toggled('', 'FR')).toBe('FR');
    expect(toggled('FR', 'FR')).toBe('');
  });

  it('have names in the language of whoever reads, and stand in its order', () => {
    expect(nameOf('DE', 'de')).toBe('Deutschland');
    expect(nameOf('not a code', 'de')).toBe('not a code');
    const names = inOrder('de').map(({ name }) => name);
    expect(names.indexOf('Österreich')).toBeLessThan(names.indexOf('Polen'));
  });

  it('on the map are all in the list', () => {
    expect(world.shapes.length).toBeGreaterThan(150);
    expect(world.shapes.filter(([code = '']) => !codes.includes(code))).toEqual([]);
  });
});

describe('attacks', () => {
  it('are counted by country, the most first, the unknown last among equals', () => {
    expect(byCountry(['BR', '', 'VN', 'VN', 'BR', 'VN', 'US'])).toEqual([
      { country: 'VN', count: 3 },
      { country: 'BR', count: 2 },
      { country: 'US', count: 1 },
      { country: '', count: 1 },
    ]);
  });

  it('colour every country that has any', () => {
    expect([levelOf(0, 100), levelOf(1, 100), levelOf(50, 100), levelOf(100, 100), levelOf(0, 0)]).toEqual([0, 1, 2, 4, 0]);
  });
});

describe('a plan', () => {
  const change = (what: string, kind: string, name: string) => ({ what, kind, name, values: [], comments: false, moved: false });
  it('is told in consequences: what goes by its name, what past calls would have met, and that it is all or nothing', () => {
    const said = consequencesOf(
      {
        changes: [change('remove', 'route', 'europe'), change('add', 'extension', '1003'), change('change', 'telephony', '')],
        replay: {
          since: '', calls: 9, unchanged: 6, refused: 2, allowed: 1, moved: 0, further: 0, cut: false, currency: 'EUR', findings: [],
          cost: { before: '3.00', after: '2.00' }, by_caller: [], by_trunk: [],
        },
        open_paths: [],
      },
      en.policy,
    );
    expect(said).toEqual([
      'These go: route europe.',
      '1 thing is added.',
      '1 thing changes.',
      '2 calls of the past month would have been refused.',
      '1 call of the past month that was refused would have left.',
      'The past month would have cost 2.00 EUR instead of 3.00.',
      en.policy.instead,
    ]);
  });

  it('that changes nothing but values says no more than that', () => {
    expect(consequencesOf({ changes: [change('change', 'trunk', 'a')] }, en.policy)).toEqual(['1 thing changes.', en.policy.instead]);
  });
});

describe('what was removed', () => {
  const value = (key: string, held: string | string[], from = 'own') => ({ key, value: held, from, help: '' });
  it('can be made again out of what was shown: its own values, not those that hold as usual', () => {
    const values = [value('hours', ['mon-fri 08:00-18:00', 'yearly 12-25 closed']), value('zone', '', 'standing')];
    expect(undoOf('schedule', { kind: 'schedule', name: 'office', values })).toEqual({
      command: 'schedule.add',
      values: { name: 'office', hours: 'mon-fri 08:00-18:00; yearly 12-25 closed' },
    });
    expect(undoOf('limit', { kind: 'limit', name: 'extension.1001', values: [value('day', '20.00'), value('locked', 'true')] })).toEqual({
      command: 'limit.set',
      values: { name: 'extension.1001', day: '20.00', locked: true },
    });
  });

  it('cannot when something went that is never shown: passwords, PINs, the lines of a file', () => {
    expect(undoOf('trunk', { kind: 'trunk', name: 'a', values: [value('kind', 'registers')], password: true })).toBeNull();
    expect(undoOf('pin-list', { kind: 'pin-list', name: 'a', values: [], pins: 3 })).toBeNull();
    expect(undoOf('deck', { kind: 'deck', name: 'a', values: [], prefixes: 3 })).toBeNull();
    expect(undoOf('trunk', { kind: 'trunk', name: 'a', values: [value('kind', 'peer')] })?.command).toBe('trunk.add');
  });
});
