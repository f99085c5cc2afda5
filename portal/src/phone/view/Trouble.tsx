import { Alert, Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Icon } from '../../shared/icons';
import { useMessages } from '../../shared/messages';
import { useStore } from '../../shared/store';
import { wakeAudio, watchSilence } from '../sound/context';
import { usePhone } from './context';
import css from './phone.module.css';

/** What the browser does not let us do, and what helps. */
export function Trouble() {
  const text = useMessages();
  const phone = usePhone();
  const trouble = useStore(phone.trouble);
  return (
    <div role="alert" className={css.notice}>
      {trouble && (
        <Alert
          variant="light"
          color="red"
          icon={<Icon name="alert" />}
          withCloseButton
          closeButtonLabel={text.app.close}
          onClose={() => phone.trouble.set(null)}
        >
          <span className={css.strong}>{text.trouble[trouble]}</span>
        </Alert>
      )}
    </div>
  );
}

/** A phone that has signed in by itself rings without a sound until somebody touches the page. */
export function Silence() {
  const text = useMessages();
  const [silent, setSilent] = useState(false);
  useEffect(() => watchSilence(setSilent), []);
  if (!silent) return null;
  return (
    <Alert variant="light" color="yellow" icon={<Icon name="alert" />}>
      <span className={css.strong}>{text.silent.hint}</span>{' '}
      <Button size="compact-sm" variant="default" onClick={wakeAudio}>
        {text.silent.enable}
      </Button>
    </Alert>
  );
}
