import { describe, expect, it } from 'vitest';
import { de } from '../../src/admin/messages/de';
import { en } from '../../src/admin/messages/en';
import { germanHelp } from '../../src/admin/messages/help.de';
import { germanServer, plainly, translator } from '../../src/admin/messages/server';
import operations from '../../src/admin/contract/operations.json';
import { keyOf, kindsOfEvents, literals, literalsOf, rulesOfTheGuard, sentencesAmong, titlesOfRoles } from './sources';
import { composed, unheard } from './unheard';

const german = (said: string): string => plainly(de.server(said));
const inGerman = (said: string): boolean => german(said) !== said && !de.server(said).some(({ foreign }) => foreign);
const helps = [
  ...Object.values(operations as unknown as Record<string, { summary: string; fields: { help: string }[] }>).flatMap(
    ({ summary, fields }) => [summary, ...fields.map(({ help }) => help)],
  ),
  ...Object.keys(germanHelp),
].join('\n');
const keys = `\n${Object.keys(germanServer).join('\n')}\n`;

/** Whole, with a name before or behind it, as a longer part of a sentence that is known, or made of ones that are. */
function isKnown(key: string): boolean {
  const whole = [`\n${key}\n`, `\n${key} {}\n`, `\n{} ${key}\n`, `\n{} ${key} {}\n`];
  return whole.some((each) => keys.includes(each)) || (key.length >= 12 && keys.includes(key)) || inGerman(key.replaceAll('{}', '7'));
}

/** Texts of the contract, which help.de.ts has; some are made of a kind's name. */
function isHelp(key: string, file: string): boolean {
  if (!file.startsWith('core/command/')) return false;
  const pieces = key.split('{}').map((each) => each.trim());
  return pieces.every((each) => helps.includes(each));
}

