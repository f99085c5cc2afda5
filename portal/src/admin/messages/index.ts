// All texts of these pages in every language: a text missing in one does not compile.

import { createContext, useContext } from 'react';
import type { Same } from '../../shared/messages';
import { de } from './de';
import { en } from './en';

export type Messages = Same<typeof en>;

export const catalogues = { en, de } satisfies Record<string, Messages>;

export const MessagesContext = createContext<Messages>(en);
export const useText = (): Messages => useContext(MessagesContext);
