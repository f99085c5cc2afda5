import { type ReactNode, Suspense, lazy } from 'react';
import { useStore } from '../../shared/store';
import { events } from '../api/live';
import { useList, useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { linkTo } from '../route';
import { useMay } from '../session';
import { Said } from '../view/Said';
import { Mark } from '../view/Shown';
import { Meter } from '../view/Meter';
import { Empty, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useWhen } from '../view/words';
import { AccountName } from './AccountName';
import { AttackChart } from './AttackChart';
import { CallTable } from './Calls';
import { newestBans } from './attacks';
import { nearestOf, wholeOf } from './spent';

const everyMs = 15_000;
// The shapes of all countries come when there is something to show on them.
const Origins = lazy(() => import('./Attacks').then(({ Origins }) => ({ default: Origins })));

/** What happens now: calls, phones, attacks, money, health. */
export function Dashboard() {
  const text = useText();
  const may = useMay();
  const calls = useList('call.list', 'calls', may('call.list'));
  const extensions = useList('extension.list', 'extensions', may('extension.list'));
  const phones = useList('registration.list', 'registrations', may('registration.list'));
  const bans = useTold('guard.bans', newestBans, may('guard.bans'));
  const inForce = useTold('guard.bans', { limit: 1 }, may('guard.bans')).data;
  const spend = useList('spend.list', 'accounts', may('spend.list'));
  const status = useTold('status', {}, may('status'), everyMs);
  const trunks = useList('trunk.list', 'objects', may('trunk.list'));

  const now = Date.now();
  const all = bans.data?.value.bans ?? [];
  const today = all.filter(({ since_ms }) => now - since_ms < 86_400_000).length;
  const further = today === all.length && (bans.data?.total ?? 0) > today ? '+' : '';
  const accounts = spend.data?.accounts ?? [];
  const money = wholeOf(accounts);
  const currency = spend.data?.currency ?? '';
  const online = new Set(phones.data?.registrations.map(({ number }) => number)).size;
  const down = trunks.data?.objects.filter((trunk) => trunk.now?.health === 'down') ?? [];
  const trouble = [calls, extensions, phones, bans, spend, status].find(({ error }) => error)?.error;
  return (
    <>
      {trouble && <Trouble problem={trouble} />}
      {extensions.data?.extensions.length === 0 && (
        <Empty title={text.dashboard.fresh} teach={text.dashboard.freshText}>
          <a href={linkTo('start')}>{text.pages.start}</a>
        </Empty>
      )}
      <div className={css.tiles}>
        {calls.data && <Tile title={text.pages.calls} link={linkTo('calls')} value={calls.data.calls.length} />}
        {phones.data && (
          <Tile title={text.dashboard.online} link={linkTo('phones')} value={online}>
            {extensions.data && text.dashboard.ofExtensions(String(extensions.data.extensions.length))}
          </Tile>
        )}
        {bans.data && inForce && (
          <Tile title={text.dashboard.banned} link={linkTo('bans')} value={inForce.total ?? inForce.value.bans.length}>
            {text.dashboard.today(`${today}${further}`)}
          </Tile>
        )}
        {money && (
          <Tile title={text.dashboard.spent} link={linkTo('spending')} value={`${money.today.spent} ${currency}`}>
            <Meter used={money.month.spent} of={money.month.limit} reserved={money.month.reserved} /> {text.spending.month}
          </Tile>
        )}
        {trunks.data && trunks.data.objects.length > 0 && (
          <Tile title={text.pages.trunks} link={linkTo('trunks')} value={`${trunks.data.objects.length - down.length} / ${trunks.data.objects.length}`}>
            {down.length > 0 ? <Mark tone="bad">{text.dashboard.down(down.map(({ name }) => name).join(', '))}</Mark> : text.dashboard.allUp}
          </Tile>
        )}
      </div>
      {calls.data && calls.data.calls.length > 0 && (
        <section className={css.panel}>
          <h2 className={css.heading}>{text.pages.calls}</h2>
          <CallTable calls={calls.data.calls.slice(0, 10)} />
        </section>
      )}
      <div className={css.columns}>
        {bans.data && <Attacks bans={all} now={now} />}
        <Nearest accounts={accounts} currency={currency} />
        {all.length > 0 && may('guard.geo') && (
          <Suspense fallback={null}>
            <Origins bans={all} />
          </Suspense>
        )}
        {status.data && <Health status={status.data.value} />}
        <Happened />
      </div>
    </>
  );
}

interface TileProps {
  readonly title: string;
  readonly link: string;
  readonly value: ReactNode;
  readonly children?: ReactNode;
}

function Tile({ title, link, value, children }: TileProps) {
  return (
    <div className={css.tile}>
      <h2>
        <a href={link}>{title}</a>
      </h2>
      <p className={css.figure}>{value}</p>
      <div className={css.dim}>{children}</div>
    </div>
  );
}

function Attacks({ bans, now }: { bans: readonly Schemas['Ban'][]; now: number }) {
  const text = useText();
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>
        <a href={linkTo('attacks')}>{text.dashboard.attacks}</a>
      </h2>
      {bans.length === 0 ? <p className={css.dim}>{text.bans.none}</p> : <AttackChart bans={bans} now={now} />}
    </section>
  );
}

