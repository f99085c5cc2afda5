import { Button } from '@mantine/core';
import { useState } from 'react';
import { useCommand, useList, useTold } from '../api/queries';
import { type Schemas, isOperation } from '../contract/contract';
import { type Kind, makerOf, of } from '../kinds';
import { useText } from '../messages';
import type { PageName } from '../pages';
import { goTo, linkTo, useRoute } from '../route';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { type Column, DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { EditSheet } from '../view/EditSheet';
import { Said } from '../view/Said';
import { useRemoval } from '../view/removal';
import { Facts, Mark } from '../view/Shown';
import { Asked, Empty, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { joined, useCountry, useWhen } from '../view/words';
import { HabitsOfAll } from './Habits';
import { Pins } from './Pins';
import { Exposed, Worth } from './Worth';
import { followerOf, restore, undoOf } from './undo';

type Row = Schemas['ObjectRow'] & { readonly place: number };

/** The page of one kind of things: a list, a form to make one, and each in a sheet of its own. */
export function pageOfKind(kind: Kind) {
  return function OfKind() {
    return <Objects kind={kind} />;
  };
}

function Objects({ kind }: { kind: Kind }) {
  const text = useText();
  const may = useMay();
  const { id } = useRoute();
  const page = kind.page as PageName;
  const query = useList(of(kind, 'list') as 'trunk.list', 'objects');
  const [making, setMaking] = useState(false);
  const about = text.kinds[kind.kind as keyof typeof text.kinds];
  const maker = makerOf(kind);
  const close = () => goTo(page);
  const add = may(maker) && <Button onClick={() => setMaking(true)}>{about.add}</Button>;

  const columns: Column<Row>[] = [
    ...(kind.ordered ? [{ key: 'place', title: '#', cell: (row: Row) => row.place }] : []),
    {
      key: 'name',
      title: text.fields.name,
      cell: ({ name }) => name,
      show: ({ name }) => <a href={linkTo(page, name)}>{name}</a>,
    },
    ...(kind.kind === 'trunk' ? [health(text.trunk.health, text.label)] : []),
    ...kind.columns.map((key, at) => ({
      key,
      title: text.fields[key as keyof typeof text.fields] ?? text.label(key),
      cell: ({ values }: Row) => joined(values[key]),
      minor: at > 1,
      long: key === 'uri',
    })),
    {
      key: 'enabled',
      title: '',
      cell: ({ values }) => (values['enabled'] === 'false' ? text.app.off : ''),
      show: ({ values }) => values['enabled'] === 'false' && <Mark tone="plain">{text.app.off}</Mark>,
    },
  ];
  return (
    <>
      <p className={css.lead}>{about.lead}</p>
      <Asked query={query}>
        {({ objects }) => (
          <DataTable
            caption={text.pages[page]}
            rows={objects.map((row, at): Row => ({ ...row, place: at + 1 }))}
            columns={columns}
            rowKey={({ name }) => name}
            actions={add}
            empty={<Empty title={about.none} teach={about.teach} />}
          />
        )}
      </Asked>
      {kind.kind === 'limit' && may('exposure') && <Exposed />}
      {making && (
        <Sheet title={about.add} close={() => setMaking(false)}>
          <CommandForm
            command={maker as 'trunk.add'}
            first={kind.first}
            submit={about.add}
            done={(_, sent) => {
              setMaking(false);
              goTo(page, String(sent['name'] ?? ''));
            }}
          />
        </Sheet>
      )}
      {id !== '' && <ObjectSheet key={id} kind={kind} name={id} close={close} />}
    </>
  );
}

function health(title: string, label: (name: string) => string): Column<Row> {
  return {
    key: 'health',
    title,
    cell: ({ now }) => now?.health ?? '',
    show: ({ now }) => now && <Mark tone={now.health === 'up' ? 'good' : now.health === 'down' ? 'bad' : 'plain'}>{label(now.health)}</Mark>,
  };
}

function ObjectSheet({ kind, name, close }: { kind: Kind; name: string; close: () => void }) {
  const text = useText();
  const may = useMay();
  const ask = useRemoval();
  const shown = useTold(of(kind, 'show') as 'trunk.show', { name });
  const about = text.kinds[kind.kind as keyof typeof text.kinds];
  const limited = kind.kind === 'limit' ? /^extension\.(\d+)$/.exec(name)?.[1] : undefined;
  const list = useList(of(kind, 'list') as 'trunk.list', 'objects').data?.objects ?? [];
  const callsOf = ({ now }: Schemas['Object']) => (now ? [text.trunk.endsCalls((now.calls_in ?? 0) + (now.calls_out ?? 0))] : []);
  const remove = (removed: Schemas['Object']) => {
    const undo = undoOf(kind.kind, removed);
    const before = followerOf(kind, list.map((each) => each.name), name);
    ask({
      name,
      consequences: [about.removed, ...callsOf(removed)],
      command: of(kind, 'remove'),
      values: { name },
      done: close,
      ...(undo ? { undo: () => restore(kind, undo, before) } : {}),
    });
  };
  return (
    <EditSheet
      title={`${about.one} ${name}`}
      close={close}
      wide
      query={shown}
      command={of(kind, 'set')}
      given={{ name }}
      now={({ values }) => Object.fromEntries(values.map((each) => [each.key, each.value]))}
      first={kind.first}
      warn={(value, sent) => (sent['enabled'] === false ? callsOf(value) : [])}
      fixed={(value) => value.built_in ?? false}
      actions={(value) => (
        <>
          {kind.ordered && may(of(kind, 'move')) && <Move kind={kind} name={name} />}
          {may(of(kind, 'remove')) && !value.built_in && (
            <Button variant="default" onClick={() => remove(value)}>
              {text.app.remove}
            </Button>
          )}
        </>
      )}
    >
      {(value) => (
        <>
          {value.now && <TrunkNow now={value.now} />}
          {kind.kind === 'trunk' && may('trunk.password') && <TrunkPassword name={name} there={value.password ?? false} />}
          {kind.kind === 'inbound' && may('inbound.test') && may('route.test') && <Tried values={value.values} inward />}
          {kind.kind === 'route' && may('route.test') && <Tried values={value.values} />}
          {kind.kind === 'pin-list' && <Pins list={name} />}
          {kind.imported && may(of(kind, 'import')) && <Import kind={kind} name={name} />}
          {kind.kind === 'department' && <HabitsOfAll level="department" name={name} />}
          {limited && may('exposure') && <Worth number={limited} />}
          <ValueTable values={value.values} />
        </>
      )}
    </EditSheet>
  );
}

/** To the page where a call is tried that this route is asked about. */
function Tried({ values, inward }: { values: readonly Schemas['ObjectValue'][]; inward?: boolean }) {
  const text = useText();
  const first = (key: string) => [values.find((each) => each.key === key)?.value ?? ''].flat()[0] ?? '';
  // What a pattern says besides digits is for a person to choose.
  const number = /^\+\d+/.exec(first('called'))?.[0] ?? '';
  return (
    <p>
      <a href={inward ? linkTo('try', '', { way: 'in', trunk: first('trunk'), called: number }) : linkTo('try', '', { from: first('extensions') })}>
        {inward ? text.tryIn.link : text.tryIn.linkOut}
      </a>
    </p>
  );
}

/** Keys whose values are countries by their codes. */
const codes: ReadonlySet<string> = new Set(['home', 'countries', 'caller_countries', 'abroad', 'abroad_denied']);

export function ValueTable({ values }: { values: readonly Schemas['ObjectValue'][] }) {
  const text = useText();
  const country = useCountry();
  const [all, setAll] = useState(false);
  const own = values.filter(({ from }) => from !== 'standing');
  const shown = all || own.length === 0 ? values : own;
  return (
    <div>
      <dl className={css.facts}>
        {shown.map(({ key, value, from, help }) => (
          <div key={key} title={text.said(help)}>
            <dt>{text.fields[key as keyof typeof text.fields] ?? text.label(key)}</dt>
            <dd>
              {(codes.has(key) ? [value].flat().map(country).join(', ') : joined(value)) || '—'} {from === 'standing' && <span className={css.dim}>{text.object.standing}</span>}
              {from === 'role' && <span className={css.dim}>{text.object.byRole}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {own.length > 0 && own.length < values.length && (
        <Button mt="xs" size="compact-sm" variant="subtle" onClick={() => setAll(!all)}>
          {all ? text.object.ownOnly : text.object.all(String(values.length - own.length))}
        </Button>
      )}
    </div>
  );
}

function Move({ kind, name }: { kind: Kind; name: string }) {
  const text = useText();
  const list = useList(of(kind, 'list') as 'route.list', 'objects').data?.objects ?? [];
  const moving = useCommand(of(kind, 'move') as 'route.move');
  const at = list.findIndex((each) => each.name === name);
  const before = (to: number) => {
    const target = list[to]?.name;
    moving.mutate({ values: { name, ...(target ? { before: target } : {}) } });
  };
  return (
    <>
      <Button variant="default" disabled={at <= 0} loading={moving.isPending} onClick={() => before(at - 1)}>
        {text.object.up}
      </Button>
      <Button variant="default" disabled={at < 0 || at >= list.length - 1} loading={moving.isPending} onClick={() => before(at + 2)}>
        {text.object.down}
      </Button>
      {moving.error && <Trouble problem={moving.error} />}
    </>
  );
}

function TrunkNow({ now }: { now: Schemas['TrunkNow'] }) {
  const text = useText();
  const when = useWhen();
  const tone = now.health === 'up' ? 'good' : now.health === 'down' ? 'bad' : 'plain';
  return (
    <Facts
      facts={[
        [text.trunk.health, <Mark key="health" tone={tone}>{text.label(now.health)}</Mark>],
        [text.trunk.since, when(now.since ?? '')],
        [text.trunk.answered, when(now.answered ?? '')],
        [text.trunk.registration, text.label(now.registration ?? '')],
        [text.trunk.until, when(now.registered_until ?? '')],
        [text.trunk.trouble, now.trouble && <Said key="trouble" text={now.trouble} />],
        [text.trunk.calls, `${now.calls_in ?? 0} / ${now.calls_out ?? 0}`],
      ]}
    />
  );
}

function TrunkPassword({ name, there }: { name: string; there: boolean }) {
  const text = useText();
  const { say } = useDesk();
  return (
    <details className={css.more}>
      <summary>{there ? text.trunk.passwordThere : text.trunk.passwordMissing}</summary>
      <CommandForm command="trunk.password" given={{ name }} submit={text.app.save} done={() => say(text.app.saved)} />
    </details>
  );
}

function Import({ kind, name }: { kind: Kind; name: string }) {
  const text = useText();
  const { say } = useDesk();
  const command = of(kind, 'import');
  if (!isOperation(command)) return null;
  return (
    <details className={css.more}>
      <summary>{text.object.import}</summary>
      <CommandForm command={command as 'deck.import'} given={{ name }} first={['text', 'replace']} submit={text.object.import} done={({ message }) => say(<Said text={message} />)} />
    </details>
  );
}
