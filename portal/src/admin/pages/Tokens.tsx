import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useList } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet } from '../view/Dialogs';
import { useRemoval } from '../view/removal';
import { Mark, Secret } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useWhen } from '../view/words';

/** What programs show instead of a password. */
export function Tokens() {
  const text = useText();
  const may = useMay();
  const when = useWhen();
  const ask = useRemoval();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Schemas['NewToken'] | null>(null);
  const query = useList('token.list', 'tokens');
  const remove = ({ id, name, used }: Schemas['Token']) =>
    ask({
      name,
      consequences: [text.tokens.removed, used === '' ? text.tokens.neverUsed : text.tokens.lastUsed(when(used))],
      command: 'token.remove',
      values: { id },
    });
  return (
    <>
      <p className={css.lead}>{text.tokens.lead}</p>
      <Asked query={query}>
        {({ tokens }) => (
          <DataTable
            caption={text.pages.tokens}
            rows={tokens}
            rowKey={({ id }) => id}
            actions={may('token.add') && <Button onClick={() => setMaking(true)}>{text.tokens.add}</Button>}
            empty={<Empty title={text.tokens.none} teach={text.tokens.teach} />}
            columns={[
              { key: 'name', title: text.fields.name, cell: ({ name }) => name },
              { key: 'user', title: text.fields.user, cell: ({ user }) => user },
              { key: 'scope', title: text.fields.scope, cell: ({ scope }) => scope.join(', '), minor: true },
              { key: 'ends', title: text.tokens.ends, cell: ({ ends }) => ends, show: ({ ends, ended }) => (ended ? <Mark tone="bad">{text.bans.over}</Mark> : when(ends)) },
              { key: 'used', title: text.extensions.used, cell: ({ used_ms }) => used_ms, show: ({ used }) => when(used) || '—', minor: true },
              {
                key: 'actions',
                title: '',
                cell: () => '',
                end: true,
                show: (token) =>
                  may('token.remove') && (
                    <Button size="compact-sm" variant="default" onClick={() => remove(token)}>
                      {text.app.remove}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Asked>
      {making && (
        <Sheet title={text.tokens.add} close={() => setMaking(false)}>
          <CommandForm
            command="token.add"
            submit={text.tokens.add}
            done={(token) => {
              setMaking(false);
              setMade(token);
            }}
          />
        </Sheet>
      )}
      {made && (
        <Sheet title={made.name} close={() => setMade(null)}>
          <Stack>
            <Text>{text.tokens.once}</Text>
            <Secret label={text.tokens.token} value={made.token} />
            <Button onClick={() => setMade(null)}>{text.extensions.noted}</Button>
          </Stack>
        </Sheet>
      )}
    </>
  );
}
