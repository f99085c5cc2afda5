import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from '../../shared/store';
import { useCommand, useList, useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { linkTo } from '../route';
import { useMay, useMe } from '../session';
import { tenant } from '../tenant';
import { DataTable } from '../view/DataTable';
import { useDesk } from '../view/Dialogs';
import { EditSheet } from '../view/EditSheet';
import { Facts, Qr, Secret } from '../view/Shown';
import { Asked, Empty, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useWhen } from '../view/words';
import { AccountShown } from './AccountShown';
import { HabitsOf } from './Habits';
import { Signalling } from './Ladder';
import { ValueTable } from './Objects';
import { Worth } from './Worth';

/** What the form starts from: its own settings and those of its calls. */
export function settingsOf(extension: Schemas['Extension']): Record<string, unknown> {
  const { calls_out: terms = [], ...own } = extension;
  return { ...own, ...Object.fromEntries(terms.map(({ key, value }) => [key, value])) };
}

export function ExtensionSheet({ number, close }: { number: string; close: () => void }) {
  const text = useText();
  const may = useMay();
  const { confirm } = useDesk();
  const [fresh, setFresh] = useState<Schemas['Account'] | null>(null);
  const shown = useTold('extension.show', { number });
  const phones = useTold('registration.list', { number }, may('registration.list')).data?.value.registrations ?? [];
  const talking = useList('call.list', 'calls', may('call.list')).data?.calls ?? [];
  const person = usePerson(number);
  const calls = talking.filter(({ caller, callee }) => caller === number || callee === number).length;

  const reset = () =>
    confirm({
      title: text.extensions.resetTitle(number),
      consequences: [text.extensions.cutsOff(phones.length), text.extensions.endsCalls(calls), text.extensions.resetText],
      action: text.extensions.reset,
      command: 'extension.reset-password',
      values: { number },
      done: (answer) => setFresh(answer as Schemas['Account']),
    });
  const remove = () =>
    confirm({
      title: text.extensions.removeTitle(number),
      consequences: [text.extensions.cutsOff(phones.length), text.extensions.endsCalls(calls), text.extensions.removed, text.app.noUndo],
      action: text.app.remove,
      command: 'extension.remove',
      values: { number },
      done: close,
    });
  return (
    <>
      <EditSheet
        title={text.extensions.one(number)}
        close={close}
        wide
        query={shown}
        command="extension.set"
        given={{ number }}
        now={settingsOf}
        warn={(_, sent) => (sent['enabled'] === false ? [text.extensions.cutsOff(phones.length), text.extensions.endsCalls(calls)] : [])}
        first={['name', 'enabled', 'remote', 'role', 'reach', 'department', 'calls', 'registrations', 'permitted', 'countries']}
        actions={() => (
          <>
            {may('extension.reset-password') && (
              <Button variant="default" onClick={reset}>
                {text.extensions.reset}
              </Button>
            )}
            {may('extension.remove') && (
              <Button variant="default" onClick={remove}>
                {text.app.remove}
              </Button>
            )}
          </>
        )}
      >
        {(value) => (
          <>
            <Settings extension={value} person={person} />
            {may('extension.link') && <LinkMaker number={number} />}
            {may('exposure') && <Worth number={number} />}
            <Devices number={number} />
            {may('pattern.show') && <HabitsOf number={number} />}
            <Signalling of="extension" id={number} />
            {value.calls_out && (
              <section>
                <h3 className={css.heading}>{text.extensions.terms}</h3>
                <ValueTable values={value.calls_out} />
              </section>
            )}
          </>
        )}
      </EditSheet>
      {fresh && <AccountShown account={fresh} close={() => setFresh(null)} />}
    </>
  );
}

/** The login name of whoever has it for his own; empty: nobody, or it is not for our eyes. */
function usePerson(number: string): string {
  const may = useMay();
  const me = useMe();
  const chosen = useStore(tenant) || 'default';
  const { data } = useList('user.list', 'users', may('user.list'));
  // Who is bound to a tenant is told its people alone; the system's have theirs in the default one.
  const here = (user: Schemas['User']) => me.class !== 'system' || (user.tenant || 'default') === chosen;
  return data?.users.find((user) => user.extension === number && here(user))?.name ?? '';
}

function Settings({ extension: e, person }: { extension: Schemas['Extension']; person: string }) {
  const text = useText();
  const yes = (is: boolean) => (is ? text.form.yes : text.form.no);
  return (
    <Facts
      facts={[
        [text.fields.name, e.name],
        [text.extensions.person, person && <a href={linkTo('users', person)}>{person}</a>],
        [text.extensions.auth, <code key="auth">{e.auth_name}</code>],
        [text.fields.enabled, yes(e.enabled)],
        [text.fields.remote, yes(e.remote)],
        [text.fields.registrations, e.registrations],
        [text.fields.calls, e.calls],
        [text.fields.permitted, e.permitted.join(', ')],
        [text.fields.countries, e.countries],
        [text.fields.agent, e.agent],
      ]}
    />
  );
}

/** The link is told this once. */
export function LinkShown({ made }: { made: Schemas['Link'] }) {
  const text = useText();
  const when = useWhen();
  return (
    <div className={css.linkMade}>
      <Qr text={made.link} label={text.extensions.linkQr} />
      <Stack>
        <Secret label={text.extensions.link} value={made.link} />
        <Text size="sm">{text.extensions.linkUntil(when(made.expires))}</Text>
      </Stack>
    </div>
  );
}

/** A link that makes a browser this extension's phone, also as a picture for a camera. */
export function LinkMaker({ number }: { number: string }) {
  const text = useText();
  const may = useMay();
  const { confirm } = useDesk();
  const making = useCommand('extension.link');
  const unlink = () =>
    confirm({
      title: text.extensions.unlinkTitle(number),
      consequences: [text.extensions.unlinked, text.extensions.unlinkStays, text.app.noUndo],
      action: text.extensions.unlink,
      command: 'extension.unlink',
      values: { number },
      done: () => making.reset(),
    });
  return (
    <section>
      <h3 className={css.heading}>{text.extensions.linkTitle}</h3>
      <Text size="sm" mb="xs">
        {text.extensions.linkText}
      </Text>
      {making.data ? (
        <LinkShown made={making.data} />
      ) : (
        <Button variant="default" loading={making.isPending} onClick={() => making.mutate({ values: { number } })}>
          {text.extensions.linkMake}
        </Button>
      )}
      {may('extension.unlink') && (
        <Button mt="xs" size="compact-sm" variant="subtle" onClick={unlink}>
          {text.extensions.unlink}
        </Button>
      )}
      {making.error && <Trouble problem={making.error} />}
    </section>
  );
}

function Devices({ number }: { number: string }) {
  const text = useText();
  const may = useMay();
  const when = useWhen();
  const { confirm } = useDesk();
  const query = useTold('extension.devices', { number });
  const remove = (name: string) =>
    confirm({
      title: text.extensions.deviceTitle,
      consequences: [text.extensions.deviceOut, text.app.noUndo],
      action: text.extensions.shutOut,
      command: 'extension.device.remove',
      values: { number, name },
    });
  return (
    <section>
      <h3 className={css.heading}>{text.extensions.devices}</h3>
      <Asked query={query}>
        {({ value: { devices } }) => (
          <DataTable
            caption={text.extensions.devices}
            rows={devices}
            rowKey={({ auth_name }) => auth_name}
            plain
            empty={<Empty title={text.extensions.noDevices} teach={text.extensions.noDevicesText} />}
            columns={[
              { key: 'device', title: text.extensions.device, cell: ({ device, auth_name }) => device || auth_name },
              { key: 'created', title: text.extensions.created, cell: ({ created_ms }) => created_ms, show: ({ created }) => when(created), minor: true },
              { key: 'used', title: text.extensions.used, cell: ({ used_ms }) => used_ms, show: ({ used }) => when(used) || '—' },
              {
                key: 'actions',
                title: '',
                cell: () => '',
                end: true,
                show: ({ auth_name }) =>
                  may('extension.device.remove') && (
                    <Button size="compact-sm" variant="default" onClick={() => remove(auth_name)}>
                      {text.extensions.shutOut}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Asked>
    </section>
  );
}
