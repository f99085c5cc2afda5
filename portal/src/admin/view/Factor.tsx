import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Problem, call } from '../api/client';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import type { Me } from '../session';
import { Qr, Secret } from './Shown';
import { Asked, Trouble } from './Trouble';
import css from './admin.module.css';

/** An authenticator app: its secret is shown, its first code proves that it was taken, recovery codes are shown once. */
export function AddFactor({ done }: { done: (me: Me) => void }) {
  const text = useText();
  const [code, setCode] = useState('');
  const begun = useQuery<Schemas['BegunFactor'], Problem>({
    queryKey: ['factor-begin'],
    queryFn: () => call('account.factor.begin'),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const sending = useMutation<Me, Problem>({ mutationFn: () => call('account.factor.confirm', { code: code.trim() }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim() !== '') sending.mutate();
  };
  if (sending.data) {
    const who = sending.data;
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
  return (
    <Asked query={begun}>
      {({ secret, uri }) => (
        <form onSubmit={submit} noValidate>
          <Stack>
            <Text>{text.account.factorText}</Text>
            <Qr text={uri} label={text.account.factorQr} />
            <Secret label={text.account.factorSecret} value={secret} />
            <TextInput
              label={text.signIn.code}
              description={text.account.factorCodeHint}
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
      )}
    </Asked>
  );
}

export function RemoveFactor({ done }: { done: (me: Me) => void }) {
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
