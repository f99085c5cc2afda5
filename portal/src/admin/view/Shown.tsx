import { Button, CopyButton } from '@mantine/core';
import { useMemo } from 'react';
import { encode } from 'uqr';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import css from './admin.module.css';
import { Said } from './Said';

/** A QR code as one path, since the page's policy lets no inline style or picture of others in. */
export function Qr({ text: content, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const { data, size: across } = encode(content, { border: 4 });
    const squares = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')));
    return { size: across, path: squares.join('') };
  }, [content]);
  return (
    <svg className={css.qr} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** Something that is told once, to be copied. */
export function Secret({ label, value }: { label: string; value: string }) {
  const text = useText();
  return (
    <div className={css.secret}>
      <span className={css.dim}>{label}</span>
      <code className={css.secretValue}>{value}</code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button size="compact-sm" variant="default" onClick={copy} aria-label={text.app.copy(label)}>
            {copied ? text.app.copied : text.app.copyShort}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}

/** Rules in the order in which they were asked; the last one may be the one that refused. */
export function Rules({ steps }: { steps: readonly Schemas['Step'][] }) {
  const text = useText();
  return (
    <ol className={css.steps}>
      {steps.map((step) => (
        <li key={`${step.rule} ${step.text}`} data-passed={step.passed || undefined}>
          <span aria-hidden="true">{step.passed ? '✓' : '✕'}</span>
          <span className="hidden-text">{step.passed ? text.tryIt.passed : text.tryIt.stopped}</span>
          <span>
            <strong>{text.label(step.rule)}</strong> <Said text={step.text} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Names and what they are; what is empty is left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, React.ReactNode])[] }) {
  return (
    <dl className={css.facts}>
      {facts
        .filter(([, value]) => value !== '' && value !== null && value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

type Tone = 'good' | 'fair' | 'bad' | 'plain';

export function Mark({ tone, children }: { tone: Tone; children: React.ReactNode }) {
  return (
    <span className={css.mark} data-tone={tone}>
      {children}
    </span>
  );
}