/** "ringfence trunk list": what to type is the same in every language. */
const isCommand = (key: string): boolean => /^ringfence [a-z]+( [a-z{-]|$)/.test(key);

describe('what the server says', () => {
  const spoken = literals();
  const all = sentencesAmong(spoken);

  it('is there in German, every sentence', () => {
    expect(all.length).toBeGreaterThan(1_700);
    const missing = all.filter(
      ({ key, file }) => !isKnown(key) && !isHelp(key, file) && !isCommand(key) && !unheard.has(key) && !(key in composed),
    );
    expect(missing).toEqual([]);
  });

  it('is there in German when it is put together out of parts', () => {
    expect(Object.values(composed).flat().filter((each) => !inGerman(each))).toEqual([]);
  });

  it('has no list of exceptions for what nobody says any more', () => {
    const known = new Set(all.map(({ key }) => key));
    expect([...unheard, ...Object.keys(composed)].filter((key) => !known.has(key))).toEqual([]);
  });

  it('explains every built-in rule of the guard in German', () => {
    expect(rulesOfTheGuard().length).toBeGreaterThan(10);
    expect(rulesOfTheGuard().filter((about) => !(about in germanServer))).toEqual([]);
  });

  it('says what every event means in German, under a German title', () => {
    const kinds = kindsOfEvents();
    expect(kinds.length).toBeGreaterThan(50);
    expect(kinds.filter(({ name, meaning }) => !/^[a-z]+\.[a-z-]+$/.test(name) || !meaning.endsWith('.'))).toEqual([]);
    expect(kinds.filter(({ meaning }) => !(meaning in germanServer) || !inGerman(meaning))).toEqual([]);
    expect(kinds.filter(({ title, titleGerman }) => titleGerman === '' || titleGerman === title)).toEqual([]);
  });

  it('calls every built-in role by a German name', () => {
    expect(Object.keys(titlesOfRoles()).length).toBeGreaterThan(5);
    expect(en.roles.titles).toEqual(titlesOfRoles());
    expect(Object.keys(de.roles.titles)).toEqual(Object.keys(en.roles.titles));
  });

  it('has no German for sentences that nobody says any more', () => {
    const said = [...spoken.map(({ key }) => key), ...rulesOfTheGuard(), ...kindsOfEvents().map(({ meaning }) => meaning), ...Object.values(composed).flat()].join('\n');
    const wordsOf = (key: string) => key.split('{}').reduce((most, each) => (each.length > most.length ? each : most)).trim();
    expect(Object.keys(germanServer).filter((key) => !said.includes(wordsOf(key)))).toEqual([]);
  });

  it('loses nothing that varies: every place of a sentence stands in its German', () => {
    const places = (text: string) => text.split('{}').length - 1;
    const wrong = Object.entries(germanServer).filter(([english, said]) => {
      const taken = [...said.matchAll(/\{w?(\d*)\}/g)];
      const numbered = taken.filter(([, number]) => number !== '');
      if (numbered.length === 0) return taken.length !== places(english);
      return numbered.length !== taken.length || numbered.some(([, number]) => Number(number) > places(english));
    });
    expect(wrong).toEqual([]);
  });
});

describe('a text of the server', () => {
  it.each([
    ['there is no extension 1009', 'die Nebenstelle 1009 gibt es nicht'],
    ['number is not a whole number', 'Nummer ist keine ganze Zahl'],
    ['trunk provider names the deck d, which there is not', 'Leitung provider nennt die Preisliste d, die es nicht gibt'],
    ['A call may not leave: CU is denied by limit.system', 'Ein Anruf darf nicht hinaus: CU ist durch limit.system verboten'],
    ['see: ringfence trunk list', 'siehe: ringfence trunk list'],
    [
      'no trunk of the route out: line is switched off; cheap has no price for it',
      'keine Leitung des Wegs out: line ist ausgeschaltet; cheap hat keinen Preis dafür',
    ],
    ['line as 4930 at 0.02 EUR a minute and 0.1 EUR a call', 'line als 4930 zu 0.02 EUR je Minute und 0.1 EUR je Anruf'],
    ['Banned by decoy: 1 decoy in 60 s (limit 1), UDP port 5060, last "100".', 'Gesperrt durch decoy: 1 Köder in 60 s (Grenze 1), UDP Port 5060, zuletzt „100“.'],
  ])('says %s in German', (said, expected) => {
    expect(german(said)).toBe(expected);
  });

  it('stays as it is when nobody knows it, and is marked as English', () => {
    expect(de.server('the moon is in the wrong house')).toEqual([{ text: 'the moon is in the wrong house', foreign: true }]);
    expect(de.server('A call may not leave: the moon is in the wrong house')).toEqual([
      { text: 'Ein Anruf darf nicht hinaus: ', foreign: false },
      { text: 'the moon is in the wrong house', foreign: true },
    ]);
    expect(de.server('Anna Schmidt')).toEqual([{ text: 'Anna Schmidt', foreign: false }]);
    expect(de.server('')).toEqual([]);
  });

  it('keeps every line of several', () => {
    expect(german('there is no user anna\n  there is no role x')).toBe('den Benutzer anna gibt es nicht\n  die Rolle x gibt es nicht');
  });

  it('is never asked for in English', () => {
    expect(en.server('there is no user anna')).toEqual([{ text: 'there is no user anna', foreign: false }]);
  });
});

describe('a text that somebody made to do harm', () => {
  it('is put in as text, whatever stands in it', () => {
    const name = '{} {w1} $& <img src=x onerror=alert(1)> „';
    expect(german(`there is no user ${name}`)).toBe(`den Benutzer ${name} gibt es nicht`);
  });

  it.each(['constructor', '__proto__', 'toString'])('is no part of the program: %s', (name) => {
    expect(german(name)).toBe(name);
    expect(german(`${name} is no SIP URI`)).toBe(`${name} ist keine SIP-URI`);
    expect(german(`there is no ${name} ${name}`)).toBe(`${name} ${name} gibt es nicht`);
  });

  it('is not translated where it is quoted as a name', () => {
    expect(german('the provider does not tell "no answer"')).toBe('der Anbieter sagt „no answer“ nicht');
  });

  it.each([
    ['many joins', 'a: b; '.repeat(1_300)],
    ['one letter', 'a'.repeat(7_999)],
    ['words of a sentence again and again', 'there is no {} which is not '.repeat(280)],
    ['sentences in sentences', 'the PIN cannot be used: '.repeat(330)],
    ['more than is looked into', 'there is no user '.repeat(10_000)],
  ])('costs little: %s', (_, said) => {
    const fresh = translator(germanServer, () => undefined);
    const begun = performance.now();
    for (let round = 0; round < 5; ++round) fresh(`${said}${round}`);
    expect(performance.now() - begun).toBeLessThan(4_000);
  });
});

describe('what is read out of the sources', () => {
  it('joins literals that stand one behind another, and passes over comments', () => {
    expect(literalsOf('f("one " // "no"\n  "two", /* "no" */ "three \\"x\\"");\n#include "no.hpp"\n')).toEqual(['one two', 'three "x"']);
    expect(keyOf('; is "{:>3}" {{x}} and {0}: ')).toBe('is "{}" {x} and {}');
  });
});
