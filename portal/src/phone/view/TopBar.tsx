import { ActionIcon, Button } from '@mantine/core';
import { Icon } from '../../shared/icons';
import { type Messages, useMessages } from '../../shared/messages';
import { useStore } from '../../shared/store';
import type { Connection } from '../model/connection';
import type { Account } from '../phone';
import { usePhone } from './context';
import css from './phone.module.css';

function describe(text: Messages, connection: Connection): string {
  switch (connection.state) {
    case 'signed_out':
      return '';
    case 'connecting':
      return connection.attempts > 0 ? text.connection.again(connection.attempts) : text.connection.connecting;
    case 'registering':
      return text.connection.registering;
    case 'ready':
      return text.connection.ready;
    case 'refused':
      return connection.code === 403 ? text.connection.forbidden : text.connection.refused(connection.code);
  }
}

export function TopBar({ account, openSettings }: { account: Account; openSettings: () => void }) {
  const text = useMessages();
  const phone = usePhone();
  const connection = useStore(phone.connection);
  const waits = connection.state === 'refused' || (connection.state === 'connecting' && connection.attempts > 0);
  return (
    <header className={css.bar}>
      <div className={css.who}>
        <h1 className={css.title}>{account.displayName || account.number}</h1>
        {account.displayName && <span className={css.dim}>{account.number}</span>}
      </div>
      <div className={css.state} role="status" aria-label={text.connection.label}>
        <span className={css.dot} data-state={connection.state} aria-hidden="true" />
        <span>{describe(text, connection)}</span>
      </div>
      {waits && (
        <Button size="compact-sm" variant="default" onClick={() => phone.retry()}>
          {text.connection.retry}
        </Button>
      )}
      <ActionIcon
        variant="subtle"
        size="lg"
        color="gray"
        className={css.gear}
        aria-label={text.app.menu}
        onClick={openSettings}
      >
        <Icon name="settings" />
      </ActionIcon>
    </header>
  );
}
