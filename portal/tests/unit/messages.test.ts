import { describe, expect, it } from 'vitest';
import { catalogues, chooseLanguage, languages } from '../../src/shared/messages';

type Tree = { readonly [key: string]: Tree | string | ((...words: never[]) => string) };

function paths(tree: Tree, before = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => {
    const path = `${before}${key}`;
    if (typeof value === 'string') return [[path, value]];
    if (typeof value === 'function') return [[path, (value as (...words: unknown[]) => string)('2', '2')]];
    return paths(value, `${path}.`);
  });
}

describe('the catalogue', () => {
  it('has the same texts in every language, none of them empty', () => {
    const english = paths(catalogues.en).map(([path]) => path);
    for (const language of languages) {
      expect(paths(catalogues[language]).map(([path]) => path)).toEqual(english);
      for (const [path, text] of paths(catalogues[language])) expect(text, `${language} ${path}`).not.toBe('');
    }
  });

  it('is translated: whole sentences differ', () => {
    const english = new Map(paths(catalogues.en));
    for (const [path, text] of paths(catalogues.de)) {
      if (text.split(' ').length > 2) expect(text, path).not.toBe(english.get(path));
    }
  });

  it('chooses the first wish that it speaks', () => {
    expect([chooseLanguage(['fr-FR', 'de']), chooseLanguage(['EN-gb']), chooseLanguage([])]).toEqual([
      'de',
      'en',
      'en',
    ]);
  });
});
