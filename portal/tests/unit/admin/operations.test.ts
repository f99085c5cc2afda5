// Everything that the command line can do has a page, or a reason why not, which stands here.

import { describe, expect, it } from 'vitest';
import operations from '../../../src/admin/contract/operations.json';
import { kinds, makerOf, of } from '../../../src/admin/kinds';

const withoutPage: Readonly<Record<string, string>> = {
  'event.show': 'the list tells all of each event',
  'event-contact.show': 'the list tells all of each contact',
  'event-route.show': 'the list tells all of each route',
  'event-template.show': 'the list tells all of each template',
  'setting.show': 'the list tells all of each key',
  'firewall.apply': 'the server refuses it: only root on the host changes its packet filter; the page shows the rules for it',
  'user.first': 'only while there is no administrator, so that nobody could open the page',
  'phone.config': 'the browser phone asks it',
  'phone.link': 'the browser phone signs in with it',
  'phone.sign-out': 'the browser phone signs out with it',
  health: 'for whatever watches the server; the pages see that they are answered',
  live: 'a WebSocket, which api/live.ts opens by its path',
};

const files = import.meta.glob('../../../src/admin/{api,pages,view,*.ts,*.tsx}{,/*.ts,/*.tsx}', { query: '?raw', import: 'default', eager: true });
const sources = Object.entries(files as Record<string, string>)
  // Which answers are old, and which page is shown to whom, asks nothing.
  .filter(([path]) => !/\/(api\/live|pages)\.ts$/.test(path))
  .map(([, text]) => text.replace(/\bmay\('[^']*'\)/g, ''))
  .join('\n');

function isCalled(name: string): boolean {
  const quoted = `['"]${name.replaceAll('.', '\\.')}['"]`;
  // A word alone may be anything; a name with a dot is an operation's.
  const asked = name.includes('.') ? quoted : `(?:\\b(?:useTold|useList|useCommand|call|ask)\\(|\\bcommand(?:=|: ))${quoted}`;
  return new RegExp(asked).test(sources);
}

const ofKinds = new Set<string>(
  kinds.flatMap((kind) => [
    makerOf(kind),
    ...['list', 'show', 'set', 'remove', ...(kind.ordered ? ['move'] : []), ...(kind.imported ? ['import'] : [])].map((verb) => of(kind, verb)),
  ]),
);

describe('every operation of the contract', () => {
  const names = Object.keys(operations);
  const called = names.filter((name) => ofKinds.has(name) || isCalled(name));

  it('is reached by a page, or has its reason', () => {
    expect(names.filter((name) => !called.includes(name) && !(name in withoutPage))).toEqual([]);
  });

  it('has no reason that is none any more', () => {
    expect(Object.keys(withoutPage).filter((name) => !names.includes(name) || called.includes(name))).toEqual([]);
  });

  it('is looked for where pages are, and nothing is found that is not there', () => {
    expect(sources.length).toBeGreaterThan(100_000);
    expect([isCalled('guard.rule.set'), isCalled('stop'), isCalled('extension.unlink'), isCalled('no.such-operation'), isCalled('form')]).toEqual([true, true, true, false, false]);
  });
});
