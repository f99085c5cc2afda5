import { Alert } from '@mantine/core';
import { Icon } from '../../shared/icons';
import { useMessages } from '../../shared/messages';
import { useStore } from '../../shared/store';
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
