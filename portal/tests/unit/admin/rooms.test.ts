import { describe, expect, it } from 'vitest';
import { catalogues } from '../../../src/admin/messages';

const files = import.meta.glob<Record<string, object>>('../../../src/admin/messages/*/*.ts', { eager: true });

describe('the texts', () => {
  it.each(['en', 'de'] as const)('of every room are in the catalogue (%s), and no room takes the place of another', (language) => {
    const rooms = Object.entries(files).filter(([path]) => path.includes(`/${language}/`) && !path.endsWith('/index.ts'));
    const names = rooms.flatMap(([, file]) => Object.values(file).flatMap((room) => Object.keys(room)));
    expect(rooms.length).toBeGreaterThan(5);
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(catalogues[language])).toEqual(expect.arrayContaining(names));
  });

  it('are in the same rooms in every language', () => {
    const roomsOf = (language: string) =>
      Object.entries(files)
        .filter(([path]) => path.includes(`/${language}/`))
        .map(([path, file]) => [path.split('/').at(-1), Object.values(file).map((room) => Object.keys(room).sort())]);
    expect(roomsOf('de')).toEqual(roomsOf('en'));
  });
});
