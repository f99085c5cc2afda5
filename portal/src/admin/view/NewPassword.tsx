import { Button, PasswordInput, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type FormEvent, useEffect, useState } from 'react';
import { type Problem, type Values, call } from '../api/client';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { Said } from './Said';
import { Trouble } from './Trouble';
import css from './admin.module.css';

interface Props {
  /** Whose it will be: nothing of that may be part of it. */
  readonly about: Values;
  readonly submit: string;
  readonly send: (password: string) => void;
  readonly busy: boolean;
  readonly problem: Problem | null;
}

const pauseMs = 350;

/** A new password, held against the rules while it is typed. The last word is the server's when it is sent. */
export function NewPassword({ about, submit, send, busy, problem }: Props) {
  const text = useText();
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const [typed] = useDebouncedValue(password, pauseMs);
  const [judged, setJudged] = useState<Schemas['PasswordCheck'] | null>(null);
  const whose = JSON.stringify(about);
  useEffect(() => {
    setJudged(null);
    if (typed === '') return;
    const stop = new AbortController();
    // Advice while one types: when it does not come, the server tells when the password is sent.
    call('account.password.check', { password: typed, ...(JSON.parse(whose) as Values) }, { signal: stop.signal }).then(
      setJudged,
      () => undefined,
    );
    return () => stop.abort();
  }, [typed, whose]);
  const differs = tried && again !== password;
  const submitIt = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (password !== '' && again === password) send(password);
  };
  return (
    <form onSubmit={submitIt} noValidate>
      <Stack>
        <PasswordInput
          label={text.account.fresh}
          description={text.account.freshHint}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="new-password"
          error={tried && password === '' ? text.form.fault('required') : undefined}
          visibilityToggleButtonProps={{ 'aria-label': text.form.reveal }}
          required
        />
        <div role="status" className={css.check}>
          {judged?.good && <span className={css.good}>✓ {text.account.good}</span>}
          {judged && !judged.good && (
            <ul className={css.list}>
              {judged.faults.map(({ fault, text: what }) => (
                <li key={fault}>{text.passwordFaults[fault as keyof typeof text.passwordFaults] ?? <Said text={what} />}</li>
              ))}
            </ul>
          )}
        </div>
        <PasswordInput
          label={text.account.again}
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          autoComplete="new-password"
          error={differs ? text.account.differs : undefined}
          visibilityToggleButtonProps={{ 'aria-label': text.form.reveal }}
          required
        />
        {problem && <Trouble problem={problem} />}
        <Button type="submit" size="md" loading={busy} disabled={judged?.good === false}>
          {submit}
        </Button>
      </Stack>
    </form>
  );
}
