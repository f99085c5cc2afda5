import { useTold } from '../api/queries';
import { useText } from '../messages';
import { DataTable } from '../view/DataTable';
import { Said } from '../view/Said';
import { Facts, Mark } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';

/** What becomes of an emergency call of that extension; none is made. */
export function EmergencyWays({ number, from }: { number: string; from: string }) {
  const text = useText();
  const query = useTold('emergency.test', { number, from });
  return (
    <Asked query={query}>
      {({ value: e }) => (
        <section aria-live="polite">
          <h2 className={css.verdict}>
            <Mark tone={e.emergency && e.trunks.length > 0 ? 'good' : 'bad'}>
              {e.emergency ? (e.trunks.length > 0 ? text.emergency.leaves : text.emergency.stuck) : text.emergency.none}
            </Mark>
            <Said text={e.why} />
          </h2>
          <Facts
            facts={[
              [text.tryIt.from, e.from],
              [text.tryIt.number, e.number],
              [text.fields.home, e.country],
              [text.emergency.own, e.own_numbers.join(', ')],
              [text.emergency.forTests, e.number_for_tests],
            ]}
          />
          <DataTable
            caption={text.emergency.ways}
            rows={e.trunks}
            rowKey={({ trunk }) => trunk}
            plain
            empty={<Empty title={text.emergency.noWay} teach={text.emergency.teach} />}
            columns={[
              { key: 'trunk', title: text.fields.trunk, cell: ({ trunk }) => trunk },
              { key: 'called', title: text.records.called, cell: ({ called }) => called },
              { key: 'from', title: text.emergency.shown, cell: ({ from: shown }) => shown },
              { key: 'back', title: text.emergency.callsBack, cell: ({ calls_back }) => (calls_back ? text.form.yes : text.form.no) },
              { key: 'most', title: text.emergency.most, cell: ({ calls_most }) => calls_most, end: true, minor: true },
            ]}
          />
        </section>
      )}
    </Asked>
  );
}
