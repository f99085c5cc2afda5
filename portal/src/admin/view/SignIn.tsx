import { Anchor, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { type Problem, call } from '../api/client';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { useRoute } from '../route';
import { type Me, enter, leave } from '../session';
import { AddFactor, SendCode } from './Factor';
import { NewPassword } from './NewPassword';
import { UsePasskey } from './Passkeys';
import { Trouble } from './Trouble';
import css from './admin.module.css';

type Way = Schemas['SignInWay'];

/** By name and password, or elsewhere, then whatever the server still asks for. */
export function SignIn({ who }: { who: Me | null }) {
  const text = useText();
  const steps: Record<string, [string, ReactNode]> = {
    second_factor: [text.signIn.codeTitle, <Code key="code" byMail={who?.factor_way === 'email'} />],
    new_password: [text.signIn.newTitle, <ChangePassword key="new" />],
    enrol_factor: [text.signIn.enrolTitle, <Enrol key="enrol" me={who} />],
  };
  const [title, body] = (who && steps[who.step]) ?? [text.signIn.title, <NameAndPassword key="name" />];
  return (
    <Gate title={title}>
      {body}
      {who && (
        <Anchor component="button" type="button" mt="md" onClick={() => void leave()} className={css.link}>
          {text.signIn.other}
        </Anchor>
      )}
    </Gate>
  );
}

export function Gate({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={css.gate}>
      <div className={css.gatePanel}>
        <p className={css.brand}>
          <img src="/icon.svg" alt="" width={28} height={28} /> Ringfence
        </p>
        <Title order={1} size="h2" mb="md">
          {title}
        </Title>
        {children}
      </div>
    </main>
  );
}

function NameAndPassword() {
  const text = useText();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  const [directory, setDirectory] = useState<Way | null>(null);
  // A tenant's own ways are listed for whoever comes by its address: #/?tenant=acme.
  const tenant = useRoute().query.get('tenant') ?? undefined;
  const ways = useQuery<Way[], Problem>({
    queryKey: ['ways', tenant],
    queryFn: async () => (await call('session.providers', { tenant })).providers,
  });
  const sending = useMutation<Me, Problem>({
    mutationFn: () => call('session.begin', { name: name.trim(), password, provider: directory?.name }),
    onSuccess: enter,
    onError: () => setPassword(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const lacks = name.trim() === '' || password === '';
    setMissing(lacks);
    if (!lacks) sending.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {directory && <Text role="status">{text.signIn.by(directory.title)}</Text>}
        <TextInput
          label={text.signIn.name}
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
          visibilityToggleButtonProps={{ 'aria-label': text.form.reveal }}
          required
        />
        {sending.error && <Trouble problem={sending.error} />}
        <Button type="submit" size="md" loading={sending.isPending}>
          {text.signIn.submit}
        </Button>
        {!directory && <UsePasskey />}
        {(ways.data ?? []).map((way) =>
          way.kind === 'oidc' ? (
            <Leave key={way.name} way={way} />
          ) : (
            way.name !== directory?.name && (
              <Button key={way.name} variant="default" onClick={() => setDirectory(way)}>
                {text.signIn.by(way.title)}
              </Button>
            )
          ),
        )}
        {directory && (
          <Button variant="default" onClick={() => setDirectory(null)}>
            {text.signIn.here}
          </Button>
        )}
        <Text size="sm" c="dimmed">
          {text.signIn.first}
        </Text>
      </Stack>
    </form>
  );
}

/** To a provider: the server says where, and the whole page goes there. */
function Leave({ way }: { way: Way }) {
  const text = useText();
  const leaving = useMutation<Schemas['WayThere'], Problem>({
    mutationFn: () => {
      const wanted = window.location.hash;
      return call('session.leave', { provider: way.name, target: wanted.startsWith('#/') ? wanted : undefined });
    },
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return (
    <>
      <Button variant="default" onClick={() => leaving.mutate()} loading={leaving.isPending || leaving.isSuccess}>
        {text.signIn.by(way.title)}
      </Button>
      {leaving.error && <Trouble problem={leaving.error} />}
    </>
  );
}

function Code({ byMail }: { byMail: boolean }) {
  const text = useText();
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState(false);
  const hint = byMail ? text.signIn.mailHint : text.signIn.codeHint;
  const sending = useMutation<Me, Problem>({
    mutationFn: () => call('session.second-factor', recovery ? { recovery_code: code.trim() } : { code: code.trim() }),
    onSuccess: enter,
    onError: () => setCode(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim() !== '') sending.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          key={recovery ? 'recovery' : 'code'}
          label={recovery ? text.signIn.recovery : text.signIn.code}
          description={recovery ? text.signIn.recoveryHint : hint}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          inputMode={recovery ? 'text' : 'numeric'}
          autoComplete="one-time-code"
          autoFocus
          required
        />
        {byMail && !recovery && <SendCode command="session.second-factor.email" />}
        {sending.error && <Trouble problem={sending.error} />}
        <Button type="submit" size="md" loading={sending.isPending}>
          {text.signIn.submit}
        </Button>
        <Anchor component="button" type="button" onClick={() => setRecovery(!recovery)} className={css.link}>
          {recovery ? text.signIn.useCode : text.signIn.useRecovery}
        </Anchor>
      </Stack>
    </form>
  );
}

/** The server wants another password before anything else. */
function ChangePassword() {
  const text = useText();
  const [old, setOld] = useState('');
  const sending = useMutation<Me, Problem, string>({
    mutationFn: (fresh) => call('account.password', { old, new: fresh }),
    onSuccess: enter,
  });
  return (
    <Stack>
      <Text>{text.signIn.newText}</Text>
      <PasswordInput
        label={text.account.old}
        value={old}
        onChange={(event) => setOld(event.currentTarget.value)}
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': text.form.reveal }}
        required
      />
      <NewPassword about={{}} submit={text.account.change} send={sending.mutate} busy={sending.isPending} problem={sending.error} />
    </Stack>
  );
}

function Enrol({ me }: { me: Me | null }) {
  const text = useText();
  return (
    <Stack>
      <Text>{text.signIn.enrolText}</Text>
      <AddFactor done={enter} byMail={me?.email_codes ?? false} />
    </Stack>
  );
}
