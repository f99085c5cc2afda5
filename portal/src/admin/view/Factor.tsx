import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useStore } from '../../shared/store';
import { type Problem, call } from '../api/client';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { preferences } from '../preferences';
import type { Me } from '../session';
import { Qr, Secret } from './Shown';
import { Asked, Trouble } from './Trouble';
import css from './admin.module.css';

type Done = (me: Me) => void;

/** Sends a code to one's mailbox. Where that is, nobody is told who has not signed in. */
export function SendCode({ command }: { command: 'session.second-factor.email' | 'account.factor.email' }) {
  const text = useText();
  const { language } = useStore(preferences);
  const sending = useMutation<Schemas['SentCode'], Problem>({ mutationFn: () => call(command, { language }) });
  return (
    <>
      <Button variant="default" onClick={() => sending.mutate()} loading={sending.isPending}>
        {sending.isSuccess ? text.signIn.sendAgain : text.signIn.send}
      </Button>
      {sending.isSuccess && <Text role="status">{text.signIn.sent}</Text>}
      {sending.error && <Trouble problem={sending.error} />}
    </>
  );
}

/** A second factor: an authenticator app or, where that is enough, codes by e-mail. */
export function AddFactor({ done, byMail }: { done: Done; byMail: boolean }) {
  const text = useText();
  const [mail, setMail] = useState(false);
  return (
    <Stack>
      {mail ? <AddMailbox done={done} /> : <AddApp done={done} />}
      {byMail && (
        <Anchor component="button" type="button" onClick={() => setMail(!mail)} className={css.link}>
          {mail ? text.account.factorAdd : text.account.mailAdd}
        </Anchor>
      )}
    </Stack>
  );
}

/** Shown once. */
function RecoveryCodes({ who, done }: { who: Me; done: Done }) {
  const text = useText();
  return (
    <Stack>
      <Text>{text.account.recoveryText}</Text>
      <ul className={css.codes} aria-label={text.account.recoveryCodes}>
        {(who.recovery_codes ?? []).map((each) => (
          <li key={each}>
            <code>{each}</code>
          </li>
        ))}
      </ul>
      <Button onClick={() => done(who)}>{text.account.recoveryKept}</Button>
    </Stack>
  );
}

/** A code proves that the second factor is there; then the recovery codes are shown once. */
function CodeForm({ command, hint, done, children }: { command: 'account.factor.confirm' | 'account.factor.email.confirm'; hint: string; done: Done; children: ReactNode }) {
  const text = useText();
  const [code, setCode] = useState('');
  const sending = useMutation<Me, Problem>({
    mutationFn: () => call(command, { code: code.trim() }),
    onError: () => setCode(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim() !== '') sending.mutate();
  };
  if (sending.data) return <RecoveryCodes who={sending.data} done={done} />;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {children}
        <TextInput
          label={text.signIn.code}
          description={hint}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          inputMode="numeric"
          autoComplete="one-time-code"
          required
        />
        {sending.error && <Trouble problem={sending.error} />}
        <Button type="submit" loading={sending.isPending}>
          {text.account.factorConfirm}
        </Button>
      </Stack>
    </form>
  );
}

/** The code that was sent proves that the mailbox is one's own. */
function AddMailbox({ done }: { done: Done }) {
  const text = useText();
  return (
    <CodeForm command="account.factor.email.confirm" hint={text.signIn.mailHint} done={done}>
      <Text>{text.account.mailText}</Text>
      <SendCode command="account.factor.email" />
    </CodeForm>
  );
}

/** An authenticator app: its secret is shown, its first code proves that it was taken. */
function AddApp({ done }: { done: Done }) {
  const text = useText();
  const begun = useQuery<Schemas['BegunFactor'], Problem>({
    queryKey: ['factor-begin'],
    queryFn: () => call('account.factor.begin'),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <Asked query={begun}>
      {({ secret, uri }) => (
        <CodeForm command="account.factor.confirm" hint={text.account.factorCodeHint} done={done}>
          <Text>{text.account.factorText}</Text>
          <Qr text={uri} label={text.account.factorQr} />
          <Secret label={text.account.factorSecret} value={secret} />
        </CodeForm>
      )}
    </Asked>
  );
}

export function RemoveFactor({ done, byMail }: { done: Done; byMail: boolean }) {
  const text = useText();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const sending = useMutation<Me, Problem>({
    mutationFn: () => call('account.factor.remove', { password, code: code.trim() }),
    onSuccess: done,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sending.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text>{text.account.factorRemoveText}</Text>
        <PasswordInput
          label={text.signIn.password}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': text.form.reveal }}
        />
        {byMail && <SendCode command="account.factor.email" />}
        <TextInput
          label={text.signIn.code}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          inputMode="numeric"
          autoComplete="one-time-code"
        />
        {sending.error && <Trouble problem={sending.error} />}
        <Button type="submit" color="red" loading={sending.isPending}>
          {text.account.factorRemove}
        </Button>
      </Stack>
    </form>
  );
}
