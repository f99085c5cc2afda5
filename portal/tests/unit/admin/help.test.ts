import { describe, expect, it } from 'vitest';
import { germanHelp, inGerman, keyOf } from '../../../src/admin/messages/help.de';
import { germanLabels } from '../../../src/admin/messages/said.de';
import { en } from '../../../src/admin/messages/en';
import operations from '../../../src/admin/contract/operations.json';

const said = Object.values(operations as unknown as Record<string, { fields: { help: string }[] }>)
  .flatMap(({ fields }) => fields.map(({ help }) => help))
  .filter((help) => help !== '');

describe('the help of fields', () => {
  it('is there in German for all that the contract says', () => {
    expect([...new Set(said)].filter((help) => inGerman(help) === help)).toEqual([]);
    expect([...new Set(said.map(keyOf))].filter((key) => !(key in germanHelp))).toEqual([]);
  });

  it('has no text that nobody says any more', () => {
    const keys = new Set(said.map(keyOf));
    expect(Object.keys(germanHelp).filter((key) => !keys.has(key))).toEqual([]);
  });

  it('keeps what stands behind it: that there may be several, and what holds when nothing is said', () => {
    expect(inGerman('warns at so much of a cap, rising, several with , (50,80,95)')).toBe('warnt bei so viel Prozent einer Grenze, steigend, mehrere mit , (50,80,95)');
    expect(inGerman('OpenID Connect, or a directory (LDAP)')).toBe('OpenID Connect, oder ein Verzeichnis (LDAP)');
    expect(inGerman('nobody has said this yet (5)')).toBe('nobody has said this yet (5)');
  });
});

describe('names and values that the server gives', () => {
  const fields = Object.values(operations as unknown as Record<string, { fields: { name: string; words?: string[] }[] }>).flatMap(
    ({ fields }) => fields,
  );
  const names = new Set(
    [...fields.map(({ name }) => name).filter((name) => !(name in en.fields)), ...fields.flatMap(({ words }) => words ?? [])],
  );

  it('are there in German, all of them', () => {
    expect([...names].filter((name) => !(name in germanLabels))).toEqual([]);
  });

  it('has no German name for what nobody says any more', () => {
    expect(Object.keys(germanLabels).filter((name) => !names.has(name))).toEqual([]);
  });
});
