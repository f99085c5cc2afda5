// What people type, paste and press, as something that can be dialled.

export const numberLengthMax = 64;

/**
 * What is meant by a text: a number without the marks that people write into it, or a name. Empty when nothing is left, or when
 * it has characters that neither a number nor a name has.
 */
export function dialable(text: string): string {
  const bare = text
    .trim()
    .replace(/^(tel|sips?):/i, '')
    .replace(/@.*$/, '');
  // The zero in brackets is dialled inside the country only: +49 (0) 30 … is +4930…
  const number = bare.replace(/^(\+.*?)\(0\)/, '$1').replace(/[\s()/\u00a0\u2010-\u2015-]/g, '');
  if (/^\+?[0-9*#]+$/.test(number)) return number.length <= numberLengthMax ? number : '';
  return /^[A-Za-z0-9._+-]+$/.test(bare) && bare.length <= numberLengthMax ? bare : '';
}

export const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;
export type Key = (typeof keys)[number];

export function isKey(text: string): text is Key {
  return (keys as readonly string[]).includes(text);
}
