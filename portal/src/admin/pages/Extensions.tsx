import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useList } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { goTo, linkTo, useRoute } from '../route';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet } from '../view/Dialogs';
import { Mark } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { AccountShown } from './AccountShown';
import { ExtensionSheet } from './ExtensionSheet';

export const extensionFirst = ['number', 'name', 'remote', 'reach', 'department'] as const;

export function Extensions() {
  const text = useText();
  const may = useMay();
  const { id, query: asked } = useRoute();
  const query = useList('extension.list', 'extensions');
  const exposure = useList('exposure', 'extensions', may('exposure')).data;
  const phones = useList('registration.list', 'registrations', may('registration.list')).data?.registrations;
  const [making, setMaking] = useState(asked.has('add'));
  const [made, setMade] = useState<Schemas['Account'] | null>(null);

  const worth = useMemo(() => new Map((exposure?.extensions ?? []).map((each) => [each.number, each])), [exposure]);
  const registered = useMemo(() => {
    const count = new Map<string, number>();
    for (const { number } of phones ?? []) count.set(number, (count.get(number) ?? 0) + 1);
    return count;
  }, [phones]);
  const month = (number: string) => worth.get(number)?.month.amount;

  return (
    <>
      <p className={css.lead}>{text.extensions.lead}</p>
      <Asked query={query}>
        {({ extensions }) => (
          <DataTable
            caption={text.pages.extensions}
            rows={extensions}
            rowKey={({ number }) => number}
            order={{ column: 'number', down: false }}
            actions={may('extension.add') && <Button onClick={() => setMaking(true)}>{text.extensions.add}</Button>}
            empty={<Empty title={text.extensions.none} teach={text.extensions.teach} />}
            columns={[
              {
                key: 'number',
                title: text.extensions.number,
                cell: ({ number }) => number,
                show: ({ number }) => <a href={linkTo('extensions', number)}>{number}</a>,
              },
              { key: 'name', title: text.fields.name, cell: ({ name }) => name },
              {
                key: 'phones',
                title: text.extensions.phones,
                cell: ({ number }) => registered.get(number) ?? 0,
                show: ({ number, enabled }) =>
                  !enabled ? (
                    <Mark tone="plain">{text.app.off}</Mark>
                  ) : (
                    <Mark tone={registered.has(number) ? 'good' : 'plain'}>
                      {registered.has(number) ? text.extensions.registered(String(registered.get(number))) : text.extensions.away}
                    </Mark>
                  ),
              },
              { key: 'remote', title: text.extensions.remote, cell: ({ remote }) => (remote ? text.form.yes : text.form.no), minor: true },
              {
                key: 'exposure',
                title: text.extensions.exposure,
                cell: ({ number }) => Number(month(number) ?? (worth.has(number) ? Infinity : -1)),
                show: ({ number }) => (worth.has(number) ? (month(number) ?? <Mark tone="bad">{text.extensions.unbounded}</Mark>) : '—'),
                minor: true,
                end: true,
              },
              {
                key: 'auth',
                title: text.extensions.auth,
                cell: ({ auth_name }) => auth_name,
                show: ({ auth_name }) => <code>{auth_name}</code>,
                minor: true,
              },
            ]}
          />
        )}
      </Asked>
      {exposure && <p className={css.dim}>{text.extensions.exposureHint(exposure.currency)}</p>}
      {making && (
        <Sheet title={text.extensions.add} close={() => setMaking(false)}>
          <CommandForm
            command="extension.add"
            first={extensionFirst}
            submit={text.extensions.add}
            done={(account) => {
              setMaking(false);
              setMade(account);
            }}
          />
        </Sheet>
      )}
      {made && (
        <AccountShown
          account={made}
          close={() => {
            setMade(null);
            goTo('extensions', made.number);
          }}
        />
      )}
      {id !== '' && <ExtensionSheet key={id} number={id} close={() => goTo('extensions')} />}
    </>
  );
}
