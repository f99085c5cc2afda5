// What makes a removed thing again, where all of it was shown. Null: a part of it never was, or is gone with it.

import { type Value, type Values, call } from '../api/client';
import { type OperationName, type Schemas, operation } from '../contract/contract';
import { type Kind, kinds, makerOf, of } from '../kinds';
import { typedOf, valueOf } from '../view/form';

export interface Undo {
  readonly command: OperationName;
  readonly values: Values;
}

/** Null: a part of it is never shown, so that it would not be the same. */
export function undoOf(kind: Kind['kind'], removed: Schemas['Object']): Undo | null {
  const about = kinds.find((each) => each.kind === kind);
  if (!about || about.imported || removed.password || (removed.pins ?? 0) > 0) return null;
  const command = makerOf(about);
  const values: Record<string, Value> = { name: removed.name };
  for (const field of operation(command).fields) {
    const held = removed.values.find(({ key }) => key === field.name);
    if (!held || held.from === 'standing') continue;
    values[field.name] = valueOf(field, typedOf(field, held.value));
  }
  return { command, values };
}

/** Where it stood, in a list where the first that fits decides: before which one. Null: it was the last, or there are no places. */
export function followerOf(kind: Kind, names: readonly string[], name: string): string | null {
  return kind.ordered ? (names[names.indexOf(name) + 1] ?? null) : null;
}

/** Makes it again, where it stood. */
export async function restore(kind: Kind, { command, values }: Undo, before: string | null): Promise<void> {
  await call(command, values);
  if (before !== null) await call(of(kind, 'move'), { name: values['name'], before });
}

/** One after the other. */
export async function redo(orders: readonly Undo[]): Promise<void> {
  for (const { command, values } of orders) await call(command, values);
}

export function undoOfRoute({ name, contact, events, level, enabled }: Schemas['EventRoute']): readonly Undo[] {
  return [{ command: 'event-route.add', values: { name, contact, events, level, enabled } }];
}

export function undoOfTemplate({ name, language, subject, text }: Schemas['EventTemplate']): readonly Undo[] {
  return [{ command: 'event-template.set', values: { name, language, subject, text } }];
}

/** A contact with its routes; not one that has a secret or certificates, or messages that wait for it. */
export function undoOfContact(contact: Schemas['EventContact'], routes: readonly Schemas['EventRoute'][]): readonly Undo[] | null {
  const { name, way, target, language, enabled, digest, quiet, networks } = contact;
  if (way === 'webhook' || contact.secret || contact.ca || (contact.now?.waiting ?? 0) > 0) return null;
  return [
    { command: 'event-contact.add', values: { name, way, target, language, enabled, digest, quiet, networks } },
    ...routes.filter((route) => route.contact === name).flatMap(undoOfRoute),
  ];
}

/** A role of one's own, out of the one that it was copied from while that is there. */
export function undoOfRole(role: Schemas['Role'], all: readonly Schemas['Role'][]): readonly Undo[] | null {
  const { name, title, permissions, copied_from } = role;
  const from = all.find((each) => each.name === copied_from && each.realm === role.realm);
  if (!from) return null;
  const allow = permissions.filter((each) => !from.permissions.includes(each)).join(',');
  const deny = from.permissions.filter((each) => !permissions.includes(each)).join(',');
  const copied: Undo = { command: 'role.copy', values: { name, from: copied_from, title } };
  if (allow === '' && deny === '') return [copied];
  return [copied, { command: 'role.set', values: { name, ...(allow ? { allow } : {}), ...(deny ? { deny } : {}) } }];
}

/** The countries that commands listed; null: their list cannot be told from what holds. */
export function undoOfCountries({ mode, of_commands, forced }: Schemas['CountryRules']): readonly Undo[] | null {
  if (of_commands === '' || (mode !== 'allow' && mode !== 'deny')) return null;
  return [{ command: `guard.country.${mode}`, values: { countries: of_commands, ...(forced ? { force: true } : {}) } }];
}
