import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useList } from '../api/queries';
import { operation } from '../contract/contract';
import { useText } from '../messages';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { Said } from '../view/Said';
import { Mark } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { Meter } from '../view/Meter';
import { AccountName } from './AccountName';

/** What was spent, is reserved and is left. */
export function Spending() {
  const text = useText();
  const may = useMay();
  const { say } = useDesk();
  const [level, setLevel] = useState('');
  const [credit, setCredit] = useState('');
  const query = useList('spend.list', 'accounts');
  const levels = operation('spend.list').fields.find(({ name }) => name === 'level')?.words ?? [];
  return (
    <>
      <p className={css.lead}>{text.spending.lead}</p>
      <Asked query={query}>
        {({ accounts, currency }) => (
          <DataTable
            caption={text.pages.spending}
            rows={level === '' ? accounts : accounts.filter((account) => account.level === level)}
            rowKey={(row) => `${row.level} ${row.id}`}
            actions={
              <NativeSelect
                aria-label={text.spending.level}
                value={level}
                onChange={(event) => setLevel(event.currentTarget.value)}
                data={[{ value: '', label: text.spending.every }, ...levels.map((value) => ({ value, label: text.label(value) }))]}
              />
            }
            empty={<Empty title={text.spending.none} teach={text.spending.teach} />}
            columns={[
              { key: 'level', title: text.spending.level, cell: (row) => text.label(row.level) },
              {
                key: 'name',
                title: text.fields.name,
                cell: ({ name }) => name,
                show: (row) => <AccountName account={row} />,
              },
              {
                key: 'today',
                title: `${text.spending.today} (${currency})`,
                cell: ({ today }) => Number(today.spent),
                show: ({ today }) => <Meter used={today.spent} of={today.limit} reserved={today.reserved} />,
              },
              {
                key: 'month',
                title: `${text.spending.month} (${currency})`,
                cell: ({ month }) => Number(month.spent),
                show: ({ month }) => <Meter used={month.spent} of={month.limit} reserved={month.reserved} />,
              },
              { key: 'credit', title: text.spending.credit, cell: (row) => Number(row.credit), show: (row) => row.credit, minor: true, end: true },
              {
                key: 'locked',
                title: '',
                cell: ({ locked }) => (locked ? 1 : 0),
                show: (row) => (
                  <>
                    {row.locked && <Mark tone="bad">{text.spending.locked}</Mark>}{' '}
                    {row.credit !== '' && may('credit.add') && (
                      <Button size="compact-sm" variant="default" onClick={() => setCredit(row.level === 'system' || row.level === 'tenant' ? row.level : `${row.level}.${row.name}`)}>
                        {text.spending.add}
                      </Button>
                    )}
                  </>
                ),
                end: true,
              },
            ]}
          />
        )}
      </Asked>
      {credit !== '' && (
        <Sheet title={text.spending.addTo(credit)} close={() => setCredit('')}>
          <CommandForm
            command="credit.add"
            given={{ whom: credit }}
            submit={text.spending.add}
            done={({ message }) => {
              setCredit('');
              say(<Said text={message} />);
            }}
          />
        </Sheet>
      )}
    </>
  );
}
