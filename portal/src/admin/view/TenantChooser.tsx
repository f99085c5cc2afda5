import { NativeSelect } from '@mantine/core';
import { useEffect } from 'react';
import { useStore } from '../../shared/store';
import { queries, useList } from '../api/queries';
import { useText } from '../messages';
import { useMay, useMe } from '../session';
import { tenant } from '../tenant';
import css from './admin.module.css';

/** For those who reach several tenants: in which of them every page is. */
export function TenantChooser() {
  const text = useText();
  const me = useMe();
  const may = useMay();
  const chosen = useStore(tenant);
  const several = me.class !== 'tenant' && may('tenant.list');
  const data = useList('tenant.list', 'tenants', several).data;
  const all = data?.tenants ?? [];
  const first = all[0]?.name ?? '';
  // The one that was chosen may be gone: a dealer's people remove tenants, too.
  const lost = data !== undefined && !all.some(({ name }) => name === chosen);

  useEffect(() => {
    if (me.class === 'dealer' && lost) tenant.set(first);
  }, [me.class, lost, first]);
  if (!several || all.length < 2) return null;
  const choose = (name: string) => {
    tenant.set(name);
    // What was told of one is not shown as another's.
    void queries.resetQueries();
  };
  return (
    <NativeSelect
      size="sm"
      className={css.tenant}
      aria-label={text.tenants.chooser}
      value={chosen || first}
      onChange={(event) => choose(event.currentTarget.value)}
      data={all.map(({ name }) => name)}
    />
  );
}
