import { Button } from '@mantine/core';
import { useList, useTold } from '../api/queries';
import { useText } from '../messages';
import { useMay } from '../session';
import { DataTable } from '../view/DataTable';
import { useDesk } from '../view/Dialogs';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useWhen } from '../view/words';

/** Who is signed in, and which addresses have to wait after wrong passwords. */
export function Sessions() {
  const text = useText();
  const may = useMay();
  const when = useWhen();
  const { confirm } = useDesk();
  const query = useList('session.list', 'sessions');
  const held = useTold('login.held');
  const end = (id: string, user: string) =>
    confirm({
      title: text.sessions.endTitle(user),
      consequences: [text.sessions.ended],
      action: text.sessions.end,
      command: 'session.remove',
      values: { id },
    });
  const release = (address: string) =>
    confirm({
      title: text.sessions.releaseTitle(address),
      consequences: [text.sessions.released],
      action: text.bans.release,
      command: 'login.release',
      values: { address },
    });
  return (
    <>
      <p className={css.lead}>{text.sessions.lead}</p>
      <Asked query={query}>
        {({ sessions }) => (
          <DataTable
            caption={text.pages.sessions}
            rows={sessions}
            rowKey={({ id }) => id}
            empty={<Empty title={text.sessions.none} teach={text.sessions.teach} />}
            columns={[
              { key: 'user', title: text.fields.user, cell: ({ user }) => user },
              { key: 'address', title: text.phones.address, cell: ({ address }) => address },
              { key: 'browser', title: text.sessions.browser, cell: ({ browser }) => browser, minor: true },
              { key: 'used', title: text.extensions.used, cell: ({ used_ms }) => used_ms, show: ({ used }) => when(used) },
              {
                key: 'actions',
                title: '',
                cell: () => '',
                end: true,
                show: ({ id, user }) =>
                  may('session.remove') && (
                    <Button size="compact-sm" variant="default" onClick={() => end(id, user)}>
                      {text.sessions.end}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Asked>
      <h2 className={css.heading}>{text.sessions.held}</h2>
      <Asked query={held}>
        {({ value }) => (
          <DataTable
            caption={text.sessions.held}
            rows={value.held}
            rowKey={({ address }) => address}
            plain
            empty={<Empty title={text.sessions.noneHeld} teach={text.sessions.teachHeld} />}
            columns={[
              { key: 'address', title: text.phones.address, cell: ({ address }) => address },
              { key: 'locks', title: text.sessions.locks, cell: ({ locks }) => locks, end: true },
              { key: 'until', title: text.bans.until, cell: ({ until_ms }) => until_ms, show: ({ until, for_good }) => (for_good ? text.bans.forGood : when(until)) },
              {
                key: 'actions',
                title: '',
                cell: () => '',
                end: true,
                show: ({ address }) =>
                  may('login.release') && (
                    <Button size="compact-sm" variant="default" onClick={() => release(address)}>
                      {text.bans.release}
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
