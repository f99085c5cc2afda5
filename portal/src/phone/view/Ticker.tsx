import { useEffect, useState } from 'react';
import { useMessages } from '../../shared/messages';
import css from './phone.module.css';
import { clock } from './words';

/** The time since `from`, or from there to `to`; both in milliseconds. */
export function Ticker({ from, to }: { from: number; to: number | null }) {
  const text = useMessages();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (to !== null) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [to]);
  const seconds = Math.max(0, Math.floor(((to ?? now) - from) / 1000));
  return (
    <span className={css.clock} role="timer" aria-label={text.call.duration}>
      {clock(seconds)}
    </span>
  );
}
