import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Values } from '../api/client';
import { useTold } from '../api/queries';
import { useText } from '../messages';
import { linkTo } from '../route';
import { DataTable } from '../view/DataTable';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useCountry } from '../view/words';
import { OpenPaths } from './OpenPaths';

/** Who can reach which numbers that cost money, and who does so without a password. */
export function Reach() {
  const text = useText();
  const nameOf = useCountry();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [asked, setAsked] = useState<Values>({});
  const query = useTold('reach', asked);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked({ from: from.trim() || undefined, to: to.trim() || undefined });
  };
  return (
    <>
      <p className={css.lead}>{text.reach.lead}</p>
      <form onSubmit={submit} className={css.tools} noValidate>
        <TextInput label={text.reach.from} placeholder="1001" value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
        <TextInput label={text.reach.to} placeholder="GB" value={to} onChange={(event) => setTo(event.currentTarget.value)} />
        <Button type="submit" loading={query.isFetching}>
          {text.reach.submit}
        </Button>
      </form>
      <Asked query={query}>
        {({ value: { callers, paths, currency, cut } }) => (
          <>
            {paths.length > 0 && <OpenPaths paths={paths} />}
            <DataTable
              caption={text.pages.reach}
              rows={callers.flatMap(({ extensions, ways }) => ways.map((way) => ({ extensions, ...way })))}
              rowKey={(row) => `${row.extensions.join()} ${row.country} ${row.class} ${row.trunk} ${row.prefix}`}
              empty={<Empty title={text.reach.none} teach={text.reach.teach} />}
              columns={[
                {
                  key: 'who',
                  title: text.reach.who,
                  cell: ({ extensions }) => extensions.join(', '),
                  show: ({ extensions }) =>
                    extensions.length === 1 ? <a href={linkTo('extensions', extensions[0])}>{extensions[0]}</a> : extensions.join(', '),
                },
                { key: 'country', title: text.tryIt.country, cell: ({ country }) => nameOf(country) },
                { key: 'class', title: text.tryIt.class, cell: (row) => text.label(row.class) },
                { key: 'trunk', title: text.fields.trunk, cell: ({ trunk }) => trunk, minor: true },
                { key: 'prefix', title: text.fields.patterns, cell: ({ prefix }) => prefix, minor: true },
                { key: 'price', title: text.reach.perMinute(currency), cell: ({ per_min }) => Number(per_min), show: ({ per_min }) => per_min, end: true },
              ]}
            />
            {cut && <p className={css.dim}>{text.reach.cut}</p>}
          </>
        )}
      </Asked>
    </>
  );
}
