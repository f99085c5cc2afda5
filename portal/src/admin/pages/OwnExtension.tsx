import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Problem, call } from '../api/client';
import { useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { Facts, Mark } from '../view/Shown';
import { Asked, Trouble } from '../view/Trouble';
import { AccountShown } from './AccountShown';
import { LinkShown } from './ExtensionSheet';

type Wish = 'link' | 'password';

/** One's own extension: a link for a browser, and its password, which is not the one of these pages. */
export function OwnExtension() {
  const text = useText();
  const query = useTold('account.extension');
  const [wish, setWish] = useState<Wish | null>(null);
  return (
    <Asked query={query}>
      {({ value: own }) =>
        own.number === '' ? (
          <Text size="sm">{text.account.noExtension}</Text>
        ) : (
          <Stack>
            {!own.enabled && <Mark tone="bad">{text.account.extensionOff}</Mark>}
            <Facts
              facts={[
                [text.extensions.number, own.number],
                [text.fields.name, own.name],
                [text.extensions.auth, <code key="auth">{own.auth_name}</code>],
                [text.extensions.realm, <code key="realm">{own.realm}</code>],
              ]}
            />
            {wish === null && (
              <Group gap="xs">
                {own.enabled && <Button onClick={() => setWish('link')}>{text.extensions.linkMake}</Button>}
                <Button variant="default" onClick={() => setWish('password')}>
                  {text.account.phonePassword}
                </Button>
              </Group>
            )}
            {wish === 'link' && <OwnLink />}
            {wish === 'password' && <PhonePassword done={() => setWish(null)} />}
          </Stack>
        )
      }
    </Asked>
  );
}

interface ProofProps {
  readonly about: string;
  readonly submit: string;
  readonly send: (password: string) => void;
  readonly busy: boolean;
  readonly problem: Problem | null;
}

/** Asks for the password of these pages once more. */
function Proof({ about, submit, send, busy, problem }: ProofProps) {
  const text = useText();
  const [password, setPassword] = useState('');
  const submitIt = (event: FormEvent) => {
    event.preventDefault();
    if (password === '') return;
    send(password);
    setPassword('');
  };
  return (
    <form onSubmit={submitIt} noValidate>
      <Stack>
        <Text size="sm">{about}</Text>
        <PasswordInput
          label={text.account.old}
          description={text.account.proof}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': text.form.reveal }}
          required
          autoFocus
        />
        {problem && <Trouble problem={problem} />}
        <Button type="submit" loading={busy}>
          {submit}
        </Button>
      </Stack>
    </form>
  );
}

function OwnLink() {
  const text = useText();
  const making = useMutation<Schemas['Link'], Problem, string>({
    mutationFn: (password) => call('account.extension.link', { password }),
  });
  if (making.data) return <LinkShown made={making.data} />;
  return (
    <Proof
      about={text.extensions.linkText}
      submit={text.extensions.linkMake}
      send={making.mutate}
      busy={making.isPending}
      problem={making.error}
    />
  );
}

function PhonePassword({ done }: { done: () => void }) {
  const text = useText();
  const making = useMutation<Schemas['PasswordReset'], Problem, string>({
    mutationFn: (password) => call('account.extension.password', { password }),
  });
  return (
    <>
      <Proof
        about={text.extensions.resetText}
        submit={text.account.phonePasswordMake}
        send={making.mutate}
        busy={making.isPending}
        problem={making.error}
      />
      {making.data && <AccountShown account={making.data} close={done} />}
    </>
  );
}
