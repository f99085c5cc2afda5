import { ActionIcon, Button, Group, Modal } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Icon } from '../../shared/icons';
import { type Messages, useMessages } from '../../shared/messages';
import { useStore } from '../../shared/store';
import { type Entry, missed } from '../model/history';
import { usePhone } from './context';
import css from './phone.module.css';
import { clock, nameOf } from './words';

/** Past calls, newest first. Who has it in view has seen what was missed. */
export function HistoryList({ dial, shown }: { dial: (number: string) => void; shown: boolean }) {
  const text = useMessages();
  const phone = usePhone();
  const history = useStore(phone.history);
  const unseen = missed(history);
  const [asking, setAsking] = useState(false);

  useEffect(() => {
    if (shown && unseen > 0 && !document.hidden) {
      const timer = setTimeout(() => phone.seenMissed(), 4_000);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [shown, unseen, phone]);

  return (
    <section className={`${css.panel} ${css.history}`} aria-label={text.history.heading}>
      <div className={css.listHead}>
        <h2 className={css.heading}>{text.history.heading}</h2>
        {history.length > 0 && (
          <Button variant="subtle" size="compact-sm" onClick={() => setAsking(true)}>
            {text.history.erase}
          </Button>
        )}
      </div>
      {history.length === 0 && <p className={css.dim}>{text.history.empty}</p>}
      <ul className={css.list}>
        {history.map((entry) => (
          <Line key={entry.id} entry={entry} dial={dial} />
        ))}
      </ul>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={text.history.eraseAsk}
        size="sm"
        closeButtonProps={{ 'aria-label': text.app.close }}
      >
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
            {text.app.cancel}
          </Button>
          <Button
            color="red"
            onClick={() => {
              phone.eraseHistory();
              setAsking(false);
            }}
          >
            {text.history.eraseYes}
          </Button>
        </Group>
      </Modal>
    </section>
  );
}

function when(at: number, language: string): string {
  const date = new Date(at);
  const today = new Date().toDateString() === date.toDateString();
  return new Intl.DateTimeFormat(
    language,
    today ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' },
  ).format(date);
}

/** What else to say of a call in a list, where there is little room. */
function brief(text: Messages, { seconds, why }: Entry): string {
  if (seconds > 0) return clock(seconds);
  return why === 'refused' || why === 'intercepted' || why === 'rejected' || why === 'elsewhere'
    ? text.history[why]
    : '';
}

function Line({ entry, dial }: { entry: Entry; dial: (number: string) => void }) {
  const text = useMessages();
  const phone = usePhone();
  const { language } = useStore(phone.preferences);
  const who = nameOf(text, entry);
  const lost = entry.why === 'missed';
  const kind = lost ? text.history.missedCall : entry.direction === 'in' ? text.history.in : text.history.out;
  const detail = brief(text, entry);
  return (
    <li className={css.line} data-missed={lost}>
      <button type="button" className={css.lineCall} onClick={() => dial(entry.number)}>
        <Icon name={lost ? 'missed' : entry.direction} />
        <span className={css.lineText}>
          <span className={css.lineName}>{who}</span>
          <span className={css.dim}>
            {kind}, {when(entry.at, language)}
            {detail && ` · ${detail}`}
          </span>
          <span className="hidden-text">{text.history.callBack(who)}</span>
        </span>
      </button>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={text.history.remove(who)}
        onClick={() => phone.forget(entry.id)}
      >
        <Icon name="close" size={16} />
      </ActionIcon>
    </li>
  );
}
