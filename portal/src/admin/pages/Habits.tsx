import { useState } from 'react';
import { useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { linkTo } from '../route';
import { useMay } from '../session';
import { DataTable } from '../view/DataTable';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useWhen } from '../view/words';

/** How people usually call, and which calls did not fit. */
export function Habits() {
  const text = useText();
  const query = useTold('pattern.list');
  return (
    <>
      <p className={css.lead}>{text.habits.lead}</p>
      <Asked query={query}>
        {({ value: { told, subjects } }) => (
          <>
            <h2 className={css.heading}>{text.habits.unusual}</h2>
            <Unusual told={told} />
            <h2 className={css.heading}>{text.habits.known}</h2>
            <DataTable
              caption={text.habits.known}
              rows={subjects}
              rowKey={({ level, name }) => `${level} ${name}`}
              empty={<Empty title={text.habits.noneKnown} teach={text.habits.teachKnown} />}
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

function Unusual({ told, plain }: { told: readonly Schemas['Unusual'][]; plain?: boolean }) {
  const text = useText();
  const when = useWhen();
  return (
    <DataTable
      caption={text.habits.unusual}
      rows={told}
      rowKey={({ at, extension, number }) => `${at} ${extension} ${number}`}
      order={{ column: 'at', down: true }}
      plain={plain ?? false}
      empty={<Empty title={text.habits.noneUnusual} teach={text.habits.teachUnusual} />}
      columns={[
        { key: 'at', title: text.habits.at, cell: ({ at }) => at, show: ({ at }) => when(at) },
        { key: 'extension', title: text.calls.from, cell: ({ extension }) => extension, show: ({ extension }) => <a href={linkTo('extensions', extension)}>{extension}</a> },
        { key: 'number', title: text.calls.to, cell: ({ number }) => number },
        { key: 'score', title: text.habits.score, cell: ({ score }) => score, end: true },
        { key: 'text', title: text.habits.why, said: true, cell: (row) => row.text },
        { key: 'action', title: text.habits.action, cell: ({ action }) => text.label(action) },
      ]}
    />
  );
}

/** How one extension usually calls, on demand, and which of its calls did not fit. */
export function HabitsOf({ number }: { number: string }) {
  const text = useText();
  const [open, setOpen] = useState(false);
  return (
    <details className={css.more} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{text.habits.own}</summary>
      {open && <Known number={number} />}
    </details>
  );
}

function Known({ number }: { number: string }) {
  const text = useText();
  const query = useTold('pattern.show', { number });
  return (
    <Asked query={query}>
      {({ value: { subjects, told } }) => (
        <>
          {subjects.length === 0 && <Empty title={text.habits.noneKnown} teach={text.habits.teachKnown} />}
          {subjects.map((subject) => (
            <Lines key={`${subject.level} ${subject.name}`} subject={subject} />
          ))}
          <Unusual told={told} plain />
        </>
      )}
    </Asked>
  );
}

/** What is known of a department's or a tenant's habits; nothing while nothing is. Their lines stand with each extension. */
export function HabitsOfAll({ level, name, tenant }: { level: 'department' | 'tenant'; name?: string; tenant?: string }) {
  const may = useMay();
  const query = useTold('pattern.list', tenant === undefined ? {} : { tenant }, may('pattern.list'));
  const subject = query.data?.value.subjects.find((each) => each.level === level && (name === undefined || each.name === name));
  return subject ? <Lines subject={subject} /> : null;
}

function Lines({ subject: { level, name, days, calls_today, lines } }: { subject: Schemas['Habit'] }) {
  const text = useText();
  return (
    <section>
      <h3 className={css.heading}>{text.habits.whose(text.label(level), name)}</h3>
      <p className={css.dim}>{text.habits.from(String(days), String(calls_today))}</p>
      {lines.length > 0 && (
        <ul className={css.list}>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
