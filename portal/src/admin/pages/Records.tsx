import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTold } from '../api/queries';
import { type Schemas, operation } from '../contract/contract';
import { useText } from '../messages';
import { linkTo, useRoute } from '../route';
import { useMay } from '../session';
import { DataTable } from '../view/DataTable';
import { Sheet } from '../view/Dialogs';
import { Said } from '../view/Said';
import { Facts, Mark, Rules } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { soundOf } from '../view/sound';
import { clock, useWhen } from '../view/words';
import { Ladder } from './Ladder';

type Record = Schemas['CallRecord'];
const rowsAtOnce = 50;
const pauseMs = 300;

/** What was called. There may be millions: the server searches and cuts. */
export function Records() {
  const text = useText();
  const when = useWhen();
  const route = useRoute();
  const [number, setNumber] = useState(route.query.get('number') ?? '');
  const [result, setResult] = useState(route.query.get('result') ?? '');
  const [day, setDay] = useState('');
  const [offset, setOffset] = useState(0);
  const [open, setOpen] = useState<Record | null>(null);
  const [wanted] = useDebouncedValue(number.trim(), pauseMs);
  const from = day === '' ? undefined : new Date(`${day}T00:00`).getTime();
  const results = operation('cdr.list').fields.find((field) => field.name === 'result')?.words ?? [];
  const query = useTold('cdr.list', {
    limit: rowsAtOnce,
    offset: offset || undefined,
    number: wanted || undefined,
    result: result || undefined,
    from_ms: from,
  });
  const narrow = wanted !== '' || result !== '' || day !== '';
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
        value={day}
        onChange={(event) => (setDay(event.currentTarget.value), setOffset(0))}
      />
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
                <Empty title={narrow ? text.records.noneSuch : text.records.none}>
                  {!narrow && <p>{text.records.teach}</p>}
                </Empty>
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
