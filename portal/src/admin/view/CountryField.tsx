import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, Suspense, lazy, useMemo, useState } from 'react';
import { useStore } from '../../shared/store';
import { useText } from '../messages';
import { preferences } from '../preferences';
import css from './admin.module.css';
import { inOrder } from './countries';

const CountryPicker = lazy(() => import('./CountryPicker').then((module) => ({ default: module.CountryPicker })));

interface Props {
  readonly label: string;
  readonly description: string;
  readonly error: ReactNode;
  readonly required: boolean;
  readonly typed: string;
  readonly type: (typed: string) => void;
}

/** Several countries: typed by their codes, out of a list or on a map. */
export function CountriesField({ typed, type, ...common }: Props) {
  const text = useText();
  const [open, setOpen] = useState(false);
  return (
    <div>
      <TextInput {...common} value={typed} onChange={(event) => type(event.currentTarget.value)} autoComplete="off" spellCheck={false} />
      <details className={css.more} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{text.map.open}</summary>
        <Suspense fallback={<p className={css.waiting}>{text.app.waiting}</p>}>{open && <CountryPicker typed={typed} type={type} />}</Suspense>
      </details>
    </div>
  );
}

/** One country. */
export function CountryField({ typed, type, ...common }: Props) {
  const { language } = useStore(preferences);
  const data = useMemo(() => [{ value: '', label: '—' }, ...inOrder(language).map(({ code, name }) => ({ value: code, label: `${name} (${code})` }))], [language]);
  return <NativeSelect {...common} data={data} value={typed} onChange={(event) => type(event.currentTarget.value)} />;
}
