import { Button, Group, Stack } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Problem, Told, Values } from '../api/client';
import type { OperationName } from '../contract/contract';
import { useText } from '../messages';
import { useMay } from '../session';
import { CommandForm } from './CommandForm';
import { Sheet, useDesk } from './Dialogs';
import { Asked } from './Trouble';

interface Props<Shown> {
  readonly title: string;
  readonly close: () => void;
  readonly wide?: boolean;
  readonly query: { data: Told<Shown> | undefined; error: Problem | null; refetch: () => unknown };
  /** What changes it, and whose settings those are. */
  readonly command: OperationName;
  readonly given: Values;
  /** What its form starts from. */
  readonly now: (shown: Shown) => Readonly<Record<string, unknown>>;
  readonly first?: readonly string[];
  readonly without?: readonly string[];
  /** What a change would do that has to be said first. */
  readonly warn?: (shown: Shown, sent: Values) => readonly string[];
  /** Whether it can be changed at all. */
  readonly fixed?: (shown: Shown) => boolean;
  /** What else can be done with it. */
  readonly actions?: (shown: Shown) => ReactNode;
  readonly children: (shown: Shown) => ReactNode;
}

/** A sheet that shows one thing, and takes the form that changes it in its place. */
export function EditSheet<Shown>(props: Props<Shown>) {
  const { title, close, wide, query, command, given, now, first, without, warn, fixed, actions, children } = props;
  const text = useText();
  const may = useMay();
  const { say } = useDesk();
  const [editing, setEditing] = useState(false);
  const changed = useRef(false);
  const form = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone: who came by the keyboard goes on in the form.
  useEffect(() => {
    if (editing) form.current?.querySelector<HTMLElement>('input, select, textarea')?.focus();
  }, [editing]);
  const done = () => {
    changed.current = true;
    setEditing(false);
    say(text.app.saved);
  };
  return (
    <Sheet title={title} close={close} wide={wide ?? false}>
      <Asked query={query}>
        {({ value, tag }) =>
          editing ? (
            <div ref={form}>
              <CommandForm
                command={command}
                given={given}
                now={now(value)}
                tag={tag}
                {...(first ? { first } : {})}
                {...(without ? { without } : {})}
                warn={warn && ((sent) => warn(value, sent))}
                submit={text.app.save}
                done={done}
              />
            </div>
          ) : (
            <Stack>
              <Group gap="xs">
                {may(command) && !fixed?.(value) && (
                  // Who has saved by the keyboard stands where he began.
                  <Button onClick={() => setEditing(true)} autoFocus={changed.current}>
                    {text.app.edit}
                  </Button>
                )}
                {actions?.(value)}
              </Group>
              {children(value)}
            </Stack>
          )
        }
      </Asked>
    </Sheet>
  );
}
