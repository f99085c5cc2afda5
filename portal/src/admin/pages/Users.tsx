import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useList, useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { goTo, linkTo, useRoute } from '../route';
import { useMay, useMe } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { EditSheet } from '../view/EditSheet';
import { Said } from '../view/Said';
import { useRemoval } from '../view/removal';
import { Facts, Mark, Qr, Secret } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useWhen } from '../view/words';

type Invitation = Schemas['Invitation'];

/** Who may sign in here, and as what. */
export function Users() {
  const text = useText();
  const may = useMay();
  const when = useWhen();
  const { id } = useRoute();
  const [making, setMaking] = useState(false);
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const query = useList('user.list', 'users');
  return (
    <>
      <p className={css.lead}>{text.users.lead}</p>
      <Asked query={query}>
        {({ users }) => (
          <DataTable
            caption={text.pages.users}
            rows={users}
            rowKey={({ name }) => name}
            order={{ column: 'name', down: false }}
            actions={may('user.add') && <Button onClick={() => setMaking(true)}>{text.users.add}</Button>}
            empty={<Empty title={text.users.none} teach={text.users.teach} />}
            columns={[
              { key: 'name', title: text.signIn.name, cell: ({ name }) => name, show: ({ name }) => <a href={linkTo('users', name)}>{name}</a> },
              { key: 'display', title: text.fields.display, cell: ({ display }) => display },
              { key: 'extension', title: text.fields.extension, cell: ({ extension }) => extension, minor: true },
              { key: 'role', title: text.fields.role, cell: ({ role }) => role },
              {
                key: 'factor',
                title: text.users.factor,
                cell: ({ second_factor }) => (second_factor ? 1 : 0),
                show: ({ second_factor }) => <Mark tone={second_factor ? 'good' : 'fair'}>{second_factor ? text.form.yes : text.form.no}</Mark>,
              },
              { key: 'signed', title: text.users.signedIn, cell: ({ signed_in_ms }) => signed_in_ms, show: ({ signed_in }) => when(signed_in) || '—', minor: true },
              {
                key: 'state',
                title: '',
                cell: ({ enabled }) => (enabled ? 1 : 0),
                show: ({ enabled, password }) =>
                  !enabled ? <Mark tone="bad">{text.app.off}</Mark> : !password ? <Mark tone="plain">{text.users.invited}</Mark> : '',
              },
            ]}
          />
        )}
      </Asked>
      {making && (
        <Sheet title={text.users.add} close={() => setMaking(false)}>
          <CommandForm
            command="user.add"
            first={['name', 'display', 'email', 'class', 'role', 'extension']}
            submit={text.users.add}
            done={(answer) => {
              setMaking(false);
              setInvitation(answer);
            }}
          />
        </Sheet>
      )}
      {id !== '' && <UserSheet key={id} name={id} invite={setInvitation} close={() => goTo('users')} />}
      {invitation && <InvitationShown invitation={invitation} close={() => setInvitation(null)} />}
    </>
  );
}

function InvitationShown({ invitation, close }: { invitation: Invitation; close: () => void }) {
  const text = useText();
  const when = useWhen();
  return (
    <Sheet title={text.users.invitation(invitation.name)} close={close}>
      <Stack>
        <Text>{text.users.invitationText}</Text>
        <div className={css.linkMade}>
          <Qr text={invitation.link} label={text.users.linkQr} />
          <Stack>
            <Secret label={text.extensions.link} value={invitation.link} />
            <Text size="sm">{text.extensions.linkUntil(when(invitation.expires))}</Text>
          </Stack>
        </div>
        <Button onClick={close}>{text.extensions.noted}</Button>
      </Stack>
    </Sheet>
  );
}

/** What of somebody's ends when he may no longer sign in as before. */
function useWhatEnds(name: string): readonly string[] {
  const text = useText();
  const may = useMay();
  const sessions = useList('session.list', 'sessions', may('session.list')).data?.sessions;
  const tokens = useList('token.list', 'tokens', may('token.list')).data?.tokens;
  const own = (list: readonly { readonly user: string }[]) => list.filter(({ user }) => user === name).length;
  return [
    sessions ? text.users.endsSessions(own(sessions)) : text.users.removed,
    ...(tokens ? [text.users.endsTokens(own(tokens))] : []),
  ];
}

interface SheetProps {
  readonly name: string;
  readonly invite: (invitation: Invitation) => void;
  readonly close: () => void;
}

function UserSheet({ name, invite, close }: SheetProps) {
  const text = useText();
  const may = useMay();
  const me = useMe();
  const when = useWhen();
  const { confirm, say } = useDesk();
  const ask = useRemoval();
  const ends = useWhatEnds(name);
  const query = useTold('user.show', { name });
  const reset = () =>
    confirm({
      title: text.users.resetTitle(name),
      consequences: [...ends, text.users.resetText],
      action: text.users.reset,
      command: 'user.reset',
      values: { name },
      done: (answer) => {
        const { link, message } = answer as Invitation;
        if (link === '') say(<Said text={message} />);
        else invite(answer as Invitation);
      },
    });
  const remove = () =>
    ask({
      name,
      consequences: ends,
      command: 'user.remove',
      values: { name },
      done: close,
    });
  return (
    <EditSheet
      title={text.users.one(name)}
      close={close}
      query={query}
      command="user.set"
      given={{ name }}
      warn={(_, sent) => (sent['enabled'] === false ? ends : [])}
      now={(user) => ({ ...user })}
      actions={() => (
        <>
          {may('user.reset') && (
            <Button variant="default" onClick={reset}>
              {text.users.reset}
            </Button>
          )}
          {may('user.remove') && me.name !== name && (
            <Button variant="default" onClick={remove}>
              {text.app.remove}
            </Button>
          )}
        </>
      )}
    >
      {(user) => (
        <>
          <Facts
            facts={[
              [text.fields.display, user.display],
              [text.fields.email, user.email],
              [text.fields.class, text.label(user.class)],
              [text.fields.role, user.role],
              [text.fields.extension, user.extension],
              [text.signIns.where, user.sign_in],
              [text.fields.enabled, user.enabled ? text.form.yes : text.form.no],
              [text.users.factor, user.second_factor ? text.form.yes : text.form.no],
              [text.extensions.created, when(user.created)],
              [text.users.signedIn, when(user.signed_in)],
            ]}
          />
          {user.permissions && <PermissionList permissions={user.permissions} />}
        </>
      )}
    </EditSheet>
  );
}

export function PermissionList({ permissions }: { permissions: readonly string[] }) {
  const text = useText();
  return (
    <section>
      <h3 className={css.heading}>{text.roles.permissions}</h3>
      <ul className={css.tags}>
        {permissions.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </section>
  );
}
