import { Alert, Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '../../shared/icons';
import type { Problem } from '../api/client';
import { useText } from '../messages';
import css from './admin.module.css';
import { Said } from './Said';

/** What went wrong, and what to do about it. */
export function Trouble({ problem, again }: { problem: Problem; again?: () => void }) {
  const text = useText();
  const away = problem.status === 0;
  return (
    <Alert role="alert" variant="light" color="red" icon={<Icon name="alert" />}>
      <p className={css.fault}>{away ? text.app.away : <Said text={problem.message} />}</p>
      {problem.remedy && (
        <p className={css.remedy}>
          <Said text={problem.remedy} />
        </p>
      )}
      {problem.faults.length > 0 && (
        <ul className={css.list}>
          {problem.faults.map(({ fault, text: what }) => (
            <li key={fault}>
              <Said text={what} />
            </li>
          ))}
        </ul>
      )}
      {again && (
        <Button mt="xs" size="compact-sm" variant="default" onClick={again}>
          {text.app.again}
        </Button>
      )}
    </Alert>
  );
}

interface EmptyProps {
  readonly title: string;
  /** What it is for, and how the first one comes. */
  readonly teach: string;
  readonly children?: ReactNode;
}

/** Nothing is here yet: what could be, and how it comes. */
export function Empty({ title, teach, children }: EmptyProps) {
  return (
    <div className={css.empty}>
      <p className={css.emptyTitle}>{title}</p>
      <p>{teach}</p>
      {children}
    </div>
  );
}

interface AskedProps<Answer> {
  readonly query: { data: Answer | undefined; error: Problem | null; refetch: () => unknown };
  readonly children: (answer: Answer) => ReactNode;
}

/** An answer of the server; what takes its place while it is on its way, or does not come. */
export function Asked<Answer>({ query: { data, error, refetch }, children }: AskedProps<Answer>) {
  const text = useText();
  if (data !== undefined)
    return (
      <>
        {error && <Trouble problem={error} again={() => void refetch()} />}
        {children(data)}
      </>
    );
  if (error) return <Trouble problem={error} again={() => void refetch()} />;
  return (
    <p className={css.waiting} role="status">
      {text.app.waiting}
    </p>
  );
}
