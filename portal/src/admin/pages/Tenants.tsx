import { Button } from '@mantine/core';
import { useState } from 'react';
import { useList, useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { goTo, linkTo, useRoute } from '../route';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet } from '../view/Dialogs';
import { EditSheet } from '../view/EditSheet';
import { useRemoval } from '../view/removal';
import { Facts } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { HabitsOfAll } from './Habits';

/** Who shares this system. */
export function Tenants() {
  const text = useText();
  const may = useMay();
  const { id } = useRoute();
  const [making, setMaking] = useState(false);
  const query = useList('tenant.list', 'tenants');
  const room = useRoom();
  return (
    <>
      <p className={css.lead}>{text.tenants.lead}</p>
      <Asked query={query}>
        {({ tenants }) => (
          <DataTable
            caption={text.pages.tenants}
            rows={tenants}
            rowKey={({ name }) => name}
            order={{ column: 'name', down: false }}
            actions={may('tenant.add') && <Button onClick={() => setMaking(true)}>{text.tenants.add}</Button>}
            empty={<Empty title={text.tenants.none} teach={text.tenants.teach} />}
            columns={[
              { key: 'name', title: text.fields.name, cell: ({ name }) => name, show: ({ name }) => <a href={linkTo('tenants', name)}>{name}</a> },
              { key: 'dealer', title: text.fields.dealer, cell: ({ dealer }) => dealer },
              { key: 'domains', title: text.fields.domains, cell: ({ domains }) => domains.join(', ') },
              {
                key: 'extensions',
                title: text.pages.extensions,
                cell: ({ extensions_now }) => extensions_now,
                show: room,
              },
              { key: 'day', title: text.fields.day, cell: ({ day }) => day, minor: true },
              { key: 'month', title: text.fields.month, cell: ({ month }) => month, minor: true },
            ]}
          />
        )}
      </Asked>
      {making && (
        <Sheet title={text.tenants.add} close={() => setMaking(false)}>
          <CommandForm command="tenant.add" submit={text.tenants.add} done={() => setMaking(false)} />
        </Sheet>
      )}
      {id !== '' && <TenantSheet key={id} name={id} close={() => goTo('tenants')} />}
    </>
  );
}

/** How many extensions it has, of how many. */
function useRoom(): (tenant: Schemas['Tenant']) => string {
  const text = useText();
  return ({ extensions_now, extensions }) => text.tenants.of(extensions_now, extensions === 0 ? text.tenants.any : String(extensions));
}

function TenantSheet({ name, close }: { name: string; close: () => void }) {
  const text = useText();
  const may = useMay();
  const ask = useRemoval();
  const room = useRoom();
  const query = useTold('tenant.show', { name });
  const remove = (extensions: number) =>
    ask({
      name,
      consequences: [text.tenants.has(extensions), text.tenants.removed],
      command: 'tenant.remove',
      values: { name },
      done: close,
    });
  return (
    <EditSheet
      title={text.tenants.one(name)}
      close={close}
      query={query}
      command="tenant.set"
      given={{ name }}
      now={(shown) => ({ ...shown })}
      actions={({ extensions_now }) =>
        may('tenant.remove') && (
          <Button variant="default" onClick={() => remove(extensions_now)}>
            {text.app.remove}
          </Button>
        )
      }
    >
      {(shown) => (
        <>
          <Facts
            facts={[
              [text.fields.dealer, shown.dealer],
              [text.fields.domains, shown.domains.join(', ')],
              [text.pages.extensions, room(shown)],
              [text.fields.calls, shown.calls === '0' ? text.tenants.any : shown.calls],
              [text.fields.day, shown.day],
              [text.fields.month, shown.month],
            ]}
          />
          <HabitsOfAll level="tenant" tenant={name} />
        </>
      )}
    </EditSheet>
  );
}
