import { Button, Checkbox, FileButton, Group, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { call } from '../api/client';
import { useCommand } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { linkTo } from '../route';
import { useMay } from '../session';
import { DataTable } from '../view/DataTable';
import { useDesk } from '../view/Dialogs';
import { Said } from '../view/Said';
import { Facts, Mark, Secret } from '../view/Shown';
import { Empty, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { save } from '../view/save';
import { joined, useWhen } from '../view/words';
import { OpenPaths } from './OpenPaths';
import { consequencesOf } from './plan';

/** All that is configured about calls, the guard and events as one file: what another one would change, and then the change. */
export function Policy() {
  const text = useText();
  const may = useMay();
  const { confirm } = useDesk();
  const [file, setFile] = useState('');
  const [remove, setRemove] = useState(false);
  const [force, setForce] = useState(false);
  const [done, setDone] = useState<Schemas['PolicyApplied'] | null>(null);
  const planning = useCommand('policy.plan');
  const plan = planning.data;
  const again = (change: () => void) => {
    change();
    planning.reset();
  };
  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (file.trim() !== '') planning.mutate({ values: { text: file, remove } });
  };
  const apply = (found: Schemas['PolicyPlan']) =>
    confirm({
      title: text.policy.applyTitle,
      consequences: consequencesOf(found, text.policy),
      action: text.policy.apply,
      command: 'policy.apply',
      values: { text: file, remove, ...(force ? { force } : {}) },
      done: (answer) => {
        setDone(answer as Schemas['PolicyApplied']);
        planning.reset();
      },
    });
  return (
    <>
      <p className={css.lead}>{text.policy.lead}</p>
      <Group>
        <Button variant="default" onClick={() => void call('policy.export').then(({ text: all }) => save(all, 'policy.rf'))}>
          {text.policy.export}
        </Button>
        <Button variant="subtle" onClick={() => void call('policy.export').then(({ text: all }) => again(() => setFile(all)))}>
          {text.policy.take}
        </Button>
      </Group>
      <form onSubmit={ask} className={css.panel} noValidate>
        <Stack>
          <Textarea
            label={text.policy.file}
            description={text.policy.fileHint}
            value={file}
            onChange={(event) => {
              const typed = event.currentTarget.value;
              again(() => setFile(typed));
            }}
            className={css.code}
            autosize
            minRows={8}
            maxRows={22}
            spellCheck={false}
          />
          <Group>
            <FileButton accept="text/plain,.rf,.txt" onChange={(chosen) => void chosen?.text().then((all) => again(() => setFile(all)))}>
              {(props) => (
                <Button {...props} variant="default">
                  {text.form.file}
                </Button>
              )}
            </FileButton>
            <Checkbox
              label={text.policy.remove}
              checked={remove}
              onChange={(event) => {
                const checked = event.currentTarget.checked;
                again(() => setRemove(checked));
              }}
            />
          </Group>
          {planning.error && <Trouble problem={planning.error} />}
          <Button type="submit" loading={planning.isPending} className={css.submit}>
            {text.policy.plan}
          </Button>
        </Stack>
      </form>
      {plan && <Plan plan={plan} />}
      {plan && plan.changes.length > 0 && may('policy.apply') && (
        <Stack align="flex-start">
          {(plan.open_paths ?? []).length > 0 && (
            <Checkbox label={text.policy.force} checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />
          )}
          <Button color="red" onClick={() => apply(plan)}>
            {text.policy.apply}
          </Button>
        </Stack>
      )}
      {done && <Notes of={done} />}
      {done && done.accounts.length > 0 && (
        <section className={css.panel}>
          <h2 className={css.heading}>{text.policy.accounts}</h2>
          <Stack>
            {done.accounts.map(({ number, auth_name, password }) => (
              <div key={number}>
                <a href={linkTo('extensions', number)}>{number}</a> <code>{auth_name}</code>
                {password && <Secret label={text.extensions.account(number)} value={password} />}
              </div>
            ))}
          </Stack>
        </section>
      )}
      {done && done.secrets.length > 0 && (
        <section className={css.panel}>
          <h2 className={css.heading}>{text.policy.secrets}</h2>
          <Stack>
            {done.secrets.map(({ name, secret }) => (
              <div key={name}>
                {name}
                <Secret label={`${text.contacts.secret}: ${name}`} value={secret} />
              </div>
            ))}
          </Stack>
        </section>
      )}
    </>
  );
}

/** What whoever plans or changes has to know besides. */
function Notes({ of: { notes = [], warnings = [] } }: { of: Pick<Schemas['PolicyPlan'], 'notes' | 'warnings'> }) {
  const text = useText();
  return [...warnings, ...notes].map((note) => (
    <p key={note}>
      <Mark tone="fair">{text.policy.warning}</Mark> <Said text={note} />
    </p>
  ));
}

function Plan({ plan }: { plan: Schemas['PolicyPlan'] }) {
  const text = useText();
  if (plan.changes.length === 0) return <Empty title={text.policy.nothing} teach={text.policy.nothingText} />;
  return (
    <div aria-live="polite" className={css.stack}>
      <Notes of={plan} />
      <section>
        <h2 className={css.heading}>{text.policy.changes}</h2>
        <DataTable
          caption={text.policy.changes}
          rows={plan.changes}
          rowKey={({ kind, name }) => `${kind} ${name}`}
          plain
          empty={null}
          columns={[
            { key: 'what', title: text.policy.what, cell: ({ what }) => what, show: ({ what }) => <Mark tone={what === 'remove' ? 'bad' : what === 'add' ? 'good' : 'plain'}>{text.policy.did[what as 'add'] ?? what}</Mark> },
            { key: 'thing', title: text.policy.thing, cell: ({ kind, name }) => `${kind} ${name}` },
            {
              key: 'values',
              title: text.policy.values,
              cell: ({ values }) => values.map(({ key }) => key).join(' '),
              show: ({ values, moved }) => (
                <ul className={css.plain}>
                  {moved && <li>{text.policy.moved}</li>}
                  {values.map(({ key, before, after }) => (
                    <li key={key}>
                      {text.fields[key as keyof typeof text.fields] ?? key}: <del>{joined(before) || '—'}</del> <ins>{joined(after) || '—'}</ins>
                    </li>
                  ))}
                </ul>
              ),
            },
          ]}
        />
      </section>
      {plan.replay && <Replay replay={plan.replay} />}
      {plan.exposures && plan.exposures.extensions.length > 0 && <Exposures exposures={plan.exposures} />}
      {(plan.reach ?? []).length > 0 && (
        <section>
          <h2 className={css.heading}>{text.policy.reach}</h2>
          <ul className={css.list}>
            {(plan.reach ?? []).map(({ extensions, destinations }) => (
              <li key={extensions.join()}>
                {extensions.join(', ')}: {destinations.map((each) => `${each.country} ${each.class}`).join(', ')}
              </li>
            ))}
          </ul>
        </section>
      )}
      {(plan.open_paths ?? []).length > 0 && <OpenPaths paths={plan.open_paths ?? []} />}
    </div>
  );
}

function Replay({ replay: r }: { replay: Schemas['Replay'] }) {
  const text = useText();
  const when = useWhen();
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>{text.policy.replay}</h2>
      <Facts
        facts={[
          [text.records.since, when(r.since)],
          [text.pages.records, r.calls],
          [text.policy.refused, r.refused],
          [text.policy.allowed, r.allowed],
          [text.policy.elsewhere, r.moved],
          [text.policy.cost, `${r.cost.before} → ${r.cost.after} ${r.currency}`],
        ]}
      />
      <ul className={css.steps}>
        {r.findings.map(({ what, rule, who, calls, examples }) => (
          <li key={`${what} ${rule} ${who}`} data-passed={what === 'allowed' || undefined}>
            <span aria-hidden="true">{what === 'allowed' ? '+' : '−'}</span>
            <span>
              <strong>{text.policy.calls(String(calls))}</strong> {text.policy.met[what as 'refused'] ?? what}: {who} {text.label(rule)}
              {examples.map(({ id, dialled, why }) => (
                <span key={id} className={css.dim}>
                  {' '}
                  {dialled} (<Said text={why} />)
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
      {r.cut && <p className={css.dim}>{text.policy.cut}</p>}
    </section>
  );
}

function Exposures({ exposures: { extensions, further } }: { exposures: Schemas['ChangedExposures'] }) {
  const text = useText();
  const change = ({ before, after }: Schemas['BeforeAfter']) => `${before ?? text.extensions.unbounded} → ${after ?? text.extensions.unbounded}`;
  return (
    <section>
      <h2 className={css.heading}>{text.extensions.exposureTitle}</h2>
      <DataTable
        caption={text.extensions.exposureTitle}
        rows={extensions}
        rowKey={({ number }) => number}
        plain
        empty={null}
        columns={[
          { key: 'number', title: text.extensions.number, cell: ({ number }) => number },
          { key: 'hour', title: text.extensions.hour, cell: ({ hour }) => change(hour), minor: true },
          { key: 'day', title: text.extensions.day, cell: ({ day }) => change(day) },
          { key: 'month', title: text.extensions.month, cell: ({ month }) => change(month) },
        ]}
      />
      {further > 0 && <p className={css.dim}>{text.policy.further(String(further))}</p>}
    </section>
  );
}
