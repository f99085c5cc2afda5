// Countries by their codes, as people call them.

import { codes as known } from '../contract/world.json';

export const codes: readonly string[] = known;

/** "DE, at" as codes that there are; anything else is left to the server to refuse. */
export function chosenIn(typed: string): ReadonlySet<string> {
  return new Set(
    typed
      .split(',')
      .map((each) => each.trim().toUpperCase())
      .filter((each) => each !== ''),
  );
}

/** The same list with one country more or less, in the order in which they were chosen. */
export function toggled(typed: string, code: string): string {
  const chosen = new Set(chosenIn(typed));
  if (!chosen.delete(code)) chosen.add(code);
  return [...chosen].join(', ');
}

export function nameOf(code: string, language: string): string {
  try {
    return new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** All of them, by the names that they have in that language. */
export function inOrder(language: string): readonly { code: string; name: string }[] {
  const names = new Intl.DisplayNames(language, { type: 'region' });
  const order = new Intl.Collator(language);
  return codes.map((code) => ({ code, name: names.of(code) ?? code })).sort((a, b) => order.compare(a.name, b.name));
}
