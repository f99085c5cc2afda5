import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type Problem, call } from '../api/client';
import { useCommand, useTold } from '../api/queries';
import { useText } from '../messages';
import { type Me, enter, useMe } from '../session';
import { DataTable } from '../view/DataTable';
import { useDesk } from '../view/Dialogs';
import { AddFactor, RemoveFactor } from '../view/Factor';
import { Appearance } from '../view/HelpDialog';
import { NewPassword } from '../view/NewPassword';
import { Passkeys } from '../view/Passkeys';
import { Facts, Mark } from '../view/Shown';
import { Asked, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useWhen } from '../view/words';
import { OwnExtension } from './OwnExtension';
import { PermissionList } from './Users';

/** One's own account: password, second factor, sessions, how the pages look. */
export function Account() {
  const text = useText();
  const me = useMe();
  return (
    <div className={css.columns}>
      <Panel title={text.account.who}>
        <Facts
          facts={[
            [text.signIn.name, me.name],
            [text.fields.display, me.display],
            [text.fields.email, me.email],
            [text.fields.role, me.role],
          ]}
        />
        <details className={css.more}>
          <summary>{text.account.may(String(me.permissions.length))}</summary>
          <PermissionList permissions={me.permissions} />
        </details>
      </Panel>
      <Panel title={text.account.look}>
        <Appearance />
      </Panel>
      <Panel title={text.account.password}>
        <ChangePassword />
      </Panel>
      <Panel title={text.account.factor}>
        <Factor />
      </Panel>
      <Panel title={text.account.extension}>
        <OwnExtension />
      </Panel>
      <Panel title={text.extensions.linkTitle}>
        <p>{text.account.phoneText}</p>
        <a href="/phone">{text.start.openPhone}</a>
      </Panel>
      <Panel title={text.passkeys.title} wide>
        <Passkeys />
      </Panel>
      <Panel title={text.account.sessions} wide>
        <OwnSessions />
      </Panel>
    </div>
  );
}

interface PanelProps {
  readonly title: string;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

function Panel({ title, wide, children }: PanelProps) {
  return (
    <section className={wide ? `${css.panel} ${css.wide}` : css.panel}>
      <h2 className={css.heading}>{title}</h2>
      {children}
    </section>
  );
}

function ChangePassword() {
  const text = useText();
  const { say } = useDesk();
  const [old, setOld] = useState('');
  const [times, setTimes] = useState(0);
  const sending = useMutation<Me, Problem, string>({
    mutationFn: (fresh) => call('account.password', { old, new: fresh }),
    onSuccess: (who) => {
      enter(who);
      setOld('');
      setTimes(times + 1);
      say(text.account.changed);
    },
  });
  return (
    <Stack>
      <PasswordInput
        label={text.account.old}
        value={old}
        onChange={(event) => setOld(event.currentTarget.value)}
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': text.form.reveal }}
      />
      <NewPassword
        key={times}
        about={{}}
        submit={text.account.change}
        send={sending.mutate}
        busy={sending.isPending}
        problem={sending.error}
      />
    </Stack>
  );
}

/** On or off, and how it changes. */
export function Factor() {
  const text = useText();
  const me = useMe();
  const { say } = useDesk();
  const [open, setOpen] = useState(false);
  const done = (who: Me) => {
    enter(who);
    setOpen(false);
    say(text.app.saved);
  };
  const byMail = me.factor_way === 'email';
  if (open) return me.second_factor ? <RemoveFactor done={done} byMail={byMail} /> : <AddFactor done={done} byMail={me.email_codes} />;
  const on = byMail ? text.account.mailOn : text.account.factorOn;
  return (
    <Stack align="flex-start">
      <Mark tone={me.second_factor ? 'good' : 'fair'}>{me.second_factor ? on : text.account.factorOff}</Mark>
      <Text size="sm">
        {me.second_factor ? text.account.recoveryLeft(String(me.recovery_codes_left ?? 0)) : text.account.factorWhy}
      </Text>
      <Button variant={me.second_factor ? 'default' : 'filled'} onClick={() => setOpen(true)}>
        {me.second_factor ? text.account.factorRemove : text.account.factorBegin}
      </Button>
    </Stack>
  );
}

function OwnSessions() {
  const text = useText();
  const when = useWhen();
  const query = useTold('account.sessions');
  const { confirm } = useDesk();
  const ending = useCommand('account.sessions.end');
  const endOthers = (count: number) =>
    confirm({
      title: text.account.endOthers,
      consequences: [text.users.endsSessions(count), text.sessions.ended],
      action: text.account.endOthers,
      command: 'account.sessions.end',
      values: { id: 'others' },
    });
  return (
    <Asked query={query}>
      {({ value: { sessions } }) => (
        <>
          <DataTable
            caption={text.account.sessions}
            rows={sessions}
            rowKey={({ id }) => id}
            plain
            empty={null}
            actions={
              sessions.length > 1 && (
                <Button variant="default" onClick={() => endOthers(sessions.length - 1)}>
                  {text.account.endOthers}
                </Button>
              )
            }
            columns={[
              { key: 'address', title: text.phones.address, cell: ({ address }) => address },
              { key: 'browser', title: text.sessions.browser, cell: ({ browser }) => browser, minor: true },
              { key: 'used', title: text.extensions.used, cell: ({ used }) => used, show: ({ used }) => when(used) },
              {
                key: 'actions',
                title: '',
                cell: () => '',
                end: true,
                show: (session) =>
                  session.this ? (
                    <Mark tone="good">{text.account.thisOne}</Mark>
                  ) : (
                    <Button size="compact-sm" variant="default" onClick={() => ending.mutate({ values: { id: session.id } })}>
                      {text.sessions.end}
                    </Button>
                  ),
              },
            ]}
          />
          {ending.error && <Trouble problem={ending.error} />}
        </>
      )}
    </Asked>
  );
}
