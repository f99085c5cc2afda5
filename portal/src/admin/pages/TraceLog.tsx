import { Checkbox, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTold } from '../api/queries';
import { useText } from '../messages';
import { goTo, linkTo, useRoute } from '../route';
import { useMay, useMe } from '../session';
import { DataTable } from '../view/DataTable';
import { Sheet } from '../view/Dialogs';
import { Mark } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { Ladder } from './Ladder';

const linesAtOnce = 500;

/** Messages of everybody, a line each, newest first; each leads to the ladder of its call. */
export function TraceLog() {
  const text = useText();
  const may = useMay();
  const mayNumbers = useMe().permissions.includes('trace-number.read');
  const { id } = useRoute();
  const [extension, setExtension] = useState('');
  const [source, setSource] = useState('');
  const [numbers, setNumbers] = useState(false);
  const [wanted] = useDebouncedValue(`${extension.trim()} ${source.trim()}`, 400);
  const [of = '', from = ''] = wanted.split(' ');
  const query = useTold('trace.log', { limit: linesAtOnce, extension: of || undefined, source: from || undefined, numbers: numbers || undefined });
  return (
    <>
      <p className={css.lead}>{text.trace.lead}</p>
      <div className={css.tools}>
        <TextInput label={text.extensions.number} placeholder="1001" value={extension} onChange={(event) => setExtension(event.currentTarget.value)} />
        <TextInput label={text.bans.block} placeholder="192.0.2.0/24" value={source} onChange={(event) => setSource(event.currentTarget.value)} spellCheck={false} />
        {mayNumbers && <Checkbox label={text.trace.numbers} checked={numbers} onChange={(event) => setNumbers(event.currentTarget.checked)} />}
      </div>
      <Asked query={query}>
        {({ value: { lines, more } }) => (
          <>
            <DataTable
              caption={text.trace.recorded}
              rows={lines.map((line, at) => ({ ...line, at_place: at }))}
              rowKey={({ at_place }) => String(at_place)}
              order={{ column: 'at', down: true }}
              empty={<Empty title={text.trace.none} teach={text.trace.teach} />}
              columns={[
                { key: 'at', title: text.trace.at, cell: ({ at_ms }) => at_ms, show: ({ at }) => at.replace('T', ' ').replace('Z', '') },
                { key: 'direction', title: text.trace.direction, cell: ({ direction }) => text.trace.directions[direction as 'in'] ?? direction },
                { key: 'remote', title: text.phones.address, cell: ({ remote, transport }) => (remote === '' ? '' : `${remote} ${transport}`), long: true },
                {
                  key: 'label',
                  title: text.trace.message,
                  cell: ({ label, stranger }) => `${label}${stranger ? ` ${text.trace.stranger}` : ''}`,
                  show: ({ label, stranger }) => (
                    <>
                      {label} {stranger && <Mark tone="fair">{text.trace.stranger}</Mark>}
                    </>
                  ),
                },
                { key: 'from', title: text.calls.from, cell: (line) => line.from, minor: true },
                { key: 'to', title: text.calls.to, cell: ({ to }) => to, minor: true },
                {
                  key: 'call',
                  title: text.trace.call,
                  cell: ({ call }) => call,
                  show: ({ call }) => call !== '' && may('trace.call') && <a href={linkTo('trace', call)}>{text.trace.ladder}</a>,
                },
              ]}
            />
            {more && <p className={css.dim}>{text.trace.moreLines}</p>}
          </>
        )}
      </Asked>
      {id !== '' && (
        <Sheet title={text.trace.title} close={() => goTo('trace')} wide>
          <Ladder id={id} />
        </Sheet>
      )}
    </>
  );
}
