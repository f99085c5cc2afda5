// What makes a removed thing again, where all of it was shown.

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
