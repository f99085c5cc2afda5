// The pages, in the order of the navigation: what each needs, and the letter that goes there behind g.

import type { OperationName } from './contract/contract';
import type { Messages } from './messages';

export type PageName = keyof Messages['pages'];

export interface Page {
  readonly name: PageName;
  /** Shown to those who may do that; absent: to everybody. */
  readonly needs?: OperationName;
  readonly letter?: string;
  /** About no single tenant: who reaches several need not have chosen one. */
  readonly everywhere?: boolean;
}

export interface Group {
  readonly name: keyof Messages['groups'];
  readonly pages: readonly Page[];
}

export const groups: readonly Group[] = [
  {
    name: 'overview',
    pages: [
      { name: 'dashboard', letter: 'd' },
      { name: 'start', needs: 'extension.add', letter: 's' },
    ],
  },
  {
    name: 'people',
    pages: [
      { name: 'extensions', needs: 'extension.list', letter: 'e' },
      { name: 'phones', needs: 'registration.list', letter: 'p' },
      { name: 'calling-roles', needs: 'calling-role.list' },
      { name: 'departments', needs: 'department.list' },
      { name: 'groups', needs: 'ring-group.list' },
    ],
  },
  {
    name: 'calls',
    pages: [
      { name: 'calls', needs: 'call.list', letter: 'c' },
      { name: 'records', needs: 'cdr.list', letter: 'r' },
      { name: 'habits', needs: 'pattern.list', letter: 'h' },
      { name: 'trace', needs: 'trace.log', letter: 'w' },
    ],
  },
  {
    name: 'ways',
    pages: [
      { name: 'trunks', needs: 'trunk.list', letter: 't' },
      { name: 'inbound', needs: 'inbound.list', letter: 'i' },
      { name: 'routes', needs: 'route.list', letter: 'o' },
      { name: 'try', needs: 'route.test', letter: 'y' },
      { name: 'schedules', needs: 'schedule.list' },
      { name: 'telephony', needs: 'telephony.show' },
      { name: 'emergency', needs: 'emergency.test' },
      { name: 'policy', needs: 'policy.plan' },
    ],
  },
  {
    name: 'money',
    pages: [
      { name: 'spending', needs: 'spend.list', letter: 'm' },
      { name: 'limits', needs: 'limit.list', letter: 'l' },
      { name: 'reach', needs: 'reach' },
      { name: 'decks', needs: 'deck.list' },
      { name: 'countries', needs: 'country.list' },
      { name: 'number-lists', needs: 'number-list.list', letter: 'n' },
      { name: 'pin-lists', needs: 'pin-list.list' },
    ],
  },
  {
    name: 'safety',
    pages: [
      { name: 'attacks', needs: 'guard.bans', letter: 'k' },
      { name: 'bans', needs: 'guard.bans', letter: 'b' },
      { name: 'access', needs: 'guard.access', letter: 'x' },
      { name: 'detection', needs: 'guard.rules' },
      { name: 'events', needs: 'event.list', letter: 'v' },
      { name: 'audit', needs: 'audit-log.list', letter: 'a' },
    ],
  },
  {
    name: 'system',
    pages: [
      { name: 'tenants', needs: 'tenant.list', everywhere: true },
      { name: 'dealers', needs: 'dealer.list', everywhere: true },
      { name: 'users', needs: 'user.list', letter: 'u' },
      { name: 'roles', needs: 'role.list' },
      { name: 'sign-ins', needs: 'sign-in.list' },
      { name: 'tokens', needs: 'token.list' },
      { name: 'sessions', needs: 'session.list' },
      { name: 'contacts', needs: 'event-contact.list' },
      { name: 'settings', needs: 'setting.list' },
      { name: 'state', needs: 'status' },
    ],
  },
];

export const accountPage: Page = { name: 'account', letter: ',' };

export const everyPage: readonly Page[] = [...groups.flatMap(({ pages }) => pages), accountPage];
