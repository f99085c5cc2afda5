// German, room by room as English.

import type { Messages } from '..';
import { labelOf } from '../../view/form';
import { inGerman } from '../help.de';
import { germanLabels, germanReasons, germanWords } from '../said.de';
import { germanServer, translator } from '../server';
import { germanServerWords } from '../server/words.de';
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

// A map, since a name that somebody chose may be "constructor".
const words = new Map(Object.entries({ ...germanWords, ...germanLabels, ...fields.fields, ...germanServerWords }));

export const de: Messages = {
  language: 'Deutsch',
  said: inGerman,
  label: (name) => germanLabels[name] ?? germanWords[name] ?? labelOf(name),
  server: translator({ ...germanServer, ...germanReasons }, (word) => words.get(word)),
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
