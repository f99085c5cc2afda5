import { Alert, Anchor, Button, Checkbox, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Icon } from '../../shared/icons';
import { useMessages } from '../../shared/messages';
import { useStore } from '../../shared/store';
import { usePhone } from './context';
import css from './phone.module.css';

/** By a one-time link, when the page was opened with one, else by the extension's name and password. */
export function SignIn({ token, forgetToken }: { token: string | null; forgetToken: () => void }) {
  const text = useMessages();
  return (
    <main className={css.signIn}>
      <div className={css.panel}>
        <Title order={1} size="h2" mb="md">
          {token ? text.signIn.link : text.signIn.title}
        </Title>
        {!window.isSecureContext && (
          <Alert color="red" icon={<Icon name="alert" />} mb="md">
            {text.connection.insecure}
          </Alert>
        )}
        {token ? <ByLink token={token} forget={forgetToken} /> : <ByPassword />}
      </div>
    </main>
  );
}

function Problem({ take }: { take: () => void }) {
  const text = useMessages();
  const problem = useStore(usePhone().problem);
  if (!problem) return <div role="alert" className={css.notice} />;
  return (
    <div role="alert">
      <Alert variant="light" color="red" icon={<Icon name="alert" />}>
        <span className={css.strong}>{text.signIn[problem]}</span>
        {problem === 'openElsewhere' && (
          <Button mt="sm" variant="default" onClick={take}>
            {text.signIn.useHere}
          </Button>
        )}
      </Alert>
    </div>
  );
}

function ByLink({ token, forget }: { token: string; forget: () => void }) {
  const text = useMessages();
  const phone = usePhone();
  const problem = useStore(phone.problem);
  const [keep, setKeep] = useState(false);
  const [busy, setBusy] = useState(false);
  const spent = problem === 'linkUsed' || problem === 'linkThrottled';

  const submit = async (take: boolean) => {
    setBusy(true);
    if (await phone.signInByLink(token, keep, take)) forget();
    else setBusy(false);
  };
  return (
    <Stack>
      <Text>{text.signIn.linkText}</Text>
      <Checkbox
        checked={keep}
        onChange={(event) => setKeep(event.currentTarget.checked)}
        label={text.signIn.keep}
        description={text.signIn.keepHint}
        disabled={spent}
      />
      <Problem take={() => void submit(true)} />
      <Button size="md" onClick={() => void submit(false)} loading={busy} disabled={spent}>
        {text.signIn.linkSubmit}
      </Button>
      <Anchor component="button" type="button" onClick={forget} className={css.link}>
        {text.signIn.other}
      </Anchor>
    </Stack>
  );
}

function ByPassword() {
  const text = useMessages();
  const phone = usePhone();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [number, setNumber] = useState('');
  const [missing, setMissing] = useState(false);

  const signIn = (take: boolean) => {
    const authName = name.trim();
    setMissing(authName === '' || password === '');
    if (authName === '' || password === '') return;
    void phone.signIn({ authName, password, number: number.trim() || authName, displayName: '' }, 'typed', take);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn(false);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label={text.signIn.name}
          description={text.signIn.nameHint}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          error={missing && name.trim() === '' ? text.signIn.missing : undefined}
          required
        />
        <PasswordInput
          label={text.signIn.password}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          error={missing && password === '' ? text.signIn.missing : undefined}
          required
        />
        <TextInput
          label={text.signIn.number}
          description={text.signIn.numberHint}
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
          autoComplete="off"
          inputMode="tel"
        />
        <Problem take={() => signIn(true)} />
        <Button type="submit" size="md">
          {text.signIn.submit}
        </Button>
        <Text size="sm" c="dimmed">
          {text.signIn.memory}
        </Text>
      </Stack>
    </form>
  );
}
