// Which component shows which page; those that are seldom opened come when they are.

import { type ComponentType, lazy } from 'react';
import { type Kind, kinds } from '../kinds';
import type { PageName } from '../pages';
import { Calls } from './Calls';
import { Dashboard } from './Dashboard';

const more = {
  calls: Calls,
  records: lazy(() => import('./Records').then(({ Records }) => ({ default: Records }))),
  habits: lazy(() => import('./Habits').then(({ Habits }) => ({ default: Habits }))),
  trace: lazy(() => import('./TraceLog').then(({ TraceLog }) => ({ default: TraceLog }))),
  extensions: lazy(() => import('./Extensions').then(({ Extensions }) => ({ default: Extensions }))),
  phones: lazy(() => import('./Phones').then(({ Phones }) => ({ default: Phones }))),
  try: lazy(() => import('./TryIt').then(({ TryIt }) => ({ default: TryIt }))),
  telephony: lazy(() => import('./Telephony').then(({ Telephony }) => ({ default: Telephony }))),
  spending: lazy(() => import('./Spending').then(({ Spending }) => ({ default: Spending }))),
  bans: lazy(() => import('./Bans').then(({ Bans }) => ({ default: Bans }))),
  access: lazy(() => import('./Access').then(({ Access }) => ({ default: Access }))),
  detection: lazy(() => import('./Detection').then(({ Detection }) => ({ default: Detection }))),
  attacks: lazy(() => import('./Attacks').then(({ Attacks }) => ({ default: Attacks }))),
  reach: lazy(() => import('./Reach').then(({ Reach }) => ({ default: Reach }))),
  emergency: lazy(() => import('./Emergency').then(({ Emergency }) => ({ default: Emergency }))),
  policy: lazy(() => import('./Policy').then(({ Policy }) => ({ default: Policy }))),
  audit: lazy(() => import('./Audit').then(({ Audit }) => ({ default: Audit }))),
  events: lazy(() => import('./Events').then(({ Events }) => ({ default: Events }))),
  contacts: lazy(() => import('./Contacts').then(({ Contacts }) => ({ default: Contacts }))),
  dealers: lazy(() => import('./Dealers').then(({ Dealers }) => ({ default: Dealers }))),
  tenants: lazy(() => import('./Tenants').then(({ Tenants }) => ({ default: Tenants }))),
  users: lazy(() => import('./Users').then(({ Users }) => ({ default: Users }))),
  roles: lazy(() => import('./Roles').then(({ Roles }) => ({ default: Roles }))),
  'sign-ins': lazy(() => import('./SignIns').then(({ SignIns }) => ({ default: SignIns }))),
  tokens: lazy(() => import('./Tokens').then(({ Tokens }) => ({ default: Tokens }))),
  sessions: lazy(() => import('./Sessions').then(({ Sessions }) => ({ default: Sessions }))),
  settings: lazy(() => import('./Settings').then(({ Settings }) => ({ default: Settings }))),
  state: lazy(() => import('./State').then(({ State }) => ({ default: State }))),
  account: lazy(() => import('./Account').then(({ Account }) => ({ default: Account }))),
  countries: lazy(() => import('./Countries').then(({ Countries }) => ({ default: Countries }))),
  start: lazy(() => import('./Start').then(({ Start }) => ({ default: Start }))),
};

const ofKind = (page: Kind['page']) => {
  const kind = kinds.find((each) => each.page === page);
  if (!kind) throw new Error(`no kind has the page ${page}`);
  return lazy(() => import('./Objects').then(({ pageOfKind }) => ({ default: pageOfKind(kind) })));
};

export const pageOf: Readonly<Record<PageName, ComponentType>> = {
  dashboard: Dashboard,
  ...more,
  departments: ofKind('departments'),
  groups: ofKind('groups'),
  trunks: ofKind('trunks'),
  inbound: ofKind('inbound'),
  routes: ofKind('routes'),
  schedules: ofKind('schedules'),
  limits: ofKind('limits'),
  decks: ofKind('decks'),
  'number-lists': ofKind('number-lists'),
  'pin-lists': ofKind('pin-lists'),
  'calling-roles': ofKind('calling-roles'),
};
