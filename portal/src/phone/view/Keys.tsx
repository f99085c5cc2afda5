import { useRef } from 'react';
import { useMessages } from '../../shared/messages';
import { type Key, keys } from '../model/number';
import css from './phone.module.css';

const letters: Partial<Record<Key, string>> = {
  '2': 'ABC',
  '3': 'DEF',
  '4': 'GHI',
  '5': 'JKL',
  '6': 'MNO',
  '7': 'PQRS',
  '8': 'TUV',
  '9': 'WXYZ',
  '0': '+',
};
const longMs = 600;

/** The twelve keys. `long` is told of a key that stays pressed, instead of `press`. */
export function Keys({ press, long }: { press: (key: Key) => void; long?: (key: Key) => void }) {
  const text = useMessages();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wasLong = useRef(false);
  const down = (key: Key) => {
    wasLong.current = false;
    if (!long) return;
    timer.current = setTimeout(() => {
      wasLong.current = true;
      long(key);
    }, longMs);
  };
  const release = () => clearTimeout(timer.current);
  const click = (key: Key) => {
    if (!wasLong.current) press(key);
    wasLong.current = false;
  };
  return (
    <div className={css.keys}>
      {keys.map((key) => (
        <button
          key={key}
          type="button"
          className={css.key}
          aria-label={text.dial.key(key) === key ? undefined : text.dial.key(key)}
          onClick={() => click(key)}
          onPointerDown={() => down(key)}
          onPointerUp={release}
          onPointerLeave={release}
        >
          <span className={css.digit}>{key}</span>
          <span className={css.letters} aria-hidden="true">
            {letters[key] ?? ''}
          </span>
        </button>
      ))}
    </div>
  );
}
