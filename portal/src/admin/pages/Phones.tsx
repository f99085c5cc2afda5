import { Button } from '@mantine/core';
import { useList } from '../api/queries';
import { useText } from '../messages';
import { linkTo } from '../route';
import { useMay } from '../session';
import { DataTable } from '../view/DataTable';
import { useDesk } from '../view/Dialogs';
import { Mark } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useWhen } from '../view/words';

/** Which phones are registered, from where. */
export function Phones() {
  const text = useText();
  const may = useMay();
  const when = useWhen();
  const { confirm } = useDesk();
  const query = useList('registration.list', 'registrations');
  const calls = useList('call.list', 'calls', may('call.list')).data?.calls;
  const others = (number: string) => (query.data?.registrations ?? []).filter((each) => each.number === number).length - 1;
  const talking = (number: string) => (calls ?? []).filter(({ caller, callee }) => caller === number || callee === number).length;
  const remove = (number: string, key: string) =>
    confirm({
      title: text.phones.removeTitle(number),
      consequences: [text.phones.removed, text.phones.others(others(number)), ...(calls ? [text.phones.callsStay(talking(number))] : [])],
      action: text.app.remove,
      command: 'registration.remove',
      values: { number, contact: key },
    });
  return (
    <>
      <p className={css.lead}>{text.phones.lead}</p>
      <Asked query={query}>
        {({ registrations }) => (
          <DataTable
            caption={text.pages.phones}
            rows={registrations}
            rowKey={({ number, key }) => `${number} ${key}`}
            order={{ column: 'number', down: false }}
            empty={
              <Empty title={text.phones.none} teach={text.phones.teach}>
                <a href={linkTo('start')}>{text.pages.start}</a>
              </Empty>
            }
            columns={[
              {
                key: 'number',
                title: text.extensions.number,
                cell: ({ number }) => number,
                show: ({ number }) => <a href={linkTo('extensions', number)}>{number}</a>,
              },
              { key: 'agent', title: text.phones.agent, cell: ({ user_agent }) => user_agent },
              {
                key: 'transport',
                title: text.phones.transport,
                cell: ({ transport }) => transport,
                show: ({ transport }) => (
                  <Mark tone={transport === 'tls' || transport === 'wss' ? 'good' : 'fair'}>{transport.toUpperCase()}</Mark>
                ),
              },
              { key: 'remote', title: text.phones.address, cell: ({ remote }) => remote },
              { key: 'expires', title: text.phones.expires, cell: ({ expires_in_s }) => expires_in_s, show: ({ expires }) => when(expires), minor: true },
              {
                key: 'actions',
                title: '',
                cell: () => '',
                end: true,
                show: ({ number, key }) =>
                  may('registration.remove') && (
                    <Button size="compact-sm" variant="default" onClick={() => remove(number, key)}>
                      {text.app.remove}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Asked>
    </>
  );
}
