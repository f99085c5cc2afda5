import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { call } from '../api/client';
import { useList, useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { Said } from '../view/Said';
import { Facts, Mark } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useWhen } from '../view/words';
import { hostOf, liesIn } from './blocks';
import { redo, undoOfCountries } from './undo';

type Making = 'guard.allow' | 'guard.block' | 'guard.country.allow' | 'guard.country.deny' | null;

/** Addresses and countries that always or never get in. */
export function Access() {
  const text = useText();
  const may = useMay();
  const when = useWhen();
  const { confirm, say } = useDesk();
  const [making, setMaking] = useState<Making>(null);
  const query = useList('guard.access', 'access');
  const phones = useList('registration.list', 'registrations', may('registration.list')).data?.registrations;
  const phonesIn = (block: string) => (phones ?? []).filter(({ remote }) => liesIn(hostOf(remote), block)).length;
  const titles = {
    'guard.allow': text.access.allow,
    'guard.block': text.access.block,
    'guard.country.allow': text.access.allowCountries,
    'guard.country.deny': text.access.denyCountries,
  };
  const remove = ({ block, action, note, forced, until_ms }: Schemas['AccessEntry']) =>
    confirm({
      title: text.access.removeTitle(block),
      consequences: [
        action === 'allow' ? text.access.noLongerAllowed : text.access.noLongerBlocked,
        ...(phones ? [text.access.phonesThere(phonesIn(block))] : []),
        text.app.canUndo,
      ],
      action: text.app.remove,
      command: 'guard.remove',
      values: { block },
      undo: () =>
        call(action === 'allow' ? 'guard.allow' : 'guard.block', {
          block,
          note,
          ...(forced ? { force: true } : {}),
          ...(until_ms > 0 ? { minutes: Math.max(1, Math.ceil((until_ms - Date.now()) / 60_000)) } : {}),
        }),
    });
  return (
    <>
      <p className={css.lead}>{text.access.lead}</p>
      <Asked query={query}>
        {({ access }) => (
          <DataTable
            caption={text.pages.access}
            rows={access}
            rowKey={({ block }) => block}
            actions={
              may('guard.allow') && (
                <Group gap="xs">
                  <Button onClick={() => setMaking('guard.allow')}>{text.access.allow}</Button>
                  <Button variant="default" onClick={() => setMaking('guard.block')}>
                    {text.access.block}
                  </Button>
                </Group>
              )
            }
            empty={<Empty title={text.access.none} teach={text.access.teach} />}
            columns={[
              { key: 'block', title: text.bans.block, cell: ({ block }) => block },
              {
                key: 'action',
                title: text.access.action,
                cell: ({ action }) => action,
                show: ({ action }) => (
                  <Mark tone={action === 'allow' ? 'good' : 'bad'}>{action === 'allow' ? text.access.allowed : text.access.blocked}</Mark>
                ),
              },
              { key: 'note', title: text.fields.note, cell: ({ note }) => note },
              { key: 'until', title: text.bans.until, cell: ({ until_ms }) => until_ms, show: ({ until }) => when(until) || text.bans.forGood, minor: true },
              {
                key: 'actions',
                title: '',
                cell: () => '',
                end: true,
                show: (entry) =>
                  may('guard.remove') && (
                    <Button size="compact-sm" variant="default" onClick={() => remove(entry)}>
                      {text.app.remove}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Asked>
      <Countries make={setMaking} />
      {making && (
        <Sheet title={titles[making]} close={() => setMaking(null)}>
          <CommandForm
            command={making as 'guard.block'}
            submit={titles[making]}
            warn={({ block }) => (making === 'guard.block' && phonesIn(String(block)) > 0 ? [text.access.blocksPhones(phonesIn(String(block)))] : [])}
            done={(answer) => {
              setMaking(null);
              say(answer.message === undefined ? text.app.done : <Said text={answer.message} />);
            }}
          />
        </Sheet>
      )}
    </>
  );
}

function Countries({ make }: { make: (what: Making) => void }) {
  const text = useText();
  const may = useMay();
  const { confirm } = useDesk();
  const query = useTold('guard.country.list');
  const clear = (rules: Schemas['CountryRules']) => {
    const undo = undoOfCountries(rules);
    confirm({
      title: text.access.clearTitle,
      consequences: [text.access.cleared, undo ? text.app.canUndo : text.app.noUndo],
      action: text.access.clear,
      command: 'guard.country.remove',
      values: { countries: rules.of_commands },
      ...(undo ? { undo: () => redo(undo) } : {}),
    });
  };
  return (
    <section className={css.panel}>
      <h2 className={css.heading}>{text.access.countries}</h2>
      <Asked query={query}>
        {({ value: c }) => (
          <Stack>
            <Facts
              facts={[
                [text.bans.state, text.label(c.state)],
                [text.access.mode, text.label(c.mode)],
                [text.fields.countries, c.countries || text.access.everyCountry],
                [text.access.database, c.database.problem || `${c.database.type} ${c.database.built}`],
              ]}
            />
            {may('guard.country.allow') && (
              <Group gap="xs">
                <Button variant="default" onClick={() => make('guard.country.allow')}>
                  {text.access.allowCountries}
                </Button>
                <Button variant="default" onClick={() => make('guard.country.deny')}>
                  {text.access.denyCountries}
                </Button>
                {c.of_commands !== '' && (
                  <Button variant="default" onClick={() => clear(c)}>
                    {text.access.clear}
                  </Button>
                )}
              </Group>
            )}
          </Stack>
        )}
      </Asked>
    </section>
  );
}
