import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useId, useMemo, useState } from 'react';
import { Icon } from '../../shared/icons';
import { type Messages, useText } from '../messages';
import { plainly } from '../messages/server';
import css from './admin.module.css';
import { Said } from './Said';
import { type Cell, type Order, filtered, sorted } from './table';

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** What it is sorted and searched by. */
  readonly cell: (row: Row) => Cell;
  readonly show?: (row: Row) => ReactNode;
  /** What the server says in words: read, searched and sorted in the language of the page. */
  readonly said?: boolean;
  /** Left out where there is no room. */
  readonly minor?: boolean;
  /** May be one long word, such as an address: broken anywhere. */
  readonly long?: boolean;
  readonly end?: boolean;
}

interface Props<Row> {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** Teaches what could be here. */
  readonly empty: ReactNode;
  readonly order?: Order;
  readonly actions?: ReactNode;
  /** Short ones need nothing to look for. */
  readonly plain?: boolean;
}

const rowsShown = 50;

export function DataTable<Row>({ caption, rows, columns: given, rowKey, empty, order: first, actions, plain }: Props<Row>) {
  const text = useText();
  const columns = useMemo(() => given.map((column) => (column.said ? inWords(column, text) : column)), [given, text]);
  const [wanted, setWanted] = useState('');
  const [order, setOrder] = useState<Order | null>(first ?? null);
  const [page, setPage] = useState(0);
  const found = useMemo(() => {
    const among = filtered(
      rows,
      columns.map(({ cell }) => cell),
      wanted,
    );
    const by = columns.find(({ key }) => key === order?.column);
    return by && order ? sorted(among, by.cell, order.down) : among;
  }, [rows, columns, wanted, order]);
  const pages = Math.max(1, Math.ceil(found.length / rowsShown));
  const at = Math.min(page, pages - 1);
  const shown = found.slice(at * rowsShown, (at + 1) * rowsShown);

  if (rows.length === 0)
    return (
      <>
        {actions && <div className={css.tools}>{actions}</div>}
        {empty}
      </>
    );
  return (
    <div>
      {(!plain || actions) && (
        <div className={css.tools}>
          {!plain && (
            <TextInput
              aria-label={text.table.filter(caption)}
              placeholder={text.table.filterHint}
              leftSection={<Icon name="search" size={16} />}
              value={wanted}
              onChange={(event) => {
                setWanted(event.currentTarget.value);
                setPage(0);
              }}
              className={css.filter}
            />
          )}
          {actions}
        </div>
      )}
      <div className={css.scroll} role="region" aria-label={caption} tabIndex={0}>
        {/* On a phone its rows stand as cards; the roles keep it a table for those who hear it. */}
        <table className={css.table} role="table">
          <caption className="hidden-text">{caption}</caption>
          <thead role="rowgroup">
            <tr role="row">
              {columns.map((column) => (
                <Head key={column.key} column={column} order={order} setOrder={setOrder} />
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {shown.map((row) => (
              <tr key={rowKey(row)} role="row">
                {columns.map(({ key, title, cell, show, minor, end, long }) => (
                  <td key={key} role="cell" data-title={title} data-minor={minor || undefined} data-end={end || undefined} data-long={long || undefined}>
                    {show ? show(row) : cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 && <p className={css.dim}>{text.table.nothing(wanted)}</p>}
      {!plain && <Pager from={at * rowsShown} shown={shown.length} all={found.length} page={at} pages={pages} go={setPage} />}
    </div>
  );
}

/** A column of the server's sentences, in words of ours. */
const inWords = <Row,>(column: Column<Row>, text: Messages): Column<Row> => ({
  ...column,
  cell: (row) => plainly(text.server(String(column.cell(row)))),
  show: column.show ?? ((row) => <Said text={String(column.cell(row))} />),
});

interface HeadProps<Row> {
  readonly column: Column<Row>;
  readonly order: Order | null;
  readonly setOrder: (order: Order) => void;
}

function Head<Row>({ column: { key, title, minor, end }, order, setOrder }: HeadProps<Row>) {
  const mine = order?.column === key ? order : null;
  return (
    <th
      scope="col"
      role="columnheader"
      data-minor={minor || undefined}
      data-end={end || undefined}
      aria-sort={mine ? (mine.down ? 'descending' : 'ascending') : undefined}
    >
      {title === '' ? (
        <span className="hidden-text">⋯</span>
      ) : (
        <button type="button" className={css.sort} onClick={() => setOrder({ column: key, down: mine ? !mine.down : false })}>
          {title}
          <span aria-hidden="true" className={css.arrow}>
            {mine ? (mine.down ? '▼' : '▲') : ''}
          </span>
        </button>
      )}
    </th>
  );
}

interface PagerProps {
  readonly from: number;
  readonly shown: number;
  readonly all: number;
  readonly page: number;
  readonly pages: number;
  readonly go: (page: number) => void;
}

function Pager({ from, shown, all, page, pages, go }: PagerProps) {
  const text = useText();
  const id = useId();
  return (
    <nav className={css.pager} aria-label={text.table.pages}>
      <span id={id} role="status">
        {text.table.part(String(shown === 0 ? 0 : from + 1), String(from + shown), String(all))}
      </span>
      {pages > 1 && (
        <>
          <Button size="compact-sm" variant="default" disabled={page === 0} onClick={() => go(page - 1)}>
            {text.table.before}
          </Button>
          <Button size="compact-sm" variant="default" disabled={page >= pages - 1} onClick={() => go(page + 1)}>
            {text.table.next}
          </Button>
        </>
      )}
      <Button size="compact-sm" variant="subtle" onClick={() => window.print()}>
        {text.table.print}
      </Button>
    </nav>
  );
}
