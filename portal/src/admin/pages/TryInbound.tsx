import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Values } from '../api/client';
import { useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { useRoute } from '../route';
import { Said } from '../view/Said';
import { Facts, Mark, Rules } from '../view/Shown';
import { Asked } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useWhen } from '../view/words';

/** "What becomes of a call that comes in by this trunk?": the same decision as of a call that does. */
export function TryInbound() {
  const text = useText();
  const { query } = useRoute();
  const [trunk, setTrunk] = useState(query.get('trunk') ?? '');
  const [called, setCalled] = useState(query.get('called') ?? '');
  const [caller, setCaller] = useState(query.get('caller') ?? '');
  const [at, setAt] = useState('');
  const [asked, setAsked] = useState<Values | null>(null);
  const answer = useTold('inbound.test', asked ?? {}, asked !== null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (trunk.trim() === '' || called.trim() === '') return;
    const time = new Date(at).getTime();
    const wish = { trunk: trunk.trim(), to: called.trim(), from: caller.trim() || undefined, at_ms: time || undefined };
    if (JSON.stringify(wish) === JSON.stringify(asked)) void answer.refetch();
    setAsked(wish);
  };
  return (
    <section aria-labelledby="comes-in">
      <h2 id="comes-in" className={css.heading}>
        {text.tryIn.title}
      </h2>
      <p className={css.lead}>{text.tryIn.lead}</p>
      <form onSubmit={submit} className={css.tools} noValidate>
        <TextInput label={text.tryIn.trunk} value={trunk} onChange={(event) => setTrunk(event.currentTarget.value)} required />
        <TextInput label={text.tryIn.called} value={called} onChange={(event) => setCalled(event.currentTarget.value)} inputMode="tel" required />
        <TextInput label={text.tryIn.caller} placeholder={text.tryIn.hidden} value={caller} onChange={(event) => setCaller(event.currentTarget.value)} inputMode="tel" />
        <TextInput label={text.tryIn.at} type="datetime-local" value={at} onChange={(event) => setAt(event.currentTarget.value)} />
        <Button type="submit" loading={answer.isFetching}>
          {text.tryIn.submit}
        </Button>
      </form>
      {asked && <Asked query={answer}>{({ value }) => <Fate test={value} />}</Asked>}
    </section>
  );
}

function Fate({ test }: { test: Schemas['InboundTest'] }) {
  const text = useText();
  const when = useWhen();
  return (
    <div className={css.panel} aria-live="polite">
      <h3 className={css.verdict}>
        <Mark tone={test.action === 'refuse' ? 'bad' : 'good'}>{text.label(test.action)}</Mark> <Said text={test.why} />
      </h3>
      <Facts
        facts={[
          [text.fields.trunk, test.trunk],
          [text.tryIn.called, test.called],
          [text.tryIn.caller, test.caller],
          [text.tryIn.route, test.route],
          [text.fields.hours, test.hours && <Said key="hours" text={test.hours} />],
          [text.fields.extension, test.extension],
          [text.fields.ring_group, test.ring_group],
          [text.fields.members, test.members.join(', ')],
          [text.fields.announcement, test.announcement],
          [text.tryIn.ways, test.ways.join(' → ')],
          [text.tryIt.at, when(test.at)],
        ]}
      />
      {test.passed_over.length > 0 && (
        <>
          <h4 className={css.heading}>{text.tryIn.passedOver}</h4>
          {test.further > 0 && <p className={css.dim}>{text.tryIn.further(String(test.further))}</p>}
          <Facts facts={test.passed_over.map(({ route, why }) => [route, <Said key={route} text={why} />])} />
        </>
      )}
      <h4 className={css.heading}>{text.tryIt.steps}</h4>
      <Rules steps={test.steps} />
    </div>
  );
}
