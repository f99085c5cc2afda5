import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useList, useTold } from '../api/queries';
import { useText } from '../messages';
import { linkTo } from '../route';
import { useMay } from '../session';
import { Facts } from '../view/Shown';
import { Asked } from '../view/Trouble';
import css from '../view/admin.module.css';
import { joined, useCountry } from '../view/words';
import { EmergencyWays } from './EmergencyWays';

/** Which numbers are emergency numbers, and whether they would leave; nobody is called. */
export function Emergency() {
  const text = useText();
  const may = useMay();
  const held = useTold('telephony.show', {}, may('telephony.show'));
  const first = useList('extension.list', 'extensions', may('extension.list')).data?.extensions[0]?.number ?? '';
  const [number, setNumber] = useState('112');
  const [typed, setTyped] = useState<string | null>(null);
  const [asked, setAsked] = useState<{ number: string; from: string } | null>(null);
  const from = typed ?? first;
  const country = useCountry();
  const shownOf = (key: string, value: string) => (key === 'home' ? country(value) : value) || '—';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (number.trim() !== '' && from.trim() !== '') setAsked({ number: number.trim(), from: from.trim() });
  };
  return (
    <>
      <p className={css.lead}>{text.emergency.lead}</p>
      {may('telephony.show') && (
        <section className={css.panel}>
          <h2 className={css.heading}>{text.emergency.numbers}</h2>
          <Asked query={held}>
            {({ value: { values } }) => (
              <Facts
                facts={['home', 'emergency', 'emergency_test'].map(
                  (key) => [text.fields[key as 'home'], shownOf(key, joined(values.find((each) => each.key === key)?.value))] as const,
                )}
              />
            )}
          </Asked>
          <a href={linkTo('telephony')}>{text.emergency.change}</a>
        </section>
      )}
      <section className={css.panel}>
        <h2 className={css.heading}>{text.emergency.test}</h2>
        <p className={css.dim}>{text.emergency.testText}</p>
        <form onSubmit={submit} className={css.tools} noValidate>
          <TextInput label={text.tryIt.from} value={from} onChange={(event) => setTyped(event.currentTarget.value)} inputMode="numeric" required />
          <TextInput label={text.tryIt.to} value={number} onChange={(event) => setNumber(event.currentTarget.value)} inputMode="tel" required />
          <Button type="submit">{text.tryIt.submit}</Button>
        </form>
        {asked && <EmergencyWays number={asked.number} from={asked.from} />}
      </section>
    </>
  );
}
