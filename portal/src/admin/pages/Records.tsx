import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type Problem, type Values, ask } from '../api/client';
import { useTold } from '../api/queries';
import { type Schemas, operation } from '../contract/contract';
import { useText } from '../messages';
import { linkTo, useRoute } from '../route';
import { useMay } from '../session';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { Said } from '../view/Said';
import { Facts, Mark, Rules } from '../view/Shown';
import { Asked, Empty, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { save } from '../view/save';
import { soundOf } from '../view/sound';
import { clock, useWhen } from '../view/words';
import { Ladder } from './Ladder';
import { type Taken, recordsMost, takeAlong } from './takeAlong';

type Record = Schemas['CallRecord'];
const rowsAtOnce = 50;
const pauseMs = 300;

/** Where a day of the calendar begins here, or one some days later. */
function beginOf(day: string, later = 0): number {
  const at = new Date(`${day}T00:00`);
  at.setDate(at.getDate() + later);
  return Math.max(0, at.getTime());
}

/** What was called. There may be millions: the server searches and cuts. */
export function Records() {
  const text = useText();
  const when = useWhen();
  const route = useRoute();
  const [number, setNumber] = useState(route.query.get('number') ?? '');
  const [result, setResult] = useState(route.query.get('result') ?? '');
  const [since, setSince] = useState('');
  const [until, setUntil] = useState('');
  const [offset, setOffset] = useState(0);
  const [open, setOpen] = useState<Record | null>(null);
  const [wanted] = useDebouncedValue(number.trim(), pauseMs);
  const results = operation('cdr.list').fields.find((field) => field.name === 'result')?.words ?? [];
  const filter = {
    number: wanted || undefined,
    result: result || undefined,
    from_ms: since === '' ? undefined : beginOf(since),
    to_ms: until === '' ? undefined : beginOf(until, 1),
  };
  const query = useTold('cdr.list', { limit: rowsAtOnce, offset: offset || undefined, ...filter });
  const narrow = wanted !== '' || result !== '' || since !== '' || until !== '';
  const tools = (
    <>
      <TextInput
        label={text.records.number}
        value={number}
        onChange={(event) => (setNumber(event.currentTarget.value), setOffset(0))}
        inputMode="tel"
      />
      <NativeSelect
        label={text.records.result}
        value={result}
        onChange={(event) => (setResult(event.currentTarget.value), setOffset(0))}
        data={[{ value: '', label: text.records.any }, ...results.map((value) => ({ value, label: text.label(value) }))]}
      />
      <TextInput
        label={text.records.since}
        type="date"
        value={since}
        onChange={(event) => (setSince(event.currentTarget.value), setOffset(0))}
      />
      <TextInput
        label={text.records.until}
        type="date"
        value={until}
        onChange={(event) => (setUntil(event.currentTarget.value), setOffset(0))}
      />
      <Download filter={filter} />
    </>
  );
  return (
    <>
      <p className={css.lead}>{text.records.lead}</p>
      <div className={css.tools}>{tools}</div>
      <Asked query={query}>
        {({ value: { cdrs }, more }) => (
          <>
            <DataTable
              caption={text.pages.records}
              rows={cdrs}
              rowKey={({ id }) => id}
              plain
              empty={
                <Empty
                  title={narrow ? text.records.noneSuch : text.records.none}
                  teach={narrow ? text.records.teachSuch : text.records.teach}
                />
              }
              columns={[
                {
                  key: 'started',
                  title: text.records.started,
                  cell: ({ started_ms }) => started_ms,
                  show: (row) => (
                    <button type="button" className={css.asLink} onClick={() => setOpen(row)}>
                      {when(row.started)}
                    </button>
                  ),
                },
                { key: 'caller', title: text.calls.from, cell: ({ caller }) => caller },
                { key: 'dialled', title: text.calls.to, cell: ({ dialled }) => dialled },
                { key: 'result', title: text.records.result, cell: (row) => row.result, show: (row) => <Result of={row} /> },
                { key: 'talked', title: text.calls.length, cell: ({ talked_s }) => talked_s, show: ({ talked_s }) => clock(talked_s), end: true },
                { key: 'cost', title: text.records.cost, cell: ({ cost }) => Number(cost), show: ({ cost, currency }) => (Number(cost) > 0 ? `${cost} ${currency}` : ''), minor: true, end: true },
                { key: 'trunk', title: text.calls.trunk, cell: ({ trunk_in, trunk_out }) => trunk_out || trunk_in, minor: true },
              ]}
            />
            <nav className={css.pager} aria-label={text.table.pages}>
              <span role="status">{cdrs.length > 0 ? text.records.part(String(offset + 1), String(offset + cdrs.length)) : ''}</span>
              <Button size="compact-sm" variant="default" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - rowsAtOnce))}>
                {text.records.newer}
              </Button>
              <Button size="compact-sm" variant="default" disabled={!more} onClick={() => setOffset(offset + rowsAtOnce)}>
                {text.records.older}
              </Button>
              <Button size="compact-sm" variant="subtle" onClick={() => window.print()}>
                {text.table.print}
              </Button>
            </nav>
          </>
        )}
      </Asked>
      {open && <RecordSheet record={open} close={() => setOpen(null)} />}
    </>
  );
}

