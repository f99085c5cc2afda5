import { ActionIcon, Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Icon } from '../../shared/icons';
import { useMessages } from '../../shared/messages';
import { useStore } from '../../shared/store';
import { callsMax } from '../model/calls';
import { redial } from '../model/history';
import { dialable } from '../model/number';
import { Keys } from './Keys';
import { usePhone } from './context';
import css from './phone.module.css';

interface Props {
  number: string;
  setNumber: (number: string) => void;
  dial: (number: string) => void;
  /** How many calls there are already. */
  calls: number;
}

export const numberFieldId = 'number';

export function Dialpad({ number, setNumber, dial, calls }: Props) {
  const text = useMessages();
  const phone = usePhone();
  const connection = useStore(phone.connection);
  const last = redial(useStore(phone.history));
  const [wrong, setWrong] = useState(false);
  const full = calls >= callsMax;

  const type = (value: string) => {
    setWrong(false);
    setNumber(value);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (number.trim() === '') {
      if (last) setNumber(last);
      return;
    }
    if (dialable(number)) dial(number);
    else setWrong(true);
  };
  const again = number.trim() === '' && last !== '';
  return (
    <section className={css.panel} aria-label={text.dial.heading} id="keypad">
      <form onSubmit={submit}>
        <TextInput
          id={numberFieldId}
          aria-label={text.dial.field}
          placeholder={text.dial.field}
          value={number}
          onChange={(event) => type(event.currentTarget.value)}
          inputMode="tel"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          size="lg"
          classNames={{ input: css.number ?? '' }}
          error={wrong ? text.dial.unusable : full ? text.dial.full : undefined}
          rightSection={
            number !== '' && (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={text.dial.erase}
                onClick={() => type(number.slice(0, -1))}
              >
                <Icon name="erase" />
              </ActionIcon>
            )
          }
        />
        <Keys
          press={(key) => {
            phone.click(key);
            type(number + key);
          }}
          long={(key) => type(number + (key === '0' ? '+' : key))}
        />
        <Button
          type="submit"
          color="green"
          size="lg"
          fullWidth
          leftSection={<Icon name="answer" />}
          disabled={connection.state !== 'ready' || full || (number.trim() === '' && last === '')}
        >
          {again ? text.dial.redial(last) : text.dial.call}
        </Button>
      </form>
    </section>
  );
}
