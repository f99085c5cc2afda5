import { Button, Group, NativeSelect, Stack } from '@mantine/core';
import { useState } from 'react';
import { useStore } from '../../shared/store';
import { useList, useTold } from '../api/queries';
import { useText } from '../messages';
import { preferences } from '../preferences';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { Said, useSaid } from '../view/Said';
import { Asked, Empty } from '../view/Trouble';
import { WorldMap } from '../view/WorldMap';
import css from '../view/admin.module.css';
import { nameOf } from '../view/countries';
import { useCountry } from '../view/words';

type Making = 'country.allow' | 'country.deny' | null;

/** Which countries may be called, and which level denies the others. */
export function Countries() {
  const text = useText();
  const may = useMay();
  const { say } = useDesk();
  const { language } = useStore(preferences);
  const country = useCountry();
  const said = useSaid();
  const [of, setOf] = useState('tenant');
  const [making, setMaking] = useState<Making>(null);
  const departments = useList('department.list', 'objects', may('department.list')).data?.objects ?? [];
  const query = useTold('country.list', { of });
  const levels = [
    { value: 'tenant', label: text.countries.tenant },
    { value: 'system', label: text.countries.system },
    ...departments.map(({ name }) => ({ value: `department.${name}`, label: name })),
  ];
  const titles = { 'country.allow': text.countries.allow, 'country.deny': text.countries.deny };
  return (
    <>
      <p className={css.lead}>{text.countries.lead}</p>
      <Group align="end" mb="md">
        <NativeSelect label={text.countries.whose} data={levels} value={of} onChange={(event) => setOf(event.currentTarget.value)} />
        {may('country.deny') && <Button onClick={() => setMaking('country.deny')}>{text.countries.deny}</Button>}
        {may('country.allow') && (
          <Button variant="default" onClick={() => setMaking('country.allow')}>
            {text.countries.allow}
          </Button>
        )}
      </Group>
      <Asked query={query}>
        {({ value }) => {
          const denied = value.countries.filter(({ state }) => state === 'denied');
          const why = new Map(denied.map((each) => [each.country, each.why]));
          return (
            <Stack>
              <section className={css.panel}>
                <WorldMap
                  label={text.countries.map(String(denied.length))}
                  level={(code) => (why.has(code) ? 4 : 0)}
                  said={(code) => said(why.get(code) ?? '')}
                />
                {value.home && <p className={css.dim}>{text.countries.home(nameOf(value.home, language))}</p>}
              </section>
              <DataTable
                caption={text.countries.levels}
                rows={value.levels}
                rowKey={(level) => level.of}
                plain
                empty={<Empty title={text.countries.none} teach={text.countries.teach} />}
                columns={[
                  { key: 'of', title: text.countries.level, cell: (level) => levels.find(({ value: of }) => of === level.of)?.label ?? level.of },
                  { key: 'only', title: text.fields.abroad, cell: ({ only }) => only.map(country).join(', ') || text.countries.any },
                  { key: 'denied', title: text.fields.abroad_denied, cell: (level) => level.denied.map(country).join(', ') || '—' },
                ]}
              />
              <DataTable
                caption={text.countries.denied}
                rows={denied}
                rowKey={({ country }) => country}
                empty={<Empty title={text.countries.none} teach={text.countries.teach} />}
                columns={[
                  { key: 'country', title: text.fields.countries, cell: (each) => country(each.country) },
                  { key: 'why', title: text.countries.why, said: true, cell: (each) => each.why },
                ]}
              />
            </Stack>
          );
        }}
      </Asked>
      {making && (
        <Sheet title={titles[making]} close={() => setMaking(null)}>
          <CommandForm
            command={making as 'country.allow'}
            given={{ of }}
            submit={titles[making]}
            done={({ message }) => {
              setMaking(null);
              say(message === undefined ? text.app.done : <Said text={message} />);
            }}
          />
        </Sheet>
      )}
    </>
  );
}
