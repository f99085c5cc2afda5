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

/** Who looks after tenants, and how much they may hand out to them. */
export function Dealers() {
  const text = useText();
  const may = useMay();
  const { id } = useRoute();
  const [making, setMaking] = useState(false);
  const query = useList('dealer.list', 'dealers');
  return (
    <>
      <p className={css.lead}>{text.dealers.lead}</p>
      <Asked query={query}>
        {({ dealers }) => (
          <DataTable
            caption={text.pages.dealers}
            rows={dealers}
            rowKey={({ name }) => name}
            order={{ column: 'name', down: false }}
            actions={may('dealer.set') && <Button onClick={() => setMaking(true)}>{text.dealers.add}</Button>}
            empty={<Empty title={text.dealers.none} teach={text.dealers.teach} />}
            columns={[
              { key: 'name', title: text.fields.name, cell: ({ name }) => name, show: ({ name }) => <a href={linkTo('dealers', name)}>{name}</a> },
              {
                key: 'tenants',
                title: text.fields.tenants,
                cell: ({ tenants_now }) => tenants_now,
                show: ({ tenants_now, tenants }) => text.tenants.of(tenants_now, String(tenants)),
              },
              { key: 'extensions', title: text.pages.extensions, cell: ({ extensions }) => extensions },
              { key: 'calls', title: text.fields.calls, cell: ({ calls }) => calls },
              { key: 'day', title: text.fields.day, cell: ({ day }) => day, minor: true },
              { key: 'month', title: text.fields.month, cell: ({ month }) => month, minor: true },
            ]}
          />
        )}
      </Asked>
      {making && (
        <Sheet title={text.dealers.add} close={() => setMaking(false)}>
          <CommandForm command="dealer.set" submit={text.dealers.add} done={() => setMaking(false)} />
        </Sheet>
      )}
      {id !== '' && <DealerSheet key={id} name={id} close={() => goTo('dealers')} />}
    </>
  );
}

function DealerSheet({ name, close }: { name: string; close: () => void }) {
  const text = useText();
  const may = useMay();
  const { confirm } = useDesk();
  const query = useTold('dealer.show', { name });
  const remove = () =>
    confirm({
      title: text.object.removeTitle(name),
      consequences: [text.dealers.removed, text.app.noUndo],
      action: text.app.remove,
      command: 'dealer.remove',
      values: { name },
      done: close,
    });
  return (
    <EditSheet
      title={text.dealers.one(name)}
      close={close}
      query={query}
      command="dealer.set"
      given={{ name }}
      now={(shown) => ({ ...shown })}
      actions={() =>
        may('dealer.remove') && (
          <Button variant="default" onClick={remove}>
            {text.app.remove}
          </Button>
        )
      }
    >
      {(shown) => (
        <Facts
          facts={[
            [text.fields.tenants, text.tenants.of(shown.tenants_now, String(shown.tenants))],
            [text.pages.extensions, shown.extensions],
            [text.fields.calls, shown.calls],
            [text.fields.day, shown.day],
            [text.fields.month, shown.month],
          ]}
        />
      )}
    </EditSheet>
  );
}
