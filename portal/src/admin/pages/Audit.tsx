import { Alert, Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type Problem, type Told, ask, call } from '../api/client';
import { type Schemas, operation } from '../contract/contract';
import { useText } from '../messages';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { Said } from '../view/Said';
import { Mark } from '../view/Shown';
import { Empty, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { save } from '../view/save';
import { useWhen } from '../view/words';

const rowsAtOnce = 100;

/** Who did what. Nothing in it can be changed without that being seen. */
export function Audit() {
  const text = useText();
  const may = useMay();
  const when = useWhen();
  const { say } = useDesk();
  const [actor, setActor] = useState('');
  const [kind, setKind] = useState('');
  const [noting, setNoting] = useState(false);
  const [wanted] = useDebouncedValue(actor.trim(), 300);
  const kinds = operation('audit-log.list').fields.find(({ name }) => name === 'kind')?.words ?? [];
  const query = useInfiniteQuery<Told<Schemas['AuditList']>, Problem, { pages: Told<Schemas['AuditList']>[] }, unknown[], number>({
    queryKey: ['audit-log.list', wanted, kind],
    queryFn: ({ pageParam, signal }) =>
      ask('audit-log.list', { limit: rowsAtOnce, actor: wanted || undefined, kind: kind || undefined, before: pageParam || undefined }, { signal }),
    initialPageParam: 0,
    getNextPageParam: ({ value, more }) => (more ? value.entries.at(-1)?.number : undefined),
  });
  const entries = query.data?.pages.flatMap(({ value }) => value.entries) ?? [];
  return (
    <>
      <p className={css.lead}>{text.audit.lead}</p>
      <Verify />
      <div className={css.tools}>
        <TextInput label={text.audit.actor} value={actor} onChange={(event) => setActor(event.currentTarget.value)} />
        <NativeSelect
          label={text.audit.kind}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
          data={[{ value: '', label: text.records.any }, ...kinds.map((value) => ({ value, label: text.label(value) }))]}
        />
        {may('audit-log.note') && (
          <Button variant="default" onClick={() => setNoting(true)}>
            {text.audit.note}
          </Button>
        )}
      </div>
      {query.error && <Trouble problem={query.error} again={() => void query.refetch()} />}
      {query.data && (
        <DataTable
          caption={text.pages.audit}
          rows={entries}
          rowKey={({ number }) => String(number)}
          plain
          empty={<Empty title={text.audit.none} teach={text.audit.teach} />}
          columns={[
            { key: 'number', title: '№', cell: ({ number }) => number, minor: true },
            { key: 'at', title: text.habits.at, cell: ({ at }) => at, show: ({ at }) => when(at) },
            { key: 'actor', title: text.audit.actor, cell: (row) => row.actor },
            { key: 'kind', title: text.audit.kind, cell: (row) => text.label(row.kind), minor: true },
            { key: 'action', title: text.audit.action, said: true, cell: ({ action }) => action, long: true },
            {
              key: 'outcome',
              title: text.audit.outcome,
              cell: ({ outcome }) => outcome,
              show: ({ outcome }) => <Mark tone={outcome.startsWith('done') ? 'good' : /refused|not|failed/.test(outcome) ? 'bad' : 'plain'}><Said text={outcome} /></Mark>,
            },
          ]}
        />
      )}
      {query.hasNextPage && (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {text.audit.more}
        </Button>
      )}
      {noting && (
        <Sheet title={text.audit.note} close={() => setNoting(false)}>
          <CommandForm
            command="audit-log.note"
            submit={text.app.save}
            done={() => {
              setNoting(false);
              say(text.app.saved);
            }}
          />
        </Sheet>
      )}
    </>
  );
}

function Verify() {
  const text = useText();
  const verifying = useMutation<Schemas['AuditVerified'], Problem>({ mutationFn: () => call('audit-log.verify') });
  const exporting = useMutation<Schemas['Text'], Problem>({
    mutationFn: () => call('audit-log.export'),
    onSuccess: ({ text: lines }) => save(lines, 'audit-log.jsonl'),
  });
  return (
    <div>
      <Group gap="xs" mb="sm">
        <Button variant="default" loading={verifying.isPending} onClick={() => verifying.mutate()}>
          {text.audit.verify}
        </Button>
        <Button variant="default" loading={exporting.isPending} onClick={() => exporting.mutate()}>
          {text.audit.export}
        </Button>
      </Group>
      {verifying.data && (
        <Alert role="status" color="green" mb="sm">
          <span className={css.strong}>
            <Said text={verifying.data.message} /> {text.audit.entries(String(verifying.data.entries))}
          </span>
        </Alert>
      )}
      {verifying.error && <Trouble problem={verifying.error} />}
      {exporting.error && <Trouble problem={exporting.error} />}
    </div>
  );
}
