import { useTold } from '../api/queries';
import { useText } from '../messages';
import { linkTo } from '../route';
import { DataTable } from '../view/DataTable';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useWhen } from '../view/words';

/** How people usually call, and which calls did not fit. */
export function Habits() {
  const text = useText();
  const when = useWhen();
  const query = useTold('pattern.list');
  return (
    <>
      <p className={css.lead}>{text.habits.lead}</p>
      <Asked query={query}>
        {({ value: { told, subjects } }) => (
          <>
            <h2 className={css.heading}>{text.habits.unusual}</h2>
            <DataTable
              caption={text.habits.unusual}
              rows={told}
              rowKey={({ at, extension, number }) => `${at} ${extension} ${number}`}
              order={{ column: 'at', down: true }}
              empty={<Empty title={text.habits.noneUnusual} />}
              columns={[
                { key: 'at', title: text.habits.at, cell: ({ at }) => at, show: ({ at }) => when(at) },
                { key: 'extension', title: text.calls.from, cell: ({ extension }) => extension, show: ({ extension }) => <a href={linkTo('extensions', extension)}>{extension}</a> },
                { key: 'number', title: text.calls.to, cell: ({ number }) => number },
                { key: 'score', title: text.habits.score, cell: ({ score }) => score, end: true },
                { key: 'text', title: text.habits.why, said: true, cell: (row) => row.text },
                { key: 'action', title: text.habits.action, cell: ({ action }) => text.label(action) },
              ]}
            />
            <h2 className={css.heading}>{text.habits.known}</h2>
            <DataTable
              caption={text.habits.known}
              rows={subjects}
              rowKey={({ level, name }) => `${level} ${name}`}
              empty={<Empty title={text.habits.noneKnown} />}
              columns={[
                { key: 'level', title: text.spending.level, cell: ({ level }) => text.label(level) },
                { key: 'name', title: text.fields.name, cell: ({ name }) => name },
                { key: 'days', title: text.habits.days, cell: ({ days }) => days, end: true },
                { key: 'today', title: text.habits.today, cell: ({ calls_today }) => calls_today, end: true },
                { key: 'lines', title: text.habits.usual, said: true, cell: ({ lines }) => lines.join('\n'), minor: true },
              ]}
            />
          </>
        )}
      </Asked>
    </>
  );
}
