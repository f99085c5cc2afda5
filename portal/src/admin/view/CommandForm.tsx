import { Alert, Button, Stack } from '@mantine/core';
import { type FormEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import type { Problem, Values } from '../api/client';
import { useCommand } from '../api/queries';
import { type AnswerOf, type Field, type OperationName, operation } from '../contract/contract';
import { useText } from '../messages';
import { useDesk } from './Dialogs';
import { FieldInput } from './Fields';
import { Said } from './Said';
import { Trouble } from './Trouble';
import css from './admin.module.css';
import { type Typed, changesOf, faultOf, typedOf } from './form';

interface Props<Name extends OperationName> {
  readonly command: Name;
  /** What is said already, such as whose settings they are. */
  readonly given?: Values;
  /** What holds now: only what differs from it is sent. */
  readonly now?: Readonly<Record<string, unknown>>;
  readonly tag?: string;
  /** Shown at once; all others stand behind "more". Absent: everything is shown. */
  readonly first?: readonly string[];
  readonly without?: readonly string[];
  readonly submit: string;
  /** What it would do that has to be said first; empty: nothing. */
  readonly warn?: ((sent: Values) => readonly string[]) | undefined;
  readonly done: (answer: AnswerOf<Name>, sent: Values) => void;
  readonly children?: ReactNode;
}

function typedFrom(fields: readonly Field[], now: Readonly<Record<string, unknown>> | undefined): Typed {
  return Object.fromEntries(fields.map((field) => [field.name, typedOf(field, now?.[field.name])]));
}

/** A form made of an operation's fields, as the contract has them. */
export function CommandForm<Name extends OperationName>(props: Props<Name>) {
  const { command, given = {}, now, tag, first, without = [], submit, warn, done, children } = props;
  const text = useText();
  const { confirm } = useDesk();
  const all = operation(command).fields;
  const fields = useMemo(
    // In which tenant is chosen for all pages at once.
    () => all.filter(({ name }) => !(name in given) && name !== 'default' && name !== 'tenant' && !without.includes(name)),
    [all, given, without],
  );
  const [before] = useState(() => typedFrom(fields, now));
  const [typed, setTyped] = useState<Typed>(before);
  const [tried, setTried] = useState(false);
  const [unchanged, setUnchanged] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const sending = useCommand(command);
  const problem = sending.error;

  const wrong = (field: Field): ReactNode => {
    const fault = tried ? faultOf(field, typed[field.name] ?? '') : null;
    if (fault) return text.form.fault(fault);
    if (problem?.field === field.name) return <Said text={[problem.message, problem.remedy].filter(Boolean).join(' — ')} />;
    return undefined;
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setUnchanged(false);
    if (fields.some((field) => faultOf(field, typed[field.name] ?? '') !== null)) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    const known = all.filter(({ name }) => name === 'default' && now !== undefined);
    const values = changesOf([...fields, ...known], before, typed);
    if (now !== undefined && Object.keys(values).length === 0) return setUnchanged(true);
    const sent = { ...given, ...values };
    const order = { values: sent, ...(tag ? { tag } : {}) };
    const consequences = warn?.(sent) ?? [];
    if (consequences.length > 0)
      return confirm({
        title: text.app.sure,
        consequences,
        action: submit,
        command,
        ...order,
        done: (answer) => done(answer as AnswerOf<Name>, sent),
      });
    sending.mutate(order, { onSuccess: (answer) => done(answer, sent) });
  };
  const show = (list: readonly Field[]) =>
    list.map((field) => (
      <FieldInput
        key={field.name}
        field={field}
        typed={typed[field.name] ?? ''}
        error={wrong(field)}
        known={(before[field.name] ?? '') !== ''}
        type={(value) => setTyped((old) => ({ ...old, [field.name]: value }))}
      />
    ));
  const shown = first ? first.flatMap((name) => fields.filter((field) => field.name === name)) : fields;
  const rest = fields.filter((field) => !shown.includes(field));
  return (
    <form ref={form} onSubmit={send} noValidate>
      <Stack>
        {children}
        {show(shown)}
        {rest.length > 0 && (
          <details className={css.more} open={rest.some((field) => wrong(field) !== undefined) || undefined}>
            <summary>{text.form.more(String(rest.length))}</summary>
            <Stack mt="md">{show(rest)}</Stack>
          </details>
        )}
        {problem && !fields.some(({ name }) => name === problem.field) && <Trouble problem={problem as Problem} />}
        {unchanged && (
          <Alert role="status" color="gray">
            {text.form.unchanged}
          </Alert>
        )}
        <Button type="submit" loading={sending.isPending} className={css.submit}>
          {submit}
        </Button>
      </Stack>
    </form>
  );
}
