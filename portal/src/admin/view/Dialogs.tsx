import { Button, Group, Modal, Stack } from '@mantine/core';
import { type ReactNode, createContext, useCallback, useContext, useMemo, useState } from 'react';
import { Problem, type Values } from '../api/client';
import { queries, useCommand } from '../api/queries';
import type { AnswerOf, OperationName } from '../contract/contract';
import { useText } from '../messages';
import { Said } from './Said';
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
  /** Of what is to be changed, as it was shown. */
  readonly tag?: string;
  readonly done?: (answer: unknown) => void;
  /** Puts it back as it was; offered for a while when it is done. */
  readonly undo?: () => Promise<unknown>;
}

interface Desk {
  readonly confirm: (question: Question) => void;
  readonly say: (what: ReactNode, undo?: () => Promise<unknown>) => void;
}

const DeskContext = createContext<Desk>({ confirm: () => undefined, say: () => undefined });
export const useDesk = (): Desk => useContext(DeskContext);

interface Said {
  readonly what: ReactNode;
  readonly undo?: (() => Promise<unknown>) | undefined;
}

const silence: Said = { what: '' };

const saidForMs = 6_000;
/** Long enough to be read, thought about and reached by keyboard. */
const undoForMs = 30_000;

export function DialogDesk({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question | null>(null);
  const text = useText();
  const [said, setSaid] = useState<Said>(silence);
  const say = useCallback((what: ReactNode, undo?: () => Promise<unknown>) => {
    const now = { what, undo };
    setSaid(now);
    setTimeout(() => setSaid((latest) => (latest === now ? silence : latest)), undo ? undoForMs : saidForMs);
  }, []);
  const takeBack = async () => {
    setSaid(silence);
    try {
      await said.undo?.();
      say(text.app.undone);
    } catch (fault) {
      say(<Said text={fault instanceof Problem ? fault.message : String(fault)} />);
    }
    await queries.invalidateQueries();
  };
  const desk = useMemo(() => ({ confirm: setQuestion, say }), [say]);
  return (
    <DeskContext.Provider value={desk}>
      {children}
      {question && <Confirm question={question} close={() => setQuestion(null)} />}
      <div className={css.toast} data-shown={said !== silence || undefined}>
        <span role="status">{said.what}</span>
        {said.undo && (
          <button type="button" className={css.undo} onClick={() => void takeBack()}>
            {text.app.undo}
          </button>
        )}
      </div>
    </DeskContext.Provider>
  );
}

function Confirm({ question, close }: { question: Question; close: () => void }) {
  const text = useText();
  const { say } = useDesk();
  const { title, consequences, action, command, values, tag, done, undo } = question;
  const sending = useCommand(command);
  const send = () =>
    sending.mutate(
      { values, ...(tag ? { tag } : {}) },
      {
        onSuccess: (answer: AnswerOf<OperationName>) => {
          close();
          const message = (answer as { message?: string } | null)?.message;
          say(message === undefined ? text.app.done : <Said text={message} />, undo);
          done?.(answer);
        },
      },
    );
  return (
    <Frame title={title} close={close}>
      <Stack>
        <ul className={css.list}>
          {consequences.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
        {sending.error && <Trouble problem={sending.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {text.app.cancel}
          </Button>
          <Button color="red" onClick={send} loading={sending.isPending}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Frame>
  );
}

interface SheetProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
}

export function Sheet({ title, close, children, wide }: SheetProps) {
  return (
    <Frame title={title} close={close} size={wide ? 'xl' : 'lg'} closeOnClickOutside={false}>
      {children}
    </Frame>
  );
}

interface FrameProps extends Omit<SheetProps, 'wide'> {
  readonly size?: string;
  readonly closeOnClickOutside?: boolean;
}

/** A question may stand above a sheet: then neither header is the page's banner, of which there is one. */
function Frame({ title, close, children, size = 'md', closeOnClickOutside = true }: FrameProps) {
  const text = useText();
  return (
    <Modal.Root opened onClose={close} size={size} closeOnClickOutside={closeOnClickOutside} lockScroll={false} centered>
      <Modal.Overlay backgroundOpacity={0.5} />
      <Modal.Content>
        <Modal.Header role="none">
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={text.app.close} />
        </Modal.Header>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
