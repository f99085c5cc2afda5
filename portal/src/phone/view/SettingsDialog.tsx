import { Button, Modal, NativeSelect, SegmentedControl, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '../../shared/icons';
import { type Language, catalogues, languages, useMessages } from '../../shared/messages';
import { useStore } from '../../shared/store';
import type { Scheme } from '../keep/preferences';
import type { Account } from '../phone';
import { askToNotify, canNotify } from '../sound/notices';
import { SoundSettings } from './SoundSettings';
import { usePhone } from './context';
import css from './phone.module.css';

interface Props {
  account: Account;
  opened: boolean;
  close: () => void;
  openShortcuts: () => void;
}

export function SettingsDialog({ account, opened, close, openShortcuts }: Props) {
  const text = useMessages();
  const phone = usePhone();
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={text.settings.heading}
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      <Stack gap="lg">
        <SoundSettings />
        <Appearance />
        <Button variant="default" leftSection={<Icon name="keyboard" />} onClick={openShortcuts}>
          {text.settings.shortcuts}
        </Button>
        <div>
          <Button fullWidth variant="default" leftSection={<Icon name="signOut" />} onClick={() => void phone.leave()}>
            {text.settings.signOut}
          </Button>
          {account.way !== 'typed' && (
            <Text size="sm" c="dimmed" mt={4}>
              {text.settings.signOutHint}
            </Text>
          )}
        </div>
      </Stack>
    </Modal>
  );
}

function Appearance() {
  const text = useMessages();
  const phone = usePhone();
  const { language, scheme, letterKeys, notifications } = useStore(phone.preferences);
  const [blocked, setBlocked] = useState(canNotify() && Notification.permission === 'denied');

  const notify = async (wanted: boolean) => {
    const allowed = wanted && (await askToNotify());
    setBlocked(wanted && !allowed);
    await phone.prefer({ notifications: allowed });
  };
  return (
    <section aria-label={text.settings.appearance}>
      <Stack>
        <NativeSelect
          label={text.settings.language}
          value={language}
          onChange={(event) => void phone.prefer({ language: event.currentTarget.value as Language })}
          data={languages.map((value) => ({ value, label: catalogues[value].language }))}
        />
        <fieldset className={css.plain}>
          <legend className={css.legend}>{text.settings.scheme}</legend>
          <SegmentedControl
            fullWidth
            aria-label={text.settings.scheme}
            value={scheme}
            onChange={(value) => void phone.prefer({ scheme: value as Scheme })}
            data={[
              { value: 'auto', label: text.settings.system },
              { value: 'light', label: text.settings.light },
              { value: 'dark', label: text.settings.dark },
            ]}
          />
        </fieldset>
        {canNotify() && (
          <Switch
            checked={notifications}
            onChange={(event) => void notify(event.currentTarget.checked)}
            label={text.settings.notifications}
            error={blocked ? text.settings.notificationsBlocked : undefined}
          />
        )}
        <Switch
          checked={letterKeys}
          onChange={(event) => void phone.prefer({ letterKeys: event.currentTarget.checked })}
          label={text.settings.keys}
          description={text.settings.keysHint}
        />
      </Stack>
    </section>
  );
}
