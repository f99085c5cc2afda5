// What somebody has chosen on this device. No secrets: this is localStorage.

import { Store } from '../shared/store';
import { type Language, chooseLanguage, languages } from '../shared/messages';

export interface Preferences {
  readonly language: Language;
  readonly scheme: 'light' | 'dark' | 'auto';
  /** Whether letters alone are shortcuts (WCAG 2.1.4 wants them to go). */
  readonly letterKeys: boolean;
}

const place = 'ringfence-portal';

export function readPreferences(kept: unknown, wishes: readonly string[]): Preferences {
  const { language, scheme, letterKeys } = (typeof kept === 'object' && kept !== null ? kept : {}) as Record<string, unknown>;
  return {
    language: languages.find((known) => known === language) ?? chooseLanguage(wishes),
    scheme: scheme === 'light' || scheme === 'dark' ? scheme : 'auto',
    letterKeys: letterKeys !== false,
  };
}

function load(): Preferences {
  let kept: unknown = null;
  try {
    kept = JSON.parse(localStorage.getItem(place) ?? 'null');
  } catch {
    // Unreadable, or a browser that keeps nothing: as on the first visit.
  }
  return readPreferences(kept, navigator.languages);
}

export const preferences = new Store<Preferences>(load());

export function prefer(change: Partial<Preferences>): void {
  preferences.update((before) => ({ ...before, ...change }));
  try {
    localStorage.setItem(place, JSON.stringify(preferences.get()));
  } catch {
    // Then they hold until the page is closed.
  }
}
