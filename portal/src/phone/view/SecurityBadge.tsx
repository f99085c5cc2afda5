import { useState } from 'react';
import { Icon, type IconName } from '../../shared/icons';
import { useMessages } from '../../shared/messages';
import { type Grade, type OtherLeg, type OwnLeg, grade } from '../model/security';
import css from './phone.module.css';

const icons: Record<Grade, IconName> = { encrypted: 'lock', half: 'half', pending: 'alert' };

/** How a call is protected: a line for everybody, and behind it what exactly on each leg. */
export function SecurityBadge({ own, other }: { own: OwnLeg | null; other: OtherLeg | null }) {
  const text = useMessages();
  const [open, setOpen] = useState(false);
  const now = grade(own, other);
  return (
    <div className={css.security}>
      <button type="button" className={css.badge} data-grade={now} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={icons[now]} size={18} />
        <span>{text.security[now]}</span>
      </button>
      {open && (
        <dl className={css.facts} aria-label={text.security.heading}>
          <dt>{text.security.own}</dt>
          <dd>
            {own ? (
              <>
                {text.security.dtls}
                <br />
                {text.security.cipher}: {own.cipher || '–'}
                <br />
                {text.security.protocol}: {own.tls}
                <br />
                {own.verified && text.security.verified}
              </>
            ) : (
              text.security.pending
            )}
          </dd>
          <dt>{text.security.other}</dt>
          <dd>
            {text.security[other?.protection ?? 'unknown']}
            {other?.suite && (
              <>
                <br />
                {text.security.cipher}: {other.suite}
              </>
            )}
          </dd>
          <dd className={css.dim}>{text.security.ends}</dd>
        </dl>
      )}
    </div>
  );
}
