import { Button, Checkbox, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { goTo, linkTo, useRoute } from '../route';
import { useMay } from '../session';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { Said } from '../view/Said';
import { Facts, Mark } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useCountry, useWhen } from '../view/words';
import { Signalling } from './Ladder';

/** The newest; there may be six times as many. */
const shownMost = 10_000;

/** Who is banned, by which rule, with what evidence, until when; and how to undo it. */
export function Bans() {
  const text = useText();
  const may = useMay();
  const when = useWhen();
  const { id } = useRoute();
  const [ended, setEnded] = useState(false);
  const query = useTold('guard.bans', { ended: ended || undefined, newest: true, limit: shownMost });
  const shown = query.data?.value.bans.length ?? 0;
  const all = query.data?.total ?? 0;
  const release = useRelease();
  return (
    <>
      <p className={css.lead}>{text.bans.lead}</p>
      {all > shown && <p className={css.dim}>{text.attacks.ofAll(String(shown), String(all))}</p>}
      <Explain />
      <Asked query={query}>
        {({ value: { bans } }) => (
          <DataTable
            caption={text.pages.bans}
            rows={bans}
            rowKey={({ block }) => block}
            order={{ column: 'since', down: true }}
            actions={<Checkbox label={text.bans.ended} checked={ended} onChange={(event) => setEnded(event.currentTarget.checked)} />}
            empty={<Empty title={text.bans.none} teach={text.bans.teach} />}
            columns={[
              {
                key: 'block',
                title: text.bans.block,
                cell: ({ block }) => block,
                show: ({ block }) => <a href={linkTo('bans', block.split('/')[0])}>{block}</a>,
              },
              { key: 'rule', title: text.bans.rule, cell: ({ rule }) => rule },
              { key: 'evidence', title: text.bans.evidence, long: true, said: true, cell: ({ evidence }) => evidence },
              { key: 'since', title: text.bans.since, cell: ({ since_ms }) => since_ms, show: ({ since }) => when(since), minor: true },
              {
                key: 'until',
                title: text.bans.until,
                cell: ({ until_ms }) => until_ms,
                show: ({ until, active }) => (active ? when(until) || text.bans.forGood : <Mark tone="plain">{text.bans.over}</Mark>),
              },
              {
                key: 'actions',
                title: '',
                cell: () => '',
                end: true,
                show: ({ block, active }) =>
                  active &&
                  may('guard.release') && (
                    <Button size="compact-sm" variant="default" onClick={() => release(block)}>
                      {text.bans.release}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Asked>
      {id !== '' && (
        <Sheet title={text.bans.explained(id)} close={() => goTo('bans')} wide>
          <Explanation address={id} />
        </Sheet>
      )}
    </>
  );
}

function useRelease(): (block: string) => void {
  const text = useText();
  const { confirm } = useDesk();
  return (block) =>
    confirm({
      title: text.bans.releaseTitle(block),
      consequences: [text.bans.released, text.bans.allowedFor, text.bans.notBack],
      action: text.bans.release,
      command: 'guard.release',
      values: { block },
    });
}

function Explain() {
  const text = useText();
  const [address, setAddress] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (address.trim() !== '') goTo('bans', address.trim());
  };
  return (
    <form onSubmit={submit} className={css.tools} noValidate>
      <TextInput
        aria-label={text.bans.address}
        placeholder={text.bans.address}
        value={address}
        onChange={(event) => setAddress(event.currentTarget.value)}
        className={css.filter}
        spellCheck={false}
      />
      <Button type="submit" variant="default">
        {text.bans.explain}
      </Button>
    </form>
  );
}

function Explanation({ address }: { address: string }) {
  const text = useText();
  const may = useMay();
  const release = useRelease();
  const query = useTold('guard.explain', { address });
  return (
    <Asked query={query}>
      {({ value }) => (
        <Stack>
          <ExplainedFacts found={value} />
          {value.counts.length > 0 && (
            <DataTable
              caption={text.bans.counts}
              rows={value.counts}
              rowKey={({ rule }) => rule}
              plain
              empty={null}
              columns={[
                { key: 'rule', title: text.bans.rule, cell: ({ rule }) => rule },
                { key: 'seen', title: text.bans.seen, cell: ({ seen }) => seen, end: true },
                { key: 'limit', title: text.bans.limit, cell: ({ limit }) => limit, end: true },
                { key: 'period', title: text.bans.period, cell: ({ period_s }) => period_s, show: ({ period_s }) => `${period_s} s`, end: true },
              ]}
            />
          )}
          <Signalling of="source" id={address} />
          {may('guard.release') && (
            <Button variant="default" className={css.submit} onClick={() => release(address)}>
              {text.bans.release}
            </Button>
          )}
        </Stack>
      )}
    </Asked>
  );
}

function ExplainedFacts({ found: e }: { found: Schemas['Explanation'] }) {
  const text = useText();
  const when = useWhen();
  const country = useCountry();
  return (
    <Facts
      facts={[
        [text.bans.state, text.label(e.state)],
        [text.bans.country, country(e.country)],
        [text.bans.protectedAs, e.protected_as],
        [text.bans.proven, e.proven ? text.form.yes : text.form.no],
        [text.bans.heard, when(e.last_heard)],
        [text.bans.throttled, when(e.throttled_until)],
        [text.bans.rule, e.ban?.rule || e.last_rule],
        [text.bans.about, e.last_rule_about && <Said key="about" text={e.last_rule_about} />],
        [text.bans.evidence, e.ban && <Said key="evidence" text={e.ban.evidence} />],
        [text.bans.until, when(e.ban?.until ?? '')],
        [text.bans.phones, e.registered_ports || ''],
        [text.bans.accounts, e.locked_accounts || ''],
        [text.bans.enforced, e.enforced_in ?? ''],
      ]}
    />
  );
}
