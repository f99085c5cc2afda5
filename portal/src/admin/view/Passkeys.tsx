import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Problem, call } from '../api/client';
import { useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { hasPasskeys, makePasskey, showPasskey } from '../passkey';
import { type Me, enter } from '../session';
import { DataTable } from './DataTable';
import { useDesk } from './Dialogs';
import { Asked, Trouble } from './Trouble';
import { useWhen } from './words';

/** In the place of name, password and code. */
export function UsePasskey() {
  const text = useText();
  const sending = useMutation<Me | null, Problem>({
    mutationFn: async () => {
      const shown = await showPasskey(await call('session.passkey.question'));
      return shown && call('session.passkey', { ...shown });
    },
    onSuccess: (who) => who && enter(who),
  });
  if (!hasPasskeys()) return null;
  return (
    <>
      <Button variant="default" onClick={() => sending.mutate()} loading={sending.isPending}>
        {text.passkeys.use}
      </Button>
      {sending.error && <Trouble problem={sending.error} />}
      {sending.data === null && <Text role="status">{text.passkeys.notShown}</Text>}
    </>
  );
}

/** One's own. */
export function Passkeys() {
  const text = useText();
  const when = useWhen();
  const { confirm } = useDesk();
  const [open, setOpen] = useState(false);
  const query = useTold('account.passkeys');
  return (
    <Asked query={query}>
      {({ value: { passkeys } }) => (
        <Stack>
          <Text size="sm">{text.passkeys.why}</Text>
          {passkeys.length > 0 && (
            <DataTable
              caption={text.passkeys.title}
              rows={passkeys}
              rowKey={({ id }) => id}
              plain
              empty={null}
              columns={[
                { key: 'name', title: text.passkeys.name, cell: ({ name }) => name },
                { key: 'site', title: text.passkeys.site, cell: ({ site }) => site, minor: true },
                {
                  key: 'used',
                  title: text.extensions.used,
                  cell: ({ used }) => used,
                  show: ({ used }) => (used === '' ? text.passkeys.never : when(used)),
                },
                {
                  key: 'actions',
                  title: '',
                  cell: () => '',
                  end: true,
                  show: ({ id, name }) => (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={text.passkeys.removeOne(name)}
                      onClick={() =>
                        confirm({
                          title: text.passkeys.removeOne(name),
                          consequences: [text.passkeys.removeText],
                          action: text.passkeys.remove,
                          command: 'account.passkeys.remove',
                          values: { id },
                        })
                      }
                    >
                      {text.passkeys.remove}
                    </Button>
                  ),
                },
              ]}
            />
          )}
          {!hasPasskeys() && <Text size="sm">{text.passkeys.byName}</Text>}
          {hasPasskeys() && !open && (
            <div>
              <Button onClick={() => setOpen(true)}>{text.passkeys.add}</Button>
            </div>
          )}
          {open && <AddPasskey done={() => setOpen(false)} />}
        </Stack>
      )}
    </Asked>
  );
}

function AddPasskey({ done }: { done: () => void }) {
  const text = useText();
  const { say } = useDesk();
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const [name, setName] = useState('');
  const sending = useMutation<Schemas['OwnPasskeyList'] | null, Problem>({
    mutationFn: async () => {
      const made = await makePasskey(await call('account.passkeys.question', { password }));
      return made && call('account.passkeys.add', { name: name.trim(), ...made });
    },
    onSuccess: async (list) => {
      if (!list) return;
      await client.invalidateQueries({ queryKey: ['account.passkeys'] });
      say(text.passkeys.added);
      done();
    },
    onError: () => setPassword(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (password !== '' && name.trim() !== '') sending.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label={text.passkeys.name}
          description={text.passkeys.nameHint}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          required
        />
        <PasswordInput
          label={text.account.old}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': text.form.reveal }}
          required
        />
        {sending.error && <Trouble problem={sending.error} />}
        {sending.data === null && <Text role="status">{text.passkeys.notMade}</Text>}
        <Button type="submit" loading={sending.isPending}>
          {text.passkeys.make}
        </Button>
      </Stack>
    </form>
  );
}
