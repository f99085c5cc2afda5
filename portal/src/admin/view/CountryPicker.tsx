import { Checkbox, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useStore } from '../../shared/store';
import { useText } from '../messages';
import { preferences } from '../preferences';
import { WorldMap } from './WorldMap';
import css from './admin.module.css';
import { chosenIn, inOrder, toggled } from './countries';

interface Props {
  readonly typed: string;
  readonly type: (typed: string) => void;
}

/** Countries out of a list, or on the map: both do the same. */
export function CountryPicker({ typed, type }: Props) {
  const text = useText();
  const { language } = useStore(preferences);
  const [wanted, setWanted] = useState('');
  const chosen = chosenIn(typed);
  const all = useMemo(() => inOrder(language), [language]);
  const look = wanted.trim().toLowerCase();
  const found = all.filter(({ code, name }) => look === '' || name.toLowerCase().includes(look) || code.toLowerCase() === look);
  const toggle = (code: string) => type(toggled(typed, code));
  return (
    <div>
      <WorldMap label={text.map.chosen(String(chosen.size))} level={(code) => (chosen.has(code) ? 4 : 0)} choose={toggle} />
      <TextInput
        mt="xs"
        aria-label={text.map.filter}
        placeholder={text.map.filter}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <fieldset className={css.countries}>
        <legend className="hidden-text">{text.fields.countries}</legend>
        {found.map(({ code, name }) => (
          <Checkbox key={code} label={`${name} (${code})`} checked={chosen.has(code)} onChange={() => toggle(code)} />
        ))}
      </fieldset>
      {found.length === 0 && <p className={css.dim}>{text.table.nothing(wanted)}</p>}
    </div>
  );
}
