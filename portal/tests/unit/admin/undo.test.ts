// What is taken back is what it was, or taking back is not offered; and what is said before is true.

import { describe, expect, it } from 'vitest';
import { hostOf, liesIn } from '../../../src/admin/pages/blocks';
import { changeTo, stateOf, statesOf, typedOf, weakened } from '../../../src/admin/pages/rules';
import { undoOfContact, undoOfCountries, undoOfRole, undoOfRoute, undoOfTemplate } from '../../../src/admin/pages/undo';

const rule = { name: 'options-sweep', enabled: true, by_command: [], about: '', signals: 'options', distinct: false, threshold: 20, period_s: 60, then: 'throttle', duration_s: 600 };
const handwriting = { name: 'sipp', enabled: false, by_command: ['enabled'] };

describe('a detection rule', () => {
  it('is off, watches, slows down or bans; a handwriting is on or off', () => {
    expect([stateOf(rule), stateOf({ ...rule, enabled: false }), stateOf({ ...rule, then: 'watch' }), stateOf(handwriting)]).toEqual(['throttle', 'off', 'watch', 'off']);
    expect([statesOf(rule), statesOf(handwriting)]).toEqual([['off', 'watch', 'throttle', 'ban'], ['off', 'on']]);
  });

  it('is changed by what differs alone', () => {
    expect(changeTo(rule, 'off')).toEqual({ enabled: false });
    expect(changeTo(rule, 'watch')).toEqual({ then: 'watch' });
    expect(changeTo({ ...rule, enabled: false }, 'throttle')).toEqual({ enabled: true });
    expect(changeTo({ ...rule, enabled: false }, 'ban')).toEqual({ enabled: true, then: 'ban' });
    expect(changeTo(handwriting, 'on')).toEqual({ enabled: true });
  });

  it('says in what it would protect less, and nothing where it protects more', () => {
    expect(weakened(rule, { enabled: false })).toEqual(['goesOff']);
    expect(weakened(rule, { then: 'watch' })).toEqual(['onlyWatches']);
    expect(weakened({ ...rule, then: 'ban' }, { then: 'throttle' })).toEqual(['onlySlows']);
    expect(weakened(rule, { threshold: 40, duration_s: 60 })).toEqual(['laterTold', 'shorter']);
    expect(weakened(rule, { period_s: 30 })).toEqual(['laterTold']);
    expect(weakened(rule, { then: 'ban', threshold: 5, period_s: 600, duration_s: 6000 })).toEqual([]);
    expect(weakened({ ...rule, enabled: false }, { enabled: true, then: 'watch' })).toEqual([]);
    expect(weakened({ ...handwriting, enabled: true }, { enabled: false })).toEqual(['goesOff']);
  });

  it('is taken back with what commands had said of it, and no more', () => {
    expect(typedOf(rule)).toEqual({});
    expect(typedOf({ ...rule, by_command: ['then', 'threshold'] })).toEqual({ then: 'throttle', threshold: 20 });
  });
});

describe('what is taken back', () => {
  const contact = { name: 'anna', way: 'email', target: 'anna@example.com', language: 'de', enabled: true, digest: 30, quiet: '', networks: '', ca: false };
  const route = { name: 'all', contact: 'anna', events: '*', level: 'warning', enabled: false };

  it('is a contact with its routes, unless a secret, certificates or waiting messages would be lost', () => {
    const { ca: _, ...told } = contact;
    expect(undoOfContact(contact, [route, { ...route, name: 'other', contact: 'chat' }])).toEqual([
      { command: 'event-contact.add', values: told },
      { command: 'event-route.add', values: route },
    ]);
    expect(undoOfContact({ ...contact, way: 'webhook' }, [])).toBe(null);
    expect(undoOfContact({ ...contact, ca: true }, [])).toBe(null);
    expect(undoOfContact({ ...contact, now: { taken: '', failed: '', trouble: '', waiting: 1, dropped: 0 } }, [])).toBe(null);
  });

  it('is a route as it was, switched off or not, and the words of a message', () => {
    expect(undoOfRoute(route)).toEqual([{ command: 'event-route.add', values: route }]);
    expect(undoOfTemplate({ name: 'trunk.down', language: 'de', subject: 's', text: 't', own: true })).toEqual([
      { command: 'event-template.set', values: { name: 'trunk.down', language: 'de', subject: 's', text: 't' } },
    ]);
  });

  it('is a role by what differs from the one that it was copied from, while that is there', () => {
    const from = { name: 'operator', title: 'Operator', realm: 'tenant', built_in: true, copied_from: '', permissions: ['call.read', 'cdr.read'] };
    const own = { ...from, name: 'desk', title: 'Desk', built_in: false, copied_from: 'operator', permissions: ['call.read', 'call.write'] };
    expect(undoOfRole(own, [from, own])).toEqual([
      { command: 'role.copy', values: { name: 'desk', from: 'operator', title: 'Desk' } },
      { command: 'role.set', values: { name: 'desk', allow: 'call.write', deny: 'cdr.read' } },
    ]);
    expect(undoOfRole({ ...own, permissions: from.permissions }, [from])).toHaveLength(1);
    expect(undoOfRole(own, [own])).toBe(null);
    expect(undoOfRole(own, [{ ...from, realm: 'system' }])).toBe(null);
  });

  it('is the countries that commands listed, the same way round', () => {
    const rules = { mode: 'deny', countries: 'KP,RU', of_the_file: 'RU', of_commands: 'KP', unknown_allowed: true, forced: true, state: '', database: { file: '', type: '', built: '', ranges: 0, problem: '' } };
    expect(undoOfCountries(rules)).toEqual([{ command: 'guard.country.deny', values: { countries: 'KP', force: true } }]);
    expect(undoOfCountries({ ...rules, mode: 'allow', forced: false })).toEqual([{ command: 'guard.country.allow', values: { countries: 'KP' } }]);
    expect(undoOfCountries({ ...rules, mode: 'off' })).toBe(null);
  });
});

describe('a block', () => {
  it('has the phones in it that are there, by length or mask, of either family', () => {
    expect([liesIn('192.0.2.10', '192.0.2.0/24'), liesIn('192.0.2.10', '192.0.2.10'), liesIn('192.0.2.10', '192.0.2.0/255.255.255.240')]).toEqual([true, true, true]);
    expect([liesIn('192.0.3.10', '192.0.2.0/24'), liesIn('192.0.2.16', '192.0.2.0/255.255.255.240'), liesIn('192.0.2.10', '192.0.2.1')]).toEqual([false, false, false]);
    expect([liesIn('2001:db8::7', '2001:db8::/32'), liesIn('2001:db9::7', '2001:db8::/32'), liesIn('::1', '::/0'), liesIn('192.0.2.1', '::/0')]).toEqual([true, false, true, false]);
    expect(liesIn('192.0.2.1', '0.0.0.0/0')).toBe(true);
  });

  it('that is none has nobody in it', () => {
    for (const block of ['', 'x', '192.0.2', '192.0.2.0/33', '192.0.2.0/', '192.0.2.0/x', '300.0.2.0/8', '1:2:3', '1::2::3']) expect(liesIn('192.0.2.1', block), block).toBe(false);
    expect([hostOf('192.0.2.10:5060'), hostOf('[2001:db8::1]:5060')]).toEqual(['192.0.2.10', '2001:db8::1']);
  });
});
