import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { call } from '../api/client';
import { useTold } from '../api/queries';
import { useText } from '../messages';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { useDesk } from '../view/Dialogs';
import { Secret } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';

/** The accounts of a list of PINs; a PIN that is made here is shown once. */
export function Pins({ list }: { list: string }) {
  const text = useText();
  const may = useMay();
  const { confirm } = useDesk();
  const query = useTold('pin.list', { name: list });
  const [made, setMade] = useState<{ account: string; pin: string } | null>(null);
  const remove = (account: string, asks: string) => {
    // An account code is all of itself; a PIN cannot be shown again.
    const code = asks === 'account_code';
    confirm({
      title: text.pins.removeTitle(account),
      consequences: [text.pins.removed, code ? text.app.canUndo : text.app.noUndo],
      action: text.app.remove,
      command: 'pin.remove',
      values: { name: list, account },
      ...(code ? { undo: () => call('pin.add', { name: list, account }) } : {}),
    });
  };
  return (
    <Stack>
      {made && <Secret label={text.pins.made(made.account)} value={made.pin} />}
      <Asked query={query}>
        {({ value: { accounts, asks } }) => (
          <DataTable
            caption={text.pins.title}
            rows={accounts}
            rowKey={(account) => account}
            plain
            empty={<Empty title={text.pins.none} teach={text.pins.teach} />}
            columns={[
              { key: 'account', title: text.pins.account, cell: (account) => account },
              {
                key: 'actions',
                title: '',
                cell: () => '',
                end: true,
                show: (account) =>
                  may('pin.remove') && (
                    <Button size="compact-sm" variant="default" onClick={() => remove(account, asks)}>
                      {text.app.remove}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Asked>
      {may('pin.add') && (
        <details className={css.more}>
          <summary>{text.pins.add}</summary>
          <CommandForm
            command="pin.add"
            given={{ name: list }}
            submit={text.pins.add}
            done={({ account, pin }) => setMade(pin === undefined ? null : { account, pin })}
          />
        </details>
      )}
    </Stack>
  );
}
