import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { call } from '../api/client';
import { useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { goTo, linkTo, useRoute } from '../route';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { Said, useSaid } from '../view/Said';
import { Mark } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { clock } from '../view/words';
import { RuleSheet } from './RuleSheet';
import { stateOf } from './rules';

/** By what attackers are known: rules, static rules, names and handwriting of tools, numbers that nobody has. */
export function Detection() {
  const text = useText();
  const may = useMay();
  const { id } = useRoute();
  const query = useTold('guard.rules');
  const stats = useTold('guard.stats', {}, may('guard.stats'));
  return (
    <>
      <p className={css.lead}>{text.detection.lead}</p>
      <Asked query={query}>
        {({ value: { rules, fingerprints, defence, enabled, strict } }) => (
          <>
            <p>
              <Mark tone={enabled ? 'good' : 'bad'}>{enabled ? text.detection.on : text.detection.off}</Mark>{' '}
              {strict && <Mark tone="plain">{text.detection.strict}</Mark>}
            </p>
            <Rules rules={rules} fired={stats.data?.value.fired ?? {}} />
            <StaticRules defence={defence} />
            <div className={css.columns}>
              <section className={css.panel}>
                <h2 className={css.heading}>{text.detection.handwriting}</h2>
                <p className={css.dim}>{text.detection.handwritingText}</p>
                <ul className={css.ranks}>
                  {fingerprints.map(({ name, enabled: used }) => (
                    <li key={name}>
                      <a href={linkTo('detection', name)}>{name}</a>
                      <Mark tone={used ? 'good' : 'plain'}>{used ? text.form.yes : text.app.off}</Mark>
                    </li>
                  ))}
                </ul>
              </section>
              {may('guard.decoys') && <Decoys />}
              {may('guard.agents') && <Agents />}
            </div>
          </>
        )}
      </Asked>
      {may('guard.test') && <Trial />}
      {id !== '' && <RuleSheet key={id} name={id} close={() => goTo('detection')} />}
    </>
  );
}

function Rules({ rules, fired }: { rules: readonly Schemas['DetectionRule'][]; fired: Readonly<Record<string, number>> }) {
  const text = useText();
  const said = useSaid();
  return (
    <DataTable
      caption={text.pages.detection}
      rows={rules}
      rowKey={({ name }) => name}
      empty={<Empty title={text.detection.none} teach={text.detection.teach} />}
      columns={[
        {
          key: 'name',
          title: text.bans.rule,
          cell: ({ name, about }) => `${name} ${said(about)}`,
          show: ({ name, about }) => (
            <>
              <a href={linkTo('detection', name)}>{name}</a>
              <span className={css.dim}>
                {' '}
                <Said text={about} />
              </span>
            </>
          ),
        },
        { key: 'limit', title: text.bans.limit, cell: ({ threshold }) => threshold, show: ({ threshold, period_s }) => text.detection.within(String(threshold), clock(period_s)) },
        {
          key: 'then',
          title: text.detection.then,
          cell: (rule) => text.detection.states[stateOf(rule)],
          show: (rule) => {
            const state = stateOf(rule);
            const acts = state === 'ban' || state === 'throttle';
            return (
              <>
                <Mark tone={acts ? 'good' : state === 'watch' ? 'fair' : 'plain'}>{text.detection.states[state]}</Mark> {acts && clock(rule.duration_s)}
              </>
            );
          },
        },
        { key: 'fired', title: text.detection.fired, cell: ({ name }) => fired[name] ?? 0, end: true },
      ]}
    />
  );
}

type Taking = 'lines' | 'feed';

function StaticRules({ defence }: { defence: readonly string[] }) {
  const text = useText();
  const may = useMay();
  const { say } = useDesk();
  const [taking, setTaking] = useState<{ what: Taking; text: string } | null>(null);
  const feed = taking?.what === 'feed';
  const edit = async () => setTaking({ what: 'lines', text: (await call('guard.export')).text });
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>{text.detection.fixed}</h2>
      <p className={css.dim}>{text.detection.fixedText}</p>
      {defence.length === 0 ? (
        <Empty title={text.detection.noFixed} teach={text.detection.teachFixed} />
      ) : (
        <ol className={css.list}>
          {defence.map((line) => (
            <li key={line}>
              <code>{line}</code>
            </li>
          ))}
        </ol>
      )}
      {may('guard.import') && may('guard.export') && (
        <Group mt="md" gap="xs">
          <Button variant="default" onClick={() => void edit()}>
            {text.detection.edit}
          </Button>
          <Button variant="default" onClick={() => setTaking({ what: 'feed', text: '' })}>
            {text.detection.feed}
          </Button>
        </Group>
      )}
      {taking && (
        <Sheet title={feed ? text.detection.feed : text.detection.edit} close={() => setTaking(null)} wide>
          <p className={css.dim}>{feed ? text.detection.feedText : text.detection.editText}</p>
          <CommandForm
            command="guard.import"
            given={feed ? { blocklist: true } : {}}
            now={feed ? undefined : { text: taking.text }}
            without={feed ? [] : ['blocklist', 'note']}
            submit={text.app.save}
            done={({ message }) => {
              setTaking(null);
              say(<Said text={message} />);
            }}
          />
        </Sheet>
      )}
    </section>
  );
}

function Decoys() {
  const text = useText();
  const query = useTold('guard.decoys');
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>{text.detection.decoys}</h2>
      <p className={css.dim}>{text.detection.decoysText}</p>
      <Asked query={query}>
        {({ value: { decoys } }) =>
          decoys.length === 0 ? (
            <Empty title={text.detection.noDecoys} teach={text.detection.teachDecoys} />
          ) : (
            <ul className={css.tags}>
              {decoys.map((number) => (
                <li key={number}>{number}</li>
              ))}
            </ul>
          )
        }
      </Asked>
    </section>
  );
}

function Agents() {
  const text = useText();
  const query = useTold('guard.agents');
  return (
    <section className={`${css.panel} ${css.wide}`}>
      <h2 className={css.heading}>{text.detection.agents}</h2>
      <p className={css.dim}>{text.detection.agentsText}</p>
      <Asked query={query}>
        {({ value: { agents } }) => (
          <ul className={css.tags}>
            {agents.map(({ name, where }) => (
              <li key={name} title={where === 'prefix' ? text.detection.prefix : text.detection.anywhere}>
                {where === 'prefix' ? `${name}…` : `…${name}…`}
              </li>
            ))}
          </ul>
        )}
      </Asked>
    </section>
  );
}

function Trial() {
  const text = useText();
  const [verdict, setVerdict] = useState<Schemas['GuardVerdict'] | null>(null);
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>{text.detection.trial}</h2>
      <CommandForm command="guard.test" first={['address', 'user_agent', 'method', 'target']} submit={text.tryIt.submit} done={setVerdict} />
      {verdict && (
        <p role="status">
          <Mark tone={verdict.action === 'pass' ? 'good' : 'bad'}>{text.label(verdict.action)}</Mark> <Said text={verdict.text} /> <span className={css.dim}>{verdict.rule}</span>
        </p>
      )}
    </section>
  );
}
