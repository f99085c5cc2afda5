import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTold } from '../api/queries';
import { useText } from '../messages';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { useDesk } from '../view/Dialogs';
import { Asked } from '../view/Trouble';
import css from '../view/admin.module.css';
import { ValueTable } from './Objects';

/** The country, the money and the clock of all calls. */
export function Telephony() {
  const text = useText();
  const may = useMay();
  const { say } = useDesk();
  const [editing, setEditing] = useState(false);
  const query = useTold('telephony.show');
  return (
    <>
      <p className={css.lead}>{text.telephony.lead}</p>
      <div className={css.panel}>
        <Asked query={query}>
          {({ value, tag }) =>
            editing ? (
              <CommandForm
                command="telephony.set"
                now={Object.fromEntries(value.values.map((each) => [each.key, each.value]))}
                tag={tag}
                submit={text.app.save}
                done={() => {
                  setEditing(false);
                  say(text.app.saved);
                }}
              />
            ) : (
              <Stack align="flex-start">
                <ValueTable values={value.values} />
                {may('telephony.set') && <Button onClick={() => setEditing(true)}>{text.app.edit}</Button>}
              </Stack>
            )
          }
        </Asked>
      </div>
    </>
  );
}
