import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import css from '../view/admin.module.css';
import { perHour } from './hours';

/** Sources banned in each of the last 24 hours, and by which rules. */
export function AttackChart({ bans, now }: { bans: readonly Schemas['Ban'][]; now: number }) {
  const text = useText();
  const hours = perHour(
    bans.map(({ since_ms }) => since_ms),
    now,
  );
  const most = Math.max(1, ...hours);
  const rules = new Map<string, number>();
  for (const { rule } of bans) rules.set(rule, (rules.get(rule) ?? 0) + 1);
  const top = [...rules].sort(([, a], [, b]) => b - a).slice(0, 5);
  return (
    <>
      <svg className={css.chart} viewBox="0 0 240 60" role="img" aria-label={text.dashboard.attacksLabel(String(hours.reduce((a, b) => a + b, 0)), String(most))}>
        {hours.map((count, hour) => (
          <rect key={hour} x={hour * 10 + 1} width={8} y={60 - Math.max(1, (58 * count) / most)} height={Math.max(1, (58 * count) / most)} rx={1} />
        ))}
      </svg>
      <p className={css.axis} aria-hidden="true">
        <span>{text.dashboard.dayAgo}</span>
        <span>{text.dashboard.now}</span>
      </p>
      <ul className={css.ranks}>
        {top.map(([rule, count]) => (
          <li key={rule}>
            <span>{rule}</span> <strong>{count}</strong>
          </li>
        ))}
      </ul>
    </>
  );
}
