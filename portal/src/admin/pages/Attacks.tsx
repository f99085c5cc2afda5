import { useQueries } from '@tanstack/react-query';
import { useStore } from '../../shared/store';
import { events } from '../api/live';
import { ask } from '../api/client';
import { useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { preferences } from '../preferences';
import { linkTo } from '../route';
import { useMay } from '../session';
import { DataTable } from '../view/DataTable';
import { Said } from '../view/Said';
import { Mark } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import { WorldMap } from '../view/WorldMap';
import css from '../view/admin.module.css';
import { nameOf } from '../view/countries';
import { useWhen } from '../view/words';
import { AttackChart } from './AttackChart';
import { byCountry, levelOf, newestBans } from './attacks';

const everyMs = 5_000;
/** Countries are asked for one by one. */
const placedMost = 40;

/** Attacks as they happen: who, from where, by which rule, and what became of their packets. */
export function Attacks() {
  const text = useText();
  const may = useMay();
  const query = useTold('guard.bans', newestBans, true, everyMs);
  const stats = useTold('guard.stats', {}, may('guard.stats'), everyMs);
  return (
    <>
      <p className={css.lead}>{text.attacks.lead}</p>
      <Asked query={query}>
        {({ value: { bans }, total }) =>
          bans.length === 0 ? (
            <Empty title={text.bans.none} teach={text.attacks.teach} />
          ) : (
            <>
              <div className={css.columns}>
                <section className={css.panel}>
                  <h2 className={css.heading}>{text.attacks.time}</h2>
                  <AttackChart bans={bans} now={Date.now()} />
                  {total !== null && total > bans.length && <p className={css.dim}>{text.attacks.ofAll(String(bans.length), String(total))}</p>}
                </section>
                {may('guard.geo') && <Origins bans={bans} />}
              </div>
              <Newest bans={bans} />
            </>
          )
        }
      </Asked>
      {stats.data && <Verdicts stats={stats.data.value} />}
      <Heard />
    </>
  );
}

function Newest({ bans }: { bans: readonly Schemas['Ban'][] }) {
  const text = useText();
  const when = useWhen();
  return (
    <section>
      <h2 className={css.heading}>{text.attacks.newest}</h2>
      <DataTable
        caption={text.attacks.newest}
        rows={[...bans].sort((a, b) => b.since_ms - a.since_ms).slice(0, placedMost)}
        rowKey={({ block, since_ms }) => `${block} ${since_ms}`}
        plain
        empty={null}
        columns={[
          { key: 'since', title: text.bans.since, cell: ({ since_ms }) => since_ms, show: ({ since }) => <time dateTime={since}>{when(since)}</time> },
          { key: 'block', title: text.bans.block, cell: ({ block }) => block, show: ({ block }) => <a href={linkTo('bans', block.split('/')[0])}>{block}</a> },
          { key: 'rule', title: text.bans.rule, cell: ({ rule }) => rule },
          { key: 'evidence', title: text.bans.evidence, said: true, cell: ({ evidence }) => evidence, minor: true, long: true },
          { key: 'active', title: text.bans.state, cell: ({ active }) => String(active), show: ({ active }) => <Mark tone={active ? 'bad' : 'plain'}>{active ? text.attacks.out : text.bans.over}</Mark> },
        ]}
      />
    </section>
  );
}

/** On the map and in a table: the same figures. */
export function Origins({ bans }: { bans: readonly Schemas['Ban'][] }) {
  const text = useText();
  const { language } = useStore(preferences);
  const newest = [...bans].sort((a, b) => b.since_ms - a.since_ms).slice(0, placedMost);
  const addresses = [...new Set(newest.map(({ block }) => block.split('/')[0] ?? ''))];
  const places = useQueries({
    queries: addresses.map((address) => ({
      queryKey: ['guard.geo', { address }],
      queryFn: async () => (await ask('guard.geo', { address })).value.country,
      staleTime: Infinity,
      retry: false,
    })),
    combine: (found) => new Map(addresses.map((address, at) => [address, found[at]?.data ?? ''])),
  });
  const rows = byCountry(newest.map(({ block }) => places.get(block.split('/')[0] ?? '') ?? ''));
  const counts = new Map(rows.map(({ country, count }) => [country, count]));
  const most = rows[0]?.count ?? 0;
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>{text.attacks.countries(String(newest.length))}</h2>
      <WorldMap
        label={text.attacks.map}
        level={(code) => levelOf(counts.get(code) ?? 0, most)}
        said={(code) => String(counts.get(code) ?? 0)}
      />
      <ul className={css.ranks}>
        {rows.slice(0, 8).map(({ country, count }) => (
          <li key={country}>
            <span>{country === '' ? text.attacks.nowhere : nameOf(country, language)}</span> <strong>{count}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Verdicts({ stats }: { stats: Schemas['GuardNumbers'] }) {
  const text = useText();
  const counted = Object.entries(stats.verdicts).filter(([, count]) => count > 0);
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>{text.attacks.verdicts}</h2>
      {counted.length === 0 ? (
        <p className={css.dim}>{text.attacks.noVerdicts}</p>
      ) : (
        <ul className={css.ranks}>
          {counted
            .sort(([, a], [, b]) => b - a)
            .map(([name, count]) => (
              <li key={name}>
                <span>{text.label(name)}</span> <strong>{count}</strong>
              </li>
            ))}
        </ul>
      )}
      <p className={css.dim}>{text.attacks.sources(String(stats.sources), String(stats.bans))}</p>
    </section>
  );
}

function Heard() {
  const text = useText();
  const when = useWhen();
  const list = useStore(events).filter(({ remote, what }) => remote !== '' || what.startsWith('guard'));
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>{text.attacks.now}</h2>
      {list.length === 0 ? (
        <p className={css.dim}>{text.dashboard.quiet}</p>
      ) : (
        <ol className={css.events}>
          {list.map(({ at, text: what, remote }, index) => (
            <li key={`${at} ${index}`}>
              <time dateTime={at}>{when(at)}</time>
              <span>
                <Said text={what} /> <span className={css.dim}>{remote}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
