import { Tabs } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useMessages } from '../../shared/messages';
import { useStore } from '../../shared/store';
import { running, waiting } from '../model/calls';
import { missed } from '../model/history';
import { dialable } from '../model/number';
import type { Account } from '../phone';
import { Announcer } from './Announcer';
import { CallCard } from './CallCard';
import { Dialpad } from './Dialpad';
import { HistoryList } from './HistoryList';
import { SettingsDialog } from './SettingsDialog';
import { ShortcutsDialog } from './ShortcutsDialog';
import { TopBar } from './TopBar';
import { Silence, Trouble } from './Trouble';
import { usePhone } from './context';
import css from './phone.module.css';
import { useKeptFocus } from './useKeptFocus';
import { useShortcuts } from './useShortcuts';

/** What is there after signing in: calls above, the keypad, and the list of calls beside it or behind a tab. */
export function Desk({ account }: { account: Account }) {
  const text = useMessages();
  const phone = usePhone();
  const calls = useStore(phone.calls);
  const unseen = missed(useStore(phone.history));
  const wide = useMediaQuery('(min-width: 50em)', window.innerWidth >= 800, { getInitialValueInEffect: false });
  const [number, setNumber] = useState('');
  const [tab, setTab] = useState<string | null>('keypad');
  const [dialog, setDialog] = useState<'settings' | 'shortcuts' | null>(null);
  const [transferring, setTransferring] = useState<string | null>(null);

  const main = useKeptFocus<HTMLElement>(calls.length);
  const transfers = calls.some((call) => call.id === transferring && call.phase === 'talking');
  const modal = dialog !== null || transfers;

  const dial = async (wish: string) => {
    const target = dialable(wish);
    if (target && (await phone.call(target))) setNumber('');
  };
  useShortcuts({
    number,
    setNumber,
    dial: (wish) => void dial(wish),
    help: () => setDialog('shortcuts'),
    transfer: setTransferring,
    modal,
  });

  const cards = calls.length > 0 && (
    <section className={css.calls} aria-label={text.call.heading}>
      {calls.map((call) => (
        <CallCard
          key={call.id}
          call={call}
          calls={calls}
          dial={(wish) => void dial(wish)}
          transferring={transferring === call.id}
          setTransferring={(on) => setTransferring(on ? call.id : null)}
        />
      ))}
    </section>
  );
  const keypad = (
    <Dialpad number={number} setNumber={setNumber} dial={(wish) => void dial(wish)} calls={running(calls).length} />
  );
  const list = <HistoryList dial={(wish) => void dial(wish)} shown={wide || tab === 'history'} />;
  // Whoever is called sees it, whatever stood in front of it.
  const caller = waiting(calls)?.id;
  useEffect(() => {
    if (caller) setDialog(null);
  }, [caller]);
  return (
    <>
      <div className={css.desk} inert={modal}>
        <a className={css.skip} href="#keypad">
          {text.app.skip}
        </a>
        <TopBar account={account} openSettings={() => setDialog('settings')} />
        <main className={css.main} ref={main} tabIndex={-1}>
          <Trouble />
          <Silence />
          <div className={wide ? css.columns : css.stack}>
            {cards}
            {wide ? (
              <>
                {keypad}
                {list}
              </>
            ) : (
              <Tabs value={tab} onChange={setTab} keepMounted={false}>
                <Tabs.List grow>
                  <Tabs.Tab value="keypad">{text.dial.heading}</Tabs.Tab>
                  <Tabs.Tab value="history">
                    {text.history.heading}
                    {unseen > 0 && (
                      <span className={css.count}>
                        <span aria-hidden="true">{unseen}</span>
                        <span className="hidden-text">{text.history.missed(unseen)}</span>
                      </span>
                    )}
                  </Tabs.Tab>
                </Tabs.List>
                <Tabs.Panel value="keypad">{keypad}</Tabs.Panel>
                <Tabs.Panel value="history">{list}</Tabs.Panel>
              </Tabs>
            )}
          </div>
        </main>
      </div>
      <Announcer calls={calls} />
      <SettingsDialog
        account={account}
        opened={dialog === 'settings'}
        close={() => setDialog(null)}
        openShortcuts={() => setDialog('shortcuts')}
      />
      <ShortcutsDialog opened={dialog === 'shortcuts'} close={() => setDialog(null)} />
    </>
  );
}
