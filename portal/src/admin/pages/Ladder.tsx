import { Button, Checkbox, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { type Problem, call } from '../api/client';
import { useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { useMay, useMe } from '../session';
import { Said } from '../view/Said';
import { bytesOf, save } from '../view/save';
import { Asked, Empty, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';

type Trace = Schemas['Trace'];
type Message = Schemas['TraceMessage'];

/** Whose messages: of one call, or of all that an extension or an address said and heard. */
interface Traced {
  readonly of: 'call' | 'extension' | 'source';
  readonly id: string;
}

const asked = {
  call: { name: 'trace.call', key: 'id' },
  extension: { name: 'trace.extension', key: 'number' },
  source: { name: 'trace.source', key: 'address' },
} as const;

/** A ladder on demand, where there may be many messages. */
export function Signalling({ of, id }: Traced) {
  const text = useText();
  const may = useMay();
  const [open, setOpen] = useState(false);
  if (!may(asked[of].name)) return null;
  return (
    <details className={css.more} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{text.trace.open}</summary>
      {open && <Messages of={of} id={id} />}
    </details>
  );
}

/** The ladder of a call, at once. */
export function Ladder({ id }: { id: string }) {
  const text = useText();
  const may = useMay();
  if (!may('trace.call')) return null;
  return (
    <section>
      <h3 className={css.heading}>{text.trace.title}</h3>
      <Messages of="call" id={id} />
    </section>
  );
}

/** SIP messages: who said what to whom, one row each, the whole message on demand. */
function Messages({ of, id }: Traced) {
  const text = useText();
  const mayNumbers = useMe().permissions.includes('trace-number.read');
  const [numbers, setNumbers] = useState(false);
  const { name, key } = asked[of];
  const query = useTold(name, { [key]: id, numbers: numbers || undefined });
  if (query.error?.status === 404 || query.data?.value.messages.length === 0)
    return (
      <Empty title={text.trace.none} teach={text.trace.teach} />
    );
  return (
    <>
      <Group gap="xs" mb="xs">
        <Download of={of} id={id} numbers={numbers} />
        {mayNumbers && (
          <Checkbox label={text.trace.numbers} checked={numbers} onChange={(event) => setNumbers(event.currentTarget.checked)} />
        )}
      </Group>
      <Asked query={query}>{({ value }) => <Rungs trace={value} />}</Asked>
    </>
  );
}

function Download({ of, id, numbers }: Traced & { numbers: boolean }) {
  const text = useText();
  const writing = useMutation<Schemas['TraceFile'], Problem, 'text' | 'pcap'>({
    mutationFn: (format) => call('trace.export', { [of]: id, format, numbers: numbers || undefined }),
    onSuccess: ({ name, text: lines, base64 }) => save(base64 === undefined ? (lines ?? '') : bytesOf(base64), name),
  });
  return (
    <>
      <Button size="compact-sm" variant="default" loading={writing.isPending} onClick={() => writing.mutate('pcap')}>
        {text.trace.pcap}
      </Button>
      <Button size="compact-sm" variant="default" loading={writing.isPending} onClick={() => writing.mutate('text')}>
        {text.trace.asText}
      </Button>
      {writing.error && <Trouble problem={writing.error} />}
    </>
  );
}

function Rungs({ trace: { participants, messages, more } }: { trace: Trace }) {
  const text = useText();
  const [open, setOpen] = useState<number | null>(null);
  return (
    <div className={css.ladderFrame} tabIndex={0} role="region" aria-label={text.trace.title}>
      <table className={css.ladder}>
        <caption className="hidden-text">{text.trace.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{text.trace.at}</th>
            {participants.map((each, place) => (
              <th scope="col" key={`${place} ${each.address}`}>
                {each.ours ? each.name : each.name || text.trace.unknown}
                <span className={css.ladderAddress}>{each.address}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {messages.map((message, index) => (
            <Fragment key={index}>
              <Rung message={message} participants={participants} open={open === index} toggle={() => setOpen(open === index ? null : index)} />
              {open === index && (
                <tr>
                  <td colSpan={participants.length + 1}>
                    <pre className={css.ladderText} tabIndex={0}>
                      {message.text}
                    </pre>
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
      {more && <p>{text.trace.more}</p>}
    </div>
  );
}

interface RungProps {
  readonly message: Message;
  readonly participants: readonly Schemas['TraceParticipant'][];
  readonly open: boolean;
  readonly toggle: () => void;
}

function Rung({ message, participants, open, toggle }: RungProps) {
  const text = useText();
  const at = message.at.slice(11, 23);
  if (message.direction === 'note')
    return (
      <tr>
        <td className={css.ladderTime}>{at}</td>
        <td colSpan={participants.length} className={css.ladderNote}>
          <Said text={message.label} />
        </td>
      </tr>
    );
  const first = Math.min(message.from, message.to);
  const last = Math.max(message.from, message.to);
  const who = (place: number) => participants[place]?.name || participants[place]?.address || '';
  return (
    <tr>
      <td className={css.ladderTime}>{at}</td>
      {participants.slice(0, first).map((each, place) => (
        <td key={`${place} ${each.address}`} className={css.ladderLane} />
      ))}
      <td colSpan={last - first + 1} className={css.ladderArrow}>
        <button type="button" aria-expanded={open} onClick={toggle} data-direction={message.from < message.to ? 'right' : 'left'}>
          <span className="hidden-text">{text.trace.says(who(message.from), who(message.to))}</span>
          {message.label}
        </button>
      </td>
      {participants.slice(last + 1).map((each, place) => (
        <td key={`${place} ${each.address}`} className={css.ladderLane} />
      ))}
    </tr>
  );
}
