import { Button, Group, Modal, Stack } from '@mantine/core';
import { type ReactNode, createContext, useCallback, useContext, useMemo, useState } from 'react';
import type { Problem, Values } from '../api/client';
import { useCommand } from '../api/queries';
import type { AnswerOf, OperationName } from '../contract/contract';
import { useText } from '../messages';
import { Trouble } from './Trouble';
import css from './admin.module.css';

/** What is asked before something is done that cannot be taken back. */
export interface Question {
  readonly title: string;
  /** One each of what will happen, such as "3 phones are cut off". */
  readonly consequences: readonly string[];
  readonly action: string;
  readonly command: OperationName;
  readonly values: Values;
  readonly done?: (answer: unknown) => void;
}

interface Desk {
  readonly confirm: (question: Question) => void;
  readonly say: (text: string) => void;
}

const DeskContext = createContext<Desk>({ confirm: () => undefined, say: () => undefined });
export const useDesk = (): Desk => useContext(DeskContext);

const saidForMs = 6_000;

export function DialogDesk({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question | null>(null);
  const [said, setSaid] = useState('');
  const say = useCallback((text: string) => {
    setSaid(text);
    setTimeout(() => setSaid((now) => (now === text ? '' : now)), saidForMs);
  }, []);
  const desk = useMemo(() => ({ confirm: setQuestion, say }), [say]);
  return (
    <DeskContext.Provider value={desk}>
      {children}
      {question && <Confirm question={question} close={() => setQuestion(null)} />}
      <div role="status" className={css.toast} data-shown={said !== '' || undefined}>
        {said}
      </div>
    </DeskContext.Provider>
  );
}

function Confirm({ question, close }: { question: Question; close: () => void }) {
  const text = useText();
  const { say } = useDesk();
  const { title, consequences, action, command, values, done } = question;
  const sending = useCommand(command);
  const send = () =>
    sending.mutate(
      { values },
      {
        onSuccess: (answer: AnswerOf<OperationName>) => {
          close();
          const message = (answer as { message?: string } | null)?.message;
          say(message ?? text.app.done);
          done?.(answer);
        },
      },
    );
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ 'aria-label': text.app.close }}>
      <Stack>
        <ul className={css.list}>
          {consequences.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
        {sending.error && <Trouble problem={sending.error as Problem} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {text.app.cancel}
          </Button>
          <Button color="red" onClick={send} loading={sending.isPending}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

interface SheetProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
}

export function Sheet({ title, close, children, wide }: SheetProps) {
  const text = useText();
  return (
    <Modal
      opened
      onClose={close}
      title={title}
      size={wide ? 'xl' : 'lg'}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      {children}
    </Modal>
  );
}
