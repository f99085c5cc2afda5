// English, which says what there is to say; a file for each room of the pages.

import { labelOf } from '../../view/form';
import type { Piece } from '../server';
import { calls } from './calls';
import { entry } from './entry';
import { fields } from './fields';
import { frame } from './frame';
import { kinds } from './kinds';
import { money } from './money';
import { overview } from './overview';
import { people } from './people';
import { safety } from './safety';
import { system } from './system';
import { ways } from './ways';

export const en = {
  language: 'English',
  /** What the contract says of a field. */
  said: (help: string): string => help,
  /** A name or a value of the contract: "least_cost". */
  label: labelOf,
  /** What the server says in words: see messages/server. */
  server: (said: string): readonly Piece[] => [{ text: said, foreign: false }],
  ...frame,
  ...entry,
  ...overview,
  ...people,
  ...calls,
  ...ways,
  ...money,
  ...safety,
  ...system,
  ...kinds,
  ...fields,
};
