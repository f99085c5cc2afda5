// All texts that people read, in every language: a typed catalogue, so that a text missing in one language does not compile.

import { createContext, useContext } from 'react';
import { de } from './de';
import { en } from './en';

/** The same keys as English; a text that takes something takes the same in every language. */
export type Same<T> = T extends string
  ? string
  : T extends (...words: infer Words) => infer Said
    ? (...words: Words) => Same<Said>
    : { readonly [Key in keyof T]: Same<T[Key]> };
export type Messages = Same<typeof en>;

export const catalogues = { en, de } satisfies Record<string, Messages>;
export type Language = keyof typeof catalogues;
export const languages = Object.keys(catalogues) as Language[];

/** The first wish that we speak; English when there is none. */
export function chooseLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    const language = languages.find((known) => wish.toLowerCase().split('-')[0] === known);
    if (language) return language;
  }
  return 'en';
}

export const MessagesContext = createContext<Messages>(en);
export const useMessages = (): Messages => useContext(MessagesContext);
