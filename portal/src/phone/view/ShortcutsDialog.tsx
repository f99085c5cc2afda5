import { Kbd, Modal } from '@mantine/core';
import { useMessages } from '../../shared/messages';
import css from './phone.module.css';

export function ShortcutsDialog({ opened, close }: { opened: boolean; close: () => void }) {
  const text = useMessages();
  const rows: readonly (readonly [string, string])[] = [
    ['0 – 9 * # +', text.shortcuts.digits],
    ['Enter', text.shortcuts.call],
    ['A', text.shortcuts.answer],
    ['E', text.shortcuts.end],
    ['M', text.shortcuts.mute],
    ['H', text.shortcuts.hold],
    ['T', text.shortcuts.transfer],
    ['/', text.shortcuts.field],
    ['?', text.shortcuts.help],
  ];
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={text.shortcuts.heading}
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      <dl className={css.shortcuts}>
        {rows.map(([key, what]) => (
          <div key={key}>
            <dt>
              <Kbd>{key}</Kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
