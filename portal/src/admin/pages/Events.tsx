import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type Problem, type Told, ask, call } from '../api/client';
import { useStore } from '../../shared/store';
import { useCommand, useTold } from '../api/queries';
import { type Schemas, operation } from '../contract/contract';
import { useText } from '../messages';
import { preferences } from '../preferences';
import { useMay } from '../session';
import { DataTable } from '../view/DataTable';
import { useDesk } from '../view/Dialogs';
import { Mark } from '../view/Shown';
import { Asked, Empty, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { save } from '../view/save';
import { useWhen } from '../view/words';

const rowsAtOnce = 100;
const levels = operation('event.list').fields.find(({ name }) => name === 'level')?.words ?? [];
type Level = 'info' | 'notice' | 'warning' | 'critical';

/** What happened, newest first. */
export function Events() {
  const text = useText();
  const may = useMay();
  const when = useWhen();
  const { confirm } = useDesk();
  const [level, setLevel] = useState('');
  const [kinds, setKinds] = useState('');
  const [open, setOpen] = useState(false);
  const [wanted] = useDebouncedValue(kinds.trim(), 400);
  const filter = { level: level || undefined, kinds: wanted || undefined, open: open || undefined };
  const query = useInfiniteQuery<Told<Schemas['EventList']>, Problem, { pages: Told<Schemas['EventList']>[] }, unknown[], number>({
    queryKey: ['event.list', filter],
    queryFn: ({ pageParam, signal }) => ask('event.list', { ...filter, limit: rowsAtOnce, before: pageParam || undefined }, { signal }),
    initialPageParam: 0,
    getNextPageParam: ({ value, more }) => (more || value.events.length === rowsAtOnce ? value.events.at(-1)?.id : undefined),
    refetchInterval: 15_000,
  });
  const acknowledging = useCommand('event.acknowledge');
  const downloading = useMutation<Schemas['Text'], Problem>({
    mutationFn: () => call('event.export', { ...filter, format: 'csv' }),
    onSuccess: ({ text: lines }) => save(lines, 'events.csv'),
  });
  const events = query.data?.pages.flatMap(({ value }) => value.events) ?? [];
  const word = (name: string) => text.events.levels[name as Level] ?? name;
  return (
    <>
      <p className={css.lead}>{text.events.lead}</p>
      <div className={css.tools}>
        <NativeSelect
          label={text.events.level}
          value={level}
          onChange={(event) => setLevel(event.currentTarget.value)}
          data={[{ value: '', label: text.events.anyLevel }, ...levels.slice(1).map((name) => ({ value: name, label: text.events.graver(word(name)) }))]}
        />
        <TextInput label={text.events.kinds} placeholder="guard.*, trunk.down" value={kinds} onChange={(event) => setKinds(event.currentTarget.value)} />
        <Checkbox label={text.events.open} checked={open} onChange={(event) => setOpen(event.currentTarget.checked)} />
        <Button variant="default" loading={downloading.isPending} onClick={() => downloading.mutate()}>
          {text.events.download}
        </Button>
        {may('event.acknowledge-all') && events.some(({ acknowledged_by }) => acknowledged_by === '') && (
          <Button
            variant="default"
            onClick={() =>
              confirm({
                title: text.events.acknowledgeAllTitle,
                consequences: [text.events.acknowledges(events.filter(({ acknowledged_by }) => acknowledged_by === '').length, query.hasNextPage), text.events.acknowledgeAllText, text.app.noUndo],
                action: text.events.acknowledgeAll,
                command: 'event.acknowledge-all',
                values: { upto: events[0]?.id ?? 1 },
              })
            }
          >
            {text.events.acknowledgeAll}
          </Button>
        )}
      </div>
      {(query.error ?? downloading.error ?? acknowledging.error) && (
        <Trouble problem={(query.error ?? downloading.error ?? acknowledging.error) as Problem} again={() => void query.refetch()} />
      )}
      {query.data && (
        <DataTable
          caption={text.pages.events}
          rows={events}
          rowKey={({ id }) => String(id)}
          plain
          empty={<Empty title={text.events.none} teach={text.events.teach} />}
          columns={[
            { key: 'last', title: text.events.last, cell: ({ last_ms }) => last_ms, show: ({ last }) => when(last) },
            {
              key: 'level',
              title: text.events.level,
              cell: (row) => row.level,
              show: (row) => <Mark tone={row.level === 'critical' ? 'bad' : row.level === 'warning' ? 'fair' : 'plain'}>{word(row.level)}</Mark>,
            },
            { key: 'kind', title: text.events.kinds, cell: ({ kind }) => kind },
            { key: 'subject', title: text.events.about, cell: ({ subject }) => subject },
            { key: 'count', title: text.events.times, cell: ({ count }) => count, end: true, minor: true },
            { key: 'text', title: text.events.what, said: true, cell: (row) => row.text },
            {
              key: 'seen',
              title: text.events.seen,
              cell: ({ acknowledged_by }) => acknowledged_by,
              show: ({ id, acknowledged_by }) =>
                acknowledged_by ||
                (may('event.acknowledge') && (
                  <Button size="compact-sm" variant="default" onClick={() => acknowledging.mutate({ values: { id: String(id) } })}>
                    {text.events.acknowledge}
                  </Button>
                )),
            },
          ]}
        />
      )}
      {query.hasNextPage && (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {text.events.more}
        </Button>
      )}
      {may('event.kinds') && <Catalogue choose={setKinds} />}
    </>
  );
}

/** All events that there can be; a name narrows the list to that kind. */
function Catalogue({ choose }: { choose: (kind: string) => void }) {
  const text = useText();
  const { language } = useStore(preferences);
  const [open, setOpen] = useState(false);
  const query = useTold('event.kinds', {}, open);
  return (
    <details className={css.more} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{text.events.catalogue}</summary>
      {open && (
        <Asked query={query}>
          {({ value }) => (
            <DataTable
              caption={text.events.catalogue}
              rows={value.kinds}
              rowKey={({ name }) => name}
              empty={null}
              columns={[
                {
                  key: 'name',
                  title: text.events.kinds,
                  cell: ({ name }) => name,
                  show: ({ name }) => (
                    <Button size="compact-sm" variant="subtle" aria-label={text.events.only(name)} onClick={() => choose(name)}>
                      {name}
                    </Button>
                  ),
                },
                { key: 'level', title: text.events.level, cell: (kind) => text.events.levels[kind.level as Level] ?? kind.level },
                { key: 'title', title: text.events.what, cell: ({ title, title_de }) => (language === 'de' ? title_de : title) },
                { key: 'meaning', title: text.events.means, said: true, cell: ({ meaning }) => meaning, minor: true },
              ]}
            />
          )}
        </Asked>
      )}
    </details>
  );
}