/** Whose money is nearly used up; nothing while nobody has spent any of a cap. */
function Nearest({ accounts, currency }: { accounts: readonly Schemas['Spending'][]; currency: string }) {
  const text = useText();
  const nearest = nearestOf(accounts);
  if (nearest.length === 0) return null;
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>
        <a href={linkTo('spending')}>{text.dashboard.nearest(currency)}</a>
      </h2>
      <ul className={css.ranks}>
        {nearest.map(({ account, period }) => (
          <li key={`${account.level} ${account.id}`}>
            <span>
              {text.label(account.level)} <AccountName account={account} />
            </span>
            <span>
              <Meter used={account[period].spent} of={account[period].limit} reserved={account[period].reserved} />{' '}
              <span className={css.dim}>{text.spending[period]}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Health({ status }: { status: Schemas['Status'] }) {
  const text = useText();
  const when = useWhen();
  const full = [...status.limits].filter(({ limit }) => limit > 0).sort((a, b) => b.used / b.limit - a.used / a.limit);
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>{text.dashboard.health}</h2>
      <ul className={css.ranks}>
        {status.listeners.map(({ transport, address, state }) => (
          <li key={`${transport} ${address}`}>
            <span>
              {transport.toUpperCase()} {address}
            </span>
            <Mark tone={/listen|open|up/.test(state) ? 'good' : 'bad'}>{text.label(state)}</Mark>
          </li>
        ))}
        {full.slice(0, 3).map(({ name, used, limit }) => (
          <li key={name}>
            <span>{text.label(name)}</span>
            <Meter used={String(used)} of={String(limit)} />
          </li>
        ))}
      </ul>
      <p className={css.dim}>
        {status.version} · {text.dashboard.since(when(status.started))}
      </p>
    </section>
  );
}

function Happened() {
  const text = useText();
  const when = useWhen();
  const list = useStore(events);
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>{text.dashboard.happened}</h2>
      {list.length === 0 ? (
        <p className={css.dim}>{text.dashboard.quiet}</p>
      ) : (
        <ol className={css.events}>
          {list.map((event, at) => (
            <li key={`${event.at} ${at}`}>
              <time dateTime={event.at}>{when(event.at)}</time>
              <Mark tone={event.level === 'error' ? 'bad' : event.level === 'warning' ? 'fair' : 'plain'}>{text.events.levels[event.level as keyof typeof text.events.levels] ?? event.level}</Mark>
              <span>
                <Said text={event.text} /> <span className={css.dim}>{[event.subject, event.remote].filter(Boolean).join(' · ')}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
