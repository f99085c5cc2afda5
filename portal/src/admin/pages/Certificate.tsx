import { Alert, Button, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Problem, call } from '../api/client';
import { useCommand, useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { useMay } from '../session';
import { Sheet, useDesk } from '../view/Dialogs';
import { LongText } from '../view/Fields';
import { Said } from '../view/Said';
import { Facts, Mark } from '../view/Shown';
import { Asked, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { save } from '../view/save';
import { useWhen } from '../view/words';

const everyMs = 10_000;
const dayMs = 86_400_000;

/** The certificate that phones and browsers are shown: where it is from, and how another takes its place. */
export function Certificate() {
  const text = useText();
  const may = useMay();
  const { confirm } = useDesk();
  const [installing, setInstalling] = useState(false);
  const [notes, setNotes] = useState<readonly string[]>([]);
  const query = useTold('certificate.show', {}, true, everyMs);
  const downloading = useMutation<Schemas['CertificateAuthority'], Problem>({
    mutationFn: () => call('certificate.authority', {}),
    onSuccess: ({ text: pem }) => save(pem, 'ca.pem'),
  });
  const remove = () =>
    confirm({
      title: text.certificate.remove,
      consequences: [text.certificate.removeText, text.certificate.keyGone, text.app.noUndo],
      action: text.app.remove,
      command: 'certificate.remove',
      values: {},
    });
  return (
    <section>
      <h2 className={css.heading}>{text.certificate.title}</h2>
      <Asked query={query}>
        {({ value: one }) => (
          <div className={css.panel}>
            <Shown one={one} />
            {notes.length > 0 && (
              <Alert role="status" color="yellow" mt="sm">
                <ul className={css.list}>
                  {notes.map((note) => (
                    <li key={note}>
                      <Said text={note} />
                    </li>
                  ))}
                </ul>
              </Alert>
            )}
            <Group mt="sm">
              {may('certificate.install') && one.source !== 'file' && (
                <Button onClick={() => setInstalling(true)}>{text.certificate.install}</Button>
              )}
              {may('certificate.remove') && one.source === 'installed' && (
                <Button variant="default" onClick={remove}>
                  {text.certificate.remove}
                </Button>
              )}
              {may('certificate.authority') && one.source !== 'file' && (
                <Button variant="default" loading={downloading.isPending} onClick={() => downloading.mutate()} title={text.certificate.downloadText}>
                  {text.certificate.download}
                </Button>
              )}
            </Group>
            {downloading.error && <Trouble problem={downloading.error} />}
            {one.source !== 'file' && <Elsewhere acme={one.acme} />}
          </div>
        )}
      </Asked>
      {installing && (
        <Install
          close={() => setInstalling(false)}
          done={(told) => {
            setInstalling(false);
            setNotes(told);
          }}
        />
      )}
    </section>
  );
}

function Shown({ one }: { one: Schemas['Certificate'] }) {
  const text = useText();
  const when = useWhen();
  const left = Math.floor(((one.ends_ms ?? 0) - Date.now()) / dayMs);
  const tone = left < 0 ? 'bad' : left < 14 ? 'fair' : 'good';
  return (
    <Facts
      facts={[
        [text.certificate.source, text.certificate.sources[one.source as keyof typeof text.certificate.sources] ?? one.source],
        [text.certificate.subject, one.subject],
        [text.certificate.issuer, one.issuer],
        [text.certificate.names, one.names.join(', ')],
        [text.certificate.begins, one.begins ? when(one.begins) : ''],
        [
          text.certificate.ends,
          one.ends && (
            <span key="ends">
              {when(one.ends)} <Mark tone={tone}>{left < 0 ? text.certificate.over : text.certificate.days(left)}</Mark>
            </span>
          ),
        ],
      ]}
    />
  );
}

function Elsewhere({ acme }: { acme: Schemas['AcmeState'] }) {
  const text = useText();
  const may = useMay();
  const when = useWhen();
  const { say } = useDesk();
  const ordering = useCommand('certificate.renew');
  return (
    <>
      <h3 className={css.subheading}>{text.certificate.acme}</h3>
      {!acme.directory && <p className={css.dim}>{text.certificate.acmeNone}</p>}
      {acme.directory && (
        <Facts
          facts={[
            [text.certificate.directory, acme.directory],
            [text.certificate.next, acme.next ? when(acme.next) : ''],
            [text.certificate.failures, acme.failures || ''],
            [text.certificate.trouble, acme.trouble && <Said key="trouble" text={acme.trouble} />],
          ]}
        />
      )}
      {acme.directory && may('certificate.renew') && (
        <Group mt="sm">
          <Button
            variant="default"
            loading={ordering.isPending}
            onClick={() => ordering.mutate({}, { onSuccess: () => say(text.certificate.ordered) })}
          >
            {text.certificate.order}
          </Button>
        </Group>
      )}
      {ordering.error && <Trouble problem={ordering.error} />}
    </>
  );
}

function Install({ close, done }: { close: () => void; done: (notes: readonly string[]) => void }) {
  const text = useText();
  const { say } = useDesk();
  const [chain, setChain] = useState('');
  const [key, setKey] = useState('');
  const [tried, setTried] = useState(false);
  const installing = useCommand('certificate.install');
  const missing = chain.trim() === '' || key.trim() === '';
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing) return;
    installing.mutate(
      { values: { text: `${chain.trim()}\n${key.trim()}\n` } },
      {
        onSuccess: ({ message, notes = [] }) => {
          say(<Said text={message} />);
          done(notes);
        },
      },
    );
  };
  return (
    <Sheet title={text.certificate.install} close={close}>
      <form onSubmit={send} noValidate>
        <Stack>
          <p className={css.dim}>{text.certificate.installText}</p>
          <LongText label={text.certificate.chain} description={text.certificate.chainHelp} required typed={chain} type={setChain} />
          <LongText label={text.certificate.key} description={text.certificate.keyHelp} required typed={key} type={setKey} />
          {tried && missing && (
            <Alert role="alert" color="red">
              {text.certificate.both}
            </Alert>
          )}
          {installing.error && <Trouble problem={installing.error} />}
          <Button type="submit" loading={installing.isPending} className={css.submit}>
            {text.certificate.install}
          </Button>
        </Stack>
      </form>
    </Sheet>
  );
}
