import { Anchor, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Problem, call } from '../api/client';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { type Me, enter } from '../session';
import { NewPassword } from './NewPassword';
import { Gate } from './SignIn';
import { Asked } from './Trouble';
import css from './admin.module.css';

/** Opened with a one-time link: the first administrator takes a name, everybody else only chooses a password. */
export function FirstLink({ link, forget }: { link: string; forget: () => void }) {
  const text = useText();
  const look = useQuery<Schemas['FirstLook'], Problem>({
    queryKey: ['first-look'],
    queryFn: () => call('account.first.look', { link }),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    retry: false,
  });
  const title = look.data?.makes === 'administrator' ? text.first.administrator : text.first.password;
  return (
    <Gate title={look.data ? title : text.first.link}>
      <Asked query={look}>{(found) => <Choose link={link} look={found} forget={forget} />}</Asked>
      <Anchor component="button" type="button" mt="md" onClick={forget} className={css.link}>
        {text.first.signIn}
      </Anchor>
    </Gate>
  );
}

function Choose({ link, look, forget }: { link: string; look: Schemas['FirstLook']; forget: () => void }) {
  const text = useText();
  const makes = look.makes === 'administrator';
  const [name, setName] = useState(look.name);
  const [display, setDisplay] = useState(look.display);
  const [email, setEmail] = useState('');
  const own = makes ? { name: name.trim(), display: display.trim(), email: email.trim() } : {};
  const sending = useMutation<Me, Problem, string>({
    mutationFn: (password) => call('account.first', { link, password, ...own }),
    onSuccess: (who) => {
      enter(who);
      forget();
    },
  });
  return (
    <Stack>
      <Text>{makes ? text.first.administratorText : text.first.passwordText(look.display || look.name)}</Text>
      {makes && (
        <>
          <TextInput
            label={text.signIn.name}
            description={text.first.nameHint}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
          />
          <TextInput
            label={text.first.display}
            value={display}
            onChange={(event) => setDisplay(event.currentTarget.value)}
            autoComplete="name"
          />
          <TextInput
            label={text.first.email}
            type="email"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            autoComplete="email"
          />
        </>
      )}
      <NewPassword
        about={makes ? { ...own, class: look.class } : { name: look.name, display: look.display, class: look.class }}
        submit={text.first.submit}
        send={sending.mutate}
        busy={sending.isPending}
        problem={sending.error}
      />
    </Stack>
  );
}
