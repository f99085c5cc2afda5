import { Button } from '@mantine/core';
import { useState } from 'react';
import { useList, useTold } from '../api/queries';
import { useText } from '../messages';
import { goTo, linkTo, useRoute } from '../route';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { EditSheet } from '../view/EditSheet';
import { Facts } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';

/** Who shares this system. */
export function Tenants() {
  const text = useText();
  const may = useMay();
  const { id } = useRoute();
  const [making, setMaking] = useState(false);
  const query = useList('tenant.list', 'tenants');
  const most = (count: number) => (count === 0 ? text.tenants.any : String(count));
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
            empty={<Empty title={text.tenants.none} />}
            columns={[
              { key: 'name', title: text.fields.name, cell: ({ name }) => name, show: ({ name }) => <a href={linkTo('tenants', name)}>{name}</a> },
              { key: 'dealer', title: text.fields.dealer, cell: ({ dealer }) => dealer },
              { key: 'domains', title: text.fields.domains, cell: ({ domains }) => domains.join(', ') },
              {
                key: 'extensions',
                title: text.pages.extensions,
                cell: ({ extensions_now }) => extensions_now,
                show: ({ extensions_now, extensions }) => text.tenants.of(extensions_now, most(extensions)),
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

function TenantSheet({ name, close }: { name: string; close: () => void }) {
  const text = useText();
  const may = useMay();
  const { confirm } = useDesk();
  const query = useTold('tenant.show', { name });
  const remove = () =>
    confirm({
      title: text.object.removeTitle(name),
      consequences: [text.tenants.removed, text.app.noUndo],
      action: text.app.remove,
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
      actions={() =>
        may('tenant.remove') && (
          <Button variant="default" onClick={remove}>
            {text.app.remove}
          </Button>
        )
      }
    >
      {(shown) => (
        <Facts
          facts={[
            [text.fields.dealer, shown.dealer],
            [text.fields.domains, shown.domains.join(', ')],
            [text.pages.extensions, text.tenants.of(shown.extensions_now, shown.extensions === 0 ? text.tenants.any : String(shown.extensions))],
            [text.fields.calls, shown.calls === '0' ? text.tenants.any : shown.calls],
            [text.fields.day, shown.day],
            [text.fields.month, shown.month],
          ]}
        />
      )}
    </EditSheet>
  );
}
