// What somebody has chosen on this device. No secrets: this is localStorage.

import { type Language, chooseLanguage, languages } from '../../shared/messages';
import { type Choice, standardChoice } from '../sound/devices';

export type Scheme = 'light' | 'dark' | 'auto';

export interface Preferences {
  readonly language: Language;
  readonly scheme: Scheme;
  readonly sound: Choice;
  /** Whether letters alone are shortcuts (WCAG 2.1.4 wants them to go). */
  readonly letterKeys: boolean;
  readonly notifications: boolean;
}

const place = 'ringfence-phone';

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** What was kept, as far as it still makes sense. */
export function readPreferences(kept: unknown, wishes: readonly string[]): Preferences {
  const { language, scheme, sound, letterKeys, notifications } = record(kept);
  const { microphone, speaker, ringer, processing } = record(sound);
  const id = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    language: languages.find((known) => known === language) ?? chooseLanguage(wishes),
    scheme: scheme === 'light' || scheme === 'dark' ? scheme : 'auto',
    sound: {
      microphone: id(microphone),
      speaker: id(speaker),
      ringer: id(ringer),
      processing: typeof processing === 'boolean' ? processing : standardChoice.processing,
    },
    letterKeys: letterKeys !== false,
    notifications: notifications === true,
  };
}

export function loadPreferences(): Preferences {
  let kept: unknown = null;
  try {
    kept = JSON.parse(localStorage.getItem(place) ?? 'null');
  } catch {
    // Unreadable, or a browser that keeps nothing: as on the first visit.
  }
  return readPreferences(kept, navigator.languages);
}

export function savePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(place, JSON.stringify(preferences));
  } catch {
    // Then they hold until the page is closed.
  }
}

/** The same for all visits of this browser: a phone that comes back replaces itself (RFC 5626 §4.1). */
export function instanceId(): string {
  const key = `${place}-instance`;
  try {
    const kept = localStorage.getItem(key);
    if (kept && /^[0-9a-f-]{36}$/.test(kept)) return kept;
    const made = crypto.randomUUID();
    localStorage.setItem(key, made);
    return made;
  } catch {
    return crypto.randomUUID();
  }
}
