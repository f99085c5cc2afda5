// Times, lengths and lists as people read them.

import { useStore } from '../../shared/store';
import { preferences } from '../preferences';
import { nameOf } from './countries';

/** A time of the server in the browser's own zone; empty stays empty. */
export function when(time: string, language: string): string {
  const ms = Date.parse(time);
  if (time === '' || Number.isNaN(ms)) return time;
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(ms);
}

export function useWhen(): (time: string) => string {
  const { language } = useStore(preferences);
  // Of that language as it is written where the browser is at home: en-GB has other dates than en-US.
  const place = navigator.languages.find((each) => each.split('-')[0] === language) ?? language;
  return (time) => when(time, place);
}

/** 65 s as "1:05", 3661 s as "1:01:01". */
export function clock(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const head = minutes < 60 ? String(minutes) : `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
  return `${head}:${two(Math.floor(seconds) % 60)}`;
}

/** A value of an object: one text, or several. */
export function joined(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : '';
}

/** "DE" as "Germany (DE)", in the language of the pages; what is no code stays as it is. */
export function useCountry(): (code: string) => string {
  const { language } = useStore(preferences);
  return (code) => {
    const name = nameOf(code, language);
    return name === code ? code : `${name} (${code})`;
  };
}
