import { useState } from 'react';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent } from 'react';
import type { Values } from '../api/client';
import { useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { useRoute } from '../route';
import { useMay } from '../session';
import { Said } from '../view/Said';
import { Facts, Mark, Rules } from '../view/Shown';
import { Asked } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useCountry, useWhen } from '../view/words';
import { TryInbound } from './TryInbound';

/** What would become of a call out, and of one that comes in; the link of an inbound route shows that one first. */
export function TryIt() {
  const may = useMay();
  const { query } = useRoute();
  const comesIn = may('inbound.test') && <TryInbound key="in" />;
  return query.get('way') === 'in' ? [comesIn, <TryOutbound key="out" />] : [<TryOutbound key="out" />, comesIn];
}

/** "May 1001 dial 0044… now?": the verdict, and every rule on the way. */
function TryOutbound() {
  const text = useText();
  const { query } = useRoute();
  const given = Number(query.get('at') ?? '');
  const first: Values = { from: query.get('from') ?? '', to: query.get('to') ?? '', at_ms: given || undefined };
  const [from, setFrom] = useState(String(first['from']));
  const [to, setTo] = useState(String(first['to']));
  const [purpose, setPurpose] = useState('call');
  const [asked, setAsked] = useState<Values | null>(first['from'] && first['to'] ? first : null);
  const answer = useTold('route.test', asked ?? {}, asked !== null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (from.trim() === '' || to.trim() === '') return;
    const wish = { from: from.trim(), to: to.trim(), for: purpose === 'call' ? undefined : purpose };
    if (JSON.stringify(wish) === JSON.stringify(asked)) void answer.refetch();
    setAsked(wish);
  };
  return (
    <section aria-labelledby="goes-out">
      <h2 id="goes-out" className={css.heading}>
        {text.tryIt.title}
      </h2>
      <p className={css.lead}>{text.tryIt.lead}</p>
      <form onSubmit={submit} className={css.tools} noValidate>
        <TextInput label={text.tryIt.from} value={from} onChange={(event) => setFrom(event.currentTarget.value)} inputMode="numeric" required />
        <TextInput label={text.tryIt.to} value={to} onChange={(event) => setTo(event.currentTarget.value)} inputMode="tel" required />
        <NativeSelect
          label={text.tryIt.purpose}
          value={purpose}
          onChange={(event) => setPurpose(event.currentTarget.value)}
          data={[
            { value: 'call', label: text.tryIt.call },
            { value: 'forward', label: text.tryIt.forward },
            { value: 'transfer', label: text.tryIt.transfer },
          ]}
        />
        <Button type="submit" loading={answer.isFetching}>
          {text.tryIt.submit}
        </Button>
      </form>
      {asked && <Asked query={answer}>{({ value }) => <Verdict test={value} />}</Asked>}
    </section>
  );
}

function Verdict({ test }: { test: Schemas['RouteTest'] }) {
  const text = useText();
  const when = useWhen();
  const country = useCountry();
  const refused = test.action === 'refuse' || test.action === 'reject';
  return (
    <div className={css.panel} aria-live="polite">
      <h3 className={css.verdict}>
        <Mark tone={refused ? 'bad' : test.action === 'pin' ? 'fair' : 'good'}>{text.label(test.action)}</Mark> <Said text={test.why} />
      </h3>
      <Facts
        facts={[
          [text.tryIt.number, test.number],
          [text.tryIt.country, country(test.country)],
          [text.tryIt.class, text.label(test.class)],
          [text.records.route, test.route],
          [text.tryIt.pins, test.pins],
          [text.tryIt.at, when(test.at)],
          [text.tryIt.ways, test.trunks.map(({ trunk, called, price, currency }) => `${trunk}: ${called} ${price && `${price} ${currency}`}`).join(' · ')],
        ]}
      />
      <h4 className={css.heading}>{text.tryIt.steps}</h4>
      <Rules steps={test.steps} />
    </div>
  );
}
