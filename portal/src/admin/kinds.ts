// The kinds of things that are configured about calls, each with its page: what its list shows, and how one is made.

import type { OperationName } from './contract/contract';

export interface Kind {
  readonly kind: string;
  readonly page: string;
  /** Keys of its values that the list shows. */
  readonly columns: readonly string[];
  /** Fields of its form that are shown at once. */
  readonly first: readonly string[];
  /** The first that fits decides: rows have a place. */
  readonly ordered?: boolean;
  /** Comes with lines out of a file. */
  readonly imported?: boolean;
  /** Made by the first change. */
  readonly bySet?: boolean;
}

export const kinds: readonly Kind[] = [
  {
    kind: 'trunk',
    page: 'trunks',
    columns: ['kind', 'uri', 'deck'],
    first: ['name', 'kind', 'uri', 'user', 'deck', 'sources', 'encrypted_only', 'enabled'],
  },
  {
    kind: 'inbound',
    page: 'inbound',
    columns: ['trunk', 'called', 'target', 'extension', 'ring_group'],
    first: ['name', 'called', 'target', 'extension', 'ring_group', 'announcement', 'trunk', 'hours', 'enabled'],
    ordered: true,
  },
  {
    kind: 'route',
    page: 'routes',
    columns: ['patterns', 'trunks', 'countries', 'hours', 'pins'],
    first: ['name', 'patterns', 'trunks', 'extensions', 'departments', 'calling_roles', 'countries', 'hours', 'pins', 'enabled'],
    ordered: true,
  },
  {
    kind: 'ring-group',
    page: 'groups',
    columns: ['number', 'members', 'order'],
    first: ['name', 'number', 'members', 'order', 'ring', 'otherwise'],
  },
  { kind: 'department', page: 'departments', columns: ['description'], first: ['name', 'description'] },
  { kind: 'schedule', page: 'schedules', columns: ['hours', 'zone'], first: ['name', 'hours', 'zone'] },
  {
    kind: 'limit',
    page: 'limits',
    columns: ['day', 'month', 'calls', 'duration'],
    first: ['name', 'day', 'month', 'prepaid', 'locked', 'calls', 'duration', 'paces', 'warn'],
    bySet: true,
  },
  {
    kind: 'deck',
    page: 'decks',
    columns: ['increments', 'description'],
    first: ['name', 'text', 'replace', 'description'],
    imported: true,
  },
  {
    kind: 'number-list',
    page: 'number-lists',
    columns: ['listing', 'description'],
    first: ['name', 'listing', 'text', 'description'],
    imported: true,
  },
  { kind: 'pin-list', page: 'pin-lists', columns: ['asks', 'tries', 'lock', 'description'], first: ['name', 'asks', 'tries', 'lock', 'description'] },
  {
    kind: 'calling-role',
    page: 'calling-roles',
    columns: ['reach', 'abroad', 'classes', 'hours', 'pins'],
    first: ['name', 'reach', 'abroad', 'classes', 'hours', 'pins', 'description'],
  },
];

/** "trunk" and "list" as the operation that they name together; the contract test holds that there is one. */
export function of(kind: Kind, verb: string): OperationName {
  return `${kind.kind}.${verb}` as OperationName;
}

/** The operation that makes one. */
export function makerOf(kind: Kind): OperationName {
  return of(kind, kind.imported ? 'import' : kind.bySet ? 'set' : 'add');
}
