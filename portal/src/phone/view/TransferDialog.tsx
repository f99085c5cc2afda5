import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Icon } from '../../shared/icons';
import { useMessages } from '../../shared/messages';
import { type Call, type Calls, partners } from '../model/calls';
import { dialable } from '../model/number';
import { usePhone } from './context';
import { nameOf } from './words';

interface Props {
  call: Call;
  calls: Calls;
  opened: boolean;
  close: () => void;
}

/** To a number at once, or together with another conversation of ours. */
export function TransferDialog({ call, calls, opened, close }: Props) {
  const text = useMessages();
  const phone = usePhone();
  const [number, setNumber] = useState('');
  const [wrong, setWrong] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const target = dialable(number);
    setWrong(!target);
    if (!target) return;
    phone.transfer(call.id, target);
    close();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={text.transfer.heading}
      closeButtonProps={{ 'aria-label': text.app.close }}
    >
      <Stack>
        {partners(calls, call).map((other) => (
          <Button
            key={other.id}
            leftSection={<Icon name="transfer" />}
            onClick={() => {
              phone.connectWith(call.id, other.id);
              close();
            }}
          >
            {text.transfer.with(nameOf(text, other))}
          </Button>
        ))}
        <form onSubmit={submit}>
          <Stack>
            <TextInput
              data-autofocus
              label={text.transfer.to}
              value={number}
              onChange={(event) => setNumber(event.currentTarget.value)}
              inputMode="tel"
              autoComplete="off"
              error={wrong ? text.dial.unusable : undefined}
            />
            <Button type="submit" variant={partners(calls, call).length > 0 ? 'default' : 'filled'}>
              {text.transfer.blind}
            </Button>
          </Stack>
        </form>
        <Text size="sm" c="dimmed">
          {text.transfer.hint}
        </Text>
      </Stack>
    </Modal>
  );
}
