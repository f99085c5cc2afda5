import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type Problem, call } from '../api/client';
import type { Back } from '../link';
import { useText } from '../messages';
import { type Me, enter } from '../session';
import { Gate } from './SignIn';
import { Trouble } from './Trouble';
import css from './admin.module.css';

/** Back from a provider: what came along is shown to the server once, whatever comes of it. */
export function ComeBack({ back, forget }: { back: Back; forget: () => void }) {
  const text = useText();
  const asking = useQuery<Me, Problem>({
    queryKey: ['come-back'],
    queryFn: () => call('session.return', { ...back }),
    staleTime: Infinity,
    gcTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    retry: false,
  });
  const who = asking.data;
  useEffect(() => {
    if (!who) return;
    enter(who);
    // A place behind # is one of our own pages, whatever it says.
    if (who.target?.startsWith('#/')) window.location.hash = who.target;
    forget();
  }, [who, forget]);
  return (
    <Gate title={text.signIn.title}>
      {asking.error ? <Trouble problem={asking.error} /> : <p role="status">{text.app.waiting}</p>}
      {asking.error && (
        <Anchor component="button" type="button" mt="md" onClick={forget} className={css.link}>
          {text.signIn.again}
        </Anchor>
      )}
    </Gate>
  );
}
