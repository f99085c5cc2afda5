import { useEffect, useState } from 'react';
import { useMessages } from '../../shared/messages';
import { watchLevel } from '../sound/level';
import { usePhone } from './context';
import css from './phone.module.css';

/** How loud our microphone is in a call. */
export function Level({ call }: { call: string }) {
  const stream = usePhone().microphoneOf(call);
  return stream && <StreamLevel stream={stream} />;
}

export function StreamLevel({ stream }: { stream: MediaStream }) {
  const text = useMessages();
  const [level, setLevel] = useState(0);
  useEffect(() => watchLevel(stream, setLevel), [stream]);
  return (
    <div
      className={css.level}
      role="meter"
      aria-label={text.call.level}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={level}
    >
      <div className={css.levelBar} style={{ width: `${level}%` }} />
    </div>
  );
}
