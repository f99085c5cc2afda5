// Who is signed in. The session itself is a cookie that no script sees.

import { createContext, useContext } from 'react';
import { Store } from '../shared/store';
import { tenant } from './tenant';
import { Problem, call, onLost } from './api/client';
import { queries } from './api/queries';
import { type OperationName, type Schemas, operation } from './contract/contract';

export type Me = Schemas['Me'];

/** undefined: nobody has asked yet; null: nobody is signed in. */
export const me = new Store<Me | null | undefined>(undefined);

export function enter(who: Me | null): void {
  const before = me.get();
  // Nothing that one person saw is shown to the next.
  if (before && before.name !== who?.name) {
    queries.clear();
    tenant.set('');
  }
  me.set(who);
}

onLost(() => enter(null));

export async function resume(): Promise<void> {
  try {
    enter(await call('account.show'));
  } catch (fault) {
    if (!(fault instanceof Problem) || fault.status === 0) return me.set(null);
    enter(null);
  }
}

export async function leave(): Promise<void> {
  await call('session.end').catch(() => null);
  enter(null);
  queries.clear();
}

export const MeContext = createContext<Me | null>(null);

export function useMe(): Me {
  const found = useContext(MeContext);
  if (!found) throw new Error('nobody is signed in here');
  return found;
}

/** Whether whoever is signed in may do that; the server decides again. */
export function useMay(): (name: OperationName) => boolean {
  const { permissions } = useMe();
  return (name) => permissions.includes(operation(name).permission);
}