/** What the filter leaves, as a file. It may take a while: it says how far it is, and can be stopped. */
function Download({ filter }: { filter: Values }) {
  const text = useText();
  const { say } = useDesk();
  const [count, setCount] = useState(0);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const taking = useMutation<Taken | null, Problem>({
    mutationFn: async () => {
      setCount(0);
      const { signal } = (stop.current = new AbortController());
      const part = async (limit: number, offset: number) => {
        const { value, more } = await ask('cdr.list', { ...filter, limit, offset: offset || undefined }, { signal });
        return { cdrs: value.cdrs, more };
      };
      return takeAlong(part, setCount).catch((fault: Problem) => {
        if (signal.aborted) return null;
        throw fault;
      });
    },
    onSuccess: (taken) => {
      if (!taken) return;
      save(taken.csv, 'calls.csv');
      if (taken.cut) say(text.records.cut(String(recordsMost)));
    },
  });
  return (
    <>
      {taking.isPending ? (
        <>
          <span role="status">{text.records.taking(String(count))}</span>
          <Button variant="default" onClick={() => stop.current?.abort()}>
            {text.app.cancel}
          </Button>
        </>
      ) : (
        <Button variant="default" onClick={() => taking.mutate()}>
          {text.records.download}
        </Button>
      )}
      {taking.error && <Trouble problem={taking.error} />}
    </>
  );
}

function Result({ of: { result } }: { of: Record }) {
  const text = useText();
  return <Mark tone={result === 'answered' ? 'good' : result === 'refused' || result === 'failed' ? 'bad' : 'plain'}>{text.label(result)}</Mark>;
}

function RecordSheet({ record: r, close }: { record: Record; close: () => void }) {
  const text = useText();
  const when = useWhen();
  const may = useMay();
  const steps = useTold('cdr.show', { id: r.id }).data?.value.decision ?? [];
  const inside = /^\d{2,15}$/.test(r.caller) && r.trunk_in === '';
  return (
    <Sheet title={text.records.one(r.caller, r.dialled)} close={close} wide>
      <Facts
        facts={[
          [text.records.result, <Result key="result" of={r} />],
          [text.records.reason, (r.reason || r.cut_reason) && <Said key="reason" text={r.reason || r.cut_reason} />],
          [text.records.started, when(r.started)],
          [text.records.answered, when(r.answered)],
          [text.records.ended, when(r.ended)],
          [text.calls.length, clock(r.talked_s)],
          [text.records.endedBy, text.label(r.ended_by)],
          [text.records.status, r.sip_status || ''],
          [text.records.callee, r.callee],
          [text.records.route, r.route],
          [text.records.trunkIn, r.trunk_in],
          [text.records.trunkOut, r.trunk_out],
          [text.records.called, r.called],
          [text.records.price, r.price],
          [text.records.cost, r.cost && `${r.cost} ${r.currency}`],
          [text.records.account, r.account],
          [text.records.address, r.caller_address],
          [text.records.transports, `${r.caller_transport} → ${r.callee_transport}`],
          [text.records.media, r.media.map((leg) => soundOf(leg, text.records.lost)).join(' · ')],
          ['ID', <code key="id">{r.id}</code>],
        ]}
      />
      {steps.length > 0 && (
        <>
          <h3 className={css.heading}>{text.records.rules}</h3>
          <Rules steps={steps} />
        </>
      )}
      {inside && may('route.test') && (
        <p>
          <a href={linkTo('try', '', { from: r.caller, to: r.dialled, at: String(r.started_ms) })} onClick={close}>
            {text.records.decision}
          </a>
        </p>
      )}
      <Ladder id={r.id} />
    </Sheet>
  );
}
