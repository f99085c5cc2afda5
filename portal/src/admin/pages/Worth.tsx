import { useList, useTold } from '../api/queries';
import { useText } from '../messages';
import { linkTo } from '../route';
import { DataTable } from '../view/DataTable';
import { Said } from '../view/Said';
import { Facts, Mark } from '../view/Shown';
import { Asked } from '../view/Trouble';
import css from '../view/admin.module.css';

/** What a stolen password of that extension could cost, and by what that is bounded. */
export function Worth({ number }: { number: string }) {
  const text = useText();
  const query = useTold('exposure', { number });
  const shown = (amount: string | null, currency: string) => (amount === null ? <Mark tone="bad">{text.extensions.unbounded}</Mark> : `${amount} ${currency}`);
  return (
    <section>
      <h3 className={css.heading}>{text.extensions.exposureTitle}</h3>
      <Asked query={query}>
        {({ value: { extensions, currency } }) => (
          <>
            {extensions.map(({ hour, day, month, why, halving }) => (
              <div key={number}>
                <Facts
                  facts={[
                    [text.extensions.hour, shown(hour.amount, currency)],
                    [text.extensions.day, shown(day.amount, currency)],
                    [text.extensions.month, shown(month.amount, currency)],
                    [text.extensions.why, (why || month.text) && <Said key="why" text={why || month.text} />],
                    [text.extensions.halving, halving ? `${halving.limit}: ${halving.from} → ${halving.to}` : ''],
                  ]}
                />
                <a href={linkTo('limits', `extension.${number}`)}>{text.extensions.toLimits}</a>
              </div>
            ))}
          </>
        )}
      </Asked>
    </section>
  );
}

/** The same of all extensions, the most dangerous first. */
export function Exposed() {
  const text = useText();
  const query = useList('exposure', 'extensions');
  const cost = (amount: string | null) => (amount === null ? Infinity : Number(amount));
  const shown = (amount: string | null) => amount ?? <Mark tone="bad">{text.extensions.unbounded}</Mark>;
  return (
    <section>
      <h2 className={css.heading}>{text.extensions.exposureTitle}</h2>
      <Asked query={query}>
        {({ extensions, currency }) => (
          <>
            <DataTable
              caption={text.extensions.exposureTitle}
              rows={extensions}
              rowKey={({ number }) => number}
              order={{ column: 'month', down: true }}
              empty={<p className={css.dim}>{text.extensions.none}</p>}
              columns={[
                {
                  key: 'number',
                  title: text.extensions.number,
                  cell: ({ number }) => number,
                  show: ({ number }) => <a href={linkTo('extensions', number)}>{number}</a>,
                },
                { key: 'hour', title: text.extensions.hour, cell: ({ hour }) => cost(hour.amount), show: ({ hour }) => shown(hour.amount), end: true, minor: true },
                { key: 'day', title: text.extensions.day, cell: ({ day }) => cost(day.amount), show: ({ day }) => shown(day.amount), end: true },
                { key: 'month', title: text.extensions.month, cell: ({ month }) => cost(month.amount), show: ({ month }) => shown(month.amount), end: true },
                { key: 'why', title: text.extensions.why, said: true, cell: ({ why, month }) => why || month.text, minor: true },
                {
                  key: 'halving',
                  title: text.extensions.halving,
                  cell: ({ halving }) => (halving ? `${halving.limit}: ${halving.from} → ${halving.to}` : ''),
                  minor: true,
                },
              ]}
            />
            <p className={css.dim}>{text.extensions.exposureHint(currency)}</p>
          </>
        )}
      </Asked>
    </section>
  );
}
