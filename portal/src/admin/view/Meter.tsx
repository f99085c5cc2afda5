import { useText } from '../messages';
import css from './admin.module.css';

/** How much of something is used: in words, and as a bar when there is an end to it. */
export function Meter({ used, of, reserved = '' }: { used: string; of: string; reserved?: string }) {
  const text = useText();
  const whole = Number(of);
  const part = Number(used) + Number(reserved || 0);
  const bounded = of !== '' && Number.isFinite(whole) && whole > 0;
  const share = bounded ? Math.min(1, part / whole) : 0;
  return (
    <span className={css.meter}>
      <span>
        {used}
        {bounded && ` / ${of}`}
        {Number(reserved) > 0 && <span className={css.dim}> {text.spending.reserved(reserved)}</span>}
      </span>
      {bounded && (
        <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" data-tone={share > 0.95 ? 'bad' : share > 0.8 ? 'fair' : 'good'}>
          <rect width={100} height={4} />
          <rect width={100 * share} height={4} data-part="" />
        </svg>
      )}
    </span>
  );
}
